import { describe, expect, it } from 'vitest';
import { childrenOf, type PlacedNode, schemaOf } from '../generate/structural.ts';
import { kinds } from './kinds.ts';

/** Every node of the kind's schema, but for the envelope that Kubernetes itself describes and bounds. */
function nodesOf(kind: (typeof kinds)[number]): readonly PlacedNode[] {
  const descend = (node: PlacedNode): readonly PlacedNode[] => [
    node,
    ...childrenOf(node.schema, node.path).flatMap(descend),
  ];
  return childrenOf(schemaOf(kind), '')
    .filter(({ path }) => path === 'spec' || path === 'status')
    .flatMap(descend);
}

describe.each(kinds)("$descriptor.kind's schema", (kind) => {
  const nodes = nodesOf(kind);

  // CEL's cost is estimated from the bounds, and one resource must not fill etcd.
  it('bounds every text, list, map and number', () => {
    const bounds = { string: 'maxLength', array: 'maxItems', integer: 'maximum' };
    const unbounded = nodes.filter(({ schema }) => {
      const bound = Object.entries(bounds).find(([type]) => type === schema['type'])?.[1];
      const isUnboundedMap = schema['additionalProperties'] !== undefined && schema['maxProperties'] === undefined;
      return isUnboundedMap || (bound !== undefined && schema['enum'] === undefined && schema[bound] === undefined);
    });
    expect(unbounded.map(({ path }) => path)).toEqual([]);
  });

  it('explains every field in a sentence', () => {
    const silent = nodes.filter(({ path, schema }) => !/(\[]|\*)$/.test(path) && schema['description'] === undefined);
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  it('writes every message as a sentence on one line', () => {
    const rules = nodes.flatMap(({ schema }) => schema['x-sluice-rules'] ?? []) as { message: string }[];
    expect(rules.filter(({ message }) => !/^[A-Za-z].*[.]$/.test(message))).toEqual([]);
  });
});
