// What a service is made of when its spec is in force, and what is kept of it while its spec must not be. Pure.
import { annotations, type Colour, type EventService, type ReleaseSpec } from '../api/index.ts';
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
import { activeColourOf } from './resources/labels.ts';
import { renderNetworkPolicy } from './resources/network-policy.ts';
import type { Version } from './resources/pod-template.ts';
import { renderService } from './resources/service.ts';
import { renderServiceAccount } from './resources/service-account.ts';
import { renderServiceMonitor } from './resources/service-monitor.ts';
import { configurationOf, revisionOf } from './revision.ts';

export interface DesiredWorkload {
  readonly placement: Placement;
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
  /** Absent: in the colour that is in force, as many as the spec says, and not told of any role. */
  readonly placement?: Placement | undefined;
}

/** Where a version runs beside another one. */
export interface Placement {
  readonly colour: Colour;
  readonly replicas: number;
  /** The pods obey the files of their role. */
  readonly hasRole: boolean;
  /** The spec's previewTemplate is laid over. */
  readonly isPreview: boolean;
  /** The colour that requests go to. */
  readonly serving: Colour;
  /** The pods log in with a principal that the other colour's do not have. */
  readonly hasOwnBinding: boolean;
}

export function desiredWorkload(
  service: EventService,
  { settings, live, login, configMaps, secretContents, hasForeignBudget, enforcesRestricted, placement }: Surroundings,
): DesiredWorkload {
  const active = activeColourOf(service);
  const place = placement ?? {
    colour: active,
    replicas: service.spec.replicas,
    serving: active,
    hasRole: false,
    isPreview: false,
    hasOwnBinding: false,
  };
  const { colour, replicas, serving, hasRole, isPreview } = place;
  const preview = isPreview ? service.spec.release.previewTemplate : undefined;
  const base = {
    revision: revisionOf(service),
    configuration: withPreview(configurationOf(settings, login && fingerprintOf(login)), preview),
  };
  const { contents, content, changed } = decideContents(service, { configMaps, secretContents }, live, base);
  const version = { ...base, content };
  const bindings = bindingsOf(service, settings, login, place.hasOwnBinding ? `-${colour}` : '');
  const secrets = bindings.map((binding) => owned(service, renderBinding(service, binding)));
  const { podSecurity } = service.spec;
  const isRestricted = podSecurity === undefined ? enforcesRestricted : podSecurity === 'Restricted';
  const template = templateFor(service, { colour, version, bindings, isRestricted, live, hasRole, preview });
  const kept = { bindings: hashOf(secrets), contents };
  return {
    placement: place,
    version,
    changedContents: changed,
    secrets,
    deployment: owned(service, renderDeployment(service, colour, template, kept, replicas)),
    serviceAccount: owned(service, renderServiceAccount(service)),
    service: owned(service, renderService(service, serving)),
    disruptionBudget: owned(service, renderDisruptionBudget(service, active, { hasForeignBudget })),
    serviceMonitor: owned(service, renderServiceMonitor(service)),
    networkPolicy: owned(service, renderNetworkPolicy(service, settings)),
  };
}

/** Pods of a preview are of another version than those that take over, where something is laid over them. */
function withPreview(configuration: string, preview: ReleaseSpec['previewTemplate'] | undefined): string {
  return preview ? hashOf({ configuration, preview }) : configuration;
}

/** The Deployment with the version that is in force, scaled as the spec says; undefined when it cannot be told. */
export function keptDeployment(
  service: EventService,
  live: Deployment,
  { colour, replicas }: Pick<Placement, 'colour' | 'replicas'> = {
    colour: activeColourOf(service),
    replicas: service.spec.replicas,
  },
): Deployment | undefined {
  const inForce = templateInForce(live);
  const bindings = live.metadata.annotations?.[annotations.bindings];
  if (!inForce || bindings === undefined) return undefined;
  const kept = { bindings, contents: contentsKept(live) };
  return owned(service, renderDeployment(service, colour, inForce, kept, replicas));
}

/** Deleted with the service. */
export function owned<T extends KubeObject | undefined>(service: EventService, child: T): T {
  if (child === undefined) return child;
  const ownerReferences = [controllerReference(eventServices, service)];
  return { ...child, metadata: { ...child.metadata, ownerReferences } };
}
