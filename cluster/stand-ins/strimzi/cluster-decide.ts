// Whether the stand-in can run the cluster that a Kafka resource and its node pools declare. Pure.
import { notReady, type StrimziCondition } from './conditions.ts';
import type { Kafka, KafkaNodePool, Storage } from './resources.ts';

/** Release of the Kafka image. */
export const kafkaVersion = '4.3.1';

/** The one node's pool, or the condition that says why there is none. */
export function decideCluster(
  kafka: Kafka,
  pools: readonly KafkaNodePool[],
): { readonly pool: KafkaNodePool } | { readonly condition: StrimziCondition } {
  const [pool] = pools;
  if (!pool) {
    const label = `strimzi.io/cluster: ${kafka.metadata.name}`;
    return { condition: notReady('InvalidResourceException', `There is no KafkaNodePool with the label ${label}.`) };
  }
  const problem = problemOf(kafka, pools, pool);
  return problem === undefined ? { pool } : { condition: notReady(...problem) };
}

function problemOf(
  { spec: { kafka } }: Kafka,
  pools: readonly KafkaNodePool[],
  { spec }: KafkaNodePool,
): readonly [reason: string, message: string] | undefined {
  if (kafka.version !== undefined && kafka.version !== kafkaVersion) {
    const message = `Unsupported Kafka.spec.kafka.version: ${kafka.version}. Supported versions are: [${kafkaVersion}]`;
    return ['UnsupportedKafkaVersionException', message];
  }
  const unsupported = (what: string) => ['NotSupported', `The development stand-in ${what}.`] as const;
  const nodes = pools.reduce((sum, each) => sum + each.spec.replicas, 0);
  if (pools.length > 1 || nodes !== 1) {
    return unsupported(
      `runs one node, and ${nodes} are asked for in pools: ${pools.length}; declare one pool of 1 replica`,
    );
  }
  if (!['controller', 'broker'].every((role) => spec.roles.includes(role))) {
    return unsupported('runs one node, so its pool needs both roles, controller and broker');
  }
  for (const { name, type, tls, authentication } of kafka.listeners) {
    if (type !== 'internal') return unsupported(`has internal listeners only, and ${name} is of type ${type}`);
    if (tls) return unsupported(`makes no certificates: set tls of listener ${name} to false`);
    if (authentication && authentication.type !== 'scram-sha-512') {
      return unsupported(`logs in by scram-sha-512 only, and listener ${name} asks for ${authentication.type}`);
    }
  }
  if (kafka.authorization && kafka.authorization.type !== 'simple') {
    return unsupported(`authorizes by simple only, not by ${kafka.authorization.type}`);
  }
  return volumeOf(spec.storage) ? undefined : unsupported('has one volume, ephemeral or persistent-claim');
}

/** The node's one volume; undefined where it is not one of the two kinds. */
export function volumeOf(storage: Storage): Storage | undefined {
  if (storage.type !== 'jbod') return ['ephemeral', 'persistent-claim'].includes(storage.type) ? storage : undefined;
  const [volume, ...others] = storage.volumes ?? [];
  return volume && others.length === 0 && volume.type !== 'jbod' ? volumeOf(volume) : undefined;
}
