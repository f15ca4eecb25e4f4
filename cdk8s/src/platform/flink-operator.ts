// The Apache Flink Kubernetes operator, in its own namespace, with rights in the namespaces whose jobs it runs.
import { k8s } from 'cdk8s-plus-34';
import type { Construct } from 'constructs';
import type { Images } from '../images.ts';
import { operatorSettings } from './flink-settings.ts';
import { labelsOf, settingsAnnotation } from './labels.ts';
import { containerSecurity, podSecurity, resources, scratch } from './restricted.ts';

const name = 'flink-operator';
const uid = 9999;
const healthPort = 8085;
const confPath = '/opt/flink/conf';
export const flinkOperatorNamespace = 'flink-operator';

const all = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** Its CRDs are not here: they come with its jars and want server-side apply. */
export function addFlinkOperator(scope: Construct, watched: readonly string[], { image }: Images): void {
  const labels = labelsOf(name);
  new k8s.KubeNamespace(scope, 'namespace', {
    metadata: {
      name: flinkOperatorNamespace,
      labels: { ...labels, 'pod-security.kubernetes.io/enforce': 'restricted' },
    },
  });
  new k8s.KubeServiceAccount(scope, 'service-account', { metadata: { name, labels } });
  for (const namespace of watched) addRights(scope, namespace);
  const files = operatorSettings(watched, healthPort);
  new k8s.KubeConfigMap(scope, 'settings', { metadata: { name, labels }, data: files });
  new k8s.KubeDeployment(scope, 'operator', {
    metadata: { name, labels },
    spec: {
      replicas: 1,
      // Two at once would both submit jobs; it runs without an election.
      strategy: { type: 'Recreate' },
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations: settingsAnnotation(files) },
        spec: {
          serviceAccountName: name,
          enableServiceLinks: false,
          securityContext: podSecurity(uid),
          containers: [
            {
              name,
              image: image('flink-operator'),
              imagePullPolicy: 'IfNotPresent',
              env: [
                { name: 'OPERATOR_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
                { name: 'OPERATOR_NAME', value: name },
                { name: 'FLINK_CONF_DIR', value: confPath },
                { name: 'JVM_ARGS', value: '-Xms64m -Xmx256m -XX:+ExitOnOutOfMemoryError' },
              ],
              ports: [{ name: 'health', containerPort: healthPort }],
              startupProbe: probe({ periodSeconds: 1, failureThreshold: 180 }),
              readinessProbe: probe({ periodSeconds: 10, failureThreshold: 2 }),
              livenessProbe: probe({ periodSeconds: 10, failureThreshold: 6 }),
              resources: resources({ cpu: '50m', memory: '320Mi', memoryLimit: '640Mi' }),
              securityContext: containerSecurity,
              volumeMounts: [
                { name: 'settings', mountPath: confPath, readOnly: true },
                { name: 'artifacts', mountPath: '/opt/flink/artifacts' },
                scratch.mount,
              ],
            },
          ],
          volumes: [{ name: 'settings', configMap: { name } }, { name: 'artifacts', emptyDir: {} }, scratch.volume],
        },
      },
    },
  });
}

/** What running a job takes: its pods by way of Deployments, its settings and high availability in ConfigMaps. */
function addRights(scope: Construct, namespace: string): void {
  const metadata = { name, namespace, labels: labelsOf(name) };
  new k8s.KubeRole(scope, `role-${namespace}`, {
    metadata,
    rules: [
      { apiGroups: ['flink.apache.org'], resources: ['flinkdeployments', 'flinksessionjobs'], verbs: all },
      {
        apiGroups: ['flink.apache.org'],
        resources: ['flinkdeployments', 'flinksessionjobs'].flatMap((kind) => [`${kind}/status`, `${kind}/finalizers`]),
        verbs: ['get', 'patch', 'update'],
      },
      { apiGroups: ['apps'], resources: ['deployments'], verbs: all },
      { apiGroups: [''], resources: ['configmaps', 'pods', 'services'], verbs: all },
      { apiGroups: [''], resources: ['events'], verbs: ['create', 'get', 'list', 'patch', 'update'] },
    ],
  });
  new k8s.KubeRoleBinding(scope, `role-binding-${namespace}`, {
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace: flinkOperatorNamespace }],
  });
}

function probe(timing: Pick<k8s.Probe, 'periodSeconds' | 'failureThreshold'>): k8s.Probe {
  return { httpGet: { path: '/', port: k8s.IntOrString.fromString('health') }, ...timing };
}
