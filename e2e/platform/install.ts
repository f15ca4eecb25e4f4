// From nothing to a cluster with who runs Kafka, a registry, the Flink operator and Sluice. Every step looks first and does
// only what is missing, so that a second run converges.
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
  strimziCrdPath,
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
  const { base, standIn, shop } = await synthesizeManifests(refs);
  const isStrimziThere = await hasStrimzi(cluster);
  await step('apply the CRDs of the Flink operator and of Strimzi', async () => {
    await applyAsServer(cluster, await flinkCrdPath());
    if (!isStrimziThere) await applyAsServer(cluster, await strimziCrdPath());
  });
  const strimzi = isStrimziThere ? 'Strimzi is there' : "Strimzi's stand-in";
  await step(`install the schema registry, the Flink operator; ${strimzi}`, async () => {
    await applyAsServer(cluster, '-', isStrimziThere ? base : joined([base, standIn]));
    await rolledOut(cluster, 'flink-operator', ['deployment/flink-operator']);
    if (!isStrimziThere) await rolledOut(cluster, 'strimzi-stand-in', ['deployment/strimzi-stand-in']);
  });
  await step('install Sluice from its chart', () => installSluice(helm, kubeconfigPath, sluice));
  return { provider, kubeconfigPath, tools, helm, cluster, refs, sluice, shop };
}

/** The development stand-in is for clusters without the operator alone; its CRDs are then whoever's installed it. */
async function hasStrimzi(cluster: Kubectl): Promise<boolean> {
  const name = 'metadata.name=strimzi-cluster-operator';
  const found = await cluster.run(['get', 'deployments', '--all-namespaces', '--field-selector', name, '-o', 'name']);
  return found !== '';
}

/** CRDs are too large for the annotation that client-side apply keeps. */
async function applyAsServer(cluster: Kubectl, file: string, input?: string): Promise<void> {
  await cluster.run(['apply', '--server-side', '--force-conflicts', '-f', file], input);
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

/** Runs the synthesis as a user does. `base`: what must be there before the shop. */
async function synthesizeManifests(refs: Readonly<Record<string, string>>) {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-manifests-'));
  try {
    const images = join(directory, 'images.json');
    writeFileSync(images, JSON.stringify(refs));
    const main = join(import.meta.dirname, '..', '..', 'cdk8s', 'src', 'main.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [main, '--images', images, '--out', directory]);
    const files = stdout.trim().split('\n');
    const chartOf = (file: string) => basename(file, '.yaml');
    const apart = new Set(['shop', 'platform-strimzi-stand-in']);
    const read = (isOne: (file: string) => boolean) =>
      joined(files.filter(isOne).map((file) => readFileSync(file, 'utf8')));
    return {
      base: read((file) => !apart.has(chartOf(file))),
      standIn: read((file) => chartOf(file) === 'platform-strimzi-stand-in'),
      shop: read((file) => chartOf(file) === 'shop'),
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function joined(manifests: readonly string[]): string {
  return manifests.join('---\n');
}
