// What an EventService or a StreamJob sees of its bus, and what is decided from it.
import type { EventBus, SubjectStatus, TopicStatus } from '../api/index.ts';
import type { KafkaAdmin, LiveAccess, LiveTopics, TopicsObserved, UserCredential } from '../kafka/index.ts';
import type { AccessPort, Change, GroupPort, Notice, SchemaPort, TopicPort, Verdict } from '../plan/index.ts';
import type { GateObserved, LeftSubject, SchemasObserved } from '../registry/index.ts';
import type { KafkaTopic, KafkaUsers } from '../strimzi/index.ts';
import type { ConfigMap } from './resources.ts';

/** The schema of a topic that is read: the newest in the registry. */
export type ReadSchema =
  | { readonly state: 'found'; readonly id: number; readonly version: number; readonly schema: string }
  /** The topic has no schema in the registry, or the bus has no registry. */
  | { readonly state: 'none' }
  | { readonly state: 'unavailable'; readonly message: string };

/** Reads nothing before it is called. */
export type GroupReader = Pick<KafkaAdmin, 'describeGroups' | 'committedOffsets' | 'logEnds'>;

/** Who may do what on the bus, where Sluice makes the principals. */
export interface BusAccess {
  readonly live: LiveAccess;
  /** Fingerprints of the credentials that this process gave, by user. */
  readonly given: ReadonlyMap<string, string>;
  /** What a user sees when it logs in itself; undefined where it cannot. */
  visibleTo(credential: UserCredential): Promise<ReadonlySet<string> | undefined>;
  /** On a Strimzi cluster: the KafkaUsers that its principals are made by. */
  readonly kafkaUsers?: KafkaUsers;
}

/** Who else reads and writes the resource's topics, with which schemas. */
export interface BusGate extends GateObserved {
  /** What is there under the name of the record of what the resource's pods read and write with, whoever made it. */
  readonly record: ConfigMap | undefined;
}

export type BusObservation = BusAvailable | BusUnavailable;

interface Remembered {
  /** The resource's `deletionTimestamp`, ms since the epoch; absent while it lives. */
  readonly deletingSinceMs?: number;
  /** A topic is declared with deletionPolicy Delete. */
  readonly declaresDeletion: boolean;
  readonly remembered: {
    readonly topics: readonly TopicStatus[];
    readonly subjects: readonly SubjectStatus[];
    /** Principals that Sluice made for it. */
    readonly users: readonly string[];
  };
}

/** The bus is not there, not for this namespace, or its brokers do not answer: what runs keeps running. */
export interface BusUnavailable extends Remembered {
  readonly state: 'unavailable';
  /** That Sluice made for its principals, which can be taken away whether the brokers are there or not. */
  readonly kafkaUsers?: KafkaUsers;
  /** On TopicsReady, with its effect on the whole. */
  readonly verdict: Verdict;
}

export interface BusAvailable extends Remembered {
  readonly state: 'available';
  readonly bus: EventBus;
  readonly topics: TopicsObserved;
  /** Where topics are managed by Strimzi: by topic that the resource names, the KafkaTopic that stands for it. */
  readonly kafkaTopics?: ReadonlyMap<string, KafkaTopic | undefined>;
  readonly schemas: SchemasObserved;
  /** Subjects that are to follow their topics; absent or empty where there is none. */
  readonly leftSubjects?: readonly LeftSubject[];
  readonly gate: BusGate;
  /** By topic, for every topic of `reads` of a StreamJob; empty for an EventService. */
  readonly readSchemas: ReadonlyMap<string, ReadSchema>;
  readonly live: LiveTopics;
  /** Consumer groups, each time as they are now. Each call throws a SluiceError. */
  readonly groups: GroupReader;
  /** Absent: the bus asks for no login, logins are given by people, or they are not of a kind that Sluice makes. */
  readonly access?: BusAccess;
  /** By topic that it consumes and must not: why. */
  readonly forbiddenReads: ReadonlyMap<string, string>;
  /** For `ports`: writes through these are seen by the next observation. */
  readonly ports: {
    readonly topics: TopicPort;
    readonly schemas: SchemaPort | undefined;
    readonly access?: AccessPort;
    readonly groups?: GroupPort;
  };
}

export interface BusDecision {
  /** Topics are made, then schemas registered, in this order; the workload comes after them. */
  readonly changes: readonly Change[];
  /** TopicsReady, SchemasCompatible; Drifted and TopicRecreated where a topic is. */
  readonly verdicts: readonly Verdict[];
  readonly notices: readonly Notice[];
  /** For `status.topics` and `status.subjects`. */
  readonly topics: readonly TopicStatus[];
  readonly subjects: readonly SubjectStatus[];
  /**
   * False: a new version of the workload must not go live, and neither must `changes` be added to by it; what runs stays.
   * True while topics and schemas are as declared, or will be once `changes` are carried out.
   */
  readonly mayRoll: boolean;
  /** Topics are to be deleted with the resource: it needs the finalizer before anything else. */
  readonly needsFinalizer: boolean;
  /** While the resource is deleted: the finalizer may go once `changes` are carried out. False: look again soon. */
  readonly isCleanedUp: boolean;
  /** When to look at the bus again, ms: drift is told by no watch. */
  readonly requeueAfterMs: number;
}
