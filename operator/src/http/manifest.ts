// A manifest as it was posted, as far as it must be understood here: the API server judges the rest. Pure.
import { type Document, isScalar, parseAllDocuments, visit } from 'yaml';
import { apiVersion, eventServiceKind, streamJobKind } from '../api/index.ts';
import { Refused } from './answer.ts';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: PlannedKind;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, unknown>>;
    readonly annotations: Readonly<Record<string, unknown>>;
  };
  readonly spec: Readonly<Record<string, unknown>>;
  /** Fields beside these, such as a misspelt `sepc`. `status` is not among them: it is not the writer's. */
  readonly others: Readonly<Record<string, unknown>>;
}

const plannedKinds = [eventServiceKind.kind, streamJobKind.kind] as const;
export type PlannedKind = (typeof plannedKinds)[number];

/** YAML or JSON. Throws a Refused that says what is wrong and what would do. */
export function parseManifest(text: string): Manifest {
  const root = parseOne(text);
  const { apiVersion: version, kind, metadata, spec, status: _, ...others } = root;
  const planned = plannedKinds.find((name) => name === kind);
  if (version !== apiVersion || planned === undefined) {
    const found = `${asText(version)} ${asText(kind)}`;
    throw new Refused(400, `This is ${found}: plans are made of ${plannedKinds.join(' and ')} of ${apiVersion}.`);
  }
  if (!isRecord(metadata)) throw new Refused(400, 'The manifest has no metadata: give it a name and a namespace.');
  if (!isRecord(spec)) throw new Refused(400, 'The manifest has no spec.');
  return {
    apiVersion,
    kind: planned,
    metadata: {
      name: nameIn(metadata, 'name'),
      namespace: nameIn(metadata, 'namespace'),
      labels: mapIn(metadata, 'labels'),
      annotations: mapIn(metadata, 'annotations'),
    },
    spec,
    others,
  };
}

/** The YAML parser's time grows with the square of some texts, and reconciles wait meanwhile; JSON's does not. */
const maxYamlLength = 64 * 1024;

function parseOne(text: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = text.length > maxYamlLength ? parseJson(text) : parseYaml(text);
    // What cannot be written again cannot be sent on.
    JSON.stringify(parsed);
  } catch (error) {
    if (error instanceof Refused) throw error;
    // Nesting without end runs out of stack, aliases of aliases are counted.
    throw new Refused(400, 'The body is no manifest: it nests too deep or refers to itself.');
  }
  if (!isRecord(parsed)) throw new Refused(400, 'The body is no manifest: it is not an object.');
  return parsed;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused(
      400,
      `The body is not JSON, and YAML is read up to ${maxYamlLength / 1024} KiB: send it as JSON.`,
    );
  }
}

/** One document that is not empty. */
function parseYaml(text: string): unknown {
  const documents = parseAllDocuments(text, { prettyErrors: false, uniqueKeys: false });
  const manifests = [...documents].map((document) => {
    const [error] = document.errors;
    if (error) throw new Refused(400, `The body is neither JSON nor YAML: ${error.message}.`);
    refuseRepeatedKeys(document);
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    return value;
  });
  const full = manifests.filter((manifest) => manifest !== null && manifest !== undefined);
  if (full.length !== 1) throw new Refused(400, `The body holds ${full.length} manifests: send one.`);
  return full[0];
}

/** The parser's own check compares each key with each. */
function refuseRepeatedKeys(document: Document.Parsed): void {
  visit(document, {
    Map: (_, { items }) => {
      const seen = new Set<string>();
      for (const { key } of items) {
        const name = isScalar(key) ? String(key.value) : '';
        if (isScalar(key) && seen.has(name))
          throw new Refused(400, `The body has the field ${name.slice(0, 100)} twice.`);
        seen.add(name);
      }
    },
  });
}

function nameIn(metadata: Record<string, unknown>, field: 'name' | 'namespace'): string {
  const value = metadata[field];
  if (typeof value === 'string' && /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(value)) return value;
  throw new Refused(400, `metadata.${field} is ${value === undefined ? 'missing' : 'not a Kubernetes name'}.`);
}

function mapIn(metadata: Record<string, unknown>, field: 'labels' | 'annotations'): Record<string, unknown> {
  const value = metadata[field] ?? {};
  if (isRecord(value)) return value;
  throw new Refused(400, `metadata.${field} is not a map.`);
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 100) : 'something without apiVersion or kind';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
