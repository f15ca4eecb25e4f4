// What the engine needs to know of a job to render it: no kind of ours, so that it is tested without one.

export interface SparkJob {
  readonly namespace: string;
  readonly name: string;
  readonly image: string;
  readonly sparkVersion: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly mode: 'Streaming' | 'Batch';
  /** Task slots of all executors together. */
  readonly parallelism: number;
  readonly driver: SparkPodResources;
  readonly executor: SparkPodResources;
  /** Absent: nothing is kept. */
  readonly storage?: { readonly persistentVolumeClaim: string } | { readonly uri: string };
  /** Part of the checkpoints' path where an upgrade is to begin anew; absent: it goes on from the last checkpoint. */
  readonly freshAs?: string;
  /** Time between micro-batches; absent: the next begins when the last one ended. */
  readonly triggerIntervalMs?: number;
  /** The user's own Spark configuration; it wins over what Sluice sets. */
  readonly configuration: Readonly<Record<string, string>>;
  /** The user's own PodTemplateSpec, laid under ours; its container is called `spark`. */
  readonly podTemplate?: Readonly<Record<string, unknown>>;
  /** Any new value runs a batch job without a schedule once more. */
  readonly run?: string;
}

/** Kubernetes quantities; memory is that of the whole container. */
export interface SparkPodResources {
  readonly cpu: string | number;
  readonly memory: string | number;
}
