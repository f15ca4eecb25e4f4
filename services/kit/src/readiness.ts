// What must hold before the service is sent requests; /readyz asks it.

/** Undefined when it holds, else why not. */
export type Check = () => string | undefined;

export class Readiness {
  readonly #checks = new Map<string, Check>();
  #isStopping = false;

  add(name: string, check: Check): void {
    this.#checks.set(name, check);
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** From now on never ready: the pod is about to go. */
  stop(): void {
    this.#isStopping = true;
  }

  /** What is not ready, by name; empty when all is. */
  problems(): Readonly<Record<string, string>> {
    if (this.#isStopping) return { service: 'stopping' };
    return Object.fromEntries(
      [...this.#checks].flatMap(([name, check]) => {
        const problem = check();
        return problem === undefined ? [] : [[name, problem]];
      }),
    );
  }
}
