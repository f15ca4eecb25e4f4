// What the release offers to EventServices: where a release stands next, and what the world is to be like then.
export { advance, hasPreview } from './advance.ts';
export { currentStep, hasBegun, otherColour } from './handover.ts';
export type { CheckResult, ColourSeen, GroupSeen, MemberOf, RestorePoint, Seen } from './seen.ts';
export { type ColourTarget, type Target, targetOf } from './target.ts';
