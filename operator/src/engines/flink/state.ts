// Where a job's state lives and what an upgrade does with it, as Flink's configuration says it.
import { JobSpecError } from '../errors.ts';
import type { FlinkDeploymentSpec } from './flink-deployment.ts';
import type { FlinkJob, FlinkState } from './job.ts';

/** Where the state's PersistentVolumeClaim is mounted. */
export const STATE_MOUNT = '/flink-data';

/** Whether the Flink operator's finalizer waits for a savepoint. */
export const savepointOnDeletion = 'kubernetes.operator.job.savepoint-on-deletion';

const upgradeModes = { Savepoint: 'savepoint', LastCheckpoint: 'last-state', Discard: 'stateless' } as const;

export function upgradeMode(state: FlinkState): FlinkDeploymentSpec['job']['upgradeMode'] {
  return upgradeModes[state.onUpgrade];
}

/** What a version with that spec begins from. */
export function stateOf({ job }: FlinkDeploymentSpec): 'Savepoint' | 'LastCheckpoint' | 'Nothing' {
  switch (job.upgradeMode) {
    case 'savepoint':
      return 'Savepoint';
    case 'last-state':
      return 'LastCheckpoint';
    case 'stateless':
      return 'Nothing';
  }
}

/**
 * The configuration of checkpoints, savepoints and high availability. One claim may serve many jobs, so each has a directory.
 * @throws JobSpecError `EngineRefused` when state is to be kept and there is nowhere to keep it
 */
export function stateConfiguration(job: FlinkJob): Record<string, string> {
  const { state } = job;
  const checkpointing = { 'execution.checkpointing.interval': `${state.checkpointIntervalMs} ms` };
  if (state.storage === undefined) {
    if (state.onUpgrade === 'Discard') return checkpointing;
    throw new JobSpecError(
      'EngineRefused',
      'spec.state.storage',
      `spec.state.onUpgrade is ${state.onUpgrade}, but spec.state.storage is not set: name a persistentVolumeClaim or a uri, or set onUpgrade to Discard`,
    );
  }
  const base = 'uri' in state.storage ? state.storage.uri.replace(/\/+$/, '') : `file://${STATE_MOUNT}`;
  const directory = `${base}/${job.namespace}/${job.name}`;
  return {
    ...checkpointing,
    'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
    'high-availability.type': 'kubernetes',
    'high-availability.storageDir': `${directory}/ha`,
    'state.checkpoints.dir': `${directory}/checkpoints`,
    'state.savepoints.dir': `${directory}/savepoints`,
    'kubernetes.operator.job.upgrade.last-state-fallback.enabled': String(
      state.onSavepointFailure === 'LastCheckpoint',
    ),
    [savepointOnDeletion]: String(state.onDelete === 'Savepoint'),
    ...(state.maxCheckpointAgeMs === undefined
      ? {}
      : { 'kubernetes.operator.job.upgrade.last-state.max.allowed.checkpoint.age': `${state.maxCheckpointAgeMs} ms` }),
  };
}
