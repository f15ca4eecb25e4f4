// What main.ts takes of the read API.
export { type ReadApi, type ReadApiOptions, startReadApi } from './read-api.ts';
