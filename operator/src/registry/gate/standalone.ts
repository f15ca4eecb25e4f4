// An Avro schema as the shortest one that reads and writes the same and stands alone: names in full, no `doc`, and the types
// of other schemas that it uses written out. Pure.
// https://avro.apache.org/docs/1.12.0/specification/#names

type Json = Readonly<Record<string, unknown>>;

const primitives: ReadonlySet<unknown> = new Set([
  'null',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'bytes',
  'string',
]);
const named: ReadonlySet<unknown> = new Set(['record', 'error', 'enum', 'fixed']);

/**
 * Each type of `known` is written out where it is used first. `known` are parsed schemas, each after those that it uses
 * itself. Names that nothing declares stay as they are, in full.
 */
export function standaloneForm(schema: unknown, known: readonly unknown[] = []): unknown {
  const writer = new Writer();
  for (const each of known) writer.declare(each, '');
  return writer.form(schema, '');
}

class Writer {
  /** By full name, a type of others with the namespace around it. */
  readonly #declared = new Map<string, { readonly schema: Json; readonly namespace: string }>();
  readonly #written = new Set<string>();

  declare(schema: unknown, namespace: string): void {
    if (Array.isArray(schema)) for (const branch of schema) this.declare(branch, namespace);
    if (!isJson(schema)) return;
    const inner = named.has(schema['type']) ? namesOf(schema, namespace) : undefined;
    if (inner) this.#declared.set(inner.full, { schema, namespace });
    const fields = Array.isArray(schema['fields']) ? schema['fields'].filter(isJson) : [];
    const types = [...fields.map((field) => field['type']), schema['items'], schema['values'], schema['type']];
    for (const type of types) this.declare(type, inner?.namespace ?? namespace);
  }

  form(schema: unknown, namespace: string): unknown {
    if (typeof schema === 'string') return primitives.has(schema) ? schema : this.#byName(schema, namespace);
    if (Array.isArray(schema)) return schema.map((branch) => this.form(branch, namespace));
    if (!isJson(schema)) return schema;
    const { doc: _, ...rest } = schema;
    const { type } = rest;
    if (named.has(type)) return this.#named(rest, namespace);
    if (type === 'array') return { ...rest, items: this.form(rest['items'], namespace) };
    if (type === 'map') return { ...rest, values: this.form(rest['values'], namespace) };
    // What only wraps another type says no more than that.
    if (Object.keys(rest).length === 1) return this.form(type, namespace);
    return { ...rest, type: this.form(type, namespace) };
  }

  #byName(name: string, namespace: string): unknown {
    const full = [fullName(name, namespace), name].find((each) => this.#written.has(each) || this.#declared.has(each));
    if (full === undefined) return fullName(name, namespace);
    const declared = this.#written.has(full) ? undefined : this.#declared.get(full);
    return declared ? this.#named(declared.schema, declared.namespace) : full;
  }

  #named(whole: Json, around: string): unknown {
    const { full, namespace } = namesOf(whole, around);
    const { namespace: _, doc: __, ...schema } = whole;
    // A record may hold itself: its name is known before its fields are written.
    this.#written.add(full);
    const { aliases, fields } = schema;
    return {
      ...schema,
      name: full,
      ...(Array.isArray(aliases) ? { aliases: aliases.map((alias) => fullName(String(alias), namespace)) } : {}),
      ...(Array.isArray(fields) ? { fields: fields.map((field) => this.#field(field, namespace)) } : {}),
    };
  }

  #field(field: unknown, namespace: string): unknown {
    if (!isJson(field)) return field;
    const { doc: _, ...rest } = field;
    return { ...rest, type: this.form(rest['type'], namespace) };
  }
}

function namesOf(schema: Json, around: string): { readonly full: string; readonly namespace: string } {
  const own = typeof schema['namespace'] === 'string' ? schema['namespace'] : around;
  const full = fullName(String(schema['name']), own);
  return { full, namespace: full.includes('.') ? full.slice(0, full.lastIndexOf('.')) : '' };
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
