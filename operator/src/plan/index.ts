// What the plan offers to the kinds.
export type {
  Action,
  AddPartitionsChange,
  AlterTopicConfigChange,
  ApplyChange,
  Change,
  CreateTopicChange,
  DeleteChange,
  DeleteSubjectChange,
  DeleteTopicChange,
  FinalizerChange,
  RegisterSchemaChange,
  Risk,
  SetCompatibilityChange,
} from './change.ts';
export type { Plan, Verdict } from './plan.ts';
