// What a service is made of when its spec is in force, and what is kept of it while its spec must not be. Pure.
import { annotations, type Colour, type EventService } from '../api/index.ts';
import { type BusClientSettings, eventServices, type Secret } from '../bus/index.ts';
import { fingerprintOf, type UserCredential } from '../kafka/index.ts';
import { controllerReference, hashOf, type KubeObject } from '../runtime/index.ts';
import { contentsKept, decideContents, type SeenContents } from './config-map-contents.ts';
import { bindingsOf, renderBinding } from './resources/binding.ts';
import { renderDeployment, templateFor, templateInForce } from './resources/deployment.ts';
import { renderDisruptionBudget } from './resources/disruption-budget.ts';
import type {
  Deployment,
  NetworkPolicy,
  PodDisruptionBudget,
  Service,
  ServiceAccount,
  ServiceMonitor,
} from './resources/kinds.ts';
import { renderNetworkPolicy } from './resources/network-policy.ts';
import type { Version } from './resources/pod-template.ts';
import { renderService } from './resources/service.ts';
import { renderServiceAccount } from './resources/service-account.ts';
import { renderServiceMonitor } from './resources/service-monitor.ts';
import { configurationOf, revisionOf } from './revision.ts';

/** The colour of every version while versions roll. */
export const rollingColour: Colour = 'a';

export interface DesiredWorkload {
  readonly version: Version;
  /** ConfigMaps and Secrets whose content changed under the version in force, which makes it another one. */
  readonly changedContents: readonly string[];
  readonly secrets: readonly Secret[];
  readonly deployment: Deployment;
  /** Absent: the template names its own. */
  readonly serviceAccount: ServiceAccount | undefined;
  /** Absent: the spec asks for none. */
  readonly service: Service | undefined;
  /** Absent: drains may take the pods as they come. */
  readonly disruptionBudget: PodDisruptionBudget | undefined;
  /** Absent: the spec asks for none. */
  readonly serviceMonitor: ServiceMonitor | undefined;
  /** Absent: the spec asks for none. */
  readonly networkPolicy: NetworkPolicy | undefined;
}

/** What beside the spec decides over what is desired. */
export interface Surroundings extends SeenContents {
  readonly settings: BusClientSettings;
  /** As it is: its template stays where the version is the same. */
  readonly live: Deployment | undefined;
  /** The principal that Sluice made; another one, or another password, is another version. */
  readonly login?: UserCredential | undefined;
  /** A PodDisruptionBudget of others has the pods: Kubernetes evicts no pod that has two. */
  readonly hasForeignBudget: boolean;
  /** The namespace takes pods of Pod Security's `restricted` alone; not looked at where no version is rendered. */
  readonly enforcesRestricted: boolean;
}

export function desiredWorkload(
  service: EventService,
  { settings, live, login, configMaps, secretContents, hasForeignBudget, enforcesRestricted }: Surroundings,
): DesiredWorkload {
  const base = {
    revision: revisionOf(service),
    configuration: configurationOf(settings, login && fingerprintOf(login)),
  };
  const { contents, content, changed } = decideContents(service, { configMaps, secretContents }, live, base);
  const version = { ...base, content };
  const bindings = bindingsOf(service, settings, login);
  const secrets = bindings.map((binding) => owned(service, renderBinding(service, binding)));
  const { podSecurity } = service.spec;
  const isRestricted = podSecurity === undefined ? enforcesRestricted : podSecurity === 'Restricted';
  const template = templateFor(service, { colour: rollingColour, version, bindings, isRestricted, live });
  const kept = { bindings: hashOf(secrets), contents };
  return {
    version,
    changedContents: changed,
    secrets,
    deployment: owned(service, renderDeployment(service, rollingColour, template, kept)),
    serviceAccount: owned(service, renderServiceAccount(service)),
    service: owned(service, renderService(service, rollingColour)),
    disruptionBudget: owned(service, renderDisruptionBudget(service, rollingColour, { hasForeignBudget })),
    serviceMonitor: owned(service, renderServiceMonitor(service)),
    networkPolicy: owned(service, renderNetworkPolicy(service, settings)),
  };
}

/** The Deployment with the version that is in force, scaled as the spec says; undefined when it cannot be told. */
export function keptDeployment(service: EventService, live: Deployment): Deployment | undefined {
  const inForce = templateInForce(live);
  const bindings = live.metadata.annotations?.[annotations.bindings];
  if (!inForce || bindings === undefined) return undefined;
  const kept = { bindings, contents: contentsKept(live) };
  return owned(service, renderDeployment(service, rollingColour, inForce, kept));
}

function owned<T extends KubeObject | undefined>(service: EventService, child: T): T {
  if (child === undefined) return child;
  const ownerReferences = [controllerReference(eventServices, service)];
  return { ...child, metadata: { ...child.metadata, ownerReferences } };
}
