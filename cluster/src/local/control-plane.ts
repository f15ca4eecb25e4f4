// A control plane without nodes, for integration tests: etcd, kube-apiserver and, where asked for,
// kube-controller-manager on free loopback ports. Several run at once; none outlives the process that started it.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { apiServerFlags } from './api-server-flags.ts';
import { binary } from './binaries.ts';
import { type Child, startChild } from './child.ts';
import { renderKubeconfig } from './kubeconfig.ts';
import { createPki, type Pki } from './pki.ts';
import { freePorts } from './ports.ts';

export interface ControlPlaneOptions {
  /** Flags laid over the API server's own, such as `--watch-cache=false`. */
  readonly apiServerFlags?: readonly string[];
  /** Also run kube-controller-manager: garbage collection, Deployments, namespaces. Default false. */
  readonly controllerManager?: boolean;
}

export interface ControlPlane {
  readonly kubeconfigPath: string;
  readonly url: string;
  /** Plain HTTP; serves etcd's /metrics too. */
  readonly etcdUrl: string;
  /** Ends the API server at once, as kill -9 does. */
  killApiServer(): Promise<void>;
  /** Starts it again on the same port and data; resolves when it is ready. */
  startApiServer(): Promise<void>;
  /** Ends every process and removes every file. */
  stop(): Promise<void>;
}

const readyTimeoutMs = 60_000;

/** Resolves when /readyz answers: about 3 s with built binaries. Throws with the server's last log lines if it never does. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const etcdBinary = await binary('etcd');
  const apiServerBinary = await binary('kube-apiserver');
  const controllerManagerBinary = options.controllerManager ? await binary('kube-controller-manager') : undefined;

  const directory = mkdtempSync(join(tmpdir(), 'sluice-control-plane-'));
  const [etcdPort = 0, etcdPeerPort = 0, apiPort = 0, controllerManagerPort = 0] = await freePorts(4);
  const url = `https://127.0.0.1:${apiPort}`;
  const pki = await createPki(directory, [
    'IP:127.0.0.1',
    'IP:10.96.0.1',
    'DNS:localhost',
    'DNS:kubernetes.default.svc',
  ]);
  const kubeconfigPath = join(directory, 'kubeconfig');
  writeFileSync(kubeconfigPath, renderKubeconfig(url, pki.ca, pki.admin), { mode: 0o600 });
  const log = (name: string) => join(directory, `${name}.log`);
  mkdirSync(join(directory, 'certificates'));

  const children: Child[] = [];
  let apiServer: Child | undefined;

  const startApiServer = async () => {
    apiServer = startChild(
      apiServerBinary,
      [
        ...apiServerFlags({ ...pki, etcdUrl: `http://127.0.0.1:${etcdPort}`, port: apiPort, directory }),
        '--bind-address=127.0.0.1',
        '--authorization-mode=RBAC',
        ...(options.apiServerFlags ?? []),
      ],
      log('kube-apiserver'),
    );
    await waitUntilReady(url, pki, apiServer);
  };
  const stop = async () => {
    for (const child of children.splice(0).reverse()) await child.stop();
    await apiServer?.stop('SIGKILL');
    await etcd.stop('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  };

  const etcd = startChild(
    etcdBinary,
    [
      `--data-dir=${join(directory, 'etcd')}`,
      `--listen-client-urls=http://127.0.0.1:${etcdPort}`,
      `--advertise-client-urls=http://127.0.0.1:${etcdPort}`,
      `--listen-peer-urls=http://127.0.0.1:${etcdPeerPort}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${etcdPeerPort}`,
      `--initial-cluster=default=http://127.0.0.1:${etcdPeerPort}`,
    ],
    log('etcd'),
  );
  try {
    await startApiServer();
    if (controllerManagerBinary) {
      children.push(
        startChild(
          controllerManagerBinary,
          [
            `--kubeconfig=${kubeconfigPath}`,
            `--secure-port=${controllerManagerPort}`,
            '--bind-address=127.0.0.1',
            `--cert-dir=${join(directory, 'certificates')}`,
            '--leader-elect=false',
            '--use-service-account-credentials=false',
            `--service-account-private-key-file=${pki.serviceAccountKey}`,
            `--root-ca-file=${pki.ca}`,
          ],
          log('kube-controller-manager'),
        ),
      );
    }
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    kubeconfigPath,
    url,
    etcdUrl: `http://127.0.0.1:${etcdPort}`,
    killApiServer: async () => apiServer?.stop('SIGKILL'),
    startApiServer,
    stop,
  };
}

async function waitUntilReady(url: string, pki: Pki, apiServer: Child): Promise<void> {
  const deadline = performance.now() + readyTimeoutMs;
  while (performance.now() < deadline) {
    if (apiServer.hasExited()) throw new Error(`kube-apiserver ended before it was ready:\n${apiServer.logTail()}`);
    if (await isReady(url, pki)) return;
    await delay(100);
  }
  throw new Error(`kube-apiserver at ${url} is not ready after ${readyTimeoutMs / 1000} s:\n${apiServer.logTail()}`);
}

function isReady(url: string, pki: Pki): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = request(
      `${url}/readyz`,
      {
        ca: readFileSync(pki.ca),
        cert: readFileSync(pki.admin.certificate),
        key: readFileSync(pki.admin.key),
        agent: false,
        timeout: 2_000,
      },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    probe.on('timeout', () => probe.destroy());
    probe.on('error', () => resolve(false));
    probe.end();
  });
}
