// What a service is made of when its spec is in force, and what is kept of it while its spec must not be. Pure.
import { annotations, type Colour, type EventService } from '../api/index.ts';
import { type BusClientSettings, eventServices, type Secret } from '../bus/index.ts';
import { fingerprintOf, type UserCredential } from '../kafka/index.ts';
import { controllerReference, hashOf, type KubeObject } from '../runtime/index.ts';
import { bindingsOf, renderBinding } from './resources/binding.ts';
import { renderDeployment, templateFor, templateInForce } from './resources/deployment.ts';
import type { Deployment, Service, ServiceAccount } from './resources/kinds.ts';
import type { Version } from './resources/pod-template.ts';
import { renderService } from './resources/service.ts';
import { renderServiceAccount } from './resources/service-account.ts';
import { configurationOf, revisionOf } from './revision.ts';

/** The colour of every version while versions roll. */
export const rollingColour: Colour = 'a';

export interface DesiredWorkload {
  readonly version: Version;
  readonly secrets: readonly Secret[];
  readonly deployment: Deployment;
  /** Absent: the template names its own. */
  readonly serviceAccount: ServiceAccount | undefined;
  /** Absent: the spec asks for none. */
  readonly service: Service | undefined;
}

/**
 * `live`: the Deployment as it is, whose template stays where the version is the same. `login`: the principal that Sluice
 * made; another one, or another password, is another version.
 */
export function desiredWorkload(
  service: EventService,
  settings: BusClientSettings,
  live: Deployment | undefined,
  login?: UserCredential,
): DesiredWorkload {
  const configuration = configurationOf(settings, login && fingerprintOf(login));
  const version = { revision: revisionOf(service), configuration };
  const bindings = bindingsOf(service, settings, login);
  const secrets = bindings.map((binding) => owned(service, renderBinding(service, binding)));
  const template = templateFor(service, { colour: rollingColour, version, bindings, live });
  return {
    version,
    secrets,
    deployment: owned(service, renderDeployment(service, rollingColour, template, hashOf(secrets))),
    serviceAccount: owned(service, renderServiceAccount(service)),
    service: owned(service, renderService(service, rollingColour)),
  };
}

/** The Deployment with the version that is in force, scaled as the spec says; undefined when it cannot be told. */
export function keptDeployment(service: EventService, live: Deployment): Deployment | undefined {
  const inForce = templateInForce(live);
  const bindings = live.metadata.annotations?.[annotations.bindings];
  if (!inForce || bindings === undefined) return undefined;
  return owned(service, renderDeployment(service, rollingColour, inForce, bindings));
}

function owned<T extends KubeObject | undefined>(service: EventService, child: T): T {
  if (child === undefined) return child;
  const ownerReferences = [controllerReference(eventServices, service)];
  return { ...child, metadata: { ...child.metadata, ownerReferences } };
}
