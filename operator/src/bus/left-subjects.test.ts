import { describe, expect, it } from 'vitest';
import type { EventService, SubjectStatus } from '../api/index.ts';
import type { Written } from '../api/v1alpha1/builders.ts';
import { aTopic } from '../kafka/testing/topics.ts';
import { decideOnBus } from './decide.ts';
import { observeBus } from './observe.ts';
import { eventBuses } from './resources.ts';
import { recordedConnections } from './testing/connections.ts';
import { aReadyBus, aWorld, putBus, putJob, putService } from './testing/world.ts';

const url = 'http://registry/apis/ccompat/v7';
const now = new Date('2026-06-01T00:00:00Z');
const deletedAt = (time: string) => ({
  metadata: { deletionTimestamp: time, finalizers: ['sluice.dev/cleanup'] },
});
const subject: SubjectStatus = { subject: 'orders-value', topic: 'orders', id: 1, version: 1, fingerprint: 'f' };
const status = {
  topics: [{ topic: 'orders', id: 'id-of-orders', deletionPolicy: 'Delete' as const }],
  subjects: [{ ...subject, deletionPolicy: 'Delete' as const }],
};

/** A registry and brokers that hold what the status speaks of. */
function aWorldWithOrders() {
  const world = aWorld();
  putBus(world, { schemaRegistry: { url } });
  const recorded = recordedConnections();
  recorded.topics.set('orders', aTopic('orders'));
  recorded.subjects.set('orders-value', []);
  const decide = async (object: EventService) => decideOnBus(await observeBus(object, world, recorded.buses), now);
  return { world, recorded, decide };
}

function publishing(schema: string, deletionPolicy: 'Delete' | 'Retain'): Written<EventService['spec']> {
  return { publishes: [{ topic: 'orders', deletionPolicy, schema: { inline: schema } }] };
}

describe('the subject of a topic', () => {
  it('is remembered with what was declared of its end, and without it once that is taken back', async () => {
    const { world, decide } = aWorldWithOrders();
    const known = { status: { ...status, subjects: [subject] } };
    const toDelete = await decide(putService(world, publishing('"string"', 'Delete'), known));
    expect(toDelete.subjects).toMatchObject([{ subject: 'orders-value', deletionPolicy: 'Delete' }]);
    const toRetain = await decide(putService(world, publishing('"string"', 'Retain'), { status }));
    expect(toRetain.subjects).toMatchObject([{ subject: 'orders-value' }]);
    expect(toRetain.subjects[0]).not.toHaveProperty('deletionPolicy');
  });

  it('goes after a topic that goes, and before the finalizer', async () => {
    const { world, decide } = aWorldWithOrders();
    const service = putService(world, publishing('"string"', 'Delete'), {
      ...deletedAt('2026-05-31T23:59:50Z'),
      status,
    });
    expect(await decide(service)).toMatchObject({
      changes: [{ action: 'DeleteTopic' }, { action: 'DeleteSubject', subject: 'orders-value' }],
      isCleanedUp: true,
    });
  });

  it('goes with a topic whose schema was declared no more', async () => {
    const { world, decide } = aWorldWithOrders();
    const bare = { publishes: [{ topic: 'orders', deletionPolicy: 'Delete' as const }] };
    const kept = await decide(putService(world, bare, { status }));
    expect(kept).toMatchObject({ changes: [], subjects: status.subjects });
    expect((await decide(putService(world, { publishes: [] }, { status }))).changes).toMatchObject([
      { action: 'DeleteTopic' },
      { action: 'DeleteSubject' },
    ]);
  });

  it('waits for the approval of its topic, and is deleted once that is gone', async () => {
    const { world, recorded, decide } = aWorldWithOrders();
    recorded.withRecords.add('orders');
    const service = putService(world, { publishes: [] }, { status });
    const asked = await decide(service);
    expect(asked.changes).toMatchObject([
      { action: 'DeleteTopic', risk: 'DataLoss' },
      { action: 'DeleteSubject', waitsFor: 'the deletion of topic orders' },
    ]);
    expect(asked.subjects).toEqual(status.subjects);
    const { recorded: later, ...rest } = aWorldWithOrders();
    later.topics.clear();
    const gone = await rest.decide(putService(rest.world, { publishes: [] }, { status }));
    expect(gone.changes).toMatchObject([{ action: 'DeleteSubject' }]);
    expect(gone.needsFinalizer).toBe(true);
  });

  describe('is retained where it is used by', () => {
    const ownerOfOrders = { bus: { name: 'second' }, publishes: [{ topic: 'orders' }] };
    const reference = { name: 'shop.Order', subject: 'orders-value', version: 1 };
    const referring = { publishes: [{ topic: 'audit', schema: { inline: '"Order"', references: [reference] } }] };
    it.each([
      ['a topic of the same name on another bus with the same registry', ownerOfOrders, 'EventService shop/other'],
      ['a schema that another service declares', referring, 'EventService shop/other'],
    ] as const)('%s', async (_, spec, who) => {
      const { world, recorded, decide } = aWorldWithOrders();
      recorded.topics.clear();
      world.put(eventBuses, aReadyBus({ schemaRegistry: { url: `${url}/` } }, { name: 'second' }));
      putService(world, spec, { metadata: { name: 'other' } });
      const decision = await decide(putService(world, { publishes: [] }, { status }));
      expect(decision.changes).toEqual([]);
      expect(decision.notices).toMatchObject([{ reason: 'SubjectRetained', note: expect.stringContaining(who) }]);
    });

    it('a schema that the registry knows of', async () => {
      const { world, recorded, decide } = aWorldWithOrders();
      recorded.topics.clear();
      recorded.subjects.set('orders-value', [42]);
      const decision = await decide(putService(world, { publishes: [] }, { status }));
      expect(decision.notices).toMatchObject([{ note: expect.stringContaining('ids 42') }]);
      expect(decision.changes).toEqual([]);
    });

    it('but not by one on a bus with another registry, and not by a reader', async () => {
      const { world, recorded, decide } = aWorldWithOrders();
      recorded.topics.clear();
      world.put(eventBuses, aReadyBus({ schemaRegistry: { url: 'http://other' } }, { name: 'second' }));
      putService(world, ownerOfOrders, { metadata: { name: 'other' } });
      putJob(world, { reads: [{ topic: 'orders', as: 'orders' }], writes: [] }, { metadata: { name: 'reader' } });
      const decision = await decide(putService(world, { publishes: [] }, { status }));
      expect(decision.changes).toMatchObject([{ action: 'DeleteSubject' }]);
    });
  });

  it('of a deleted resource waits a minute for a registry that is away, then it is retained', async () => {
    const { world, recorded, decide } = aWorldWithOrders();
    recorded.isRegistryAway = true;
    const early = putService(world, { publishes: [] }, { ...deletedAt('2026-05-31T23:59:01Z'), status });
    expect(await decide(early)).toMatchObject({
      changes: [{ action: 'DeleteTopic' }],
      isCleanedUp: false,
      notices: [],
    });
    const late = putService(world, { publishes: [] }, { ...deletedAt('2026-05-31T23:59:00Z'), status });
    expect(await decide(late)).toMatchObject({
      isCleanedUp: true,
      notices: [{ reason: 'SubjectRetained', note: expect.stringContaining('The registry does not answer.') }],
    });
  });

  it('of a deleted resource is retained when the registry does not let it go for ten minutes', async () => {
    const { world, recorded, decide } = aWorldWithOrders();
    recorded.topics.clear();
    const late = putService(world, { publishes: [] }, { ...deletedAt('2026-05-31T23:50:00Z'), status });
    expect(await decide(late)).toMatchObject({
      changes: [],
      isCleanedUp: true,
      notices: [{ type: 'Warning', reason: 'SubjectRetained' }],
    });
  });

  it('is asked about only when it is to go', async () => {
    const { world, recorded, decide } = aWorldWithOrders();
    await decide(putService(world, { publishes: [{ topic: 'orders', deletionPolicy: 'Delete' }] }, { status }));
    expect(recorded.calls.filter((call) => call.startsWith('registry:'))).toEqual([]);
  });
});
