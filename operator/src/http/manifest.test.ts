import { describe, expect, it } from 'vitest';
import { Refused } from './answer.ts';
import { parseManifest } from './manifest.ts';

const valid = `
apiVersion: sluice.dev/v1alpha1
kind: EventService
metadata: {name: order, namespace: shop, annotations: {team: shop}, uid: invented}
spec: {bus: {name: shop}}
status: {replicas: 9}
sepc: {}
`;

describe('a manifest', () => {
  it('is read from YAML, without the status and the identity that are not its writer’s', () => {
    expect(parseManifest(valid)).toEqual({
      apiVersion: 'sluice.dev/v1alpha1',
      kind: 'EventService',
      metadata: { name: 'order', namespace: 'shop', labels: {}, annotations: { team: 'shop' } },
      spec: { bus: { name: 'shop' } },
      others: { sepc: {} },
    });
  });

  it('is read from JSON, and from YAML with empty documents around it', () => {
    const manifest = { apiVersion: 'sluice.dev/v1alpha1', kind: 'StreamJob', metadata: { name: 'a', namespace: 'b' } };
    expect(parseManifest(JSON.stringify({ ...manifest, spec: {} })).kind).toBe('StreamJob');
    const long = { ...manifest, spec: { program: 'x'.repeat(500_000) } };
    expect(parseManifest(JSON.stringify(long)).spec).toEqual(long.spec);
    expect(parseManifest(`---\n${valid}\n---\n`).kind).toBe('EventService');
  });

  const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]', ...'bcdefgh'.split('').map(doubled)].join('\n');
  it.each([
    { what: 'nothing', text: '', says: 'The body holds 0 manifests' },
    { what: 'two manifests', text: `${valid}\n---\n${valid}`, says: 'The body holds 2 manifests' },
    { what: 'garbage', text: '{"a": [', says: 'neither JSON nor YAML' },
    { what: 'bytes', text: '\u0000\u0001%PDF-', says: 'The body' },
    { what: 'a text', text: 'hello', says: 'it is not an object' },
    { what: 'a list', text: '- a', says: 'it is not an object' },
    {
      what: 'the same field twice',
      text: `${valid}\nkind: StreamJob`,
      says: 'has the field kind twice',
    },
    { what: 'aliases of aliases', text: bomb, says: 'refers to itself' },
    { what: 'nesting without end', text: '['.repeat(10_000), says: 'The body' },
    {
      what: 'another kind',
      text: 'apiVersion: v1\nkind: Pod\nmetadata: {}\nspec: {}',
      says: 'This is v1 Pod: plans are made of',
    },
    { what: 'another version', text: valid.replace('v1alpha1', 'v9'), says: 'This is sluice.dev/v9 EventService' },
    {
      what: 'a bus',
      text: valid.replace('EventService', 'EventBus'),
      says: 'plans are made of EventService and StreamJob',
    },
    { what: 'no namespace', text: valid.replace(', namespace: shop', ''), says: 'metadata.namespace is missing' },
    {
      what: 'a path for a name',
      text: valid.replace('name: order', 'name: ../x'),
      says: 'metadata.name is not a Kubernetes name',
    },
    {
      what: 'labels that are no map',
      text: valid.replace('annotations: {team: shop}', 'labels: [a]'),
      says: 'metadata.labels is not a map',
    },
    { what: 'no spec', text: valid.replace('spec: {bus: {name: shop}}', ''), says: 'The manifest has no spec' },
  ])('that is $what is refused with 400', ({ text, says }) => {
    const refusal = refusalOf(text);
    expect(refusal).toBeInstanceOf(Refused);
    expect(refusal).toMatchObject({ status: 400, message: expect.stringContaining(says) });
  });
});

function doubled(letter: string): string {
  const former = String.fromCharCode(letter.charCodeAt(0) - 1);
  return `${letter}: &${letter} [${`*${former},`.repeat(9).slice(0, -1)}]`;
}

function refusalOf(text: string): unknown {
  try {
    return parseManifest(text);
  } catch (error) {
    return error;
  }
}
