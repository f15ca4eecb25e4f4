// What a job is rendered from, gathered from its bus: where the topics are and the schemas of its tables. Pure.
import { groupOf, reasons, type StreamJob } from '../api/index.ts';
import { type BusAvailable, clientSettingsOf, type Login } from '../bus/index.ts';
import type { Engine, JobInputs, TableSource } from '../engines/index.ts';
import { type Blocker, stalledBy, waitingFor } from './blocker.ts';
import { securityOf } from './logins.ts';

/** The inputs, or what is missing of them. `login`: absent where Sluice makes none. */
export function inputsOf(
  job: StreamJob,
  bus: BusAvailable,
  login: Login | undefined,
  backEnd: Engine,
): JobInputs | Blocker {
  const settings = clientSettingsOf(bus.bus);
  const busName = `EventBus ${bus.bus.metadata.name}`;
  if (settings.registryUrl === undefined) {
    return stalledBy(
      reasons.registryNotConfigured,
      `${busName} names no schema registry, and tables are derived from the schemas there: set spec.schemaRegistry on it.`,
    );
  }
  const security = securityOf(job, bus.bus, settings, login, backEnd);
  if ('reason' in security) return security;
  const reads: TableSource[] = [];
  for (const { topic } of job.spec.reads ?? []) {
    const source = readTable(topic, bus, busName);
    if ('reason' in source) return source;
    reads.push(source);
  }
  const writes: TableSource[] = [];
  for (const { topic } of job.spec.writes ?? []) {
    const source = writtenTable(topic, job, bus);
    if ('reason' in source) return source;
    writes.push(source);
  }
  const { bootstrapServers, registryUrl } = settings;
  return { reads, writes, bus: { bootstrapServers, registryUrl, groupId: groupOf(job), ...security } };
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
      return { topic, schema: schema.schema, ...compaction(bus.live.get(topic)?.config) };
    case 'none':
      return waitingFor(
        reasons.schemaNotFound,
        `Topic ${topic}, which spec.reads names, has no schema under subject ${topic}-value in the registry of ${busName}: it is waited for; declare the schema where the topic is written.`,
      );
    case 'unavailable':
      return waitingFor(reasons.registryUnreachable, schema.message);
  }
}

function writtenTable(topic: string, job: StreamJob, bus: BusAvailable): TableSource | Blocker {
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
  const config = { ...bus.live.get(topic)?.config, ...job.spec.writes?.find((each) => each.topic === topic)?.config };
  return { topic, schema: declared.source.text, ...compaction(config) };
}

function compaction(config: Readonly<Record<string, string>> = {}): Pick<TableSource, 'isCompacted'> {
  return config['cleanup.policy']?.split(',').includes('compact') ? { isCompacted: true } : {};
}
