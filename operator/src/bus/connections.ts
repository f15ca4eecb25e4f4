// One connection to Kafka and to the registry per bus, shared by the bus's own controller and by all services and jobs
// on it, with one snapshot of what is there. Opened at the first use, closed when the bus goes or the process stops.
import type { EventBus } from '../api/index.ts';
import { connectKafka, type KafkaAdmin, type KafkaConnection, type LiveTopics, TopicSnapshot } from '../kafka/index.ts';
import type { SchemaPort, TopicPort } from '../plan/index.ts';
import { connectRegistry, type RegistryClient, type RegistryConnection } from '../registry/index.ts';
import { hashOf } from '../runtime/index.ts';
import { type AccessView, accessViewOf } from './access-view.ts';
import { type BusLogins, type ReadSecret, readLogins } from './logins.ts';
import { Remembered } from './remembered.ts';
import { Turns } from './turns.ts';

/** What is known of a bus is at most this old, spread out by a tenth so that buses do not ask together. */
const snapshotMs = 55_000;

export interface BusConnection {
  readonly kafka: KafkaAdmin;
  /** Undefined: the bus names no registry. */
  readonly registry: RegistryClient | undefined;
  /** For `act`: what is written is seen by the next look. */
  readonly topics: TopicPort;
  readonly schemas: SchemaPort | undefined;
  readonly access: AccessView;
  /**
   * The topics at most a minute ago, read once for all who ask; those that we wrote, anew after each write; those of
   * `wanted` that were not there, anew each time.
   */
  liveTopics(wanted?: readonly string[]): Promise<LiveTopics>;
  /** What the registry said at most a minute ago; anew after a write of ours. */
  readonly registryView: RegistryView | undefined;
}

export interface RegistryView {
  subjects(): Promise<ReadonlySet<string>>;
  latest: RegistryClient['latest'];
  compatibilityOf: RegistryClient['compatibilityOf'];
}

export interface Connectors {
  readonly kafka: (connection: KafkaConnection) => KafkaAdmin;
  readonly registry: (connection: RegistryConnection) => RegistryClient;
}

interface Entry {
  readonly uid: string;
  readonly name: string;
  /** Of the spec and the logins: the connection holds for these. */
  readonly key: string;
  readonly generation: number | undefined;
  readonly connection: BusConnection;
}

export class BusConnections {
  /** For the schemas of all resources on all buses. */
  readonly turns = new Turns();
  readonly #connectors: Connectors;
  readonly #entries = new Map<string, Entry>();

  constructor(connectors: Connectors = { kafka: connectKafka, registry: connectRegistry }) {
    this.#connectors = connectors;
  }

  /**
   * The bus's connection, opened where there is none for this generation; nothing is sent yet. `isFresh` reads the
   * secrets again, so that a changed login is taken up. Throws a SluiceError when a secret is missing or lacks a key, and
   * for a bus without `kafka.external`.
   */
  async to(bus: EventBus, readSecret: ReadSecret, { isFresh = false } = {}): Promise<BusConnection> {
    const { uid = '', generation } = bus.metadata;
    const known = this.#entries.get(uid);
    if (known && !isFresh && known.generation === generation) return known.connection;
    const logins = await readLogins(bus, readSecret);
    const key = hashOf(logins);
    // Looked up again: another reconcile may have opened it while the secrets were read.
    const latest = this.#entries.get(uid);
    if (latest?.key === key) {
      this.#entries.set(uid, { ...latest, generation });
      return latest.connection;
    }
    const connection = this.#open(logins);
    this.#entries.set(uid, { uid, name: bus.metadata.name, key, generation, connection });
    if (latest) await close(latest.connection);
    return connection;
  }

  /** Closes the connection of a bus that is gone. */
  async drop(uid: string): Promise<void> {
    const known = this.#entries.get(uid);
    this.#entries.delete(uid);
    if (known) await close(known.connection);
  }

  /** Closes those of buses that are not among `uids`: of a bus that is gone nothing but its absence is seen. */
  async keepOnly(uids: ReadonlySet<string>): Promise<void> {
    for (const { uid } of [...this.#entries.values()]) if (!uids.has(uid)) await this.drop(uid);
  }

  async close(): Promise<void> {
    await this.keepOnly(new Set());
  }

  #open(logins: BusLogins): BusConnection {
    const kafka = this.#connectors.kafka(logins.kafka);
    const registry = logins.registry && this.#connectors.registry(logins.registry);
    const maxAgeMs = snapshotMs * (0.95 + 0.1 * Math.random());
    const topics = new TopicSnapshot(kafka, maxAgeMs);
    const view = registry && viewOf(registry, maxAgeMs);
    return {
      kafka,
      registry,
      topics: topics.port,
      schemas: registry && view ? forgetting(schemaWriter(registry), () => view.forget()) : undefined,
      access: accessViewOf(kafka, (sasl) => this.#connectors.kafka({ ...logins.kafka, sasl }), maxAgeMs),
      liveTopics: (wanted) => topics.get(wanted),
      registryView: view,
    };
  }
}

function schemaWriter(registry: RegistryClient): SchemaPort {
  return {
    setCompatibility: (subject, level) => registry.setCompatibility(subject, level),
    registerSchema: (subject, schema) => registry.registerSchema(subject, schema),
    deleteSubject: (subject) => registry.deleteSubject(subject),
  };
}

/** The port with each write followed by `forget`, whether it succeeded or not: a lost answer may have been a success. */
function forgetting(port: SchemaPort, forget: () => void): SchemaPort {
  return new Proxy(port, {
    get(target, name) {
      const write: unknown = Reflect.get(target, name);
      if (typeof write !== 'function') return write;
      return async (...values: unknown[]) => {
        try {
          return await Reflect.apply(write, target, values);
        } finally {
          forget();
        }
      };
    },
  });
}

function viewOf(registry: RegistryClient, maxAgeMs: number): RegistryView & { forget(): void } {
  const subjects = new Remembered(maxAgeMs, () => registry.subjects());
  const latest = new Remembered(maxAgeMs, (subject) => registry.latest(subject));
  const levels = new Remembered(maxAgeMs, (subject) => registry.compatibilityOf(subject));
  return {
    subjects: () => subjects.get(''),
    latest: (subject) => latest.get(subject),
    compatibilityOf: (subject) => levels.get(subject),
    forget: () => {
      for (const each of [subjects, latest, levels]) each.forget();
    },
  };
}

async function close({ kafka, registry }: BusConnection): Promise<void> {
  await Promise.all([kafka.close(), registry?.close()]);
}
