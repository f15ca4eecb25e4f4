// Turns events into bytes under the id that the registry holds for this program's own schema. Never registers it.
import type { Type } from 'avsc';
import { KitError, messageOf } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { SchemaRegistry } from '../registry/client.ts';
import { type Backoff, backoffMs, pause } from '../time.ts';
import { avroType, mismatches } from './schema.ts';
import { frame } from './wire-format.ts';

const lookAgain: Backoff = { baseMs: 250, maxMs: 5_000 };

export class EventWriter<Event> {
  readonly topic: string;
  readonly #type: Type;
  readonly #registry: SchemaRegistry;
  #schemaId: Promise<number> | undefined;
  #ready = false;

  /** @param schema text of the schema that `Event` is written with; its subject is `<topic>-value` */
  constructor(topic: string, schema: string, registry: SchemaRegistry) {
    this.topic = topic;
    this.#type = avroType(schema);
    this.#registry = registry;
  }

  /** The schema's id is known: events can be written though the registry goes away. */
  get ready(): boolean {
    return this.#ready;
  }

  /** Finds the schema's id, once. @throws KitError as the registry's `findId` */
  async prepare(): Promise<number> {
    this.#schemaId ??= this.#registry.findId(`${this.topic}-value`, this.#type);
    try {
      const id = await this.#schemaId;
      this.#ready = true;
      return id;
    } catch (error) {
      // A failure must not be remembered: the next event asks again.
      this.#schemaId = undefined;
      throw error;
    }
  }

  /** Looks for the schema's id until it is found or the signal is aborted. */
  async prepareEventually(signal: AbortSignal, log: Logger): Promise<void> {
    for (let failures = 1; !signal.aborted; failures += 1) {
      try {
        log.info({ topic: this.topic, schemaId: await this.prepare() }, 'schema found');
        return;
      } catch (error) {
        log.warn({ topic: this.topic, error: messageOf(error) }, 'schema not found yet');
        await pause(backoffMs(lookAgain, failures), signal);
      }
    }
  }

  /** @throws KitError `EventInvalid` naming the fields that do not fit, else as {@link prepare} */
  async encode(event: Event): Promise<Buffer> {
    const problems = mismatches(this.#type, event);
    if (problems.length > 0) {
      throw new KitError('EventInvalid', `event for topic ${this.topic}: ${problems.join('; ')}`);
    }
    return frame(await this.prepare(), this.#type.toBuffer(event));
  }
}
