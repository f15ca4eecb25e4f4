// A node for the pods of one service, played where there is no cluster: each pod is a service on the kit in this process, with
// the bindings and the role that the operator wrote for it. Requests reach it as kube-proxy would send them.
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type RunningService, startService } from '@sluice/kit';
import type { Pool } from 'pg';
import { annotations, labels } from '../../operator/src/api/index.ts';
import { configMaps, secrets } from '../../operator/src/bus/index.ts';
import { endpointSlices, type Pod, services } from '../../operator/src/eventservice/resources/kinds.ts';
import { isReady, livePods, setPodStatus, type World } from '../../operator/src/eventservice/testing/world.ts';
import { buildAwareLedger } from './programs/aware.ts';
import type { LedgerConfig } from './programs/ledger-config.ts';

interface RunningPod {
  readonly pod: Pod;
  readonly directory: string;
  readonly service: RunningService;
}

const namespace = 'shop';
const LOOK_EVERY_MS = 50;

export class PlayedNode {
  readonly #world: World;
  readonly #service: string;
  readonly #config: Omit<LedgerConfig, 'POD_NAME'>;
  readonly #database: Pool;
  readonly #running = new Map<string, RunningPod>();
  readonly #ending = new Set<Promise<unknown>>();
  readonly #stop = new AbortController();
  readonly #front: Server;
  /** Names of the pods that requests go to. */
  #behind: readonly string[] = [];
  #requests = 0;
  #addresses = 0;
  #loop: Promise<void> = Promise.resolve();

  constructor(world: World, service: string, config: Omit<LedgerConfig, 'POD_NAME'>, database: Pool) {
    this.#world = world;
    this.#service = service;
    this.#config = config;
    this.#database = database;
    this.#front = createServer((client) => {
      const name = this.#behind[this.#requests++ % this.#behind.length];
      const port = name === undefined ? undefined : this.#running.get(name)?.service.port;
      if (port === undefined) {
        client.destroy();
        return;
      }
      const pod = connect(port, '127.0.0.1');
      pod.on('error', () => client.destroy());
      client.on('error', () => pod.destroy());
      client.pipe(pod).pipe(client);
    });
  }

  /** Begins to play; resolves to where the Service answers. */
  async start(): Promise<string> {
    this.#loop = this.#play();
    await new Promise<void>((resolve) => this.#front.listen(0, '127.0.0.1', () => resolve()));
    const address = this.#front.address();
    if (typeof address !== 'object' || address === null) throw new Error('the Service has no port');
    return `http://127.0.0.1:${address.port}`;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
    for (const name of [...this.#running.keys()]) this.#end(name);
    await Promise.all(this.#ending);
    this.#front.close();
  }

  async #play(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const pods = await livePods(this.#world, this.#service);
      const names = new Set(pods.map(({ metadata }) => metadata.name));
      for (const name of this.#running.keys()) if (!names.has(name)) this.#end(name);
      for (const pod of pods) await this.#attend(pod);
      await this.#route(pods);
      await delay(LOOK_EVERY_MS);
    }
  }

  async #attend(pod: Pod): Promise<void> {
    const { name } = pod.metadata;
    const known = this.#running.get(name);
    const directory = known?.directory ?? mkdtempSync(join(tmpdir(), 'pod-'));
    await this.#writeRole(pod, join(directory, 'role'));
    const running = known ?? { pod, directory, service: await this.#run(pod, directory) };
    this.#running.set(name, running);
    if (isReady(pod)) return;
    const { status } = await fetch(`http://127.0.0.1:${running.service.port}/readyz`);
    this.#addresses += 1;
    const address = `10.1.0.${this.#addresses}`;
    if (status === 200) await setPodStatus(this.#world, pod, { ready: true, state: {} }, address);
  }

  /** With the pod's name for its client id, by which Sluice tells whose member it is: all pods have one address here. */
  async #run(pod: Pod, directory: string): Promise<RunningService> {
    const { name } = pod.metadata;
    const root = join(directory, 'bindings');
    for (const [, secretName = ''] of JSON.stringify(pod.spec['volumes']).matchAll(/"secretName":"([^"]+)"/g)) {
      await this.#writeBinding(secretName, join(root, secretName));
    }
    const config = { PORT: 0, LOG_LEVEL: 'fatal', SERVICE_BINDING_ROOT: root, STOP_TIMEOUT_MS: 20_000 } as const;
    return startService(name, { ...config, SLUICE_ROLE_DIRECTORY: join(directory, 'role') }, (parts) =>
      buildAwareLedger(parts, { ...this.#config, POD_NAME: name }, this.#database),
    );
  }

  async #writeBinding(name: string, path: string): Promise<void> {
    const secret = await this.#world.client.get(secrets, { namespace, name });
    mkdirSync(path, { recursive: true });
    for (const [entry, text] of Object.entries(secret?.data ?? {})) {
      writeFileSync(join(path, entry), Buffer.from(text, 'base64'));
    }
  }

  async #writeRole(pod: Pod, path: string): Promise<void> {
    const name = `${this.#service}-${pod.metadata.labels?.[labels.colour]}-role`;
    const map = await this.#world.client.get(configMaps, { namespace, name });
    const texts = { role: map?.data?.['role'] ?? '', 'role.now': pod.metadata.annotations?.[annotations.role] ?? '' };
    mkdirSync(path, { recursive: true });
    for (const [file, text] of Object.entries(texts)) {
      writeFileSync(join(path, 'next'), text);
      renameSync(join(path, 'next'), join(path, file));
    }
  }

  /** As the EndpointSlice controller and kube-proxy do. */
  async #route(pods: readonly Pod[]): Promise<void> {
    const { client } = this.#world;
    const front = await client.get(services, { namespace, name: this.#service });
    if (!front) return;
    const colour = front.spec.selector[labels.colour];
    const behind = pods.filter((pod) => isReady(pod) && pod.metadata.labels?.[labels.colour] === colour);
    this.#behind = behind.map(({ metadata }) => metadata.name);
    const slice = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: `${this.#service}-played`,
        namespace,
        labels: {
          'kubernetes.io/service-name': this.#service,
          'endpointslice.kubernetes.io/managed-by': 'played-node',
        },
      },
      addressType: 'IPv4',
      endpoints: behind.map(({ metadata, status }) => ({
        addresses: [status?.podIP ?? ''],
        conditions: { ready: true },
        targetRef: { kind: 'Pod', name: metadata.name, namespace },
      })),
      ports: [],
    };
    await client.apply(endpointSlices, slice, { fieldManager: 'played-node' });
  }

  #end(name: string): void {
    const running = this.#running.get(name);
    if (!running) return;
    this.#running.delete(name);
    const ended = running.service.stop().then(() => rmSync(running.directory, { recursive: true }));
    this.#ending.add(ended);
    void ended.finally(() => this.#ending.delete(ended));
  }
}
