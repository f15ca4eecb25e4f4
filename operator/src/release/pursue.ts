// One step of a handover: whether what it is for has come about, and which is the next. Pure.
import type { Handover, ReleaseStatus } from '../api/index.ts';
import { foreignMember, groupsWithMembers, notEmpty, notTakenOver } from './groups.ts';
import { currentStep, forcedOn, nextStep } from './handover.ts';
import type { RestorePoint, Seen } from './seen.ts';

export type Pursuit =
  | { readonly is: 'done' }
  | { readonly is: 'holding'; readonly message: string }
  | { readonly is: 'going'; readonly handover: Handover; readonly restorePoint?: RestorePoint };

/** Nothing goes on before what the present step asks for is carried out, and seen to be. */
export function pursue(handover: Handover, { phase }: ReleaseStatus, seen: Seen): Pursuit {
  const step = currentStep(handover);
  if (!step) return { is: 'done' };
  if (notEmpty(seen) !== undefined && isLate(step, seen))
    return { is: 'going', handover: forcedOn(handover, seen.now) };
  const open = openIn(handover, step.name, seen);
  if (open !== undefined) return { is: 'holding', message: `${step.name}: ${open}.` };
  const next = nextStep(handover, seen.now);
  if (!next) return { is: 'done' };
  const isFirstTouch =
    ['Switch', 'Drain', 'Fence'].includes(currentStep(next)?.name ?? '') && handover.hosts === undefined;
  if (isFirstTouch) {
    // Going back, whoever is there must go: there is nothing better to wait for.
    const foreign = phase === 'Promoting' ? foreignMember(seen, handover.from) : undefined;
    if (foreign !== undefined) return { is: 'holding', message: `${foreign}.` };
    const { hosts } = seen.colours[handover.from];
    return { is: 'going', handover: { ...next, groups: handover.groups ?? groupsWithMembers(seen), hosts } };
  }
  const restorePoint = step.name === 'Record' ? seen.offsets : undefined;
  return { is: 'going', handover: next, ...(restorePoint ? { restorePoint } : {}) };
}

function isLate({ name, startedAt }: Handover['steps'][number], { now, spec }: Seen): boolean {
  return (
    name === 'Drain' && startedAt !== undefined && now.getTime() - Date.parse(startedAt) > spec.drainSeconds * 1000
  );
}

/** What the step still waits for; undefined: it is over. */
function openIn(handover: Handover, step: Handover['steps'][number]['name'], seen: Seen): string | undefined {
  const { from, to } = handover;
  if (!seen.isSettled) return 'it is being carried out';
  switch (step) {
    case 'Schemas':
      return seen.areSchemasRegistered ? undefined : 'a schema is being registered';
    case 'ScaleUp':
      return seen.colours[to].isReady ? undefined : (seen.colours[to].trouble ?? `pods of colour ${to} are not ready`);
    case 'Drain':
      return notEmpty(seen);
    case 'Fence':
      if (handover.fence === 'Scale' && !seen.colours[from].isGone) return `pods of colour ${from} have not ended`;
      return notEmpty(seen);
    case 'Record':
      return notEmpty(seen) ?? (seen.offsets ? undefined : 'committed offsets are not known for certain');
    case 'Grant':
      return undefined;
    case 'Open':
      return notTakenOver(seen, handover);
    case 'Switch':
      return seen.serving === to ? undefined : `requests do not go to pods of colour ${to} alone yet`;
  }
}
