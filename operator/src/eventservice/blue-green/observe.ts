// Reads what a release beside the service's own children depends on: both colours, groups and offsets now, who is behind
// the Service, and what checks say. Only while blue/green is in charge; decides nothing.
import type { Colour, EventService, ReleaseStatus } from '../../api/index.ts';
import { type BusAvailable, type BusObservation, type ConfigMap, configMaps, eventServices } from '../../bus/index.ts';
import { SluiceError } from '../../errors.ts';
import type { LiveGroup } from '../../kafka/index.ts';
import type { Offsets } from '../../plan/index.ts';
import { type CheckResult, currentStep, otherColour } from '../../release/index.ts';
import type { ReconcileContext } from '../../runtime/index.ts';
import {
  type Deployment,
  deployments,
  disruptionBudgets,
  endpointSlices,
  type PodDisruptionBudget,
  type Service,
  services,
} from '../resources/kinds.ts';
import { activeColourOf, deploymentName } from '../resources/labels.ts';
import { roleMapName } from '../resources/role.ts';
import { previewName } from '../resources/service.ts';
import type { Checks } from './checks.ts';
import { consumedIn, groupsOf, rivalOf } from './groups.ts';

export interface ReleaseObserved {
  readonly at: Date;
  /** When this process last looked at the service. */
  readonly lastLookAt: Date | undefined;
  /** As it is now. */
  readonly status: ReleaseStatus | undefined;
  readonly deployments: Readonly<Record<Colour, Deployment | undefined>>;
  readonly roleMaps: Readonly<Record<Colour, ConfigMap | undefined>>;
  /** Of the colour that is not in force. */
  readonly otherBudget: PodDisruptionBudget | undefined;
  readonly previewService: Service | undefined;
  /** Every group of either version is in it. */
  readonly groups: ReadonlyMap<string, LiveGroup>;
  /** Another resource that reads in one of the groups, in a sentence. */
  readonly rival: string | undefined;
  /** By group; undefined: not asked for now, or not known for certain. */
  readonly offsets: ReadonlyMap<string, Offsets> | undefined;
  readonly logStarts: Offsets;
  readonly logEnds: Offsets;
  /** Names of the pods behind the Service that are ready; undefined: not asked for. */
  readonly backends: readonly string[] | undefined;
  readonly checks: ReadonlyMap<string, CheckResult>;
}

export interface ReleaseParts {
  /** By uid: when each service was looked at. */
  readonly looks: Map<string, Date>;
  readonly checks: Checks;
}

/** Blue/green keeps what it began, whatever the strategy is by now, until one colour is left. */
function isBlueGreen(service: EventService, { cache }: Pick<ReconcileContext, 'cache'>): boolean {
  const { spec, status, metadata } = service;
  if (metadata.deletionTimestamp !== undefined) return false;
  if (spec.release.strategy === 'BlueGreen') return true;
  const { phase, previous, roles, active } = status?.release ?? {};
  if (roles === undefined) return false;
  // The rules that kept the other principal out are still there: left behind they would bind the next of its name.
  if (active?.login !== undefined && status?.access?.former !== undefined) return true;
  const name = deploymentName(service, otherColour(activeColourOf(service)));
  const hasOther = cache.get(deployments, { namespace: metadata.namespace, name }) !== undefined;
  return phase !== 'Stable' || previous !== undefined || hasOther;
}

/** With its status as it is now, past every cache: a stale one must not move a release backwards. */
export async function withLiveRelease(cached: EventService, context: ReconcileContext): Promise<EventService> {
  if (!isBlueGreen(cached, context)) return cached;
  const { status } = (await context.client.get(eventServices, cached.metadata)) ?? cached;
  return status ? { ...cached, status } : cached;
}

/** `object`: with its status as it is now. */
export async function observeRelease(
  object: EventService,
  bus: BusObservation,
  context: ReconcileContext,
  parts: ReleaseParts | undefined,
): Promise<ReleaseObserved | undefined> {
  const { namespace, uid = '' } = object.metadata;
  if (!isBlueGreen(object, context)) {
    parts?.looks.delete(uid);
    return undefined;
  }
  const { cache } = context;
  const { release: status } = object.status ?? {};
  const at = new Date();
  const lastLookAt = parts?.looks.get(uid);
  parts?.looks.set(uid, at);
  const step = status?.handover && currentStep(status.handover)?.name;
  const each = <T>(read: (colour: Colour) => T): Readonly<Record<Colour, T>> => ({ a: read('a'), b: read('b') });
  const other = otherColour(activeColourOf(object));
  return {
    at,
    lastLookAt,
    status,
    deployments: each((colour) => cache.get(deployments, { namespace, name: deploymentName(object, colour) })),
    roleMaps: each((colour) => cache.get(configMaps, { namespace, name: roleMapName(object, colour) })),
    otherBudget: cache.get(disruptionBudgets, { namespace, name: deploymentName(object, other) }),
    previewService: cache.get(services, { namespace, name: previewName(object) }),
    ...(await observeGroups(object, bus, step)),
    rival: rivalOf(object, cache),
    backends: step === 'Switch' ? await observeBackends(object, context) : undefined,
    checks: status && parts ? await parts.checks.ask(object, status, context) : new Map(),
  };
}

type GroupsObserved = Pick<ReleaseObserved, 'groups' | 'offsets' | 'logStarts' | 'logEnds'>;

async function observeGroups(
  object: EventService,
  bus: BusObservation,
  step: string | undefined,
): Promise<GroupsObserved> {
  const names = groupsOf(object);
  const unknown = (message: string): GroupsObserved => ({
    groups: new Map(names.map((name) => [name, { state: 'unknown', message }])),
    offsets: undefined,
    logStarts: {},
    logEnds: {},
  });
  if (bus.state === 'unavailable') return unknown(bus.verdict.message);
  try {
    const groups = await bus.groups.describeGroups(names);
    return { groups, ...(await observeOffsets(object, bus, groups, step)) };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return unknown(error.message);
  }
}

async function observeOffsets(
  object: EventService,
  { groups: reader, live }: BusAvailable,
  groups: ReadonlyMap<string, LiveGroup>,
  step: string | undefined,
): Promise<Omit<GroupsObserved, 'groups'>> {
  const names = [...groups.keys()];
  const isNew = [...groups.values()].some(({ state }) => state === 'absent');
  const asksLag = object.status?.release?.phase === 'Previewing' && object.spec.release.maxLag !== undefined;
  const isAsked = step === 'Record' || step === 'Open' || isNew || asksLag;
  if (!isAsked || names.length === 0) return { offsets: undefined, logStarts: {}, logEnds: {} };
  const topics = consumedIn(object).flatMap(({ topic }) => {
    const partitions = live.get(topic)?.partitions;
    return partitions === undefined ? [] : [{ topic, partitions }];
  });
  const first = await reader.committedOffsets(names);
  const logStarts = step === 'Record' || isNew ? await reader.logEnds(topics, 'Earliest') : {};
  const logEnds = await reader.logEnds(topics, 'Latest');
  // What a client committed on its way out may still be on its way in.
  const second = step === 'Record' ? await reader.committedOffsets(names) : first;
  const isSame = JSON.stringify([...first]) === JSON.stringify([...second]);
  return { offsets: isSame ? first : undefined, logStarts, logEnds };
}

async function observeBackends({ metadata }: EventService, { client }: ReconcileContext): Promise<readonly string[]> {
  const { items } = await client.list(endpointSlices, {
    namespace: metadata.namespace,
    labelSelector: `kubernetes.io/service-name=${metadata.name}`,
  });
  return items.flatMap(({ endpoints }) =>
    (endpoints ?? []).flatMap(({ conditions, targetRef }) =>
      conditions?.ready !== false && targetRef?.kind === 'Pod' && targetRef.name !== undefined ? [targetRef.name] : [],
    ),
  );
}
