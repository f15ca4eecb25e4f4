// Reads everything that the decision about a service is taken from; decides nothing.
import { type Colour, type EventService, fieldManagers } from '../api/index.ts';
import {
  type BusObservation,
  clientSettingsOf,
  configMaps,
  type KindParts,
  type Login,
  namespaces,
  observeBus,
  observeLogin,
  observeVisible,
  secrets,
} from '../bus/index.ts';
import { applyOf } from '../plan/index.ts';
import { otherColour } from '../release/index.ts';
import { isAlreadyExists, isForbidden, isNotFound, keyOf, type ReconcileContext } from '../runtime/index.ts';
import { specColour, specPlacement } from './blue-green/changes.ts';
import { type Logins, loginsOf } from './blue-green/logins.ts';
import { observeRelease, type ReleaseObserved, type ReleaseParts, withLiveRelease } from './blue-green/observe.ts';
import { servingOf } from './blue-green/target.ts';
import { contentHash } from './config-map-contents.ts';
import { templateConfigMaps } from './config-map-references.ts';
import { type DesiredWorkload, desiredWorkload } from './desired.ts';
import { isAwaitingVolumes } from './pod-trouble.ts';
import { podRefusalOf, refusalOf } from './refusal.ts';
import { isSameVersion, templateInForce } from './resources/deployment.ts';
import { hasPods } from './resources/disruption-budget.ts';
import {
  type Deployment,
  deployments,
  disruptionBudgets,
  type NetworkPolicy,
  networkPolicies,
  type Pod,
  type PodDisruptionBudget,
  pods,
  type Service,
  type ServiceAccount,
  type ServiceMonitor,
  serviceAccounts,
  serviceMonitors,
  services,
} from './resources/kinds.ts';
import { activeColourOf, deploymentName } from './resources/labels.ts';
import { renderProbePod } from './resources/probe-pod.ts';
import { readSecretContents } from './secret-contents.ts';
import type { Taken } from './taken.ts';

export const podsByService = 'service';
/** By namespace, those that no EventService made. */
export const foreignBudgets = 'foreign';

export interface Observed {
  readonly object: EventService;
  readonly bus: BusObservation;
  readonly deployment: Deployment | undefined;
  readonly service: Service | undefined;
  readonly serviceAccount: ServiceAccount | undefined;
  readonly disruptionBudget: PodDisruptionBudget | undefined;
  /** A PodDisruptionBudget of others has the service's pods, or the name that Sluice would give its own. */
  readonly hasForeignBudget: boolean;
  /** As it is, where the spec or a former one asks for it. */
  readonly serviceMonitor: ServiceMonitor | undefined;
  readonly networkPolicy: NetworkPolicy | undefined;
  /** ServiceMonitors are known to the API server and granted to the operator; not looked at where none is asked for. */
  readonly hasServiceMonitors: boolean;
  /** The namespace enforces Pod Security's `restricted`; false, too, where no version is to be rendered. */
  readonly enforcesRestricted: boolean;
  readonly pods: readonly Pod[];
  /** By name, hashes of the ConfigMaps that are there of those that the template uses. */
  readonly configMaps: ReadonlyMap<string, string>;
  /** The same of Secrets; absent where they may not be read. */
  readonly secretContents?: ReadonlyMap<string, string>;
  /** Names of ConfigMaps that the template needs and that are not there. */
  readonly missingConfigMaps: readonly string[];
  /** The API server's words about what would be applied, where it refuses it. */
  readonly refusals: {
    readonly deployment?: string | undefined;
    readonly pod?: string | undefined;
    readonly service?: string | undefined;
    readonly networkPolicy?: string | undefined;
  };
  /** Absent: the bus is not one that Sluice makes principals on. */
  readonly login?: Login;
  /** Topics that the login sees when it is used; undefined: it was not tried. */
  readonly visible?: ReadonlySet<string>;
  /** A Secret that was written is gone again. */
  readonly isBindingMissing: boolean;
  /** Of the colour that requests do not go to. */
  readonly otherDeployment: Deployment | undefined;
  /** Absent: versions roll. */
  readonly release?: ReleaseObserved;
  /** What the colours log in with, where each has a principal of its own. */
  readonly logins?: Logins;
}

export interface ServiceParts extends Pick<KindParts, 'buses' | 'passwords'> {
  /** Absent: Secrets of users are read nowhere. */
  readonly config?: Pick<KindParts['config'], 'secretNamespaces'> & Partial<Pick<KindParts['config'], 'prometheusUrl'>>;
  /** What the API server would take; absent: it is always asked. */
  readonly taken?: Taken;
  /** Absent: checks of releases are not asked, as when a manifest is only planned. */
  readonly release?: ReleaseParts;
}

export async function observe(
  cached: EventService,
  context: ReconcileContext,
  { buses, passwords, config, taken, release: releases }: ServiceParts,
): Promise<Observed> {
  const { cache } = context;
  const { name, namespace } = cached.metadata;
  const object = await withLiveRelease(cached, context);
  const bus = await observeBus(object, context, buses);
  const active = activeColourOf(object);
  const budgetName = deploymentName(object, active);
  const isLiving = object.metadata.deletionTimestamp === undefined;
  const reading = { namespaces: config?.secretNamespaces ?? [], passwords };
  const secretContents = isLiving ? await readSecretContents(object, context, reading) : undefined;
  const release = await observeRelease(object, bus, context, releases);
  const serving = servingOf(object) ?? active;
  const deployment = (colour: Colour) => cache.get(deployments, { namespace, name: deploymentName(object, colour) });
  const seen = {
    deployment: deployment(serving),
    otherDeployment: deployment(otherColour(serving)),
    ...(release ? { release } : {}),
    service: cache.get(services, { namespace, name }),
    serviceAccount: cache.get(serviceAccounts, { namespace, name }),
    disruptionBudget: cache.get(disruptionBudgets, { namespace, name: budgetName }),
    hasForeignBudget: cache
      .list(disruptionBudgets, { index: { name: foreignBudgets, value: namespace ?? '' } })
      .some((budget) => budget.metadata.name === budgetName || hasPods(budget, object, active)),
    networkPolicy: cache.get(networkPolicies, { namespace, name }),
    ...observeConfigMaps(object, context),
    ...(secretContents ? { secretContents } : {}),
    pods: cache.list(pods, { index: { name: podsByService, value: keyOf(object.metadata) } }),
  };
  const base = isLiving ? await observeLogin(object, bus, context, passwords) : undefined;
  const logins = release && base ? loginsOf(object, base, await passwords.load(context.client)) : undefined;
  const login = logins?.[active] ?? base;
  // The version that the spec asks for, wherever that is to run.
  const colour = release ? specColour(object) : active;
  const live = colour === serving ? seen.deployment : seen.otherDeployment;
  const desiredUnder = (enforcesRestricted: boolean) =>
    bus.state === 'available' && isLiving
      ? desiredWorkload(object, {
          ...seen,
          settings: clientSettingsOf(bus.bus),
          live,
          login: logins?.[colour] ?? login,
          enforcesRestricted,
          placement: release && specPlacement(object, colour),
        })
      : undefined;
  const unrestricted = desiredUnder(false);
  const enforcesRestricted =
    unrestricted !== undefined && (await observePodSecurity(unrestricted, object, { deployment: live }, context));
  const desired = enforcesRestricted ? desiredUnder(true) : unrestricted;
  return {
    object,
    bus,
    ...seen,
    ...(await observeServiceMonitor(object, context)),
    enforcesRestricted,
    ...(login ? { login } : {}),
    ...(logins ? { logins } : {}),
    ...(await observeVisible(object, bus, login)),
    refusals: desired ? await refusalsOf(desired, { ...seen, deployment: live }, context, taken) : {},
    isBindingMissing:
      desired !== undefined &&
      isAwaitingVolumes(seen.pods, new Date()) &&
      (await isAnyMissing(desired.secrets, context)),
  };
}

async function observeServiceMonitor(
  { metadata, spec }: EventService,
  { cache, client }: ReconcileContext,
): Promise<Pick<Observed, 'serviceMonitor' | 'hasServiceMonitors'>> {
  const serviceMonitor = cache.get(serviceMonitors, metadata);
  if (serviceMonitor || !spec.monitoring) return { serviceMonitor, hasServiceMonitors: serviceMonitor !== undefined };
  try {
    // The cache does not tell a kind that is not installed from one of which there is none, and it may be behind.
    const { items } = await client.list(serviceMonitors, { namespace: metadata.namespace });
    const live = items.find(({ metadata: { name } }) => name === metadata.name);
    return { serviceMonitor: live, hasServiceMonitors: true };
  } catch (error) {
    if (isNotFound(error) || isForbidden(error)) return { serviceMonitor, hasServiceMonitors: false };
    throw error;
  }
}

/** Asked only where a version is rendered that the namespace has a say in. */
async function observePodSecurity(
  desired: DesiredWorkload,
  { metadata, spec }: EventService,
  { deployment }: Pick<Observed, 'deployment'>,
  { client }: ReconcileContext,
): Promise<boolean> {
  if (spec.podSecurity !== undefined || !isNewVersion(desired, deployment)) return false;
  try {
    const namespace = await client.get(namespaces, { name: metadata.namespace ?? '' });
    return namespace?.metadata.labels?.[podSecurityLabel] === 'restricted';
  } catch (error) {
    // Not granted: what the namespace refuses shows when the pod is asked about.
    if (isForbidden(error)) return false;
    throw error;
  }
}

// apiserver: pod-security-admission/api/constants.go
const podSecurityLabel = 'pod-security.kubernetes.io/enforce';

function isNewVersion({ version }: DesiredWorkload, live: Deployment | undefined): boolean {
  const inForce = live && templateInForce(live);
  return !inForce || !isSameVersion(inForce.version, version);
}

function observeConfigMaps(
  object: EventService,
  { cache }: ReconcileContext,
): Pick<Observed, 'configMaps' | 'missingConfigMaps'> {
  const { namespace } = object.metadata;
  const used = templateConfigMaps(object);
  const found = used.flatMap(({ name }) => {
    const configMap = cache.get(configMaps, { namespace, name });
    return configMap ? [[name, contentHash(configMap)] as const] : [];
  });
  const present = new Map(found);
  const missing = used.filter(({ name, isOptional }) => !isOptional && !present.has(name));
  return { configMaps: present, missingConfigMaps: missing.map(({ name }) => name) };
}

/** Asked only of what differs from what is live, so that the steady state asks nothing. */
async function refusalsOf(
  desired: DesiredWorkload,
  live: Pick<Observed, 'deployment' | 'service' | 'serviceAccount' | 'networkPolicy'>,
  { client }: ReconcileContext,
  taken: Taken | undefined,
): Promise<Observed['refusals']> {
  const options = { fieldManager: fieldManagers.EventService, taken };
  const told = { reason: 'asked' };
  const isNewDeployment = applyOf(deployments, desired.deployment, live.deployment, told).length > 0;
  const isNewService = desired.service && applyOf(services, desired.service, live.service, told).length > 0;
  const isPodAsked = isNewVersion(desired, live.deployment) && desired.deployment.spec.replicas !== 0;
  const { networkPolicy: limits } = desired;
  const isNewPolicy = limits && applyOf(networkPolicies, limits, live.networkPolicy, told).length > 0;
  const [deployment, pod, service, networkPolicy] = await Promise.all([
    isNewDeployment ? refusalOf(client, deployments, desired.deployment, options) : undefined,
    isPodAsked
      ? podRefusalOf(client, pods, renderProbePod(desired.deployment, live.serviceAccount), options)
      : undefined,
    desired.service && isNewService
      ? // Made anew, its own node port would be taken.
        refusalOf(client, services, desired.service, { ...options, asNew: live.service === undefined })
      : undefined,
    isNewPolicy ? refusalOf(client, networkPolicies, limits, options) : undefined,
  ]);
  return { deployment, pod, service, networkPolicy };
}

/** The operator may not read Secrets; whether one is there shows when it tries to create it. */
async function isAnyMissing(wanted: DesiredWorkload['secrets'], { client }: ReconcileContext): Promise<boolean> {
  for (const secret of wanted) {
    try {
      await client.create(secrets, secret, { dryRun: true });
      return true;
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
  }
  return false;
}
