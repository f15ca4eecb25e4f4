import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { customResourceDefinitionOf } from '../src/api/generate/crd.ts';
import { kinds } from '../src/api/v1alpha1/kinds.ts';
import { chart, helm, type Rendered, render, rulesOf } from './helm.ts';

const everything = [
  'strimzi.enabled=true',
  'watchNamespaces={shop,analytics}',
  'busSecrets.shop={kafka-admin,registry}',
  'monitoring.enabled=true',
  'imagePullSecrets[0].name=pull',
  'priorityClassName=system-cluster-critical',
];
const identityOf = ({ kind, metadata }: Rendered) =>
  [kind, ...(metadata.namespace ? [metadata.namespace] : []), metadata.name].join(' ');
const isHook = ({ metadata }: Rendered) => metadata.annotations?.['helm.sh/hook'] !== undefined;
const isCrd = ({ kind }: Rendered) => kind === 'CustomResourceDefinition';

describe('the chart', () => {
  it('passes helm lint', async () => {
    await expect(helm('lint', '--strict', '--quiet', chart)).resolves.toBeDefined();
  });

  it('renders what was reviewed', async () => {
    const objects = (await render()).filter((object) => !isCrd(object));
    const text = objects.map((object) => stringify(object, { aliasDuplicateObjects: false })).join('---\n');
    await expect(text).toMatchFileSnapshot('__golden__/default.yaml');
  });

  it('brings the kinds as they are generated, to be kept when it goes', async () => {
    const crds = (await render()).filter(isCrd);
    const kept = { 'helm.sh/resource-policy': 'keep' };
    expect(crds).toEqual(
      kinds
        .map(customResourceDefinitionOf)
        .map((crd) => ({ ...crd, metadata: { ...crd.metadata, annotations: kept } })),
    );
    expect((await render('crds.install=false')).filter(isCrd)).toEqual([]);
  });

  it('grants nothing by wildcard', async () => {
    const rules = (await render(...everything)).flatMap(rulesOf);
    const granted = rules.flatMap((rule) => [
      ...(rule.apiGroups ?? []),
      ...(rule.resources ?? []),
      ...(rule.resourceNames ?? []),
      ...(rule.nonResourceURLs ?? []),
      ...rule.verbs,
    ]);
    expect(granted.length).toBeGreaterThan(20);
    expect(granted.filter((word) => word.includes('*'))).toEqual([]);
  });

  it('has one Role in each watched namespace, one for the Lease, and else labels of namespaces, a kind and reviews alone', async () => {
    const objects = await render(...everything);
    const roles = objects.filter((object) => !isHook(object) && /Role$/.test(object.kind));
    expect(roles.map(identityOf).sort()).toEqual([
      'ClusterRole sluice-system-sluice',
      'Role analytics sluice',
      'Role shop sluice',
      'Role sluice-system sluice-leader',
    ]);
    const [clusterRole] = roles.filter(({ kind }) => kind === 'ClusterRole');
    expect(clusterRole && rulesOf(clusterRole)).toEqual([
      { apiGroups: [''], resources: ['namespaces'], resourceNames: ['shop', 'analytics'], verbs: ['get'] },
      {
        apiGroups: ['apiextensions.k8s.io'],
        resources: ['customresourcedefinitions'],
        resourceNames: ['flinkdeployments.flink.apache.org'],
        verbs: ['get'],
      },
      { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
      { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
    ]);
  });

  it('lets what runs after an uninstallation reach finalizers alone, and leaves nothing of it', async () => {
    const hooks = (await render()).filter(isHook);
    expect(hooks.map(identityOf).sort()).toEqual([
      'ClusterRole sluice-system-sluice-uninstall',
      'ClusterRoleBinding sluice-system-sluice-uninstall',
      'Job sluice-system sluice-uninstall',
      'ServiceAccount sluice-system sluice-uninstall',
    ]);
    expect(hooks.flatMap(rulesOf)).toEqual([
      {
        apiGroups: ['sluice.dev'],
        resources: ['eventbuses', 'eventservices', 'streamjobs'],
        verbs: ['get', 'list', 'patch'],
      },
    ]);
    for (const { metadata } of hooks) {
      expect(metadata.annotations).toMatchObject({
        'helm.sh/hook': 'post-delete',
        'helm.sh/hook-delete-policy': 'before-hook-creation,hook-succeeded',
      });
    }
  });

  it('lets the operator read only the Secrets that are named, in the namespace where they are', async () => {
    const readers = (await render(...everything)).flatMap((object) =>
      rulesOf(object)
        .filter(
          ({ resources, verbs }) => resources?.includes('secrets') && verbs.some((verb) => /get|list|watch/.test(verb)),
        )
        .map((rule) => ({ in: object.metadata.namespace, ...rule })),
    );
    expect(readers).toEqual([
      {
        in: 'sluice-system',
        apiGroups: [''],
        resources: ['secrets'],
        resourceNames: ['sluice-password-key'],
        verbs: ['get'],
      },
      {
        in: 'shop',
        apiGroups: [''],
        resources: ['secrets'],
        resourceNames: ['kafka-admin', 'registry'],
        verbs: ['get'],
      },
    ]);
  });

  it('lets the operator read every Secret, one at a time, only in namespaces that are listed for it', async () => {
    const granting = (await render('watchNamespaces={shop,bank}', 'restartOnSecretsIn={bank}')).filter((object) =>
      rulesOf(object).some(
        ({ resources, resourceNames, verbs }) =>
          resources?.includes('secrets') && !resourceNames && verbs.some((verb) => /get|list|watch/.test(verb)),
      ),
    );
    expect(granting.map(identityOf)).toEqual(['Role bank sluice']);
    expect(granting.flatMap(rulesOf)).toContainEqual({ apiGroups: [''], resources: ['secrets'], verbs: ['get'] });
  });

  it('never runs two operators at once without leader election', async () => {
    const deployment = await theOne('Deployment', 'leaderElection=false', 'replicas=1');
    expect(deployment?.['spec']).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
    await expect(render('leaderElection=false')).rejects.toThrow('replicas over 1 need leaderElection: true');
  });

  it('runs two replicas, on different nodes if possible, of which a drain takes one at a time', async () => {
    expect((await theOne('Deployment'))?.['spec']).toMatchObject({
      replicas: 2,
      template: {
        spec: {
          topologySpreadConstraints: [
            { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' },
          ],
        },
      },
    });
    expect((await theOne('PodDisruptionBudget'))?.['spec']).toMatchObject({ maxUnavailable: 1 });
    expect(await theOne('PodDisruptionBudget', 'podDisruptionBudget.enabled=false')).toBeUndefined();
    const strict = await theOne('Deployment', 'topologySpread.whenUnsatisfiable=DoNotSchedule');
    expect(JSON.stringify(strict)).toContain('DoNotSchedule');
  });

  it('holds no drain up and asks for no second node with one replica', async () => {
    expect(await theOne('PodDisruptionBudget', 'replicas=1')).toBeUndefined();
    expect(JSON.stringify(await theOne('Deployment', 'replicas=1'))).not.toContain('topologySpreadConstraints');
  });

  it('opens every port that the pod listens on and no other, and restricts nothing that the operator reaches', async () => {
    const deployment = JSON.stringify(await theOne('Deployment'));
    const listening = [...deployment.matchAll(/"name":"([a-z]+)","containerPort"/g)].map(([, name]) => name);
    expect(listening.length).toBeGreaterThan(1);
    expect((await theOne('NetworkPolicy'))?.['spec']).toMatchObject({
      policyTypes: ['Ingress'],
      ingress: listening.map((port) => ({ ports: [{ port, protocol: 'TCP' }] })),
    });
    expect(await theOne('NetworkPolicy', 'networkPolicy.enabled=false')).toBeUndefined();
  });

  it('lets those alone scrape metrics that are named', async () => {
    const setting = 'networkPolicy.metricsFrom[0].namespaceSelector.matchLabels.team=observability';
    const ingress = ingressOf(await theOne('NetworkPolicy', setting));
    const from = [{ namespaceSelector: { matchLabels: { team: 'observability' } } }];
    expect(ingress.filter((rule) => rule.from)).toEqual([{ ports: [{ port: 'metrics', protocol: 'TCP' }], from }]);
    expect(ingress.length).toBe(ingressOf(await theOne('NetworkPolicy')).length);
  });

  it('has nothing that needs the Prometheus Operator unless it is asked for', async () => {
    const groups = (objects: readonly Rendered[]) => objects.filter(({ apiVersion }) => /monitoring/.test(apiVersion));
    expect(groups(await render())).toEqual([]);
    const monitoring = groups(await render('monitoring.enabled=true', 'monitoring.labels.release=prometheus'));
    expect(monitoring.map(identityOf)).toEqual([
      'PrometheusRule sluice-system sluice',
      'ServiceMonitor sluice-system sluice',
    ]);
    for (const { metadata } of monitoring) expect(metadata).toMatchObject({ labels: { release: 'prometheus' } });
  });

  it('grants a feature nothing when it is off', async () => {
    const granted = async (...settings: readonly string[]) =>
      (await render(...settings)).flatMap(rulesOf).flatMap(({ apiGroups }) => apiGroups ?? []);
    expect(await granted()).toContain('flink.apache.org');
    expect(await granted('flink.enabled=false')).not.toContain('flink.apache.org');
    expect(await granted()).not.toContain('kafka.strimzi.io');
    expect(await granted('strimzi.enabled=true')).toContain('kafka.strimzi.io');
    expect(await granted()).not.toContain('sparkoperator.k8s.io');
    expect(await granted('spark.enabled=true')).toContain('sparkoperator.k8s.io');
  });

  it.each([
    ['a value that is misspelt', 'replica=2', "additional properties 'replica' not allowed"],
    ['a misspelt value within another', 'image.tags=dev', "additional properties 'tags' not allowed"],
    ['a text for a number', 'replicas=two', "at '/replicas': got string, want integer"],
    ['a level that the log has not', 'log.level=verbose', "at '/log/level': value must be one of"],
    ['a port below 1024, which a non-root process cannot open', 'metrics.port=80', "at '/metrics/port'"],
    ['a digest that is none', 'image.digest=sha256:1', "at '/image/digest'"],
    ['no namespace to watch', 'watchNamespaces=null', "missing property 'watchNamespaces'"],
    ['a namespace that cannot be', 'watchNamespaces={Shop}', "at '/watchNamespaces/0'"],
    ['all namespaces, which would take a wildcard', 'watchNamespaces={*}', "at '/watchNamespaces/0'"],
    ['secrets of a namespace that is not watched', 'busSecrets.other={admin}', 'which is not in watchNamespaces'],
    ['restarts in a namespace that is not watched', 'restartOnSecretsIn={bank}', 'which is not in watchNamespaces'],
    ['a peer that selects nothing', 'networkPolicy.metricsFrom[0].namespace=a', "at '/networkPolicy/metricsFrom/0'"],
    ['a scrape interval without a unit', 'monitoring.interval=30', "at '/monitoring/interval'"],
    ['a resource amount that is no quantity', 'resources.limits.memory=much', "at '/resources/limits/memory'"],
  ])('refuses %s', async (_, setting, message) => {
    await expect(render(setting)).rejects.toThrow(message);
  });

  it('closes every object of its values to what it does not know, and describes each value in its README', () => {
    const values: unknown = parse(readFileSync(join(chart, 'values.yaml'), 'utf8'));
    const schema: unknown = JSON.parse(readFileSync(join(chart, 'values.schema.json'), 'utf8'));
    const readme = readFileSync(join(chart, 'README.md'), 'utf8');
    const names = leavesOf(values);
    expect(names.length).toBeGreaterThan(15);
    expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
    expect(openObjectsIn(schema)).toEqual([
      'global',
      'affinity.nodeAffinity',
      'affinity.podAffinity',
      'affinity.podAntiAffinity',
    ]);
  });
});

/** The one object of its kind; undefined where there is none. */
async function theOne(kind: string, ...settings: readonly string[]): Promise<Rendered | undefined> {
  const found = (await render(...settings)).filter((object) => object.kind === kind && !isHook(object));
  expect(found.length).toBeLessThan(2);
  return found[0];
}

interface IngressRule {
  readonly ports: readonly { readonly port: string }[];
  readonly from?: readonly unknown[];
}

function ingressOf(policy: Rendered | undefined): readonly IngressRule[] {
  return (policy as unknown as { readonly spec: { readonly ingress: readonly IngressRule[] } }).spec.ingress;
}

/** Paths of the values that are no objects, or empty ones. */
function leavesOf(value: unknown, path = ''): readonly string[] {
  const entries = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  return entries.length === 0
    ? [path]
    : entries.flatMap(([name, child]) => leavesOf(child, path === '' ? name : `${path}.${name}`));
}

/** Paths of objects in a JSON schema that take any property. */
function openObjectsIn(schema: unknown, path = ''): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { type, properties, additionalProperties } = schema as Record<string, unknown>;
  const own = type === 'object' && additionalProperties === undefined ? [path] : [];
  const below = Object.entries(properties ?? {}).flatMap(([name, child]) =>
    openObjectsIn(child, path === '' ? name : `${path}.${name}`),
  );
  return [...own, ...below];
}
