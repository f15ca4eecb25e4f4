// A service from start to stop, and the order of both. Stop, with the reason for each step:
//   readiness   the endpoint is taken out of rotation
//   HTTP        clients that keep connections are told to let go of them; then no request is accepted any more, and those
//               under way are answered and may still publish
//   background  beside HTTP: consumers stop polling, finish, commit and leave their groups; handlers may still publish
//   producers   what was accepted is sent, connections close
import type { FastifyInstance } from 'fastify';
import { EventWriter } from './avro/writer.ts';
import { readKafkaBinding, readRegistryBinding } from './bindings.ts';
import type { ServiceConfig } from './config.ts';
import { closeServer, createServer } from './http/server.ts';
import { EventConsumer, type Subscription } from './kafka/consumer.ts';
import { EventProducer } from './kafka/producer.ts';
import { createLogger, type Logger } from './logger.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { type Check, Readiness } from './readiness.ts';
import { createRegistryClient, type SchemaRegistry } from './registry/client.ts';
import { followRole, Role, runWhileOpen } from './role/role.ts';
import { readRole } from './role/role-files.ts';
import { settlesWithin } from './time.ts';

/** How long what an open role needs may take to come, when a pod that is ready already is opened. */
const OPENING_MS = 30_000;

/** What a service is built from. */
export interface Parts {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly http: FastifyInstance;
  readonly registry: SchemaRegistry;
  readonly producer: EventProducer;
  /**
   * A writer of the topic's events, in the schema of that text. Not ready before the registry has the schema: so a roll-out
   * stops there, and the version before goes on serving. A preview is ready without it, since a schema is registered only
   * when its version is promoted; until then nothing can be published.
   */
  writer<Event>(topic: string, schema: string): EventWriter<Event>;
  /** Takes a place in a consumer group once the service runs and its role is open; not ready before it has it then. */
  consume(groupId: string, subscriptions: readonly Subscription[]): void;
  /**
   * Runs other work in the background while the role is open, and again at each opening. It goes on until its signal is
   * aborted, finishes what it has in hand, and must not reject.
   */
  whileOpen(work: (signal: AbortSignal) => Promise<void>): void;
}

/** Makes the service's routes and subscriptions. */
export type Build = (parts: Parts) => Promise<void> | void;

export interface RunningService {
  readonly log: Logger;
  /** The port that is listened on; not the configured one where that is 0. */
  readonly port: number;
  /** Stops all, in order; false when the time was up before. Never rejects. */
  stop(): Promise<boolean>;
}

/** @throws KitError `BindingInvalid`, and whatever `build` throws; nothing is left running then */
export async function startService(name: string, config: ServiceConfig, build: Build): Promise<RunningService> {
  const log = createLogger(name, config.LOG_LEVEL);
  const metrics = createMetrics(name);
  const readiness = new Readiness();
  const consumers: EventConsumer[] = [];
  const directory = config.SLUICE_ROLE_DIRECTORY;
  const role = new Role(directory === undefined ? 'open' : await readRole(directory));
  /** What a check asks for is the business of an open role, and takes a moment when a preview is opened, which serves meanwhile. */
  const whenOpen = (check: Check) => () => (!role.isOpen || role.hasOpenedWithin(OPENING_MS) ? undefined : check());
  const onScrape = () => {
    metrics.open.set(role.isOpen ? 1 : 0);
    for (const consumer of consumers) consumer.updateMetrics();
  };
  const brokers = await readKafkaBinding(config.SERVICE_BINDING_ROOT);
  const registry = createRegistryClient((await readRegistryBinding(config.SERVICE_BINDING_ROOT)).uri);
  const http = createServer({ log, metrics, readiness, onScrape });
  const kafka = { clientId: name, brokers, log, metrics };
  const producer = new EventProducer(kafka);
  const consume: Parts['consume'] = (groupId, subscriptions) => {
    const consumer = new EventConsumer({ ...kafka, groupId, subscriptions, producer, role });
    const isJoined = whenOpen(() => (consumer.isJoined ? undefined : 'not joined'));
    readiness.add(`group ${groupId}`, isJoined);
    consumers.push(consumer);
  };
  const writers: EventWriter<unknown>[] = [];
  const writer = <Event>(topic: string, schema: string) => {
    const made = new EventWriter<Event>(topic, schema, registry);
    const hasSchema = whenOpen(() => (made.ready ? undefined : 'not found in the registry'));
    readiness.add(`schema of ${topic}`, hasSchema);
    writers.push(made);
    return made;
  };
  const works: ((signal: AbortSignal) => Promise<void>)[] = [];
  const background: Promise<void>[] = [];
  const stopping = new AbortController();
  const stopAll = async () => {
    readiness.stop();
    stopping.abort();
    await Promise.all([closeServer(http), ...consumers.map((consumer) => consumer.stop()), ...background]);
    await producer.close();
  };
  try {
    await build({
      log,
      metrics,
      http,
      registry,
      producer,
      writer,
      consume,
      whileOpen: (work) => void works.push(work),
    });
    await http.listen({ host: '0.0.0.0', port: config.PORT });
  } catch (error) {
    await settlesWithin(config.STOP_TIMEOUT_MS, stopAll());
    throw error;
  }
  if (directory !== undefined) void followRole(role, directory, { signal: stopping.signal, log });
  for (const consumer of consumers) consumer.start();
  background.push(...works.map((work) => runWhileOpen(role, stopping.signal, work)));
  for (const made of writers) void made.prepareEventually(stopping.signal, log);
  const address = http.server.address();
  return {
    log,
    port: typeof address === 'object' && address !== null ? address.port : config.PORT,
    stop: () => {
      const stopped = stopAll();
      stopped.catch((error: unknown) => log.error({ error }, 'did not stop well'));
      return settlesWithin(config.STOP_TIMEOUT_MS, stopped);
    },
  };
}
