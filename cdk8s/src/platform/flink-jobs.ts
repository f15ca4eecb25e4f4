// What Flink jobs of a namespace run with: their service account, and the volume claim for checkpoints and savepoints.
import { k8s } from 'cdk8s-plus-34';
import type { Construct } from 'constructs';
import { labelsOf } from './labels.ts';

const name = 'flink';

export function addFlinkJobs(scope: Construct): void {
  const metadata = { name, labels: labelsOf(name) };
  new k8s.KubeServiceAccount(scope, 'flink-service-account', { metadata });
  // A job manager starts and stops its task managers, and keeps its leader and checkpoint pointers in ConfigMaps.
  new k8s.KubeRole(scope, 'flink-role', {
    metadata,
    rules: [
      {
        apiGroups: [''],
        resources: ['pods', 'configmaps'],
        verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
      },
      { apiGroups: [''], resources: ['services'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list', 'watch'] },
    ],
  });
  new k8s.KubeRoleBinding(scope, 'flink-role-binding', {
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name }],
  });
  new k8s.KubePersistentVolumeClaim(scope, 'flink-state', {
    metadata: { name: 'flink-state', labels: labelsOf(name) },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: k8s.Quantity.fromString('4Gi') } },
    },
  });
}
