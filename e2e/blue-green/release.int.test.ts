// The whole release without a cluster: the operator on a real API server, brokers that keep rules, services on the kit with the
// logins, bindings and roles that it writes, PostgreSQL, and load. Nodes alone are played.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@sluice/cluster';
import { startService } from '@sluice/kit';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  applyBus,
  applyService,
  condition,
  serviceNamed,
  startWorld,
  type World,
} from '../../operator/src/eventservice/testing/world.ts';
import { judge, type Switch } from './check.ts';
import { isCaughtUp, isFlowing, makeTables, observe } from './observe.ts';
import { PlayedNode } from './played-node.ts';
import { runLoad } from './programs/load.ts';

const topic = 'shop.ledger-events';
const group = 'shop.ledger';
const administrator = { username: 'admin', password: 'admin-secret' };
const within = { timeout: 90_000, interval: 100 };

let world: World;
let database: pg.Pool;
const closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  world = await startWorld(administrator);
  closers.push(() => world.stop());
  const postgres = await startPostgres();
  closers.push(() => postgres.stop());
  database = new pg.Pool({ connectionString: postgres.url, max: 20 });
  closers.push(() => database.end());
  await makeTables(database);
  await world.startOperator();
  await applyBus(world);
  await applyService(world, 'ledger-load', { replicas: 0, publishes: [{ topic, partitions: 6 }] });
  await condition(world, 'ledger-load', 'TopicsReady', { status: 'True' });
});
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

async function applyLedger(version: number): Promise<void> {
  await applyService(world, 'ledger', {
    replicas: 2,
    template: { spec: { containers: [{ name: 'ledger', image: `docker.io/sluice/ledger:${version}` }] } },
    service: { ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
    consumes: [{ topic, group }],
    release: { strategy: 'BlueGreen', roleAware: true, soakSeconds: 0, keepOldSeconds: 1, drainSeconds: 20 },
  });
}

/** Of the administrator: who may write the topic is not what is shown here. */
function bindingsOfLoad(): string {
  const root = mkdtempSync(join(tmpdir(), 'load-'));
  closers.push(async () => rmSync(root, { recursive: true }));
  const { bootstrapServers } = world.kafka;
  const bindings = {
    kafka: {
      type: 'kafka',
      'bootstrap-servers': bootstrapServers.join(','),
      'security-protocol': 'SASL_PLAINTEXT',
      'sasl-mechanism': 'SCRAM-SHA-512',
      ...administrator,
    },
    registry: { type: 'schema-registry', uri: world.registry.url },
  };
  for (const [name, entries] of Object.entries(bindings)) {
    mkdirSync(join(root, name));
    for (const [entry, text] of Object.entries(entries)) writeFileSync(join(root, name, entry), text);
  }
  return root;
}

test('versions take over under load: no request fails, no event is lost, doubled or delivered again', async () => {
  const config = { EVENTS_TOPIC: topic, GROUP: group, DATABASE_URL: '', VERSION: '' };
  const node = new PlayedNode(world, 'ledger', config, database);
  const url = `${await node.start()}/version`;
  closers.push(() => node.stop());
  await applyLedger(0);
  await condition(world, 'ledger', 'Ready', { status: 'True' }, within.timeout);
  const settings = { PORT: 0, LOG_LEVEL: 'fatal', STOP_TIMEOUT_MS: 20_000 } as const;
  const load = await startService(
    'load',
    { ...settings, SERVICE_BINDING_ROOT: bindingsOfLoad() },
    ({ producer, whileOpen }) => {
      const rates = { eventsPerSecond: 100, requestsPerSecond: 20 };
      whileOpen((signal) => runLoad({ topic, url, ...rates, producer, database }, signal));
    },
  );
  closers.push(() => load.stop());
  await expect.poll(() => isFlowing(database), within).toBe(true);

  const switches: Switch[] = [];
  for (const version of [1, 2]) {
    const fromMs = Date.now();
    await applyLedger(version);
    const promoted = async () => {
      const { phase, history = [] } = (await serviceNamed(world, 'ledger'))?.status?.release ?? {};
      return `${phase} after ${history.map(({ outcome }) => outcome).join()}`;
    };
    const outcomes = Array.from({ length: version }, () => 'Promoted').join();
    await expect.poll(promoted, within).toBe(`Stable after ${outcomes}`);
    await expect.poll(() => isFlowing(database), within).toBe(true);
    switches.push({ fromMs, untilMs: Date.now(), isDrained: true });
  }
  await load.stop();
  await expect.poll(() => isCaughtUp(database), within).toBe(true);
  const { verdict, faults } = judge(await observe(database), switches);
  expect(faults).toEqual([]);
  expect(verdict.events_sent).toBeGreaterThan(300);
  expect(verdict.http_requests).toBeGreaterThan(100);
  expect(verdict.handover_max_ms, JSON.stringify(verdict)).toBeLessThan(10_000);
}, 240_000);
