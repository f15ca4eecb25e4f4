import { describe, expect, it } from 'vitest';
import { reasons } from '../api/index.ts';
import { SluiceError } from '../errors.ts';
import type { Cache, Client, KubeObject, ObjectKey, Resource } from '../runtime/index.ts';
import { carryOut } from './act.ts';
import type { Change } from './change.ts';
import { approvalHash } from './hash.ts';
import type { ActPorts } from './ports.ts';
import { aChild, configMaps, oneOfEach } from './testing/changes.ts';

/** Ports that write down what they are asked for; `refuse` names a call that fails. */
function recorder(options: { readonly live?: KubeObject; readonly refuse?: string } = {}) {
  const calls: string[] = [];
  const note = async (call: string) => {
    calls.push(call);
    if (options.refuse !== undefined && call.startsWith(options.refuse)) {
      throw new SluiceError(reasons.topicRefused, `${call} was refused`);
    }
  };
  const client: Pick<Client, 'apply' | 'delete' | 'patchMerge'> = {
    apply: async (_resource, object, { fieldManager }) => {
      await note(`apply ${object.kind} ${object.metadata.name} as ${fieldManager}`);
      return object;
    },
    delete: async (_resource, key, { uid } = {}) => {
      await note(`delete ${key.name} ${uid}`);
      return true;
    },
    patchMerge: async (_resource: Resource, key: ObjectKey, patch: unknown) => {
      await note(`patch ${key.name} ${JSON.stringify(patch)}`);
      // The API server's answer is the object itself.
      return { ...subject.object, metadata: { ...subject.object.metadata, resourceVersion: '8' } } as never;
    },
  };
  const ports: ActPorts = {
    client: client as Client,
    cache: { get: () => options.live } as unknown as Cache,
    fieldManager: 'sluice-eventservice',
    topics: {
      createTopics: (topics) => note(`create ${topics.map(({ topic }) => topic).join(',')}`),
      addPartitions: (topic, to) => note(`partitions ${topic} ${to}`),
      alterTopicConfig: (topic, entries) => note(`alter ${topic} ${Object.entries(entries).join(' ')}`),
      deleteTopic: (topic, id) => note(`delete ${topic} ${id}`),
    },
    access: {
      putUser: (user, password) => note(`put ${user} ${password}`),
      deleteUser: (user) => note(`delete ${user}`),
      grant: (user, grants) => note(`grant ${user} ${grants.length}`),
      revoke: (acls) => note(`revoke ${acls.map(({ name }) => name)}`),
      deny: (user, grants) => note(`deny ${user} ${grants.length}`),
    },
    groups: {
      commitOffsets: (group, offsets) => note(`commit ${group} ${JSON.stringify(offsets)}`),
      evictMembers: (group, members) => note(`evict ${group} ${members.length}`),
    },
    schemas: {
      setCompatibility: (name, level) => note(`level ${name} ${level}`),
      registerSchema: async (name) => {
        await note(`register ${name}`);
        return 1;
      },
      deleteSubject: (name) => note(`delete ${name}`),
    },
  };
  return { calls, ports };
}

const subject = {
  resource: configMaps as Resource,
  object: {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'order', namespace: 'shop', resourceVersion: '7' },
  } as KubeObject,
};

function approvedBy(hash: string | undefined) {
  const metadata = { ...subject.object.metadata, annotations: { 'sluice.dev/approve': hash ?? '' } };
  return { ...subject, object: { ...subject.object, metadata } };
}

const { AddFinalizer, AddPartitions, AlterTopicConfig, Apply, CreateTopic, Delete, DeleteTopic } = oneOfEach;
const payments: Change = { ...CreateTopic, topic: 'shop.payments' };

describe('carrying a plan out', () => {
  it('begins nothing more once the process must end', async () => {
    const { calls, ports } = recorder();
    const outcome = await carryOut([oneOfEach.CreateTopic, oneOfEach.RegisterSchema], subject, {
      ...ports,
      signal: AbortSignal.abort(),
    });
    expect(calls).toEqual([]);
    expect(outcome.done).toEqual([]);
    expect(outcome.failure).toBeDefined();
  });

  it('makes every kind of change, in their order', async () => {
    const { calls, ports } = recorder();
    const changes = Object.values(oneOfEach);
    const outcome = await carryOut(changes, approvedBy(approvalHash(changes)), ports);
    expect(calls).toEqual([
      'apply ConfigMap order as sluice-eventservice',
      'delete former u1',
      'create shop.orders',
      'partitions shop.orders 6',
      'alter shop.orders retention.ms,1000 segment.ms,',
      'delete shop.orders J7oCnPNRRXK4eWU5qLk1Zw',
      'level shop.orders-value FULL_TRANSITIVE',
      'register shop.orders-value',
      'delete shop.orders-value',
      'put shop.order.a told-nowhere',
      'delete shop.order.b',
      'grant shop.order.a 2',
      'revoke shop.former',
      'deny shop.order.a 1',
      'commit shop.order {"shop.payments":{"0":12,"1":0}}',
      'evict shop.order 2',
      'patch order-a-7d9f-x2v8k {"metadata":{"uid":"u2","annotations":{"sluice.dev/role":"3 draining"}}}',
      'patch order {"metadata":{"finalizers":["sluice.dev/cleanup"],"resourceVersion":"7"}}',
    ]);
    expect(outcome.done).toEqual(changes);
    expect(outcome.held).toEqual([]);
  });

  it('creates topics that stand together in one request', async () => {
    const { calls, ports } = recorder();
    const outcome = await carryOut([CreateTopic, payments, Apply, payments], subject, ports);
    expect(calls.filter((call) => call.startsWith('create'))).toEqual([
      'create shop.orders,shop.payments',
      'create shop.payments',
    ]);
    expect(outcome.done).toHaveLength(4);
  });

  it('changes topics that stand together at once, and tries all of them before it tells of a failure', async () => {
    const { calls, ports } = recorder({ refuse: 'delete shop.orders' });
    const other = { ...DeleteTopic, topic: 'shop.payments' };
    const changes = [DeleteTopic, other, Apply];
    const outcome = await carryOut(changes, approvedBy(approvalHash(changes)), ports);
    expect(calls).toHaveLength(2);
    expect(calls.every((call) => call.startsWith('delete'))).toBe(true);
    expect(outcome).toMatchObject({ done: [], failure: { change: DeleteTopic } });
  });

  it('stops at the first failure and tells of it', async () => {
    const { calls, ports } = recorder({ refuse: 'partitions' });
    const outcome = await carryOut([CreateTopic, AddPartitions, Apply], subject, ports);
    expect(calls).toEqual(['create shop.orders', 'partitions shop.orders 6']);
    expect(outcome).toMatchObject({ done: [CreateTopic], failure: { change: AddPartitions } });
  });

  it('holds what waits, and goes on with the rest', async () => {
    const { calls, ports } = recorder();
    const waiting = { ...AddPartitions, waitsFor: 'the reader' };
    const outcome = await carryOut([waiting, CreateTopic], subject, ports);
    expect(calls).toEqual(['create shop.orders']);
    expect(outcome.held).toEqual([waiting]);
  });

  it('holds what loses data until its hash is approved', async () => {
    const changes = [DeleteTopic, CreateTopic];
    for (const approval of [undefined, 'another', approvalHash([DeleteTopic, AlterTopicConfig])]) {
      const { calls, ports } = recorder();
      const outcome = await carryOut(changes, approvedBy(approval), ports);
      expect(calls).toEqual(['create shop.orders']);
      expect(outcome.held).toEqual([DeleteTopic]);
    }
    const { calls, ports } = recorder();
    await carryOut(changes, approvedBy(approvalHash(changes)), ports);
    expect(calls[0]).toBe('delete shop.orders J7oCnPNRRXK4eWU5qLk1Zw');
  });

  it('counts an Apply that finds everything in place as nothing done', async () => {
    const first = recorder();
    let applied: KubeObject | undefined;
    const client = { apply: async (_: Resource, object: KubeObject) => (applied = object) } as unknown as Client;
    await carryOut([Apply], subject, { ...first.ports, client });
    expect(applied?.metadata.annotations?.['sluice.dev/last-applied']).toMatch(/^[0-9a-f]{16}$/);
    const again = recorder({ ...(applied ? { live: applied } : {}) });
    expect(await carryOut([Apply], subject, again.ports)).toMatchObject({ done: [] });
    expect(again.calls).toEqual([]);
  });

  it('writes a Secret without asking what is there', async () => {
    const { calls, ports } = recorder({ live: aChild({ a: '1' }) });
    const secret: Change = { ...Apply, isWriteOnly: true };
    expect((await carryOut([secret], subject, ports)).done).toEqual([secret]);
    expect(calls).toHaveLength(1);
  });

  it('counts a deletion of what is gone as nothing done', async () => {
    const { ports } = recorder();
    const client = { delete: async () => false } as unknown as Client;
    expect(await carryOut([Delete], subject, { ...ports, client })).toMatchObject({ done: [] });
  });

  it('without the port that a change needs is a failure that says so', async () => {
    const { ports } = recorder();
    const outcome = await carryOut([CreateTopic], subject, { ...ports, topics: undefined });
    expect(outcome.failure?.error).toBeInstanceOf(RangeError);
  });

  it('takes the resource as it is after its own finalizer was set', async () => {
    const { calls, ports } = recorder();
    await carryOut([AddFinalizer, AddFinalizer], subject, ports);
    expect(calls.map((call) => /"resourceVersion":"(\d+)"/.exec(call)?.[1])).toEqual(['7', '8']);
  });
});
