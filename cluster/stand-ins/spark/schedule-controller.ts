// ScheduledSparkApplications to SparkApplications at their times, as Kubeflow's operator does it.
import {
  type ControllerOptions,
  generationChanged,
  hashOf,
  isAlreadyExists,
  keyOf,
  resourceVersionChanged,
  watchOf,
} from '../../../operator/src/runtime/index.ts';
import { applications, namedBy, type ScheduledSparkApplication, scheduleLabel, schedules } from './resources.ts';
import { decideSchedule } from './schedule-decide.ts';

export function scheduleController(): ControllerOptions<ScheduledSparkApplication> {
  return {
    name: 'scheduledsparkapplication',
    for: schedules,
    predicate: generationChanged,
    watches: [
      watchOf({
        resource: applications,
        predicate: resourceVersionChanged,
        map: (run) => namedBy(scheduleLabel, run),
      }),
    ],
    reconcile: async (key, { client, logger }) => {
      // Read past the cache: a run that was just started must not be started twice.
      const schedule = await client.get(schedules, key);
      if (!schedule || schedule.metadata.deletionTimestamp !== undefined) return undefined;
      const { namespace = '' } = schedule.metadata;
      const labelSelector = `${scheduleLabel}=${schedule.metadata.name}`;
      const runs = (await client.list(applications, { namespace, labelSelector })).items;
      const step = decideSchedule(schedule, runs, new Date());
      for (const { metadata } of step.remove) await client.delete(applications, metadata);
      if (step.start) {
        logger.info({ run: step.start.metadata.name }, `ScheduledSparkApplication ${keyOf(schedule.metadata)} is due`);
        await client.create(applications, step.start).catch((error: unknown) => {
          if (!isAlreadyExists(error)) throw error;
        });
      }
      if (hashOf(step.status) !== hashOf(schedule.status ?? {})) {
        await client.updateStatus(schedules, { ...schedule, status: step.status });
      }
      return step.requeueAfterMs === undefined ? undefined : { requeueAfterMs: step.requeueAfterMs };
    },
  };
}
