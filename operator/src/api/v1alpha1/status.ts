// What the status of every kind holds. No moving numbers: lag, counts and checkpoints are metrics.
import Type from 'typebox';
import { choice, type Fixed, list, listMap, text, whole } from '../schema.ts';

const maxGeneration = Number.MAX_SAFE_INTEGER;

export const observedGeneration = whole(0, maxGeneration, {
  description: 'Generation of the spec this status speaks of.',
});

// apimachinery: pkg/apis/meta/v1/types.go, Condition.
export const ConditionSchema = Type.Object({
  type: text(316, {
    description: 'What is judged, such as Ready.',
    pattern: '^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$',
  }),
  status: choice(['True', 'False', 'Unknown'], { description: 'Whether it holds.' }),
  reason: text(1024, {
    description: 'Why, in one word for programs.',
    pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
  }),
  message: Type.String({ maxLength: 32_768, description: 'Why, and what to do, for people.' }),
  observedGeneration: Type.Optional(
    whole(0, maxGeneration, { description: 'Generation of the spec that was judged.' }),
  ),
  lastTransitionTime: Type.String({
    format: 'date-time',
    maxLength: 64,
    description: 'When status last changed.',
  }),
});
export type Condition = Fixed<Type.Static<typeof ConditionSchema>>;

export const conditions = listMap(ConditionSchema, ['type'], 32, { description: 'What holds of this resource now.' });

export const TopicStatusSchema = Type.Object({
  topic: text(249, { description: 'Name of the topic.' }),
  id: Type.Optional(
    text(64, { description: "Kafka's id of the topic: another id means it was deleted and made anew." }),
  ),
  partitions: Type.Optional(whole(0, 1_000_000, { description: 'Partitions that it has.' })),
  replicas: Type.Optional(whole(0, 32_767, { description: 'Replication factor that it has.' })),
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
  subject: text(300, { description: 'Name of the subject in the registry.' }),
  topic: text(249, { description: 'The topic whose values it describes.' }),
  id: Type.Optional(whole(0, maxGeneration, { description: "The registry's id of the schema." })),
  version: Type.Optional(whole(0, 2 ** 31 - 1, { description: 'Version within the subject.' })),
  fingerprint: Type.Optional(text(64, { description: 'Hash of the canonical schema that was registered.' })),
  deletionPolicy: Type.Optional(
    choice(['Retain', 'Delete'], { description: 'What was declared, for when the declaration is gone.' }),
  ),
  override: Type.Optional(
    text(2048, { description: "What Sluice's own check had against the schema, which was registered by approval." }),
  ),
});
export type SubjectStatus = Fixed<Type.Static<typeof SubjectStatusSchema>>;

export const PlanStatusSchema = Type.Object(
  {
    hash: Type.Optional(text(64, { description: 'Hash of the data-losing changes, for sluice.dev/approve.' })),
    changes: list(
      Type.Object({
        action: text(64, { description: 'What would be done, such as CreateTopic.' }),
        target: text(512, { description: 'What it would be done to.' }),
        risk: choice(['Safe', 'Disruptive', 'DataLoss'], {
          description: 'Safe: nobody notices. Disruptive: work is interrupted. DataLoss: what goes is gone.',
        }),
        reason: text(2048, { description: 'Why it would be done.' }),
        waitsFor: Type.Optional(text(512, { description: 'What must hold before it is done.' })),
      }),
      256,
      { description: 'In the order in which they would be done.' },
    ),
  },
  { description: 'The changes that are pending, under mode Plan or awaiting approval.' },
);
export type PlanStatus = Fixed<Type.Static<typeof PlanStatusSchema>>;

export const topicStatuses = listMap(TopicStatusSchema, ['topic'], 512, {
  description: 'The topics that this resource declares, as they are.',
});
export const subjectStatuses = listMap(SubjectStatusSchema, ['subject'], 512, {
  description: "The registry's subjects of its schemas, as they are.",
});
