// Starts the node's processes in the order in which they need each other.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contentKey } from '../cache.ts';
import { step } from '../progress.ts';
import { addons, dnsName, dnsNamespace, provisionerName } from './addons.ts';
import { type BinaryName, binary } from './binaries.ts';
import { createCgroups } from './cgroups.ts';
import { claimMachine } from './claim.ts';
import { output, succeeds } from './commands.ts';
import { importContainerdImage, isContainerdReady } from './containerd.ts';
import { createBridge } from './network.ts';
import { configTexts, type NodeFiles, nodeFiles, writeNodeFiles } from './node-files.ts';
import { nodeName } from './node-network.ts';
import {
  containerdFlags,
  controllerManagerFlags,
  etcdFlags,
  kubeletFlags,
  nodeApiServerFlags,
  proxyFlags,
  schedulerFlags,
} from './node-processes.ts';
import { isAlive, logTail, type ProcessRecord, type ProcessStart, startRecorded } from './process-record.ts';
import { type ImageArchive, scratchImage } from './scratch-images.ts';
import { createStateDirectory, type StatePaths } from './state.ts';
import { setSysctls } from './sysctls.ts';
import { becomesTrue } from './wait.ts';

/** Everything a node is made of, built and ready to start. */
export interface NodePlan {
  readonly files: NodeFiles;
  readonly kubectl: string;
  readonly processes: Readonly<Record<ProcessName, ProcessStart>>;
  readonly pause: ImageArchive;
  readonly coredns: ImageArchive;
  /** Changes when a node started from this plan would differ from one that was started before. */
  readonly key: string;
}

export const processNames = [
  'etcd',
  'containerd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kube-proxy',
  'provisioner',
] as const;

export type ProcessName = (typeof processNames)[number];

const startTimeoutMs = 60_000;
const readyTimeoutMs = 120_000;

/** Builds what the cache lacks: minutes when it is empty. */
export async function planNode(paths: StatePaths): Promise<NodePlan> {
  const files = nodeFiles(paths);
  const flags = {
    etcd: etcdFlags(files),
    'kube-apiserver': nodeApiServerFlags(files),
    'kube-controller-manager': controllerManagerFlags(files),
    'kube-scheduler': schedulerFlags(files),
    kubelet: kubeletFlags(files),
    'kube-proxy': proxyFlags(files),
  } as const satisfies Partial<Record<BinaryName, readonly string[]>>;
  const built = async (name: keyof typeof flags) => ({ name, command: await binary(name), flags: flags[name] });
  // One after the other: each build keeps all processors busy by itself.
  const processes = {
    etcd: await built('etcd'),
    containerd: { name: 'containerd', command: 'containerd', flags: containerdFlags(files) },
    'kube-apiserver': await built('kube-apiserver'),
    'kube-controller-manager': await built('kube-controller-manager'),
    'kube-scheduler': await built('kube-scheduler'),
    kubelet: await built('kubelet'),
    'kube-proxy': await built('kube-proxy'),
    provisioner: {
      name: 'provisioner',
      command: process.execPath,
      flags: [join(import.meta.dirname, 'provisioner', 'main.ts'), paths.kubeconfig, paths.volumes, provisionerName],
    },
  } as const;
  const kubectl = await binary('kubectl');
  const pause = await scratchImage('pause');
  const coredns = await scratchImage('coredns');
  const key = contentKey({
    texts: [
      ...Object.values(configTexts(files, pause.reference)),
      ...Object.values(processes).flatMap(({ command, flags }) => [command, ...flags]),
      JSON.stringify(addons(coredns.reference)),
    ],
  });
  return { files, kubectl, processes, pause, coredns, key };
}

/** Starts the node on a machine without one and resolves when pods can run, names resolve and claims are served. */
export async function startNode(plan: NodePlan): Promise<void> {
  const { files, processes, pause, coredns } = plan;
  const { paths } = files;
  claimMachine(paths);
  createStateDirectory(paths);
  setSysctls(paths.sysctls);
  const place = { records: paths.processes, logs: paths.logs, cgroups: createCgroups() };
  const started: ProcessRecord[] = [];
  const start = async (name: ProcessName) => {
    started.push(await startRecorded(processes[name], place));
  };
  const until = (what: string, timeoutMs: number, isSo: () => Promise<boolean>) =>
    waitUntil(what, timeoutMs, isSo, started);

  await step('start the control plane and containerd', async () => {
    await Promise.all([createBridge(), writeNodeFiles(files, pause.reference)]);
    await start('etcd');
    await start('containerd');
    await start('kube-apiserver');
    await until('containerd answers', startTimeoutMs, () => isContainerdReady(paths));
    for (const image of [pause, coredns]) await importContainerdImage(paths, image.path);
    await until('kube-apiserver is ready', startTimeoutMs, () => isApiServerReady(plan));
  });
  await step('start the node', async () => {
    await start('kube-controller-manager');
    await start('kube-scheduler');
    await start('kubelet');
    await start('kube-proxy');
    await start('provisioner');
    await kubectl(plan, ['apply', '--server-side', '--filename=-'], {
      input: addons(coredns.reference)
        .map((object) => JSON.stringify(object))
        .join('\n---\n'),
    });
    await until('the node is ready', readyTimeoutMs, () => isNodeReady(plan));
    await until('CoreDNS is available', readyTimeoutMs, () =>
      hasCondition(plan, [`--namespace=${dnsNamespace}`, `deployment/${dnsName}`], 'Available'),
    );
  });
  writeFileSync(paths.mark, JSON.stringify({ key: plan.key }));
}

export async function isApiServerReady(plan: NodePlan): Promise<boolean> {
  return succeeds(plan.kubectl, [...connection(plan), 'get', '--raw=/readyz'], { timeoutMs: 5_000 });
}

export async function isNodeReady(plan: NodePlan): Promise<boolean> {
  return hasCondition(plan, [`node/${nodeName}`], 'Ready');
}

async function hasCondition(plan: NodePlan, target: readonly string[], type: string): Promise<boolean> {
  const path = `jsonpath={.status.conditions[?(@.type=="${type}")].status}`;
  try {
    return (await kubectl(plan, ['get', ...target, `--output=${path}`], { timeoutMs: 5_000 })) === 'True';
  } catch {
    // Not there yet.
    return false;
  }
}

function kubectl(
  plan: NodePlan,
  flags: readonly string[],
  options: { readonly input?: string; readonly timeoutMs?: number } = {},
): Promise<string> {
  return output(plan.kubectl, [...connection(plan), ...flags], options);
}

function connection({ files }: NodePlan): string[] {
  return [`--kubeconfig=${files.paths.kubeconfig}`, '--request-timeout=4s'];
}

/** Throws, with its log, when a process ends before the condition holds; or names all logs when the time is up. */
async function waitUntil(
  what: string,
  timeoutMs: number,
  isSo: () => Promise<boolean>,
  started: readonly ProcessRecord[],
): Promise<void> {
  const isMet = await becomesTrue(timeoutMs, async () => {
    const ended = started.find((record) => !isAlive(record));
    if (ended) throw new Error(`${ended.name} ended before ${what}:\n${logTail(ended.logPath)}`);
    return isSo();
  });
  if (isMet) return;
  const logs = started.map(({ logPath }) => logPath).join('\n');
  throw new Error(`waited ${timeoutMs / 1000} s in vain until ${what}; the logs are\n${logs}`);
}
