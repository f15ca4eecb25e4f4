// The controller of StreamJobs: what wakes it, and the four steps of its reconcile.
import { conditionTypes, type EventService, fieldManagers, labels, reasons, type StreamJob } from '../api/index.ts';
import { configMaps, dependsOnBus, eventServices, type KindParts, streamJobs } from '../bus/index.ts';
import { backEnds } from '../engines/index.ts';
import { type Explain, reconcileBy, type Steps } from '../plan/index.ts';
import {
  ApiError,
  annotationsChanged,
  anyOf,
  type ControllerOptions,
  finalizersChanged,
  generationChanged,
  indexOf,
  isNotFound,
  type KubeObject,
  keyOf,
  type ObjectKey,
  type Predicate,
  resourceVersionChanged,
  watchOf,
} from '../runtime/index.ts';
import { CapabilityReader } from './capabilities.ts';
import { decide } from './decide.ts';
import { HealthReader } from './health.ts';
import { byJob, imagesOf, type Observed, observe } from './observe.ts';
import { report } from './report.ts';
import { releaseStuckDeletion } from './stuck-deletion.ts';

const byReadTopic = 'readTopic';
/** Back ends may look at the same ones. */
const enginePods = [...new Set(backEnds.map(({ pods }) => pods))];

export function streamJobController(
  { buses, passwords, config }: KindParts,
  clock: () => Date = () => new Date(),
): ControllerOptions<StreamJob> {
  const { turns } = buses;
  const capabilities = new CapabilityReader(clock);
  const health = config.isInCluster ? new HealthReader(clock) : undefined;
  const steps: Steps<StreamJob, Observed> = {
    resource: streamJobs,
    fieldManager: fieldManagers.StreamJob,
    observe: async (object, context) =>
      turns.take(
        await observe(object, context, { buses, passwords, images: imagesOf(config), health, capabilities }),
        context.cache,
      ),
    decide,
    ports: ({ bus }) => (bus.state === 'available' ? bus.ports : {}),
    report: (observed, _plan, _outcome, common) => report(observed, common, clock()),
    explain,
  };
  const reconcile = turns.during('StreamJob', reconcileBy(steps, clock));
  const bus = dependsOnBus(streamJobs);
  return {
    name: 'streamjob',
    for: streamJobs,
    predicate: anyOf(generationChanged, annotationsChanged, finalizersChanged),
    owns: [configMaps],
    watches: [
      ...bus.watches,
      // By name and not by owner, so that a name that somebody else gives up wakes the job that waits for it.
      ...backEnds.map(({ resource }) =>
        watchOf({ resource, predicate: resourceVersionChanged, map: ({ metadata }) => [metadata] }),
      ),
      ...enginePods.map((pods) => watchOf({ resource: pods, predicate: resourceVersionChanged, map: jobOf })),
      ...[eventServices, streamJobs].map((resource) =>
        watchOf<EventService | StreamJob>({
          resource,
          predicate: writtenChanged,
          map: (writer, cache) =>
            writtenTopics(writer).flatMap((topic) =>
              cache.list(streamJobs, { index: { name: byReadTopic, value: topic } }).map(({ metadata }) => metadata),
            ),
        }),
      ),
    ],
    indexes: [
      ...bus.indexes,
      indexOf(configMaps, byJob, (configMap) => jobOf(configMap).map(keyOf)),
      ...enginePods.map((pods) => indexOf(pods, byJob, (pod) => jobOf(pod).map(keyOf))),
      indexOf(streamJobs, byReadTopic, ({ spec }) => (spec.reads ?? []).map(({ topic }) => topic)),
    ],
    reads: bus.reads,
    reconcile: async (key, context) => {
      const againMs = await releaseStuckDeletion(key, backEnds, context, clock());
      const outcome = await reconcile(key, context);
      if (againMs === undefined) return outcome;
      return { requeueAfterMs: Math.min(againMs, outcome?.requeueAfterMs ?? againMs) };
    },
  };
}

function jobOf({ metadata }: KubeObject): readonly ObjectKey[] {
  const name = metadata.labels?.[labels.job];
  return name === undefined ? [] : [{ namespace: metadata.namespace, name }];
}

/** A topic was made or a schema registered by another's reconcile: whoever reads it may begin. */
const writtenChanged: Predicate<EventService | StreamJob> = ({ old, object }) =>
  JSON.stringify([old?.status?.topics, old?.status?.subjects]) !==
  JSON.stringify([object?.status?.topics, object?.status?.subjects]);

function writtenTopics({ status }: EventService | StreamJob): readonly string[] {
  return [...new Set([...(status?.topics ?? []), ...(status?.subjects ?? [])].map(({ topic }) => topic))];
}

/** What the API server says of an engine's resource that was rendered from the user's own words. */
const explain: Explain = ({ change, error }) => {
  const isEngine = change.action === 'Apply' && backEnds.some(({ resource }) => resource.kind === change.resource.kind);
  if (!isEngine) return undefined;
  const type = conditionTypes.jobRunning;
  if (isNotFound(error)) {
    const message = `The API server knows no ${change.resource.kind} any more: install its operator again.`;
    return { type, status: 'False', reason: reasons.engineNotInstalled, message, effect: 'waiting' };
  }
  if (!(error instanceof ApiError) || error.retry !== 'terminal') return undefined;
  const message = `The API server refuses the ${change.resource.kind} of this job: ${error.message}`;
  return { type, status: 'False', reason: reasons.engineRefused, message, effect: 'stalled' };
};
