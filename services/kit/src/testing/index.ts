// What services' own tests use of the kit.
export { aRecord } from './records.ts';
export { InMemoryRegistry } from './registry.ts';
export { aServer } from './server.ts';
