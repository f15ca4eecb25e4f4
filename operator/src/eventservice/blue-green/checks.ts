// Asks what the checks of a release are to find out: a request to the preview Service, a Job, a query of Prometheus. Each is
// asked again after a while and not with every look; what has no answer in time has failed.
import type { EventService, ReleaseSpec, ReleaseStatus } from '../../api/index.ts';
import { describeError } from '../../errors.ts';
import type { CheckResult } from '../../release/index.ts';
import { hashOf, isAlreadyExists, type ReconcileContext } from '../../runtime/index.ts';
import { owned } from '../desired.ts';
import { type Job, jobs } from '../resources/kinds.ts';
import { childMetadata } from '../resources/labels.ts';
import { previewName } from '../resources/service.ts';

type Check = NonNullable<ReleaseSpec['checks']>[number];

const everyMs = 5_000;
const timeoutMs = 4_000;

export interface ChecksOptions {
  /** Base of the URL of a port of a Service; default: its name in the cluster's DNS. */
  readonly urlOf?: (service: { readonly name: string; readonly namespace: string }, port: number) => string;
  /** Absent: no Prometheus was named, and its checks cannot be told. */
  readonly prometheusUrl?: string | undefined;
}

export class Checks {
  readonly #urlOf: NonNullable<ChecksOptions['urlOf']>;
  readonly #prometheusUrl: string | undefined;
  /** By service, candidate, phase and check. */
  readonly #known = new Map<string, { readonly atMs: number; readonly result: Promise<CheckResult> }>();

  constructor({ urlOf = inCluster, prometheusUrl }: ChecksOptions = {}) {
    this.#urlOf = urlOf;
    this.#prometheusUrl = prometheusUrl || undefined;
  }

  /** By name; empty in phases that check nothing. */
  async ask(
    service: EventService,
    { phase, candidate }: ReleaseStatus,
    context: ReconcileContext,
  ): Promise<ReadonlyMap<string, CheckResult>> {
    const owner = `${service.metadata.uid} `;
    const { checks = [] } = service.spec.release;
    if (!candidate || (phase !== 'Previewing' && phase !== 'Soaking')) {
      for (const key of [...this.#known.keys()]) if (key.startsWith(owner)) this.#known.delete(key);
      return new Map();
    }
    const answers = checks.map(async (check) => {
      const key = `${owner}${candidate.revision} ${phase} ${check.name} ${hashOf(check)}`;
      const known = this.#known.get(key);
      if (known && performance.now() - known.atMs < everyMs) return [check.name, await known.result] as const;
      const result = this.#answer(check, service, candidate.revision, context);
      this.#known.set(key, { atMs: performance.now(), result });
      return [check.name, await result] as const;
    });
    return new Map(await Promise.all(answers));
  }

  async #answer(
    check: Check,
    service: EventService,
    revision: string,
    context: ReconcileContext,
  ): Promise<CheckResult> {
    const at = new Date().toISOString();
    try {
      if (check.http) return { at, ...(await this.#askHttp(check.http, service)) };
      if (check.job) return { at, ...(await askJob(check.name, check.job.template, service, revision, context)) };
      return { at, ...(await this.#askPrometheus(check.prometheus)) };
    } catch (error) {
      return { at, outcome: 'failed', message: describeError(error) };
    }
  }

  async #askHttp({ path, port }: NonNullable<Check['http']>, service: EventService): Promise<Answer> {
    const { namespace = '' } = service.metadata;
    const url = new URL(path, this.#urlOf({ name: previewName(service), namespace }, port));
    const { status, ok } = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) });
    return { outcome: ok ? 'passed' : 'failed', message: `GET ${path} answered ${status}` };
  }

  async #askPrometheus(check: Check['prometheus']): Promise<Answer> {
    if (!check) return { outcome: 'inconclusive', message: 'it asks for nothing that this release of Sluice knows' };
    if (this.#prometheusUrl === undefined) {
      const message = 'no Prometheus is known: name one in the chart (prometheus.url)';
      return { outcome: 'inconclusive', message };
    }
    const url = new URL('api/v1/query', `${this.#prometheusUrl.replace(/\/+$/, '')}/`);
    url.searchParams.set('query', check.query);
    const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    const values = valuesOf(await answer.json());
    if (!answer.ok) return { outcome: 'inconclusive', message: `Prometheus answered ${answer.status}` };
    const [value] = values;
    if (value === undefined || values.length > 1 || Number.isNaN(value)) {
      return { outcome: 'inconclusive', message: `the query gave ${values.length} numbers and not one` };
    }
    const isWithin =
      value >= (check.min ?? Number.NEGATIVE_INFINITY) && value <= (check.max ?? Number.POSITIVE_INFINITY);
    return { outcome: isWithin ? 'passed' : 'failed', message: isWithin ? 'within bounds' : `it is ${value}` };
  }
}

type Answer = Omit<CheckResult, 'at'>;

function inCluster({ name, namespace }: { readonly name: string; readonly namespace: string }, port: number): string {
  return `http://${name}.${namespace}.svc:${port}`;
}

/** Numbers of an instant vector, or the one of a scalar (https://prometheus.io/docs/prometheus/latest/querying/api/). */
function valuesOf(body: unknown): readonly number[] {
  const { resultType, result } = fieldsOf(fieldsOf(body)['data']);
  if (!Array.isArray(result)) return [];
  if (resultType === 'scalar') return [Number(result[1])];
  return result.flatMap((each: unknown) => {
    const { value } = fieldsOf(each);
    return Array.isArray(value) ? [Number(value[1])] : [];
  });
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

async function askJob(
  check: string,
  template: Readonly<Record<string, unknown>>,
  service: EventService,
  revision: string,
  { client }: ReconcileContext,
): Promise<Answer> {
  const name = `${service.metadata.name}-${check}-${revision.slice(0, 8)}`.slice(-63).replace(/^[^a-z0-9]+/, '');
  const job = await client.get(jobs, { namespace: service.metadata.namespace, name });
  if (!job) {
    try {
      await client.create(jobs, renderJob(name, template, service));
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
    return { outcome: 'running', message: `Job ${name} runs` };
  }
  const isOver = (type: string) => job.status?.conditions?.some((each) => each.type === type && each.status === 'True');
  if (isOver('Complete')) return { outcome: 'passed', message: `Job ${name} completed` };
  if (isOver('Failed')) return { outcome: 'failed', message: `Job ${name} failed`, isFinal: true };
  return { outcome: 'running', message: `Job ${name} runs` };
}

/** Gone some time after its end, when nobody looks at its log any more. */
const keptSeconds = 3600;

function renderJob(name: string, template: Readonly<Record<string, unknown>>, service: EventService): Job {
  const metadata = fieldsOf(template['metadata']);
  const own = childMetadata(service, name);
  return owned(service, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      ...own,
      labels: { ...textsOf(metadata['labels']), ...own.labels },
      annotations: textsOf(metadata['annotations']),
    },
    spec: { ttlSecondsAfterFinished: keptSeconds, ...fieldsOf(template['spec']) },
  });
}

function textsOf(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(fieldsOf(value)).flatMap(([key, each]) => (typeof each === 'string' ? [[key, each]] : [])),
  );
}
