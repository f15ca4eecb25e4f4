// Who may bring schemas into force now: one resource at a time for each topic, from the look at its readers and writers to
// the record of what it runs with. Two that were judged at once would each find the other's former schema.

import { pendingUses } from '../registry/index.ts';
import { type Cache, keyOf, type ObjectKey, type ReconcileContext, type ReconcileOutcome } from '../runtime/index.ts';
import type { BusObservation } from './observation.ts';
import { othersOf } from './participants.ts';
import type { BusDependent } from './watches.ts';

/** Another has the turn for less than a reconcile. */
const againMs = 100;

class AnothersTurn extends Error {
  override readonly name = 'AnothersTurn';
}

type Reconcile = (key: ObjectKey, context: ReconcileContext) => Promise<ReconcileOutcome | undefined>;

export class Turns {
  /** By bus and topic. */
  readonly #holders = new Map<string, string>();

  /**
   * The same observation, where nothing new is to be judged. Else the turn is taken, for the topics that it concerns, and
   * the others are looked at anew. To be called after everything else was observed, within `during`.
   */
  take<T extends { readonly object: BusDependent; readonly bus: BusObservation }>(observed: T, cache: Cache): T {
    const { object, bus } = observed;
    const holder = nameOf(object.kind, object.metadata);
    this.#release(holder);
    if (bus.state === 'unavailable' || bus.deletingSinceMs !== undefined) return observed;
    const { reads, writes } = pendingUses(bus.gate.self);
    const topics = [...reads, ...writes].map(({ topic }) => `${keyOf(bus.bus.metadata)}/${topic}`);
    if (topics.length === 0) return observed;
    if (topics.some((topic) => this.#holders.has(topic))) throw new AnothersTurn();
    for (const topic of topics) this.#holders.set(topic, holder);
    return { ...observed, bus: { ...bus, gate: { ...bus.gate, others: othersOf(object, bus.gate.self, cache) } } };
  }

  /** The reconcile of a kind, at whose end a turn that it took is given back; where it got none it comes again soon. */
  during(kind: BusDependent['kind'], reconcile: Reconcile): Reconcile {
    return async (key, context) => {
      try {
        return await reconcile(key, context);
      } catch (error) {
        if (!(error instanceof AnothersTurn)) throw error;
        return { requeueAfterMs: againMs };
      } finally {
        this.#release(nameOf(kind, key));
      }
    };
  }

  #release(holder: string): void {
    for (const [topic, name] of [...this.#holders]) if (name === holder) this.#holders.delete(topic);
  }
}

function nameOf(kind: string, key: ObjectKey): string {
  return `${kind} ${keyOf(key)}`;
}
