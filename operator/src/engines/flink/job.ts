// What the engine needs to know of a job to render it: no kind of ours, so that it is tested without one.

export interface FlinkJob {
  readonly namespace: string;
  readonly name: string;
  readonly image: string;
  /** `v1_19`, as the Flink operator writes it. */
  readonly flinkVersion: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly parallelism: number;
  readonly coordinator: FlinkPodResources;
  readonly worker: FlinkPodResources;
  readonly state: FlinkState;
  /** The user's own Flink configuration; it wins over what Sluice sets. */
  readonly configuration: Readonly<Record<string, string>>;
  /** Names of the Secrets that hold the logins to Kafka and to the schema registry. */
  readonly busSecret?: string;
  readonly registrySecret?: string;
  /** The user's own PodTemplateSpec, laid under ours. */
  readonly podTemplate?: Readonly<Record<string, unknown>>;
}

/** Kubernetes quantities. `cpuLimit` absent: one core, or the request where that is more. */
export interface FlinkPodResources {
  readonly cpu: string | number;
  readonly cpuLimit?: string | number;
  readonly memory: string | number;
}

export interface FlinkState {
  /** Absent: nothing is kept, and `onUpgrade` must be Discard. */
  readonly storage?: { readonly persistentVolumeClaim: string } | { readonly uri: string };
  readonly checkpointIntervalMs: number;
  readonly onUpgrade: 'Savepoint' | 'LastCheckpoint' | 'Discard';
  readonly onSavepointFailure: 'Hold' | 'LastCheckpoint';
  readonly onDelete: 'Savepoint' | 'Nothing';
  /** With LastCheckpoint, the oldest checkpoint that will do. */
  readonly maxCheckpointAgeMs?: number;
}
