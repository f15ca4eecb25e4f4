// An answer kept for a while and shared by all who ask meanwhile, so that a hundred services cost one question.
export class Remembered<Value> {
  readonly #maxAgeMs: number;
  readonly #read: (key: string) => Promise<Value>;
  readonly #now: () => number;
  readonly #answers = new Map<string, { readonly at: number; readonly value: Promise<Value> }>();
  readonly #fresh = new Map<string, Promise<Value>>();

  /** `read` may reject: that is not kept. */
  constructor(maxAgeMs: number, read: (key: string) => Promise<Value>, now: () => number = () => performance.now()) {
    this.#maxAgeMs = maxAgeMs;
    this.#read = read;
    this.#now = now;
  }

  get(key: string): Promise<Value> {
    const known = this.#answers.get(key);
    if (known && this.#now() - known.at < this.#maxAgeMs) return known.value;
    const answer = { at: this.#now(), value: this.#read(key) };
    this.#answers.set(key, answer);
    answer.value.catch(() => {
      // Only its own: a later question may have been answered already.
      if (this.#answers.get(key) === answer) this.#answers.delete(key);
    });
    return answer.value;
  }

  /** As it is at some time after the call. Those who call while one is asked share the next question. */
  fresh(key: string): Promise<Value> {
    const waiting = this.#fresh.get(key);
    if (waiting) return waiting;
    const asked = this.#answers.get(key)?.value.catch(() => {}) ?? Promise.resolve();
    const next = asked.then(() => {
      this.#fresh.delete(key);
      this.forget((known) => known === key);
      return this.get(key);
    });
    this.#fresh.set(key, next);
    return next;
  }

  /** What is asked from now on under these keys is read anew. Default: under all of them. */
  forget(isOne: (key: string) => boolean = () => true): void {
    for (const key of [...this.#answers.keys()].filter(isOne)) this.#answers.delete(key);
  }
}
