// How Prometheus finds the metrics of a service.
import { type EventService, labels } from '../../api/index.ts';
import type { ServiceMonitor } from './kinds.ts';
import { childMetadata } from './labels.ts';

/** Undefined when the user asks for none. */
export function renderServiceMonitor(service: EventService): ServiceMonitor | undefined {
  const { monitoring } = service.spec;
  if (!monitoring) return undefined;
  const { labels: own, ...endpoint } = monitoring;
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'ServiceMonitor',
    metadata: childMetadata(service, service.metadata.name, own),
    spec: { selector: { matchLabels: { [labels.service]: service.metadata.name } }, endpoints: [endpoint] },
  };
}
