// What runs inside every local cluster: CoreDNS and the default StorageClass. Pure.
import { clusterDomain, dnsServiceAddress } from './node-network.ts';

export const dnsNamespace = 'kube-system';
export const dnsName = 'coredns';
export const storageClassName = 'standard';
/** The provisioner that serves the class: `provisioner/`. */
export const provisionerName = 'sluice.dev/host-path';

const dnsPort = 1053;
const dnsLabels = { 'k8s-app': 'kube-dns' };

// Names outside the cluster are refused at once: there is nobody to forward to on a machine without a network.
const corefile = `.:${dnsPort} {
    errors
    health :8080
    ready :8181
    kubernetes ${clusterDomain} in-addr.arpa ip6.arpa {
        pods insecure
        ttl 5
    }
    cache 5
    loadbalance
}
`;

/** Objects to apply, in this order. */
export function addons(corednsImage: string): object[] {
  const metadata = { name: dnsName, namespace: dnsNamespace, labels: dnsLabels };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: `system:${dnsName}` },
      rules: [
        { apiGroups: [''], resources: ['services', 'pods', 'namespaces'], verbs: ['list', 'watch'] },
        { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: `system:${dnsName}` },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: `system:${dnsName}` },
      subjects: [{ kind: 'ServiceAccount', name: dnsName, namespace: dnsNamespace }],
    },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { Corefile: corefile } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { ...metadata, name: 'kube-dns' },
      spec: {
        clusterIP: dnsServiceAddress,
        selector: dnsLabels,
        ports: [
          { name: 'dns', port: 53, protocol: 'UDP', targetPort: dnsPort },
          { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: dnsPort },
        ],
      },
    },
    dnsDeployment(corednsImage, metadata),
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: {
        name: storageClassName,
        annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
      },
      provisioner: provisionerName,
      reclaimPolicy: 'Delete',
      // One node: there is no better moment to choose where a volume is.
      volumeBindingMode: 'Immediate',
    },
  ];
}

function dnsDeployment(image: string, metadata: object): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas: 1,
      selector: { matchLabels: dnsLabels },
      template: {
        metadata: { labels: dnsLabels },
        spec: {
          serviceAccountName: dnsName,
          priorityClassName: 'system-cluster-critical',
          // Its own resolver is the machine's: it cannot ask itself.
          dnsPolicy: 'Default',
          enableServiceLinks: false,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          volumes: [{ name: 'config', configMap: { name: dnsName } }],
          containers: [
            {
              name: dnsName,
              image,
              imagePullPolicy: 'IfNotPresent',
              args: ['-conf', '/etc/coredns/Corefile'],
              volumeMounts: [{ name: 'config', mountPath: '/etc/coredns', readOnly: true }],
              ports: [
                { name: 'dns', containerPort: dnsPort, protocol: 'UDP' },
                { name: 'dns-tcp', containerPort: dnsPort, protocol: 'TCP' },
              ],
              resources: { requests: { cpu: '20m', memory: '40Mi' }, limits: { memory: '170Mi' } },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
              readinessProbe: { httpGet: { path: '/ready', port: 8181 }, periodSeconds: 2 },
              livenessProbe: { httpGet: { path: '/health', port: 8080 }, initialDelaySeconds: 30 },
            },
          ],
        },
      },
    },
  };
}
