// The read API: its routes, each behind the guard, over the manager's caches. Every replica serves it; none writes by it.
import { randomUUID } from 'node:crypto';
import { annotations, type EventBus } from '../api/index.ts';
import { type BusConnections, eventBuses, eventServices, type KindParts, streamJobs } from '../bus/index.ts';
import type { Config } from '../config.ts';
import {
  Client,
  type Credentials,
  type KubeObject,
  type Logger,
  type Manager,
  type Resource,
} from '../runtime/index.ts';
import { type Answer, Refused } from './answer.ts';
import { dryRun, plannedResources } from './dry-run.ts';
import { type Caller, Guard } from './guard.ts';
import { lineageOf, type Participant } from './lineage.ts';
import { parseManifest } from './manifest.ts';
import { createApiMetrics } from './metrics.ts';
import { PlannedPasswords, planOf } from './plan.ts';
import { type Limits, type Route, type RouteRequest, startServer } from './server.ts';
import { visibility } from './visibility.ts';

export interface ReadApiOptions {
  /** Its caches must hold the three kinds. */
  readonly manager: Manager;
  readonly credentials: Credentials;
  readonly buses: BusConnections;
  /** Where the key is that passwords are derived from. */
  readonly passwordKey: { readonly namespace: string; readonly name: string };
  readonly config: Config;
  readonly logger: Logger;
  readonly limits?: Partial<Limits>;
}

export interface ReadApi {
  readonly port: number;
  stop(): Promise<void>;
}

type Kept = EventBus | Participant;
const readable: readonly Resource<Kept>[] = [eventBuses, eventServices, streamJobs];

/** Rejects when the port is taken. Until the caches have synced, everything is answered 503. */
export async function startReadApi(options: ReadApiOptions): Promise<ReadApi> {
  const { manager, credentials, buses, passwordKey, config, limits } = options;
  const logger = options.logger.child({ part: 'read-api' });
  const { cache } = manager;
  const client = new Client(credentials, { metrics: manager.metrics.requests });
  const guard = new Guard(client);
  const parts: KindParts = { buses, passwords: new PlannedPasswords(passwordKey), config };
  // A replica that does not lead opens connections too, and no reconcile of its own would close them.
  const unlisten = cache.listen(eventBuses, ({ old, object }) => {
    if (old?.metadata.uid && !object)
      void buses.drop(old.metadata.uid).catch((error: unknown) => {
        logger.warn({ err: error }, 'the connection of a bus that is gone was not closed cleanly');
      });
  });

  const guarded =
    (handle: (request: RouteRequest, caller: Caller) => Promise<Answer>): Route['handle'] =>
    async (request) => {
      if (!cache.hasAllSynced) throw new Refused(503, 'The operator has just started: try again.');
      const caller = await guard.authenticate(request.header, request.signal);
      return handle(request, caller);
    };

  const plan = guarded(async ({ body, signal }, caller) => {
    const manifest = parseManifest(await body());
    const { namespace, name } = manifest.metadata;
    const resource = plannedResources[manifest.kind];
    if (config.namespaces.length > 0 && !config.namespaces.includes(namespace)) {
      throw new Refused(422, `Namespace ${namespace} is not watched: applied there, nothing would come of it.`);
    }
    await guard.require(caller, { verb: 'patch', resource, namespace, name }, signal);
    const object = await dryRun(manifest, caller.token, credentials, signal);
    const reconcileId = randomUUID();
    const observing = client.with({ signal, mayWrite: () => false });
    const context = { client: observing, cache, events: { record() {} }, logger, signal, reconcileId };
    const { answer, text } = await planOf(object, context, parts);
    logger.info({ user: caller.user, kind: manifest.kind, namespace, name }, 'planned');
    return { status: 200, body: answer, text };
  });

  const lineage = guarded(async ({ query, signal }, caller) => {
    const namespace = query.get('namespace') || undefined;
    const participants = [...cache.list(eventServices), ...cache.list(streamJobs)];
    const knownBuses = cache.list(eventBuses);
    const isVisible = await visibility(guard, caller, readable, [...participants, ...knownBuses], signal);
    return { status: 200, body: lineageOf({ buses: knownBuses, participants, isVisible, namespace }) };
  });

  const resource = guarded(async ({ parameters, signal }, caller) => {
    const { kind = '', namespace = '', name = '' } = parameters;
    const found = readable.find(({ plural }) => plural === kind.toLowerCase());
    if (!found) {
      const known = readable.map(({ plural }) => plural).join(', ');
      throw new Refused(404, `There is no such kind here: ask for one of ${known}.`);
    }
    await guard.require(caller, { verb: 'get', resource: found, namespace, name }, signal);
    const object = cache.get(found, { namespace, name });
    if (!object)
      throw new Refused(404, `${found.kind} ${namespace}/${name} is not there, or its namespace is not watched.`);
    return { status: 200, body: stateOf(object) };
  });

  const server = await startServer({
    port: config.apiPort,
    routes: [
      { method: 'POST', path: '/plan', handle: plan },
      { method: 'GET', path: '/lineage', handle: lineage },
      { method: 'GET', path: '/resources/:kind/:namespace/:name', handle: resource },
    ],
    logger,
    metrics: createApiMetrics(manager.metrics.registry),
    ...(limits ? { limits } : {}),
  });
  return {
    port: server.port,
    async stop() {
      unlisten();
      await server.stop();
    },
  };
}

/** What is known of it, without its spec. */
function stateOf({ kind, metadata, status }: Kept & KubeObject) {
  const mode = metadata.annotations?.[annotations.mode];
  return {
    kind,
    namespace: metadata.namespace,
    name: metadata.name,
    generation: metadata.generation,
    ...(mode === undefined ? {} : { mode }),
    ...(metadata.deletionTimestamp === undefined ? {} : { deletionTimestamp: metadata.deletionTimestamp }),
    status: status ?? {},
  };
}
