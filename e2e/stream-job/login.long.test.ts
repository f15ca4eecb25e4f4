// A job's own login on a broker that lets nobody do what no rule allows, tried by a real Flink: exactly once, and keyed.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka, startRegistry } from '@sluice/cluster';
import { afterEach, expect, test } from 'vitest';
import { aStreamJob } from '../../operator/src/api/v1alpha1/builders.ts';
import { flinkEngine } from '../../operator/src/engines/flink/index.ts';
import { connectKafka } from '../../operator/src/kafka/index.ts';
import { grantsOf } from '../../operator/src/streamjob/logins.ts';
import { startFlinkSql } from '../first-order/flink-process.ts';
import { registerSchema, scriptsOf } from './scripts.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

test("a job's own login reads and writes what is declared, keyed and exactly once, and sees nothing else", async () => {
  const administrator = { username: 'admin', password: 'admin-secret' };
  const kafka = await startKafka({
    administrator,
    // For transactions the broker asks itself, as whom it is told to.
    settings: {
      'inter.broker.listener.name': 'PLAINTEXT',
      'sasl.mechanism.inter.broker.protocol': 'SCRAM-SHA-512',
    },
  });
  closers.push(() => kafka.stop());
  const registry = await startRegistry();
  closers.push(() => registry.stop());
  const connect = (username: string, password: string) => {
    const sasl = { mechanism: 'SCRAM-SHA-512', username, password } as const;
    const admin = connectKafka({ bootstrapServers: kafka.bootstrapServers, sasl });
    closers.push(() => admin.close());
    return admin;
  };
  const admin = connect(administrator.username, administrator.password);
  const schema = JSON.stringify({
    type: 'record',
    name: 'Balance',
    fields: [
      { name: 'id', type: 'string' },
      { name: 'total', type: 'long' },
    ],
  });
  const compacted = { 'cleanup.policy': 'compact' };
  const topic = (name: string, config = {}) => ({ topic: name, partitions: 1, replicas: 1, config });
  await admin.createTopics([topic('shop.bookings'), topic('shop.balances', compacted), topic('foreign')]);
  for (const name of ['shop.bookings', 'shop.balances']) await registerSchema(registry.url, name, schema);

  const job = aStreamJob(
    {
      program: {
        sql: [
          "INSERT INTO booked SELECT id, total FROM (VALUES ('a', CAST(1 AS BIGINT)), ('b', 2), ('a', 3)) AS t (id, total);",
          'INSERT INTO balances SELECT id, SUM(total) FROM bookings GROUP BY id;',
        ].join('\n'),
      },
      reads: [{ topic: 'shop.bookings', as: 'bookings', startFrom: 'Earliest' }],
      writes: [
        { topic: 'shop.bookings', as: 'booked', key: 'id' },
        { topic: 'shop.balances', as: 'balances', key: 'id', delivery: 'ExactlyOnce', config: compacted },
      ],
    },
    { metadata: { name: 'balances' } },
  );
  const login = { user: 'shop.balances.job.a', password: 'derived-password' };
  await admin.putUser(login.user, login.password);
  await admin.grant(login.user, grantsOf(job));
  const directory = mkdtempSync(join(tmpdir(), 'job-login-'));
  closers.push(async () => rmSync(directory, { recursive: true }));
  for (const [name, text] of Object.entries(flinkEngine.loginFiles?.(login) ?? {})) {
    writeFileSync(join(directory, name), text);
  }
  const { tables, sql } = scriptsOf(job, {
    reads: [{ topic: 'shop.bookings', schema }],
    writes: [
      { topic: 'shop.bookings', schema },
      { topic: 'shop.balances', schema, isCompacted: true },
    ],
    bus: {
      ...{ bootstrapServers: kafka.bootstrapServers, registryUrl: registry.url, groupId: 'shop.balances' },
      security: {
        ...{ protocol: 'SASL_PLAINTEXT', mechanism: 'SCRAM-SHA-512' },
        ...{ secret: 'balances-kafka-a', loginVersion: '0' },
      },
    },
  });
  expect(tables + sql).not.toContain(login.password);
  const flink = await startFlinkSql(tables, sql, [`-Djava.security.auth.login.config=${join(directory, 'jaas.conf')}`]);
  closers.push(() => flink.stop());
  const written = expect
    .poll(async () => [...(await admin.topicsWithRecords(['shop.bookings', 'shop.balances']))].sort(), {
      timeout: 90_000,
      interval: 500,
    })
    .toEqual(['shop.balances', 'shop.bookings']);
  await Promise.race([written, flink.ended]);
  const visible = await connect(login.user, login.password).topicNames();
  expect([...visible].sort()).toEqual(['shop.balances', 'shop.bookings']);
}, 150_000);
