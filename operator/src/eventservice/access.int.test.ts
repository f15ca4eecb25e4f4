// A service's own login on a broker that keeps rules: what its Secret lets a real client do, and how it changes.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { annotations } from '../api/index.ts';
import { anEventBus } from '../api/v1alpha1/builders.ts';
import { eventBuses, eventServices, secrets } from '../bus/index.ts';
import { connectKafka, type LiveAccess } from '../kafka/index.ts';
import { eventually } from '../runtime/testing/cluster.ts';
import { bindingOf as loginOf, writeAs } from './testing/logins.ts';
import {
  applyBus,
  applyService,
  condition,
  deploymentOf,
  runPods,
  runPodsUntil,
  serviceNamed,
  startWorld,
  type World,
} from './testing/world.ts';

const namespace = 'shop';
const administrator = { username: 'admin', password: 'admin-secret' };
let world: World;

beforeAll(async () => {
  world = await startWorld(administrator);
  await world.startOperator();
  await applyBus(world);
  // A topic of somebody else, which exists and is never declared by the services here.
  const admin = administratorOf();
  await admin.createTopics([{ topic: 'foreign', partitions: 1, replicas: 1, config: {} }]);
  await admin.close();
});
afterAll(() => world?.stop());

function administratorOf() {
  const sasl = { mechanism: 'SCRAM-SHA-512', ...administrator } as const;
  return connectKafka({ bootstrapServers: world.kafka.bootstrapServers, sasl });
}

async function liveAccess(): Promise<LiveAccess> {
  const admin = administratorOf();
  try {
    return await admin.describeAccess();
  } finally {
    await admin.close();
  }
}

const bindingOf = (name: string) => loginOf(world, name);
const write = (binding: Readonly<Record<string, string>>, topic: string) => writeAs(world, binding, topic);

function usersOf({ users }: LiveAccess, name: string): readonly string[] {
  return [...users].filter((user) => user.startsWith(`${namespace}.${name}.`)).sort();
}

describe("a service's own login", () => {
  it('lets it write what it publishes and nothing else', async () => {
    await applyService(world, 'writer', { publishes: [{ topic: 'shop.written' }] });
    await runPods(world, 'writer');
    const granted = await condition(world, 'writer', 'AccessGranted', { status: 'True' });
    expect(granted.message).toContain('User shop.writer.a may do what is declared and nothing else: 1 rules');
    const binding = await bindingOf('writer');
    expect(binding).toMatchObject({
      'security-protocol': 'SASL_PLAINTEXT',
      'sasl-mechanism': 'SCRAM-SHA-512',
      username: 'shop.writer.a',
    });
    await write(binding, 'shop.written');
    await expect(write(binding, 'foreign')).rejects.toThrow();
    const status = JSON.stringify(await serviceNamed(world, 'writer'));
    expect(status).not.toContain(binding['password']);
  });

  it('loses what is declared no more', async () => {
    await applyService(world, 'narrow', { publishes: [{ topic: 'shop.kept' }, { topic: 'shop.given-up' }] });
    await runPods(world, 'narrow');
    const binding = await bindingOf('narrow');
    await write(binding, 'shop.given-up');
    await applyService(world, 'narrow', { publishes: [{ topic: 'shop.kept' }] });
    await eventually('the rule is gone', async () => {
      const rules = (await liveAccess()).acls.filter(({ principal }) => principal === 'User:shop.narrow.a');
      return rules.length === 1 && rules[0]?.name === 'shop.kept';
    });
    await expect(write(binding, 'shop.given-up')).rejects.toThrow();
    await write(binding, 'shop.kept');
  });

  it('changes to the other principal when that is asked for: the new one works before the former goes', async () => {
    await applyService(world, 'rotating', { publishes: [{ topic: 'shop.rotating' }] });
    await runPods(world, 'rotating');
    const before = await bindingOf('rotating');
    const template = (await deploymentOf(world, 'rotating'))?.metadata.annotations?.[annotations.template];
    await world.client.patchMerge(
      eventServices,
      { namespace, name: 'rotating' },
      { metadata: { annotations: { [annotations.rotate]: 'once' } } },
    );
    await eventually('both work', async () => usersOf(await liveAccess(), 'rotating').length === 2);
    await eventually(
      'the Secret has the new login',
      async () => (await bindingOf('rotating'))['username'] !== before['username'],
    );
    await write(before, 'shop.rotating');
    await write(await bindingOf('rotating'), 'shop.rotating');
    await runPodsUntil(world, 'rotating', async () => {
      const live = await liveAccess();
      const rules = live.acls.filter(({ principal }) => principal === 'User:shop.rotating.a');
      return usersOf(live, 'rotating').join() === 'shop.rotating.b' && rules.length === 0;
    });
    await expect(write(before, 'shop.rotating')).rejects.toThrow();
    const deployment = await deploymentOf(world, 'rotating');
    expect(deployment?.metadata.annotations?.[annotations.template]).not.toBe(template);
    expect((await serviceNamed(world, 'rotating'))?.status?.access).toMatchObject({
      user: 'shop.rotating.b',
      epoch: 1,
      rotation: 'once',
    });
  });

  it('goes with the service', async () => {
    await applyService(world, 'leaving', { publishes: [{ topic: 'shop.leaving' }] });
    await runPods(world, 'leaving');
    expect(usersOf(await liveAccess(), 'leaving')).toEqual(['shop.leaving.a']);
    await world.client.delete(eventServices, { namespace, name: 'leaving' });
    await eventually('the service is gone', async () => (await serviceNamed(world, 'leaving')) === undefined);
    const live = await liveAccess();
    expect(usersOf(live, 'leaving')).toEqual([]);
    expect(live.acls.filter(({ principal }) => principal === 'User:shop.leaving.a')).toEqual([]);
  });

  it('is the same after the operator was started anew, and nobody is rolled', async () => {
    await applyService(world, 'steady', { publishes: [{ topic: 'shop.steady' }] });
    await runPods(world, 'steady');
    const before = { binding: await bindingOf('steady'), deployment: await deploymentOf(world, 'steady') };
    await world.stopOperator();
    await world.startOperator();
    await eventually('it was looked at', async () => (await world.reconciles()) > 0);
    await condition(world, 'steady', 'Ready', { status: 'True' });
    expect(await bindingOf('steady')).toEqual(before.binding);
    expect((await deploymentOf(world, 'steady'))?.metadata.generation).toBe(before.deployment?.metadata.generation);
    await write(before.binding, 'shop.steady');
  });
});

describe("the operator's own login", () => {
  it('is told by its Secret when a key is missing or the brokers refuse it, and heals with the Secret', async () => {
    const metadata = { name: 'kafka-login', namespace };
    const setLogin = (data: Readonly<Record<string, string>>) =>
      world.client.apply(
        secrets,
        { apiVersion: 'v1', kind: 'Secret', metadata, stringData: data },
        { fieldManager: 'user', force: true },
      );
    const { kafka } = anEventBus({
      kafka: {
        external: {
          bootstrapServers: world.kafka.bootstrapServers,
          sasl: { mechanism: 'SCRAM-SHA-512', secretRef: { name: metadata.name } },
        },
      },
    }).spec;
    const readyOf = async (reason: string) => {
      const bus = await world.client.get(eventBuses, { namespace, name: 'healing' });
      const ready = bus?.status?.conditions?.find(({ type }) => type === 'Ready');
      return ready?.reason === reason && ready;
    };
    await setLogin({ username: administrator.username });
    const bus = { ...anEventBus({ kafka }), metadata: { name: 'healing', namespace } };
    await world.client.apply(eventBuses, bus, { fieldManager: 'user' });
    const missing = await eventually('the key is missed', () => readyOf('SecretKeyMissing'));
    expect(missing.message).toContain('Secret shop/kafka-login');
    expect(missing.message).toContain('no key "password"');

    await setLogin({ username: administrator.username, password: 'wrong' });
    const refused = await eventually('the login is refused', () => readyOf('BrokerRefusedCredentials'));
    expect(refused.message).toContain('check kafka.external.sasl');
    expect(refused.message).not.toContain('wrong');

    await setLogin(administrator);
    await eventually('the bus is Ready', () => readyOf('Ready'));
  });
});
