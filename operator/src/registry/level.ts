// The compatibility levels by our names and by the registry's. Pure.
import type { EventBusSpec } from '../api/index.ts';

export type CompatibilityLevel = NonNullable<NonNullable<EventBusSpec['schemaRegistry']>['compatibility']>;

/** `FullTransitive` → `FULL_TRANSITIVE`. */
export function levelName(level: CompatibilityLevel): string {
  return level.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
}
