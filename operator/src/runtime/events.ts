// Kubernetes Events (events.k8s.io/v1) for people who run `kubectl describe`. Sending never delays and never fails a
// reconcile: what cannot be sent is counted and dropped.
import { randomUUID } from 'node:crypto';
import type { Client } from './client.ts';
import { apiVersionOf, defineResource, type KubeObject } from './resource.ts';
import { microTime } from './time.ts';

/** A repeat within this time joins the series of the first; a later one begins a new Event (client-go: 6 min). */
const seriesMs = 6 * 60_000;
/** A series is written at most this often. */
const refreshMs = 60_000;
const maxSeries = 1000;
const maxWaiting = 1000;
// events.k8s.io/v1 validation: pkg/apis/core/validation/events.go
const maxNoteLength = 1024;
const maxNameLength = 128;

interface EventObject extends KubeObject {
  readonly eventTime: string;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly action: string;
  readonly note: string;
  readonly regarding: Readonly<Record<string, string | undefined>>;
  readonly reportingController: string;
  readonly reportingInstance: string;
  readonly series?: { readonly count: number; readonly lastObservedTime: string };
}

export const eventResource = defineResource<EventObject>({
  group: 'events.k8s.io',
  version: 'v1',
  plural: 'events',
  kind: 'Event',
  namespaced: true,
});

export interface EventFields {
  readonly type: 'Normal' | 'Warning';
  /** CamelCase word: why this happened. */
  readonly reason: string;
  /** CamelCase word: what was being done. */
  readonly action: string;
  /** Sentence for people; cut at 1024 characters. */
  readonly note: string;
}

export interface EventRecorder {
  /** Returns at once. The same event about the same object within six minutes becomes one series. */
  record(regarding: KubeObject, fields: EventFields): void;
}

/** What of the client it needs. */
export type EventClient = Pick<Client, 'create' | 'patchMerge'>;

interface Series {
  readonly event: EventObject;
  readonly startedAt: number;
  count: number;
  writtenAt: number;
  /** The first write is through. */
  isCreated: boolean;
  timer: NodeJS.Timeout | undefined;
}

export class EventSender implements EventRecorder {
  readonly #client: EventClient;
  readonly #reporter: { readonly controller: string; readonly instance: string };
  readonly #onDropped: () => void;
  /** In the order of their beginning. */
  readonly #series = new Map<string, Series>();
  readonly #waiting: (() => Promise<unknown>)[] = [];
  #sending: Promise<void> = Promise.resolve();

  constructor(
    client: EventClient,
    reporter: { readonly controller: string; readonly instance: string },
    onDropped: () => void = () => {},
  ) {
    this.#client = client;
    this.#reporter = reporter;
    this.#onDropped = onDropped;
  }

  record(regarding: KubeObject, fields: EventFields): void {
    const { uid = '' } = regarding.metadata;
    const key = [uid, fields.type, fields.reason, fields.action, fields.note].join('\u0000');
    const now = performance.now();
    const series = this.#series.get(key);
    if (series && now - series.startedAt < seriesMs) {
      series.count++;
      this.#refreshLater(series, now);
      return;
    }
    this.#begin(key, regarding, fields, now);
  }

  /** Resolves when everything that waits was sent or dropped, and no later than the signal. Series end. */
  async close(signal: AbortSignal): Promise<void> {
    for (const { timer } of this.#series.values()) clearTimeout(timer);
    this.#series.clear();
    const aborted = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([this.#sending, aborted]);
    this.#waiting.length = 0;
  }

  #begin(key: string, regarding: KubeObject, fields: EventFields, now: number): void {
    clearTimeout(this.#series.get(key)?.timer);
    this.#series.delete(key);
    const [oldestKey, oldest] = this.#series.size >= maxSeries ? (this.#series.entries().next().value ?? []) : [];
    if (oldestKey !== undefined) {
      clearTimeout(oldest?.timer);
      this.#series.delete(oldestKey);
    }
    const event = this.#toEvent(regarding, fields);
    const series: Series = { event, startedAt: now, count: 1, writtenAt: now, isCreated: false, timer: undefined };
    this.#series.set(key, series);
    this.#send(async () => {
      await this.#client.create(eventResource, event);
      series.isCreated = true;
    });
  }

  #refreshLater(series: Series, now: number): void {
    if (series.timer) return;
    series.timer = setTimeout(
      () => {
        series.timer = undefined;
        series.writtenAt = performance.now();
        if (series.isCreated) this.#send(() => this.#patchSeries(series));
      },
      Math.max(0, series.writtenAt + refreshMs - now),
    );
    series.timer.unref();
  }

  #patchSeries({ event, count }: Series): Promise<unknown> {
    const patch = { series: { count, lastObservedTime: microTime(new Date()) } };
    return this.#client.patchMerge(eventResource, event.metadata, patch);
  }

  #send(request: () => Promise<unknown>): void {
    if (this.#waiting.length >= maxWaiting) {
      this.#onDropped();
      return;
    }
    this.#waiting.push(request);
    if (this.#waiting.length === 1) this.#sending = this.#drain();
  }

  async #drain(): Promise<void> {
    for (let request = this.#waiting[0]; request; request = this.#waiting[0]) {
      try {
        await request();
      } catch {
        // Events are hints: the reconcile that made this one reports its own errors.
        this.#onDropped();
      }
      this.#waiting.shift();
    }
  }

  #toEvent(regarding: KubeObject, { type, reason, action, note }: EventFields): EventObject {
    const { name, namespace, uid, resourceVersion } = regarding.metadata;
    return {
      apiVersion: apiVersionOf(eventResource),
      kind: eventResource.kind,
      // Cluster-scoped objects' events live in `default`, as the API server demands.
      metadata: { name: `${name.slice(0, 200)}.${randomUUID().slice(0, 13)}`, namespace: namespace ?? 'default' },
      eventTime: microTime(new Date()),
      type,
      reason: reason.slice(0, maxNameLength),
      action: action.slice(0, maxNameLength),
      note: note.slice(0, maxNoteLength),
      regarding: { apiVersion: regarding.apiVersion, kind: regarding.kind, name, namespace, uid, resourceVersion },
      reportingController: this.#reporter.controller,
      reportingInstance: this.#reporter.instance.slice(0, maxNameLength),
    };
  }
}
