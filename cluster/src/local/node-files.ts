// The node's certificates, kubeconfigs and configuration files: where they are, what is in them, and their writing.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderKubeconfig } from './kubeconfig.ts';
import {
  apiServerNames,
  auditPolicy,
  cniConfig,
  containerdConfig,
  kubeletConfig,
  kubeProxyConfig,
} from './node-config.ts';
import { nodeAddress, nodeName, ports } from './node-network.ts';
import { createAuthority, type KeyPair, keyPairAt, serviceAccountKeyAt } from './pki.ts';
import type { StatePaths } from './state.ts';

export interface NodeFiles {
  readonly paths: StatePaths;
  readonly ca: KeyPair;
  readonly server: KeyPair;
  readonly admin: KeyPair;
  /** Both ends of the connections to etcd. */
  readonly etcd: KeyPair;
  /** By which the API server calls the kubelet. */
  readonly kubeletClient: KeyPair;
  readonly kubeletServing: KeyPair;
  readonly serviceAccountKey: string;
  readonly kubeconfigs: Readonly<Record<ComponentName, string>>;
  readonly auditPolicy: string;
  readonly containerdConfig: string;
  readonly cniConfig: string;
  readonly kubeletConfig: string;
  readonly proxyConfig: string;
}

// Users and groups that Kubernetes' own bootstrap roles are bound to.
const components = {
  controllerManager: '/CN=system:kube-controller-manager',
  scheduler: '/CN=system:kube-scheduler',
  kubelet: `/O=system:nodes/CN=system:node:${nodeName}`,
  proxy: '/CN=system:kube-proxy',
} as const;

type ComponentName = keyof typeof components;

/** Where everything is; reads and writes nothing. */
export function nodeFiles(paths: StatePaths): NodeFiles {
  const pair = (name: string) => keyPairAt(paths.certificates, name);
  const kubeconfig = (name: ComponentName) => join(paths.kubeconfigs, name);
  return {
    paths,
    ca: pair('ca'),
    server: pair('server'),
    admin: pair('admin'),
    etcd: pair('etcd'),
    kubeletClient: pair('kubelet-client'),
    kubeletServing: pair('kubelet-serving'),
    serviceAccountKey: serviceAccountKeyAt(paths.certificates),
    kubeconfigs: {
      controllerManager: kubeconfig('controllerManager'),
      scheduler: kubeconfig('scheduler'),
      kubelet: kubeconfig('kubelet'),
      proxy: kubeconfig('proxy'),
    },
    auditPolicy: join(paths.config, 'audit-policy.yaml'),
    containerdConfig: join(paths.config, 'containerd.toml'),
    cniConfig: join(paths.cniConfig, '10-sluice.conflist'),
    kubeletConfig: join(paths.config, 'kubelet.yaml'),
    proxyConfig: join(paths.config, 'kube-proxy.yaml'),
  };
}

/** Configuration files by path. */
export function configTexts(files: NodeFiles, pauseImage: string): Readonly<Record<string, string>> {
  const { paths } = files;
  return {
    [files.auditPolicy]: auditPolicy(),
    [files.containerdConfig]: containerdConfig(paths, pauseImage),
    [files.cniConfig]: cniConfig(paths),
    [files.kubeletConfig]: kubeletConfig(paths, { ca: files.ca.certificate, serving: files.kubeletServing }),
    [files.proxyConfig]: kubeProxyConfig(files.kubeconfigs.proxy),
  };
}

/** Issues the certificates and writes all files. The state directory must have been created. */
export async function writeNodeFiles(files: NodeFiles, pauseImage: string): Promise<void> {
  const { paths } = files;
  for (const [path, text] of Object.entries(configTexts(files, pauseImage))) writeFileSync(path, text);
  const { issue, createServiceAccountKey } = await createAuthority(paths.certificates);
  const url = `https://127.0.0.1:${ports.apiServer}`;
  const writeKubeconfig = (path: string, client: KeyPair) =>
    writeFileSync(path, renderKubeconfig(url, files.ca.certificate, client), { mode: 0o600 });
  await Promise.all([
    createServiceAccountKey(),
    issue('server', '/CN=kube-apiserver', apiServerNames),
    issue('etcd', '/CN=etcd', ['IP:127.0.0.1']),
    issue('kubelet-client', '/O=system:masters/CN=kube-apiserver-kubelet-client'),
    issue('kubelet-serving', components.kubelet, [`IP:${nodeAddress}`, `DNS:${nodeName}`]),
    issue('admin', '/O=system:masters/CN=admin').then((client) => writeKubeconfig(paths.kubeconfig, client)),
    ...entriesOf(components).map(async ([name, subject]) =>
      writeKubeconfig(files.kubeconfigs[name], await issue(name, subject)),
    ),
  ]);
}

function entriesOf(subjects: typeof components): [ComponentName, string][] {
  const { controllerManager, scheduler, kubelet, proxy } = subjects;
  return [
    ['controllerManager', controllerManager],
    ['scheduler', scheduler],
    ['kubelet', kubelet],
    ['proxy', proxy],
  ];
}
