// Configuration files of the node's processes, rendered from fixed values and the state directory's paths. Pure.
import { stringify } from 'yaml';
import { cgroupRoot } from './cgroups.ts';
import {
  apiServiceAddress,
  bridgeName,
  clusterDomain,
  dnsServiceAddress,
  nodeAddress,
  nodeName,
  podCidr,
  ports,
} from './node-network.ts';
import type { KeyPair } from './pki.ts';
import type { StatePaths } from './state.ts';

/** Where Debian's containernetworking-plugins are. */
export const cniPlugins = '/usr/lib/cni';

/** Names under which the API server is called: from this machine, and by pods. */
export const apiServerNames = [
  'IP:127.0.0.1',
  `IP:${nodeAddress}`,
  `IP:${apiServiceAddress}`,
  'DNS:localhost',
  'DNS:kubernetes',
  'DNS:kubernetes.default',
  'DNS:kubernetes.default.svc',
  `DNS:kubernetes.default.svc.${clusterDomain}`,
];

/** containerd 1.6's config.toml (version 2). */
export function containerdConfig(paths: StatePaths, pauseImage: string): string {
  const text = (value: string) => JSON.stringify(value);
  return `version = 2
root = ${text(paths.containerdRoot)}
state = ${text(paths.containerdState)}
oom_score = 0

[grpc]
  address = ${text(paths.containerdSocket)}

[plugins."io.containerd.grpc.v1.cri"]
  # There is no registry to pull it from: it is imported before the kubelet starts.
  sandbox_image = ${text(pauseImage)}
  # Root without CAP_SYS_RESOURCE cannot make a process less likely to be killed than itself.
  restrict_oom_score_adj = true
  # Below the state directory, where the teardown finds them.
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = ${text(cniPlugins)}
    conf_dir = ${text(paths.cniConfig)}
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      Root = ${text(paths.runc)}
      SystemdCgroup = false
`;
}

export function cniConfig(paths: StatePaths): string {
  return JSON.stringify({
    cniVersion: '0.4.0',
    name: 'sluice',
    plugins: [
      {
        type: 'bridge',
        bridge: bridgeName,
        isDefaultGateway: true,
        ipMasq: true,
        hairpinMode: true,
        ipam: { type: 'host-local', dataDir: paths.cniAddresses, ranges: [[{ subnet: podCidr }]] },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  });
}

export function kubeletConfig(paths: StatePaths, at: { readonly ca: string; readonly serving: KeyPair }): string {
  return stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: nodeAddress,
    port: ports.kubelet,
    healthzPort: ports.kubeletHealth,
    tlsCertFile: at.serving.certificate,
    tlsPrivateKeyFile: at.serving.key,
    authentication: { anonymous: { enabled: false }, webhook: { enabled: true }, x509: { clientCAFile: at.ca } },
    authorization: { mode: 'Webhook' },
    containerRuntimeEndpoint: `unix://${paths.containerdSocket}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot,
    clusterDomain,
    clusterDNS: [dnsServiceAddress],
    resolvConf: '/etc/resolv.conf',
    podLogsDir: paths.podLogs,
    volumePluginDir: `${paths.kubelet}/volume-plugins`,
    failSwapOn: false,
    // Images are imported and cannot be pulled again, so that none may be collected.
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    evictionHard: {
      'memory.available': '100Mi',
      'nodefs.available': '1%',
      'nodefs.inodesFree': '1%',
      'imagefs.available': '1%',
    },
    oomScoreAdj: 0,
    containerLogMaxSize: '10Mi',
    containerLogMaxFiles: 2,
    // What the machine has is for pods.
    enforceNodeAllocatable: ['pods'],
    shutdownGracePeriod: '0s',
  });
}

export function kubeProxyConfig(kubeconfig: string): string {
  return stringify({
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    clientConnection: { kubeconfig },
    hostnameOverride: nodeName,
    clusterCIDR: podCidr,
    healthzBindAddress: `127.0.0.1:${ports.proxyHealth}`,
    metricsBindAddress: `127.0.0.1:${ports.proxyMetrics}`,
    // NodePorts answer on this machine and in its pods, and to nobody else.
    nodePortAddresses: ['127.0.0.0/8', podCidr],
    // Soon after a pod is ready its Service answers; all rules are looked at again but rarely.
    iptables: { localhostNodePorts: true, minSyncPeriod: '200ms', syncPeriod: '5m' },
    oomScoreAdj: 0,
    // The machine's connection tracking stays as it is.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  });
}

/** Writes alone, without their content, and without what the node itself reports all the time. */
export function auditPolicy(): string {
  return stringify({
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [
      { level: 'None', verbs: ['get', 'list', 'watch'] },
      { level: 'None', userGroups: ['system:nodes'] },
      { level: 'Metadata' },
    ],
  });
}
