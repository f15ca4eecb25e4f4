import { describe, expect, test } from 'vitest';
import { reasons } from '../../api/index.ts';
import type { FlinkDeployment, FlinkDeploymentSpec } from './flink-deployment.ts';
import { judgeJob } from './job-health.ts';
import { type JobFacts, readJobFacts } from './job-rest.ts';

const now = new Date('2026-01-01T12:00:00Z');
const ago = (seconds: number) => now.getTime() - seconds * 1_000;

const deployment: FlinkDeployment = {
  apiVersion: 'flink.apache.org/v1beta1',
  kind: 'FlinkDeployment',
  metadata: { namespace: 'shop', name: 'fraud' },
  spec: {
    flinkConfiguration: { 'execution.checkpointing.interval': '10000 ms' },
  } as unknown as FlinkDeploymentSpec,
  status: { jobStatus: { state: 'RUNNING', jobId: 'j1' } },
};

function facts(over: Partial<JobFacts> = {}): JobFacts {
  return {
    ...{ startedAt: ago(3_600), checkpointedAt: ago(5), failedCheckpoints: 0 },
    ...{ failures: [], backpressure: new Map() },
    ...over,
  };
}

const none = (over: Partial<JobFacts>): JobFacts => {
  const { checkpointedAt: _none, ...rest } = facts(over);
  return rest;
};

describe('a job that is RUNNING', () => {
  test('is in order while its checkpoints complete', () => {
    expect(judgeJob(deployment, facts(), now)).toEqual({});
  });

  test('is not while none completes, after a start as after a while, and says why', () => {
    const checkpointFailure = 'Could not materialize checkpoint 7: No space left on device';
    const late = judgeJob(deployment, facts({ checkpointedAt: ago(91), failedCheckpoints: 4, checkpointFailure }), now);
    expect(late.trouble).toMatchObject({ reason: reasons.checkpointsFailing });
    expect(late.trouble?.message).toContain('4 failed: Could not materialize checkpoint 7: No space left');
    expect(judgeJob(deployment, facts({ checkpointedAt: ago(89) }), now)).toEqual({});
    expect(judgeJob(deployment, none({ startedAt: ago(89) }), now)).toEqual({});
    expect(judgeJob(deployment, none({ startedAt: ago(91) }), now).trouble?.message).toContain(
      'No checkpoint of the job',
    );
  });

  test('is not while it fails again and again', () => {
    const failures = [10, 100, 500].map((seconds) => ({ at: ago(seconds), what: `NullPointerException ${seconds}` }));
    const { trouble } = judgeJob(deployment, facts({ failures }), now);
    expect(trouble).toMatchObject({ reason: reasons.restartLoop });
    expect(trouble?.message).toContain('3 times within 10 min: NullPointerException 10');
    const older = failures.map(({ at, what }) => ({ at: at - 200_000, what }));
    expect(judgeJob(deployment, facts({ failures: older }), now)).toEqual({});
    const over = [125, 130, 140].map((seconds) => ({ at: ago(seconds), what: 'task manager lost' }));
    expect(judgeJob(deployment, facts({ failures: over }), now)).toEqual({});
  });

  test('names what holds it up most', () => {
    const backpressure = new Map([
      ['Source: orders', 0.6],
      ['Match', 0.9],
      ['Sink: alerts', 0.49],
    ]);
    expect(judgeJob(deployment, facts({ backpressure }), now)).toEqual({ backpressured: 'Match' });
  });
});

describe("what the job manager's API tells", () => {
  const answers: Readonly<Record<string, unknown>> = {
    '': { 'start-time': 5, vertices: [{ id: 'v1', name: 'Source: orders' }] },
    '/checkpoints': {
      counts: { failed: 2, completed: 1 },
      latest: { completed: { latest_ack_timestamp: 7 }, failed: { failure_message: 'disk full' } },
    },
    '/exceptions?maxExceptions=20': {
      exceptionHistory: { entries: [{ timestamp: 9, exceptionName: 'E', stacktrace: 'E: at first\n\tat x' }] },
    },
    '/vertices/v1/backpressure': { status: 'ok', subtasks: [{ ratio: 0.1 }, { ratio: 0.7 }] },
  };
  const base = 'http://fraud-rest.shop.svc:8081/jobs/j1';

  test('becomes facts', async () => {
    const ask = async (url: string) => answers[url.slice(base.length)];
    expect(await readJobFacts(deployment, ask)).toEqual({
      ...{ startedAt: 5, checkpointedAt: 7, failedCheckpoints: 2, checkpointFailure: 'disk full' },
      failures: [{ at: 9, what: 'E: at first' }],
      backpressure: new Map([['Source: orders', 0.7]]),
    });
  });

  test('is nothing while it does not answer, or there is no job', async () => {
    const silent = () => Promise.reject(new Error('ECONNREFUSED'));
    expect(await readJobFacts(deployment, silent)).toBeUndefined();
    const { status: _none, ...starting } = deployment;
    expect(await readJobFacts(starting, silent)).toBeUndefined();
  });
});
