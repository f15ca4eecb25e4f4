// Remembers the last events that were handled, so that one delivered again has no second effect. In memory: it covers
// redelivery to the same process, by a rebalance or a producer's retry; a restart forgets it.

export class RecentIds {
  readonly #capacity: number;
  /** In the order of their coming: the first is the oldest. */
  readonly #ids = new Set<string>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Runs `effect` unless the id was handled before; an effect that throws may be tried again. */
  async once(id: string, effect: () => Promise<void> | void): Promise<'Done' | 'Repeated'> {
    if (this.#ids.has(id)) return 'Repeated';
    await effect();
    this.#ids.add(id);
    const [oldest] = this.#ids;
    if (this.#ids.size > this.#capacity && oldest !== undefined) this.#ids.delete(oldest);
    return 'Done';
  }
}
