// The API server's verbs, typed by kind. Errors are wrapped here and nowhere else.
import { setTimeout as delay } from 'node:timers/promises';
import { request } from 'undici';
import type { Credentials } from './credentials.ts';
import { ApiError, isNotFound, NotLeaderError } from './errors.ts';
import { fencedBy } from './fence.ts';
import type { RequestMetrics } from './metrics.ts';
import { apiVersionOf, type KubeObject, type ObjectKey, pathOf, type Resource, resourceName } from './resource.ts';
import { readWatchEvents, type WatchEvent } from './watch.ts';

/** Page of a list (client-go: tools/pager). */
const pageSize = 500;
const maxAttempts = 5;
const retryBaseMs = 200;
const applyPatch = 'application/apply-patch+yaml';
const mergePatch = 'application/merge-patch+json';
// https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches
const metadataOnly = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const metadataList = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/** How a client differs from the one it was derived from. */
export interface ClientOptions {
  readonly metrics?: RequestMetrics;
  /** A write is begun only while this holds; else NotLeaderError and nothing is sent. */
  readonly mayWrite?: () => boolean;
  /** Told of every object as the API server stored it, at once after the write. */
  readonly onWritten?: (resource: Resource, object: KubeObject) => void;
  /** Ends every call that brings no signal of its own. */
  readonly signal?: AbortSignal;
}

export interface ListOptions {
  /** Absent: all namespaces. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ApplyOptions {
  readonly fieldManager: string;
  /** Take fields over from other managers. Default true: what the operator sets is the operator's. */
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

export interface DeleteOptions {
  /** Deletes this very object, not one of the same name made since. */
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
}

interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** May be sent again after an answer was lost. */
  readonly idempotent: boolean;
}

export class Client {
  readonly #credentials: Credentials;
  readonly #options: ClientOptions;

  constructor(credentials: Credentials, options: ClientOptions = {}) {
    this.#credentials = credentials;
    this.#options = options;
  }

  /** The same client with other options; those not named stay. */
  with(options: ClientOptions): Client {
    return new Client(this.#credentials, { ...this.#options, ...options });
  }

  /** The object, or undefined when there is none. */
  async get<T extends KubeObject>(resource: Resource<T>, key: ObjectKey): Promise<T | undefined> {
    try {
      return await this.#send<T>({ method: 'GET', path: pathOf(resource, key), idempotent: true });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** All objects, read in pages of 500; `resourceVersion` is where a watch goes on. A 410 between pages is thrown. */
  async list<T extends KubeObject>(
    resource: Resource<T>,
    options: ListOptions = {},
  ): Promise<{ readonly items: readonly T[]; readonly resourceVersion: string }> {
    const items: T[] = [];
    const apiVersion = apiVersionOf(resource);
    let token: string | undefined;
    for (;;) {
      const page: ListPage<T> = await this.#send({
        method: 'GET',
        path: pathOf(resource, { namespace: options.namespace }),
        query: {
          limit: String(pageSize),
          continue: token,
          labelSelector: options.labelSelector ?? resource.labelSelector,
          fieldSelector: options.fieldSelector,
        },
        accept: resource.metadataOnly ? metadataList : undefined,
        signal: options.signal,
        idempotent: true,
      });
      // Items of a list carry neither: https://kubernetes.io/docs/reference/using-api/api-concepts/
      for (const item of page.items ?? []) items.push({ ...item, apiVersion, kind: resource.kind });
      token = page.metadata.continue || undefined;
      if (token === undefined) return { items, resourceVersion: page.metadata.resourceVersion };
    }
  }

  /** Events from `resourceVersion` on, until the server ends the stream or the signal aborts. */
  async *watch<T extends KubeObject>(
    resource: Resource<T>,
    options: ListOptions & { readonly resourceVersion: string; readonly timeoutSeconds: number },
  ): AsyncGenerator<WatchEvent<T>> {
    const response = await this.#open({
      method: 'GET',
      path: pathOf(resource, { namespace: options.namespace }),
      query: {
        watch: 'true',
        allowWatchBookmarks: 'true',
        resourceVersion: options.resourceVersion,
        timeoutSeconds: String(options.timeoutSeconds),
        labelSelector: options.labelSelector ?? resource.labelSelector,
        fieldSelector: options.fieldSelector,
      },
      accept: resource.metadataOnly ? metadataOnly : undefined,
      signal: options.signal,
      idempotent: true,
    });
    yield* readWatchEvents<T>(response);
  }

  async create<T extends KubeObject>(
    resource: Resource<T>,
    object: T,
    options: {
      readonly dryRun?: boolean;
      readonly fieldManager?: string;
      /** `Strict`: a field that the kind does not have, or has twice, is an error. Default: it is dropped. */
      readonly fieldValidation?: 'Strict';
    } = {},
  ): Promise<T> {
    const { fieldManager, fieldValidation } = options;
    return this.#write(resource, options, {
      method: 'POST',
      path: pathOf(resource, { namespace: object.metadata.namespace }),
      query: { ...dryRun(options), fieldManager, fieldValidation },
      body: object,
      idempotent: false,
    });
  }

  /** Server-side apply; always sent. `applyIfChanged` asks the cache first. */
  async apply<T extends KubeObject>(resource: Resource<T>, object: T, options: ApplyOptions): Promise<T> {
    return this.#write(resource, options, {
      method: 'PATCH',
      path: pathOf(resource, object.metadata),
      query: { fieldManager: options.fieldManager, force: String(options.force ?? true), ...dryRun(options) },
      body: object,
      contentType: applyPatch,
      idempotent: true,
    });
  }

  /** Replaces the object; a 409 when its resourceVersion is not the live one. */
  async update<T extends KubeObject>(resource: Resource<T>, object: T): Promise<T> {
    return this.#put(resource, object, undefined);
  }

  /** Replaces the status, guarded by the object's resourceVersion: a stale reader gets a 409, never moves it back. */
  async updateStatus<T extends KubeObject>(resource: Resource<T>, object: T): Promise<T> {
    return this.#put(resource, object, 'status');
  }

  async patchMerge<T extends KubeObject>(
    resource: Resource<T>,
    key: ObjectKey,
    patch: unknown,
    options: { readonly subresource?: 'status' | 'scale' } = {},
  ): Promise<T> {
    return this.#write(resource, options, {
      method: 'PATCH',
      path: pathOf(resource, { ...key, ...options }),
      body: patch,
      contentType: mergePatch,
      idempotent: true,
    });
  }

  /** True when it was there and its deletion began, false when it was gone already. */
  async delete<T extends KubeObject>(
    resource: Resource<T>,
    key: ObjectKey,
    options: DeleteOptions = {},
  ): Promise<boolean> {
    const { uid, resourceVersion, propagationPolicy = 'Background' } = options;
    try {
      await this.#send({
        method: 'DELETE',
        path: pathOf(resource, key),
        body: {
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          propagationPolicy,
          preconditions: { uid, resourceVersion },
        },
        idempotent: true,
      });
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  #put<T extends KubeObject>(resource: Resource<T>, object: T, subresource: 'status' | undefined): Promise<T> {
    if (!object.metadata.resourceVersion) {
      throw new RangeError(`${resourceName(resource)} ${object.metadata.name}: an update needs its resourceVersion`);
    }
    const at = { namespace: object.metadata.namespace, name: object.metadata.name };
    return this.#write(
      resource,
      {},
      {
        method: 'PUT',
        path: pathOf(resource, subresource ? { ...at, subresource } : at),
        body: object,
        // Sent again after a lost answer it would meet its own resourceVersion and look like a conflict.
        idempotent: false,
      },
    );
  }

  async #write<T extends KubeObject>(
    resource: Resource<T>,
    options: { readonly dryRun?: boolean; readonly subresource?: 'status' | 'scale' },
    call: Call,
  ): Promise<T> {
    const object = await this.#send<T>(call);
    // A dry run stores nothing, and the scale subresource answers with a Scale.
    if (!options.dryRun && options.subresource !== 'scale') this.#options.onWritten?.(resource, object);
    return object;
  }

  async #send<R>(call: Call): Promise<R> {
    const body = await this.#open(call);
    try {
      // The API server's answer is trusted to be of the kind that was asked for.
      return (await body.json()) as R;
    } catch (cause) {
      throw new ApiError({ status: 0, message: `${call.method} ${call.path}: the answer broke off`, cause });
    }
  }

  async #open(given: Call) {
    const call = { ...given, signal: given.signal ?? this.#options.signal };
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attempt(call);
      } catch (error) {
        if (!(error instanceof ApiError) || attempt >= maxAttempts || call.signal?.aborted) throw error;
        if (error.status === 401 && attempt === 1) {
          this.#credentials.expire();
          continue;
        }
        // 429 says that nothing was done, so that even a create may be sent again.
        const retriable = error.status === 429 || (call.idempotent && (error.status === 0 || error.status >= 500));
        if (!retriable) throw error;
        const backoffMs = retryBaseMs * 2 ** (attempt - 1) * (1 + Math.random());
        await delay(error.retryAfterMs ?? backoffMs, undefined, call.signal ? { signal: call.signal } : {});
      }
    }
  }

  async #attempt(call: Call) {
    const { server, agent, authorization } = await this.#credentials.connection();
    const { mayWrite, metrics } = this.#options;
    const refusal = () =>
      call.method === 'GET' || mayWrite === undefined || mayWrite()
        ? undefined
        : new NotLeaderError(`${call.method} ${call.path} was not sent: leadership is not certain`);
    const refused = refusal();
    if (refused) throw refused;
    const url = new URL(`${server.replace(/\/$/, '')}${call.path}`);
    for (const [name, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, value);
    }
    const startedAt = performance.now();
    const observe = (code: string) =>
      metrics?.observe({
        method: call.method,
        host: url.host,
        code,
        seconds: (performance.now() - startedAt) / 1000,
      });
    let response: Awaited<ReturnType<typeof request>>;
    try {
      response = await request(url, {
        dispatcher: mayWrite && call.method !== 'GET' ? agent.compose(fencedBy(refusal)) : agent,
        method: call.method,
        headers: {
          accept: call.accept ?? 'application/json',
          ...(authorization === undefined ? {} : { authorization }),
          ...(call.body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' }),
        },
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
        ...(call.signal === undefined ? {} : { signal: call.signal }),
      });
    } catch (cause) {
      if (cause instanceof NotLeaderError) throw cause;
      observe('<error>');
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new ApiError({
        status: 0,
        message: `${call.method} ${call.path}: no answer from ${server}: ${why}`,
        cause,
      });
    }
    observe(String(response.statusCode));
    if (response.statusCode < 300) return response.body;
    throw toApiError(call, response.statusCode, response.headers['retry-after'], await response.body.text());
  }
}

interface ListPage<T> {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items?: readonly T[] | null;
}

function dryRun(options: { readonly dryRun?: boolean }): Record<string, string> {
  return options.dryRun ? { dryRun: 'All' } : {};
}

function toApiError(call: Call, status: number, retryAfter: string | string[] | undefined, text: string): ApiError {
  let body: unknown = text;
  try {
    body = JSON.parse(text);
  } catch {
    // A proxy in between answers HTML; the text itself is then the best message.
  }
  const field = (name: string) =>
    typeof body === 'object' && body !== null && name in body
      ? String(Object.entries(body).find(([key]) => key === name)?.[1])
      : undefined;
  const seconds = Number(retryAfter);
  return new ApiError({
    status,
    reason: field('reason') ?? '',
    message: `${call.method} ${call.path}: ${status} ${field('message') ?? text.slice(0, 300)}`,
    body,
    retryAfterMs: retryAfter !== undefined && Number.isFinite(seconds) ? seconds * 1000 : undefined,
  });
}
