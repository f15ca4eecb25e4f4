// Jobs on Spark: one that ends, run when it is made and again when it is asked for, and one that goes on from its
// checkpoint. What they wrote is judged by SQL of the last one: it fails over a record that is missing or there twice.
import { chooseProvider, loadImages, sparkCrdPath } from '@sluice/cluster';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runStandIn } from '../../cluster/stand-ins/spark/stand-in.ts';
import { Client, loadKubeConfig } from '../../operator/src/runtime/index.ts';
import { eventually, type LiveObject } from '../platform/kubectl.ts';
import { apply, remove, type Story } from '../platform/manifests.ts';
import { providedPlatform } from '../platform/provided.ts';
import { aSparkJob, orderSchema, surroundings } from './manifests.ts';

const story: Story = { name: 'spark', namespace: 'shop' };
const { cluster, kubeconfigPath } = providedPlatform();
const withinMs = 300_000;
const stop = new AbortController();
let standIn: Promise<void> | undefined;

const seed = aSparkJob(story, 'spark-seed', {
  writes: [{ topic: 'shop.spark-orders', as: 'seeded', schema: { inline: orderSchema } }],
  sql: `INSERT INTO seeded SELECT concat('order-', id), CAST(id AS DECIMAL(10, 2)), current_timestamp() FROM range(1, 101);
CREATE TABLE IF NOT EXISTS delta.\`/lake/runs\` (orders BIGINT, total DECIMAL(20, 2)) USING delta;
INSERT INTO delta.\`/lake/runs\` SELECT count(*), sum(total) FROM orders;`,
});
const follow = (suspend: boolean) =>
  aSparkJob(story, 'spark-follow', {
    runtimeMode: 'Streaming',
    suspend,
    sql: 'CREATE TABLE IF NOT EXISTS delta.`/lake/copies` (orderId STRING, total DECIMAL(10, 2)) USING delta;\nINSERT INTO delta.`/lake/copies` SELECT orderId, total FROM orders',
  });
const check = aSparkJob(story, 'spark-check', {
  sql: `CREATE TABLE delta.\`/lake/checked\` USING delta AS
SELECT CASE WHEN runs = '100:5050.00,200:10100.00' AND copies = '200:10100.00' THEN 'right'
            ELSE raise_error(concat('runs are ', runs, ', copies are ', copies)) END AS judgement
FROM (SELECT concat_ws(',', sort_array(collect_list(concat(orders, ':', total)))) AS runs FROM delta.\`/lake/runs\`),
     (SELECT concat(count(*), ':', sum(total)) AS copies FROM delta.\`/lake/copies\`)`,
});

beforeAll(async () => {
  const provider = await chooseProvider();
  await loadImages(provider, ['spark']);
  const client = new Client(loadKubeConfig(kubeconfigPath));
  await cluster.run(['apply', '--server-side', '--force-conflicts', '-f', await sparkCrdPath()]);
  await apply(cluster, ...surroundings(story));
  const logger = pino({ level: process.env['SLUICE_LOG_LEVEL'] ?? 'silent' });
  standIn = runStandIn({ client, logger, namespaces: [story.namespace] }, stop.signal);
  standIn.catch(() => undefined);
});

afterAll(async () => {
  await remove(cluster, check, follow(false), seed, ...surroundings(story));
  stop.abort();
  await standIn;
});

interface Job {
  readonly state?: string;
  readonly id?: string;
}

async function reached(name: string, state: string, than?: string): Promise<Job> {
  let last: LiveObject | undefined;
  return eventually(
    `streamjob/${name} is ${state}`,
    async () => {
      last = await cluster.get('shop', `streamjob/${name}`);
      const job: Job = last?.status?.['job'] ?? {};
      if (job.state === 'Failed') throw new Error(JSON.stringify(last?.status?.conditions));
      return job.state === state && job.id !== than && job;
    },
    { timeoutMs: withinMs },
  );
}

async function committed(batch: number): Promise<void> {
  const list = ['exec', '-n', 'shop', 'spark-follow-driver', '--', 'ls', '/lake/state/shop/spark-follow/checkpoints'];
  await eventually(
    `batch ${batch} of spark-follow is committed`,
    async () => {
      const [folder = ''] = (await cluster.run(list)).trim().split('\n');
      const commits = await cluster.run([...list.slice(0, -1), `${list.at(-1)}/${folder}/commits`]);
      return commits.split('\n').includes(String(batch));
    },
    { timeoutMs: withinMs },
  );
}

describe('a job on Spark', () => {
  it(
    'that ends is run when it is made, and once more when it is asked for; one that runs on resumes where it was',
    async () => {
      await apply(cluster, seed);
      const first = await reached('spark-seed', 'Finished');

      await apply(cluster, follow(false));
      await reached('spark-follow', 'Running');
      await committed(0);
      await apply(cluster, follow(true));
      await reached('spark-follow', 'Suspended');

      await cluster.run(['annotate', '-n', 'shop', 'streamjob/spark-seed', 'sluice.dev/run=second']);
      await reached('spark-seed', 'Finished', first.id);
      await apply(cluster, follow(false));
      await committed(1);

      await apply(cluster, check);
      expect(await reached('spark-check', 'Finished')).toBeDefined();
    },
    5 * withinMs,
  );
});
