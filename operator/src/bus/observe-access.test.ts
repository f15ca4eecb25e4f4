import { expect, it } from 'vitest';
import { anEventService } from '../api/v1alpha1/builders.ts';
import { fingerprintOf, type LiveAccess } from '../kafka/index.ts';
import { type KafkaUser, kafkaUsers } from '../strimzi/index.ts';
import type { AccessView } from './access-view.ts';
import { observeAccess, ownKafkaUsersOf } from './observe-access.ts';
import { aReadyBus, aWorld } from './testing/world.ts';

const order = anEventService();
const credential = { user: 'shop.order.a', password: 'secret' };
const bus = aReadyBus({ kafka: { strimzi: { cluster: 'main', listener: 'sasl' } } });

/** Brokers that have the user once they are asked anew. */
function aView() {
  const asked: string[] = [];
  const live = (...users: string[]): LiveAccess => ({ hasRules: true, acls: [], users: new Set(users) });
  const view: AccessView = {
    live: async ({ isFresh = false } = {}) => {
      asked.push(isFresh ? 'fresh' : 'known');
      return isFresh ? live(credential.user) : live();
    },
    given: new Map([[credential.user, 'of this process']]),
    visibleTo: async () => {
      asked.push('visible');
      return new Set();
    },
    forgetVisible: (...users) => void asked.push(`forget ${users.join()}`),
    port: { putUser: notHere, deleteUser: notHere, grant: notHere, revoke: notHere, deny: notHere },
  };
  return { view, asked };
}

function notHere(): Promise<never> {
  return Promise.reject(new Error('an observation changes nothing'));
}

function aKafkaUser(isReady: boolean, labels: Record<string, string> = {}): KafkaUser {
  const conditions = isReady ? [{ type: 'Ready', status: 'True' }] : [];
  return {
    apiVersion: 'kafka.strimzi.io/v1',
    kind: 'KafkaUser',
    metadata: {
      name: credential.user,
      namespace: 'shop',
      generation: 1,
      annotations: { 'sluice.dev/login': fingerprintOf(credential) },
      labels: { 'app.kubernetes.io/managed-by': 'sluice', 'sluice.dev/bus': 'shop', ...labels },
    },
    status: { conditions, observedGeneration: 1 },
  };
}

it('asks the brokers anew where KafkaUsers say otherwise, and takes what is given from them', async () => {
  const world = aWorld();
  world.put(kafkaUsers, aKafkaUser(true));
  const { view, asked } = aView();
  const access = await observeAccess(order, bus, view, world);
  expect([...access.live.users]).toEqual([credential.user]);
  expect(access.given.get(credential.user)).toBe(fingerprintOf(credential));
  await access.visibleTo(credential);
  expect(asked).toEqual(['known', 'fresh', 'visible']);
});

it('asks the brokers nothing anew where they are as KafkaUsers say', async () => {
  const { view, asked } = aView();
  await observeAccess(order, bus, view, aWorld());
  expect(asked).toEqual(['known']);
});

it('does not try what a user sees while Strimzi is at work on it', async () => {
  const world = aWorld();
  world.put(kafkaUsers, aKafkaUser(false));
  const { view, asked } = aView();
  const access = await observeAccess(order, bus, view, world);
  expect(await access.visibleTo(credential)).toBeUndefined();
  expect(asked).toEqual(['known', 'fresh', 'forget shop.order.a,shop.order.b']);
});

it('looks at no KafkaUsers on a bus that is not on Strimzi', async () => {
  const { view, asked } = aView();
  const access = await observeAccess(order, aReadyBus(), view, aWorld());
  expect(access.kafkaUsers).toBeUndefined();
  expect(access.given.get(credential.user)).toBe('of this process');
  expect(asked).toEqual(['known']);
});

it('knows the KafkaUsers that it made without the bus, and no others', () => {
  const world = aWorld();
  world.put(kafkaUsers, aKafkaUser(true));
  expect([...ownKafkaUsersOf(order, world).keys()]).toEqual([credential.user]);
  world.put(kafkaUsers, aKafkaUser(true, { 'sluice.dev/bus': 'other' }));
  expect(ownKafkaUsersOf(order, world).size).toBe(0);
});
