// Before all stories: the platform with the shop on it. After them the machine is as it was found: a cluster that was up
// stays, one that this run brought up goes.
import { join } from 'node:path';
import { chooseProvider } from '@sluice/cluster';
import type { TestProject } from 'vitest/node';
import { installPlatform } from './install.ts';
import { waitReady } from './ready.ts';
import { shopAddresses, shopNamespace, shopResources } from './shop.ts';
import './provided.ts';

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const provider = await chooseProvider();
  const wasUp = (await provider.status()).isUp;
  const tearDown = async () => {
    if (!wasUp) await provider.down();
  };
  try {
    const { cluster, kubeconfigPath, tools, helm, refs, sluice, shop } = await installPlatform();
    await cluster.run(['apply', '--server-side', '--force-conflicts', '-f', '-'], shop);
    await waitReady(cluster, shopNamespace, shopResources);
    const auditLog = provider.auditLogPath();
    project.provide('platform', {
      kubeconfigPath,
      kubectl: join(tools, 'kubectl'),
      helm,
      addresses: await shopAddresses(cluster, provider.name),
      orderImage: refs['order'] ?? '',
      sluice,
      ...(auditLog === undefined ? {} : { auditLog }),
    });
  } catch (error) {
    await tearDown();
    throw error;
  }
  return tearDown;
}
