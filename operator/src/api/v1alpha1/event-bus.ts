// EventBus: the platform team's kind. Which Kafka cluster and registry, who may use them, and within what limits.
import Type from 'typebox';
import { anything, choice, type Fixed, list, listMap, node, set, text, textMap, whole } from '../schema.ts';
import type { SluiceObject } from './group.ts';
import { SecretReferenceSchema, secretKeyReference } from './references.ts';
import { conditions, observedGeneration } from './status.ts';
import { inSyncReplicasRule, TopicConfigSchema } from './topics.ts';

const External = Type.Object(
  {
    bootstrapServers: set(
      text(260, {
        rules: [
          {
            id: 'host-port',
            rule: "self.matches('^([A-Za-z0-9._-]+|\\\\[[0-9a-fA-F:]+\\\\]):[0-9]{1,5}$')",
            message:
              'A bootstrap server is written host:port, such as kafka.shop:9092: add the port, leave out any scheme.',
          },
        ],
      }),
      32,
      { minItems: 1, description: 'Brokers to begin with, as host:port.' },
    ),
    tls: Type.Optional(
      Type.Object(
        {
          caSecretRef: Type.Optional(secretKeyReference("Authorities that sign the brokers' certificates, as PEM.")),
          clientSecretRef: Type.Optional(SecretReferenceSchema),
        },
        {
          description:
            "TLS to the brokers; {} trusts the system's authorities. caSecretRef: a PEM bundle. clientSecretRef: a Secret of type kubernetes.io/tls for mutual TLS.",
        },
      ),
    ),
    sasl: Type.Optional(
      Type.Object(
        {
          mechanism: choice(['SCRAM-SHA-512', 'SCRAM-SHA-256', 'PLAIN'], { description: 'How the operator logs in.' }),
          secretRef: SecretReferenceSchema,
        },
        { description: "The operator's login: a Secret with the keys username and password." },
      ),
    ),
  },
  { description: 'A Kafka cluster that something else runs.' },
);

const Strimzi = Type.Object(
  {
    cluster: text(63, { description: "Name of the Kafka resource in the bus's namespace." }),
    listener: text(11, {
      description: 'Which of its listeners clients use.',
      rules: [
        {
          id: 'name',
          rule: "self.matches('^[a-z0-9]+$')",
          message:
            "kafka.strimzi.listener is the name of one of the Kafka resource's listeners: lower-case letters and digits.",
        },
      ],
    }),
    create: Type.Optional(
      Type.Object(
        {
          kafka: anything({ description: "Spec of the Kafka resource, in Strimzi's words." }),
          nodePools: listMap(
            Type.Object({
              name: text(63, { description: 'Name of the KafkaNodePool.' }),
              spec: anything({ description: "Its spec, in Strimzi's words." }),
            }),
            ['name'],
            16,
            { minItems: 1, description: 'The KafkaNodePools of the cluster.' },
          ),
          deletionPolicy: choice(['Retain', 'Delete'], {
            default: 'Retain',
            description:
              'What becomes of the cluster with the bus. Delete of one that holds records, or that is used, needs approval.',
          }),
        },
        {
          description: 'The cluster, if Sluice is to make it. Absent: the Kafka resource is there.',
        },
      ),
    ),
  },
  { description: 'A Kafka cluster that Strimzi runs.' },
);

const SchemaRegistry = Type.Object(
  {
    url: text(2048, {
      description: 'Base URL of a Confluent-compatible API.',
      rules: [
        {
          id: 'url',
          rule: "isURL(self) && url(self).getScheme() in ['http', 'https']",
          message: 'schemaRegistry.url is an http or https URL, such as http://registry:8080/apis/ccompat/v7.',
        },
        {
          // The URL is shown in status and messages, which more people read than Secrets.
          id: 'no-login',
          rule: "!self.matches('^[a-zA-Z]+://[^/]*@')",
          message:
            'schemaRegistry.url holds a login, which status would show: put it in a Secret, and name that in auth.',
        },
      ],
    }),
    auth: Type.Optional(
      Type.Object(
        { secretRef: SecretReferenceSchema },
        { description: 'A Secret with the keys username and password, or token.' },
      ),
    ),
    compatibility: Type.Optional(
      choice(['Backward', 'BackwardTransitive', 'Forward', 'ForwardTransitive', 'Full', 'FullTransitive', 'None'], {
        description: "Level that subjects of this bus get. Absent: the registry's own.",
      }),
    ),
  },
  { description: 'The schema registry of the bus. Absent: topics have no schemas.' },
);

const TopicDefaults = Type.Object(
  {
    partitions: Type.Optional(whole(1, 10_000, { description: 'Number of partitions.' })),
    replicas: Type.Optional(whole(1, 32_767, { description: 'Replication factor.' })),
    config: Type.Optional(TopicConfigSchema),
  },
  node({
    description: "What a topic gets that says nothing itself. Absent: the brokers' own.",
    rules: [inSyncReplicasRule],
  }),
);

const Policy = Type.Object(
  {
    topicNames: Type.Optional(text(512, { description: 'Regular expression that every topic name must match.' })),
    maxPartitions: Type.Optional(whole(1, 10_000, { description: 'Most partitions a topic may have.' })),
    minReplicas: Type.Optional(whole(1, 32_767, { description: 'Least replication factor a topic may have.' })),
    topicConfig: Type.Optional(
      set(text(249), 128, { description: "Settings that declarations may make, by Kafka's names. Absent: all." }),
    ),
    sharedGroups: Type.Optional(
      set(text(255), 64, {
        description: "Consumer groups that services may use although they lack their namespace's prefix.",
      }),
    ),
  },
  { description: 'Limits that every topic on the bus keeps.' },
);

const LabelSelector = Type.Object(
  {
    matchLabels: Type.Optional(
      textMap(32, 63, { description: 'Labels that a namespace must have, with these values.' }),
    ),
    matchExpressions: Type.Optional(
      list(
        Type.Object({
          key: text(317, { description: 'Name of a label.' }),
          operator: choice(['In', 'NotIn', 'Exists', 'DoesNotExist'], { description: 'How the label is judged.' }),
          values: Type.Optional(
            list(Type.String({ maxLength: 63 }), 32, { description: 'The values, with In and NotIn.' }),
          ),
        }),
        16,
        { description: 'Conditions on labels; all must hold.' },
      ),
    ),
  },
  { description: 'Labels of the namespaces, with from: Selector.' },
);

export const EventBusSpecSchema = Type.Object(
  {
    kafka: Type.Object(
      { external: Type.Optional(External), strimzi: Type.Optional(Strimzi) },
      node({
        description: 'The Kafka cluster; exactly one of external and strimzi.',
        rules: [
          {
            id: 'exactly-one',
            rule: 'has(self.external) != has(self.strimzi)',
            message: 'spec.kafka needs exactly one of external and strimzi: set one and remove the other.',
          },
        ],
      }),
    ),
    topicManagement: Type.Optional(
      choice(['Strimzi', 'Direct'], {
        description:
          "Strimzi: KafkaTopic resources. Direct: Kafka's Admin API. Absent: Strimzi on a Strimzi cluster, else Direct.",
      }),
    ),
    access: Type.Optional(
      Type.Object(
        {
          credentials: choice(['Managed', 'Provided'], {
            description: 'Who makes the principals of services and jobs.',
          }),
          rotateAfterDays: Type.Optional(
            whole(1, 3650, { description: 'Age at which a principal that Sluice made gives way to a new one.' }),
          ),
        },
        {
          description:
            'Managed: Sluice makes principals and ACLs. Provided: secrets are given. Absent: Managed where the operator logs in, else nobody does.',
        },
      ),
    ),
    schemaRegistry: Type.Optional(SchemaRegistry),
    topicDefaults: Type.Optional(TopicDefaults),
    policy: Type.Optional(Policy),
    allowedNamespaces: Type.Object(
      {
        from: choice(['Same', 'All', 'Selector'], {
          default: 'Same',
          description: 'Same: its own. All: every namespace. Selector: those whose labels match.',
        }),
        selector: Type.Optional(LabelSelector),
      },
      node({
        default: { from: 'Same' },
        description: 'Namespaces whose services and jobs may use the bus, as in the Gateway API.',
        rules: [
          {
            id: 'selector',
            rule: "(self.from == 'Selector') == has(self.selector)",
            message: 'allowedNamespaces.selector goes with from: Selector and with nothing else: set both or neither.',
          },
        ],
      }),
    ),
  },
  node({
    description: 'What is wanted.',
    rules: [
      {
        id: 'strimzi-topics',
        rule: "!has(self.topicManagement) || self.topicManagement != 'Strimzi' || has(self.kafka.strimzi)",
        message: 'spec.topicManagement: Strimzi needs spec.kafka.strimzi: name the Kafka resource, or use Direct.',
        fieldPath: '.topicManagement',
      },
      {
        id: 'managed-access',
        rule: "!has(self.access) || self.access.credentials != 'Managed' || has(self.kafka.strimzi) || (has(self.kafka.external) && (has(self.kafka.external.sasl) || (has(self.kafka.external.tls) && has(self.kafka.external.tls.clientSecretRef))))",
        message:
          'spec.access.credentials: Managed needs a login for the operator: set spec.kafka.external.sasl or tls.clientSecretRef, or use Provided.',
        fieldPath: '.access.credentials',
      },
      {
        id: 'default-partitions',
        rule: '!has(self.policy) || !has(self.policy.maxPartitions) || !has(self.topicDefaults) || !has(self.topicDefaults.partitions) || self.topicDefaults.partitions <= self.policy.maxPartitions',
        message: 'spec.topicDefaults.partitions is over spec.policy.maxPartitions: lower the one or raise the other.',
        fieldPath: '.topicDefaults',
      },
      {
        id: 'default-replicas',
        rule: '!has(self.policy) || !has(self.policy.minReplicas) || !has(self.topicDefaults) || !has(self.topicDefaults.replicas) || self.topicDefaults.replicas >= self.policy.minReplicas',
        message: 'spec.topicDefaults.replicas is under spec.policy.minReplicas: raise the one or lower the other.',
        fieldPath: '.topicDefaults',
      },
    ],
  }),
);
export type EventBusSpec = Fixed<Type.Static<typeof EventBusSpecSchema>>;

export const EventBusStatusSchema = Type.Object(
  {
    conditions: Type.Optional(conditions),
    observedGeneration: Type.Optional(observedGeneration),
    bootstrapServers: Type.Optional(list(text(260), 32, { description: 'What clients connect to.' })),
    listener: Type.Optional(
      Type.Object(
        {
          securityProtocol: choice(['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'], {
            description: 'How clients connect.',
          }),
          certificates: Type.Optional(
            list(text(65_536), 16, { description: "Authorities that sign the brokers' certificates, as PEM." }),
          ),
        },
        {
          description:
            'What the listener asks of clients: on a Strimzi cluster, and where authorities are given in a Secret.',
        },
      ),
    ),
    clusterId: Type.Optional(text(128, { description: "Kafka's id of the cluster." })),
    kafkaVersion: Type.Optional(text(64, { description: 'Version of Kafka that the brokers speak.' })),
    registry: Type.Optional(
      Type.Object(
        {
          url: text(2048, { description: 'Base URL of the registry that answered.' }),
          compatibility: Type.Optional(text(32, { description: "The level in force, by the registry's own name." })),
        },
        { description: 'What was found of the schema registry.' },
      ),
    ),
  },
  { description: 'What was found and done.' },
);
export type EventBusStatus = Fixed<Type.Static<typeof EventBusStatusSchema>>;

export type EventBus = SluiceObject<'EventBus', EventBusSpec, EventBusStatus>;
