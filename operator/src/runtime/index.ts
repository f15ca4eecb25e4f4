// The runtime as its users see it.
export { type ApplyIfChangedOptions, applyIfChanged, hashOf, isWithin } from './apply.ts';
export type { Cache } from './cache.ts';
export { Client, type ClientOptions, type JsonPatchOperation, type Scale } from './client.ts';
export {
  type Condition,
  type ConditionStatus,
  type DesiredCondition,
  isConditionTrue,
  setCondition,
} from './conditions.ts';
export {
  type ControllerOptions,
  type Index,
  indexOf,
  type ReconcileContext,
  type ReconcileOutcome,
  type Watch,
  watchOf,
} from './controller.ts';
export { Credentials, type CredentialsOptions, loadKubeConfig } from './credentials.ts';
export {
  ApiError,
  isAlreadyExists,
  isConflict,
  isForbidden,
  isGone,
  isNotFound,
  NotLeaderError,
  TerminalError,
} from './errors.ts';
export type { EventFields, EventRecorder } from './events.ts';
export { addFinalizer, hasFinalizer, removeFinalizer } from './finalizers.ts';
export { type ElectionOptions, LeadershipLostError } from './leader-election.ts';
export type { Logger } from './logger.ts';
export { Manager, type ManagerOptions } from './manager.ts';
export { createRuntimeMetrics, type RuntimeMetrics } from './metrics.ts';
export { controllerOf, controllerReference, ownedBy, refersTo } from './owner-references.ts';
export {
  allOf,
  annotationsChanged,
  anyOf,
  finalizersChanged,
  generationChanged,
  labelsChanged,
  not,
  type Predicate,
  resourceVersionChanged,
} from './predicates.ts';
export {
  defineResource,
  type KubeObject,
  keyOf,
  type ObjectKey,
  type ObjectMeta,
  type OwnerReference,
  type Resource,
  resourceName,
} from './resource.ts';
export type { ObjectChange } from './store.ts';
