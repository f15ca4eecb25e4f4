// What a job is rendered from, gathered from its bus: where the topics are and the schemas of its tables. Pure.
import { credentialsOf, groupOf, reasons, type StreamJob } from '../api/index.ts';
import { type BusAvailable, clientSettingsOf } from '../bus/index.ts';
import type { JobInputs, TableSource } from '../engines/index.ts';
import { type Blocker, stalledBy, waitingFor } from './blocker.ts';

/** The inputs, or what is missing of them. */
export function inputsOf(job: StreamJob, bus: BusAvailable): JobInputs | Blocker {
  const settings = clientSettingsOf(bus.bus);
  const busName = `EventBus ${bus.bus.metadata.name}`;
  if (settings.registryUrl === undefined) {
    return stalledBy(
      reasons.registryNotConfigured,
      `${busName} names no schema registry, and tables are derived from the schemas there: set spec.schemaRegistry on it.`,
    );
  }
  if (wantsLogin(bus)) {
    return stalledBy(
      reasons.notSupported,
      `${busName} wants TLS or a login, and this version of Sluice connects jobs in plain text alone: give the bus a listener without.`,
    );
  }
  const reads: TableSource[] = [];
  for (const { topic } of job.spec.reads ?? []) {
    const source = readTable(topic, bus, busName);
    if ('reason' in source) return source;
    reads.push(source);
  }
  const writes: TableSource[] = [];
  for (const { topic } of job.spec.writes ?? []) {
    const source = writtenTable(topic, bus);
    if ('reason' in source) return source;
    writes.push(source);
  }
  const { bootstrapServers, registryUrl } = settings;
  return { reads, writes, bus: { bootstrapServers, registryUrl, groupId: groupOf(job) } };
}

function wantsLogin({ bus }: BusAvailable): boolean {
  const isPlain = clientSettingsOf(bus).securityProtocol === 'PLAINTEXT';
  return !isPlain || credentialsOf(bus) !== 'None' || bus.spec.schemaRegistry?.auth !== undefined;
}

function readTable(topic: string, bus: BusAvailable, busName: string): TableSource | Blocker {
  const forbidden = bus.forbiddenReads.get(topic);
  if (forbidden !== undefined) return stalledBy(reasons.readerNotAllowed, forbidden);
  if (!bus.live.has(topic)) {
    return waitingFor(
      reasons.topicNotFound,
      `Topic ${topic}, which spec.reads names, is not on ${busName}: it is waited for; declare it in the publishes or writes of the resource that writes it.`,
    );
  }
  const schema = bus.readSchemas.get(topic) ?? { state: 'none' };
  switch (schema.state) {
    case 'found':
      return { topic, schema: schema.schema };
    case 'none':
      return waitingFor(
        reasons.schemaNotFound,
        `Topic ${topic}, which spec.reads names, has no schema under subject ${topic}-value in the registry of ${busName}: it is waited for; declare the schema where the topic is written.`,
      );
    case 'unavailable':
      return waitingFor(reasons.registryUnreachable, schema.message);
  }
}

function writtenTable(topic: string, bus: BusAvailable): TableSource | Blocker {
  const declared = bus.schemas.declared.find((each) => each.topic === topic);
  if (!declared) {
    return stalledBy(
      reasons.schemaNotFound,
      `spec.writes of topic ${topic} has no schema, and its table is derived from it: add schema there.`,
    );
  }
  // A source that is missing is told on SchemasCompatible.
  if (declared.source.state === 'missing') {
    return waitingFor(reasons.schemaSourceNotFound, declared.source.message);
  }
  return { topic, schema: declared.source.text };
}
