// The command lines of the node's processes. Pure, given paths.
import { apiServerFlags } from './api-server-flags.ts';
import type { NodeFiles } from './node-files.ts';
import { nodeAddress, nodeName, ports } from './node-network.ts';

export function etcdFlags({ paths, ca, etcd }: NodeFiles): string[] {
  const client = `https://127.0.0.1:${ports.etcd}`;
  const peer = `https://127.0.0.1:${ports.etcdPeer}`;
  return [
    `--data-dir=${paths.etcd}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    ...['', 'peer-'].flatMap((prefix) => [
      `--${prefix}cert-file=${etcd.certificate}`,
      `--${prefix}key-file=${etcd.key}`,
      `--${prefix}trusted-ca-file=${ca.certificate}`,
      `--${prefix}client-cert-auth`,
    ]),
    '--log-level=warn',
  ];
}

export function nodeApiServerFlags(files: NodeFiles): string[] {
  const { paths, ca, server, etcd, kubeletClient, serviceAccountKey } = files;
  return [
    ...apiServerFlags({
      ca: ca.certificate,
      server,
      serviceAccountKey,
      etcdUrl: `https://127.0.0.1:${ports.etcd}`,
      port: ports.apiServer,
      directory: paths.certificates,
    }),
    `--etcd-cafile=${ca.certificate}`,
    `--etcd-certfile=${etcd.certificate}`,
    `--etcd-keyfile=${etcd.key}`,
    `--advertise-address=${nodeAddress}`,
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--allow-privileged=true',
    `--kubelet-client-certificate=${kubeletClient.certificate}`,
    `--kubelet-client-key=${kubeletClient.key}`,
    `--kubelet-certificate-authority=${ca.certificate}`,
    '--kubelet-preferred-address-types=InternalIP',
    `--audit-policy-file=${files.auditPolicy}`,
    `--audit-log-path=${paths.auditLog}`,
    '--audit-log-maxsize=100',
    '--audit-log-maxbackup=1',
    '--profiling=false',
  ];
}

export function controllerManagerFlags({ paths, ca, serviceAccountKey, kubeconfigs }: NodeFiles): string[] {
  return [
    `--kubeconfig=${kubeconfigs.controllerManager}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${ports.controllerManager}`,
    `--cert-dir=${paths.certificates}`,
    // Alone, it need not renew a Lease every two seconds.
    '--leader-elect=false',
    '--use-service-account-credentials=true',
    `--service-account-private-key-file=${serviceAccountKey}`,
    `--root-ca-file=${ca.certificate}`,
    `--cluster-signing-cert-file=${ca.certificate}`,
    `--cluster-signing-key-file=${ca.key}`,
    '--profiling=false',
  ];
}

export function schedulerFlags({ paths, kubeconfigs }: NodeFiles): string[] {
  return [
    `--kubeconfig=${kubeconfigs.scheduler}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${ports.scheduler}`,
    `--cert-dir=${paths.certificates}`,
    '--leader-elect=false',
    '--profiling=false',
  ];
}

export function kubeletFlags({ paths, kubeconfigs, kubeletConfig }: NodeFiles): string[] {
  return [
    `--config=${kubeletConfig}`,
    `--kubeconfig=${kubeconfigs.kubelet}`,
    `--hostname-override=${nodeName}`,
    `--node-ip=${nodeAddress}`,
    `--root-dir=${paths.kubelet}`,
    `--cert-dir=${paths.certificates}`,
    // Reading every container's figures is most of what an idle kubelet does.
    '--housekeeping-interval=30s',
  ];
}

export function proxyFlags({ proxyConfig }: NodeFiles): string[] {
  return [`--config=${proxyConfig}`];
}

export function containerdFlags({ containerdConfig }: NodeFiles): string[] {
  return [`--config=${containerdConfig}`, '--log-level=warn'];
}
