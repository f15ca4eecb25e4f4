// Schemas, workloads and readers are judged together before anything changes. One writer and one reader live through it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conditionOf, eventually, isTrue, type LiveCondition, type LiveObject } from '../platform/kubectl.ts';
import { aBus, aManifest, apply, aService, type Manifest, remove, type Story } from '../platform/manifests.ts';
import { killProcessWhen } from '../platform/processes.ts';
import { providedPlatform } from '../platform/provided.ts';
import { waitReady } from '../platform/ready.ts';
import { operatorPod } from '../platform/sluice.ts';

const story: Story = { name: 'schema-gate', namespace: 'shop' };
const { cluster, orderImage, sluice, auditLog } = providedPlatform();

const topic = 'shop.gate-parcels';
const busName = 'gate';
const registryPath = '/apis/ccompat/v7';
const registryPods = 'app.kubernetes.io/name=registry';

function parcel(...fields: readonly object[]): string {
  const all = [{ name: 'id', type: 'string' }, ...fields];
  return JSON.stringify({ type: 'record', name: 'ParcelSent', namespace: 'dev.sluice.gate', fields: all });
}

const weight = { name: 'weight', type: 'int' };
const schemas = {
  withWeight: parcel(weight),
  /** Breaks the level: what was written before has no such field. */
  breaking: parcel(weight, { name: 'currency', type: 'string' }),
  mended: parcel(weight, { name: 'currency', type: 'string', default: 'EUR' }),
  /** Within the level, and a reader that needs the weight cannot read it. */
  withoutWeight: parcel({ name: 'currency', type: 'string', default: 'EUR' }),
  withDefaults: parcel({ ...weight, default: 0 }),
  withBoth: parcel({ ...weight, default: 0 }, { name: 'currency', type: 'string', default: 'EUR' }),
  withNote: parcel({ ...weight, default: 0 }, { name: 'note', type: 'string', default: '' }),
};

function aParty(name: string, version: string, spec: object): Manifest {
  const service = aService(story, name, { bus: busName, image: orderImage, message: version });
  return { ...service, spec: { ...(service['spec'] as object), ...spec } };
}

const writer = (version: string, schema: string) =>
  aParty('gate-writer', version, { publishes: [{ topic, partitions: 1, schema: { inline: schema } }] });
const reader = (version: string, schema: string) =>
  aParty('gate-reader', version, { consumes: [{ topic, schema: { inline: schema } }] });

beforeAll(async () => {
  const shop = await cluster.get('shop', 'eventbus/shop');
  const [broker] = (shop?.status?.['bootstrapServers'] ?? []) as readonly string[];
  const bus = aBus(story, busName, broker === undefined ? {} : { broker });
  const spec = bus['spec'] as { readonly schemaRegistry: object };
  await apply(
    cluster,
    { ...bus, spec: { ...spec, schemaRegistry: { ...spec.schemaRegistry, compatibility: 'Backward' } } },
    writer('1', schemas.withWeight),
    reader('1', schemas.withWeight),
  );
  await waitReady(cluster, 'shop', ['eventservice/gate-writer', 'eventservice/gate-reader']);
});
afterAll(async () => {
  await scaleRegistry(1);
  await cluster.run(['rollout', 'status', '-n', 'shop', 'deployment/registry', '--timeout=120s']);
  await remove(
    cluster,
    writer('1', ''),
    reader('1', ''),
    aManifest(story, 'sluice.dev/v1alpha1/EventBus', busName, {}),
  );
});

async function scaleRegistry(replicas: number): Promise<void> {
  await cluster.run(['scale', '-n', 'shop', 'deployment/registry', `--replicas=${replicas}`]);
}

/** Asked of the registry itself, by way of the API server. */
async function versions(): Promise<number> {
  const service = `/api/v1/namespaces/shop/services/registry:8080/proxy${registryPath}`;
  return JSON.parse(await cluster.run(['get', '--raw', `${service}/subjects/${topic}-value/versions`])).length;
}

async function says(name: string, reason: string): Promise<LiveCondition> {
  return eventually(`EventService ${name} says ${reason}`, async () => {
    const service = await cluster.get('shop', `eventservice/${name}`);
    const condition = conditionOf(service, 'SchemasCompatible');
    const isNew = condition?.observedGeneration === service?.metadata.generation;
    return condition?.reason === reason && isNew && condition;
  });
}

/** What must not change while a version is held back. */
async function pictureOf(name: string) {
  return { ...(await workloadOf(name)), versions: await versions() };
}

async function workloadOf(name: string) {
  const [pods, deployment, service] = await Promise.all([
    cluster.list('shop', 'pods', `sluice.dev/service=${name}`),
    cluster.get('shop', `deployment/${name}-a`),
    cluster.get('shop', `eventservice/${name}`),
  ]);
  return {
    pods: pods.map(({ metadata }) => metadata.uid),
    generation: deployment?.metadata.generation,
    topics: service?.status?.['topics'],
    subjects: service?.status?.['subjects'],
  };
}

async function runs(name: string, version: string): Promise<LiveObject> {
  return eventually(`EventService ${name} runs version ${version}`, async () => {
    const service = await cluster.get('shop', `eventservice/${name}`);
    const pods = await cluster.list('shop', 'pods', `sluice.dev/service=${name}`);
    const isNewest = pods.every((pod) => JSON.stringify(pod.spec).includes(`{"name":"MESSAGE","value":"${version}"}`));
    return isNewest && isTrue(service, 'Ready') && service;
  });
}

describe('the schema gate', () => {
  it('leaves pods, topic and registry as they are under a producer’s breaking change, and says what would mend it', async () => {
    const before = await pictureOf('gate-writer');
    await apply(cluster, writer('2', schemas.breaking));
    const { message } = await says('gate-writer', 'SchemaIncompatible');
    expect(message).toContain(
      'ParcelSent.currency is not in version 1 and has no default: give it one, or what version 1 wrote cannot be read',
    );
    expect(await pictureOf('gate-writer')).toEqual(before);
  });

  it('rolls the mended schema out', async () => {
    await apply(cluster, writer('3', schemas.mended));
    await runs('gate-writer', '3');
    expect(await versions()).toBe(2);
  });

  it('holds a producer that a reader cannot read, and lets it go by itself once that reader is upgraded', async () => {
    const before = await pictureOf('gate-writer');
    await apply(cluster, writer('4', schemas.withoutWeight));
    const { message } = await says('gate-writer', 'WaitingForReader');
    expect(message).toContain(
      'EventService shop/gate-reader reads field ParcelSent.weight, which is not written any more, and has no default for it',
    );
    expect(await pictureOf('gate-writer')).toEqual(before);

    await apply(cluster, reader('4', schemas.withDefaults));
    await runs('gate-reader', '4');
    await runs('gate-writer', '4');
    expect(await versions()).toBe(3);
  });

  it('lets running versions run while the registry is stopped, has new ones wait, and resumes', async () => {
    const before = await workloadOf('gate-writer');
    await scaleRegistry(0);
    await eventually(
      'the registry is gone',
      async () => (await cluster.list('shop', 'pods', registryPods)).length === 0,
    );

    await apply(cluster, writer('5', schemas.withBoth), reader('5', schemas.withNote));
    await says('gate-writer', 'RegistryUnreachable');
    await says('gate-reader', 'RegistryUnreachable');
    expect(await workloadOf('gate-writer')).toEqual(before);

    await scaleRegistry(1);
    await runs('gate-writer', '5');
    await runs('gate-reader', '5');
  });

  it.runIf(auditLog !== undefined)(
    'converges when the operator is killed between registering and rolling',
    async () => {
      const known = await versions();
      const operator = await operatorPod(cluster, sluice);
      await apply(cluster, writer('6', schemas.withNote));
      await killProcessWhen(operator.metadata.uid, 'node', async () => (await versions()) > known);
      await runs('gate-writer', '6');
      expect(await versions()).toBe(known + 1);
    },
  );
});
