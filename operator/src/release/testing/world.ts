// Test support: a small world in which targets are carried out bit by bit, pods come and go, members join and leave, and the
// operator can die between any two writes.
import type { Colour, ReleaseSpec, ReleaseStatus } from '../../api/index.ts';
import { colours } from '../../api/index.ts';
import { advance, hasPreview } from '../advance.ts';
import { currentStep, otherColour } from '../handover.ts';
import type { CheckResult, GroupSeen, Seen } from '../seen.ts';
import { type Target, targetOf } from '../target.ts';

export const group = 'shop.order';
const topic = 'shop.payments';

interface Pods {
  revision: string | undefined;
  wanted: number;
  live: number;
  role: string;
  epoch: number;
  /** Rendered with the role files. */
  isAware: boolean;
}

export interface Settings {
  readonly fence: 'Access' | 'Scale';
  readonly hasGroups: boolean;
  readonly spec: ReleaseSpec;
}

export class World {
  release: ReleaseStatus | undefined;
  now = Date.parse('2026-11-01T00:00:00Z');
  revision = 'r0';
  spec: ReleaseSpec;
  gate: string | undefined;
  isAway = false;
  isPaused = false;
  check: CheckResult['outcome'] = 'passed';
  promote: string | undefined;
  commands: { abort?: string; retry?: string } = {};
  /** Revisions whose pods never get ready. */
  readonly broken = new Set<string>();
  /** Pods of the colour go on reading whatever their role says. */
  stuck: Colour | undefined;
  hasStranger = false;
  /** Read rules on the group. */
  readonly readers = new Set<Colour>();
  readonly members = new Set<Colour>();
  readonly pods: Record<Colour, Pods> = { a: noPods(), b: noPods() };
  serving: Colour = 'a';
  offset = 0;
  areSchemasRegistered = false;
  lastLookAt: number | undefined;
  /** What is seen otherwise than this world is. */
  told: Partial<Seen> = {};
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.spec = settings.spec;
  }

  get target(): Target | undefined {
    return (
      this.release &&
      targetOf(this.release, { revision: this.revision, hasPreview: hasPreview(this.release, { spec: this.spec }) })
    );
  }

  /** What is still to be done for the present state, fences before grants, as `act` does it. */
  writes(): readonly (() => void)[] {
    const { target } = this;
    if (!target) return [];
    const wanted = this.#wantedPods(target);
    const each = <T>(make: (colour: Colour) => T | undefined): readonly T[] =>
      colours.flatMap((colour) => make(colour) ?? []);
    return [
      ...each((colour) => {
        const asked = target.colours[colour];
        const pods = this.pods[colour];
        if (!asked || (pods.role === asked.role && pods.epoch === asked.epoch)) return undefined;
        return () => Object.assign(pods, { role: asked.role, epoch: asked.epoch });
      }),
      ...each((colour) =>
        this.readers.has(colour) && target.colours[colour]?.access !== 'holder'
          ? () => this.readers.delete(colour)
          : undefined,
      ),
      ...each((colour) =>
        !this.readers.has(colour) && target.colours[colour]?.access === 'holder'
          ? () => this.readers.add(colour)
          : undefined,
      ),
      ...each((colour) => {
        const pods = this.pods[colour];
        const revision = target.colours[colour]?.version.revision ?? pods.revision;
        if (pods.wanted === wanted[colour] && pods.revision === revision) return undefined;
        return () => {
          if (pods.revision !== revision) pods.live = 0;
          Object.assign(pods, { wanted: wanted[colour], revision, isAware: this.spec.roleAware });
        };
      }),
      ...(this.serving === target.serving ? [] : [() => (this.serving = target.serving)]),
      ...(this.areSchemasRegistered || target.holdsSchemas ? [] : [() => (this.areSchemasRegistered = true)]),
    ];
  }

  #wantedPods({ colours: asked }: Target): Record<Colour, number> {
    const count = (colour: Colour) => ({ all: 2, preview: 1, none: 0 })[asked[colour]?.pods ?? 'none'];
    return { a: count('a'), b: count('b') };
  }

  /** One reconcile; it dies after so many writes. True: it got to its end. */
  reconcile(dieAfter = Number.POSITIVE_INFINITY): boolean {
    let writes = 0;
    if (!this.isAway) {
      for (const write of this.writes()) {
        if (writes++ >= dieAfter) return this.#die();
        write();
      }
    }
    if (writes >= dieAfter) return this.#die();
    this.release = advance(this.release, this.seen(writes === 0 || this.writes().length === 0));
    this.lastLookAt = this.now;
    return true;
  }

  #die(): boolean {
    this.lastLookAt = undefined;
    return false;
  }

  /** The rest of the world goes on for a while. */
  tick(ms: number): void {
    this.now += ms;
    for (const colour of colours) {
      const pods = this.pods[colour];
      pods.live = pods.wanted;
      const isBroken = pods.revision !== undefined && this.broken.has(pods.revision);
      const mayRead = this.#settings.fence === 'Scale' || this.readers.has(colour);
      const wants = !pods.isAware || pods.role === 'open' || this.stuck === colour;
      if (this.#settings.hasGroups && pods.live > 0 && !isBroken && mayRead && wants) this.members.add(colour);
      else this.members.delete(colour);
    }
    if (this.members.size > 0) this.offset += 1;
  }

  seen(isSettled: boolean): Seen {
    const { release, spec } = this;
    const at = new Date(this.now).toISOString();
    const isEmpty = this.members.size === 0;
    const known: GroupSeen = {
      state: 'known',
      isSupported: true,
      isEmpty: isEmpty && !this.hasStranger,
      isStable: true,
      members: [
        ...[...this.members].map((of) => ({ of, host: `10.0.0.${of}` })),
        ...(this.hasStranger ? [{ of: 'foreign', host: '192.0.2.1' } as const] : []),
      ],
      unassigned: 0,
    };
    const seen: GroupSeen = this.isAway ? { state: 'unknown', message: 'no answer' } : known;
    const step = release?.handover && currentStep(release.handover)?.name;
    const recorded = release?.restorePoint?.[0]?.offsets[0];
    return {
      now: new Date(this.now),
      wanted: { revision: this.revision, consumes: this.#settings.hasGroups ? [{ topic, group }] : [] },
      spec,
      replicas: 2,
      commands: { promote: this.promote, ...this.commands, isPaused: this.isPaused },
      gate: this.gate,
      away: this.isAway ? 'the brokers do not answer' : undefined,
      lastLookAt: this.lastLookAt === undefined ? undefined : new Date(this.lastLookAt),
      isSettled: isSettled && !this.isAway,
      colours: { a: this.#colour('a'), b: this.#colour('b') },
      evidence: undefined,
      fence: this.#settings.fence,
      login: this.#settings.fence === 'Access' ? 0 : undefined,
      groups: this.#settings.hasGroups ? new Map([[group, seen]]) : new Map(),
      areSchemasRegistered: this.areSchemasRegistered,
      offsets: step === 'Record' && !this.isAway ? [{ group, topic, topicId: 't', offsets: [this.offset] }] : undefined,
      progress: recorded === undefined || this.offset > recorded ? 'advanced' : 'none',
      serving: this.serving,
      lag: 0,
      checks: new Map((spec.checks ?? []).map(({ name }) => [name, { outcome: this.check, at, message: this.check }])),
      ...this.told,
    };
  }

  #colour(colour: Colour): Seen['colours'][Colour] {
    const { revision, wanted, live, isAware } = this.pods[colour];
    const isBroken = revision !== undefined && this.broken.has(revision);
    return {
      revision,
      isReady: live === wanted && !isBroken,
      isGone: live === 0,
      obeysRole: isAware,
      hosts: live > 0 ? [`10.0.0.${colour}`] : [],
    };
  }

  /** Reconciles and lets time pass until it holds; throws when it never does. */
  until(holds: (release: ReleaseStatus) => boolean, ms = 1000, rounds = 300): ReleaseStatus {
    for (let round = 0; round < rounds; round++) {
      this.reconcile();
      if (this.release && holds(this.release)) return this.release;
      this.tick(ms);
    }
    throw new Error(`it never holds: ${JSON.stringify(this.release)}`);
  }

  get active(): Colour {
    return this.release?.active?.colour ?? 'a';
  }

  get idle(): Colour {
    return otherColour(this.active);
  }
}

function noPods(): Pods {
  return { revision: undefined, wanted: 0, live: 0, role: 'closed', epoch: 0, isAware: false };
}

/** A spec with a second for every wait. */
export function aReleaseSpec(over: Partial<ReleaseSpec> = {}): ReleaseSpec {
  return {
    strategy: 'BlueGreen',
    promotion: 'Auto',
    roleAware: true,
    previewReplicas: 1,
    soakSeconds: 5,
    deadlineSeconds: 60,
    drainSeconds: 10,
    keepOldSeconds: 20,
    ...over,
  };
}
