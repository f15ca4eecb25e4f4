// The service account of a service whose template names none.
import type { EventService } from '../../api/index.ts';
import type { ServiceAccount } from './kinds.ts';
import { childMetadata } from './labels.ts';
import { hasServiceAccount } from './pod-template.ts';

/** Undefined when the template names its own. */
export function renderServiceAccount(service: EventService): ServiceAccount | undefined {
  if (hasServiceAccount(service)) return undefined;
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: childMetadata(service, service.metadata.name) };
}
