// Test support: participants by the schemas that they use.
import { fingerprintOf } from '../../canonical.ts';
import type { RetainedVersion } from '../obstacles.ts';
import { noUses, type Participant, type SchemaUse } from '../use.ts';

type Field = readonly [name: string, type: unknown, hasDefault?: 'default'];

/** A record `Order`; a default is null, or 0. */
export function anOrder(...fields: readonly Field[]): string {
  const told = fields.map(([name, type, hasDefault]) => ({
    name,
    type,
    ...(hasDefault ? { default: Array.isArray(type) ? null : 0 } : {}),
  }));
  return JSON.stringify({ type: 'record', name: 'Order', fields: told });
}

export function aUse(schema: string, topic = 'shop.orders'): SchemaUse {
  return { topic, schema, fingerprint: fingerprintOf(JSON.parse(schema)) };
}

export function aVersion(version: number, schema: string, isKept = true): RetainedVersion {
  return { version, use: aUse(schema), isKept };
}

/** Nothing live and nothing wanted but what is given; a text stands for one use of topic shop.orders. */
export function aParticipant(
  name: string,
  uses: {
    readonly live?: { readonly reads?: string; readonly writes?: string };
    readonly wanted?: { readonly reads?: string; readonly writes?: string };
  },
): Participant {
  const list = (schema: string | undefined) => (schema === undefined ? [] : [aUse(schema)]);
  return {
    name,
    live: { ...noUses, reads: list(uses.live?.reads), writes: list(uses.live?.writes) },
    wanted: { ...noUses, reads: list(uses.wanted?.reads), writes: list(uses.wanted?.writes) },
  };
}
