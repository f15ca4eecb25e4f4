// Turns bytes into events: written with whatever schema, read with this program's own (Avro's schema resolution).
import type { Resolver, Type } from 'avsc';
import { KitError } from '../errors.ts';
import type { SchemaRegistry } from '../registry/client.ts';
import { avroType } from './schema.ts';
import { unframe } from './wire-format.ts';

export class EventReader<Event> {
  readonly #type: Type;
  readonly #registry: SchemaRegistry;
  /** By writer's schema id; ids never change their meaning. */
  readonly #resolvers = new Map<number, Promise<Resolver>>();

  /** @param schema text of the schema that `Event` is read with */
  constructor(schema: string, registry: SchemaRegistry) {
    this.#type = avroType(schema);
    this.#registry = registry;
  }

  /** @throws KitError `EventInvalid` for bytes that are no such event, else as the registry's `schemaOf` */
  async decode(value: Buffer | null): Promise<Event> {
    if (value === null) throw new KitError('EventInvalid', 'a record without a value is no event');
    const { schemaId, body } = unframe(value);
    const resolver = await this.#resolver(schemaId);
    try {
      return this.#type.fromBuffer(body, resolver);
    } catch (cause) {
      throw new KitError('EventInvalid', `not written with schema ${schemaId}, though it says so`, cause);
    }
  }

  #resolver(schemaId: number): Promise<Resolver> {
    const known = this.#resolvers.get(schemaId);
    if (known !== undefined) return known;
    const resolver = this.#resolve(schemaId);
    this.#resolvers.set(schemaId, resolver);
    // A failure must not be remembered: the registry may answer the next time.
    resolver.catch(() => this.#resolvers.delete(schemaId));
    return resolver;
  }

  async #resolve(schemaId: number): Promise<Resolver> {
    const written = avroType(await this.#registry.schemaOf(schemaId));
    try {
      return this.#type.createResolver(written);
    } catch (cause) {
      throw new KitError('EventInvalid', `schema ${schemaId} cannot be read as ${this.#type.name}`, cause);
    }
  }
}
