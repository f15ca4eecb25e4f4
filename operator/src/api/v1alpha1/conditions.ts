// The condition types and reasons that status may hold: reasons are API, tests and alerts match on them.

export const conditionTypes = {
  /** This generation is in force and working. */
  ready: 'Ready',
  /** kstatus: still on the way to the spec. */
  reconciling: 'Reconciling',
  /** kstatus: will not get there without a change by a person. */
  stalled: 'Stalled',
  schemasCompatible: 'SchemasCompatible',
  topicsReady: 'TopicsReady',
  accessGranted: 'AccessGranted',
  /** The running version serves, whatever became of a newer spec. */
  workloadAvailable: 'WorkloadAvailable',
  releaseHealthy: 'ReleaseHealthy',
  jobRunning: 'JobRunning',
  drifted: 'Drifted',
  /** EventBus: the brokers answer. */
  kafkaReachable: 'KafkaReachable',
  /** EventBus: the schema registry answers. */
  registryReachable: 'RegistryReachable',
  /** A topic came back under another id: its records are not the ones that were there. */
  topicRecreated: 'TopicRecreated',
  /** A part of a job takes in less than comes: what is before it waits. */
  backpressured: 'Backpressured',
  /** ACLs do not bind on this cluster. */
  accessNotEnforced: 'AccessNotEnforced',
} as const;
export type ConditionType = (typeof conditionTypes)[keyof typeof conditionTypes];

export const reasons = {
  // what goes well
  ready: 'Ready',
  succeeded: 'Succeeded',
  progressing: 'Progressing',
  available: 'Available',
  compatible: 'Compatible',
  running: 'Running',
  reachable: 'Reachable',
  inSync: 'InSync',
  notRequired: 'NotRequired',
  paused: 'Paused',
  planOnly: 'PlanOnly',
  suspended: 'Suspended',
  notSupported: 'NotSupported',
  deleting: 'Deleting',
  // the bus
  busNotFound: 'BusNotFound',
  busNotReady: 'BusNotReady',
  namespaceNotAllowed: 'NamespaceNotAllowed',
  brokerUnreachable: 'BrokerUnreachable',
  brokerRefusedCredentials: 'BrokerRefusedCredentials',
  registryUnreachable: 'RegistryUnreachable',
  registryRefusedCredentials: 'RegistryRefusedCredentials',
  registryFailed: 'RegistryFailed',
  registryNotConfigured: 'RegistryNotConfigured',
  kafkaClusterNotFound: 'KafkaClusterNotFound',
  kafkaClusterNotReady: 'KafkaClusterNotReady',
  kafkaClusterConflict: 'KafkaClusterConflict',
  listenerNotFound: 'ListenerNotFound',
  secretNotFound: 'SecretNotFound',
  secretKeyMissing: 'SecretKeyMissing',
  secretNotReadable: 'SecretNotReadable',
  accessNotEnforced: 'AccessNotEnforced',
  accessRefused: 'AccessRefused',
  // topics
  topicConflict: 'TopicConflict',
  topicNotFound: 'TopicNotFound',
  topicRecreated: 'TopicRecreated',
  topicRefused: 'TopicRefused',
  policyViolated: 'PolicyViolated',
  partitionsCannotShrink: 'PartitionsCannotShrink',
  replicationCannotChange: 'ReplicationCannotChange',
  groupNotAllowed: 'GroupNotAllowed',
  readerNotAllowed: 'ReaderNotAllowed',
  writerNotAllowed: 'WriterNotAllowed',
  drifted: 'Drifted',
  approvalRequired: 'ApprovalRequired',
  // schemas
  schemaInvalid: 'SchemaInvalid',
  schemaIncompatible: 'SchemaIncompatible',
  schemaNotFound: 'SchemaNotFound',
  schemaSourceNotFound: 'SchemaSourceNotFound',
  schemaReferenceNotFound: 'SchemaReferenceNotFound',
  waitingForReader: 'WaitingForReader',
  waitingForWriter: 'WaitingForWriter',
  schemaDeadlock: 'SchemaDeadlock',
  // the workload
  templateRefused: 'TemplateRefused',
  serviceRefused: 'ServiceRefused',
  networkPolicyRefused: 'NetworkPolicyRefused',
  configMapNotFound: 'ConfigMapNotFound',
  imageUnavailable: 'ImageUnavailable',
  podsNotReady: 'PodsNotReady',
  podsFailing: 'PodsFailing',
  // the release
  releaseAborted: 'ReleaseAborted',
  awaitingPromotion: 'AwaitingPromotion',
  foreignMember: 'ForeignMember',
  offsetsMoved: 'OffsetsMoved',
  groupShared: 'GroupShared',
  // the job
  engineNotInstalled: 'EngineNotInstalled',
  engineRefused: 'EngineRefused',
  programInvalid: 'ProgramInvalid',
  jobStarting: 'JobStarting',
  jobFailed: 'JobFailed',
  jobFinished: 'JobFinished',
  jobScheduled: 'JobScheduled',
  workersMissing: 'WorkersMissing',
  savepointFailed: 'SavepointFailed',
  restartLoop: 'RestartLoop',
  checkpointsFailing: 'CheckpointsFailing',
  backpressured: 'Backpressured',
  rolledBack: 'RolledBack',
  // ourselves
  conflict: 'Conflict',
  internalError: 'InternalError',
} as const;
export type Reason = (typeof reasons)[keyof typeof reasons];
