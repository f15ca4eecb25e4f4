// What the state machine is told of the world: facts, already judged by those who read them.
import type { Colour, ReleaseSpec, ReleaseStatus, ReleaseVersion } from '../api/index.ts';

export type RestorePoint = NonNullable<ReleaseStatus['restorePoint']>;

export interface ColourSeen {
  /** Revision that its Deployment asks for; undefined: there is none. */
  readonly revision: string | undefined;
  /** Every pod that is wanted is there, of this version alone, and ready. */
  readonly isReady: boolean;
  /** No pod is left, not even one that ends. */
  readonly isGone: boolean;
  /** Its pods have the role files and obey them. */
  readonly obeysRole: boolean;
  /** Addresses of its pods. */
  readonly hosts: readonly string[];
  /** Why it is not ready, in a sentence. */
  readonly trouble?: string | undefined;
}

/** Whose a member is: by its address, or by a pod's name in its client or instance id. */
export type MemberOf = Colour | 'gone' | 'foreign';

export type GroupSeen =
  /** No answer, or one that says nothing for certain: never taken for empty. */
  | { readonly state: 'unknown'; readonly message: string }
  | {
      readonly state: 'known';
      /** Of a type whose members Sluice can tell: classic or consumer. */
      readonly isSupported: boolean;
      readonly isEmpty: boolean;
      /** No rebalance is under way. */
      readonly isStable: boolean;
      readonly members: readonly { readonly of: MemberOf; readonly host: string }[];
      /** Partitions of its topics that no member has. */
      readonly unassigned: number;
    };

export interface CheckResult {
  readonly outcome: 'passed' | 'failed' | 'inconclusive' | 'running';
  /** When it was asked, ISO 8601: a result is counted once. */
  readonly at: string;
  readonly message: string;
  /** It failed for good: a Job that is over its own limit. */
  readonly isFinal?: boolean;
}

export interface Seen {
  readonly now: Date;
  /** What the spec asks for. */
  readonly wanted: Pick<ReleaseVersion, 'revision'> & { readonly consumes: NonNullable<ReleaseVersion['consumes']> };
  readonly spec: ReleaseSpec;
  /** Pods that the spec asks for. */
  readonly replicas: number;
  readonly commands: {
    readonly promote?: string | undefined;
    readonly abort?: string | undefined;
    readonly retry?: string | undefined;
    readonly isPaused: boolean;
  };
  /** Undefined: nothing speaks against the spec. Otherwise why it is held, in a sentence. */
  readonly gate: string | undefined;
  /** Why the brokers cannot be asked; undefined: they answer. */
  readonly away: string | undefined;
  /** When this process last looked; undefined: never. */
  readonly lastLookAt: Date | undefined;
  /** What the present state asks for is carried out, as far as can be seen. */
  readonly isSettled: boolean;
  readonly colours: Readonly<Record<Colour, ColourSeen>>;
  /** With no status: the colour that the world says is active. */
  readonly evidence: Colour | undefined;
  /** Whether rules of the brokers bind the service's principals. */
  readonly fence: 'Access' | 'Scale';
  /** Which of its two principals the active version logs in with, where each colour has its own; else undefined. */
  readonly login: number | undefined;
  /** By name, every group that a version reads in. */
  readonly groups: ReadonlyMap<string, GroupSeen>;
  readonly areSchemasRegistered: boolean;
  /** Committed offsets, read twice alike while the groups were empty; undefined: not, or not asked for. */
  readonly offsets: RestorePoint | undefined;
  /** After the handover: against the restore point. */
  readonly progress: 'unknown' | 'none' | 'advanced' | 'moved';
  /** The colour that alone is behind the active Service; undefined: neither, both, or not known. */
  readonly serving: Colour | undefined;
  /** Records that are yet to be read; undefined: not known, or not asked for. */
  readonly lag: number | undefined;
  readonly checks: ReadonlyMap<string, CheckResult>;
}
