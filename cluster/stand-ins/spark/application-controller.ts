// SparkApplications to drivers that run, as Kubeflow's operator does it.
import { randomUUID } from 'node:crypto';
import {
  ApiError,
  type Client,
  type ControllerOptions,
  generationChanged,
  hashOf,
  isAlreadyExists,
  keyOf,
  type ReconcileContext,
  type ReconcileOutcome,
  resourceVersionChanged,
  watchOf,
} from '../../../operator/src/runtime/index.ts';
import { decideApplication, type Identity, type Step } from './application-decide.ts';
import { submissionOf } from './driver.ts';
import {
  appLabel,
  applications,
  configMaps,
  namedBy,
  type Pod,
  pods,
  type SparkApplication,
  specAnnotation,
} from './resources.ts';

/** Between two steps of one application, ms: pods that go, and what a lost watch event would have told. */
const againMs = 1_000;
const settled = ['COMPLETED', 'FAILED', 'SUSPENDED', 'SUBMISSION_FAILED'];

export function applicationController(): ControllerOptions<SparkApplication> {
  return {
    name: 'sparkapplication',
    for: applications,
    predicate: generationChanged,
    reads: [configMaps],
    watches: [
      watchOf({
        resource: pods,
        predicate: resourceVersionChanged,
        map: (pod) => namedBy(appLabel, pod),
      }),
    ],
    reconcile: async (key, context) => {
      // Read past the cache: a step that was just written must not be taken twice.
      const application = await context.client.get(applications, key);
      // Its pods have it as owner, and go with it.
      if (!application || application.metadata.deletionTimestamp !== undefined) return undefined;
      return takeStep(application, context);
    },
  };
}

async function takeStep(
  application: SparkApplication,
  context: ReconcileContext,
): Promise<ReconcileOutcome | undefined> {
  const { client, logger } = context;
  const { namespace = '', name } = application.metadata;
  const own = (await client.list(pods, { namespace, labelSelector: `${appLabel}=${name}` })).items;
  const submittedHash = await submittedHashOf(application, client);
  const submissionId = randomUUID();
  const identity = { submissionId, applicationId: `spark-${submissionId.replaceAll('-', '')}` };
  const step = decideApplication({ application, pods: own, submittedHash }, identity, new Date());
  const { state } = step.status.applicationState;
  if (step.action === 'clear') await clear(own, client);
  const status = step.action === 'submit' ? await submit(application, identity, step, client) : step.status;
  if (hashOf(status) === hashOf(application.status ?? {})) {
    const isSettled = settled.includes(state) && step.action === 'none';
    return isSettled ? undefined : { requeueAfterMs: step.requeueAfterMs ?? againMs };
  }
  logger.info({ state: status.applicationState.state }, `SparkApplication ${keyOf(application.metadata)}`);
  await client.updateStatus(applications, { ...application, status });
  // The status is no change of the generation: the next step is taken without one.
  return { requeueAfterMs: step.requeueAfterMs ?? 100 };
}

/** Of the spec that the driver was made from, whatever became of its pod. */
async function submittedHashOf({ metadata }: SparkApplication, client: Client): Promise<string | undefined> {
  const { namespace, name } = metadata;
  const found = await client.get(configMaps, { namespace, name: `${name}-driver-conf` });
  return found?.metadata.annotations?.[specAnnotation];
}

async function submit(application: SparkApplication, identity: Identity, step: Step, client: Client) {
  try {
    const { configMap, driver } = submissionOf(application, identity);
    await client.apply(configMaps, configMap, { fieldManager: 'spark-stand-in', force: true });
    await client.create(pods, driver);
    return step.status;
  } catch (error) {
    // A driver that is there already is looked at again in the next step.
    if (isAlreadyExists(error)) return application.status ?? step.status;
    if (!(error instanceof RangeError || (error instanceof ApiError && error.retry === 'terminal'))) throw error;
    const errorMessage = `failed to submit: ${error.message}`;
    return { ...step.status, applicationState: { state: 'SUBMISSION_FAILED' as const, errorMessage } };
  }
}

async function clear(own: readonly Pod[], client: Client): Promise<void> {
  for (const { metadata } of own) {
    if (metadata.deletionTimestamp === undefined) await client.delete(pods, metadata);
  }
}
