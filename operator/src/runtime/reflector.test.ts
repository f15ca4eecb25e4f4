import { describe, expect, it } from 'vitest';
import { ApiError } from './errors.ts';
import { runReflector, type WatchClient } from './reflector.ts';
import { defineResource, type KubeObject, type Resource } from './resource.ts';

const refused = new ApiError({ status: 403, message: 'widgets is forbidden' });
const listed = { items: [], resourceVersion: '7' };
const widgets = { group: 'example.com', version: 'v1', plural: 'widgets', kind: 'Widget', namespaced: true };

/** What a reflector tells of, in order, until its client is asked for more than the given answers. */
async function told(resource: Resource, answers: readonly (ApiError | typeof listed)[]): Promise<readonly string[]> {
  const stop = new AbortController();
  const events: string[] = [];
  const left = [...answers];
  const client: WatchClient = {
    async list<T extends KubeObject>() {
      const answer = left.shift();
      if (answer instanceof ApiError) throw answer;
      return { ...listed, items: [] as readonly T[] };
    },
    // biome-ignore lint/correctness/useYield: the watch is refused before its first event.
    async *watch() {
      throw left.shift() ?? refused;
    },
  };
  const target = {
    replace: () => void events.push('listed'),
    change: () => {},
    missing: () => events.push('missing') && stop.abort(),
    report: ({ type }: { readonly type: 'list' | 'failure' }) => {
      if (type === 'failure') events.push('failure') && stop.abort();
    },
  };
  await runReflector({ client, resource, target }, stop.signal);
  return events;
}

describe('a kind whose reading the API server refuses', () => {
  it('counts as not installed where the right to it may be withheld', async () => {
    expect(await told(defineResource({ ...widgets, isOptional: true }), [refused])).toEqual(['missing']);
  });

  it('is a failure where the operator cannot do without', async () => {
    expect(await told(defineResource(widgets), [refused])).toEqual(['failure']);
  });

  it('is a failure once it was listed: what is there is not forgotten', async () => {
    expect(await told(defineResource({ ...widgets, isOptional: true }), [listed, refused])).toEqual([
      'listed',
      'failure',
    ]);
  });
});
