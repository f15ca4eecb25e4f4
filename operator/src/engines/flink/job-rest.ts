// What a job manager's REST API tells of its job, read into facts; judges nothing. What cannot be read is absent: an API that
// does not answer for a moment says nothing against the job.
// https://nightlies.apache.org/flink/flink-docs-release-1.19/docs/ops/rest_api/
import type { FlinkDeployment } from './flink-deployment.ts';

/** Of a job that runs. Times are ms since the epoch. */
export interface JobFacts {
  readonly startedAt: number;
  /** The last checkpoint that was completed; absent: none was. */
  readonly checkpointedAt?: number;
  readonly failedCheckpoints: number;
  /** Why the last checkpoint failed that did. */
  readonly checkpointFailure?: string;
  /** When the job was restarted after a failure, the latest first. */
  readonly failures: readonly { readonly at: number; readonly what: string }[];
  /** By the name of what is held up, how much of its time: from 0 to 1. */
  readonly backpressure: ReadonlyMap<string, number>;
}

/** Resolves with the parsed JSON; rejects where there is none. */
export type Ask = (url: string) => Promise<unknown>;

/** Of a job with more operators, the first ones speak for all. */
const maxVertices = 16;

/** Undefined when the job manager does not tell of the job. */
export async function readJobFacts({ metadata, status }: FlinkDeployment, ask: Ask): Promise<JobFacts | undefined> {
  const { jobId } = status?.jobStatus ?? {};
  if (jobId === undefined) return undefined;
  const base = `http://${metadata.name}-rest.${metadata.namespace}.svc:8081/jobs/${jobId}`;
  try {
    const [job, checkpoints, exceptions] = await Promise.all([
      ask(base),
      ask(`${base}/checkpoints`),
      ask(`${base}/exceptions?maxExceptions=20`),
    ]);
    const vertices = listOf(job, 'vertices').slice(0, maxVertices);
    const pressures = await Promise.all(
      vertices.map(async (vertex) => {
        const found = await ask(`${base}/vertices/${textOf(vertex, 'id')}/backpressure`);
        const ratios = listOf(found, 'subtasks').map((subtask) => numberOf(subtask, 'ratio') ?? 0);
        return [textOf(vertex, 'name'), Math.max(0, ...ratios)] as const;
      }),
    );
    const latest = fieldOf(checkpoints, 'latest');
    const checkpointedAt = numberOf(fieldOf(latest, 'completed'), 'latest_ack_timestamp');
    const failure = fieldOf(latest, 'failed');
    return {
      startedAt: numberOf(job, 'start-time') ?? 0,
      ...(checkpointedAt === undefined ? {} : { checkpointedAt }),
      failedCheckpoints: numberOf(fieldOf(checkpoints, 'counts'), 'failed') ?? 0,
      ...(failure === undefined || failure === null ? {} : { checkpointFailure: textOf(failure, 'failure_message') }),
      failures: listOf(fieldOf(exceptions, 'exceptionHistory'), 'entries').map((entry) => ({
        at: numberOf(entry, 'timestamp') ?? 0,
        what: (textOf(entry, 'stacktrace') || textOf(entry, 'exceptionName')).split('\n', 1)[0] ?? '',
      })),
      backpressure: new Map(pressures),
    };
  } catch {
    // The job manager is starting, gone, or not to be reached from here: the Flink operator's word stands alone.
    return undefined;
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}

function listOf(value: unknown, name: string): readonly unknown[] {
  const list = fieldOf(value, name);
  return Array.isArray(list) ? list : [];
}

function textOf(value: unknown, name: string): string {
  const text = fieldOf(value, name);
  return typeof text === 'string' ? text : '';
}

function numberOf(value: unknown, name: string): number | undefined {
  const number = fieldOf(value, name);
  return typeof number === 'number' ? number : undefined;
}
