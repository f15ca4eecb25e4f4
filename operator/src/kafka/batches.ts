// Requests that many ask for at once, gathered: while one is under way, what is asked meanwhile waits and goes as the
// next. The more is asked, the more goes in one, and who asks alone waits for nobody.
import { setImmediate as turnEnded } from 'node:timers/promises';

export interface BatchOptions<Item, Answer> {
  /** Two items of one key never go together: Kafka refuses a request that names a topic twice. */
  readonly keyOf: (item: Item) => string;
  /** How much of `maxWeight` it takes. Default 1. */
  readonly weigh?: (item: Item) => number;
  /** Of one request; an item that is heavier by itself goes alone. */
  readonly maxWeight: number;
  /** Answers in the items' order. What it rejects with is everybody's answer. */
  readonly send: (items: readonly Item[]) => Promise<readonly PromiseSettledResult<Answer>[]>;
}

interface Waiting<Item, Answer> {
  readonly item: Item;
  settle(result: PromiseSettledResult<Answer>): void;
}

export class Batches<Item, Answer> {
  readonly #options: BatchOptions<Item, Answer>;
  #waiting: Waiting<Item, Answer>[] = [];
  #isSending = false;

  constructor(options: BatchOptions<Item, Answer>) {
    this.#options = options;
  }

  /** Its own answer: another item's refusal is not told to this one. */
  ask(item: Item): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const settle = (result: PromiseSettledResult<Answer>) =>
      result.status === 'fulfilled' ? resolve(result.value) : reject(result.reason);
    this.#waiting.push({ item, settle });
    if (!this.#isSending) void this.#sendAll();
    return promise;
  }

  /** Never rejects. */
  async #sendAll(): Promise<void> {
    this.#isSending = true;
    // What is asked in the same turn goes together from the first.
    await turnEnded();
    while (this.#waiting.length > 0) {
      const batch = this.#take();
      const results = await this.#send(batch.map(({ item }) => item));
      for (const [at, { settle }] of batch.entries()) settle(results[at] ?? unanswered);
    }
    this.#isSending = false;
  }

  async #send(items: readonly Item[]): Promise<readonly PromiseSettledResult<Answer>[]> {
    try {
      return await this.#options.send(items);
    } catch (reason) {
      return items.map(() => ({ status: 'rejected', reason }));
    }
  }

  /** In the order asked; what does not fit stays for the next. */
  #take(): readonly Waiting<Item, Answer>[] {
    const { keyOf, weigh = () => 1, maxWeight } = this.#options;
    const keys = new Set<string>();
    const taken: Waiting<Item, Answer>[] = [];
    const left: Waiting<Item, Answer>[] = [];
    let weight = 0;
    for (const waiting of this.#waiting) {
      const key = keyOf(waiting.item);
      const more = weight + weigh(waiting.item);
      if (keys.has(key) || (taken.length > 0 && more > maxWeight)) {
        left.push(waiting);
      } else {
        weight = more;
        taken.push(waiting);
      }
      // Of one that was left, too: a later one of its key must not overtake it.
      keys.add(key);
    }
    this.#waiting = left;
    return taken;
  }
}

const unanswered: PromiseRejectedResult = { status: 'rejected', reason: new RangeError('the batch left it out') };
