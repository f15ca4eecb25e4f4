// One thing to be done, as a value: what `act` carries out, what a person reads before it is, and what is logged after.
import type { SchemaFormat, SchemaReference } from '../api/index.ts';
import type { KubeObject, ObjectKey, Resource } from '../runtime/index.ts';

/** Safe: nobody notices. Disruptive: running work is interrupted. DataLoss: what is gone cannot be had back. */
export type Risk = 'Safe' | 'Disruptive' | 'DataLoss';

interface Told {
  readonly risk: Risk;
  /** Why, in a clause that follows "because". */
  readonly reason: string;
  /** What must hold first; a change that waits is shown and not carried out. */
  readonly waitsFor?: string;
}

/** Server-side apply of a child, sent only where it would change something. */
export interface ApplyChange extends Told {
  readonly action: 'Apply';
  readonly resource: Resource;
  readonly object: KubeObject;
  /** Written without being read back: Secrets, which the operator may not read. */
  readonly isWriteOnly?: boolean;
}

export interface DeleteChange extends Told {
  readonly action: 'Delete';
  readonly resource: Resource;
  readonly key: ObjectKey;
  readonly uid?: string;
}

export interface CreateTopicChange extends Told {
  readonly action: 'CreateTopic';
  readonly topic: string;
  /** Absent: the brokers' own default. */
  readonly partitions?: number;
  readonly replicas?: number;
  readonly config: Readonly<Record<string, string>>;
}

export interface AddPartitionsChange extends Told {
  readonly action: 'AddPartitions';
  readonly topic: string;
  readonly topicId: string;
  readonly from: number;
  readonly to: number;
}

export interface AlterTopicConfigChange extends Told {
  readonly action: 'AlterTopicConfig';
  readonly topic: string;
  readonly topicId: string;
  /** By name; `to` absent: back to the brokers' default. */
  readonly entries: Readonly<Record<string, { readonly from?: string; readonly to?: string }>>;
}

export interface DeleteTopicChange extends Told {
  readonly action: 'DeleteTopic';
  readonly topic: string;
  readonly topicId: string;
}

export interface SetCompatibilityChange extends Told {
  readonly action: 'SetCompatibility';
  readonly subject: string;
  /** By the registry's own name, such as FULL_TRANSITIVE. */
  readonly level: string;
}

/** A schema as a registry takes it. */
export interface SchemaText {
  readonly format: SchemaFormat;
  readonly text: string;
  readonly references: readonly SchemaReference[];
}

export interface RegisterSchemaChange extends Told {
  readonly action: 'RegisterSchema';
  readonly subject: string;
  readonly topic: string;
  readonly schema: SchemaText;
  /** Hash of the canonical form and of what it references. */
  readonly fingerprint: string;
}

export interface DeleteSubjectChange extends Told {
  readonly action: 'DeleteSubject';
  readonly subject: string;
}

/** What a principal is allowed on Kafka, from every host. */
export interface Grant {
  readonly resource: 'Topic' | 'Group' | 'TransactionalId';
  readonly pattern: 'Literal' | 'Prefixed';
  readonly name: string;
  readonly operation: 'Read' | 'Write' | 'Describe';
}

/** One rule as the brokers hold it, which may be of other kinds than Sluice grants. */
export interface AclRule extends Readonly<Record<keyof Grant, string>> {
  /** `User:name`, or `User:*` for everybody. */
  readonly principal: string;
  /** `Allow` or `Deny`. */
  readonly permission: string;
  readonly host: string;
}

/** A SCRAM user with this password, made or changed. The password is shown nowhere. */
export interface PutUserChange extends Told {
  readonly action: 'PutUser';
  readonly user: string;
  readonly password: string;
}

export interface DeleteUserChange extends Told {
  readonly action: 'DeleteUser';
  readonly user: string;
}

export interface GrantAccessChange extends Told {
  readonly action: 'GrantAccess';
  readonly user: string;
  readonly grants: readonly Grant[];
}

export interface RevokeAccessChange extends Told {
  readonly action: 'RevokeAccess';
  readonly user: string;
  readonly acls: readonly AclRule[];
}

/** Rules that keep a principal out whatever else it is allowed. */
export interface DenyAccessChange extends Told {
  readonly action: 'DenyAccess';
  readonly user: string;
  readonly grants: readonly Grant[];
}

/** By topic and partition, the next offset to be read. */
export type Offsets = Readonly<Record<string, Readonly<Record<number, number>>>>;

/** Of a group that is empty, where nothing was committed before. */
export interface CommitOffsetsChange extends Told {
  readonly action: 'CommitOffsets';
  readonly group: string;
  readonly offsets: Offsets;
}

/** Members whose pods are no more, or are about to be ended. */
export interface EvictMembersChange extends Told {
  readonly action: 'EvictMembers';
  readonly group: string;
  readonly members: readonly GroupMemberId[];
}

export interface GroupMemberId {
  readonly memberId: string;
  /** Of a static member (KIP-345), which is told by it. */
  readonly instanceId?: string;
}

/** On one pod, past its owner: what a running pod is told, its template does not know. */
export interface AnnotatePodChange extends Told {
  readonly action: 'AnnotatePod';
  readonly resource: Resource;
  readonly key: ObjectKey;
  /** Another pod of that name is not meant. */
  readonly uid: string;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface FinalizerChange extends Told {
  readonly action: 'AddFinalizer' | 'RemoveFinalizer';
}

export type Change =
  | ApplyChange
  | DeleteChange
  | CreateTopicChange
  | AddPartitionsChange
  | AlterTopicConfigChange
  | DeleteTopicChange
  | SetCompatibilityChange
  | RegisterSchemaChange
  | DeleteSubjectChange
  | PutUserChange
  | DeleteUserChange
  | GrantAccessChange
  | RevokeAccessChange
  | DenyAccessChange
  | CommitOffsetsChange
  | EvictMembersChange
  | AnnotatePodChange
  | FinalizerChange;

export type Action = Change['action'];
