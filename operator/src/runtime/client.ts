// The API server's verbs, typed by kind. Errors are wrapped here and nowhere else.
import type { Credentials } from './credentials.ts';
import { isNotFound } from './errors.ts';
import { apiVersionOf, type KubeObject, type ObjectKey, pathOf, type Resource, resourceName } from './resource.ts';
import { type Call, Transport, type TransportOptions } from './transport.ts';
import { readWatchEvents, type WatchEvent } from './watch.ts';

/** Page of a list (client-go: tools/pager). */
const pageSize = 500;
const applyPatch = 'application/apply-patch+yaml';
const mergePatch = 'application/merge-patch+json';
const jsonPatch = 'application/json-patch+json';
// https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches
const metadataOnly = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const metadataList = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/**
 * The default, `Warn`, has the API server decode each body a second time for warnings that nobody here would read; the
 * outcome is the same.
 */
const warningsToNobody = 'Ignore';

/** How a client differs from the one it was derived from. */
export interface ClientOptions extends TransportOptions {
  /** Told of every object as the API server stored it, at once after the write. */
  readonly onWritten?: (resource: Resource, object: KubeObject) => void;
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
  /** Applies the status alone. */
  readonly subresource?: 'status';
}

export interface DeleteOptions {
  /** Deletes this very object, not one of the same name made since. */
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
}

export interface JsonPatchOperation {
  /** `add` puts the value there whether something is there or not. */
  readonly op: 'add';
  /** JSON pointer, such as `/spec`. */
  readonly path: string;
  readonly value: unknown;
}

/** autoscaling/v1, as the scale subresource of every kind answers. */
export interface Scale extends KubeObject {
  readonly spec: { readonly replicas?: number };
  readonly status?: { readonly replicas: number; readonly selector?: string };
}

export class Client {
  readonly #credentials: Credentials;
  readonly #options: ClientOptions;
  readonly #transport: Transport;

  constructor(credentials: Credentials, options: ClientOptions = {}) {
    this.#credentials = credentials;
    this.#options = options;
    this.#transport = new Transport(credentials, options);
  }

  /** The same client with other options; those not named stay. */
  with(options: ClientOptions): Client {
    return new Client(this.#credentials, { ...this.#options, ...options });
  }

  /** The object, or undefined when there is none. */
  async get<T extends KubeObject>(resource: Resource<T>, key: ObjectKey): Promise<T | undefined> {
    try {
      return await this.#transport.send<T>({ method: 'GET', path: pathOf(resource, key), idempotent: true });
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
      const page: ListPage<T> = await this.#transport.send({
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
    const body = await this.#transport.stream({
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
    yield* readWatchEvents<T>(body);
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
    const { fieldManager, fieldValidation = warningsToNobody } = options;
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
    const { fieldManager, force = true, subresource } = options;
    const { namespace, name } = object.metadata;
    return this.#write(resource, options, {
      method: 'PATCH',
      path: pathOf(resource, { namespace, name, ...(subresource === undefined ? {} : { subresource }) }),
      query: { fieldManager, force: String(force), fieldValidation: warningsToNobody, ...dryRun(options) },
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
      query: { fieldValidation: warningsToNobody },
      body: patch,
      contentType: mergePatch,
      idempotent: true,
    });
  }

  /** A JSON patch (RFC 6902): replaces a field whole, by the right to patch alone. */
  async patchJson<T extends KubeObject>(
    resource: Resource<T>,
    key: ObjectKey,
    operations: readonly JsonPatchOperation[],
    options: { readonly dryRun?: boolean; readonly fieldValidation?: 'Strict' } = {},
  ): Promise<T> {
    const { fieldValidation = warningsToNobody } = options;
    return this.#write(resource, options, {
      method: 'PATCH',
      path: pathOf(resource, key),
      query: { ...dryRun(options), fieldValidation },
      body: operations,
      contentType: jsonPatch,
      idempotent: false,
    });
  }

  /** Replicas wanted and there, of any kind with the scale subresource; undefined when there is no such object. */
  async getScale(resource: Resource, key: ObjectKey): Promise<Scale | undefined> {
    try {
      return await this.#transport.send<Scale>({
        method: 'GET',
        path: pathOf(resource, { ...key, subresource: 'scale' }),
        idempotent: true,
      });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Sets the wanted replicas through the scale subresource, and nothing else of the object. */
  async setScale(resource: Resource, key: ObjectKey, replicas: number): Promise<Scale> {
    return this.#transport.send<Scale>({
      method: 'PATCH',
      path: pathOf(resource, { ...key, subresource: 'scale' }),
      body: { spec: { replicas } },
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
      await this.#transport.send({
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
        query: { fieldValidation: warningsToNobody },
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
    const object = await this.#transport.send<T>(call);
    // A dry run stores nothing, and the scale subresource answers with a Scale.
    if (!options.dryRun && options.subresource !== 'scale') this.#options.onWritten?.(resource, object);
    return object;
  }
}

interface ListPage<T> {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items?: readonly T[] | null;
}

function dryRun(options: { readonly dryRun?: boolean }): Record<string, string> {
  return options.dryRun ? { dryRun: 'All' } : {};
}
