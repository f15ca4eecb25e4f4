// What the plan offers to the kinds.
export { carryOut } from './act.ts';
export { applyOf, applySecretOf, secretHash } from './apply.ts';
export type {
  AclRule,
  Action,
  AddPartitionsChange,
  AlterTopicConfigChange,
  ApplyChange,
  Change,
  CommitOffsetsChange,
  CreateTopicChange,
  DeleteChange,
  DeleteSubjectChange,
  DeleteTopicChange,
  FinalizerChange,
  Grant,
  GroupMemberId,
  Offsets,
  RegisterSchemaChange,
  Risk,
  SchemaText,
  SetCompatibilityChange,
} from './change.ts';
export { type Explain, type Findings, toConditions } from './conditions.ts';
export { approvalHash } from './hash.ts';
export { nothingDone, type Outcome } from './outcome.ts';
export { type Notice, noticeReasons, type Plan, type Verdict } from './plan.ts';
export type { AccessPort, ActPorts, GroupPort, SchemaPort, Subject, TopicPort } from './ports.ts';
export { type CommonStatus, reconcileBy, type Steps } from './reconcile.ts';
export { describeChange, describePlan, describeRule, type PlanContext, targetOf, toPlanStatus } from './text.ts';
