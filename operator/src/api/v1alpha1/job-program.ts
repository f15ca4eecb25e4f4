// What a StreamJob runs and on what: program, tables, resources, state, and what is the engine's own.
import Type from 'typebox';
import { anything, choice, type Fixed, list, node, text, textMap, whole } from '../schema.ts';
import { duration, quantity } from './references.ts';
import { topicDeclarationFields, topicDeclarationRules, topicName } from './topics.ts';

const uri = (description: string) =>
  text(2048, {
    description,
    rules: [
      {
        id: 'uri',
        rule: "self.matches('^[a-z][a-z0-9+.-]*:/.+')",
        message: 'A uri begins with its scheme: write for example local:///opt/job.jar or s3://bucket/path.',
      },
    ],
  });

const programArguments = Type.Optional(
  list(Type.String({ maxLength: 4096 }), 64, { description: 'Arguments of the program.' }),
);

export const ProgramSchema = Type.Object(
  {
    sql: Type.Optional(
      text(65_536, {
        description: 'Statements over the tables that reads and writes name.',
        rules: [
          {
            id: 'statement',
            rule: "self.matches('[A-Za-z]')",
            message: 'program.sql holds no statement: write at least one INSERT INTO.',
          },
        ],
      }),
    ),
    jar: Type.Optional(
      Type.Object(
        {
          uri: uri('Where the jar is.'),
          entryClass: Type.Optional(
            text(512, { description: "Class with main. Absent: the jar's manifest names it." }),
          ),
          args: programArguments,
        },
        { description: 'A program in a jar.' },
      ),
    ),
    python: Type.Optional(
      Type.Object({ uri: uri('Where the script is.'), args: programArguments }, { description: 'A Python script.' }),
    ),
  },
  node({
    description: 'What runs; exactly one of sql, jar and python.',
    rules: [
      {
        id: 'exactly-one',
        rule: '[has(self.sql), has(self.jar), has(self.python)].exists_one(x, x)',
        message: 'spec.program needs exactly one of sql, jar and python: set one and remove the others.',
      },
    ],
  }),
);

const tableName = text(64, {
  description: 'Name of the table in SQL.',
  rules: [
    {
      id: 'identifier',
      rule: "self.matches('^[A-Za-z_][A-Za-z0-9_]*$')",
      message: 'as is the name of a table: letters, digits and "_", not a digit first.',
    },
  ],
});

const EventTimeSchema = Type.Object(
  {
    field: text(256, { description: 'Timestamp field of the event.' }),
    delay: duration({ default: '0s', description: 'How late an event may come: the watermark stays this far behind.' }),
  },
  { description: 'Where event time comes from. Absent: no watermark.' },
);

export const ReadsSchema = Type.Object({
  topic: topicName(),
  as: tableName,
  eventTime: Type.Optional(EventTimeSchema),
  startFrom: choice(['Earliest', 'Latest'], { default: 'Earliest', description: 'Where a job without state begins.' }),
  key: Type.Optional(
    text(256, {
      description:
        "Text field that the record's key holds too. A compacted topic is then a table of the newest row of each key.",
    }),
  ),
});

export const WritesSchema = Type.Object(
  {
    ...topicDeclarationFields,
    as: tableName,
    key: Type.Optional(
      text(256, {
        description:
          "Text field that becomes the record's key. Of a compacted topic it is the table's primary key: rows are updated and deleted.",
      }),
    ),
    delivery: Type.Optional(
      choice(['AtLeastOnce', 'ExactlyOnce'], {
        description:
          'ExactlyOnce: written in transactions, which readers of committed records see at the next checkpoint. Absent: AtLeastOnce.',
      }),
    ),
  },
  node({
    rules: [
      ...topicDeclarationRules,
      {
        id: 'table-schema',
        rule: "!has(self.schema) || ((!has(self.schema.format) || self.schema.format == 'Avro') && !has(self.schema.references))",
        message:
          'A table is derived from an Avro schema that stands alone: use format: Avro, and write what it references into it.',
        fieldPath: '.schema',
      },
    ],
  }),
);

function amounts(description: string) {
  return Type.Object(
    {
      cpu: Type.Optional(quantity({ description: 'Processors, such as 500m or 2.' })),
      memory: Type.Optional(quantity({ description: 'Memory, such as 1Gi.' })),
    },
    { description },
  );
}

export const ResourcesSchema = Type.Object(
  {
    coordinator: Type.Optional(amounts('Of the JobManager or driver.')),
    worker: Type.Optional(amounts('Of each TaskManager or executor.')),
  },
  { description: "What the job's pods get. Absent: the engine's own." },
);

export const StateSchema = Type.Object(
  {
    storage: Type.Optional(
      Type.Object(
        {
          persistentVolumeClaim: Type.Optional(
            text(253, { description: 'Name of a PersistentVolumeClaim in the same namespace.' }),
          ),
          uri: Type.Optional(uri('Directory for checkpoints and savepoints.')),
        },
        node({
          description: 'Where checkpoints and savepoints are kept; exactly one of persistentVolumeClaim and uri.',
          rules: [
            {
              id: 'exactly-one',
              rule: 'has(self.persistentVolumeClaim) != has(self.uri)',
              message:
                'state.storage needs exactly one of persistentVolumeClaim and uri: set one and remove the other.',
            },
          ],
        }),
      ),
    ),
    checkpointInterval: Type.Optional(duration({ description: "Time between checkpoints. Absent: the engine's own." })),
    onUpgrade: Type.Optional(
      choice(['Savepoint', 'LastCheckpoint', 'Discard'], {
        description: 'What an upgrade starts from. Absent: Savepoint on Flink, LastCheckpoint on Spark.',
      }),
    ),
    onSavepointFailure: choice(['Hold', 'LastCheckpoint'], {
      default: 'Hold',
      description: 'Hold: the job stays as it is. LastCheckpoint: the upgrade goes on from there.',
    }),
    maxAge: Type.Optional(
      duration({ description: 'With onSavepointFailure: LastCheckpoint, the oldest that will do.' }),
    ),
    restoreFrom: Type.Optional(
      Type.String({ maxLength: 2048, description: 'Path to start from, for a first start or a move.' }),
    ),
    startDeadline: Type.Optional(
      duration({
        description:
          'How long a new version may take to run before the one that ran comes back from its own restore point. Absent: 10m.',
      }),
    ),
    onDelete: Type.Optional(
      choice(['Savepoint', 'Nothing'], {
        description: 'What is taken before the job goes. Absent: Savepoint on Flink with storage, else Nothing.',
      }),
    ),
  },
  node({
    description: 'What becomes of what the job remembers.',
    rules: [
      {
        id: 'max-age',
        rule: "!has(self.maxAge) || self.onSavepointFailure == 'LastCheckpoint'",
        message: 'state.maxAge is for onSavepointFailure: LastCheckpoint: set that, or remove maxAge.',
        fieldPath: '.maxAge',
      },
    ],
  }),
);

export const ScheduleSchema = Type.Object(
  {
    cron: text(128, {
      description: 'When it starts, as minute hour day month weekday.',
      rules: [
        {
          id: 'cron',
          rule: "self.matches('^(@(hourly|daily|weekly|monthly|yearly)|[^ ]+( +[^ ]+){4})$')",
          message:
            'schedule.cron has five fields, minute hour day month weekday, such as "0 3 * * *", or is @hourly, @daily and so on.',
        },
      ],
    }),
    timeZone: text(64, { default: 'Etc/UTC', description: 'Time zone of cron, by its IANA name.' }),
    concurrencyPolicy: choice(['Forbid', 'Allow', 'Replace'], {
      default: 'Forbid',
      description:
        'What becomes of a run that is due while the one before goes on. Forbid: it is left out. Replace: the one before is ended.',
    }),
    successfulRunHistoryLimit: whole(0, 100, { default: 3, description: 'How many finished runs are kept.' }),
    failedRunHistoryLimit: whole(0, 100, { default: 1, description: 'How many failed runs are kept.' }),
  },
  { description: 'When a batch job runs. Absent: a batch job runs once for each spec, a streaming job all the time.' },
);

const engineFields = {
  version: Type.Optional(
    text(16, {
      description: "Version of the engine. Absent: the image's.",
      rules: [
        {
          id: 'version',
          rule: "self.matches('^[0-9]+[.][0-9]+([.][0-9]+)?$')",
          message: 'An engine version is written in quotes as "1.19" or "4.0.1".',
        },
      ],
    }),
  ),
  image: Type.Optional(text(1024, { description: "Image of the job's pods. Absent: the operator's setting." })),
  configuration: Type.Optional(textMap(128, 8192, { description: "Settings by the engine's own names." })),
  podTemplate: Type.Optional(anything({ description: 'A PodTemplateSpec laid under what Sluice renders.' })),
};
const EngineSchema = Type.Object(engineFields);
export type EngineOptions = Fixed<Type.Static<typeof EngineSchema>>;

export const EngineOptionsSchema = Type.Object(
  {
    flink: Type.Optional(Type.Object(engineFields, { description: 'For engine: Flink.' })),
    spark: Type.Optional(Type.Object(engineFields, { description: 'For engine: Spark.' })),
  },
  { description: "What is the engine's own." },
);

export const parallelism = whole(1, 32_768, { default: 1, description: 'How many tasks work side by side.' });
