// Keeps one selection of one kind up to date: list, then watch from there. Survives every way a watch can end.
// Semantics are client-go's (tools/cache/reflector.go); the next step is always: resume, or list again on 410.
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from './client.ts';
import { ApiError, isForbidden, isGone, isNotFound } from './errors.ts';
import { type KubeObject, type Resource, resourceName } from './resource.ts';
import type { WatchEvent } from './watch.ts';

/** client-go: 0.8 s doubling to 30 s, jittered; here downwards, so that 30 s is the longest wait. */
const backoffBaseMs = 800;
const backoffMaxMs = 30_000;
/** Bookmarks come about once a minute; a longer silence is a dead connection. Resuming costs one request. */
const idleMs = 150_000;
const minTimeoutSeconds = 300;
/** A kind that is not installed is asked for this often. */
const missingMs = 10_000;
/** A watch that ends by itself sooner than this, without an event, is treated as failed: no hot loop. */
const shortWatchMs = 1_000;

export interface ReflectorTarget<T extends KubeObject> {
  /** The whole selection as it was at `resourceVersion`; `isFirst` for the first list. */
  replace(items: readonly T[], resourceVersion: string, isFirst: boolean): void;
  /** One change, in the server's order. */
  change(event: WatchEvent<T>): void;
  /** The kind is not installed (404 on its collection), or optional and not granted: counts as synced and empty. */
  missing(): void;
  /** Called before each full list and when a watch ended by an error. */
  report(event: { readonly type: 'list' } | { readonly type: 'failure'; readonly error: unknown }): void;
}

/** What of the client it needs. */
export type WatchClient = Pick<Client, 'list' | 'watch'>;

export interface ReflectorOptions<T extends KubeObject> {
  readonly client: WatchClient;
  readonly resource: Resource<T>;
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly target: ReflectorTarget<T>;
}

/** Runs until the signal aborts; never rejects. */
export async function runReflector<T extends KubeObject>(
  options: ReflectorOptions<T>,
  signal: AbortSignal,
): Promise<void> {
  const { client, resource, namespace, labelSelector, fieldSelector, target } = options;
  const selection = { namespace, labelSelector, fieldSelector };
  let resourceVersion: string | undefined;
  let isFirst = true;
  let failures = 0;

  while (!signal.aborted) {
    try {
      if (resourceVersion === undefined) {
        target.report({ type: 'list' });
        const list = await client.list(resource, { ...selection, signal });
        target.replace(list.items, list.resourceVersion, isFirst);
        isFirst = false;
        resourceVersion = list.resourceVersion;
      }
      const startedAt = performance.now();
      let isSilent = true;
      for await (const event of watchUntilIdle(client, resource, { ...selection, resourceVersion, signal })) {
        if (event.type !== 'BOOKMARK') target.change(event);
        resourceVersion = event.object.metadata.resourceVersion ?? resourceVersion;
        isSilent = false;
        failures = 0;
      }
      if (isSilent && performance.now() - startedAt < shortWatchMs && !signal.aborted) {
        throw new ApiError({ status: 0, message: `the watch on ${resourceName(resource)} ended as soon as it began` });
      }
    } catch (error) {
      if (signal.aborted) return;
      // Once it was listed, a refusal is a failure: what is known to be there is not forgotten by a slip of a Role.
      const isWithheld = resource.isOptional === true && isFirst && isForbidden(error);
      const isMissing = isNotFound(error) || isWithheld;
      if (isMissing) {
        target.missing();
        isFirst = true;
      }
      if (isGone(error) || isMissing) resourceVersion = undefined;
      else target.report({ type: 'failure', error });
      const backoffMs = Math.min(backoffBaseMs * 2 ** failures++, backoffMaxMs);
      await sleep((isMissing ? missingMs : backoffMs) * (0.5 + 0.5 * Math.random()), signal);
    }
  }
}

async function* watchUntilIdle<T extends KubeObject>(
  client: WatchClient,
  resource: Resource<T>,
  options: Parameters<Client['list']>[1] & { readonly resourceVersion: string; readonly signal: AbortSignal },
): AsyncGenerator<WatchEvent<T>> {
  // Spread out, so that the watches of many replicas do not all end at once.
  const timeoutSeconds = Math.round(minTimeoutSeconds * (1 + Math.random()));
  const idle = new AbortController();
  let timer = setTimeout(() => idle.abort(), idleMs);
  try {
    const signal = AbortSignal.any([options.signal, idle.signal]);
    for await (const event of client.watch(resource, { ...options, signal, timeoutSeconds })) {
      clearTimeout(timer);
      timer = setTimeout(() => idle.abort(), idleMs);
      yield event;
    }
  } catch (error) {
    // Silence is no failure: the loop resumes from the last resourceVersion.
    if (!idle.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch {
    // Aborted: the loop's own condition ends it.
  }
}
