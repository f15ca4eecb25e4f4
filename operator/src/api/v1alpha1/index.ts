// What v1alpha1 of the API offers to the rest of the operator.
export { type ConditionType, conditionTypes, type Reason, reasons } from './conditions.ts';
export {
  busKeyOf,
  credentialsOf,
  groupOf,
  groupPrefixOf,
  makesPrincipalsOn,
  onDeleteOf,
  onUpgradeOf,
  runtimeModeOf,
  topicManagementOf,
} from './defaults.ts';
export { type EventBus, type EventBusSpec, EventBusSpecSchema, type EventBusStatus } from './event-bus.ts';
export {
  type Consumes,
  type EventService,
  type EventServiceSpec,
  EventServiceSpecSchema,
  type EventServiceStatus,
  type PodTemplate,
  type Publishes,
} from './event-service.ts';
export { apiVersion, group, type KindDescriptor, type ObjectMeta, type OwnerReference, version } from './group.ts';
export type { EngineOptions } from './job-program.ts';
export { eventBusKind, eventServiceKind, type Kind, kinds, streamJobKind } from './kinds.ts';
export { annotations, type Colour, colours, fieldManagers, finalizer, labels, managedBy, modes } from './labels.ts';
export { type BusReference, durationToMs } from './references.ts';
export type {
  Handover,
  HandoverStep,
  ReleaseRole,
  ReleaseSpec,
  ReleaseStatus,
  ReleaseVersion,
} from './release.ts';
export type { Condition, PlanStatus, SubjectStatus, TopicStatus } from './status.ts';
export {
  type Engine,
  type Reads,
  type StreamJob,
  type StreamJobSpec,
  StreamJobSpecSchema,
  type StreamJobStatus,
  type Writes,
} from './stream-job.ts';
export type { Readers, SchemaFormat, SchemaReference, SchemaSource, TopicDeclaration } from './topics.ts';
