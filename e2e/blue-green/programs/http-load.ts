// Requests at a steady rate, half over connections that are kept and half over a fresh one each; what fails is told, not tried
// again: a client that does not retry is the one that notices a switch.
import { Agent, get } from 'node:http';
import type { RequestMade } from '../check.ts';

const TIMEOUT_MS = 5_000;
/** Few enough that each is in use all the time, as behind a proxy. */
const KEPT_CONNECTIONS = 4;

export class HttpLoad {
  readonly #url: string;
  readonly #agents = {
    Kept: new Agent({ keepAlive: true, maxSockets: KEPT_CONNECTIONS }),
    Fresh: new Agent({ keepAlive: false }),
  };

  constructor(url: string) {
    this.#url = url;
  }

  /** Never rejects. */
  send(connection: RequestMade['connection']): Promise<RequestMade> {
    const atMs = Date.now();
    return new Promise((resolve) => {
      const failed = (problem: string) => resolve({ connection, atMs, problem });
      const request = get(this.#url, { agent: this.#agents[connection], timeout: TIMEOUT_MS }, (response) => {
        response.on('error', (error) => failed(error.message));
        response.on('end', () => {
          if (response.statusCode === 200) resolve({ connection, atMs });
          else failed(`answered ${response.statusCode}`);
        });
        response.resume();
      });
      request.on('timeout', () => request.destroy(new Error(`no answer in ${TIMEOUT_MS} ms`)));
      request.on('error', (error) => failed(error.message));
    });
  }

  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }
}
