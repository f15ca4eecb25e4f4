// Server-side apply, sent only where it would change something. The comparison is pure.
import { hash } from 'node:crypto';
import type { Cache } from './cache.ts';
import type { ApplyOptions, Client } from './client.ts';
import type { KubeObject, Resource } from './resource.ts';

export interface ApplyIfChangedOptions extends ApplyOptions {
  /** Annotation that keeps the hash of what was applied last, such as `example.com/last-applied`. */
  readonly hashAnnotation: string;
}

/**
 * Applies `desired` unless the cached object already has every field of it and the hash says that nothing was taken
 * out of `desired` since. Fields that others set, and defaults, do not count. Returns the object as it is then.
 */
export async function applyIfChanged<T extends KubeObject>(
  client: Client,
  cache: Cache,
  resource: Resource<T>,
  desired: T,
  { hashAnnotation, ...options }: ApplyIfChangedOptions,
): Promise<{ readonly outcome: 'unchanged' | 'applied'; readonly object: T }> {
  const marked = {
    ...desired,
    metadata: {
      ...desired.metadata,
      annotations: { ...desired.metadata.annotations, [hashAnnotation]: hashOf(desired) },
    },
  };
  const live = cache.get(resource, desired.metadata);
  if (live && isWithin(marked, live)) return { outcome: 'unchanged', object: live };
  const object = await client.apply(resource, marked, options);
  // The server may keep a field in another form than it was sent: what it found the same was no change.
  const isSame = live !== undefined && live.metadata.resourceVersion === object.metadata.resourceVersion;
  return { outcome: isSame ? 'unchanged' : 'applied', object };
}

/** 16 hex digits, the same for every order of keys. */
export function hashOf(value: unknown): string {
  return hash('sha256', canonical(value), 'hex').slice(0, 16);
}

/** JSON with the keys in order. Built as text at once: this runs for every object of every reconcile. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isRecord(value)) return JSON.stringify(value) ?? 'null';
  let text = '';
  for (const key of Object.keys(value).sort()) {
    const field = value[key];
    if (field !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonical(field)}`;
  }
  return `{${text}}`;
}

/** Merge keys of the API's associative lists, most telling first (k8s.io/api: the patchMergeKey markers). */
const mergeKeys = [
  'uid',
  'name',
  'containerPort',
  'port',
  'mountPath',
  'devicePath',
  'ip',
  'topologyKey',
  'type',
  'key',
];
/** Maps whose values are quantities. */
const quantityMaps = new Set(['requests', 'limits', 'capacity', 'hard', 'allocatable', 'overhead']);
const quantityFields = new Set(['sizeLimit', 'divisor']);

/**
 * Whether `live` has everything that `desired` says: fields and list elements that only `live` has are allowed, since
 * the server fills in defaults and other managers set their own. Absent, null, empty, 0 and false are one, since the
 * server leaves zero values out; quantities compare by value. Objects in lists are matched by merge key, all else by
 * place.
 */
export function isWithin(desired: unknown, live: unknown): boolean {
  return isWithinField(desired, live, '');
}

function isWithinField(desired: unknown, live: unknown, field: string): boolean {
  if (isEmpty(desired)) return isEmpty(live) || isRecord(live) || Array.isArray(live);
  if (Array.isArray(desired)) return Array.isArray(live) && isListWithin(desired, live);
  if (isRecord(desired)) {
    if (!isRecord(live)) return false;
    return Object.entries(desired).every(([name, value]) =>
      quantityMaps.has(field) ? isSameQuantity(value, live[name]) : isWithinField(value, live[name], name),
    );
  }
  if (quantityFields.has(field)) return isSameQuantity(desired, live);
  return desired === live || (live === undefined && (desired === 0 || desired === false));
}

function isListWithin(desired: readonly unknown[], live: readonly unknown[]): boolean {
  const key = mergeKeys.find((name) => desired.every((item) => isRecord(item) && item[name] !== undefined));
  if (key === undefined || !hasDistinct(desired, key)) {
    return desired.length === live.length && desired.every((item, at) => isWithinField(item, live[at], ''));
  }
  return desired.every((item) => {
    const name = isRecord(item) ? item[key] : undefined;
    return live.some((other) => isRecord(other) && other[key] === name && isWithinField(item, other, ''));
  });
}

function hasDistinct(items: readonly unknown[], key: string): boolean {
  return new Set(items.map((item) => (isRecord(item) ? item[key] : item))).size === items.length;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.keys(value).length === 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSameQuantity(a: unknown, b: unknown): boolean {
  const [left, right] = [quantityOf(a), quantityOf(b)];
  if (left === undefined || right === undefined) return a === b;
  // Two spellings of one amount differ by rounding alone.
  return Math.abs(left - right) <= Math.abs(left) * 1e-9;
}

// apimachinery: pkg/api/resource/suffix.go
const suffixes: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

function quantityOf(value: unknown): number | undefined {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([a-zA-Z]{0,2})$/.exec(String(value));
  const scale = suffixes[match?.[2] ?? ''];
  return match && scale !== undefined ? Number(match[1]) * scale : undefined;
}
