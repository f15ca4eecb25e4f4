// What the kit offers to services.
export { EventReader } from './avro/reader.ts';
export { EventWriter } from './avro/writer.ts';
export { parseConfig, type ServiceConfig } from './config.ts';
export { KitError, type KitErrorCode, messageOf } from './errors.ts';
export { type FieldProblem, RequestRefused } from './http/errors.ts';
export { type Subscription, subscribe } from './kafka/consumer.ts';
export type { EventProducer, OutgoingRecord } from './kafka/producer.ts';
export type { EventRecord } from './kafka/record.ts';
export type { Logger } from './logger.ts';
export { RecentIds } from './recent-ids.ts';
export { createRegistryClient, type SchemaRegistry } from './registry/client.ts';
export { runMain } from './run-main.ts';
export { type Parts, type RunningService, startService } from './service.ts';
