// What jobs on Spark need beside themselves, and the jobs of the story.
import { aManifest, type Manifest, type Story } from '../platform/manifests.ts';

const lake = 'spark-lake';
const account = 'spark';

/** The account that drivers ask for their executors under, and a volume for tables. */
export function surroundings(story: Story): readonly Manifest[] {
  const rules = [
    {
      apiGroups: [''],
      resources: ['pods', 'services', 'configmaps', 'persistentvolumeclaims'],
      verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'],
    },
    // Spark 4.2 fences its executors off.
    {
      apiGroups: ['networking.k8s.io'],
      resources: ['networkpolicies'],
      verbs: ['get', 'list', 'create', 'update', 'patch', 'delete', 'deletecollection'],
    },
  ];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: account };
  const subjects = [{ kind: 'ServiceAccount', name: account, namespace: story.namespace }];
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
  return [
    aManifest(story, 'v1/ServiceAccount', account, {}),
    aManifest(story, 'rbac.authorization.k8s.io/v1/Role', account, { rules }),
    aManifest(story, 'rbac.authorization.k8s.io/v1/RoleBinding', account, { roleRef, subjects }),
    aManifest(story, 'v1/PersistentVolumeClaim', lake, { spec }),
  ];
}

export const orderSchema = JSON.stringify({
  type: 'record',
  name: 'SparkOrder',
  namespace: 'dev.sluice.story',
  fields: [
    { name: 'orderId', type: 'string' },
    { name: 'total', type: { type: 'bytes', logicalType: 'decimal', precision: 10, scale: 2 } },
    { name: 'placedAt', type: { type: 'long', logicalType: 'timestamp-millis' } },
  ],
});

export interface SparkJobFields {
  readonly sql: string;
  /** Absent: it ends. */
  readonly runtimeMode?: 'Streaming';
  readonly suspend?: boolean;
  readonly writes?: readonly object[];
}

/** A job on the topic that the story fills, with the lake mounted at /lake. */
export function aSparkJob(
  story: Story,
  name: string,
  { sql, runtimeMode, suspend = false, writes = [] }: SparkJobFields,
): Manifest {
  const volumes = [{ name: 'lake', persistentVolumeClaim: { claimName: lake } }];
  const containers = [{ name: 'spark', volumeMounts: [{ name: 'lake', mountPath: '/lake' }] }];
  return aManifest(story, 'sluice.dev/v1alpha1/StreamJob', name, {
    spec: {
      bus: { name: 'shop' },
      engine: 'Spark',
      runtimeMode: runtimeMode ?? 'Batch',
      suspend,
      program: { sql },
      reads: [{ topic: 'shop.spark-orders', as: 'orders' }],
      writes,
      resources: { coordinator: { cpu: '50m', memory: '1Gi' }, worker: { cpu: '50m', memory: '1Gi' } },
      ...(runtimeMode === 'Streaming'
        ? { state: { storage: { uri: 'file:///lake/state' }, checkpointInterval: '1s' } }
        : {}),
      engineOptions: {
        spark: {
          configuration: { 'spark.ui.enabled': 'false', 'spark.databricks.delta.snapshotPartitions': '2' },
          podTemplate: { spec: { volumes, containers } },
        },
      },
    },
  });
}
