// What drains of nodes may take of a service's pods at once.
import type { Colour, EventService } from '../../api/index.ts';
import { matchesSelector } from '../../bus/index.ts';
import type { PodDisruptionBudget } from './kinds.ts';
import { childMetadata, colourSelector, deploymentName } from './labels.ts';

/**
 * What the spec asks for; without it one pod at a time where there are two or more, as one pod alone would block every
 * drain, and undefined where others already limit it.
 */
export function renderDisruptionBudget(
  service: EventService,
  colour: Colour,
  { hasForeignBudget }: { readonly hasForeignBudget: boolean },
): PodDisruptionBudget | undefined {
  const { disruption, replicas } = service.spec;
  if (!disruption && (replicas < 2 || hasForeignBudget)) return undefined;
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: childMetadata(service, deploymentName(service, colour)),
    spec: {
      ...(disruption ?? { maxUnavailable: 1 }),
      selector: { matchLabels: colourSelector(service, colour) },
      // Pods that do not work are nothing to protect: a crash loop would block the drain for ever.
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    },
  };
}

/** Whether a PodDisruptionBudget takes in the pods of a service, by the labels they will have. */
export function hasPods({ metadata, spec }: PodDisruptionBudget, service: EventService, colour: Colour): boolean {
  if (metadata.namespace !== service.metadata.namespace || !spec.selector) return false;
  const labels = { ...service.spec.template.metadata?.labels, ...colourSelector(service, colour) };
  return matchesSelector(spec.selector, labels);
}
