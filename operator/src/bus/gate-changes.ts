// The record of what a resource's pods read and write with, as its Plan keeps it. Pure.
import type { Change, DeleteChange } from '../plan/index.ts';
import { areSameUses, decideGate, nextUses, type SchemaUses } from '../registry/index.ts';
import { renderLiveSchemas } from './live-schemas.ts';
import type { BusAvailable } from './observation.ts';
import { configMaps } from './resources.ts';
import type { BusDependent } from './watches.ts';

/**
 * For a resource whose newest version may go live; to be carried out before anything that brings it there. `isSettled`: no
 * pod of any other version is left or about to come.
 */
export function liveSchemaChanges(
  object: BusDependent,
  { gate }: BusAvailable,
  { isSettled }: { readonly isSettled: boolean },
): readonly Change[] {
  const { approved } = decideGate(gate);
  const next = nextUses(gate.self, { isSettled, approved });
  if (gate.record && areSameUses(next, gate.self.live)) return [];
  if (next.reads.length === 0 && next.writes.length === 0) return gate.record ? [deletionOf(gate.record)] : [];
  return [
    {
      action: 'Apply',
      resource: configMaps,
      object: renderLiveSchemas(object, next),
      risk: 'Safe',
      reason: reasonOf(gate.self.live, next),
    },
  ];
}

function deletionOf({ metadata }: NonNullable<BusAvailable['gate']['record']>): DeleteChange {
  const { uid, name, namespace } = metadata;
  return {
    action: 'Delete',
    resource: configMaps,
    key: { name, namespace },
    risk: 'Safe',
    reason: 'no schema is read or written with any more',
    ...(uid === undefined ? {} : { uid }),
  };
}

function reasonOf(live: SchemaUses, next: SchemaUses): string {
  const isFewer = next.reads.length + next.writes.length < live.reads.length + live.writes.length;
  return isFewer
    ? 'no pod reads or writes with the former schemas any more'
    : 'others must know with what its pods read and write';
}
