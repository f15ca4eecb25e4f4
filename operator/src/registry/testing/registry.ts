// Test support: a registry that exists in memory and judges as it is told.
import type { SchemaReference } from '../../api/index.ts';
import type { SchemaText } from '../../plan/index.ts';
import type { CompatibilityCheck, RegisteredSchema, RegistryClient } from '../client.ts';
import { parseSchema } from '../schema.ts';

export interface MemoryRegistry extends RegistryClient {
  /** What was asked or written, in order, such as `check orders-value`. */
  readonly calls: string[];
  /** Makes a version past all judgement. */
  put(subject: string, text: string, over?: Partial<SchemaText>): RegisteredSchema;
  verdict: CompatibilityCheck;
  level: string;
  /** Thrown by every call from then on. */
  failure: Error | undefined;
}

export function aRegistry(): MemoryRegistry {
  const calls: string[] = [];
  const all: RegisteredSchema[] = [];
  const levels = new Map<string, string>();
  const of = (subject: string) => all.filter((each) => each.subject === subject);
  const put = (subject: string, text: string, over: Partial<SchemaText> = {}): RegisteredSchema => {
    const { format = 'Avro', references = [] } = over;
    const version = of(subject).length + 1;
    const registered = { subject, version, id: all.length + 1, schema: text, format, references };
    all.push(registered);
    return registered;
  };
  const ask = async <Answer>(call: string, answer: () => Answer): Promise<Answer> => {
    calls.push(call);
    if (registry.failure) throw registry.failure;
    return answer();
  };
  const isSame = (registered: RegisteredSchema, schema: SchemaText) => {
    const { format, schema: text, references } = registered;
    if (format === 'Other') return false;
    const [a, b] = [parseSchema({ format, text, references }), parseSchema(schema)];
    return a.isValid && b.isValid && a.fingerprint === b.fingerprint;
  };
  const refers = (reference: SchemaReference, subject: string, version: number) =>
    reference.subject === subject && reference.version === version;
  const registry: MemoryRegistry = {
    calls,
    put,
    verdict: { isCompatible: true, messages: [] },
    level: 'NONE',
    failure: undefined,
    subjects: () => ask('subjects', () => new Set(all.map(({ subject }) => subject))),
    latest: (subject) => ask(`latest ${subject}`, () => of(subject).at(-1)),
    versions: (subject) => ask(`versions ${subject}`, () => of(subject)),
    version: (subject, version) =>
      ask(`version ${subject} ${version}`, () => of(subject).find((each) => each.version === version)),
    schemaById: (id) => ask(`schemaById ${id}`, () => all.find((each) => each.id === id)),
    lookup: (subject, schema) => ask(`lookup ${subject}`, () => of(subject).find((each) => isSame(each, schema))),
    referencedBy: (subject, version) =>
      ask(`referencedBy ${subject}`, () =>
        all
          .filter(({ references }) => references.some((reference) => refers(reference, subject, version)))
          .map(({ id }) => id),
      ),
    globalCompatibility: () => ask('globalCompatibility', () => registry.level),
    compatibilityOf: (subject) => ask(`compatibilityOf ${subject}`, () => levels.get(subject)),
    check: (subject) => ask(`check ${subject}`, () => registry.verdict),
    setCompatibility: (subject, level) => ask(`setCompatibility ${subject}`, () => void levels.set(subject, level)),
    registerSchema: (subject, { text, ...over }) => ask(`registerSchema ${subject}`, () => put(subject, text, over).id),
    deleteSubject: (subject) =>
      ask(
        `deleteSubject ${subject}`,
        () => void all.splice(0, all.length, ...all.filter((each) => each.subject !== subject)),
      ),
    close: async () => {},
  };
  return registry;
}
