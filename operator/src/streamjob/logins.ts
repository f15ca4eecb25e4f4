// How a job gets at a bus that wants TLS or logins: what its pods are told, and the Secret that they log in with. Pure.
import { annotations, credentialsOf, type EventBus, groupOf, reasons, type StreamJob } from '../api/index.ts';
import { type BusClientSettings, type Login, type Secret, secrets } from '../bus/index.ts';
import type { BusAddress, BusSecurity, Engine } from '../engines/index.ts';
import type { Grant } from '../plan/index.ts';
import { type Blocker, stalledBy } from './blocker.ts';
import { childMetadata } from './resources/metadata.ts';

type Security = Pick<BusAddress, 'security' | 'registrySecret'>;

/** What differs from plain text; empty on a bus that asks for nothing. */
export function securityOf(
  job: StreamJob,
  bus: EventBus,
  settings: BusClientSettings,
  login: Login | undefined,
  backEnd: Engine,
): Security | Blocker {
  const registry = registryLogin(job, bus);
  if ('reason' in registry) return registry;
  const { securityProtocol: protocol, authorities } = settings;
  if (protocol === 'PLAINTEXT' && credentialsOf(bus) === 'None') return registry;
  if (!backEnd.loginFiles) {
    return stalledBy(
      reasons.notSupported,
      `EventBus ${bus.metadata.name} wants TLS or a login, which jobs on ${job.spec.engine} do not have: give the bus a listener without, or write the job for Flink.`,
    );
  }
  const brokers = brokerLogin(job, bus, login);
  if ('reason' in brokers) return brokers;
  const security = { ...(authorities === undefined ? {} : { authorities }), ...brokers };
  return { ...registry, security: { protocol: protocol === 'PLAINTEXT' ? 'SASL_PLAINTEXT' : protocol, ...security } };
}

/**
 * The Secret that the job's pods mount, one for each of the two principals: pods of the version before go on with theirs.
 * Undefined where Sluice makes no login.
 */
export function loginSecret(job: StreamJob, login: Login | undefined, backEnd: Engine): Secret | undefined {
  if (!login || !backEnd.loginFiles) return undefined;
  const files = Object.entries(backEnd.loginFiles(login));
  return {
    apiVersion: 'v1',
    kind: secrets.kind,
    metadata: childMetadata(job, secretName(job, login)),
    data: Object.fromEntries(files.map(([name, text]) => [name, Buffer.from(text, 'utf8').toString('base64')])),
  };
}

/** Exactly what the tables need: whoever may READ or WRITE a topic may DESCRIBE it, too (KIP-11). */
export function grantsOf(job: StreamJob): readonly Grant[] {
  const { reads = [], writes = [] } = job.spec;
  const literal = { pattern: 'Literal' } as const;
  const isTransactional = writes.some(({ delivery }) => delivery === 'ExactlyOnce');
  const transactions = { resource: 'TransactionalId', pattern: 'Prefixed', name: `${groupOf(job)}.` } as const;
  return [
    ...reads.map(({ topic }) => ({ resource: 'Topic', name: topic, operation: 'Read', ...literal }) as const),
    ...(reads.length === 0 ? [] : [{ resource: 'Group', name: groupOf(job), operation: 'Read', ...literal } as const]),
    ...writes.map(({ topic }) => ({ resource: 'Topic', name: topic, operation: 'Write', ...literal }) as const),
    ...(isTransactional
      ? [{ ...transactions, operation: 'Write' } as const, { ...transactions, operation: 'Describe' } as const]
      : []),
  ];
}

function secretName({ metadata }: StreamJob, { epoch }: Login): string {
  return `${metadata.name}-kafka-${epoch % 2 === 0 ? 'a' : 'b'}`;
}

function registryLogin({ spec }: StreamJob, bus: EventBus): Security | Blocker {
  if (bus.spec.schemaRegistry?.auth === undefined) return {};
  const name = spec.access?.registrySecretRef?.name;
  if (name !== undefined) return { registrySecret: name };
  return stalledBy(
    reasons.secretNotFound,
    `The schema registry of EventBus ${bus.metadata.name} wants a login: name the Secret that holds the job's own in spec.access.registrySecretRef, with username and password, or token.`,
  );
}

function brokerLogin(
  job: StreamJob,
  bus: EventBus,
  login: Login | undefined,
): Pick<BusSecurity, 'mechanism' | 'secret' | 'loginVersion'> | Blocker {
  const credentials = credentialsOf(bus);
  if (credentials === 'None') return {};
  if (login) {
    return { mechanism: 'SCRAM-SHA-512', secret: secretName(job, login), loginVersion: String(login.epoch) };
  }
  const secret = job.spec.access?.secretRef?.name;
  if (credentials === 'Managed') {
    return stalledBy(
      reasons.notSupported,
      `EventBus ${bus.metadata.name} wants a login, and Sluice makes none for jobs there: AccessGranted says why, and what to do.`,
    );
  }
  if (secret === undefined) {
    return stalledBy(
      reasons.secretNotFound,
      `EventBus ${bus.metadata.name} wants a login that is given: name the Secret that holds it in spec.access.secretRef.`,
    );
  }
  // What is in it is not Sluice's to read: its owner says when it changed.
  const asked = job.metadata.annotations?.[annotations.rotate];
  const mechanism = bus.spec.kafka.external?.sasl?.mechanism ?? 'SCRAM-SHA-512';
  return { mechanism, secret, ...(asked === undefined ? {} : { loginVersion: asked }) };
}
