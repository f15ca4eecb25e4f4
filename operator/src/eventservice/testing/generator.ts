// Test support: random edits of an EventService, one after another, the same ones for the same seed. A valid edit is the
// base of the next one; an invalid one stands for itself.
import { annotations, type EventService, modes, type Reason, reasons } from '../../api/index.ts';
import type { Written } from '../../api/v1alpha1/builders.ts';
import { type Random, randomOf } from './generator-random.ts';
import { violationsOf } from './generator-violations.ts';

export type Spec = Written<EventService['spec']>;
type Publishes = NonNullable<Spec['publishes']>[number];
type Service = NonNullable<Spec['service']>;

export type Edit = {
  /** In a few words, for who reads a failure. */
  readonly what: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** The hash of the plan that is shown now is set as approved. */
  readonly isApproving: boolean;
} & (
  | { readonly kind: 'valid'; readonly spec: Spec }
  /** The API server refuses it. */
  | { readonly kind: 'refused'; readonly spec: unknown }
  /** The API server refuses it, or a condition has one of these reasons. */
  | { readonly kind: 'shown'; readonly spec: unknown; readonly reasons: readonly Reason[] }
);

/** What the edits name, and must be there: made by who applies them. */
export const settingsConfigMap = 'settings';
export const schemasConfigMap = { name: 'schemas', key: 'order.avsc' } as const;
/** A topic of another service, which edits may read and must not write. */
export const neighbourTopic = 'shop.neighbour';

/** All compatible with one another, in both directions. */
export const schemas = [[], ['note'], ['note', 'currency'], ['currency']].map((optional) => schemaWith(optional));

export const firstSpec: Spec = {
  bus: { name: 'shop' },
  replicas: 1,
  template: templateOf({ image: 'docker.io/sluice/order:dev' }),
  service: { ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
  // Partitions are not declared: they may have grown when it is applied again.
  publishes: [
    {
      topic: 'shop.orders',
      config: { 'retention.ms': '604800000' },
      schema: { inline: schemaWith([]) },
    },
    { topic: 'shop.payments' },
  ],
  consumes: [{ topic: 'shop.orders', deadLetter: { topic: 'shop.orders.dlq' } }],
};

// The longest name that Kafka takes, the shortest, and all kinds of letters.
const topics = [
  'shop.orders',
  'shop.payments',
  'shop.shipped_parcels',
  'o',
  `shop.${'x'.repeat(244)}`,
  'shop.UPPER-1.0',
];
const maxPartitions = 6;

export function* editsOf(seed: number): Generator<Edit, never> {
  const random = randomOf(seed);
  const grown = new Map<string, number>();
  let spec = firstSpec;
  let marks: Readonly<Record<string, string>> = {};
  for (;;) {
    const around = { annotations: marks, isApproving: random.chance(0.1) };
    const isActive = marks[annotations.mode] === undefined;
    const choice = random.next();
    if (choice < 0.15) {
      const { what, spec: broken } = random.pick(violationsOf(spec));
      yield { kind: 'refused', what, spec: broken, ...around };
    } else if (choice < 0.3 && isActive) {
      const [what, bad] = random.pick(Object.entries(badEdits));
      yield { kind: 'shown', what, spec: bad.apply(spec), reasons: bad.reasons, ...around };
    } else if (choice < 0.4) {
      marks = nextMarks(marks, random);
      yield { kind: 'valid', what: `annotations ${JSON.stringify(marks)}`, spec, ...around, annotations: marks };
    } else {
      const names: string[] = [];
      for (let count = random.whole(1, 3); count > 0; count--) {
        const [name, edit] = random.pick(Object.entries(goodEdits));
        names.push(name);
        spec = consistent(edit(spec, random, grown));
      }
      yield { kind: 'valid', what: names.join(', '), spec, ...around };
    }
  }
}

/** Mostly none, so that most edits are carried out. */
function nextMarks(marks: Readonly<Record<string, string>>, random: Random): Readonly<Record<string, string>> {
  const { [annotations.mode]: mode, ...rest } = marks;
  if (mode !== undefined) return rest;
  return random.pick([
    { ...rest, [annotations.mode]: modes.plan },
    { ...rest, [annotations.mode]: modes.paused },
    { ...rest, [annotations.rotate]: `at-${random.whole(1, 1_000_000)}` },
    { ...rest, [annotations.approve]: 'something-else' },
    { note: 'of somebody else' },
  ]);
}

type GoodEdit = (spec: Spec, random: Random, grown: Map<string, number>) => Spec;

const goodEdits: Readonly<Record<string, GoodEdit>> = {
  replicas: (spec, random) => ({ ...spec, replicas: random.whole(0, 3) }),
  'a topic': (spec, random, grown) => {
    const topic = random.pick(topics);
    const entry = publishesOf(topic, random, grown);
    return { ...spec, publishes: [...(spec.publishes ?? []).filter((each) => each.topic !== topic), entry] };
  },
  'one topic less': (spec, random) => {
    const { publishes = [] } = spec;
    if (publishes.length === 0) return spec;
    const gone = random.pick(publishes);
    return { ...spec, publishes: publishes.filter((entry) => entry !== gone) };
  },
  'no topics': (spec) => without(spec, 'publishes'),
  'a reader': (spec, random) => {
    const topic = random.pick([neighbourTopic, ...(spec.publishes ?? []).map((entry) => entry.topic ?? '')]);
    const entry = {
      topic,
      ...(random.chance(0.5) ? { deadLetter: { topic: `shop.${topics.indexOf(topic)}.dlq` } } : {}),
      ...(random.chance(0.3) ? { group: `shop.group-${random.whole(1, 3)}` } : {}),
      ...(random.chance(0.5) ? { startFrom: random.pick(['Earliest', 'Latest'] as const) } : {}),
    };
    return { ...spec, consumes: [...(spec.consumes ?? []).filter((each) => each.topic !== topic), entry] };
  },
  'no readers': (spec) => without(spec, 'consumes'),
  template: (spec, random) => ({
    ...spec,
    template: templateOf({
      image: `docker.io/sluice/order:v${random.whole(1, 5)}`,
      ...(random.chance(0.3) ? { env: [{ name: 'COLOUR', value: random.pick(['', 'blue', 'ü€\n"\\']) }] } : {}),
      ...(random.chance(0.3) ? { resources: { requests: { cpu: '50m', memory: '64Mi' } } } : {}),
      ...(random.chance(0.3) ? { envFrom: [{ configMapRef: { name: settingsConfigMap } }] } : {}),
    }),
  }),
  'pod fields': (spec, random) => ({
    ...spec,
    template: {
      metadata: {
        labels: { team: random.pick(['a', 'b', 'x'.repeat(63)]) },
        annotations: { note: random.pick(['', 'n'.repeat(10_000)]) },
      },
      spec: {
        containers: [{ name: 'order', image: 'docker.io/sluice/order:dev' }],
        terminationGracePeriodSeconds: random.whole(0, 600),
        ...(random.chance(0.5)
          ? { volumes: [{ name: 'settings', configMap: { name: settingsConfigMap } }] }
          : { securityContext: { runAsNonRoot: true } }),
      },
    },
  }),
  service: (spec, random) => ({ ...spec, service: random.pick(possibleServices) }),
  'no service': (spec) => without(spec, 'service'),
  release: (spec, random) => ({
    ...spec,
    release: {
      // Blue/green takes its time by design, and is put to random histories of its own: release/advance.property.test.ts.
      strategy: 'Rolling' as const,
      soakSeconds: random.pick([0, 60, 86_400]),
      drainSeconds: random.pick([0, 3600]),
      roleAware: random.chance(0.5),
    },
  }),
  disruption: (spec, random) => ({
    ...spec,
    disruption: random.pick([
      { minAvailable: 0 },
      { minAvailable: '100%' },
      { maxUnavailable: 1 },
      { maxUnavailable: '25%' },
    ]),
  }),
  'no disruption': (spec) => without(spec, 'disruption'),
  'what a change of configuration does': (spec, random) => ({
    ...spec,
    onConfigChange: random.pick(['Restart', 'Nothing'] as const),
  }),
  'no release': (spec) => without(spec, 'release'),
  'all as at first': () => firstSpec,
};

const possibleServices: readonly Service[] = [
  { ports: [{ port: 1 }] },
  { ports: [{ port: 65_535, targetPort: 'http' }] },
  {
    ports: [
      { name: 'http', port: 80, targetPort: 8080 },
      { name: 'grpc', port: 9090, appProtocol: 'grpc' },
      { name: 'dns', port: 9090, protocol: 'UDP' },
    ],
  },
  { type: 'NodePort', ports: [{ port: 80, nodePort: 30_080 }] },
  { type: 'LoadBalancer', ports: [{ name: 'x'.repeat(63), port: 443 }] },
];

function publishesOf(topic: string, random: Random, grown: Map<string, number>): Publishes {
  // Of a topic that was deleted and is made anew, it may be more than there are.
  const partitions = Math.min((grown.get(topic) ?? 1) + random.whole(0, 1), maxPartitions);
  const isCounted = random.chance(0.6);
  if (isCounted) grown.set(topic, partitions);
  const config = {
    ...(random.chance(0.5) ? { 'retention.ms': random.pick(['-1', '0', '3600000', '604800000']) } : {}),
    ...(random.chance(0.3) ? { 'cleanup.policy': random.pick(['delete', 'compact', 'compact,delete']) } : {}),
    ...(random.chance(0.3) ? { 'max.message.bytes': String(random.whole(1, 1_000_000)) } : {}),
  };
  const source = random.chance(0.3) ? { configMapKeyRef: schemasConfigMap } : { inline: random.pick(schemas) };
  return {
    topic,
    ...(isCounted ? { partitions } : {}),
    ...(random.chance(0.3) ? { replicas: 1 } : {}),
    ...(random.chance(0.6) ? { config } : {}),
    ...(random.chance(0.4) ? { schema: source } : {}),
    ...(random.chance(0.3) ? { readers: random.pick(possibleReaders) } : {}),
    ...(random.chance(0.3) ? { drift: random.pick(['Report', 'Revert'] as const) } : {}),
    ...(random.chance(0.4) ? { deletionPolicy: random.pick(['Retain', 'Delete'] as const) } : {}),
  };
}

const possibleReaders = [{ from: 'All' }, { from: 'Same' }, { from: 'Named', namespaces: ['one', 'another'] }] as const;

interface BadEdit {
  apply(spec: Spec): unknown;
  readonly reasons: readonly Reason[];
}

const badEdits: Readonly<Record<string, BadEdit>> = {
  'a pod field that is none': inPod({ restartPolicies: 'Always' }),
  'a pod field of another type': inPod({ terminationGracePeriodSeconds: 'soon' }),
  'a container name that is none': inPod({ containers: [{ name: 'Not_A_Name', image: 'order' }] }),
  'a container without an image': inPod({ containers: [{ name: 'order' }] }),
  'a volume that is not there': inPod({
    containers: [{ name: 'order', image: 'order', volumeMounts: [{ name: 'nowhere', mountPath: '/x' }] }],
  }),
  'two containers of one name': inPod({ containers: [1, 2].map(() => ({ name: 'order', image: 'order' })) }),
  'a ConfigMap that is not there': inPod(
    { volumes: [{ name: 'gone', configMap: { name: 'gone' } }] },
    reasons.configMapNotFound,
  ),
  'a label of ours': {
    apply: (spec) => ({
      ...spec,
      template: { ...spec.template, metadata: { labels: { 'sluice.dev/service': 'another' } } },
    }),
    reasons: [],
  },
  'a setting that Kafka does not have': inTopic({ config: { 'retention.minutes': '5' } }, reasons.topicRefused),
  'a value that Kafka does not take': inTopic({ config: { 'retention.ms': 'a week' } }, reasons.topicRefused),
  'a cleanup policy that is none': inTopic({ config: { 'cleanup.policy': 'shred' } }, reasons.topicRefused),
  'more replicas than brokers': inTopic({ replicas: 3 }, reasons.topicRefused, reasons.replicationCannotChange),
  'no Avro': inTopic({ schema: { inline: '{"type": "rekord"}' } }, reasons.schemaInvalid),
  'no JSON': inTopic({ schema: { inline: '{' } }, reasons.schemaInvalid),
  'a schema that is not there': inTopic(
    { schema: { configMapKeyRef: { name: 'gone', key: 'x' } } },
    reasons.schemaSourceNotFound,
  ),
  'a schema that breaks readers': {
    apply: (spec) => ({
      ...spec,
      publishes: [
        ...(spec.publishes ?? []).filter(({ topic }) => topic !== 'shop.orders'),
        { topic: 'shop.orders', schema: { inline: schemaWith([], 'long') } },
      ],
    }),
    reasons: [reasons.schemaIncompatible],
  },
  'a name that is none': inTopic({ topic: 'shop orders' }),
  'a name that Kafka counts as another one': inTopic({ topic: 'shop_neighbour' }, reasons.topicRefused),
  'the topic of another': inTopic({ topic: neighbourTopic }, reasons.topicConflict),
  'a topic that is not there': inReader({ topic: 'shop.nowhere' }, reasons.topicNotFound),
  'the group of another namespace': inReader({ topic: neighbourTopic, group: 'payments.x' }, reasons.groupNotAllowed),
  'a group that is no name': inReader({ topic: neighbourTopic, group: 'shop.ü' }),
  'a dead letter that comes back': inReader({ topic: neighbourTopic, deadLetter: { topic: neighbourTopic } }),
  'a node port out of range': inService({ type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] }),
  'a port name that is none': inService({ ports: [{ name: 'Not A Name', port: 80 }] }),
  'two ports without names': inService({ ports: [{ port: 80 }, { port: 81 }] }),
  'two limits of disruption': {
    apply: (spec) => ({ ...spec, disruption: { minAvailable: 1, maxUnavailable: 1 } }),
    reasons: [],
  },
  'another bus': { apply: (spec) => ({ ...spec, bus: { name: 'another' } }), reasons: [] },
  'a promotion without a candidate': {
    apply: (spec) => ({ ...spec, release: { strategy: 'Rolling', promotion: 'Manual' } }),
    reasons: [],
  },
};

function inPod(fields: Readonly<Record<string, unknown>>, reason: Reason = reasons.templateRefused): BadEdit {
  const containers = [{ name: 'order', image: 'docker.io/sluice/order:dev' }];
  return { apply: (spec) => ({ ...spec, template: { spec: { containers, ...fields } } }), reasons: [reason] };
}

/** Of one topic more, which no other edit names. */
function inTopic(fields: Readonly<Record<string, unknown>>, ...shown: readonly Reason[]): BadEdit {
  return {
    apply: (spec) => ({ ...spec, publishes: [...(spec.publishes ?? []), { topic: 'shop.bad', ...fields }] }),
    reasons: shown,
  };
}

function inReader(fields: Readonly<Record<string, unknown>>, ...shown: readonly Reason[]): BadEdit {
  return { apply: (spec) => ({ ...spec, consumes: [fields] }), reasons: shown };
}

function inService(service: Service): BadEdit {
  return { apply: (spec) => ({ ...spec, service }), reasons: [reasons.serviceRefused] };
}

/** Nobody reads what is published no more, so that a valid edit has no reason to wait. */
function consistent(spec: Spec): Spec {
  const there = new Set([neighbourTopic, ...(spec.publishes ?? []).map(({ topic }) => topic)]);
  const consumes = (spec.consumes ?? []).filter(({ topic }) => there.has(topic));
  return consumes.length === 0 ? without(spec, 'consumes') : { ...spec, consumes };
}

function without(spec: Spec, field: keyof Spec): Spec {
  const { [field]: _, ...rest } = spec;
  return rest;
}

function templateOf(container: Readonly<Record<string, unknown>>): NonNullable<Spec['template']> {
  return { spec: { containers: [{ name: 'order', ...container }] } };
}

function schemaWith(optional: readonly string[], idType = 'string'): string {
  const more = optional.map((name) => ({ name, type: ['null', 'string'], default: null }));
  return JSON.stringify({ type: 'record', name: 'Placed', fields: [{ name: 'id', type: idType }, ...more] });
}
