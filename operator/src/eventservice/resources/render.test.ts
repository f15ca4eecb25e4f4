import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { annotations, type Colour, type EventService } from '../../api/index.ts';
import { anEventService } from '../../api/v1alpha1/builders.ts';
import type { BusClientSettings } from '../../bus/index.ts';
import { configurationOf, revisionOf } from '../revision.ts';
import { bindingsOf, renderBinding } from './binding.ts';
import { renderDeployment, templateFor, templateInForce } from './deployment.ts';
import { hasPods, renderDisruptionBudget } from './disruption-budget.ts';
import type { Deployment } from './kinds.ts';
import { renderNetworkPolicy } from './network-policy.ts';
import { renderProbePod } from './probe-pod.ts';
import { renderService } from './service.ts';
import { renderServiceAccount } from './service-account.ts';
import { renderServiceMonitor } from './service-monitor.ts';

const settings: BusClientSettings = {
  bootstrapServers: ['kafka.shop:9092'],
  securityProtocol: 'PLAINTEXT',
  registryUrl: 'http://registry.shop:8080/apis/ccompat/v7',
};

function deploymentOf(
  service: EventService,
  {
    live,
    to = settings,
    colour = 'a',
    isRestricted = false,
  }: { live?: Deployment; to?: BusClientSettings; colour?: Colour; isRestricted?: boolean } = {},
): Deployment {
  const version = { revision: revisionOf(service), configuration: configurationOf(to) };
  const template = templateFor(service, { colour, version, bindings: bindingsOf(service, to), isRestricted, live });
  return renderDeployment(service, colour, template, { bindings: 'hash-of-the-secrets', contents: {} });
}

function yamlOf(objects: readonly (object | undefined)[]): string {
  return objects
    .flatMap((object) => object ?? [])
    .map((object) => stringify(object))
    .join('---\n');
}

/** What a team that comes from a Deployment has: everything of it must come through. */
const order = anEventService({
  replicas: 2,
  service: {
    type: 'NodePort',
    ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP', nodePort: 30080 }],
  },
  template: {
    metadata: { labels: { team: 'orders' }, annotations: { 'prometheus.io/scrape': 'true' } },
    spec: {
      initContainers: [{ name: 'migrate', image: 'docker.io/sluice/order:dev', args: ['migrate'] }],
      containers: [
        {
          name: 'order',
          image: 'docker.io/sluice/order:dev',
          env: [{ name: 'LOG_LEVEL', value: 'info' }],
          ports: [{ name: 'http', containerPort: 8080 }],
          volumeMounts: [{ name: 'scratch', mountPath: '/tmp' }],
        },
        // A container that comes with a root of its own for bindings.
        { name: 'proxy', image: 'proxy:1', env: [{ name: 'SERVICE_BINDING_ROOT', value: '/etc/bound/' }] },
      ],
      securityContext: { runAsNonRoot: true },
      volumes: [{ name: 'scratch', emptyDir: {} }],
    },
  },
});

test('renders a service as the golden objects', async () => {
  const objects = [
    renderServiceAccount(order),
    ...bindingsOf(order, settings).map((binding) => renderBinding(order, binding)),
    deploymentOf(order),
    renderService(order, 'a'),
    renderDisruptionBudget(order, 'a', { hasForeignBudget: false }),
  ];
  await expect(yamlOf(objects)).toMatchFileSnapshot('../__golden__/order.yaml');
});

test('renders the smallest service, on a bus without a registry, as the golden objects', async () => {
  const service = anEventService();
  const to: BusClientSettings = { bootstrapServers: ['kafka.shop:9092'], securityProtocol: 'PLAINTEXT' };
  const objects = [
    renderServiceAccount(service),
    ...bindingsOf(service, to).map((binding) => renderBinding(service, binding)),
    deploymentOf(service, { to }),
    renderService(service, 'a'),
  ];
  await expect(yamlOf(objects)).toMatchFileSnapshot('../__golden__/smallest.yaml');
});

test("keeps the user's service account and service links, and then makes no account", () => {
  const service = anEventService({
    template: {
      spec: { serviceAccountName: 'theirs', enableServiceLinks: true, containers: [{ name: 'order', image: 'x' }] },
    },
  });
  expect(deploymentOf(service).spec.template.spec).toMatchObject({
    serviceAccountName: 'theirs',
    enableServiceLinks: true,
  });
  expect(renderServiceAccount(service)).toBeUndefined();
});

test('passes on what is not a list of objects, so that the API server says what is wrong with it', () => {
  const spec = {
    initContainers: 'none',
    volumes: { name: 'x' },
    containers: [{ name: 'order', image: 'x', env: { A: '1' }, volumeMounts: 7 }],
  };
  const rendered = deploymentOf(anEventService({ template: { spec } })).spec.template.spec;
  expect(rendered).toMatchObject(spec);
});

test('hashes what people wrote in the one way that every release of the operator keeps', () => {
  // Another value here means that an upgrade rolls every pod of every service.
  expect(revisionOf(anEventService())).toBe('9327e718c6655ac1');
  expect(configurationOf(settings)).toBe('9ba5717d4d4da26a');
  expect(configurationOf({ bootstrapServers: ['kafka.shop:9092'], securityProtocol: 'PLAINTEXT' })).toBe(
    '526391f7da40b349',
  );
});

const versions: readonly { readonly name: string; readonly service: EventService; readonly isNew: boolean }[] = [
  { name: 'another image', service: anEventService({ template: templateWith('x:2') }), isNew: true },
  { name: 'another spread', service: anEventService({ spread: [{ topologyKey: 'zone' }] }), isNew: true },
  { name: 'other pod security', service: anEventService({ podSecurity: 'Restricted' }), isNew: true },
  { name: 'another number of replicas', service: anEventService({ replicas: 5 }), isNew: false },
  { name: 'another topic', service: anEventService({ publishes: [{ topic: 'shop.orders' }] }), isNew: false },
  {
    name: 'another port of the Service',
    service: anEventService({ service: { ports: [{ port: 81 }] } }),
    isNew: false,
  },
];
test.each(versions)('takes $name as a new version of the pods: $isNew', ({ service, isNew }) => {
  expect(revisionOf(service) !== revisionOf(anEventService())).toBe(isNew);
});

test('takes authorities that people renew in a Secret for no reason to replace pods, unlike those of Strimzi', () => {
  const trusting = { ...settings, authorities: 'PEM' };
  expect(configurationOf(trusting)).not.toBe(configurationOf(settings));
  expect(configurationOf({ ...trusting, areAuthoritiesGiven: true })).toBe(configurationOf(settings));
  const [kafka] = bindingsOf(order, { ...trusting, areAuthoritiesGiven: true });
  expect(kafka?.files['ca.crt']).toBe('PEM');
});

test('takes brokers named in another order for the same bus, and another broker for another', () => {
  const of = (...bootstrapServers: string[]) => configurationOf({ ...settings, bootstrapServers });
  expect(of('a:1', 'b:1')).toBe(of('b:1', 'a:1'));
  expect(of('a:1', 'b:1')).not.toBe(of('a:1'));
});

/** As an older release of the operator rendered it: without the read-only flag, with a label that is no more. */
function renderedBefore(service: EventService): Deployment {
  const now = deploymentOf(service);
  const text = JSON.stringify(now.spec.template)
    .replaceAll(',"readOnly":true', '')
    .replace('"labels":{', '"labels":{"old":"x",');
  expect(text).not.toBe(JSON.stringify(now.spec.template));
  return {
    ...now,
    metadata: { ...now.metadata, annotations: { ...now.metadata.annotations, [annotations.template]: text } },
    spec: { ...now.spec, template: JSON.parse(text) },
  };
}

test('keeps the template as an older release rendered it until the user changes something', () => {
  const before = renderedBefore(order);
  const after = deploymentOf(order, { live: before });
  expect(after).toEqual(before);
  const scaled = deploymentOf({ ...order, spec: { ...order.spec, replicas: 7 } }, { live: before });
  expect(scaled.spec).toEqual({ ...before.spec, replicas: 7 });
});

test('renders anew with the next version and with another bus address', () => {
  const before = renderedBefore(order);
  const changed = { ...order, spec: { ...order.spec, template: templateWith('x:2') } };
  expect(deploymentOf(changed, { live: before })).toEqual(deploymentOf(changed));
  const moved = { ...settings, bootstrapServers: ['elsewhere:9092'] };
  expect(deploymentOf(order, { live: before, to: moved })).toEqual(deploymentOf(order, { to: moved }));
});

test('puts back what others changed in the live template, since it keeps its own rendering', () => {
  const before = renderedBefore(order);
  const edited = { ...before, spec: { ...before.spec, template: templateWith('theirs:1') } };
  expect(deploymentOf(order, { live: edited })).toEqual(before);
});

test.each(['', '{', '[]', '{"spec":{}}', undefined])(
  'renders anew where the kept template is unreadable: %s',
  (text) => {
    const live = deploymentOf(order);
    const { [annotations.template]: _, ...others } = live.metadata.annotations ?? {};
    const kept = text === undefined ? others : { ...others, [annotations.template]: text };
    const broken = { ...live, metadata: { ...live.metadata, annotations: kept } };
    expect(templateInForce(broken)).toBeUndefined();
    expect(deploymentOf(order, { live: broken })).toEqual(live);
  },
);

function templateWith(image: string) {
  return { spec: { containers: [{ name: 'order', image }] } };
}

test('renders a service with everything that may be asked for as the golden objects', async () => {
  const service = anEventService({
    ...order.spec,
    spread: [{ topologyKey: 'kubernetes.io/hostname' }],
    monitoring: { port: 'http', interval: '30s', labels: { release: 'prometheus' } },
    networkPolicy: { egress: 'Declared' },
  });
  await expect(
    yamlOf([
      deploymentOf(service, { isRestricted: true }),
      renderServiceMonitor(service),
      renderNetworkPolicy(service, settings),
    ]),
  ).toMatchFileSnapshot('../__golden__/guarded.yaml');
});

test('spreads the pods of one version by keys that the template says nothing of', () => {
  const own = { topologyKey: 'zone', maxSkew: 5, whenUnsatisfiable: 'DoNotSchedule' };
  const containers = [{ name: 'order', image: 'x' }];
  const spread = [{ topologyKey: 'zone' }, { topologyKey: 'host' }];
  const constraintsOf = (written: unknown) =>
    deploymentOf(anEventService({ spread, template: { spec: { containers, topologySpreadConstraints: written } } }))
      .spec.template.spec['topologySpreadConstraints'];
  expect(constraintsOf([own])).toEqual([
    own,
    {
      topologyKey: 'host',
      maxSkew: 1,
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: { 'sluice.dev/service': 'order', 'sluice.dev/colour': 'a' } },
      matchLabelKeys: ['sluice.dev/revision'],
    },
  ]);
  expect(constraintsOf('none'), 'the API server says what is wrong').toBe('none');
});

interface BudgetCase {
  readonly name: string;
  readonly spec: Parameters<typeof anEventService>[0];
  readonly hasForeignBudget?: boolean;
  /** Absent: no PodDisruptionBudget. */
  readonly limit?: object;
}
const budgets: readonly BudgetCase[] = [
  { name: 'none of one pod, which would block every drain', spec: { replicas: 1 } },
  { name: 'one pod of two', spec: { replicas: 2 }, limit: { maxUnavailable: 1 } },
  { name: 'none where others limit it', spec: { replicas: 2 }, hasForeignBudget: true },
  {
    name: 'what the spec says, and no default beside it',
    spec: { replicas: 2, disruption: { minAvailable: '50%' } },
    hasForeignBudget: true,
    limit: { minAvailable: '50%' },
  },
  {
    name: 'what the spec says of one pod',
    spec: { replicas: 1, disruption: { minAvailable: 1 } },
    limit: { minAvailable: 1 },
  },
];
test.each(budgets)('lets drains take $name', ({ spec, hasForeignBudget = false, limit }) => {
  const budget = renderDisruptionBudget(anEventService(spec), 'a', { hasForeignBudget });
  if (!limit) return expect(budget).toBeUndefined();
  expect(budget?.spec).toEqual({
    ...limit,
    selector: { matchLabels: { 'sluice.dev/service': 'order', 'sluice.dev/colour': 'a' } },
    unhealthyPodEvictionPolicy: 'AlwaysAllow',
  });
});

test("tells whether others' PodDisruptionBudgets have the pods, by all of their labels and in their namespace alone", () => {
  const has = (matchLabels: Record<string, string>, namespace = 'shop') => {
    const metadata = { name: 'theirs', namespace };
    const budget = {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata,
      spec: { selector: { matchLabels } },
    };
    return hasPods(budget, order, 'a');
  };
  expect(has({ team: 'orders' })).toBe(true);
  expect(has({ team: 'orders', 'sluice.dev/colour': 'a' })).toBe(true);
  expect(has({ team: 'billing' })).toBe(false);
  expect(has({ team: 'orders' }, 'other')).toBe(false);
});

test('asks about a pod as the ReplicaSet makes it, with the default account while the own one is still to come', () => {
  const deployment = deploymentOf(order);
  const account = renderServiceAccount(order);
  const { metadata, spec } = deployment.spec.template;
  expect(renderProbePod(deployment, account)).toMatchObject({ metadata: { ...metadata, namespace: 'shop' }, spec });
  expect(renderProbePod(deployment, undefined).spec.serviceAccountName).toBeUndefined();
  const theirs = { spec: { serviceAccountName: 'theirs', containers: [{ name: 'order', image: 'x' }] } };
  const named = deploymentOf(anEventService({ template: theirs }));
  expect(renderProbePod(named, undefined).spec.serviceAccountName).toBe('theirs');
});

interface LimitsCase {
  readonly name: string;
  readonly spec: Parameters<typeof anEventService>[0];
  readonly to?: BusClientSettings;
  readonly limits: object;
}

const fromNamespace = { from: [{ podSelector: {} }] };
const twoPorts = {
  ports: [
    { name: 'http', port: 80, targetPort: 'http' },
    { name: 'admin', port: 81, targetPort: 'http' },
    { name: 'grpc', port: 9000 },
  ],
};
const prometheus = { from: [{ namespaceSelector: {} }], ports: [{ port: 9090 }] };
const dns = {
  ports: [
    { port: 53, protocol: 'UDP' },
    { port: 53, protocol: 'TCP' },
  ],
};
const limited: readonly LimitsCase[] = [
  {
    name: "the namespace reach what the Service's ports lead to, each once",
    spec: { service: twoPorts, networkPolicy: {} },
    limits: {
      policyTypes: ['Ingress'],
      ingress: [
        {
          ...fromNamespace,
          ports: [
            { port: 'http', protocol: 'TCP' },
            { port: 9000, protocol: 'TCP' },
          ],
        },
      ],
    },
  },
  {
    name: 'everybody reach those ports, and whom the user names reach others',
    spec: {
      service: { ports: [{ port: 80 }] },
      networkPolicy: { from: 'Everywhere', additionalIngress: [prometheus] },
    },
    limits: { policyTypes: ['Ingress'], ingress: [{ ports: [{ port: 80, protocol: 'TCP' }] }, prometheus] },
  },
  {
    name: 'nobody in where there are no ports, rather than everybody',
    spec: { networkPolicy: {} },
    limits: { policyTypes: ['Ingress'], ingress: [] },
  },
  {
    name: 'pods reach DNS, brokers, the registry and what the user names',
    spec: { networkPolicy: { egress: 'Declared', additionalEgress: [{ ports: [{ port: 5432 }] }] } },
    to: {
      bootstrapServers: ['kafka-0.shop:9093', 'kafka-1.shop:9093', '[::1]:9094'],
      securityProtocol: 'SSL',
      registryUrl: 'https://registry.shop/apis/ccompat/v7',
    },
    limits: {
      policyTypes: ['Ingress', 'Egress'],
      ingress: [],
      egress: [
        dns,
        {
          ports: [
            { port: 443, protocol: 'TCP' },
            { port: 9093, protocol: 'TCP' },
            { port: 9094, protocol: 'TCP' },
          ],
        },
        { ports: [{ port: 5432 }] },
      ],
    },
  },
];

test.each(limited)('lets $name', ({ spec, to = settings, limits }) => {
  expect(renderNetworkPolicy(anEventService(spec), to)?.spec).toEqual({
    podSelector: { matchLabels: { 'sluice.dev/service': 'order' } },
    ...limits,
  });
});

test('limits nothing that nobody asked to limit', () => {
  expect(renderNetworkPolicy(anEventService(), settings)).toBeUndefined();
});
