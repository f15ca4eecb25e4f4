// The port to a registry with Confluent's API, over undici. Only what Confluent, Apicurio's ccompat v7, Karapace and
// Redpanda all answer alike is used: `verbose` and `normalize` are asked for and not relied on.
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { reasons } from '../api/index.ts';
import { describeError, SluiceError } from '../errors.ts';
import type { CompatibilityCheck, RegisteredSchema, RegistryClient, RegistryConnection } from './client.ts';

const connectTimeoutMs = 3_000;
const attemptTimeoutMs = 4_000;
const attempts = 2;
const retryDelayMs = 250;
const contentType = 'application/vnd.schemaregistry.v1+json';
// https://docs.confluent.io/platform/current/schema-registry/develop/api.html#errors
const subjectNotFound = 40401;
const versionNotFound = 40402;
const schemaNotFound = 40403;
const levelNotFound = 40408;
/** An answer of more than this is no schema's. */
const maxBytes = 16 * 1024 * 1024;

/** Connects at the first call. */
export function connectRegistry(connection: RegistryConnection): RegistryClient {
  const agent = new Agent({ connect: { timeout: connectTimeoutMs }, keepAliveTimeout: 30_000, connections: 4 });
  const http = new RegistryHttp(connection, agent);
  const at = (subject: string) => `/subjects/${encodeURIComponent(subject)}`;
  return {
    subjects: async () => new Set((await http.get('/subjects', isTexts)) ?? []),
    latest: (subject) => http.get(`${at(subject)}/versions/latest`, isRegistered),
    versions: async (subject) => {
      const numbers = (await http.get(`${at(subject)}/versions`, isNumbers)) ?? [];
      const found = await Promise.all(
        numbers.map((version) => http.get(`${at(subject)}/versions/${version}`, isRegistered)),
      );
      return found.flatMap((each) => each ?? []).sort((a, b) => a.version - b.version);
    },
    lookup: (subject, schema) => http.send('POST', at(subject), { schema }, isRegistered, [schemaNotFound]),
    globalCompatibility: async () => (await http.get('/config', isLevel))?.compatibilityLevel ?? 'NONE',
    compatibilityOf: async (subject) =>
      (await http.get(`/config/${encodeURIComponent(subject)}`, isLevel))?.compatibilityLevel,
    check: async (subject, schema) => toCheck(await http.send('POST', checkPath(subject), { schema }, isCheck)),
    setCompatibility: async (subject, level) => {
      await http.send('PUT', `/config/${encodeURIComponent(subject)}`, { compatibility: level }, isAnything);
    },
    registerSchema: async (subject, schema) => {
      const answer = await http.send('POST', `${at(subject)}/versions`, { schema }, isWithId);
      if (!answer) throw http.refused('registering a schema', 404, 'the subject cannot be made');
      return answer.id;
    },
    deleteSubject: async (subject) => {
      await http.send('DELETE', at(subject), undefined, isAnything);
    },
    close: () => agent.destroy(),
  };
}

/** Against all versions that the level demands, which is what the registry itself does at a registration. */
function checkPath(subject: string): string {
  return `/compatibility/subjects/${encodeURIComponent(subject)}/versions?verbose=true`;
}

function toCheck(answer: CheckAnswer | undefined): CompatibilityCheck {
  // 404: no version that it could break.
  if (!answer) return { isCompatible: true, messages: [] };
  return { isCompatible: answer.is_compatible, messages: answer.messages ?? [] };
}

type Parse<Answer> = (body: unknown) => body is Answer;

class RegistryHttp {
  readonly #connection: RegistryConnection;
  readonly #agent: Agent;

  constructor(connection: RegistryConnection, agent: Agent) {
    this.#connection = connection;
    this.#agent = agent;
  }

  get<Answer>(path: string, parse: Parse<Answer>): Promise<Answer | undefined> {
    return this.send('GET', path, undefined, parse, [subjectNotFound, versionNotFound, levelNotFound]);
  }

  /**
   * Undefined when the registry answers 404 for what was asked. Every call may be sent again: registering a schema that
   * is registered changes nothing.
   */
  async send<Answer>(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body: unknown,
    parse: Parse<Answer>,
    absent: readonly number[] = [],
  ): Promise<Answer | undefined> {
    const doing = `${method} ${path}`;
    const { status, text } = await this.#exchange(method, path, body);
    const answer = parseJson(text);
    if (status >= 200 && status < 300) {
      if (parse(answer)) return answer;
      throw this.#failed(`${doing} was answered with something else than Confluent's API does: ${text.slice(0, 200)}`);
    }
    const { code, message } = errorOf(answer);
    // Apicurio answers some of them without Confluent's code.
    if (status === 404 && (code === undefined || code === subjectNotFound || absent.includes(code) || code === 404)) {
      return undefined;
    }
    throw this.refused(doing, status, message ?? text.slice(0, 300));
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

  #failed(what: string): SluiceError {
    const { url } = this.#connection;
    return new SluiceError(
      reasons.registryFailed,
      `The schema registry at ${url} does not work: ${what}. Check that schemaRegistry.url of the EventBus is the base of a Confluent-compatible API, and the registry's log.`,
    );
  }

  async #exchange(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body: unknown) {
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

  async #attempt(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body: unknown) {
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

interface CheckAnswer {
  readonly is_compatible: boolean;
  readonly messages?: readonly string[];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's HTML is no answer of a registry: the parsers refuse it and the text itself is shown.
    return undefined;
  }
}

function errorOf(body: unknown): { readonly code?: number; readonly message?: string } {
  if (!isRecord(body)) return {};
  const { error_code: code, message } = body;
  return {
    ...(typeof code === 'number' ? { code } : {}),
    ...(typeof message === 'string' ? { message } : {}),
  };
}

function isRecord(body: unknown): body is Record<string, unknown> {
  return typeof body === 'object' && body !== null && !Array.isArray(body);
}

function isNumbers(body: unknown): body is readonly number[] {
  return Array.isArray(body) && body.every((item) => typeof item === 'number');
}

function isTexts(body: unknown): body is readonly string[] {
  return Array.isArray(body) && body.every((item) => typeof item === 'string');
}

function isRegistered(body: unknown): body is RegisteredSchema {
  return (
    isRecord(body) &&
    typeof body['subject'] === 'string' &&
    typeof body['id'] === 'number' &&
    typeof body['version'] === 'number' &&
    typeof body['schema'] === 'string'
  );
}

function isLevel(body: unknown): body is { readonly compatibilityLevel: string } {
  return isRecord(body) && typeof body['compatibilityLevel'] === 'string';
}

function isCheck(body: unknown): body is CheckAnswer {
  return (
    isRecord(body) &&
    typeof body['is_compatible'] === 'boolean' &&
    (body['messages'] === undefined || isTexts(body['messages']))
  );
}

function isWithId(body: unknown): body is { readonly id: number } {
  return isRecord(body) && typeof body['id'] === 'number';
}

function isAnything(_body: unknown): _body is unknown {
  return true;
}
