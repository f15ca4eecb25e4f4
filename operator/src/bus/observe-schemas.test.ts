import { afterEach, describe, expect, it, vi } from 'vitest';
import { decideOnBus } from './decide.ts';
import { observeBus } from './observe.ts';
import { recordedConnections } from './testing/connections.ts';
import { aWorld, putBus, putService, settled } from './testing/world.ts';

const url = 'http://registry/apis/ccompat/v7';
const now = new Date('2026-06-01T00:00:00Z');
const topics = Array.from({ length: 100 }, (_, at) => `topic-${at}`);
const schemaOf = (topic: string) => `{"type":"record","name":"${topic.replace('-', '')}","fields":[]}`;
const publishes = topics.map((topic) => ({ topic, schema: { inline: schemaOf(topic) } }));

/** A service of which everything is registered, and a registry that has it. */
async function aSettledService() {
  const world = aWorld();
  putBus(world, { schemaRegistry: { url } });
  const recorded = recordedConnections();
  const service = putService(world, { publishes });
  const { changes } = decideOnBus(await observeBus(service, world, recorded.buses), now);
  const subjects = changes.flatMap((change) => {
    if (change.action !== 'RegisterSchema') return [];
    const { subject, topic, fingerprint } = change;
    return [{ subject, topic, fingerprint, id: 1, version: 1 }];
  });
  const later = recordedConnections();
  for (const { subject } of subjects) later.subjects.set(subject, []);
  return { world, recorded: later, service: settled(service, { subjects }), subjects };
}

describe('schemas that are as they are remembered', () => {
  it('cost one question a minute, however many there are, and none until then', async () => {
    const { world, recorded, service, subjects } = await aSettledService();
    const asked = () => recorded.calls.filter((call) => call.startsWith('registry:'));
    expect(subjects).toHaveLength(topics.length);
    const decision = decideOnBus(await observeBus(service, world, recorded.buses), now);
    expect(decision.subjects).toEqual(subjects);
    expect(asked()).toEqual(['registry:subjects']);
    for (let i = 0; i < 10; i++) await observeBus(service, world, recorded.buses);
    expect(asked()).toEqual(['registry:subjects']);
  });

  it('are asked about one by one where they are gone', async () => {
    const { world, recorded, service } = await aSettledService();
    recorded.subjects.delete('topic-7-value');
    const { changes } = decideOnBus(await observeBus(service, world, recorded.buses), now);
    expect(changes.filter(({ action }) => action === 'RegisterSchema')).toMatchObject([{ topic: 'topic-7' }]);
  });
});

describe('a registry that answers, but each time after seconds', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('is given up after half a minute, whatever is left to ask', async () => {
    const world = aWorld();
    putBus(world, { schemaRegistry: { url, compatibility: 'Full' } });
    const recorded = recordedConnections();
    const started = performance.now();
    vi.spyOn(performance, 'now').mockImplementation(() => started + recorded.calls.length * 3_000);
    const observation = await observeBus(putService(world, { publishes }), world, recorded.buses);
    if (observation.state !== 'available') throw new Error(observation.verdict.message);
    expect(observation.schemas.registry).toEqual({
      state: 'unavailable',
      reason: 'RegistryFailed',
      message: expect.stringMatching(
        /^The schema registry answers too slowly: of 100 schemas \d+ were judged within 30 s/,
      ),
    });
    expect(recorded.calls.length).toBeLessThan(30);
  });
});
