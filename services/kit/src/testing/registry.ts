// A schema registry in memory, for unit tests: subjects and ids as the real one gives them, and it can be taken away.
import type { Type } from 'avsc';
import { avroType, isSameSchema } from '../avro/schema.ts';
import { KitError } from '../errors.ts';
import type { SchemaRegistry } from '../registry/client.ts';

export class InMemoryRegistry implements SchemaRegistry {
  isAway = false;
  reads = 0;
  readonly #schemas: { readonly subject: string; readonly text: string }[] = [];

  /** The id of the schema from now on. */
  register(subject: string, schema: unknown): number {
    return this.#schemas.push({ subject, text: JSON.stringify(schema) });
  }

  async findId(subject: string, schema: Type): Promise<number> {
    this.#read();
    const index = this.#schemas.findLastIndex(
      (held) => held.subject === subject && isSameSchema(avroType(held.text), schema),
    );
    if (index < 0) throw new KitError('SchemaNotRegistered', `subject ${subject}`);
    return index + 1;
  }

  async schemaOf(id: number): Promise<string> {
    this.#read();
    const held = this.#schemas[id - 1];
    if (held === undefined) throw new KitError('SchemaUnknown', `no schema ${id}`);
    return held.text;
  }

  #read(): void {
    this.reads += 1;
    if (this.isAway) throw new KitError('RegistryUnavailable', 'away');
  }
}
