// StreamJob: the streaming team's kind. A job on topics, the same spec for every engine.
import Type from 'typebox';
import { choice, type Fixed, list, listMap, node, text } from '../schema.ts';
import { AccessStatusSchema, JobAccessSchema } from './access.ts';
import type { SluiceObject } from './group.ts';
import {
  EngineOptionsSchema,
  ProgramSchema,
  parallelism,
  ReadsSchema,
  ResourcesSchema,
  ScheduleSchema,
  StateSchema,
  WritesSchema,
} from './job-program.ts';
import { BusReferenceSchema } from './references.ts';
import { conditions, observedGeneration, PlanStatusSchema, subjectStatuses, topicStatuses } from './status.ts';

const maxTables = 64;

export const StreamJobSpecSchema = Type.Object(
  {
    bus: BusReferenceSchema,
    engine: choice(['Flink', 'Spark'], {
      description: 'What runs the job. Immutable: state does not move between engines.',
      rules: [
        {
          id: 'immutable',
          rule: 'self == oldSelf',
          message: 'spec.engine cannot change, state does not move between engines: create a new StreamJob.',
        },
      ],
    }),
    runtimeMode: Type.Optional(
      choice(['Streaming', 'Batch'], {
        description:
          'Streaming: the job runs all the time. Batch, on Spark alone: it reads what is there and ends. Absent: Batch with a schedule, else Streaming.',
      }),
    ),
    program: ProgramSchema,
    reads: Type.Optional(listMap(ReadsSchema, ['topic'], maxTables, { description: 'Topics that are source tables.' })),
    writes: Type.Optional(listMap(WritesSchema, ['topic'], maxTables, { description: 'Topics that are sink tables.' })),
    parallelism,
    resources: Type.Optional(ResourcesSchema),
    state: Type.Optional(StateSchema),
    access: Type.Optional(JobAccessSchema),
    schedule: Type.Optional(ScheduleSchema),
    suspend: Type.Boolean({ default: false, description: 'Stops the job, keeping its state.' }),
    engineOptions: Type.Optional(EngineOptionsSchema),
  },
  node({
    description: 'What is wanted.',
    rules: [
      {
        id: 'table-names',
        // `as` is a word of CEL, which the API server escapes to `__as__`.
        rule: [
          '(!has(self.reads) || self.reads.all(t, self.reads.exists_one(u, u.__as__ == t.__as__)))',
          '(!has(self.writes) || self.writes.all(t, self.writes.exists_one(u, u.__as__ == t.__as__)))',
          '(!has(self.reads) || !has(self.writes) || self.reads.all(t, !self.writes.exists(u, u.__as__ == t.__as__)))',
        ].join(' && '),
        message: 'Two entries of spec.reads and spec.writes have the same as: give each table its own name.',
      },
      {
        id: 'flink-schedule',
        rule: "self.engine != 'Flink' || !has(self.schedule)",
        message: 'spec.schedule is for batch jobs on Spark; a Flink job runs all the time: remove schedule.',
        fieldPath: '.schedule',
      },
      {
        id: 'flink-batch',
        rule: "self.engine != 'Flink' || !has(self.runtimeMode) || self.runtimeMode == 'Streaming'",
        message: 'spec.runtimeMode: Batch is for Spark; a Flink job runs all the time: remove runtimeMode.',
        fieldPath: '.runtimeMode',
      },
      {
        id: 'schedule-batch',
        rule: "!has(self.schedule) || !has(self.runtimeMode) || self.runtimeMode == 'Batch'",
        message: 'A job with spec.schedule ends each time: set runtimeMode: Batch, or remove schedule.',
        fieldPath: '.schedule',
      },
      {
        id: 'schedule-set-once',
        rule: 'has(self.schedule) == has(oldSelf.schedule)',
        message:
          'spec.schedule cannot be added to a job or taken from it, only changed: create a new StreamJob, or use suspend.',
        fieldPath: '.schedule',
      },
      {
        id: 'spark-storage',
        rule: "self.engine != 'Spark' || has(self.schedule) || (has(self.runtimeMode) && self.runtimeMode == 'Batch') || (has(self.state) && has(self.state.storage))",
        message:
          'A streaming job on Spark needs spec.state.storage for its checkpoints: set persistentVolumeClaim or uri there.',
        fieldPath: '.state',
      },
      {
        id: 'flink-storage',
        rule: "self.engine != 'Flink' || (has(self.state) && (has(self.state.storage) || (has(self.state.onUpgrade) && self.state.onUpgrade == 'Discard')))",
        message:
          'A Flink job needs spec.state.storage to keep its state over an upgrade: set persistentVolumeClaim or uri there, or accept its loss with state.onUpgrade: Discard.',
        fieldPath: '.state',
      },
      {
        id: 'exactly-once',
        rule: "!has(self.writes) || !self.writes.exists(t, has(t.delivery) && t.delivery == 'ExactlyOnce') || (self.engine == 'Flink' && has(self.state) && has(self.state.storage))",
        message:
          'delivery: ExactlyOnce is for Flink jobs with spec.state.storage, since transactions end with checkpoints: set storage there, or leave delivery out.',
        fieldPath: '.writes',
      },
      {
        id: 'flink-keys',
        rule: "self.engine == 'Flink' || ((!has(self.reads) || !self.reads.exists(t, has(t.key))) && (!has(self.writes) || !self.writes.exists(t, has(t.key))))",
        message: 'key in spec.reads and spec.writes is for Flink: remove it, and name the key in the SQL.',
      },
      {
        id: 'flink-savepoint-on-delete',
        rule: "!has(self.state) || !has(self.state.onDelete) || self.state.onDelete != 'Savepoint' || has(self.state.storage)",
        message:
          'spec.state.onDelete: Savepoint needs spec.state.storage to write it to: set storage, or onDelete: Nothing.',
        fieldPath: '.state',
      },
      {
        id: 'spark-savepoint',
        rule: "self.engine != 'Spark' || !has(self.state) || ((!has(self.state.onUpgrade) || self.state.onUpgrade != 'Savepoint') && (!has(self.state.onDelete) || self.state.onDelete != 'Savepoint'))",
        message:
          'Spark has no savepoints: use LastCheckpoint or Discard in spec.state.onUpgrade, and Nothing in spec.state.onDelete.',
        fieldPath: '.state',
      },
      {
        id: 'engine-options',
        rule: "!has(self.engineOptions) || (self.engine == 'Flink' ? !has(self.engineOptions.spark) : !has(self.engineOptions.flink))",
        message:
          'spec.engineOptions holds options of the other engine: remove them, or put them under the name of spec.engine.',
        fieldPath: '.engineOptions',
      },
    ],
  }),
);
export type StreamJobSpec = Fixed<Type.Static<typeof StreamJobSpecSchema>>;
export type Engine = StreamJobSpec['engine'];
export type Reads = NonNullable<StreamJobSpec['reads']>[number];
export type Writes = NonNullable<StreamJobSpec['writes']>[number];

function time(description: string) {
  return Type.String({ format: 'date-time', maxLength: 64, description });
}

export const StreamJobStatusSchema = Type.Object(
  {
    conditions: Type.Optional(conditions),
    observedGeneration: Type.Optional(observedGeneration),
    job: Type.Optional(
      Type.Object(
        {
          state: choice(
            [
              'Pending',
              'Starting',
              'Running',
              'Suspending',
              'Suspended',
              'Scheduled',
              'Finished',
              'Failing',
              'Failed',
              'Unknown',
            ],
            { description: 'Where the job stands, in words that are the same for every engine.' },
          ),
          id: Type.Optional(text(256, { description: "The engine's id of the job." })),
          startedAt: Type.Optional(time('When it started.')),
          revision: Type.Optional(text(64, { description: 'Hash of the spec that runs.' })),
          lastRun: Type.Optional(
            Type.Object(
              {
                name: text(253, { description: "Name of the engine's resource of the run." }),
                state: choice(['Starting', 'Running', 'Finished', 'Failed', 'Unknown'], {
                  description: 'How it went. Unknown: its pods are gone.',
                }),
                startedAt: Type.Optional(time('When it was started.')),
              },
              { description: 'The last run of a job with a schedule.' },
            ),
          ),
          nextRunAt: Type.Optional(time('When the schedule starts the next run.')),
        },
        { description: 'The job in the engine.' },
      ),
    ),
    restorePoint: Type.Optional(
      Type.Object(
        {
          path: text(2048, { description: 'Path of the savepoint or checkpoint.' }),
          takenAt: Type.Optional(time('When it was taken.')),
        },
        { description: 'Where the next start begins.' },
      ),
    ),
    restoredFrom: Type.Optional(
      Type.String({
        maxLength: 2048,
        description:
          'spec.state.restoreFrom that a start has begun from, or that was set before: another one is a move.',
      }),
    ),
    version: Type.Optional(
      Type.Object(
        {
          inputs: text(64, { description: 'Hash of all that it is made of.' }),
          appliedAt: time('When it was applied.'),
        },
        { description: "The version in the engine's resource." },
      ),
    ),
    rollback: Type.Optional(
      Type.Object(
        {
          inputs: text(64, { description: 'Hash of what the version was made of that did not come up.' }),
          at: time('When it was given up.'),
          message: text(4096, { description: 'What was wrong with it.' }),
        },
        { description: 'The version that did not come up: the one before runs until the spec changes.' },
      ),
    ),
    tables: Type.Optional(
      Type.Object(
        {
          configMap: text(253, { description: 'ConfigMap that holds the tables, as text.' }),
          hash: text(64, { description: 'Hash of the text.' }),
        },
        { description: 'The tables as they were derived for the version in force.' },
      ),
    ),
    engine: Type.Optional(
      Type.Object(
        {
          versions: list(text(16), 64, { description: 'Versions of the engine that the installed operator runs.' }),
          features: list(text(64), 32, { description: 'What else it can do.' }),
        },
        { description: "What the engine's operator on this cluster can do." },
      ),
    ),
    access: Type.Optional(AccessStatusSchema),
    topics: Type.Optional(topicStatuses),
    subjects: Type.Optional(subjectStatuses),
    plan: Type.Optional(PlanStatusSchema),
  },
  { description: 'What was found and done.' },
);
export type StreamJobStatus = Fixed<Type.Static<typeof StreamJobStatusSchema>>;

export type StreamJob = SluiceObject<'StreamJob', StreamJobSpec, StreamJobStatus>;
