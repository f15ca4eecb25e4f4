// What the release's state machine is told, from what was observed. Pure.
import { annotations, type Colour, colours } from '../../api/index.ts';
import type { LiveTopics } from '../../kafka/index.ts';
import type { Change, CommitOffsetsChange, Offsets } from '../../plan/index.ts';
import { type ColourSeen, currentStep, type RestorePoint, type Seen } from '../../release/index.ts';
import { isOwn } from '../conflict.ts';
import type { Observed } from '../observe.ts';
import { troubleOf } from '../pod-trouble.ts';
import { templateInForce } from '../resources/deployment.ts';
import type { Deployment, Pod } from '../resources/kinds.ts';
import { hasRole } from '../resources/role.ts';
import { revisionOf } from '../revision.ts';
import { colourOfPod, consumedIn, consumesOf, toGroupSeen } from './groups.ts';
import type { ReleaseObserved } from './observe.ts';
import { targetFor } from './target.ts';

export type ObservedRelease = Observed & { readonly release: ReleaseObserved };

export interface Judged {
  /** Why the spec is held; undefined: nothing speaks against it. */
  readonly gate: string | undefined;
  readonly isSettled: boolean;
  readonly areSchemasRegistered: boolean;
  readonly fence: Seen['fence'];
}

export function toSeen(observed: ObservedRelease, { gate, isSettled, areSchemasRegistered, fence }: Judged): Seen {
  const { object, release, bus, pods } = observed;
  const { spec, metadata } = object;
  const live = bus.state === 'available' ? bus.live : new Map();
  const consumed = consumedIn(object);
  const former = release.status?.handover?.hosts ?? [];
  return {
    now: release.at,
    wanted: { revision: revisionOf(object), consumes: consumesOf(object) },
    spec: spec.release,
    replicas: spec.replicas,
    commands: {
      promote: metadata.annotations?.[annotations.promote],
      abort: metadata.annotations?.[annotations.abort],
      retry: metadata.annotations?.[annotations.retry],
      isPaused: metadata.annotations?.[annotations.pause] === 'true',
    },
    gate,
    away: awayOf(observed),
    lastLookAt: release.lastLookAt,
    isSettled: isSettled && bus.state === 'available',
    colours: { a: colourSeen(observed, 'a'), b: colourSeen(observed, 'b') },
    evidence: evidenceOf(observed),
    fence,
    login: fence === 'Access' ? observed.login?.epoch : undefined,
    groups: new Map(
      [...release.groups].map(([name, group]) => {
        const topics = consumed.filter((each) => each.group === name).map(({ topic }) => topic);
        return [name, toGroupSeen(name, group, topics, live, { pods, former })];
      }),
    ),
    areSchemasRegistered,
    offsets: startOffsets(observed).length === 0 ? restorePointOf(observed, live) : undefined,
    progress: progressOf(observed),
    serving: servingOf(observed),
    lag: lagOf(release),
    checks: release.checks,
  };
}

/** Groups are read apart from the bus, which may be known from a moment ago. */
function awayOf({ bus, release: { groups } }: ObservedRelease): string | undefined {
  if (bus.state === 'unavailable') return bus.verdict.message;
  const all = [...groups.values()];
  const unknown = all.find(({ state }) => state === 'unknown');
  return unknown?.state === 'unknown' && all.every(({ state }) => state === 'unknown') ? unknown.message : undefined;
}

export function podsOf(pods: readonly Pod[], colour: Colour): readonly Pod[] {
  return pods.filter((pod) => colourOfPod(pod) === colour);
}

export function ownOf({ object, release }: ObservedRelease, colour: Colour): Deployment | undefined {
  const deployment = release.deployments[colour];
  return deployment && isOwn(object, deployment) ? deployment : undefined;
}

function colourSeen(observed: ObservedRelease, colour: Colour): ColourSeen {
  const own = podsOf(observed.pods, colour);
  const live = ownOf(observed, colour);
  const inForce = live && templateInForce(live);
  return {
    revision: inForce?.version.revision,
    isReady: live !== undefined && isReady(live),
    isGone: own.length === 0 && (live?.status?.replicas ?? 0) === 0,
    obeysRole: inForce !== undefined && hasRole(inForce.template),
    hosts: own.flatMap(({ status }) => status?.podIP ?? []),
    trouble: troubleOf(own)?.message,
  };
}

function isReady({ metadata, spec, status = {} }: Deployment): boolean {
  const { replicas = 0, updatedReplicas = 0, readyReplicas = 0, observedGeneration = 0 } = status;
  const wanted = spec.replicas ?? 1;
  const isCurrent = observedGeneration >= (metadata.generation ?? 0);
  return isCurrent && replicas === wanted && updatedReplicas === wanted && readyReplicas === wanted;
}

/** What runs says which colour is active where status does not. */
function evidenceOf(observed: ObservedRelease): Colour | undefined {
  const found = colours.filter((colour) => ownOf(observed, colour));
  const selected = observed.service?.spec.selector['sluice.dev/colour'];
  return found.find((colour) => colour === selected) ?? found[0];
}

/** Without a Service, or pods behind it, nothing has to be switched. */
function servingOf({ object, pods, release }: ObservedRelease): Colour | undefined {
  const { backends } = release;
  if (!object.spec.service || object.spec.replicas === 0) return targetFor(object)?.serving;
  if (!backends || backends.length === 0) return undefined;
  const behind = new Set(
    backends.map((name) => pods.find(({ metadata }) => metadata.name === name)).map((pod) => pod && colourOfPod(pod)),
  );
  const [only] = behind;
  return behind.size === 1 ? only : undefined;
}

/** Explicit offsets where nothing was committed: else where a client begins would be up to each of them. */
export function startOffsets({ object, bus, release }: ObservedRelease): readonly CommitOffsetsChange[] {
  const { offsets, groups, status, logStarts, logEnds } = release;
  if (!offsets || bus.state === 'unavailable') return [];
  const isRecording = status?.handover && currentStep(status.handover)?.name === 'Record';
  const consumed = consumedIn(object);
  return [...groups].flatMap(([group, { state }]) => {
    if (state !== 'absent' && !isRecording) return [];
    const committed = offsets.get(group) ?? {};
    const missing = consumed
      .filter((each) => each.group === group)
      .flatMap(({ topic }) => {
        const isFirst = Object.keys(committed[topic] ?? {}).length === 0;
        const startsLatest = object.spec.consumes?.some((each) => each.topic === topic && each.startFrom === 'Latest');
        // Partitions that came later are read from their beginning, whoever reads the others from where.
        const ends = isFirst && startsLatest ? logEnds : logStarts;
        const entries = Object.entries(ends[topic] ?? {}).filter(
          ([partition]) => committed[topic]?.[Number(partition)] === undefined,
        );
        return entries.length === 0 ? [] : [[topic, Object.fromEntries(entries)] as const];
      });
    if (missing.length === 0) return [];
    const reason = 'nothing was committed for these partitions, and where clients begin then is up to each of them';
    return [{ action: 'CommitOffsets', group, offsets: Object.fromEntries(missing), risk: 'Safe', reason } as const];
  });
}

function restorePointOf({ object, release }: ObservedRelease, live: LiveTopics): RestorePoint | undefined {
  const { offsets } = release;
  if (!offsets) return undefined;
  return consumedIn(object).flatMap(({ group, topic }) => {
    const known = live.get(topic);
    if (!known) return [];
    const committed = offsets.get(group)?.[topic] ?? {};
    const all = Array.from({ length: known.partitions }, (_, partition) => committed[partition] ?? -1);
    return [{ group, topic, topicId: known.id, offsets: all }];
  });
}

/** Against the restore point; without one there is nothing to fall behind. */
function progressOf({ release }: ObservedRelease): Seen['progress'] {
  const { offsets, status, logEnds } = release;
  const recorded = status?.restorePoint;
  if (!recorded) return 'advanced';
  if (!offsets) return 'unknown';
  const pairs = recorded.flatMap(({ group, topic, offsets: before }) =>
    before.map((from, partition) => ({
      from,
      now: offsets.get(group)?.[topic]?.[partition] ?? from,
      end: logEnds[topic]?.[partition] ?? from,
    })),
  );
  if (pairs.some(({ from, now }) => now < from)) return 'moved';
  const hasAdvanced = pairs.some(({ from, now }) => now > from) || pairs.every(({ now, end }) => now >= end);
  return hasAdvanced ? 'advanced' : 'none';
}

function lagOf({ offsets, logEnds }: ReleaseObserved): number | undefined {
  if (!offsets) return undefined;
  return [...offsets.values()].reduce((sum, committed) => sum + lagIn(committed, logEnds), 0);
}

function lagIn(committed: Offsets, logEnds: Offsets): number {
  return Object.entries(committed).reduce(
    (sum, [topic, partitions]) =>
      sum +
      Object.entries(partitions).reduce(
        (lag, [partition, offset]) => lag + Math.max(0, (logEnds[topic]?.[Number(partition)] ?? offset) - offset),
        0,
      ),
    0,
  );
}

export function evictions({ release, pods }: ObservedRelease): readonly Change[] {
  const { status, groups } = release;
  const handover = status?.handover;
  const step = handover && currentStep(handover)?.name;
  if (!handover || (step !== 'Drain' && step !== 'Fence')) return [];
  const endsAll = step === 'Fence' && handover.fence === 'Scale';
  return [...groups].flatMap(([group, live]) => {
    if (live.state !== 'known') return [];
    const seen = toGroupSeen(group, live, [], new Map(), { pods, former: handover.hosts ?? [] });
    if (seen.state !== 'known') return [];
    const left = live.members.filter((_, at) => {
      const of = seen.members[at]?.of;
      return of === 'gone' || (endsAll && of === handover.from);
    });
    if (left.length === 0) return [];
    const members = left.map(({ memberId, instanceId }) => ({
      memberId,
      ...(instanceId === undefined ? {} : { instanceId }),
    }));
    const reason = endsAll
      ? `they did not leave in time, and pods of colour ${handover.from} end`
      : 'their pods are gone';
    return [{ action: 'EvictMembers', group, members, risk: 'Disruptive', reason } as const];
  });
}
