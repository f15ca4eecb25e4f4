// Test support: pods of a service as a kubelet and a small consumer would have them. Every pod that comes gets ready, reads
// in the service's group while its role lets it, leaves when it drains, and ends with its pod.
import { Consumer, stringDeserializers } from '@platformatic/kafka';
import { annotations, type Colour, labels } from '../../api/index.ts';
import { configMaps, secrets } from '../../bus/index.ts';
import { colourOfPod } from '../blue-green/groups.ts';
import { endpointSlices, type Pod, services } from '../resources/kinds.ts';
import { isReady, livePods, setPodStatus, type World } from './world.ts';

export interface FleetOptions {
  readonly service: string;
  readonly group: string;
  readonly topics: readonly string[];
  /** Pods whose containers have this in their text never get ready. Default: all do. */
  readonly isBroken?: (containers: string) => boolean;
  /** What the pods do of what they are told; default: all of it. `deaf`: they read whatever their role is. */
  readonly obeys?: boolean;
  /** They go on reading when they are told to drain. */
  readonly isStubborn?: () => boolean;
}

export interface Delivery {
  readonly id: string;
  readonly pod: string;
  readonly colour: Colour | undefined;
}

interface Reading {
  /** Finishes what was begun, leaves the group, and ends. */
  close(): Promise<void>;
}

interface Running {
  reading?: Reading;
}

function addressOf(count: number): string {
  return `10.1.${Math.floor(count / 250)}.${(count % 250) + 1}`;
}

export class Fleet {
  readonly deliveries: Delivery[] = [];
  readonly #world: World;
  readonly #options: FleetOptions;
  readonly #running = new Map<string, Running>();
  readonly #stop = new AbortController();
  #loop: Promise<void> = Promise.resolve();
  #pods = 0;

  constructor(world: World, options: FleetOptions) {
    this.#world = world;
    this.#options = options;
  }

  start(): void {
    this.#loop = this.#play();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
    await Promise.allSettled([...this.#running.values()].map(({ reading }) => reading?.close()));
  }

  async #play(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      // A pod may be gone between two calls, or refused by the brokers for a moment: kubelets and containers try again, too.
      await this.#look().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #look(): Promise<void> {
    const found = await livePods(this.#world, this.#options.service);
    const names = new Set(found.map(({ metadata }) => metadata.name));
    for (const [name, running] of this.#running) {
      if (names.has(name)) continue;
      this.#running.delete(name);
      await running.reading?.close();
    }
    await this.#writeEndpoints(found);
    for (const pod of found) {
      const { name } = pod.metadata;
      const image = JSON.stringify(pod.spec['containers']);
      const running: Running = this.#running.get(name) ?? {};
      this.#running.set(name, running);
      if (this.#options.isBroken?.(image)) continue;
      if (!isReady(pod)) await setPodStatus(this.#world, pod, { ready: true, state: {} }, addressOf(this.#pods++));
      const role = await this.#roleOf(pod);
      if (role === 'open' && !running.reading) running.reading = await this.#open(pod);
      if (role !== 'open' && running.reading && !this.#options.isStubborn?.()) {
        const { reading } = running;
        delete running.reading;
        await reading.close();
      }
    }
  }

  /** As the EndpointSlice controller does for pods on nodes, which these are not. */
  async #writeEndpoints(found: readonly Pod[]): Promise<void> {
    const { client } = this.#world;
    const { service } = this.#options;
    const front = await client.get(services, { namespace: 'shop', name: service });
    if (!front) return;
    const colour = front.spec.selector[labels.colour];
    const behind = found.filter((pod) => isReady(pod) && pod.status?.podIP && colourOfPod(pod) === colour);
    const slice = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: `${service}-played`,
        namespace: 'shop',
        labels: { 'kubernetes.io/service-name': service, 'endpointslice.kubernetes.io/managed-by': 'test' },
      },
      addressType: 'IPv4',
      endpoints: behind.map(({ metadata: { name, namespace = '' }, status }) => ({
        addresses: [status?.podIP ?? ''],
        conditions: { ready: true },
        targetRef: { kind: 'Pod', name, namespace },
      })),
      ports: [],
    };
    await client.apply(endpointSlices, slice, { fieldManager: 'test' });
  }

  /** By the files: the higher epoch counts. */
  async #roleOf(pod: Pod): Promise<string> {
    if (this.#options.obeys === false) return 'open';
    const colour = colourOfPod(pod);
    const { namespace } = pod.metadata;
    const map = await this.#world.client.get(configMaps, {
      namespace,
      name: `${this.#options.service}-${colour}-role`,
    });
    const texts = [map?.data?.['role'], pod.metadata.annotations?.[annotations.role]];
    const told = texts.flatMap((text) => {
      const [epoch, role] = (text ?? '').trim().split(' ');
      return role === undefined ? [] : [{ epoch: Number(epoch), role }];
    });
    return told.toSorted((one, other) => other.epoch - one.epoch)[0]?.role ?? 'closed';
  }

  async #open(pod: Pod): Promise<Reading> {
    const { group, topics } = this.#options;
    const { metadata } = pod;
    const consumer = new Consumer({
      clientId: metadata.name,
      groupId: group,
      bootstrapBrokers: [...this.#world.kafka.bootstrapServers],
      ...(this.#world.administrator ? { sasl: await this.#loginOf(pod) } : {}),
      deserializers: stringDeserializers,
      sessionTimeout: 10_000,
      heartbeatInterval: 500,
      retries: 3,
    });
    const opened = consumer.consume({
      topics: [...topics],
      autocommit: false,
      mode: 'committed',
      fallbackMode: 'earliest',
    });
    const stream = await opened.catch(async (error: unknown) => {
      await consumer.close(true);
      throw error;
    });
    stream.on('error', () => {
      // Its rights were taken while it was on its way out: it will not read again.
    });
    let commits: Promise<unknown> = Promise.resolve();
    stream.on('data', (message) => {
      this.deliveries.push({ id: message.value, pod: metadata.name, colour: colourOfPod(pod) });
      commits = Promise.allSettled([commits, message.commit()]);
    });
    return {
      async close() {
        await stream.close();
        await commits;
        await consumer.close(true);
      },
    };
  }

  async #loginOf(pod: Pod) {
    const { namespace } = pod.metadata;
    const [, secretName = ''] = /"secretName":"([^"]*-kafka[^"]*)"/.exec(JSON.stringify(pod.spec['volumes'])) ?? [];
    const secret = await this.#world.client.get(secrets, { namespace, name: secretName });
    const read = (key: string) => Buffer.from(secret?.data?.[key] ?? '', 'base64').toString();
    return { mechanism: 'SCRAM-SHA-512', username: read('username'), password: read('password') } as const;
  }
}
