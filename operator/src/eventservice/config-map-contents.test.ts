import { expect, test } from 'vitest';
import { annotations } from '../api/index.ts';
import { anEventService } from '../api/v1alpha1/builders.ts';
import { type Contents, contentHash, contentsKept, decideContents } from './config-map-contents.ts';
import { renderDeployment, templateFor } from './resources/deployment.ts';
import type { Deployment } from './resources/kinds.ts';

const base = { revision: 'r', configuration: 'c' };

/** Needs `limits`, and starts without `colours`. */
const service = anEventService({
  template: {
    spec: {
      containers: [{ name: 'order', image: 'order:1' }],
      volumes: [
        { name: 'a', configMap: { name: 'limits' } },
        { name: 'b', configMap: { name: 'colours', optional: true } },
      ],
    },
  },
});

function running(contents: Contents, content?: string, of = base): Deployment {
  const template = templateFor(service, {
    colour: 'a',
    version: { ...of, content },
    bindings: [],
    isRestricted: false,
  });
  return renderDeployment(service, 'a', template, { bindings: 'b', contents });
}

interface Case {
  readonly name: string;
  /** By name, hashes of what is there. */
  readonly seen: Contents;
  /** Kept on the Deployment; absent: there is no Deployment. */
  readonly kept?: Contents;
  readonly contents: Contents;
  readonly changed: readonly string[];
}

const both = { limits: '1', colours: '1' };
const cases: readonly Case[] = [
  { name: 'before the first start keeps what is there', seen: both, contents: both, changed: [] },
  {
    name: 'of a service that runs since before contents were kept begins to keep them, and changes nothing',
    seen: both,
    kept: {},
    contents: both,
    changed: [],
  },
  { name: 'that is the same changes nothing', seen: both, kept: both, contents: both, changed: [] },
  {
    name: 'that is another one is a change',
    seen: { ...both, limits: '2' },
    kept: both,
    contents: { ...both, limits: '2' },
    changed: ['ConfigMap shop/limits'],
  },
  {
    name: 'of a ConfigMap that pods need and that is gone stays as it was kept, so that no pod is replaced',
    seen: { colours: '1' },
    kept: both,
    contents: both,
    changed: [],
  },
  {
    name: 'of a ConfigMap that pods wait for is kept when it comes, and changes nothing',
    seen: both,
    kept: { colours: '1' },
    contents: both,
    changed: [],
  },
  {
    name: 'of an optional ConfigMap that goes is a change',
    seen: { limits: '1' },
    kept: both,
    contents: { limits: '1', colours: 'absent' },
    changed: ['ConfigMap shop/colours'],
  },
  {
    name: 'of an optional ConfigMap that comes is a change',
    seen: both,
    kept: { limits: '1', colours: 'absent' },
    contents: both,
    changed: ['ConfigMap shop/colours'],
  },
  {
    name: 'of a ConfigMap that is no longer used is forgotten',
    seen: both,
    kept: { ...both, former: '1' },
    contents: both,
    changed: [],
  },
];
test.each(cases)('content $name', ({ seen, kept, contents, changed }) => {
  const live = kept && running(kept, 'before');
  const decision = decideContents(service, { configMaps: new Map(Object.entries(seen)) }, live, base);
  expect(decision).toMatchObject({ contents, changed });
  if (kept) expect(decision.content === 'before', 'the version stays the same').toBe(changed.length === 0);
});

test('a version that is another one anyway takes the content as it is then', () => {
  const live = running({ limits: '1' }, 'before', { ...base, revision: 'former' });
  const decision = decideContents(service, { configMaps: new Map([['limits', '2']]) }, live, base);
  expect(decision).toMatchObject({ contents: { limits: '2' }, changed: [] });
  expect(decision.content).not.toBe('before');
});

test('a change back to the content of before is a change, too', () => {
  const first = decideContents(service, { configMaps: new Map([['limits', '2']]) }, running({ limits: '1' }), base);
  const second = decideContents(
    service,
    { configMaps: new Map([['limits', '1']]) },
    running(first.contents, first.content),
    base,
  );
  expect(second.changed).toEqual(['ConfigMap shop/limits']);
  expect(second.content).not.toBe(first.content);
});

test('onConfigChange Nothing keeps nothing, and leaves the version that is in force as it is', () => {
  const untouched = { ...service, spec: { ...service.spec, onConfigChange: 'Nothing' as const } };
  const decision = decideContents(
    untouched,
    { configMaps: new Map([['limits', '2']]) },
    running({ limits: '1' }, 'before'),
    base,
  );
  expect(decision).toEqual({ contents: {}, content: 'before', changed: [] });
});

/** Mounts a ConfigMap and a Secret of one name. */
const secretive = anEventService({
  template: {
    spec: {
      containers: [
        { name: 'order', image: 'order:1', env: [{ name: 'A', valueFrom: { secretKeyRef: optional('token') } }] },
      ],
      volumes: [
        { name: 'a', configMap: { name: 'limits' } },
        { name: 'b', secret: { secretName: 'limits' } },
      ],
    },
  },
});

function optional(name: string) {
  return { name, key: 'k', optional: true };
}

interface SecretCase {
  readonly name: string;
  /** Of Secrets; absent: they may not be read. */
  readonly secrets?: Contents;
  readonly kept: Contents;
  readonly contents: Contents;
  readonly changed?: readonly string[];
}

const secretCases: readonly SecretCase[] = [
  { name: 'that may not be read count for nothing', kept: { limits: '1' }, contents: { limits: '1' } },
  {
    name: 'that may be read from now on are kept and change nothing',
    secrets: { limits: 's', token: 't' },
    kept: { limits: '1' },
    contents: { limits: '1', 'Secret/limits': 's', 'Secret/token': 't' },
  },
  {
    name: 'that may be read no more are forgotten and change nothing',
    kept: { limits: '1', 'Secret/limits': 's' },
    contents: { limits: '1' },
  },
  {
    name: 'that changed are told apart from a ConfigMap of the same name',
    secrets: { limits: 'other', token: 't' },
    kept: { limits: '1', 'Secret/limits': 's', 'Secret/token': 't' },
    contents: { limits: '1', 'Secret/limits': 'other', 'Secret/token': 't' },
    changed: ['Secret shop/limits'],
  },
  {
    name: 'that are gone stay as kept where pods need them, and are a change where they do not',
    secrets: {},
    kept: { limits: '1', 'Secret/limits': 's', 'Secret/token': 't' },
    contents: { limits: '1', 'Secret/limits': 's', 'Secret/token': 'absent' },
    changed: ['Secret shop/token'],
  },
];

test.each(secretCases)('Secrets $name', ({ secrets, kept, contents, changed = [] }) => {
  const seen = {
    configMaps: new Map([['limits', '1']]),
    ...(secrets ? { secretContents: new Map(Object.entries(secrets)) } : {}),
  };
  const decision = decideContents(secretive, seen, running(kept, 'before'), base);
  expect(decision).toMatchObject({ changed });
  expect(decision.contents).toEqual(contents);
  expect(decision.content === 'before', 'the version stays the same').toBe(changed.length === 0);
});

test('hashes content in the one way that every release of the operator keeps, data and binary data alike', () => {
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'limits' } };
  // Another value here means that an upgrade rolls the pods of every service that uses ConfigMaps.
  expect(contentHash({ ...configMap, data: { a: '1' } })).toBe('133c746ba00bae09');
  const labelled = { ...configMap, metadata: { name: 'limits', labels: { a: 'b' } }, data: { a: '1' } };
  expect(contentHash(labelled)).toBe(contentHash({ ...configMap, data: { a: '1' } }));
  expect(contentHash({ ...configMap, binaryData: { a: 'MQ==' } })).not.toBe(contentHash(configMap));
});

test.each(['{', '[]', '{"a":1}'])('sees contents for the first time where those kept are unreadable: %s', (text) => {
  const live = running({ limits: '1' });
  const kept = { ...live.metadata.annotations, [annotations.configMaps]: text };
  expect(contentsKept({ ...live, metadata: { ...live.metadata, annotations: kept } })).toEqual({});
});
