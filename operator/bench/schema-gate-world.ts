// What the benchmark of the schema gate runs on: the bus layer of the operator in this process over a cache that is filled
// by hand and a broker in memory, and a real registry whose calls are counted. No API server: the gate asks it nothing.
import { type anEventBus, anEventService } from '../src/api/v1alpha1/builders.ts';
import { decideOnBus } from '../src/bus/decide.ts';
import { liveSchemaChanges } from '../src/bus/gate-changes.ts';
import type { BusAvailable } from '../src/bus/observation.ts';
import { observeBus } from '../src/bus/observe.ts';
import { configMaps, eventServices } from '../src/bus/resources.ts';
import { recordedConnections } from '../src/bus/testing/connections.ts';
import { aWorld, putBus, settled, type World } from '../src/bus/testing/world.ts';
import { aTopic } from '../src/kafka/testing/topics.ts';
import type { Change } from '../src/plan/index.ts';
import { connectRegistry, type RegistryClient } from '../src/registry/index.ts';

type Service = ReturnType<typeof anEventService>;

/** What an EventService may publish and consume at most: each of the two has twice as many schemas. */
export const topicsPerService = 100;
const fieldsPerSchema = 20;

export interface GateWorld {
  /** Looks at the first service and decides what is to be done on its bus; answers with how long that took, ms. */
  reconcile(): Promise<{ readonly ms: number; readonly changes: readonly Change[] }>;
  /** The schema of one of its topics gets another field, or is as it was. */
  change(at: number | undefined): void;
  /** Calls to the registry so far. */
  calls(): number;
  close(): Promise<void>;
}

/**
 * Two services, each of which publishes what the other one consumes. With `registryUrl` every topic has its schema and every
 * reader its own; all are registered, and on record as live. Without it there are the same topics and no schemas.
 */
export async function makeGateWorld(registryUrl: string | undefined): Promise<GateWorld> {
  const world = aWorld();
  const schemaRegistry = registryUrl === undefined ? {} : { schemaRegistry: busRegistry(registryUrl) };
  putBus(world, schemaRegistry);
  const counted = { calls: 0 };
  const recorded = recordedConnections({
    registry: (connection) => counting(connectRegistry(connection), () => counted.calls++),
  });
  for (const topic of [...topicsOf('a'), ...topicsOf('b')]) recorded.topics.set(topic, aTopic(topic));
  const hasSchemas = registryUrl !== undefined;
  const look = async (service: Service) => {
    const startedAt = performance.now();
    const observation = await observeBus(service, world, recorded.buses);
    if (observation.state !== 'available') throw new Error(observation.verdict.message);
    const decision = decideOnBus(observation, new Date());
    const records = decision.mayRoll ? liveSchemaChanges(service, observation, { isSettled: true }) : [];
    const ms = performance.now() - startedAt;
    return { ms, observation, decision, changes: [...decision.changes, ...records] };
  };
  const first = await settle(aService('a', 'b', hasSchemas), world, look);
  await settle(aService('b', 'a', hasSchemas), world, look);
  const settledFirst = await settle(first, world, look);
  let current = settledFirst;
  return {
    reconcile: async () => {
      const { ms, changes } = await look(current);
      return { ms, changes };
    },
    change: (at) => {
      current = at === undefined ? settledFirst : changed(settledFirst, at);
      world.put(eventServices, current);
    },
    calls: () => counted.calls,
    close: () => recorded.buses.close(),
  };
}

type Look = (service: Service) => Promise<{
  readonly observation: BusAvailable;
  readonly decision: ReturnType<typeof decideOnBus>;
  readonly changes: readonly Change[];
}>;

/** Carries out what is decided until nothing is left, as the operator would, and puts its status beside it. */
async function settle(service: Service, world: World, look: Look): Promise<Service> {
  let current = world.put(eventServices, service);
  for (let pass = 0; pass < 5; pass++) {
    const { observation, decision, changes } = await look(current);
    const { topics, subjects } = decision;
    current = world.put(eventServices, settled(current, { topics, subjects }));
    if (changes.length === 0) return current;
    if (!decision.mayRoll) throw new Error(decision.verdicts.map(({ message }) => message).join(' '));
    for (const change of changes) await carryOut(change, observation, world);
  }
  throw new Error('a service that is as it is declared does not come to rest');
}

async function carryOut(change: Change, { ports: { schemas } }: BusAvailable, world: World): Promise<void> {
  if (change.action === 'SetCompatibility') await schemas?.setCompatibility(change.subject, change.level);
  if (change.action === 'RegisterSchema') await schemas?.registerSchema(change.subject, change.schema);
  if (change.action === 'Apply') {
    world.put(configMaps, { ...change.object, metadata: { ...change.object.metadata, uid: 'record' } });
  }
}

function busRegistry(url: string) {
  return { url, compatibility: 'FullTransitive' } as const satisfies NonNullable<
    Parameters<typeof anEventBus>[0]
  >['schemaRegistry'];
}

function topicsOf(owner: string): readonly string[] {
  return Array.from({ length: topicsPerService }, (_, at) => `${owner}.topic-${at}`);
}

function aService(name: string, other: string, hasSchemas: boolean): Service {
  const entries = (owner: string) =>
    topicsOf(owner).map((topic) => ({ topic, ...(hasSchemas ? { schema: { inline: schemaOf(topic) } } : {}) }));
  const spec = { publishes: entries(name), consumes: entries(other) };
  return anEventService(spec, { metadata: { name, uid: name, generation: 1 } });
}

function changed(service: Service, at: number): Service {
  const { publishes = [], ...spec } = service.spec;
  const one = publishes[at];
  if (!one) throw new RangeError(`no topic ${at}`);
  const schema = { format: 'Avro', inline: schemaOf(one.topic, 1) } as const;
  const metadata = { ...service.metadata, generation: (service.metadata.generation ?? 0) + 1 };
  return { ...service, metadata, spec: { ...spec, publishes: publishes.with(at, { ...one, schema }) } };
}

/** `more`: fields that are added, with a default. */
function schemaOf(topic: string, more = 0): string {
  const fields = Array.from({ length: fieldsPerSchema + more }, (_, at) => ({
    name: `field${at}`,
    doc: 'What it is good for, as people write it.',
    type: at % 2 === 0 ? 'string' : ['null', 'long'],
    default: at % 2 === 0 ? '' : null,
  }));
  return JSON.stringify({ type: 'record', name: topic.replaceAll(/[.-]/g, '_'), namespace: 'bench', fields });
}

function counting(registry: RegistryClient, count: () => void): RegistryClient {
  return new Proxy(registry, {
    get(target, name) {
      const call: unknown = Reflect.get(target, name);
      if (typeof call !== 'function' || name === 'close') return call;
      return (...values: unknown[]) => {
        count();
        return Reflect.apply(call, target, values);
      };
    },
  });
}
