// What `act` needs of the outside. Kafka's and the registry's adapters fit; the Plan knows neither of them.
import type { Cache, Client, KubeObject, Resource } from '../runtime/index.ts';
import type { AclRule, CreateTopicChange, Grant, GroupMemberId, Offsets, SchemaText } from './change.ts';

/** Writes to Kafka's topics. Each throws a SluiceError; creating what exists, or deleting what is gone, is no error. */
export interface TopicPort {
  /** In one request; all are tried, and the first refusal is thrown after that. */
  createTopics(topics: readonly Omit<CreateTopicChange, 'action' | 'risk' | 'reason' | 'waitsFor'>[]): Promise<void>;
  /** `to` is the total afterwards. */
  addPartitions(topic: string, to: number): Promise<void>;
  /** By name; undefined takes the setting back to the brokers' default. Settings not named stay. */
  alterTopicConfig(topic: string, entries: Readonly<Record<string, string | undefined>>): Promise<void>;
  /** Deletes this very topic, not one of the same name made since. */
  deleteTopic(topic: string, topicId: string): Promise<void>;
}

/** Writes to the schema registry. Each throws a SluiceError. */
export interface SchemaPort {
  setCompatibility(subject: string, level: string): Promise<void>;
  /** Registering what is registered changes nothing. Returns the registry's id. */
  registerSchema(subject: string, schema: SchemaText): Promise<number>;
  /** Softly: what the registry gave an id to can still be read by that id. */
  deleteSubject(subject: string): Promise<void>;
}

/** Writes to Kafka's users and rules. Each throws a SluiceError; repeating one changes nothing. */
export interface AccessPort {
  putUser(user: string, password: string): Promise<void>;
  deleteUser(user: string): Promise<void>;
  grant(user: string, grants: readonly Grant[]): Promise<void>;
  revoke(acls: readonly AclRule[]): Promise<void>;
  /** Keeps the user out of what is named, whatever it is granted. */
  deny(user: string, grants: readonly Grant[]): Promise<void>;
}

/** Writes to consumer groups. Each throws a SluiceError. */
export interface GroupPort {
  /** A group that has members by now is left as it is: they would go on from elsewhere than it says. */
  commitOffsets(group: string, offsets: Offsets): Promise<void>;
  /** One that is gone already is no error. */
  evictMembers(group: string, members: readonly GroupMemberId[]): Promise<void>;
}

export interface ActPorts {
  readonly client: Client;
  readonly cache: Cache;
  /** For server-side apply, from `fieldManagers`. */
  readonly fieldManager: string;
  /** Once it aborts nothing more is begun: Kafka and the registry do not ask who leads. */
  readonly signal?: AbortSignal;
  /** Absent where the Plan can hold no change of topics. */
  readonly topics?: TopicPort | undefined;
  /** Absent where the Plan can hold no change of subjects. */
  readonly schemas?: SchemaPort | undefined;
  /** Absent where the Plan can hold no change of users and rules. */
  readonly access?: AccessPort | undefined;
  /** Absent where the Plan can hold no change of groups. */
  readonly groups?: GroupPort | undefined;
}

/** The resource that is reconciled, for its finalizer and its approval. */
export interface Subject<T extends KubeObject = KubeObject> {
  readonly resource: Resource<T>;
  readonly object: T;
}
