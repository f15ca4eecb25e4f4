import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type ControlPlane, startControlPlane } from '@sluice/cluster';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configMaps, deployments, sampleCrd, samples, services } from '../../bench/sample/sample.ts';
import type { Client } from './client.ts';
import { aNamespace, clientOf, installCrd } from './testing/cluster.ts';
import { type CrashScenario, tryCrashPoints } from './testing/crash-points.ts';

const sampleMain = fileURLToPath(new URL('../../bench/sample/main.ts', import.meta.url));

let controlPlane: ControlPlane;
beforeAll(async () => {
  controlPlane = await startControlPlane();
  await installCrd(clientOf(controlPlane.kubeconfigPath), sampleCrd);
});
afterAll(() => controlPlane.stop());

async function aScenario(
  namespace: string,
  environment: Record<string, string> = {},
): Promise<CrashScenario & { readonly key: { readonly namespace: string; readonly name: string } }> {
  await clientOf(controlPlane.kubeconfigPath).create(...aNamespace(namespace));
  const key = { namespace, name: 'crashed' };
  return {
    key,
    kubeconfigPath: controlPlane.kubeconfigPath,
    namespace,
    resources: [samples, configMaps, services, deployments],
    // A hash of the child, the owner's uid in it.
    volatile: [/(?<="bench\.sluice\.dev\/last-applied":")[0-9a-f]+/g],
    start: (KUBECONFIG) =>
      spawn(process.execPath, [sampleMain], {
        env: { ...process.env, ...environment, KUBECONFIG, SAMPLE_NAMESPACE: namespace, SAMPLE_LOG_LEVEL: 'fatal' },
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    begin: async (client) => void (await create(client, key)),
    isDone: async (client) => {
      const sample = await client.get(samples, key);
      return sample?.status?.ready === true && sample.status.observedGeneration === sample.metadata.generation;
    },
  };
}

function create(client: Client, key: { readonly namespace: string; readonly name: string }) {
  return client.create(samples, {
    apiVersion: 'bench.sluice.dev/v1',
    kind: 'Sample',
    metadata: key,
    spec: { replicas: 2, message: 'hello' },
  });
}

describe.concurrent('a controller killed at any of its writes', () => {
  it('ends where an undisturbed one ends, having made everything anew', async () => {
    const scenario = await aScenario('made');
    const tried = await tryCrashPoints(scenario);
    // ConfigMap, Service, Deployment and status, before and after each.
    expect(tried).toHaveLength(8);
    console.log(tried.map(({ moment, write }) => `${moment} ${write.method} ${write.path.split('?')[0]}`).join('\n'));
  }, 120_000);

  it('ends where an undisturbed one ends, having taken a change over', async () => {
    const scenario = await aScenario('changed');
    const tried = await tryCrashPoints({
      ...scenario,
      prepare: scenario.begin,
      begin: async (client) => {
        await client.patchMerge(samples, scenario.key, { spec: { message: 'changed', replicas: 3 } });
      },
    });
    // The Service does not change.
    expect(tried).toHaveLength(6);
  }, 120_000);
});
