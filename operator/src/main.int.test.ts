import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type KafkaServer, startKafka } from '@sluice/cluster';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ControlPlaneWithKinds, startControlPlaneWithKinds } from './api/testing/control-plane.ts';
import { anEventBus } from './api/v1alpha1/builders.ts';
import { eventBuses } from './bus/index.ts';
import { defineResource, type KubeObject } from './runtime/index.ts';
import { eventually } from './runtime/testing/cluster.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const leases = defineResource<KubeObject & { readonly spec?: { readonly holderIdentity?: string | null } }>({
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
});

let controlPlane: ControlPlaneWithKinds;
let kafka: KafkaServer;
const started: ChildProcess[] = [];

beforeAll(async () => {
  [controlPlane, kafka] = await Promise.all([startControlPlaneWithKinds(), startKafka()]);
});
afterAll(async () => {
  await Promise.all([controlPlane?.stop(), kafka?.stop()]);
});
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

function startOperator(environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env['PATH'],
      KUBECONFIG: controlPlane.kubeconfigPath,
      SLUICE_NAMESPACES: 'shop',
      SLUICE_METRICS_PORT: '0',
      SLUICE_PROBE_PORT: '0',
      SLUICE_API_PORT: '0',
      SLUICE_LEADER_ELECTION: 'true',
      POD_NAMESPACE: 'default',
      POD_NAME: 'sluice-0',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]).then(
    ([out, errors, [code]]) => ({ code, out, errors }),
  );
  return { child, ended };
}

const holder = async () =>
  (await controlPlane.client.get(leases, { namespace: 'default', name: 'sluice' }))?.spec?.holderIdentity;

describe('the operator as a process', () => {
  it('takes the Lease, makes a bus Ready, and gives the Lease back when it is asked to stop', async () => {
    const { child, ended } = startOperator();
    await eventually('it leads', async () => (await holder())?.startsWith('sluice-0_'));
    const bus = anEventBus({ kafka: { external: { bootstrapServers: kafka.bootstrapServers } } });
    const metadata = { name: 'shop', namespace: 'shop' };
    await controlPlane.client.apply(eventBuses, { ...bus, metadata }, { fieldManager: 'user' });
    await eventually('the bus is Ready', async () => {
      const live = await controlPlane.client.get(eventBuses, metadata);
      return live?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
    });
    child.kill('SIGTERM');
    const { code, out, errors } = await ended;
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line): { readonly msg: string } => JSON.parse(line));
    expect(lines[0]?.msg).toBe('starting');
    expect(lines.at(-1)?.msg).toBe('stopped');
    expect(await holder()).toBeFalsy();
  });

  it('ends with 2 and the name of the variable when a setting is wrong', async () => {
    const { code, errors, out } = await startOperator({ SLUICE_METRICS_PORT: 'http' }).ended;
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(errors).toBe('SLUICE_METRICS_PORT is "http": write a port between 0 and 65535\n');
  });

  it('ends with 1 and says why when it has no cluster to talk to', async () => {
    const { code, out } = await startOperator({ KUBECONFIG: '/nowhere/config' }).ended;
    expect(code).toBe(1);
    expect(out).toContain('/nowhere/config');
  });
});
