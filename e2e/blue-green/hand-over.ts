// The hand-over without a cluster: two colours of two members on a real broker and PostgreSQL, under load, and roles written to
// files as the operator has the kubelet write them. It shows what the services do of their part, and how long that takes.
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Admin } from '@platformatic/kafka';
import { type KafkaServer, startKafka, startPostgres } from '@sluice/cluster';
import { type RunningService, startService } from '@sluice/kit';
import pg from 'pg';
import { type Judgement, judge, type Switch } from './check.ts';
import { isCaughtUp, isFlowing, makeTables, observe } from './observe.ts';
import { buildAwareLedger } from './programs/aware.ts';
import { runLoad } from './programs/load.ts';

export interface HandOverOptions {
  readonly switches: number;
  readonly eventsPerSecond: number;
  readonly requestsPerSecond: number;
  /** Settings of the broker beside those of tests. */
  readonly settings?: Readonly<Record<string, string>>;
}

type Colour = 'blue' | 'green';
type RoleWord = 'open' | 'draining' | 'closed';

const TOPIC = 'ledger.events';
const GROUP = 'ledger';
const PARTITIONS = 6;
const MEMBERS = 2;
const GIVE_UP_MS = 60_000;

/** Hands the group to and fro under load, and judges every event. */
export async function handOver(options: HandOverOptions): Promise<Judgement> {
  const { switches, eventsPerSecond, requestsPerSecond, settings = {} } = options;
  const closers: (() => Promise<unknown>)[] = [];
  try {
    const kafka = await startKafka({ settings });
    closers.push(() => kafka.stop());
    const postgres = await startPostgres();
    closers.push(() => postgres.stop());
    const database = new pg.Pool({ connectionString: postgres.url, max: 20 });
    closers.push(() => database.end());
    const admin = new Admin({ clientId: 'proof', bootstrapBrokers: [...kafka.bootstrapServers], retries: 20 });
    closers.push(() => admin.close());
    await makeTables(database);
    await admin.createTopics({ topics: [TOPIC], partitions: PARTITIONS, replicas: 1 });

    const directory = mkdtempSync(join(tmpdir(), 'hand-over-'));
    closers.push(async () => rmSync(directory, { recursive: true }));
    const tell = roles(directory);
    tell('blue', 'open');
    tell('green', 'closed');
    let url = '';
    for (const colour of ['blue', 'green'] as const) {
      for (const member of Array.from({ length: MEMBERS }).keys()) {
        const service = await startLedger(directory, kafka, database, colour, `${colour}-${member}`);
        closers.push(() => service.stop());
        // One pod is asked all the time, whatever its role is.
        url ||= `http://127.0.0.1:${service.port}/version`;
      }
    }
    const group = async () => (await admin.describeGroups({ groups: [GROUP] })).get(GROUP);
    const isEmpty = async () => (await group())?.state === 'Empty';
    const isComplete = async () => {
      const found = await group();
      return found?.state === 'Stable' && found.members.size === MEMBERS;
    };
    await until('both members have joined', isComplete);

    const load = await startService('load', serviceConfig(directory, kafka), ({ producer, whileOpen }) => {
      whileOpen((signal) =>
        runLoad({ topic: TOPIC, eventsPerSecond, url, requestsPerSecond, producer, database }, signal),
      );
    });
    closers.push(() => load.stop());
    await until('events have their effect', () => isFlowing(database));
    const made: Switch[] = [];
    for (let number = 0; number < switches; number += 1) {
      const [from, to]: readonly [Colour, Colour] = number % 2 === 0 ? ['blue', 'green'] : ['green', 'blue'];
      const fromMs = Date.now();
      tell(from, 'draining');
      await until(`the group is empty of ${from}`, isEmpty);
      tell(from, 'closed');
      tell(to, 'open');
      await until(`${to} has the group`, isComplete);
      await until(`${to} has caught up`, () => isFlowing(database));
      made.push({ fromMs, untilMs: Date.now(), isDrained: true });
    }
    await load.stop();
    await until('every event has its effect', () => isCaughtUp(database));
    return judge(await observe(database), made);
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

function startLedger(
  directory: string,
  kafka: KafkaServer,
  database: pg.Pool,
  colour: Colour,
  pod: string,
): Promise<RunningService> {
  const config = { EVENTS_TOPIC: TOPIC, GROUP, DATABASE_URL: '', VERSION: colour, POD_NAME: pod };
  return startService(
    pod,
    { ...serviceConfig(directory, kafka), SLUICE_ROLE_DIRECTORY: join(directory, colour) },
    (parts) => buildAwareLedger(parts, config, database),
  );
}

/** Writes the role of a colour, as a ConfigMap brings it: the new file is there at once or not at all. */
function roles(directory: string): (colour: Colour, role: RoleWord) => void {
  let epoch = 0;
  return (colour, role) => {
    epoch += 1;
    const path = join(directory, colour);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'next'), `${epoch} ${role}\n`);
    renameSync(join(path, 'next'), join(path, 'role'));
  };
}

/** With the bindings that Sluice would mount; the registry is never asked, since the events have no schema. */
function serviceConfig(directory: string, { bootstrapServers }: KafkaServer) {
  const root = join(directory, 'bindings');
  const bindings = {
    kafka: { type: 'kafka', 'bootstrap-servers': bootstrapServers.join(','), 'security-protocol': 'PLAINTEXT' },
    registry: { type: 'schema-registry', uri: 'http://127.0.0.1:9' },
  };
  for (const [name, entries] of Object.entries(bindings)) {
    mkdirSync(join(root, name), { recursive: true });
    for (const [entry, text] of Object.entries(entries)) writeFileSync(join(root, name, entry), text);
  }
  return { PORT: 0, LOG_LEVEL: 'fatal', SERVICE_BINDING_ROOT: root, STOP_TIMEOUT_MS: 20_000 } as const;
}

async function until(wanted: string, ask: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + GIVE_UP_MS;
  while (!(await ask())) {
    if (performance.now() > deadline) throw new Error(`${wanted}: not within ${GIVE_UP_MS / 1_000} s`);
    await delay(100);
  }
}
