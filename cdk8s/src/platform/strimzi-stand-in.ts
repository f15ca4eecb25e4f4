// The development part that serves Strimzi's kinds where no Strimzi is, in its own namespace, with rights in the namespaces
// whose clusters it runs. Never to be applied beside the real operator.
import { k8s } from 'cdk8s-plus-34';
import type { Construct } from 'constructs';
import type { Images } from '../images.ts';
import { labelsOf } from './labels.ts';
import { containerSecurity, podSecurity, resources } from './restricted.ts';

const name = 'strimzi-stand-in';
const uid = 10001;
const probePort = 8081;
export const standInNamespace = name;

const labels = { ...labelsOf(name), 'app.kubernetes.io/component': 'development-part' };
const kept = ['create', 'get', 'list', 'patch', 'watch'];

/** Strimzi's CRDs are not here: they are generated at set-up and want server-side apply. */
export function addStrimziStandIn(scope: Construct, watched: readonly string[], { image }: Images): void {
  new k8s.KubeNamespace(scope, 'namespace', {
    metadata: { name: standInNamespace, labels: { ...labels, 'pod-security.kubernetes.io/enforce': 'restricted' } },
  });
  new k8s.KubeServiceAccount(scope, 'service-account', { metadata: { name, labels } });
  addSearch(scope);
  for (const namespace of watched) addRights(scope, namespace);
  new k8s.KubeDeployment(scope, 'stand-in', {
    metadata: { name, labels },
    spec: {
      replicas: 1,
      // Two at once would undo each other's work; it runs without an election.
      strategy: { type: 'Recreate' },
      selector: { matchLabels: labelsOf(name) },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: name,
          enableServiceLinks: false,
          securityContext: podSecurity(uid),
          containers: [
            {
              name,
              image: image('strimzi-stand-in'),
              imagePullPolicy: 'IfNotPresent',
              env: [
                { name: 'NAMESPACES', value: watched.join(',') },
                { name: 'KAFKA_IMAGE', value: image('kafka') },
                { name: 'PROBE_PORT', value: String(probePort) },
              ],
              ports: [{ name: 'probes', containerPort: probePort }],
              startupProbe: probe('/healthz', { periodSeconds: 1, failureThreshold: 60 }),
              readinessProbe: probe('/readyz', { periodSeconds: 5, failureThreshold: 2 }),
              livenessProbe: probe('/healthz', { periodSeconds: 10, failureThreshold: 6 }),
              resources: resources({ cpu: '20m', memory: '96Mi', memoryLimit: '256Mi' }),
              securityContext: containerSecurity,
            },
          ],
        },
      },
    },
  });
}

/** It looks for the real operator by name in all namespaces, and ends where it is. */
function addSearch(scope: Construct): void {
  new k8s.KubeClusterRole(scope, 'search', {
    metadata: { name, labels },
    rules: [
      {
        apiGroups: ['apps'],
        resources: ['deployments'],
        resourceNames: ['strimzi-cluster-operator'],
        verbs: ['list'],
      },
    ],
  });
  new k8s.KubeClusterRoleBinding(scope, 'search-binding', {
    metadata: { name, labels },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace: standInNamespace }],
  });
}

/** What its README's table of kinds comes to. */
function addRights(scope: Construct, namespace: string): void {
  const metadata = { name, namespace, labels };
  const kinds = ['kafkas', 'kafkanodepools', 'kafkatopics', 'kafkausers'];
  new k8s.KubeRole(scope, `role-${namespace}`, {
    metadata,
    rules: [
      { apiGroups: ['kafka.strimzi.io'], resources: kinds, verbs: ['get', 'list', 'watch'] },
      { apiGroups: ['kafka.strimzi.io'], resources: kinds.map((kind) => `${kind}/status`), verbs: ['update'] },
      // The finalizer.
      { apiGroups: ['kafka.strimzi.io'], resources: ['kafkatopics'], verbs: ['patch'] },
      // Owner references that block the owner's deletion need this where OwnerReferencesPermissionEnforcement is on.
      {
        apiGroups: ['kafka.strimzi.io'],
        resources: ['kafkas/finalizers', 'kafkausers/finalizers'],
        verbs: ['update'],
      },
      { apiGroups: ['apps'], resources: ['statefulsets'], verbs: kept },
      { apiGroups: [''], resources: ['configmaps', 'services', 'secrets'], verbs: kept },
      { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
      { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
    ],
  });
  new k8s.KubeRoleBinding(scope, `role-binding-${namespace}`, {
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace: standInNamespace }],
  });
}

function probe(path: string, timing: Pick<k8s.Probe, 'periodSeconds' | 'failureThreshold'>): k8s.Probe {
  return { httpGet: { path, port: k8s.IntOrString.fromString('probes') }, ...timing };
}
