// What the SQL of Spark jobs does to real topics: the operator's tables and the runner, on real Spark, broker and registry.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Consumer, Producer } from '@platformatic/kafka';
import { type KafkaServer, type RegistryServer, startKafka, startRegistry } from '@sluice/cluster';
import avsc from 'avsc';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectKafka, type KafkaAdmin } from '../../kafka/index.ts';
import { avroText, connectRegistry, type RegistryClient } from '../../registry/index.ts';
import { eventually } from '../../runtime/testing/cluster.ts';
import { type TablesInputs, tablesDocument } from './tables.ts';
import { startSparkSql } from './testing/spark-process.ts';

const jobMs = 600_000;
const orderFields = [
  { name: 'orderId', type: 'string' },
  { name: 'total', type: { type: 'bytes', logicalType: 'decimal', precision: 10, scale: 2 } },
  { name: 'placedAt', type: { type: 'long', logicalType: 'timestamp-millis' } },
];
const schemaOf = (name: string, fields: readonly object[]) =>
  JSON.stringify({ type: 'record', name, namespace: 'shop', fields });
const orderV1 = schemaOf('Order', orderFields);
const orderV2 = schemaOf('Order', [...orderFields, { name: 'note', type: ['null', 'string'], default: null }]);
const bucketSchema = schemaOf('Bucket', [
  { name: 'bucket', type: 'string' },
  { name: 'orders', type: 'long' },
]);
const copySchema = schemaOf('Copy', [
  { name: 'orderId', type: 'string' },
  { name: 'note', type: ['null', 'string'], default: null },
]);

let kafka: KafkaServer;
let registry: RegistryServer;
let admin: KafkaAdmin;
let schemas: RegistryClient;
let folder = '';

beforeAll(async () => {
  [kafka, registry] = await Promise.all([startKafka(), startRegistry()]);
  admin = connectKafka({ bootstrapServers: kafka.bootstrapServers });
  schemas = connectRegistry({ url: registry.url });
  folder = mkdtempSync(join(tmpdir(), 'spark-sql-test-'));
});
afterAll(async () => {
  await Promise.all([admin?.close(), schemas?.close()]);
  await Promise.all([kafka?.stop(), registry?.stop()]);
  if (folder) rmSync(folder, { recursive: true });
});

async function aTopic(topic: string, ...versions: readonly string[]): Promise<void> {
  await admin.createTopics([{ topic, partitions: 1, replicas: 1, config: {} }]);
  for (const version of versions) await schemas.registerSchema(`${topic}-value`, avroText(version));
}

function tables(inputs: Omit<TablesInputs, 'triggerIntervalMs'>): string {
  const bus = { bootstrapServers: kafka.bootstrapServers, registryUrl: registry.url, groupId: 'shop.spark' };
  return tablesDocument(inputs, bus);
}

/** So many values as the schema reads them. */
async function valuesOf(topic: string, schema: string, count: number): Promise<readonly unknown[]> {
  const type = avsc.Type.forSchema(JSON.parse(schema));
  const consumer = new Consumer({
    clientId: 'test',
    groupId: `test-${topic}-${Math.random()}`,
    bootstrapBrokers: [...kafka.bootstrapServers],
  });
  const found: unknown[] = [];
  const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: false, maxWaitTime: 500 });
  for await (const { value } of stream) {
    if (!value) continue;
    expect(value[0]).toBe(0);
    // What a newer schema has added stands at the end.
    found.push(type.fromBuffer(value.subarray(5), undefined, true));
    if (found.length >= count) break;
  }
  await consumer.close(true);
  return found;
}

async function write(topic: string, schema: string, values: readonly object[]): Promise<void> {
  const found = await schemas.lookup(`${topic}-value`, avroText(schema));
  const header = Buffer.alloc(5);
  header.writeUInt32BE(found?.id ?? 0, 1);
  const type = avsc.Type.forSchema(JSON.parse(schema));
  const producer = new Producer({ clientId: 'test', bootstrapBrokers: [...kafka.bootstrapServers] });
  const messages = values.map((value) => ({ topic, value: Buffer.concat([header, type.toBuffer(value)]) }));
  await producer.send({ messages, acks: -1 });
  await producer.close();
}

const anOrder = (id: number) => ({
  orderId: `order-${id}`,
  total: Buffer.from([id]),
  placedAt: 1_700_000_000_000 + id,
});

it(
  'a batch job fills a topic, makes a Delta table of it and sums it up, whichever schema a record was written with',
  async () => {
    await aTopic('shop.orders', orderV1, orderV2);
    await aTopic('shop.buckets', bucketSchema);
    await write('shop.orders', orderV1, [anOrder(1), anOrder(2)]);
    const lake = join(folder, 'lake');
    const job = await startSparkSql({
      tables: tables({
        mode: 'Batch',
        reads: [{ topic: 'shop.orders', as: 'orders', schema: orderV2, startFrom: 'Earliest' }],
        writes: [
          { topic: 'shop.orders', as: 'seeded', schema: orderV2 },
          { topic: 'shop.buckets', as: 'buckets', schema: bucketSchema },
        ],
      }),
      sql: `-- by Spark, in the newer schema; 'quoted; not ended'
INSERT INTO seeded SELECT concat('order-', id), CAST(id AS DECIMAL(10, 2)), timestamp_millis(1700000000000 + id), 'new'
  FROM range(3, 101);
CREATE TABLE delta.\`${lake}\` USING delta AS SELECT * FROM orders;
INSERT INTO buckets (orders, bucket)
  SELECT count(*), CASE WHEN note IS NULL THEN 'old' ELSE note END FROM delta.\`${lake}\` GROUP BY 2;
`,
    });
    const { exitCode, said } = await job.ended;
    expect(exitCode, said).toBe(0);
    const buckets = await valuesOf('shop.buckets', bucketSchema, 2);
    expect(buckets).toHaveLength(2);
    expect(buckets).toEqual(
      expect.arrayContaining(
        [
          { bucket: 'old', orders: 2 },
          { bucket: 'new', orders: 98 },
        ].map((each) => expect.objectContaining(each)),
      ),
    );
    expect(existsSync(join(lake, '_delta_log'))).toBe(true);
    const orders = await valuesOf('shop.orders', orderV1, 100);
    expect(orders.at(-1)).toMatchObject({ orderId: 'order-100' });
  },
  jobMs,
);

it(
  'a streaming job that is killed goes on from its checkpoint, and writes nothing twice that it had committed',
  async () => {
    await aTopic('shop.payments', orderV1);
    await aTopic('shop.copies', copySchema);
    await write('shop.payments', orderV1, [1, 2, 3].map(anOrder));
    const scripts = {
      tables: tables({
        mode: 'Streaming',
        reads: [{ topic: 'shop.payments', as: 'payments', schema: orderV1, startFrom: 'Earliest' }],
        writes: [{ topic: 'shop.copies', as: 'copies', schema: copySchema }],
      }),
      sql: 'INSERT INTO copies (orderId) SELECT orderId FROM payments',
      checkpoints: join(folder, 'checkpoints'),
    };
    const first = await startSparkSql(scripts);
    const committed = (batch: number) => existsSync(join(folder, 'checkpoints', 'copies', 'commits', String(batch)));
    await eventually('the first batch is committed', async () => committed(0), jobMs / 2);
    await first.kill();
    await write('shop.payments', orderV1, [4, 5].map(anOrder));
    const second = await startSparkSql(scripts);
    await eventually('the next batch is committed', async () => committed(1), jobMs / 2);
    await second.kill();
    const copies = await valuesOf('shop.copies', copySchema, 5);
    expect(copies).toMatchObject([1, 2, 3, 4, 5].map((id) => ({ orderId: `order-${id}`, note: null })));
    const offsets = readFileSync(join(folder, 'checkpoints', 'copies', 'offsets', '1'), 'utf8');
    expect(offsets).toContain('"shop.payments":{"0":5}');
  },
  jobMs,
);

it.each([
  [
    'SQL that does not parse',
    'SET a = 1;\nINSERT INTO copies\n  SELEKT orderId FROM payments',
    'job.sql statement 2 (line 2, column 1)',
    'line 3, column',
  ],
  [
    'a column that there is not',
    '\nINSERT INTO copies (orderId)\n  SELECT ordrId FROM payments',
    'job.sql statement 1 (line 2, column 1)',
    '(line 3, column 10)',
  ],
  [
    'a column of another type',
    'INSERT INTO copies (orderId) SELECT total FROM payments',
    'job.sql statement 1 (line 1, column 1)',
    'column orderId is string',
  ],
])(
  'ends over %s with its line',
  async (_, sql, place, says) => {
    await aTopic(`shop.bad-${sql.length}`, orderV1);
    await aTopic(`shop.bad-copies-${sql.length}`, copySchema);
    const job = await startSparkSql({
      tables: tables({
        mode: 'Streaming',
        reads: [{ topic: `shop.bad-${sql.length}`, as: 'payments', schema: orderV1, startFrom: 'Earliest' }],
        writes: [{ topic: `shop.bad-copies-${sql.length}`, as: 'copies', schema: copySchema }],
      }),
      sql,
      checkpoints: join(folder, `bad-${sql.length}`),
    });
    const { exitCode, said } = await job.ended;
    expect(exitCode).toBe(1);
    expect(said).toContain(place);
    expect(said).toContain(says);
  },
  jobMs,
);
