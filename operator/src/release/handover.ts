// How consumer groups and requests go from one colour to the other: which steps, in which order, and what holds at each of
// them. A step that is not in the list has nothing to change: what it would bring about holds already. Pure.
import type { Colour, Handover, HandoverStep, ReleaseRole } from '../api/index.ts';

export interface Circumstances {
  readonly fence: Handover['fence'];
  /** There are groups to hand over. */
  readonly hasGroups: boolean;
  /** The giving pods are at work and drain when they are told to. */
  readonly fromObeys: boolean;
  /** The taking pods can run beside a group that is closed to them. */
  readonly toObeys: boolean;
}

export function otherColour(colour: Colour): Colour {
  return colour === 'a' ? 'b' : 'a';
}

/**
 * To promote. Where the fence is having no pods, requests go to the new pods before the old ones end; where the new ones
 * cannot start against a closed group, there is a gap between both.
 */
export function promotionSteps(circumstances: Circumstances): readonly HandoverStep[] {
  const { fence, hasGroups, fromObeys, toObeys } = circumstances;
  const drain: readonly HandoverStep[] = fromObeys ? ['Drain'] : [];
  if (!hasGroups) return ['Schemas', 'ScaleUp', ...(toObeys ? ([...drain, 'Open'] as const) : []), 'Switch'];
  if (!toObeys) return ['Schemas', ...drain, 'Fence', 'Record', 'Grant', 'ScaleUp', 'Open', 'Switch'];
  if (fence === 'Access') return ['Schemas', 'ScaleUp', ...drain, 'Fence', 'Record', 'Grant', 'Open', 'Switch'];
  // Before the drain, so that proxies have long heard of it when the pods end.
  return ['Schemas', 'ScaleUp', 'Switch', ...drain, 'Fence', 'Record', 'Grant', 'Open'];
}

/** Back from where `given` stands, with the colours exchanged. Empty: nothing has changed hands yet. */
export function abortSteps(given: Handover, { hasGroups, fromObeys, toObeys }: Circumstances): readonly HandoverStep[] {
  const switchBack: readonly HandoverStep[] = hasBegun(given, 'Switch') ? ['Switch'] : [];
  if (!hasBegun(given, 'Drain') && !hasBegun(given, 'Fence') && !hasBegun(given, 'Open')) return switchBack;
  const drain: readonly HandoverStep[] = fromObeys ? ['Drain'] : [];
  if (!hasGroups) return ['ScaleUp', ...drain, 'Open', ...switchBack];
  if (!hasBegun(given, 'Grant')) {
    // The fence is lifted and offsets stay untouched: the other colour never had the groups.
    return toObeys ? ['ScaleUp', 'Grant', 'Open', ...switchBack] : ['Grant', 'ScaleUp', 'Open', ...switchBack];
  }
  if (!toObeys) return [...drain, 'Fence', 'Record', 'Grant', 'ScaleUp', 'Open', ...switchBack];
  return ['ScaleUp', ...switchBack, ...drain, 'Fence', 'Record', 'Grant', 'Open'];
}

/** With the first of `steps` begun. */
export function beginHandover(handover: Omit<Handover, 'steps'>, steps: readonly HandoverStep[], now: Date): Handover {
  const all: Handover = { ...handover, steps: steps.map((name) => ({ name })) };
  return nextStep(all, now) ?? all;
}

/** With the next step begun; undefined when there is none. */
export function nextStep(handover: Handover, now: Date): Handover | undefined {
  const next = handover.steps.findIndex(({ startedAt }) => startedAt === undefined);
  if (next < 0) return undefined;
  const startedAt = now.toISOString();
  return { ...handover, steps: handover.steps.map((step, at) => (at === next ? { ...step, startedAt } : step)) };
}

/**
 * Pods that do not drain in time are fenced all the same, and ended, since they go on with what they fetched: requests go
 * to the other colour before that.
 */
export function forcedOn(handover: Handover, now: Date): Handover {
  const begun = handover.steps.filter(({ startedAt }) => startedAt !== undefined);
  const toCome = handover.steps.filter(({ startedAt }) => startedAt === undefined);
  const isSwitch = ({ name }: Handover['steps'][number]) => name === 'Switch';
  // Pods that must start after the grant take requests no sooner.
  const canSwitch = hasBegun(handover, 'ScaleUp') || !has(handover, 'ScaleUp');
  const steps = canSwitch
    ? [...begun, ...toCome.filter(isSwitch), ...toCome.filter((step) => !isSwitch(step))]
    : handover.steps;
  const fenced: Handover = { ...handover, fence: 'Scale', steps };
  return nextStep(fenced, now) ?? fenced;
}

export function currentStep({ steps }: Handover): Handover['steps'][number] | undefined {
  return steps.findLast(({ startedAt }) => startedAt !== undefined);
}

export function hasBegun({ steps }: Handover, step: HandoverStep): boolean {
  return steps.some(({ name, startedAt }) => name === step && startedAt !== undefined);
}

function has({ steps }: Handover, step: HandoverStep): boolean {
  return steps.some(({ name }) => name === step);
}

/** The colour that may read in the groups; undefined: neither. */
export function holderIn(handover: Handover): Colour | undefined {
  if (hasBegun(handover, 'Grant') || !has(handover, 'Fence')) return handover.to;
  return hasBegun(handover, 'Fence') ? undefined : handover.from;
}

/** The colour that requests go to. */
export function servingIn(handover: Handover): Colour {
  return has(handover, 'Switch') && !hasBegun(handover, 'Switch') ? handover.from : handover.to;
}

export function roleIn(handover: Handover, colour: Colour): ReleaseRole {
  if (colour === handover.to) return has(handover, 'Open') && !hasBegun(handover, 'Open') ? 'closed' : 'open';
  if (!has(handover, 'Drain') || hasBegun(handover, 'Fence') || hasBegun(handover, 'Open')) return 'closed';
  return hasBegun(handover, 'Drain') ? 'draining' : 'open';
}

/** Whether the colour has all its pods; undefined: as before the handover. */
export function isFullIn(handover: Handover, colour: Colour): boolean | undefined {
  if (colour === handover.from) {
    if (has(handover, 'Fence')) return !(hasBegun(handover, 'Fence') && endsPods(handover));
    return has(handover, 'Switch') ? true : undefined;
  }
  return hasBegun(handover, 'ScaleUp') || !has(handover, 'ScaleUp') ? true : undefined;
}

/** The giving pods end with the fence: rules do not bind them, or the taking pods wait for their end. */
function endsPods(handover: Handover): boolean {
  const order = handover.steps.map(({ name }) => name);
  return handover.fence === 'Scale' || order.indexOf('ScaleUp') > order.indexOf('Fence');
}
