// Small resources of the three kinds for stories that are not about the shop.
import { stringify } from 'yaml';
import type { Kubectl } from './kubectl.ts';

const apiVersion = 'sluice.dev/v1alpha1';
const storyLabel = 'example.com/story';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** What a story makes carries its name, so that a person who looks at the cluster knows whose it is. */
export interface Story {
  readonly name: string;
  readonly namespace: string;
}

export async function apply(cluster: Kubectl, ...manifests: readonly Manifest[]): Promise<void> {
  await cluster.run(
    ['apply', '--server-side', '-f', '-'],
    manifests.map((manifest) => stringify(manifest)).join('---\n'),
  );
}

/** Deletes and waits until they are gone. */
export async function remove(cluster: Kubectl, ...manifests: readonly Manifest[]): Promise<void> {
  const text = manifests.map((manifest) => stringify(manifest)).join('---\n');
  await cluster.run(['delete', '--ignore-not-found', '--timeout=90s', '-f', '-'], text);
}

export function aManifest(story: Story, type: string, name: string, fields: object): Manifest {
  const slash = type.lastIndexOf('/');
  return {
    apiVersion: type.slice(0, slash),
    kind: type.slice(slash + 1),
    metadata: { name, namespace: story.namespace, labels: { [storyLabel]: story.name } },
    ...fields,
  };
}

export function aBus(
  story: Story,
  name: string,
  at: { readonly broker?: string; readonly registry?: string },
): Manifest {
  return aManifest(story, `${apiVersion}/EventBus`, name, {
    spec: {
      kafka: { external: { bootstrapServers: [at.broker ?? 'shop-kafka-bootstrap.shop:9092'] } },
      topicManagement: 'Direct',
      schemaRegistry: { url: at.registry ?? 'http://registry.shop:8080/apis/ccompat/v7' },
      topicDefaults: { partitions: 1, replicas: 1 },
    },
  });
}

export interface ServiceFields {
  readonly bus?: string;
  readonly image: string;
  readonly publishes?: readonly object[];
  readonly message?: string;
}

/** A service that starts and does nothing: its container waits. */
export function aService(
  story: Story,
  name: string,
  { bus = 'shop', image, publishes, message }: ServiceFields,
): Manifest {
  return aManifest(story, `${apiVersion}/EventService`, name, {
    spec: {
      bus: { name: bus },
      template: {
        metadata: { labels: { [storyLabel]: story.name } },
        spec: {
          securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              name: 'main',
              image,
              command: ['node', '-e', 'setInterval(() => {}, 60000); process.on("SIGTERM", () => process.exit(0))'],
              env: [{ name: 'MESSAGE', value: message ?? 'one' }],
              resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '128Mi' } },
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
            },
          ],
        },
      },
      ...(publishes === undefined ? {} : { publishes }),
    },
  });
}

export function aSchemaMap(story: Story, name: string, schema: string): Manifest {
  return aManifest(story, 'v1/ConfigMap', name, { data: { 'event.avsc': schema } });
}

export const parcelSchema = JSON.stringify({
  type: 'record',
  name: 'ParcelSent',
  namespace: 'dev.sluice.story',
  fields: [
    { name: 'parcelId', type: 'string' },
    { name: 'sentAt', type: { type: 'long', logicalType: 'timestamp-millis' } },
  ],
});

/** Copies one topic to another, so small that it starts beside the shop's own job. */
export function aJob(
  story: Story,
  name: string,
  {
    from,
    to,
    sql,
    schema,
  }: { readonly from: string; readonly to: string; readonly sql: string; readonly schema: string },
): Manifest {
  return aManifest(story, `${apiVersion}/StreamJob`, name, {
    spec: {
      bus: { name: 'shop' },
      engine: 'Flink',
      program: { sql },
      reads: [{ topic: from, as: 'source_events' }],
      writes: [{ topic: to, as: 'sink_events', schema: { inline: schema } }],
      parallelism: 1,
      resources: { coordinator: { cpu: '20m', memory: '900Mi' }, worker: { cpu: '20m', memory: '1Gi' } },
      state: { onUpgrade: 'Discard', onDelete: 'Nothing' },
    },
  });
}
