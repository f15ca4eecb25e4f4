import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiError, defineResource, type KubeObject } from '../../runtime/index.ts';
import { type PlacedRule, placedRulesOf, schemaOf } from '../generate/structural.ts';
import { type ControlPlaneWithKinds, startControlPlaneWithKinds } from '../testing/control-plane.ts';
import type { Manifest } from './builders.ts';
import { cases } from './cases.ts';
import { kinds } from './kinds.ts';

const applying = { fieldManager: 'test', dryRun: true };

let controlPlane: ControlPlaneWithKinds;
beforeAll(async () => {
  controlPlane = await startControlPlaneWithKinds();
});
afterAll(() => controlPlane?.stop());

/** What the API server says against the manifest: one line a cause; nothing when it accepts it. */
async function objectionsTo(apply: Promise<KubeObject>): Promise<readonly string[]> {
  try {
    await apply;
    return [];
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const body = error.body as { details?: { causes?: readonly { field: string; message: string }[] } };
    return body.details?.causes?.map(({ field, message }) => `${field}: ${message}`) ?? [error.message];
  }
}

for (const kind of kinds) {
  const { descriptor } = kind;
  const resource = defineResource<Manifest>(descriptor);
  const rules = placedRulesOf(schemaOf(kind));
  const kindCases = cases[descriptor.kind] ?? [];
  const ruleOf = ({ path, rule }: { path: string; rule: string }): PlacedRule | undefined =>
    rules.find((candidate) => candidate.path === path && candidate.id === rule);

  describe(`${descriptor.kind}'s rules`, () => {
    it('have a case each', () => {
      const untried = rules.filter((rule) => !kindCases.some((of) => ruleOf(of) === rule));
      expect(untried.map(({ path, id }) => `${path} ${id}`)).toEqual([]);
    });

    it('are what each case names', () => {
      const unknown = kindCases.filter((of) => ruleOf(of) === undefined);
      expect(unknown.map(({ path, rule }) => `${path} ${rule}`)).toEqual([]);
    });

    it('are told apart by path and id', () => {
      const names = rules.map(({ path, id }) => `${path} ${id}`);
      expect(names).toEqual([...new Set(names)]);
    });

    it('that judge a change are tried on a change', () => {
      const transitions = kindCases.filter((of) => ruleOf(of)?.rule.includes('oldSelf'));
      expect(transitions.filter(({ before }) => before === undefined)).toEqual([]);
    });

    for (const { path, rule, before, passes, fails } of kindCases) {
      it(`${path || 'the root'}: ${rule} lets through what keeps it and refuses what breaks it with its own message alone`, async () => {
        const message = ruleOf({ path, rule })?.message;
        const { client } = controlPlane;
        if (before) await client.create(resource, before);
        try {
          expect(await objectionsTo(client.apply(resource, passes, applying))).toEqual([]);
          const objections = await objectionsTo(client.apply(resource, fails, applying));
          expect(objections).toEqual([expect.stringMatching(/./)]);
          expect(objections[0]?.endsWith(`: ${message}`), objections[0]).toBe(true);
        } finally {
          if (before) await client.delete(resource, before.metadata);
        }
      });
    }
  });
}
