import { expect, test } from 'vitest';
import { conditionTypes, type EventService, finalizer, type Reason, reasons } from '../api/index.ts';
import { anEventBus, anEventService } from '../api/v1alpha1/builders.ts';
import { describePlan, nothingDone, type Plan, targetOf, toConditions, type Verdict } from '../plan/index.ts';
import { avroText, type DeclaredSchema } from '../registry/index.ts';
import { decide } from './decide.ts';
import type { Observed } from './observe.ts';
import { report } from './report.ts';
import { aBus, aBusThatIsAway, anObserved, carriedOut, rolledOut } from './testing/observed.ts';

const now = new Date('2026-01-01T00:00:00Z');

/** "Apply Deployment shop/order-a", with what it waits for. */
function changesOf({ changes }: Plan): readonly string[] {
  return changes.map(
    (change) =>
      `${change.action} ${targetOf(change)}${change.waitsFor === undefined ? '' : ` when ${change.waitsFor}`}`,
  );
}

function verdictOf({ verdicts }: Plan, type: Verdict['type']): Verdict | undefined {
  return verdicts.find((verdict) => verdict.type === type);
}

function readyOf(plan: Plan): { readonly status: string; readonly reason: string; readonly message: string } {
  const findings = { verdicts: plan.verdicts, outcome: nothingDone, isPlanOnly: false, generation: 1 };
  const ready = toConditions([], findings, now).find(({ type }) => type === conditionTypes.ready);
  return { status: ready?.status ?? '', reason: ready?.reason ?? '', message: ready?.message ?? '' };
}

/** The world once a service is in force and its pods are up. */
function inForce(object: EventService, over: Partial<Observed> = {}): Observed {
  const begun = anObserved(object, over);
  const after = carriedOut(begun, decide(begun, now).changes);
  return after.deployment ? { ...after, deployment: rolledOut(after.deployment) } : after;
}

const withPort = { service: { ports: [{ name: 'http', port: 80 }] } };
const order = anEventService({ ...withPort, publishes: [{ topic: 'shop.orders' }] });

/** The same service, its spec changed since. */
function changed(object: EventService, spec: Parameters<typeof anEventService>[0]): EventService {
  return anEventService({ ...object.spec, ...spec }, { metadata: { ...object.metadata, generation: 2 } });
}

const nextImage = { template: { spec: { containers: [{ name: 'order', image: 'order:2' }] } } };

test('makes topics, then what pods need, then the Deployment', () => {
  const observed = anObserved(order, { bus: aBus(order, { topics: { ...aBus(order).topics, live: new Map() } }) });
  const plan = decide(observed, now);
  expect(changesOf(plan)).toEqual([
    'CreateTopic topic shop.orders',
    'Apply Secret shop/order-kafka',
    'Apply Secret shop/order-schema-registry',
    'Apply ServiceAccount shop/order',
    'Apply Service shop/order',
    'Apply Deployment shop/order-a',
  ]);
  expect(readyOf(plan)).toMatchObject({ status: 'False' });
});

test('has nothing to do once everything is as declared, and is Ready', () => {
  const observed = inForce(order);
  const plan = decide(observed, now);
  expect(changesOf(plan)).toEqual([]);
  expect(readyOf(plan)).toMatchObject({ status: 'True', reason: reasons.ready });
  expect(plan.requeueAfterMs).toBeLessThanOrEqual(60_000);
});

test('looks soon for what others put right, and otherwise once a minute at most', () => {
  const missing = aBus(order, { topics: { ...aBus(order).topics, read: ['shop.later'] } });
  expect(decide({ ...inForce(order), bus: missing }, now).requeueAfterMs).toBe(5_000);
  expect(decide(anObserved(order, { service: foreignService() }), now).requeueAfterMs).toBe(5_000);
  expect(decide(anObserved(order, { refusals: { deployment: 'no' } }), now).requeueAfterMs).toBe(60_000);
});

test('makes every child its own, so that Kubernetes collects them with it', () => {
  const { changes } = decide(anObserved(order), now);
  for (const change of changes) {
    if (change.action !== 'Apply') continue;
    expect(change.object.metadata.ownerReferences, targetOf(change)).toEqual([
      expect.objectContaining({ kind: 'EventService', name: 'order', controller: true }),
    ]);
  }
});

test('rolls a new version, and until then says that it is on its way while the old one serves', () => {
  const observed = { ...inForce(order), object: changed(order, nextImage) };
  const plan = decide(observed, now);
  expect(changesOf(plan)).toEqual(['Apply Deployment shop/order-a']);
  expect(plan.changes[0]).toMatchObject({
    risk: 'Disruptive',
    reason: 'spec.template changed, so its pods are replaced',
  });
  expect(verdictOf(plan, conditionTypes.workloadAvailable)).toMatchObject({ status: 'True' });
  expect(verdictOf(plan, conditionTypes.releaseHealthy)).toMatchObject({ status: 'Unknown', effect: 'waiting' });
});

test('writes new bindings and replaces the pods where the bus moved', () => {
  const observed = inForce(order);
  const bus = aBus(order, { bus: anEventBus({ kafka: { external: { bootstrapServers: ['elsewhere:9092'] } } }) });
  const plan = decide({ ...observed, bus }, now);
  expect(changesOf(plan)).toEqual(['Apply Secret shop/order-kafka', 'Apply Deployment shop/order-a']);
  expect(plan.changes.at(-1)).toMatchObject({ risk: 'Disruptive', reason: expect.stringContaining('another address') });
});

test('writes a binding again that pods wait for and that is gone', () => {
  const plan = decide({ ...inForce(order), isBindingMissing: true }, now);
  expect(changesOf(plan)).toEqual(['Apply Secret shop/order-kafka', 'Apply Secret shop/order-schema-registry']);
});

test('scales without another version', () => {
  const plan = decide({ ...inForce(order), object: changed(order, { replicas: 3 }) }, now);
  expect(plan.changes).toMatchObject([
    { action: 'Apply', risk: 'Safe', object: { kind: 'Deployment', spec: { replicas: 3 } } },
    { action: 'Apply', risk: 'Safe', object: { kind: 'PodDisruptionBudget', spec: { maxUnavailable: 1 } } },
  ]);
});

test('limits what drains take while there are several pods, and gives way to a PodDisruptionBudget of others', () => {
  const several = inForce(anEventService({ replicas: 2 }));
  expect(several.disruptionBudget).toBeDefined();
  const lone = changed(several.object, { replicas: 1 });
  expect(changesOf(decide({ ...several, object: lone }, now))).toContain('Delete PodDisruptionBudget shop/order-a');
  expect(changesOf(decide({ ...several, hasForeignBudget: true }, now))).toEqual([
    'Delete PodDisruptionBudget shop/order-a',
  ]);
});

test('has a ServiceMonitor where it asks for one, serves all the same where that kind is not there, and says so', () => {
  const monitored = anEventService({ ...withPort, monitoring: { port: 'http' } });
  const observed = inForce(monitored);
  expect(observed.serviceMonitor?.spec).toMatchObject({ endpoints: [{ port: 'http', path: '/metrics' }] });
  expect(changesOf(decide(observed, now))).toEqual([]);
  const object = anEventService(withPort, { metadata: { ...monitored.metadata, generation: 2 } });
  expect(changesOf(decide({ ...observed, object }, now))).toEqual(['Delete ServiceMonitor shop/order']);

  const without = inForce(monitored, { hasServiceMonitors: false });
  const plan = decide(without, now);
  expect(without.serviceMonitor).toBeUndefined();
  expect(changesOf(plan)).toEqual([]);
  expect(readyOf(plan)).toMatchObject({ status: 'True' });
  expect(verdictOf(plan, conditionTypes.workloadAvailable)?.message).toContain('knows no ServiceMonitor');
});

test('does nothing of a spec whose network policy the API server refuses', () => {
  const service = anEventService({ networkPolicy: {}, publishes: [{ topic: 'shop.orders' }] });
  const plan = decide(anObserved(service, { refusals: { networkPolicy: 'spec.ingress[0].from: Invalid' } }), now);
  expect(changesOf(plan)).toEqual([]);
  expect(readyOf(plan)).toMatchObject({ status: 'False', reason: 'NetworkPolicyRefused' });
  expect(readyOf(plan)?.message).toContain('NetworkPolicy of spec.networkPolicy: spec.ingress[0].from: Invalid');
});

test('limits the network before the pods start, and no more once the spec says so', () => {
  const service = anEventService({ ...withPort, networkPolicy: {} });
  const begun = changesOf(decide(anObserved(service), now));
  expect(begun.indexOf('Apply NetworkPolicy shop/order')).toBeGreaterThan(-1);
  expect(begun.indexOf('Apply NetworkPolicy shop/order')).toBeLessThan(begun.indexOf('Apply Deployment shop/order-a'));
  const limited = inForce(service);
  expect(changesOf(decide(limited, now))).toEqual([]);
  const open = { ...limited, object: anEventService(withPort) };
  expect(changesOf(decide(open, now))).toEqual(['Delete NetworkPolicy shop/order']);
});

const configured = anEventService({
  template: {
    spec: {
      containers: [{ name: 'order', image: 'order:1', envFrom: [{ configMapRef: { name: 'limits' } }] }],
    },
  },
});

test('replaces the pods when a ConfigMap that they use has another content, and says so', () => {
  const observed = inForce(configured, { configMaps: new Map([['limits', '1']]) });
  expect(changesOf(decide(observed, now))).toEqual([]);
  const other = { ...observed, configMaps: new Map([['limits', '2']]) };
  const plan = decide(other, now);
  expect(plan.changes).toMatchObject([
    { action: 'Apply', risk: 'Disruptive', reason: 'ConfigMap shop/limits changed, so its pods are replaced' },
  ]);
  expect(verdictOf(plan, conditionTypes.releaseHealthy)).toMatchObject({ status: 'Unknown', effect: 'waiting' });
  expect(changesOf(decide(carriedOut(other, plan.changes), now))).toEqual([]);
});

test('replaces the pods when a Secret that they use has another content, with nothing of it in the reason', () => {
  const volumes = [{ name: 'db', secret: { secretName: 'db' } }];
  const service = anEventService({ template: { spec: { containers: [{ name: 'order' }], volumes } } });
  const mounted = inForce(service, { secretContents: new Map([['db', 'hash-1']]) });
  expect(changesOf(decide(mounted, now))).toEqual([]);
  const plan = decide({ ...mounted, secretContents: new Map([['db', 'hash-2']]) }, now);
  expect(plan.changes).toMatchObject([
    { action: 'Apply', risk: 'Disruptive', reason: 'Secret shop/db changed, so its pods are replaced' },
  ]);
  expect(JSON.stringify([plan.verdicts, plan.notices])).not.toContain('hash-2');
});

test.each<[EventService['spec']['podSecurity'], boolean, boolean]>([
  [undefined, false, false],
  [undefined, true, true],
  ['Restricted', false, true],
  ['AsWritten', true, false],
])(
  'lays restricted under the template: podSecurity %s, enforced by the namespace %s: %s',
  (podSecurity, enforces, is) => {
    const service = anEventService({ ...order.spec, ...(podSecurity ? { podSecurity } : {}) });
    const { deployment } = inForce(service, { enforcesRestricted: enforces });
    expect(deployment?.spec.template.spec['securityContext']).toEqual(
      is ? { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } : undefined,
    );
  },
);

test('leaves the pods of a namespace that begins to enforce restricted as they are until their next version', () => {
  const before = inForce(order);
  expect(changesOf(decide({ ...before, enforcesRestricted: true }, now))).toEqual([]);
});

test('replaces no pod of a service that runs since before contents were looked at', () => {
  const before = inForce(configured);
  const seen = { ...before, configMaps: new Map([['limits', '1']]) };
  const plan = decide(seen, now);
  expect(plan.changes).toMatchObject([{ action: 'Apply', risk: 'Safe' }]);
  const after = carriedOut(seen, plan.changes);
  expect(after.deployment?.spec.template).toEqual(before.deployment?.spec.template);
  expect(readyOf(plan)).toMatchObject({ status: 'True' });
  const next = decide({ ...after, configMaps: new Map([['limits', '2']]) }, now);
  expect(next.changes).toMatchObject([{ action: 'Apply', risk: 'Disruptive' }]);
});

test('keeps the pods as they are while the spec is held back, whatever becomes of a ConfigMap', () => {
  const observed = inForce(configured, { configMaps: new Map([['limits', '1']]) });
  const held = { ...observed, configMaps: new Map([['limits', '2']]), refusals: { service: 'no' } };
  expect(changesOf(decide(held, now))).toEqual([]);
});

test('does nothing about a spec whose pods the API server refuses, and repeats its words', () => {
  const refusals = { pod: 'pods "order-a" is forbidden: violates PodSecurity "restricted:latest"' };
  const observed = { ...inForce(order), object: changed(order, nextImage), refusals };
  const plan = decide(observed, now);
  expect(plan.changes.filter(({ waitsFor }) => waitsFor === undefined)).toEqual([]);
  expect(readyOf(plan)).toMatchObject({
    status: 'False',
    reason: reasons.templateRefused,
    message: expect.stringContaining(`refuses the pods of spec.template: ${refusals.pod}`),
  });
  expect(verdictOf(plan, conditionTypes.workloadAvailable)).toMatchObject({ status: 'True' });
});

test('takes away the Service and the account that the spec has no more, the account when no pod uses it', () => {
  const theirs = {
    template: { spec: { serviceAccountName: 'theirs', containers: [{ name: 'order', image: 'order:1' }] } },
  };
  const { service: _, ...withoutService } = order.spec;
  const object = anEventService({ ...withoutService, ...theirs }, { metadata: { ...order.metadata, generation: 2 } });
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'order-a-1' }, spec: { serviceAccountName: 'order' } };
  const used = decide({ ...inForce(order), object, pods: [pod] }, now);
  expect(changesOf(used)).toEqual(['Apply Deployment shop/order-a', 'Delete Service shop/order']);
  const unused = decide({ ...inForce(order), object, pods: [] }, now);
  expect(changesOf(unused)).toContain('Delete ServiceAccount shop/order');
});

const busAway: Verdict = {
  type: conditionTypes.topicsReady,
  status: 'Unknown',
  reason: reasons.brokerUnreachable,
  message: 'kafka.shop:9092 does not answer.',
  effect: 'waiting',
};
const busGone: Verdict = {
  ...busAway,
  status: 'False',
  reason: reasons.busNotFound,
  message: 'EventBus shop/shop is not there.',
};

interface Blocked {
  /** "holds a new version back while <name>" */
  readonly name: string;
  readonly seen: (object: EventService) => Partial<Observed>;
  readonly ready: Reason;
  readonly words: string;
}

const blocked: readonly Blocked[] = [
  {
    name: 'the broker is away',
    seen: (object) => ({ bus: aBusThatIsAway(object, busAway) }),
    ready: reasons.brokerUnreachable,
    words: 'kafka.shop:9092 does not answer',
  },
  {
    name: 'the bus is gone',
    seen: (object) => ({ bus: aBusThatIsAway(object, busGone) }),
    ready: reasons.busNotFound,
    words: 'EventBus shop/shop is not there',
  },
  {
    name: 'its schema is no Avro',
    seen: (object) => ({
      bus: withSchema(object, { state: 'found', ...avroText('{"type":'), from: 'ConfigMap shop/schemas, key a' }),
    }),
    ready: reasons.schemaInvalid,
    words: 'ConfigMap shop/schemas, key a is not Avro',
  },
  {
    name: 'its schema is missing',
    seen: (object) => ({
      bus: withSchema(object, { state: 'missing', message: 'ConfigMap shop/schemas is not there.' }),
    }),
    ready: reasons.schemaSourceNotFound,
    words: 'ConfigMap shop/schemas is not there',
  },
  {
    name: 'the API server refuses the template',
    seen: () => ({ refusals: { deployment: 'unknown field "spec.template.spec.containers[0].imag"' } }),
    ready: reasons.templateRefused,
    words: 'unknown field "spec.template.spec.containers[0].imag"',
  },
  {
    name: 'the API server refuses the Service',
    seen: () => ({ refusals: { service: 'provided port is already allocated' } }),
    ready: reasons.serviceRefused,
    words: 'provided port is already allocated',
  },
  {
    name: 'a Service of that name is somebody else’s',
    seen: () => ({ service: foreignService() }),
    ready: reasons.conflict,
    words: "Service shop/order is there and not of Sluice's making",
  },
];

test.each(blocked)('holds a new version back while $name, and leaves running what runs', ({ seen, ready, words }) => {
  const object = changed(order, nextImage);
  const plan = decide({ ...inForce(order), object, ...seen(object) }, now);
  expect(changesOf(plan)).toEqual([]);
  expect(verdictOf(plan, conditionTypes.workloadAvailable)).toMatchObject({
    status: 'True',
    reason: reasons.available,
  });
  expect(readyOf(plan)).toMatchObject({ status: 'False', reason: ready, message: expect.stringContaining(words) });
  expect(verdictOf(plan, conditionTypes.releaseHealthy)?.status).not.toBe('True');
});

test.each(blocked)('starts nothing while $name', ({ seen, ready, words }) => {
  const plan = decide(anObserved(order, seen(order)), now);
  expect(changesOf(plan)).toEqual([]);
  expect(readyOf(plan)).toMatchObject({ status: 'False', reason: ready, message: expect.stringContaining(words) });
  expect(verdictOf(plan, conditionTypes.workloadAvailable)).toMatchObject({ status: 'False' });
});

test.each(blocked)('still scales and puts right what runs while $name', ({ seen }) => {
  const object = changed(order, { ...nextImage, replicas: 5 });
  const plan = decide({ ...inForce(order), object, ...seen(object) }, now);
  const image = order.spec.template.spec.containers[0]?.['image'];
  expect(plan.changes).toMatchObject([
    { action: 'Apply', object: { spec: { replicas: 5, template: { spec: { containers: [{ image }] } } } } },
  ]);
});

test('makes no topics for a template that is refused, and shows them as waiting', () => {
  const bus = aBus(order, { topics: { ...aBus(order).topics, live: new Map() } });
  const plan = decide(anObserved(order, { bus, refusals: { deployment: 'no' } }), now);
  expect(changesOf(plan)).toEqual([
    'CreateTopic topic shop.orders when ReleaseHealthy to be no longer TemplateRefused',
  ]);
});

interface Group {
  readonly group?: string;
  readonly isAllowed: boolean;
}
const groups: readonly Group[] = [
  { isAllowed: true },
  { group: 'shop.mine', isAllowed: true },
  { group: 'shop', isAllowed: false },
  { group: 'other.mine', isAllowed: false },
];
test.each(groups)('lets a service into group $group of its own namespace alone: $isAllowed', ({ group, isAllowed }) => {
  const object = anEventService({ consumes: [{ topic: 'shop.payments', ...(group === undefined ? {} : { group }) }] });
  const plan = decide(anObserved(object), now);
  const access = verdictOf(plan, conditionTypes.accessGranted);
  expect(changesOf(plan).includes('Apply Deployment shop/order-a')).toBe(isAllowed);
  if (isAllowed) expect(access).toMatchObject({ status: 'True', reason: reasons.notRequired });
  else {
    expect(access).toMatchObject({ status: 'False', reason: reasons.groupNotAllowed, effect: 'stalled' });
    expect(access?.message).toContain(`"shop."`);
  }
});

test('lets a service into a group that the bus shares, whatever its name', () => {
  const object = anEventService({ consumes: [{ topic: 'shop.payments', group: 'legacy' }] });
  const bus = anEventBus({ policy: { sharedGroups: ['legacy'] } });
  const plan = decide(anObserved(object, { bus: aBus(object, { bus }) }), now);
  expect(verdictOf(plan, conditionTypes.accessGranted)).toMatchObject({ status: 'True' });
});

test("stalls a service that consumes what the topic's owner keeps from its namespace, and makes nothing", () => {
  const forbiddenReads = new Map([['billing.invoices', 'Topic billing.invoices belongs to another.']]);
  const plan = decide(anObserved(order, { bus: aBus(order, { forbiddenReads }) }), now);
  expect(verdictOf(plan, conditionTypes.accessGranted)).toMatchObject({
    status: 'False',
    reason: reasons.readerNotAllowed,
    message: 'Topic billing.invoices belongs to another.',
    effect: 'stalled',
  });
  expect(plan.changes.filter(({ waitsFor }) => waitsFor === undefined)).toEqual([]);
});

const login = {
  user: 'shop.order.a',
  password: 'secret-of-a',
  other: 'shop.order.b',
  epoch: 0,
  rotation: undefined,
  since: '2026-01-01T00:00:00.000Z',
};
const nobody = {
  live: { hasRules: true, acls: [], users: new Set<string>() },
  given: new Map<string, string>(),
  visibleTo: async () => undefined,
};

test('gives a service its user and rules before its pods, and says nothing of the password', () => {
  const object = anEventService({ publishes: [{ topic: 'shop.orders' }] });
  const plan = decide(anObserved(object, { bus: aBus(object, { access: nobody }), login }), now);
  const actions = changesOf(plan);
  expect(actions.indexOf('PutUser user shop.order.a')).toBeGreaterThanOrEqual(0);
  expect(actions.indexOf('GrantAccess user shop.order.a')).toBeLessThan(
    actions.indexOf('Apply Deployment shop/order-a'),
  );
  expect(actions[0]).toBe('AddFinalizer its own finalizer');
  expect(verdictOf(plan, conditionTypes.accessGranted)).toMatchObject({ status: 'False', reason: reasons.progressing });
  expect(describePlan(plan.changes)).not.toContain(login.password);
});

test('gives no user to a service that is refused', () => {
  const object = anEventService({ consumes: [{ topic: 'shop.payments', group: 'foreign' }] });
  const plan = decide(anObserved(object, { bus: aBus(object, { access: nobody }), login }), now);
  expect(changesOf(plan).filter((change) => change.includes('user '))).toEqual([]);
});

test('says that a bus with a login gets none into its bindings', () => {
  const sasl = { mechanism: 'PLAIN', secretRef: { name: 'admin' } } as const;
  const bus = anEventBus({ kafka: { external: { bootstrapServers: ['kafka.shop:9092'], sasl } } });
  const plan = decide(anObserved(order, { bus: aBus(order, { bus }) }), now);
  expect(verdictOf(plan, conditionTypes.accessGranted)).toMatchObject({
    status: 'False',
    reason: reasons.notSupported,
  });
});

interface Foreign {
  readonly name: string;
  readonly metadata: Partial<EventService['metadata']>;
  readonly effect: 'waiting' | 'stalled' | 'none';
}
const owner = { apiVersion: 'sluice.dev/v1alpha1', kind: 'EventService', name: 'order', controller: true };
const foreign: readonly Foreign[] = [
  { name: 'nobody’s', metadata: {}, effect: 'stalled' },
  {
    name: 'handed over by its label',
    metadata: { labels: { 'app.kubernetes.io/managed-by': 'sluice' } },
    effect: 'none',
  },
  {
    name: 'of another controller',
    metadata: { ownerReferences: [{ ...owner, kind: 'Rollout', uid: 'x' }] },
    effect: 'stalled',
  },
  {
    name: 'of a former service of that name',
    metadata: { ownerReferences: [{ ...owner, uid: 'former' }] },
    effect: 'waiting',
  },
  { name: 'being deleted', metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' }, effect: 'waiting' },
];
test.each(foreign)('treats a Service that is $name as $effect', ({ metadata, effect }) => {
  const plan = decide(anObserved(order, { service: foreignService(metadata) }), now);
  const release = verdictOf(plan, conditionTypes.releaseHealthy);
  expect(changesOf(plan).includes('Apply Service shop/order')).toBe(effect === 'none');
  if (effect !== 'none') expect(release).toMatchObject({ reason: reasons.conflict, effect });
});

test('leaves a foreign Service alone that it does not need', () => {
  const object = anEventService();
  const plan = decide(anObserved(object, { service: foreignService() }), now);
  expect(changesOf(plan).filter((change) => change.includes('Service shop/order'))).toEqual([]);
  expect(changesOf(plan)).toContain('Apply Deployment shop/order-a');
});

const deletable = anEventService({ publishes: [{ topic: 'shop.orders', deletionPolicy: 'Delete' }] });

test('holds itself back with a finalizer only while a topic is to be deleted with it', () => {
  expect(changesOf(decide(anObserved(order), now))).not.toContain('AddFinalizer its own finalizer');
  expect(changesOf(decide(anObserved(deletable), now))[0]).toBe('AddFinalizer its own finalizer');
  const retained = changed(order, {});
  const held = { ...retained, metadata: { ...retained.metadata, finalizers: [finalizer] } };
  expect(changesOf(decide(inForce(held), now))).toEqual([]);
  expect(changesOf(decide(anObserved(held), now))[0]).toBe('RemoveFinalizer its own finalizer');
});

/** A service that is being deleted, its topic known from before. */
function dying(object: EventService, finalizers: readonly string[]): EventService {
  const status = { topics: [{ topic: 'shop.orders', id: 'id-of-shop.orders', deletionPolicy: 'Delete' as const }] };
  const metadata = { ...object.metadata, finalizers, deletionTimestamp: '2026-01-01T00:00:00Z' };
  return { ...object, metadata, status };
}

test('ends its pods before their topics, and lets go of itself', () => {
  const observed = { ...inForce(deletable), object: dying(deletable, [finalizer]), bus: aBus(dying(deletable, [])) };
  const plan = decide(observed, now);
  expect(changesOf(plan)).toEqual([
    'Delete Deployment shop/order-a',
    'DeleteTopic topic shop.orders',
    'RemoveFinalizer its own finalizer',
  ]);
});

test('waits for an absent broker only so long, and never for an absent bus', () => {
  const object = dying(deletable, [finalizer]);
  const away = anObserved(object, { bus: aBusThatIsAway(object, busAway) });
  expect(changesOf(decide(away, now))).toEqual([]);
  const later = new Date(now.getTime() + 60_000);
  expect(changesOf(decide(away, later))).toEqual(['RemoveFinalizer its own finalizer']);
  const gone = anObserved(object, { bus: aBusThatIsAway(object, busGone) });
  expect(changesOf(decide(gone, now))).toEqual(['RemoveFinalizer its own finalizer']);
});

test('has nothing to do for a dying service without its finalizer', () => {
  const object = dying(order, []);
  expect(changesOf(decide(anObserved(object), now))).toEqual([]);
});

test('reports the active version with its selector, binding and topics', () => {
  const observed = inForce(order);
  const status = report(observed, { observedGeneration: 1 });
  expect(status).toMatchObject({
    observedGeneration: 1,
    replicas: 1,
    readyReplicas: 1,
    selector: 'sluice.dev/service=order,sluice.dev/colour=a',
    binding: { name: 'order-kafka' },
    topics: [{ topic: 'shop.orders', id: 'id-of-shop.orders' }],
    release: { phase: 'Stable', active: { colour: 'a' } },
  });
});

test('remembers the version that was active while the next one rolls', () => {
  const before = inForce(order);
  const former = report(before, {});
  const object = { ...changed(order, nextImage), status: former };
  const rolling = carriedOut({ ...before, object }, decide({ ...before, object }, now).changes);
  const status = report(rolling, {});
  expect(status.release).toMatchObject({
    phase: 'Promoting',
    active: former.release?.active,
    candidate: { colour: 'a' },
  });
  expect(status.release?.candidate?.revision).not.toBe(former.release?.active?.revision);
});

test('reports a service of which nothing runs', () => {
  const status = report(anObserved(order), {});
  expect(status).toMatchObject({ replicas: 0, readyReplicas: 0 });
  expect(status.release).toBeUndefined();
  expect(status.binding).toBeUndefined();
});

function withSchema(object: EventService, source: Parameters<typeof declared>[0]) {
  const bus = aBus(object);
  return { ...bus, schemas: { ...bus.schemas, declared: [declared(source)] } };
}

function declared(source: DeclaredSchema['source']): DeclaredSchema {
  return { topic: 'shop.orders', subject: 'shop.orders-value', source };
}

function foreignService(metadata: Partial<EventService['metadata']> = {}): Observed['service'] {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'order', namespace: 'shop', uid: 'theirs', ...metadata },
    spec: { type: 'ClusterIP', selector: {}, ports: [] },
  };
}
