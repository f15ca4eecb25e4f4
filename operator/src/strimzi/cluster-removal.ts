// What becomes of the cluster that a bus has made when the bus is deleted. Retained by default; deleted where that was
// declared, and with records or with services that use it only when approved. Deletion waits for nobody. Pure.
import type { EventBus } from '../api/index.ts';
import { approvalHash, type Change, type DeleteChange, type Notice, type Risk } from '../plan/index.ts';
import { type KubeObject, keyOf, type Resource } from '../runtime/index.ts';
import { isChildOf } from './child.ts';
import { creationRefusal, type LiveCluster } from './cluster.ts';
import { type KafkaTopic, type KafkaUser, kafkas, kafkaTopics, kafkaUsers, nodePools } from './resources.ts';

export interface RemovalObserved extends LiveCluster {
  /** Of the cluster, whoever made them. */
  readonly topics: readonly KafkaTopic[];
  /** That the operator logs in as. */
  readonly user?: KafkaUser;
  /** Why it must not go unasked, in clauses: it holds records, somebody uses it, or neither is known. */
  readonly losses: readonly string[];
  /** The hash that a person approved. */
  readonly approved: string | undefined;
  readonly deletingSinceMs: number;
}

export interface RemovalDecision {
  readonly changes: readonly Change[];
  readonly notices: readonly Notice[];
  /** Nothing is left to wait for once `changes` are carried out. */
  readonly isDone: boolean;
}

/** Topics must be let go of by their operator before the cluster is: so long at most. */
const topicsGoMs = 60_000;

/** Whether the bus must be held back for it. */
export function isRemovedWith({ spec }: Pick<EventBus, 'spec'>): boolean {
  return spec.kafka.strimzi?.create?.deletionPolicy === 'Delete';
}

export function decideRemoval(bus: EventBus, observed: RemovalObserved, now: Date): RemovalDecision {
  const { kafka, topics, user, losses, approved, deletingSinceMs } = observed;
  if (!kafka || !isRemovedWith(bus) || creationRefusal(bus, observed) !== undefined) return nothingLeft;
  const told = {
    risk: losses.length === 0 ? 'Disruptive' : 'DataLoss',
    reason: ['its bus was deleted', 'deletionPolicy is Delete', ...losses].join('; '),
  } as const;
  const pools = observed.nodePools.filter((pool) => isChildOf(pool, bus));
  const cluster = [deleteOf(kafkas, kafka, told), ...pools.map((pool) => deleteOf(nodePools, pool, told))];
  const hash = approvalHash(cluster);
  if (hash !== undefined && approved !== hash) {
    return retained(kafka, `${losses.join('; ')}, and sluice.dev/approve: ${hash} was not set`);
  }
  const foreign = topics.find((topic) => !isChildOf(topic, bus));
  if (foreign) return retained(kafka, `KafkaTopic ${keyOf(foreign.metadata)} on it was not made for this bus`);
  const withIt = { risk: 'Disruptive', reason: 'its cluster is deleted with the bus' } as const;
  if (topics.length === 0) {
    return { changes: [...cluster, ...(user ? [deleteOf(kafkaUsers, user, withIt)] : [])], notices: [], isDone: true };
  }
  // Strimzi's topic operator goes with the cluster, and a KafkaTopic that it has not let go of would stay for ever.
  if (now.getTime() - deletingSinceMs >= topicsGoMs) {
    return retained(kafka, `its topics were not deleted within ${topicsGoMs / 1_000} s`);
  }
  const staying = topics.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return { changes: staying.map((topic) => deleteOf(kafkaTopics, topic, withIt)), notices: [], isDone: false };
}

const nothingLeft: RemovalDecision = { changes: [], notices: [], isDone: true };

function retained({ metadata }: KubeObject, why: string): RemovalDecision {
  const note = `Kafka ${keyOf(metadata)} is retained with its records: ${why}.`;
  return { changes: [], notices: [{ type: 'Warning', reason: 'ClusterRetained', note }], isDone: true };
}

function deleteOf<T extends KubeObject>(
  resource: Resource<T>,
  { metadata: { namespace, name, uid } }: T,
  told: { readonly risk: Risk; readonly reason: string },
): DeleteChange {
  return { action: 'Delete', resource, key: { namespace, name }, ...(uid === undefined ? {} : { uid }), ...told };
}
