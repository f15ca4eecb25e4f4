// EventService: the service team's kind. A workload, the events it speaks, and how it is released.
import Type from 'typebox';
import { choice, type Fixed, intOrText, list, listMap, node, open, text, textMap, whole } from '../schema.ts';
import { AccessStatusSchema } from './access.ts';
import type { SluiceObject } from './group.ts';
import { BusReferenceSchema, SecretReferenceSchema } from './references.ts';
import { ReleaseSpecSchema, ReleaseStatusSchema } from './release.ts';
import { conditions, observedGeneration, PlanStatusSchema, subjectStatuses, topicStatuses } from './status.ts';
import { SchemaSourceSchema, topicDeclarationFields, topicDeclarationRules, topicName } from './topics.ts';

const PublishesSchema = Type.Object(topicDeclarationFields, node({ rules: topicDeclarationRules }));

const ConsumesSchema = Type.Object(
  {
    topic: topicName(),
    group: Type.Optional(
      text(249, {
        description: 'Consumer group; begins with "<namespace>.". Default: <namespace>.<name>.',
        rules: [
          {
            id: 'name',
            rule: "self.matches('^[a-zA-Z0-9._-]+$')",
            message:
              'consumes.group is made of letters, digits, ".", "_" and "-", and begins with "<namespace>.": choose such a name.',
          },
        ],
      }),
    ),
    startFrom: choice(['Earliest', 'Latest'], {
      default: 'Earliest',
      description: 'Where a group without offsets begins.',
    }),
    schema: Type.Optional(SchemaSourceSchema),
    deadLetter: Type.Optional(
      Type.Object(
        { topic: topicName() },
        { description: "Made by Sluice with the source's partitions and its own retention." },
      ),
    ),
  },
  node({
    rules: [
      {
        id: 'dead-letter',
        rule: '!has(self.deadLetter) || self.deadLetter.topic != self.topic',
        message:
          'consumes.deadLetter.topic is the topic itself, so a poisoned event would come back for ever: name another.',
        fieldPath: '.deadLetter.topic',
      },
    ],
  }),
);

const ServiceSchema = Type.Object(
  {
    type: choice(['ClusterIP', 'NodePort', 'LoadBalancer'], { default: 'ClusterIP', description: 'As in a Service.' }),
    ports: listMap(
      Type.Object({
        name: Type.Optional(text(63, { description: 'Name of the port; needed where there are several.' })),
        port: whole(1, 65_535, { description: 'Port of the Service.' }),
        protocol: choice(['TCP', 'UDP', 'SCTP'], { default: 'TCP', description: 'Protocol of the port.' }),
        targetPort: Type.Optional(
          intOrText(63, { description: 'Port of the container, by number or name. Absent: the same as port.' }),
        ),
        nodePort: Type.Optional(
          whole(1, 65_535, { description: 'Port on every node. Absent: one is chosen, where the type has one.' }),
        ),
        appProtocol: Type.Optional(text(253, { description: 'Protocol of the application, as in a Service.' })),
      }),
      ['port', 'protocol'],
      32,
      { minItems: 1, description: 'The ports, as in a Service.' },
    ),
  },
  node({
    description: 'The Service in front of the active version. Absent: none.',
    rules: [
      {
        id: 'port-names',
        rule: 'size(self.ports) < 2 || self.ports.all(p, has(p.name) && self.ports.exists_one(q, has(q.name) && q.name == p.name))',
        message: 'service.ports with several entries need names that differ: give each port its own name.',
        fieldPath: '.ports',
      },
      {
        id: 'node-ports',
        rule: "self.type != 'ClusterIP' || self.ports.all(p, !has(p.nodePort))",
        message: 'service.ports.nodePort needs service.type NodePort or LoadBalancer: set the type or remove nodePort.',
        fieldPath: '.ports',
      },
    ],
  }),
);

const PodTemplateSchema = Type.Object(
  {
    metadata: Type.Optional(
      // Open, because a copied Deployment brings fields such as creationTimestamp: null along.
      open(
        Type.Object(
          {
            labels: Type.Optional(
              textMap(64, 63, {
                description: 'Labels of the pods; those under sluice.dev/ are set by Sluice.',
                rules: [
                  {
                    id: 'reserved',
                    rule: "self.all(key, !key.startsWith('sluice.dev/'))",
                    message: 'template.metadata.labels under sluice.dev/ are set by Sluice: remove them.',
                  },
                ],
              }),
            ),
            annotations: Type.Optional(textMap(64, 32_768, { description: 'Annotations of the pods.' })),
          },
          { description: 'Labels and annotations of the pods.' },
        ),
      ),
    ),
    spec: open(
      Type.Object(
        {
          containers: listMap(
            open(Type.Object({ name: text(63, { description: 'Name of the container.' }) })),
            ['name'],
            32,
            { minItems: 1, description: 'The containers; each gets the bindings mounted.' },
          ),
        },
        { description: 'A PodSpec as in a Deployment.' },
      ),
    ),
  },
  { description: "A PodTemplateSpec as in a Deployment; the API server's own check of it is shown in the conditions." },
);
export type PodTemplate = Fixed<Type.Static<typeof PodTemplateSchema>>;

function podCount(description: string) {
  return intOrText(4, {
    description,
    rules: [
      {
        id: 'amount',
        rule: "type(self) == int ? int(self) >= 0 : string(self).matches('^(100|[0-9]{1,2})%$')",
        message: 'spec.disruption takes a number of pods, 0 or more, or a share of them such as "25%".',
      },
    ],
  });
}

const DisruptionSchema = Type.Object(
  {
    minAvailable: Type.Optional(podCount('As many pods stay at least, by number or share.')),
    maxUnavailable: Type.Optional(podCount('As many pods go at once at most, by number or share.')),
  },
  node({
    description:
      'What drains of nodes may take at once: a PodDisruptionBudget. Absent: maxUnavailable 1 where replicas is 2 or more and no PodDisruptionBudget of others has the pods.',
    rules: [
      {
        id: 'one-of',
        rule: 'has(self.minAvailable) != has(self.maxUnavailable)',
        message: 'spec.disruption is either minAvailable or maxUnavailable: give exactly one of them.',
      },
    ],
  }),
);

const SpreadSchema = Type.Object({
  topologyKey: text(317, { description: 'Label of nodes, such as topology.kubernetes.io/zone.' }),
  maxSkew: whole(1, 1000, { default: 1, description: 'By how many pods two such groups of nodes may differ.' }),
  whenUnsatisfiable: choice(['ScheduleAnyway', 'DoNotSchedule'], {
    default: 'ScheduleAnyway',
    description: 'Whether a pod that would be out of balance starts all the same.',
  }),
});

const MonitoringSchema = Type.Object(
  {
    port: text(63, { description: 'Name of the port of spec.service that metrics are served on.' }),
    path: text(1024, { default: '/metrics', description: 'Where they are served.' }),
    interval: Type.Optional(
      text(16, {
        description: 'How often they are scraped, such as 30s. Absent: as Prometheus is set.',
        rules: [
          {
            id: 'duration',
            rule: "self.matches('^[1-9][0-9]*(ms|s|m|h)$')",
            message: 'spec.monitoring.interval is a number and a unit, such as 30s or 1m.',
          },
        ],
      }),
    ),
    labels: Type.Optional(
      textMap(16, 63, {
        description:
          'Labels of the ServiceMonitor, for a Prometheus that selects by them, such as release: prometheus.',
        rules: [
          {
            id: 'reserved',
            rule: "self.all(key, !key.startsWith('sluice.dev/') && !key.startsWith('app.kubernetes.io/'))",
            message: 'spec.monitoring.labels under sluice.dev/ and app.kubernetes.io/ are set by Sluice: remove them.',
          },
        ],
      }),
    ),
  },
  {
    description:
      'A ServiceMonitor for the Prometheus Operator. Where that is not installed, WorkloadAvailable says so and nothing waits for it.',
  },
);

const NetworkPolicySchema = Type.Object(
  {
    from: choice(['Namespace', 'Everywhere'], {
      default: 'Namespace',
      description: 'Who may reach the ports of spec.service: pods of the same namespace, or everybody.',
    }),
    additionalIngress: Type.Optional(
      list(open(Type.Object({})), 32, {
        description: 'Further rules as in the ingress of a NetworkPolicy, such as for Prometheus in another namespace.',
      }),
    ),
    egress: choice(['Everywhere', 'Declared'], {
      default: 'Everywhere',
      description:
        "Whom the pods may reach. Declared: DNS, the ports of the bus's brokers and registry, and additionalEgress.",
    }),
    additionalEgress: Type.Optional(
      list(open(Type.Object({})), 32, {
        description: 'Further rules as in the egress of a NetworkPolicy, such as for a database.',
      }),
    ),
  },
  node({
    description: 'A NetworkPolicy for the pods. Absent: none. It needs a network that enforces such policies.',
    rules: [
      {
        id: 'limited-egress',
        rule: "!has(self.additionalEgress) || self.egress == 'Declared'",
        message:
          'spec.networkPolicy.additionalEgress adds nothing while egress is Everywhere: set egress: Declared, or remove it.',
        fieldPath: '.additionalEgress',
      },
    ],
  }),
);

export const EventServiceSpecSchema = Type.Object(
  {
    bus: BusReferenceSchema,
    replicas: whole(0, 1000, { default: 1, description: 'Number of pods of the active version.' }),
    template: PodTemplateSchema,
    onConfigChange: choice(['Restart', 'Nothing'], {
      default: 'Restart',
      description:
        'What happens when the content of a ConfigMap changes that the template mounts or takes variables from, or of a Secret where Sluice may read it: pods are replaced, or it is left to the service to notice.',
    }),
    disruption: Type.Optional(DisruptionSchema),
    spread: Type.Optional(
      listMap(SpreadSchema, ['topologyKey'], 4, {
        description:
          "How the pods of one version are spread, beside the topologySpreadConstraints of the template; where that has the same key, the template's own stands. Absent: as the template says.",
      }),
    ),
    podSecurity: Type.Optional(
      choice(['Restricted', 'AsWritten'], {
        description:
          'Restricted: what the Pod Security Standard of that name asks for is laid under the template, which may still say otherwise. AsWritten: nothing is. Absent: Restricted where the namespace enforces it when a version is rendered.',
      }),
    ),
    service: Type.Optional(ServiceSchema),
    monitoring: Type.Optional(MonitoringSchema),
    networkPolicy: Type.Optional(NetworkPolicySchema),
    publishes: Type.Optional(listMap(PublishesSchema, ['topic'], 100, { description: 'The topics it writes.' })),
    consumes: Type.Optional(listMap(ConsumesSchema, ['topic'], 100, { description: 'The topics it reads.' })),
    access: Type.Optional(
      Type.Object(
        { secretRef: SecretReferenceSchema },
        {
          description:
            "A login made by a person, where the bus's access.credentials is Provided: the keys of the Secret (username, password, sasl-mechanism …) are mounted with the binding.",
        },
      ),
    ),
    release: ReleaseSpecSchema,
  },
  node({
    description: 'What is wanted.',
    rules: [
      {
        id: 'monitored-port',
        rule: '!has(self.monitoring) || (has(self.service) && self.service.ports.exists(p, has(p.name) && p.name == self.monitoring.port))',
        message:
          'spec.monitoring.port is none of the names in spec.service.ports: name one of those, or add the port there.',
        fieldPath: '.monitoring',
      },
      {
        id: 'dead-letters-apart',
        rule: '!has(self.consumes) || !has(self.publishes) || self.consumes.all(c, !has(c.deadLetter) || !self.publishes.exists(p, p.topic == c.deadLetter.topic))',
        message:
          'A spec.consumes.deadLetter.topic is also in spec.publishes: Sluice makes dead-letter topics, so remove it there.',
        fieldPath: '.consumes',
      },
    ],
  }),
);
export type EventServiceSpec = Fixed<Type.Static<typeof EventServiceSpecSchema>>;
export type Publishes = NonNullable<EventServiceSpec['publishes']>[number];
export type Consumes = NonNullable<EventServiceSpec['consumes']>[number];

export const EventServiceStatusSchema = Type.Object(
  {
    conditions: Type.Optional(conditions),
    observedGeneration: Type.Optional(observedGeneration),
    replicas: Type.Optional(whole(0, 2 ** 31 - 1, { description: 'Pods of the active version.' })),
    readyReplicas: Type.Optional(whole(0, 2 ** 31 - 1, { description: 'Those of them that are ready.' })),
    selector: Type.Optional(text(1024, { description: 'Label selector of the active version, for autoscalers.' })),
    release: Type.Optional(ReleaseStatusSchema),
    binding: Type.Optional(
      Type.Object(
        { name: text(253, { description: 'Name of the Secret.' }) },
        { description: 'Secret with the connection, as in servicebinding.io.' },
      ),
    ),
    access: Type.Optional(AccessStatusSchema),
    topics: Type.Optional(topicStatuses),
    subjects: Type.Optional(subjectStatuses),
    plan: Type.Optional(PlanStatusSchema),
  },
  { description: 'What was found and done.' },
);
export type EventServiceStatus = Fixed<Type.Static<typeof EventServiceStatusSchema>>;

export type EventService = SluiceObject<'EventService', EventServiceSpec, EventServiceStatus>;
