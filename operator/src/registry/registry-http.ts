// One call to a registry: sent twice at most, read within bounds, and every refusal put into a sentence.
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { reasons } from '../api/index.ts';
import { describeError, SluiceError } from '../errors.ts';
import { type Read, readError } from './answers.ts';
import type { RegistryConnection } from './client.ts';
import { shortened } from './parsed.ts';

/** More calls wait, and their time runs meanwhile. */
export const registryConnections = 4;
const connectTimeoutMs = 3_000;
const attemptTimeoutMs = 4_000;
const attempts = 2;
const retryDelayMs = 250;
const contentType = 'application/vnd.schemaregistry.v1+json';
/**
 * Subject, version, schema or level not found; subject or version softly deleted.
 * https://docs.confluent.io/platform/current/schema-registry/develop/api.html#errors
 */
const absentCodes: ReadonlySet<number> = new Set([404, 40401, 40402, 40403, 40404, 40406, 40408]);
/** An answer of more than this is no schema's. */
const maxBytes = 16 * 1024 * 1024;
/** Of a registry's own words: it may quote a schema of a megabyte. */
const maxWords = 1_000;

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export class RegistryHttp {
  readonly #connection: RegistryConnection;
  readonly #agent: Agent;

  /** Connects at the first call. */
  constructor(connection: RegistryConnection) {
    this.#connection = connection;
    const { ca, certificate, key } = connection.tls ?? {};
    this.#agent = new Agent({
      connect: {
        timeout: connectTimeoutMs,
        ...(ca === undefined ? {} : { ca }),
        ...(certificate === undefined ? {} : { cert: certificate }),
        ...(key === undefined ? {} : { key }),
      },
      keepAliveTimeout: 30_000,
      connections: registryConnections,
    });
  }

  get<Answer>(path: string, read: Read<Answer>): Promise<Answer | undefined> {
    return this.send('GET', path, undefined, read);
  }

  /**
   * Undefined when the registry answers 404 for what was asked. Every call may be sent again: registering a schema that
   * is registered changes nothing.
   */
  async send<Answer>(method: Method, path: string, body: unknown, read: Read<Answer>): Promise<Answer | undefined> {
    const doing = `${method} ${path}`;
    const { status, text } = await this.#exchange(method, path, body);
    const json = parseJson(text);
    if (status >= 200 && status < 300) {
      const answer = read(json);
      if (answer !== undefined) return answer;
      throw this.#failed(`${doing} was answered with something else than Confluent's API does: ${text.slice(0, 200)}`);
    }
    const { code, message } = readError(json);
    // Apicurio answers some of them without Confluent's code.
    if (status === 404 && (code === undefined || absentCodes.has(code))) return undefined;
    throw this.refused(doing, status, shortened(message ?? text, maxWords));
  }

  refused(doing: string, status: number, why: string): SluiceError {
    const { url } = this.#connection;
    if (status === 401 || status === 403) {
      return new SluiceError(
        reasons.registryRefusedCredentials,
        `The schema registry at ${url} refused the login (${status} ${why}): check schemaRegistry.auth of the EventBus and the Secret it names.`,
      );
    }
    if (status === 409) {
      return new SluiceError(
        reasons.schemaIncompatible,
        `The schema registry at ${url} refused ${doing} as incompatible: ${why}`,
        { retry: 'terminal' },
      );
    }
    if (status === 422) {
      return new SluiceError(reasons.schemaInvalid, `The schema registry at ${url} refused ${doing}: ${why}`, {
        retry: 'terminal',
      });
    }
    return this.#failed(`${doing} was answered ${status}: ${why}`);
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  #failed(what: string): SluiceError {
    const { url } = this.#connection;
    return new SluiceError(
      reasons.registryFailed,
      `The schema registry at ${url} does not work: ${what}. Check that schemaRegistry.url of the EventBus is the base of a Confluent-compatible API, and the registry's log.`,
    );
  }

  async #exchange(method: Method, path: string, body: unknown) {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await this.#attempt(method, path, body);
        if (answer.status < 500 || attempt >= attempts) return answer;
      } catch (cause) {
        if (attempt >= attempts) {
          const { url } = this.#connection;
          throw new SluiceError(
            reasons.registryUnreachable,
            `The schema registry at ${url} does not answer (${describeError(cause)}): check that it runs and that the address is right.`,
            { cause },
          );
        }
      }
      await delay(retryDelayMs);
    }
  }

  async #attempt(method: Method, path: string, body: unknown) {
    const response = await request(`${this.#connection.url}${path}`, {
      dispatcher: this.#agent,
      method,
      headers: {
        accept: `${contentType}, application/json`,
        ...this.#authorization(),
        ...(body === undefined ? {} : { 'content-type': contentType }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(attemptTimeoutMs),
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of response.body) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > maxBytes) throw new Error(`its answer is longer than ${maxBytes} bytes`);
    }
    return { status: response.statusCode, text: Buffer.concat(chunks).toString('utf8') };
  }

  #authorization(): { readonly authorization?: string } {
    const { auth } = this.#connection;
    if (!auth) return {};
    if ('token' in auth) return { authorization: `Bearer ${auth.token}` };
    return { authorization: `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}` };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's HTML is no answer of a registry: the readers refuse it and the text itself is shown.
    return undefined;
  }
}
