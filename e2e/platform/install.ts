// From nothing to a cluster with Kafka, a registry, the Flink operator and Sluice. Every step looks first and does only
// what is missing, so that a second run converges.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import {
  buildImages,
  type ClusterProvider,
  chooseProvider,
  flinkCrdPath,
  imageRefs,
  loadImages,
  step,
  toolsDirectory,
} from '@sluice/cluster';
import { type Kubectl, kubectlFor } from './kubectl.ts';
import { installSluice, type Sluice, sluiceOf } from './sluice.ts';

const rolloutTimeout = '--timeout=300s';

export interface Platform {
  readonly provider: ClusterProvider;
  readonly kubeconfigPath: string;
  /** Directory with kubectl and helm. */
  readonly tools: string;
  readonly helm: string;
  readonly cluster: Kubectl;
  readonly refs: Readonly<Record<string, string>>;
  readonly sluice: Sluice;
  /** The shop's own resources, as YAML to apply. */
  readonly shop: string;
}

/** Brings up what is missing, with a line a step. The shop's resources are made but not applied. */
export async function installPlatform(): Promise<Platform> {
  const provider = await chooseProvider();
  const [{ kubeconfigPath }, tools] = await bringUp(provider);
  const cluster = kubectlFor(join(tools, 'kubectl'), kubeconfigPath);
  const helm = join(tools, 'helm');
  const refs = imageRefs();
  const sluice = sluiceOf(refs);

  await loadImages(provider);
  const { base, shop } = await synthesizeManifests(refs);
  await step("apply the Flink operator's CRDs", async () => {
    // Too large for the annotation that client-side apply keeps.
    await cluster.run(['apply', '--server-side', '--force-conflicts', '-f', await flinkCrdPath()]);
  });
  await step('install Kafka, the schema registry and the Flink operator', async () => {
    await cluster.run(['apply', '--server-side', '--force-conflicts', '-f', '-'], base);
    await rolledOut(cluster, 'shop', ['statefulset/kafka', 'deployment/registry']);
    await rolledOut(cluster, 'flink-operator', ['deployment/flink-operator']);
  });
  await step('install Sluice from its chart', () => installSluice(helm, kubeconfigPath, sluice));
  return { provider, kubeconfigPath, tools, helm, cluster, refs, sluice, shop };
}

/** Go compiles while packages are fetched: side by side they take less than one after the other, even on two cores. */
async function bringUp(provider: ClusterProvider) {
  const up = provider.up();
  const built = buildImages();
  // Both are waited for, whichever fails, so that nothing goes on behind an error that is shown.
  await Promise.allSettled([up, built]);
  await built;
  return [await up, await toolsDirectory()] as const;
}

async function rolledOut(cluster: Kubectl, namespace: string, workloads: readonly string[]): Promise<void> {
  for (const workload of workloads) {
    await cluster.run(['rollout', 'status', '-n', namespace, workload, rolloutTimeout]);
  }
}

/** Runs the synthesis as a user does. `base`: what must run before the shop. */
async function synthesizeManifests(refs: Readonly<Record<string, string>>) {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-manifests-'));
  try {
    const images = join(directory, 'images.json');
    writeFileSync(images, JSON.stringify(refs));
    const main = join(import.meta.dirname, '..', '..', 'cdk8s', 'src', 'main.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [main, '--images', images, '--out', directory]);
    const files = stdout.trim().split('\n');
    const isShop = (file: string) => basename(file) === 'shop.yaml';
    return {
      base: joined(files.filter((file) => !isShop(file))),
      shop: joined(files.filter(isShop)),
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function joined(files: readonly string[]): string {
  return files.map((file) => readFileSync(file, 'utf8')).join('---\n');
}
