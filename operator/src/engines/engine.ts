// What runs StreamJobs, behind one interface: a back end turns a job into Kubernetes objects and reads back how it fares.
// Pure: what it needs is handed in, what it wants is returned, and nothing is thrown over what a user wrote.
import type { Reason, StreamJob, StreamJobStatus } from '../api/index.ts';
import type { KubeObject, ObjectMeta, Resource } from '../runtime/index.ts';

export type JobState = NonNullable<StreamJobStatus['job']>['state'];
export type JobRun = NonNullable<NonNullable<StreamJobStatus['job']>['lastRun']>;

/** Why a job cannot run as it is written; a person has to change it. */
export interface Refusal {
  readonly reason: Reason;
  /** Names the field, the type or the statement, and what to use instead. */
  readonly message: string;
}

/** A topic as the job sees it, with its schema's text. */
export interface TableSource {
  readonly topic: string;
  readonly schema: string;
  /** Present where the topic keeps the newest record of each key alone. */
  readonly isCompacted?: true;
}

/** Where the job finds its topics and their schemas. Never a credential: this ends in a ConfigMap. */
export interface BusAddress {
  readonly bootstrapServers: readonly string[];
  readonly registryUrl: string;
  /** The consumer group of the job's sources. */
  readonly groupId: string;
  /** Absent: the brokers are spoken to in plain text and ask for no login. */
  readonly security?: BusSecurity;
  /** Name of the Secret with the login to the registry; absent: it asks for none. */
  readonly registrySecret?: string;
}

/** How the job's pods connect to brokers that want TLS or a login. */
export interface BusSecurity {
  readonly protocol: 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';
  /** PEM of who signs the brokers' certificates; absent: whom the image trusts. */
  readonly authorities?: string;
  /** Absent: certificates are all that is asked for. */
  readonly mechanism?: string;
  /** Name of the Secret with the login; absent where there is no mechanism. */
  readonly secret?: string;
  /** Moves with every change of what the Secret holds: pods read it when they start. */
  readonly loginVersion?: string;
}

export interface UserCredential {
  readonly user: string;
  readonly password: string;
}

/** Everything that a job is rendered from, but for how the operator renders it. */
export interface JobInputs {
  /** In the order of `spec.reads` and of `spec.writes`. */
  readonly reads: readonly TableSource[];
  readonly writes: readonly TableSource[];
  readonly bus: BusAddress;
}

export interface ConfigMap extends KubeObject {
  readonly immutable?: boolean;
  readonly data?: Readonly<Record<string, string>>;
}

/** A job as objects: scripts named by their content, and the spec of the engine's own resource that mounts them. */
export interface RenderedJob<Spec> {
  readonly configMap: ConfigMap;
  readonly spec: Spec;
}

/** What of a job changes without being rendered anew. */
export interface Run {
  readonly isSuspended: boolean;
}

export interface JobObservation {
  readonly state: JobState;
  readonly reason: Reason;
  /** Names the object and, where something is wrong, the next step. */
  readonly message: string;
  /** `stalled`: it does not come up without a change by a person. Absent: it is as it should be. */
  readonly effect?: 'waiting' | 'stalled';
  /** The newest spec is in force; false while the former one still runs or nothing does. */
  readonly isCurrent: boolean;
  /** A job runs in the engine, of whatever version. */
  readonly isJobRunning?: boolean;
  /** Why the newest spec is not in force though the former one runs. */
  readonly upgrade?: { readonly reason: Reason; readonly message: string; readonly effect: 'waiting' | 'stalled' };
  /** When the engine's operator took up what is in force, RFC 3339. */
  readonly takenUpAt?: string;
  readonly id?: string;
  /** RFC 3339. */
  readonly startedAt?: string;
  readonly restorePoint?: { readonly path: string; readonly takenAt?: string };
  /** Of a job with a schedule. */
  readonly lastRun?: JobRun;
  /** RFC 3339. */
  readonly nextRunAt?: string;
}

export interface Engine<
  Spec = unknown,
  T extends KubeObject & { readonly spec: Spec } = KubeObject & { readonly spec: Spec },
> {
  /** The kind that the engine's operator serves. */
  readonly resource: Resource<T>;
  /** The pods whose state tells what the engine's operator does not. */
  readonly pods: Resource<Pod>;
  /** Where what is installed tells what it can do. Absent: nowhere. */
  readonly definition?: { readonly name: string; read(definition: unknown): EngineCapabilities };
  /** What has to be installed, for people. */
  readonly operatorName: string;
  /** What this back end cannot do. */
  refusalOf(job: StreamJob): Refusal | undefined;
  render(job: StreamJob, inputs: JobInputs, image: string): RenderedJob<Spec> | Refusal;
  /** Files of the Secret that a job's pods log in to Kafka with. Absent: its jobs run on buses without logins alone. */
  loginFiles?(login: UserCredential): Readonly<Record<string, string>>;
  /** The spec of a resource that is made now and begins at that place; one that is there goes on from its own state. */
  startingFrom(spec: Spec, path: string): Spec;
  /** Absent: what a version remembers is the program's own, and none comes back when the next one fails. */
  readonly restores?: Restores<Spec>;
  toObject(metadata: ObjectMeta, spec: Spec, run: Run): T;
  /** A spec from its JSON as it was rendered once; undefined when it is none. */
  parseSpec(text: string): Spec | undefined;
  /** The ConfigMap with the scripts, which the pods mount. */
  mountedConfigMap(spec: Spec): string | undefined;
  observe(live: T, pods: readonly Pod[]): JobObservation;
  /** Asks a job that runs how it fares; undefined where it does not tell. `ask` resolves with parsed JSON. */
  readHealth?(live: T, ask: (url: string) => Promise<unknown>, now: Date): Promise<JobHealth | undefined>;
  /** Whether a deletion that has begun would wait for a savepoint that cannot come. */
  isDeletionStuck(live: T, now: Date): boolean;
  /** A merge patch after which the deletion waits for no savepoint. */
  readonly releasePatch: unknown;
}

/** What the engine's operator on this cluster can do. */
export interface EngineCapabilities {
  /** Of the engine, as people write them, the oldest first; empty: it does not tell. */
  readonly versions: readonly string[];
  readonly features: readonly string[];
}

/** What a job that runs says of itself, by the engine's own API. */
export interface JobHealth {
  /** It runs and does not do its work. */
  readonly trouble?: { readonly reason: Reason; readonly message: string };
  /** What in it takes in less than comes. */
  readonly backpressured?: string;
}

/** Of engines that hand a job's state from version to version. */
export interface Restores<Spec> {
  /** What a version with that spec begins from when it replaces another. */
  stateOf(spec: Spec): 'Savepoint' | 'LastCheckpoint' | 'Nothing';
  /** The place that the spec was made to begin at. */
  beginningOf(spec: Spec): string | undefined;
}

export function isRefusal(result: RenderedJob<unknown> | Refusal): result is Refusal {
  return 'reason' in result;
}

export interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly terminated?: { readonly exitCode: number; readonly reason?: string; readonly message?: string };
}

export interface Pod extends KubeObject {
  readonly spec?: { readonly volumes?: readonly { readonly configMap?: { readonly name?: string } }[] };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
    readonly containerStatuses?: readonly {
      readonly name: string;
      readonly image?: string;
      readonly state?: ContainerState;
      readonly lastState?: ContainerState;
    }[];
  };
}
