// Which children the Plan applies: only those where it would change something. Pure.
import { annotations } from '../api/index.ts';
import { hashOf, isWithin, type KubeObject, type Resource } from '../runtime/index.ts';
import type { ApplyChange, Risk } from './change.ts';

/**
 * The Apply that brings `live` to `desired`, or nothing when it is there. `desired` comes without
 * `sluice.dev/last-applied`: `act` adds it, by the same hash.
 */
export function applyOf<T extends KubeObject>(
  resource: Resource<T>,
  desired: T,
  live: T | undefined,
  told: { readonly reason: string; readonly risk?: Risk },
): readonly ApplyChange[] {
  if (live && isApplied(desired, live)) return [];
  return [{ action: 'Apply', resource, object: desired, risk: told.risk ?? 'Safe', reason: told.reason }];
}

/**
 * The Apply of a Secret, which the operator may write and not read. What tells that it was sent is a hash of it that the
 * caller keeps where it can be read: in the pod template's `sluice.dev/configuration`, written after the Secret, so that
 * a crash in between sends the Secret again and never forgets it. Nothing to do when `recordedHash` is its hash.
 */
export function applySecretOf<T extends KubeObject>(
  resource: Resource<T>,
  desired: T,
  recordedHash: string | undefined,
  told: { readonly reason: string; readonly risk?: Risk },
): readonly ApplyChange[] {
  if (recordedHash === secretHash(desired)) return [];
  const risk = told.risk ?? 'Safe';
  return [{ action: 'Apply', resource, object: desired, risk, reason: told.reason, isWriteOnly: true }];
}

/** What to record of a Secret that was written: 16 hex digits, of its content and labels alike. */
export function secretHash(secret: KubeObject): string {
  return hashOf(secret);
}

function isApplied(desired: KubeObject, live: KubeObject): boolean {
  const marks = { ...desired.metadata.annotations, [annotations.lastApplied]: hashOf(desired) };
  return isWithin({ ...desired, metadata: { ...desired.metadata, annotations: marks } }, live);
}
