// What is wrong is said in a condition that names it, nobody else notices, and it heals once the cause is gone.
import { afterAll, beforeAll, describe, expect, it, type onTestFinished } from 'vitest';
import { conditionOf, eventually, type LiveCondition } from '../platform/kubectl.ts';
import {
  aBus,
  aJob,
  aManifest,
  apply,
  aSchemaMap,
  aService,
  type Manifest,
  parcelSchema,
  remove,
  type Story,
} from '../platform/manifests.ts';
import { providedPlatform } from '../platform/provided.ts';
import { waitReady } from '../platform/ready.ts';
import { watchShop } from '../platform/undisturbed.ts';

const story: Story = { name: 'bad-input', namespace: 'shop' };
const { cluster, orderImage } = providedPlatform();

let expectUndisturbed = async () => {};
beforeAll(async () => {
  expectUndisturbed = await watchShop(cluster);
});
afterAll(() => expectUndisturbed());

/** Applies them for as long as the test lasts. */
type Given = (...manifests: readonly Manifest[]) => Promise<void>;

function givenUntil(finished: typeof onTestFinished): Given {
  const made: Manifest[] = [];
  finished(() => remove(cluster, ...made));
  return (...manifests) => {
    made.push(...manifests);
    return apply(cluster, ...manifests);
  };
}

async function reported(resource: string, type: string, reason: string): Promise<LiveCondition> {
  let last: LiveCondition | undefined;
  return eventually(`${resource} says ${type} ${reason}`, async () => {
    last = conditionOf(await cluster.get('shop', resource), type);
    return last?.reason === reason && last;
  });
}

/** A Service of another name in front of the same pods: how a host that was missing comes to be. */
function aDoor(name: string, app: string, port: number): Manifest {
  return aManifest(story, 'v1/Service', name, {
    spec: { selector: { 'app.kubernetes.io/name': app }, ports: [{ port, targetPort: port }] },
  });
}

function publishing(configMap: string) {
  const schema = { configMapKeyRef: { name: configMap, key: 'event.avsc' } };
  return [{ topic: `shop.${configMap}`, schema }];
}

describe.concurrent('bad input', () => {
  it('a bus whose brokers do not answer says so, and heals when they do', async ({ onTestFinished }) => {
    const given = givenUntil(onTestFinished);
    await given(aBus(story, 'lost-broker', { broker: 'lost-broker.shop:9092' }));
    const condition = await reported('eventbus/lost-broker', 'Ready', 'BrokerUnreachable');
    expect(condition.message).toContain('lost-broker.shop:9092');

    await given(aDoor('lost-broker', 'kafka', 9092));
    await waitReady(cluster, 'shop', ['eventbus/lost-broker']);
  });

  it('a bus whose registry does not answer says so, and heals when it does', async ({ onTestFinished }) => {
    const given = givenUntil(onTestFinished);
    await given(aBus(story, 'lost-registry', { registry: 'http://lost-registry.shop:8080/apis/ccompat/v7' }));
    const condition = await reported('eventbus/lost-registry', 'Ready', 'RegistryUnreachable');
    expect(condition.message).toContain('lost-registry.shop:8080');

    await given(aDoor('lost-registry', 'registry', 8080));
    await waitReady(cluster, 'shop', ['eventbus/lost-registry']);
  });

  it('an image that does not exist is named with its pod', async ({ onTestFinished }) => {
    const given = givenUntil(onTestFinished);
    await given(aService(story, 'no-image', { image: 'docker.io/sluice/nowhere:1' }));
    const condition = await reported('eventservice/no-image', 'Ready', 'ImageUnavailable');
    expect(condition.message).toContain('docker.io/sluice/nowhere:1');

    await given(aService(story, 'no-image', { image: orderImage }));
    await waitReady(cluster, 'shop', ['eventservice/no-image']);
  });

  it('a ConfigMap that is missing is named, and its coming starts the service', async ({ onTestFinished }) => {
    const given = givenUntil(onTestFinished);
    await given(aService(story, 'no-map', { image: orderImage, publishes: publishing('late-schema') }));
    const condition = await reported('eventservice/no-map', 'Ready', 'SchemaSourceNotFound');
    expect(condition.message).toContain('late-schema');
    expect(await cluster.get('shop', 'deployment/no-map-a')).toBeUndefined();

    await given(aSchemaMap(story, 'late-schema', parcelSchema));
    await waitReady(cluster, 'shop', ['eventservice/no-map']);
  });

  it('a schema that is not Avro starts nothing, and its mending does', async ({ onTestFinished }) => {
    const given = givenUntil(onTestFinished);
    await given(
      aSchemaMap(story, 'odd-schema', '{"type": "recrod", "name": "Parcel"}'),
      aService(story, 'no-avro', { image: orderImage, publishes: publishing('odd-schema') }),
    );
    const condition = await reported('eventservice/no-avro', 'Ready', 'SchemaInvalid');
    expect(condition.message).toContain('odd-schema');
    expect(await cluster.get('shop', 'deployment/no-avro-a')).toBeUndefined();

    await given(aSchemaMap(story, 'odd-schema', parcelSchema));
    await waitReady(cluster, 'shop', ['eventservice/no-avro']);
  });

  it('SQL that does not parse is shown with its line, and runs once it is mended', async ({ onTestFinished }) => {
    const given = givenUntil(onTestFinished);
    const job = (sql: string) =>
      aJob(story, 'odd-sql', { from: 'shop.orders', to: 'shop.odd-sql', schema: alertSchema, sql });
    await given(job('-- who orders\nINSERT INTO sink_events SELEKT customerId FROM source_events'));
    const condition = await reported('streamjob/odd-sql', 'Ready', 'ProgramInvalid');
    expect(condition.message).toMatch(/line 2/);

    await given(job('-- who orders\nINSERT INTO sink_events SELECT customerId FROM source_events'));
    await waitReady(cluster, 'shop', ['streamjob/odd-sql']);
  });
});

const alertSchema = JSON.stringify({
  type: 'record',
  name: 'CustomerSeen',
  namespace: 'dev.sluice.story',
  fields: [{ name: 'customerId', type: 'string' }],
});
