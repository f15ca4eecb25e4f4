// A pod as a Deployment's ReplicaSet would make it, to ask the API server about and never to run.
import { labels } from '../../api/index.ts';
import type { Deployment, Pod, ServiceAccount } from './kinds.ts';

/** `account`: our own service account as it is. Before it is there, the namespace's default one stands in for it. */
export function renderProbePod({ metadata, spec }: Deployment, account: ServiceAccount | undefined): Pod {
  const { template } = spec;
  const { serviceAccountName, ...others } = template.spec;
  const isStillToCome = serviceAccountName === metadata.labels?.[labels.service] && !account;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: metadata.name,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      labels: { ...template.metadata?.labels },
      annotations: { ...template.metadata?.annotations },
    },
    spec: isStillToCome ? others : template.spec,
  };
}
