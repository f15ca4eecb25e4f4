// The changes that bring both colours, their roles and the Services to what the state of the release asks for. Pure.
import { annotations, type Colour, colours, type EventService, labels } from '../../api/index.ts';
import { clientSettingsOf, configMaps, type Login, secrets } from '../../bus/index.ts';
import { applyOf, applySecretOf, type Change, secretHash } from '../../plan/index.ts';
import { type ColourTarget, otherColour, type Target } from '../../release/index.ts';
import { hashOf } from '../../runtime/index.ts';
import { isOwn } from '../conflict.ts';
import { deletionOf } from '../deletion.ts';
import { type DesiredWorkload, desiredWorkload, keptDeployment, owned, type Placement } from '../desired.ts';
import { templateInForce } from '../resources/deployment.ts';
import { type Deployment, deployments, disruptionBudgets, pods as podResource, services } from '../resources/kinds.ts';
import { hasRole, renderRoleMap, roleText } from '../resources/role.ts';
import { renderPreviewService, renderService } from '../resources/service.ts';
import { revisionOf } from '../revision.ts';
import type { Logins } from './logins.ts';
import { type ObservedRelease, ownOf, podsOf } from './seen.ts';
import { targetFor } from './target.ts';

export interface ColourChanges {
  /** In their order; none: everything is as the target asks for. */
  readonly roles: readonly Change[];
  readonly secrets: readonly Change[];
  readonly deployments: readonly Change[];
  readonly services: readonly Change[];
  /** What the spec's version is made of; undefined: it must not be made, or belongs to no colour. */
  readonly desired: DesiredWorkload | undefined;
}

/** `mayRender`: nothing speaks against the spec, so that its version may be made. */
export function colourChanges(
  observed: ObservedRelease,
  target: Target,
  { logins, mayRender }: { readonly logins: Logins; readonly mayRender: boolean },
): ColourChanges {
  const desiredOf = (colour: Colour) => (mayRender ? desiredIn(observed, target, colour, logins[colour]) : undefined);
  const desired = { a: desiredOf('a'), b: desiredOf('b') };
  return {
    roles: colours.flatMap((colour) => roleChanges(observed, colour, target.colours[colour])),
    secrets: colours.flatMap((colour) => secretChanges(observed, desired[colour])),
    deployments: colours.flatMap((colour) => deploymentChanges(observed, target, colour, desired[colour])),
    services: serviceChanges(observed, target, mayRender),
    desired: desired.a ?? desired.b,
  };
}

/** Of a colour whose version is the spec's. */
function desiredIn(
  observed: ObservedRelease,
  target: Target,
  colour: Colour,
  login: Login | undefined,
): DesiredWorkload | undefined {
  const { object, bus, release } = observed;
  const asked = target.colours[colour];
  if (bus.state === 'unavailable' || asked?.version.revision !== revisionOf(object)) return undefined;
  return desiredWorkload(object, {
    ...observed,
    settings: clientSettingsOf(bus.bus),
    live: release.deployments[colour],
    login: login ?? observed.login,
    placement: placementIn(object, target, colour),
  });
}

/** How a colour is to run; a version that is not begun yet, as it will run when it has taken over. */
function placementIn(object: EventService, target: Target | undefined, colour: Colour): Placement {
  const { replicas, release: spec } = object.spec;
  const { pods = 'all', version } = target?.colours[colour] ?? {};
  const all = object.status?.release?.handover?.replicas ?? replicas;
  const { active, candidate } = object.status?.release ?? {};
  const login = version ? version.login : (candidate ?? active)?.login;
  return {
    colour,
    replicas: pods === 'all' ? all : pods === 'preview' ? spec.previewReplicas : 0,
    hasRole: spec.roleAware,
    isPreview: pods === 'preview',
    serving: target?.serving ?? colour,
    hasOwnBinding: login !== undefined && colour === 'b',
  };
}

/** The colour that the spec's version is of, or would be. */
export function specColour(object: EventService): Colour {
  const { active, candidate } = object.status?.release ?? {};
  const revision = revisionOf(object);
  if (!active || active.revision === revision) return active?.colour ?? 'a';
  return candidate?.revision === revision ? candidate.colour : otherColour(active.colour);
}

export function specPlacement(object: EventService, colour: Colour): Placement {
  return placementIn(object, targetFor(object), colour);
}

function roleChanges(observed: ObservedRelease, colour: Colour, asked: ColourTarget | undefined): readonly Change[] {
  const { object, release, pods } = observed;
  if (!asked) return [];
  const live = ownOf(observed, colour);
  const inForce = live && templateInForce(live);
  const isTold = inForce ? hasRole(inForce.template) : false;
  if (!isTold && !object.spec.release.roleAware) return [];
  const text = roleText(asked);
  const told = { reason: `the role of colour ${colour} is ${asked.role}` };
  const map = owned(object, renderRoleMap(object, colour, text));
  return [
    ...applyOf(configMaps, map, release.roleMaps[colour], told),
    ...podsOf(pods, colour).flatMap(({ metadata }) => {
      const { namespace, name, uid } = metadata;
      const isRight = metadata.annotations?.[annotations.role] === text;
      if (!isTold || isRight || uid === undefined) return [];
      const change = {
        action: 'AnnotatePod',
        resource: podResource,
        key: { namespace, name },
        uid,
        risk: 'Safe',
      } as const;
      return [{ ...change, annotations: { [annotations.role]: text }, ...told }];
    }),
  ];
}

/** Secrets cannot be read back: the Deployment, written after them, keeps the hash of those that were written. */
function secretChanges(
  { release, isBindingMissing }: ObservedRelease,
  desired: DesiredWorkload | undefined,
): readonly Change[] {
  if (!desired) return [];
  const { colour } = desired.placement;
  const written = release.deployments[colour]?.metadata.annotations?.[annotations.bindings];
  const areWritten = written === hashOf(desired.secrets) && !isBindingMissing;
  return desired.secrets.flatMap((secret) =>
    applySecretOf(secrets, secret, areWritten ? secretHash(secret) : undefined, {
      reason: 'it tells the pods where the bus is',
    }),
  );
}

function deploymentChanges(
  observed: ObservedRelease,
  target: Target,
  colour: Colour,
  desired: DesiredWorkload | undefined,
): readonly Change[] {
  const { object } = observed;
  const live = ownOf(observed, colour);
  const asked = target.colours[colour];
  if (!asked) return deletionOf(observed, deployments, live, 'no version of this colour is needed any more');
  if (!desired && !live) return [];
  const wanted = desired?.deployment ?? (live && keptDeployment(object, live, placementIn(object, target, colour)));
  if (!wanted) return [];
  return applyOf(deployments, wanted, live, deploymentTold(live, wanted));
}

function deploymentTold(live: Deployment | undefined, { spec, metadata }: Deployment): Pick<Change, 'reason' | 'risk'> {
  if (!live) return { reason: 'a version is to run beside the active one', risk: 'Safe' };
  if (spec.replicas === 0 && live.spec.replicas !== 0) {
    return { reason: 'its pods end before the other version goes on in its groups', risk: 'Disruptive' };
  }
  const isSame = live.metadata.labels?.[labels.revision] === metadata.labels?.[labels.revision];
  return { reason: isSame ? 'it is not as the release asks for' : 'it gets the new version', risk: 'Safe' };
}

/** The selector follows the release whatever speaks against the rest of the spec. */
function serviceChanges(observed: ObservedRelease, target: Target, mayRender: boolean): readonly Change[] {
  const { object, service: live, release } = observed;
  const front = owned(object, renderService(object, target.serving));
  const ownLive = live && isOwn(object, live) ? live : undefined;
  const kept = front && ownLive ? { ...front, spec: { ...ownLive.spec, selector: front.spec.selector } } : undefined;
  const isSelected = JSON.stringify(ownLive?.spec.selector) === JSON.stringify(front?.spec.selector);
  const told = { reason: `requests go to colour ${target.serving}` };
  const preview = owned(object, renderPreviewService(object, target.preview));
  const hasPreview = object.spec.release.strategy === 'BlueGreen' || release.status?.candidate !== undefined;
  return [
    ...(front && mayRender ? applyOf(services, front, live, told) : []),
    ...(kept && !mayRender && !isSelected ? applyOf(services, kept, live, told) : []),
    ...(preview && hasPreview && mayRender
      ? applyOf(services, preview, release.previewService, { reason: `checks go to colour ${target.preview}` })
      : []),
    ...(hasPreview && preview
      ? []
      : deletionOf(observed, services, release.previewService, 'no version is in preview')),
  ];
}

/** Of the colour that is not in force: one budget is for the pods that serve. */
export function otherBudgetChanges(observed: ObservedRelease): readonly Change[] {
  return deletionOf(
    observed,
    disruptionBudgets,
    observed.release.otherBudget,
    'it is for pods of the other colour now',
  );
}
