import { describe, expect, it } from 'vitest';
import { anEventBus, anEventService, aStreamJob } from '../api/v1alpha1/builders.ts';
import { type LineageInput, lineageOf, type Participant } from './lineage.ts';

interface Fields {
  readonly publishes?: readonly string[];
  readonly consumes?: readonly string[];
  readonly deadLetter?: string;
  readonly namespace?: string;
}

function aService(
  name: string,
  { publishes = [], consumes = [], deadLetter, namespace = 'shop' }: Fields,
): Participant {
  return anEventService(
    {
      bus: { name: 'shop', namespace: 'shop' },
      publishes: publishes.map((topic) => ({ topic })),
      consumes: consumes.map((topic) => ({ topic, ...(deadLetter ? { deadLetter: { topic: deadLetter } } : {}) })),
    },
    { metadata: { name, namespace } },
  );
}

function aJob(name: string, reads: readonly string[], writes: readonly string[]): Participant {
  const table = (topic: string) => ({ topic, as: topic.replaceAll('.', '_') });
  return aStreamJob({ reads: reads.map(table), writes: writes.map(table) }, { metadata: { name, namespace: 'shop' } });
}

function lineage(participants: readonly Participant[], rest: Partial<LineageInput> = {}) {
  return lineageOf({ buses: [], participants, isVisible: () => true, ...rest });
}

const names = (references: readonly { readonly name: string }[]) => references.map(({ name }) => name);

describe('the lineage', () => {
  it('says of each topic who writes and who reads it, with what its owner knows of it', () => {
    const order = anEventService(
      { publishes: [{ topic: 'shop.orders' }] },
      {
        status: {
          topics: [{ topic: 'shop.orders', id: 'T1', partitions: 6 }],
          subjects: [{ topic: 'shop.orders', subject: 'shop.orders-value', version: 3 }],
          conditions: [
            {
              type: 'Ready',
              status: 'False',
              reason: 'BusNotReady',
              message: 'Wait.',
              lastTransitionTime: '2026-01-01T00:00:00Z',
            },
          ],
        },
      },
    );
    const { topics, services, jobs } = lineage([order, aJob('fraud', ['shop.orders'], ['shop.alerts'])]);
    expect(topics).toEqual([
      {
        bus: 'shop/shop',
        topic: 'shop.alerts',
        writers: [{ kind: 'StreamJob', namespace: 'shop', name: 'fraud' }],
        readers: [],
      },
      {
        bus: 'shop/shop',
        topic: 'shop.orders',
        id: 'T1',
        partitions: 6,
        subject: { name: 'shop.orders-value', version: 3 },
        writers: [{ kind: 'EventService', namespace: 'shop', name: 'order' }],
        readers: [{ kind: 'StreamJob', namespace: 'shop', name: 'fraud' }],
      },
    ]);
    expect(services[0]?.ready).toEqual({ status: 'False', reason: 'BusNotReady', message: 'Wait.' });
    expect(jobs[0]).toMatchObject({
      name: 'fraud',
      reads: ['shop.orders'],
      writes: ['shop.alerts'],
      ready: { status: 'Unknown' },
    });
  });

  it('finds cycles over services and jobs, those of one service too, and no two that are apart as one', () => {
    const { findings } = lineage([
      aService('a', { publishes: ['t.a'], consumes: ['t.c'] }),
      aService('b', { publishes: ['t.b'], consumes: ['t.a'] }),
      aJob('c', ['t.b'], ['t.c']),
      aService('self', { publishes: ['t.self'], consumes: ['t.self'] }),
      aService('after', { publishes: ['t.end'], consumes: ['t.a', 't.self'] }),
    ]);
    expect(findings.cycles.map(names).toSorted()).toEqual([['a', 'b', 'c'], ['self']]);
  });

  it('finds the cycle of ten thousand without running out of stack', () => {
    const length = 10_000;
    const one = aStreamJob();
    const [read, write] = [one.spec.reads?.[0], one.spec.writes?.[0]];
    const ring = Array.from({ length }, (_, at) => ({
      ...one,
      metadata: { ...one.metadata, name: `s${at}` },
      spec: {
        ...one.spec,
        ...(read ? { reads: [{ ...read, topic: `t.${at}` }] } : {}),
        ...(write ? { writes: [{ ...write, topic: `t.${(at + 1) % length}` }] } : {}),
      },
    }));
    expect(lineage(ring).findings.cycles.map(({ length: size }) => size)).toEqual([length]);
  }, 20_000);

  it('reports what is read and declared by nobody, and what is declared by two', () => {
    const { findings } = lineage([
      aService('a', { publishes: ['t.a'], consumes: ['t.none'], deadLetter: 't.dead' }),
      aService('b', { publishes: ['t.a'], consumes: ['t.dead'] }),
    ]);
    expect(findings.orphans).toEqual([
      { bus: 'shop/shop', topic: 't.none', readers: [expect.objectContaining({ name: 'a' })] },
    ]);
    expect(findings.severalWriters.map(({ topic, writers }) => [topic, ...names(writers)])).toEqual([
      ['t.a', 'a', 'b'],
    ]);
  });

  it('leaves out what the caller may not see, and calls no topic an orphan for it', () => {
    const hidden = aService('hidden', { publishes: ['t.a'], consumes: ['t.b'], namespace: 'billing' });
    const seen = aService('seen', { publishes: ['t.b'], consumes: ['t.a'] });
    const bus = anEventBus({}, { metadata: { name: 'secret', namespace: 'billing' } });
    const isVisible: LineageInput['isVisible'] = ({ metadata }) => metadata.namespace === 'shop';
    const shown = lineage([hidden, seen], { isVisible, buses: [bus] });
    expect(JSON.stringify(shown)).not.toMatch(/hidden|billing|secret/);
    expect(shown.topics).toMatchObject([
      { topic: 't.a', writers: [], readers: [{ name: 'seen' }] },
      { topic: 't.b', writers: [{ name: 'seen' }], readers: [] },
    ]);
    expect(shown.findings).toEqual({ cycles: [], orphans: [], severalWriters: [] });
  });

  it('of one namespace keeps who is at the other end of its topics, and nothing else of other namespaces', () => {
    const { services, topics } = lineage(
      [
        aService('order', { publishes: ['t.a'] }),
        aService('bill', { consumes: ['t.a'], publishes: ['t.bills'], namespace: 'billing' }),
      ],
      { namespace: 'shop' },
    );
    expect(names(services)).toEqual(['order']);
    expect(topics).toMatchObject([{ topic: 't.a', readers: [{ namespace: 'billing', name: 'bill' }] }]);
  });

  it('keeps topics of one name on two buses apart', () => {
    const elsewhere = anEventService(
      { bus: { name: 'other' }, consumes: [{ topic: 't.a' }] },
      { metadata: { name: 'x', namespace: 'shop' } },
    );
    const { findings } = lineage([aService('a', { publishes: ['t.a'] }), elsewhere]);
    expect(findings.orphans.map(({ bus }) => bus)).toEqual(['shop/other']);
  });
});
