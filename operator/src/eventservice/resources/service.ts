// The Service in front of the active version.
import type { Colour, EventService } from '../../api/index.ts';
import type { Service } from './kinds.ts';
import { childMetadata, colourSelector } from './labels.ts';

/** Name of the Service in front of a candidate. */
export function previewName({ metadata }: EventService): string {
  return `${metadata.name}-preview`;
}

/** In front of the candidate, under the same ports; inside the cluster alone. Undefined when the user asks for none. */
export function renderPreviewService(service: EventService, preview: Colour): Service | undefined {
  const { service: wanted } = service.spec;
  if (!wanted) return undefined;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: childMetadata(service, previewName(service)),
    spec: {
      type: 'ClusterIP',
      selector: colourSelector(service, preview),
      ports: wanted.ports.map(({ nodePort: _ofTheActive, ...port }) => port),
    },
  };
}

/** Undefined when the user asks for none. */
export function renderService(service: EventService, active: Colour): Service | undefined {
  const { service: wanted } = service.spec;
  if (!wanted) return undefined;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: childMetadata(service, service.metadata.name),
    spec: { type: wanted.type, selector: colourSelector(service, active), ports: wanted.ports },
  };
}
