// What a resource says of a topic it writes: settings, schema, and who may read it. Used by publishes and by writes.
import Type from 'typebox';
import { choice, type Fixed, list, listMap, type NodeOptions, node, text, textMap, whole } from '../schema.ts';
import { ConfigMapKeyReferenceSchema } from './references.ts';

/** A topic's name within Kafka's own limits (org.apache.kafka.common.internals.Topic). */
export function topicName(options: NodeOptions = {}) {
  return text(249, {
    description: 'Name of the topic.',
    ...options,
    rules: [
      {
        id: 'name',
        rule: "self.matches('^[a-zA-Z0-9._-]+$') && self != '.' && self != '..'",
        message: 'A topic is named with letters, digits, ".", "_" and "-", and not "." or "..": choose such a name.',
      },
    ],
  });
}

export const TopicConfigSchema = textMap(64, 4096, {
  description: 'Topic configuration by Kafka\'s own names, values in quotes: retention.ms: "604800000".',
});

/** Writers with acks=all could never write: Kafka accepts the setting and every produce fails. */
export const inSyncReplicasRule = {
  id: 'min-insync-replicas',
  rule: [
    "!has(self.replicas) || !has(self.config) || !('min.insync.replicas' in self.config)",
    "!self.config['min.insync.replicas'].matches('^[0-9]{1,5}$')",
    "int(self.config['min.insync.replicas']) <= self.replicas",
  ].join(' || '),
  message:
    'config min.insync.replicas is greater than replicas, so nothing could be written: lower it or raise replicas.',
} as const;

const SchemaReferenceSchema = Type.Object(
  {
    name: text(512, {
      description:
        'What the schema calls it: the full name of an Avro type, the $ref of a JSON Schema, the import of a Protobuf file.',
    }),
    subject: text(300, { description: 'Subject in the registry that holds it.' }),
    version: whole(1, 2 ** 31 - 1, { description: 'Version of the subject.' }),
  },
  { description: 'A schema in the registry that this one uses.' },
);
export type SchemaReference = Fixed<Type.Static<typeof SchemaReferenceSchema>>;

export const SchemaSourceSchema = Type.Object(
  {
    format: choice(['Avro', 'JsonSchema', 'Protobuf'], { default: 'Avro', description: 'Language of the schema.' }),
    configMapKeyRef: Type.Optional(ConfigMapKeyReferenceSchema),
    inline: Type.Optional(text(131_072, { description: 'The schema itself.' })),
    references: Type.Optional(
      listMap(SchemaReferenceSchema, ['name'], 64, {
        description: 'Schemas in the registry that this one uses, by its own names for them.',
      }),
    ),
  },
  node({
    description: 'Schema of the values on the topic; exactly one of configMapKeyRef and inline.',
    rules: [
      {
        id: 'exactly-one',
        rule: 'has(self.configMapKeyRef) != has(self.inline)',
        message: 'schema needs exactly one of configMapKeyRef and inline: set one and remove the other.',
      },
    ],
  }),
);
export type SchemaSource = Fixed<Type.Static<typeof SchemaSourceSchema>>;
export type SchemaFormat = SchemaSource['format'];

export const ReadersSchema = Type.Object(
  {
    from: choice(['Same', 'All', 'Named'], {
      default: 'Same',
      description: 'Same: this namespace. All: every namespace the bus allows. Named: those in namespaces.',
    }),
    namespaces: Type.Optional(list(text(63), 64, { description: 'The namespaces, with from: Named.' })),
  },
  node({
    default: { from: 'Same' },
    description: 'Who may consume the topic.',
    rules: [
      {
        id: 'named',
        rule: "(self.from == 'Named') == (has(self.namespaces) && size(self.namespaces) > 0)",
        message: 'readers.namespaces goes with from: Named and with nothing else: set both or neither.',
      },
    ],
  }),
);
export type Readers = Fixed<Type.Static<typeof ReadersSchema>>;

/** Fields of one written topic, to be spread into the entry's object. */
export const topicDeclarationFields = {
  topic: topicName(),
  partitions: Type.Optional(
    whole(1, 10_000, { description: 'Number of partitions; it can grow, never shrink. Default: the bus.' }),
  ),
  replicas: Type.Optional(whole(1, 32_767, { description: 'Replication factor. Default: the bus.' })),
  config: Type.Optional(TopicConfigSchema),
  schema: Type.Optional(SchemaSourceSchema),
  readers: ReadersSchema,
  drift: choice(['Report', 'Revert'], {
    default: 'Revert',
    description: 'What happens to settings changed past Sluice. Topics managed by Strimzi are always reverted.',
  }),
  deletionPolicy: choice(['Retain', 'Delete'], {
    default: 'Retain',
    description: 'What becomes of the topic with its declaration. Delete of a topic with records needs approval.',
  }),
};

export const topicDeclarationRules = [
  {
    id: 'partitions-grow',
    rule: '!has(self.partitions) || !has(oldSelf.partitions) || self.partitions >= oldSelf.partitions',
    message: "partitions cannot shrink, Kafka would lose records: keep the topic's number or raise it.",
  },
  inSyncReplicasRule,
] as const;

const TopicDeclarationSchema = Type.Object(topicDeclarationFields);
/** One entry of `publishes`, and of `writes` but for its `as`. */
export type TopicDeclaration = Fixed<Type.Static<typeof TopicDeclarationSchema>>;
