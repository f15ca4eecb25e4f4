// What a FlinkDeployment's status means. The Flink operator says DEPLOYED over a failed job and STABLE over an old
// generation, so four fields are read together into one state.
import type { FlinkDeployment, FlinkDeploymentStatus } from './flink-deployment.ts';

export type JobState =
  | 'Pending'
  | 'Starting'
  | 'Running'
  | 'Restarting'
  | 'Upgrading'
  | 'Suspended'
  | 'Finished'
  | 'Failed';

export interface FlinkJobStatus {
  readonly state: JobState;
  readonly message: string;
  readonly jobId?: string;
  /** ISO 8601. */
  readonly startedAt?: string;
  readonly savepoint?: { readonly path: string; readonly takenAt?: string };
}

/** The normalised status of a FlinkDeployment. */
export function flinkJobStatus(deployment: FlinkDeployment): FlinkJobStatus {
  const status = deployment.status;
  const [state, message] = stateOf(deployment, status);
  const { jobId, startTime, savepointInfo } = status?.jobStatus ?? {};
  const startedAt = state === 'Running' ? isoTime(Number(startTime)) : undefined;
  const saved = savepointInfo?.lastSavepoint;
  const takenAt = isoTime(saved?.timeStamp);
  return {
    state,
    message,
    ...(jobId === undefined ? {} : { jobId }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(saved?.location === undefined
      ? {}
      : { savepoint: { path: saved.location, ...(takenAt === undefined ? {} : { takenAt }) } }),
  };
}

function stateOf(deployment: FlinkDeployment, status: FlinkDeploymentStatus | undefined): [JobState, string] {
  const name = `FlinkDeployment ${deployment.metadata.name}`;
  if (status === undefined) return ['Pending', `the Flink operator has not taken up ${name} yet`];
  const job = status.jobStatus?.state ?? '';
  const error = errorMessage(status.error);
  if (job === 'FAILED' || job === 'FAILING') return ['Failed', error ?? `the job failed: see the events of ${name}`];
  if (status.jobManagerDeploymentStatus === 'ERROR') {
    return ['Failed', error ?? `the job manager of ${name} does not start: see its pods`];
  }
  if (deployment.spec.job.state === 'suspended') {
    return status.lifecycleState === 'SUSPENDED'
      ? ['Suspended', 'the job is suspended']
      : ['Upgrading', error ?? 'the job is being suspended'];
  }
  if (job === 'FINISHED') return ['Finished', 'the job has read all its input and ended'];
  if (error !== undefined) return ['Failed', error];
  if (status.observedGeneration !== deployment.metadata.generation) {
    return ['Upgrading', `the Flink operator has not taken up the last change of ${name} yet`];
  }
  const reconciliation = status.reconciliationStatus?.state;
  if (reconciliation !== undefined && reconciliation !== 'DEPLOYED') {
    return ['Upgrading', `${name} is ${reconciliation}`];
  }
  if (job === 'RUNNING' && status.jobManagerDeploymentStatus === 'READY') return ['Running', 'the job is running'];
  if (job === 'RESTARTING') return ['Restarting', `the job is restarting after a failure: see the events of ${name}`];
  const manager = status.jobManagerDeploymentStatus ?? 'unknown';
  return ['Starting', `the job manager is ${manager}, the job is ${job === '' ? 'not submitted yet' : job}`];
}

/**
 * The message to show of a status.error. The list of causes holds the SQL runner's own sentence, which names the statement;
 * where it is missing the outermost message is shown.
 */
function errorMessage(error: string | undefined): string | undefined {
  if (error === undefined || error === '') return undefined;
  const messages = messagesOf(error);
  const ours = messages.findLast((message) => /\bstatement \d+ \(line \d+/.test(message));
  return (ours?.slice(ours.search(/\S+ statement \d+ \(line/)) ?? messages[0] ?? error).trim();
}

function messagesOf(error: string): readonly string[] {
  try {
    const parsed: { message?: unknown; throwableList?: readonly { message?: unknown }[] } = JSON.parse(error);
    return [parsed.message, ...(parsed.throwableList ?? []).map((cause) => cause.message)].filter(
      (message) => typeof message === 'string',
    );
  } catch {
    // Older operators wrote the bare message.
    return [error];
  }
}

function isoTime(milliseconds: number | undefined): string | undefined {
  return milliseconds === undefined || !(milliseconds > 0) ? undefined : new Date(milliseconds).toISOString();
}
