import { Testing } from 'cdk8s';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { imagesOf } from '../images.ts';
import { synthesize } from '../synthesize.ts';
import { addPlatform } from './index.ts';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules?: readonly { readonly [list: string]: readonly string[] }[];
}

function platform(references: Readonly<Record<string, string>> = {}): ReadonlyMap<string, string> {
  const app = Testing.app();
  addPlatform(app, imagesOf(references));
  return synthesize(app);
}

const charts = ['platform-strimzi-stand-in', 'platform-registry', 'platform-flink-operator', 'platform-flink-jobs'];

test.each(charts)('%s renders as reviewed', async (id) => {
  await expect(platform().get(id)).toMatchFileSnapshot(`./__golden__/${id}.yaml`);
});

test('every chart has a golden file', () => {
  expect([...platform().keys()]).toEqual(charts);
});

test('runs the images that it is given', () => {
  const yaml = [...platform({ kafka: 'docker.io/sluice/kafka:0123456789ab' }).values()].join('---\n');
  expect(yaml).toContain('value: docker.io/sluice/kafka:0123456789ab');
  expect(yaml).not.toContain('sluice/kafka:dev');
});

test('no role grants by wildcard', () => {
  const rules = [...platform().values()]
    .flatMap((yaml) => parseAllDocuments(yaml).map((document): Manifest => document.toJS()))
    .filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole')
    .flatMap((role) => role.rules ?? []);
  expect(rules.length).toBeGreaterThan(0);
  for (const rule of rules) expect(Object.values(rule).flat()).not.toContain('*');
});
