// What the controllers of topics and of users share: which broker is theirs, when they look again, how they say it.
import { SluiceError } from '../../../operator/src/errors.ts';
import { protocolFailures } from '../../../operator/src/kafka/failure.ts';
import {
  annotationsChanged,
  anyOf,
  type Cache,
  type Client,
  generationChanged,
  type KubeObject,
  labelsChanged,
  type ObjectKey,
  type Resource,
  type Watch,
  watchOf,
} from '../../../operator/src/runtime/index.ts';
import type { Broker, Brokers } from './broker.ts';
import { type StrimziCondition, statusToWrite } from './conditions.ts';
import { clusterOf, kafkas } from './resources.ts';

export interface EntityParts {
  readonly brokers: Brokers;
  /** Time between two looks at each object, ms: what was changed on the brokers is found by then. */
  readonly intervalMs: number;
}

/** A broker that refused or did not answer is asked again after this. */
export const retryMs = 5_000;
/** One whose cluster is not through its first look. */
const pendingMs = 1_000;

/** Everything but status. */
export const declared = anyOf(generationChanged, annotationsChanged, labelsChanged);

/** Those of the kind whose label names the cluster. */
export function membersOf<T extends KubeObject>(cache: Cache, resource: Resource<T>, cluster: ObjectKey): readonly T[] {
  const { name, namespace = '' } = cluster;
  return cache.list(resource, { namespace }).filter((object) => clusterOf(object) === name);
}

/** When a cluster becomes ready, its topics or users are looked at. */
export function ofCluster(resource: Resource): Watch {
  return watchOf({
    resource: kafkas,
    map: ({ metadata }, cache) => membersOf(cache, resource, metadata).map((member) => member.metadata),
  });
}

/**
 * The broker of the cluster that the object's label names. Undefined: nobody here serves it, and as with Strimzi nothing
 * is said of it. With a number the cluster is not ready, and it is to be asked again after that many ms.
 */
export function brokerOf(
  object: KubeObject,
  operator: 'topicOperator' | 'userOperator',
  { brokers }: EntityParts,
  cache: Cache,
): Broker | number | undefined {
  const name = clusterOf(object);
  if (name === undefined) return undefined;
  const key = { namespace: object.metadata.namespace, name };
  const kafka = cache.get(kafkas, key);
  if (!kafka) return brokers.get(key);
  if (!kafka.spec.entityOperator?.[operator]) return undefined;
  return brokers.get(key) ?? pendingMs;
}

/** Kafka's own words where it has some; what is no failure of Kafka's is thrown on. */
export function wordsOf(error: unknown): string {
  const [failure] = protocolFailures(error);
  if (failure) return failure.text;
  if (!(error instanceof SluiceError)) throw error;
  return protocolFailures(error.cause)[0]?.text ?? error.message;
}

interface Said {
  readonly conditions: readonly StrimziCondition[];
}

/** Writes the status where it says something new, with the generation that it is about. */
export async function report<T extends KubeObject & { readonly status?: Partial<Said> }, Status extends Said>(
  client: Client,
  resource: Resource<T>,
  object: T,
  status: Status,
): Promise<void> {
  const { generation } = object.metadata;
  const said = { ...status, ...(generation === undefined ? {} : { observedGeneration: generation }) };
  const next = statusToWrite(object.status, said, new Date());
  if (next) await client.updateStatus(resource, { ...object, status: next });
}
