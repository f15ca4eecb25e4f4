// What the derived tables promise, kept by a real Flink: values of every documented type come out as they went in, under the
// schema that is registered already.
import { startRegistry } from '@sluice/cluster';
import { createRegistryClient, EventReader, EventWriter } from '@sluice/kit';
import { startTestKafka } from '@sluice/kit/testing/kafka';
import { afterEach, expect, test } from 'vitest';
import { aStreamJob } from '../../operator/src/api/v1alpha1/builders.ts';
import { startFlinkSql } from '../first-order/flink-process.ts';
import { everyType, readAlone, shown } from './every-type.ts';
import { registerSchema, scriptsOf } from './scripts.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

test('values of every type come out of Flink as they went in, and no schema is registered anew', async () => {
  const kafka = await startTestKafka();
  closers.push(() => kafka.stop());
  const registry = await startRegistry();
  closers.push(() => registry.stop());
  const topics = {
    'shop.every': everyType.schema,
    'shop.copies': everyType.schema,
    'shop.read-alone': readAlone.schema,
    'shop.shown': shown.schema,
  };
  for (const [topic, schema] of Object.entries(topics)) {
    await kafka.createTopic(topic, 1);
    await registerSchema(registry.url, topic, schema);
  }
  const job = aStreamJob({
    program: { sql: `INSERT INTO copies SELECT * FROM every_type;\n${shown.sql}` },
    reads: [
      { topic: 'shop.every', as: 'every_type', startFrom: 'Earliest' },
      { topic: 'shop.read-alone', as: 'read_alone', startFrom: 'Earliest' },
    ],
    writes: [
      { topic: 'shop.copies', as: 'copies' },
      { topic: 'shop.shown', as: 'shown' },
    ],
  });
  const source = (topic: keyof typeof topics) => ({ topic, schema: topics[topic] });
  const { tables, sql } = scriptsOf(job, {
    reads: [source('shop.every'), source('shop.read-alone')],
    writes: [source('shop.copies'), source('shop.shown')],
    bus: { bootstrapServers: kafka.server.bootstrapServers, registryUrl: registry.url, groupId: 'shop.types' },
  });

  const client = createRegistryClient(registry.url);
  const producer = kafka.aProducer();
  const publish = async (topic: keyof typeof topics, values: readonly unknown[]) => {
    const writer = new EventWriter<unknown>(topic, topics[topic], client);
    for (const value of values) {
      await producer.publish({ topic, key: Buffer.from('k'), value: await writer.encode(value) });
    }
  };
  await publish('shop.every', everyType.values);
  await publish('shop.read-alone', readAlone.values);
  const seen: Record<'shop.copies' | 'shop.shown', string[]> = { 'shop.copies': [], 'shop.shown': [] };
  for (const topic of ['shop.copies', 'shop.shown'] as const) {
    const reader = new EventReader<unknown>(topics[topic], client);
    const handle = async ({ value }: { readonly value: Buffer | null }) =>
      void seen[topic].push(JSON.stringify(await reader.decode(value)));
    kafka.aConsumer(`test.${topic}`, [{ topic, handle }]).start();
  }

  const flink = await startFlinkSql(tables, sql);
  closers.push(() => flink.stop());
  const asJson = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value));
  const cameOut = expect
    .poll(() => seen, { timeout: 90_000 })
    .toEqual({ 'shop.copies': asJson(everyType.values), 'shop.shown': asJson(shown.values) });
  await Promise.race([cameOut, flink.ended]);
  for (const topic of Object.keys(topics)) {
    const versions = await fetch(`${registry.url}/subjects/${topic}-value/versions`);
    expect(await versions.json(), topic).toEqual([1]);
  }
}, 150_000);
