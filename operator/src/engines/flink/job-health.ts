// Whether a job that is RUNNING does its work: it stays up, its checkpoints complete, and nothing holds it up. Pure.
import { type Reason, reasons } from '../../api/index.ts';
import type { JobHealth } from '../engine.ts';
import type { FlinkDeployment } from './flink-deployment.ts';
import type { JobFacts } from './job-rest.ts';

/** So many failures within the window are no accident. */
const loopFailures = 3;
const loopWindowMs = 10 * 60_000;
/** After so long without one it is over. */
const loopOverMs = 2 * 60_000;
/** Checkpoints may fail while a job is catching up; so many intervals and a minute without any are too many. */
const missedIntervals = 3;
const graceMs = 60_000;
/** Flink's own word for it is "high" from here (JobVertexBackPressureInfo). */
const highBackpressure = 0.5;
const maxWords = 500;

export function judgeJob(deployment: FlinkDeployment, facts: JobFacts, now: Date): JobHealth {
  const name = `FlinkDeployment ${deployment.metadata.name}`;
  const trouble = loop(name, facts, now) ?? missing(name, facts, intervalMs(deployment), now);
  const held = [...facts.backpressure].filter(([, ratio]) => ratio >= highBackpressure);
  const [worst] = held.toSorted(([, a], [, b]) => b - a);
  return { ...(trouble ? { trouble } : {}), ...(worst ? { backpressured: worst[0] } : {}) };
}

function loop(name: string, { failures }: JobFacts, now: Date): { reason: Reason; message: string } | undefined {
  const recent = failures.filter(({ at }) => now.getTime() - at < loopWindowMs);
  const [latest] = recent.toSorted((a, b) => b.at - a.at);
  if (recent.length < loopFailures || !latest || now.getTime() - latest.at >= loopOverMs) return undefined;
  const what = latest.what.slice(0, maxWords);
  const message = `The job of ${name} fails again and again, ${recent.length} times within ${loopWindowMs / 60_000} min: ${what}`;
  return { reason: reasons.restartLoop, message };
}

function missing(
  name: string,
  { startedAt, checkpointedAt, failedCheckpoints, checkpointFailure = '' }: JobFacts,
  interval: number,
  now: Date,
): { reason: Reason; message: string } | undefined {
  const since = Math.max(startedAt, checkpointedAt ?? 0);
  if (now.getTime() - since < missedIntervals * interval + graceMs) return undefined;
  const last =
    checkpointedAt === undefined ? 'No checkpoint' : `No checkpoint after ${new Date(checkpointedAt).toISOString()}`;
  const why = checkpointFailure === '' ? 'they do not end' : checkpointFailure.slice(0, maxWords);
  const message = `${last} of the job of ${name} was completed, ${failedCheckpoints} failed: ${why}. What it does since would be done again after a failure: see its state storage and the log of its job manager.`;
  return { reason: reasons.checkpointsFailing, message };
}

function intervalMs({ spec }: FlinkDeployment): number {
  const [, digits] = /^(\d+) ms$/.exec(spec.flinkConfiguration['execution.checkpointing.interval'] ?? '') ?? [];
  // Set in the user's own words: what Sluice would have taken.
  return digits === undefined ? 60_000 : Number(digits);
}
