// The WITH options of a topic's table: connector, connection, what is read or how it is written, and the format.
import type { BusAddress, BusSecurity } from '../engine.ts';
import { REGISTRY_LOGIN } from './logins.ts';
import { AUTHORITIES_FILE } from './pod-template.ts';
import type { TableSpec } from './table.ts';

type Options = Readonly<Record<string, string>>;

/** Kafka's default of the brokers' `transaction.max.timeout.ms`; the connector's own hour is refused there. */
const transactionTimeoutMs = 15 * 60_000;

/** A table whose rows are updated and deleted by their key: upsert-kafka. */
export function isUpsert({ key, isCompacted }: TableSpec): boolean {
  return key !== undefined && isCompacted === true;
}

/** @param schema the schema that the format is given, as JSON */
export function tableOptions(table: TableSpec, bus: BusAddress, schema: string): Options {
  const common = {
    connector: isUpsert(table) ? 'upsert-kafka' : 'kafka',
    topic: table.topic,
    'properties.bootstrap.servers': bus.bootstrapServers.join(','),
    ...securityOptions(bus.security),
  };
  return table.direction === 'Write'
    ? { ...common, ...formatOptions(table, bus, schema), ...sinkOptions(table, bus) }
    : { ...common, ...sourceOptions(table, bus), ...formatOptions(table, bus, schema) };
}

/** How to log in is said by the JAAS file that the pods' JVMs are started with. */
function securityOptions(security: BusSecurity | undefined): Options {
  if (!security) return {};
  const { protocol, mechanism, authorities } = security;
  return {
    'properties.security.protocol': protocol,
    ...(mechanism === undefined ? {} : { 'properties.sasl.mechanism': mechanism }),
    ...(authorities === undefined
      ? {}
      : { 'properties.ssl.truststore.type': 'PEM', 'properties.ssl.truststore.location': AUTHORITIES_FILE }),
  };
}

function sourceOptions(table: TableSpec, bus: BusAddress): Options {
  const read = { 'properties.group.id': bus.groupId, 'properties.isolation.level': 'read_committed' };
  // An upsert table is read from its beginning always: a row is what all records of its key make of it.
  if (isUpsert(table)) return read;
  return {
    ...read,
    // A job without state goes on where its group committed last; the reset is for a group that never did.
    'scan.startup.mode': 'group-offsets',
    'properties.auto.offset.reset': table.startFrom === 'Latest' ? 'latest' : 'earliest',
  };
}

function sinkOptions({ as, delivery }: TableSpec, { groupId }: BusAddress): Options {
  if (delivery !== 'ExactlyOnce') return { 'sink.delivery-guarantee': 'at-least-once' };
  return {
    'sink.delivery-guarantee': 'exactly-once',
    'sink.transactional-id-prefix': `${groupId}.${as}`,
    'properties.transaction.timeout.ms': String(transactionTimeoutMs),
  };
}

/** The key's bytes are the text itself, as every client reads and writes it. */
function formatOptions(table: TableSpec, bus: BusAddress, schema: string): Options {
  const { key, direction, topic } = table;
  const isKeyed = isUpsert(table) || (key !== undefined && direction === 'Write');
  const format = isKeyed ? 'value.format' : 'format';
  const prefix = isKeyed ? 'value.avro-confluent' : 'avro-confluent';
  return {
    ...(isKeyed ? { 'key.format': 'raw' } : {}),
    ...(isKeyed && !isUpsert(table) ? { 'key.fields': key ?? '' } : {}),
    [format]: 'avro-confluent',
    [`${prefix}.url`]: bus.registryUrl,
    // The runner puts the login in when it starts: nothing of it is in a ConfigMap.
    ...(bus.registrySecret === undefined ? {} : { [`${prefix}.basic-auth.user-info`]: REGISTRY_LOGIN }),
    // The declared schema itself: one that Flink infers from the columns would be another version, with other names.
    [`${prefix}.schema`]: schema,
    ...(direction === 'Write' ? { [`${prefix}.subject`]: `${topic}-value` } : {}),
    ...(isKeyed ? { 'value.fields-include': 'ALL' } : {}),
  };
}
