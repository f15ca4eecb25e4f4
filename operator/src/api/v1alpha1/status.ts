// What the status of every kind holds. No moving numbers: lag, counts and checkpoints are metrics.
import Type from 'typebox';
import { choice, type Fixed, list, listMap, text, whole } from '../schema.ts';

const maxGeneration = Number.MAX_SAFE_INTEGER;

export const observedGeneration = whole(0, maxGeneration, {
  description: 'Generation of the spec this status speaks of.',
});

// apimachinery: pkg/apis/meta/v1/types.go, Condition.
export const ConditionSchema = Type.Object({
  type: text(316, { pattern: '^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$' }),
  status: choice(['True', 'False', 'Unknown']),
  reason: text(1024, { pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$' }),
  message: Type.String({ maxLength: 32_768 }),
  observedGeneration: Type.Optional(whole(0, maxGeneration)),
  lastTransitionTime: Type.String({ format: 'date-time', maxLength: 64 }),
});
export type Condition = Fixed<Type.Static<typeof ConditionSchema>>;

export const conditions = listMap(ConditionSchema, ['type'], 32, { description: 'What holds of this resource now.' });

export const TopicStatusSchema = Type.Object({
  topic: text(249),
  id: Type.Optional(
    text(64, { description: "Kafka's id of the topic: another id means it was deleted and made anew." }),
  ),
  partitions: Type.Optional(whole(0, 1_000_000)),
  replicas: Type.Optional(whole(0, 32_767)),
  config: Type.Optional(
    list(text(249), 128, {
      description: 'Names of the settings that Sluice set: one that is declared no more is reset.',
    }),
  ),
  deletionPolicy: Type.Optional(
    choice(['Retain', 'Delete'], { description: 'What was declared, for when the declaration is gone.' }),
  ),
  message: Type.Optional(text(4096, { description: 'Why the topic is not as declared, or how it drifted.' })),
});
export type TopicStatus = Fixed<Type.Static<typeof TopicStatusSchema>>;

export const SubjectStatusSchema = Type.Object({
  subject: text(300),
  topic: text(249),
  id: Type.Optional(whole(0, maxGeneration, { description: "The registry's id of the schema." })),
  version: Type.Optional(whole(0, 2 ** 31 - 1)),
  fingerprint: Type.Optional(text(64, { description: 'Hash of the canonical schema that was registered.' })),
});
export type SubjectStatus = Fixed<Type.Static<typeof SubjectStatusSchema>>;

export const PlanStatusSchema = Type.Object(
  {
    hash: Type.Optional(text(64, { description: 'Hash of the data-losing changes, for sluice.dev/approve.' })),
    changes: list(
      Type.Object({
        action: text(64, { description: 'What would be done, such as CreateTopic.' }),
        target: text(512, { description: 'What it would be done to.' }),
        risk: choice(['Safe', 'Disruptive', 'DataLoss']),
        reason: text(2048),
        waitsFor: Type.Optional(text(512)),
      }),
      256,
    ),
  },
  { description: 'The changes that are pending, under mode Plan or awaiting approval.' },
);
export type PlanStatus = Fixed<Type.Static<typeof PlanStatusSchema>>;

export const topicStatuses = listMap(TopicStatusSchema, ['topic'], 512);
export const subjectStatuses = listMap(SubjectStatusSchema, ['subject'], 512);
