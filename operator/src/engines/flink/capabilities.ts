// What the installed Flink operator can do, read off its CustomResourceDefinition: it tells of itself nowhere else. Pure.
import type { EngineCapabilities } from '../engine.ts';

export const flinkDefinition = 'flinkdeployments.flink.apache.org';

/** Fields by which later operators are told from 1.7. */
const features: readonly { readonly name: string; readonly path: readonly string[] }[] = [
  { name: 'Conditions', path: ['status', 'conditions'] },
  { name: 'CheckpointOnRequest', path: ['spec', 'job', 'checkpointTriggerNonce'] },
  { name: 'SavepointRedeploy', path: ['spec', 'job', 'savepointRedeployNonce'] },
];

export function readCapabilities(definition: unknown): EngineCapabilities {
  const schema = storedSchema(definition);
  const versions = listOf(at(schema, 'properties', 'spec', 'properties', 'flinkVersion', 'enum'))
    .filter((value) => typeof value === 'string')
    .map((value) => value.replace(/^v/, '').replaceAll('_', '.'))
    .toSorted(byVersion);
  const found = features.filter(
    ({ path }) => at(schema, ...path.flatMap((name) => ['properties', name])) !== undefined,
  );
  return { versions, features: found.map(({ name }) => name) };
}

function storedSchema(definition: unknown): unknown {
  const stored = listOf(at(definition, 'spec', 'versions')).find((version) => at(version, 'storage') === true);
  return at(stored, 'schema', 'openAPIV3Schema');
}

function byVersion(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

function at(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const name of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = Object.entries(current).find(([key]) => key === name)?.[1];
  }
  return current;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
