// The Service in front of the active version.
import type { Colour, EventService } from '../../api/index.ts';
import type { Service } from './kinds.ts';
import { childMetadata, colourSelector } from './labels.ts';

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
