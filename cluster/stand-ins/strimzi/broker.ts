// A cluster's brokers as the controllers use them, and which cluster has which.
import { Admin } from '@platformatic/kafka';
import { createAcls, deleteAcls } from '../../../operator/src/kafka/access-calls.ts';
import {
  connectKafka,
  type KafkaAdmin,
  type KafkaConnection,
  type LiveTopics,
} from '../../../operator/src/kafka/index.ts';
import type { AclRule } from '../../../operator/src/plan/index.ts';
import { keyOf, type ObjectKey } from '../../../operator/src/runtime/index.ts';

export class Broker {
  readonly kafka: KafkaAdmin;
  readonly connection: KafkaConnection;
  #reading: Promise<unknown> = Promise.resolve();
  #next: Promise<LiveTopics> | undefined;

  constructor(connection: KafkaConnection) {
    this.connection = connection;
    this.kafka = connectKafka(connection);
  }

  /** As they are at some time after the call. Calls that wait share one read: it is of all topics, for each of many. */
  topics(): Promise<LiveTopics> {
    this.#next ??= this.#reading.then(() => {
      this.#next = undefined;
      const read = this.kafka.describeTopics();
      this.#reading = read.catch(() => {});
      return read;
    });
    return this.#next;
  }

  /** Rules of every kind, unlike those that Sluice grants. */
  async changeRules(changes: { readonly missing: readonly AclRule[]; readonly surplus: readonly AclRule[] }) {
    const { missing, surplus } = changes;
    if (missing.length + surplus.length === 0) return;
    const { bootstrapServers, sasl } = this.connection;
    const admin = new Admin({
      clientId: 'strimzi-stand-in',
      bootstrapBrokers: [...bootstrapServers],
      connectTimeout: 3_000,
      requestTimeout: 8_000,
      retries: 1,
      ...(sasl ? { sasl } : {}),
    });
    try {
      // In this order, so that a rule that took another's place leaves no gap.
      if (missing.length > 0) await createAcls(admin, missing);
      if (surplus.length > 0) await deleteAcls(admin, surplus);
    } finally {
      await admin.close();
    }
  }
}

/** Set by the controller of clusters, or once for all by who runs the stand-in for a broker that is there already. */
export class Brokers {
  readonly #brokers = new Map<string, Broker>();

  get(cluster: ObjectKey): Broker | undefined {
    return this.#brokers.get(keyOf(cluster));
  }

  /** The same connection again is the same broker. */
  async set(cluster: ObjectKey, connection: KafkaConnection): Promise<Broker> {
    const known = this.get(cluster);
    if (known && JSON.stringify(known.connection) === JSON.stringify(connection)) return known;
    const broker = new Broker(connection);
    this.#brokers.set(keyOf(cluster), broker);
    await known?.kafka.close();
    return broker;
  }

  async remove(cluster: ObjectKey): Promise<void> {
    const known = this.get(cluster);
    this.#brokers.delete(keyOf(cluster));
    await known?.kafka.close();
  }

  async close(): Promise<void> {
    const all = [...this.#brokers.values()];
    this.#brokers.clear();
    await Promise.all(all.map(({ kafka }) => kafka.close()));
  }
}
