// Sluice's own installation, by helm as a user does it.
import { join } from 'node:path';
import { type Kubectl, type LiveObject, runCommand } from './kubectl.ts';

export interface Sluice {
  readonly namespace: string;
  readonly release: string;
  readonly image: { readonly repository: string; readonly tag: string };
  readonly flinkImage: string;
  readonly sparkImage: string;
  readonly watchNamespaces: readonly string[];
}

const chart = join(import.meta.dirname, '..', '..', 'charts', 'sluice');
const readyTimeout = '180s';

export function sluiceOf(refs: Readonly<Record<string, string>>): Sluice {
  const operator = refs['operator'];
  const { flink: flinkImage, spark: sparkImage } = refs;
  if (operator === undefined || flinkImage === undefined || sparkImage === undefined) {
    throw new Error('images operator, flink and spark have no references');
  }
  const colon = operator.lastIndexOf(':');
  return {
    namespace: 'sluice-system',
    release: 'sluice',
    image: { repository: operator.slice(0, colon), tag: operator.slice(colon + 1) },
    flinkImage,
    sparkImage,
    watchNamespaces: ['shop'],
  };
}

export function referenceOf({ image }: Sluice): string {
  return `${image.repository}:${image.tag}`;
}

/** A helm that was killed leaves its release pending, and refuses every later one. */
async function settleRelease(helm: string, kubeconfigPath: string, { release, namespace }: Sluice): Promise<void> {
  const run = (...flags: readonly string[]) =>
    runCommand(helm, [...flags, '--namespace', namespace], { KUBECONFIG: kubeconfigPath });
  const pending = await run('list', '--pending', '--filter', `^${release}$`, '--output', 'json');
  const [found]: readonly { readonly status: string }[] = JSON.parse(pending);
  if (found === undefined) return;
  if (found.status === 'pending-install') await run('uninstall', release, '--no-hooks');
  else await run('rollback', release, '--no-hooks');
}

/** The operator's pod that is not on its way out. */
export async function operatorPod(cluster: Kubectl, { namespace, release }: Sluice): Promise<LiveObject> {
  const pods = await cluster.list(namespace, 'pods', `app.kubernetes.io/instance=${release}`);
  const pod = pods.find(({ metadata }) => metadata.deletionTimestamp === undefined);
  if (!pod) throw new Error(`no pod of ${release} in ${namespace}`);
  return pod;
}

/** Installs or upgrades, and resolves when the operator is ready. `values` are further settings, as for `helm --set`. */
export async function installSluice(
  helm: string,
  kubeconfigPath: string,
  sluice: Sluice,
  values: Readonly<Record<string, string>> = {},
): Promise<void> {
  const settings = {
    'image.repository': sluice.image.repository,
    'image.tag': sluice.image.tag,
    'flink.image': sluice.flinkImage,
    'spark.image': sluice.sparkImage,
    ...Object.fromEntries(sluice.watchNamespaces.map((namespace, at) => [`watchNamespaces[${at}]`, namespace])),
    ...values,
  };
  await settleRelease(helm, kubeconfigPath, sluice);
  await runCommand(
    helm,
    [
      ...['upgrade', '--install', sluice.release, chart, '--namespace', sluice.namespace, '--create-namespace'],
      ...['--wait', '--timeout', readyTimeout],
      // One node, and stories that stop the operator's only pod.
      ...['--set', 'replicas=1', '--set', 'strimzi.enabled=true', '--set', 'spark.enabled=true'],
      ...Object.entries(settings).flatMap(([name, value]) => ['--set-string', `${name}=${value}`]),
    ],
    { KUBECONFIG: kubeconfigPath },
  );
}

export async function uninstallSluice(helm: string, kubeconfigPath: string, sluice: Sluice): Promise<void> {
  const flags = ['uninstall', sluice.release, '--namespace', sluice.namespace, '--ignore-not-found', '--wait'];
  await runCommand(helm, flags, { KUBECONFIG: kubeconfigPath });
}
