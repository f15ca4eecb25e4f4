import { afterAll, beforeAll, expect, test } from 'vitest';
import { publishNumbers, Seen, startTestKafka, type TestKafka } from '../testing/kafka.ts';
import type { EventConsumer, Subscription } from './consumer.ts';

let kafka: TestKafka;
beforeAll(async () => {
  kafka = await startTestKafka();
});
afterAll(() => kafka?.stop());

const within = { timeout: 30_000, interval: 20 };
const joined = (consumer: EventConsumer) => expect.poll(() => consumer.isJoined, within).toBe(true);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
/** Keys that lie in different partitions of four, by murmur2 as Java's clients reckon it. */
const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

function collect(topic: string, seen: Seen, overrides: Partial<Subscription> = {}): Subscription {
  return { topic, handle: async (record) => seen.add(record), ...overrides };
}

test('handles every event of a key in order, and goes on where it left off after a stop', async () => {
  await kafka.createTopic('order', 4);
  const producer = kafka.aProducer();
  const [before, after] = [new Seen(), new Seen()];
  const first = kafka.aConsumer('g.order', [collect('order', before)]);
  expect(first.isJoined).toBe(false);
  first.start();
  await publishNumbers(producer, 'order', keys, 1, 25);
  await expect.poll(() => keys.map((key) => before.of(key).at(-1)), within).toEqual(keys.map(() => 25));
  await first.stop();
  expect(first.isJoined).toBe(false);
  await publishNumbers(producer, 'order', keys, 26, 30);
  kafka.aConsumer('g.order', [collect('order', after)]).start();
  await expect.poll(() => keys.map((key) => after.of(key).at(-1)), within).toEqual(keys.map(() => 30));
  for (const key of keys) {
    expect(before.of(key)).toEqual(range(1, 25));
    expect(after.of(key)).toEqual(range(26, 30));
  }
});

test('puts a key into the partition that Java clients put it into', async () => {
  await kafka.createTopic('keyed', 3);
  // murmur2 of these keys is in Kafka's own UtilsTest; the first three are negative there.
  const partitions = { '21': 0, foobar: 0, 'a-little-bit-long-string': 2, abc: 0 };
  const seen: Record<string, number> = {};
  const handle: Subscription['handle'] = async ({ key, partition }) => {
    seen[String(key)] = partition;
  };
  kafka.aConsumer('g.keyed', [{ topic: 'keyed', handle }]).start();
  await publishNumbers(kafka.aProducer(), 'keyed', Object.keys(partitions), 1, 1);
  await expect.poll(() => seen, within).toEqual(partitions);
});

test('finishes and commits the event in hand when it is stopped', async () => {
  await kafka.createTopic('in-hand', 1);
  await publishNumbers(kafka.aProducer(), 'in-hand', ['a'], 1, 3);
  const [begun, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const [before, after] = [new Seen(), new Seen()];
  const slow = kafka.aConsumer('g.in-hand', [
    collect('in-hand', before, {
      handle: async (record) => {
        begun.resolve();
        await go.promise;
        before.add(record);
      },
    }),
  ]);
  slow.start();
  await begun.promise;
  const stopped = slow.stop();
  go.resolve();
  await stopped;
  expect(before.of('a')).toEqual([1]);
  kafka.aConsumer('g.in-hand', [collect('in-hand', after)]).start();
  await expect.poll(() => after.of('a'), within).toEqual([2, 3]);
});

test('a poisoned event holds its own partition and no other, until it can be handled', async () => {
  await kafka.createTopic('held', 4);
  const seen = new Seen();
  let isPoisoned = true;
  const handle: Subscription['handle'] = async (record) => {
    if (isPoisoned && String(record.key) === 'a' && String(record.value) === '2') throw new Error('poison');
    seen.add(record);
  };
  const consumer = kafka.aConsumer('g.held', [{ topic: 'held', handle }]);
  consumer.start();
  await publishNumbers(kafka.aProducer(), 'held', keys, 1, 10);
  // which keys share the partition of `a`, the broker knows; at least one must not
  const others = keys.filter((key) => key !== 'a');
  await expect.poll(() => others.filter((key) => seen.of(key).at(-1) === 10).length, within).toBeGreaterThan(3);
  expect(seen.of('a')).toEqual([1]);
  isPoisoned = false;
  await expect.poll(() => seen.of('a'), within).toEqual(range(1, 10));
  for (const key of keys) expect(seen.of(key)).toEqual(range(1, 10));
});

test('sets a poisoned event aside with its bytes and where it came from', async () => {
  await kafka.createTopic('aside', 4);
  await kafka.createTopic('aside.dlq', 4);
  const seen = new Seen();
  const letters: Parameters<Subscription['handle']>[0][] = [];
  const handle: Subscription['handle'] = async (record) => {
    if (String(record.value) === '2') throw new Error('poison');
    seen.add(record);
  };
  kafka.aConsumer('g.aside', [{ topic: 'aside', deadLetterTopic: 'aside.dlq', handle }]).start();
  kafka.aConsumer('g.letters', [{ topic: 'aside.dlq', handle: async (record) => void letters.push(record) }]).start();
  await publishNumbers(kafka.aProducer(), 'aside', ['a'], 1, 4);
  await expect.poll(() => seen.of('a'), within).toEqual([1, 3, 4]);
  await expect.poll(() => letters.length, within).toBe(1);
  const [letter] = letters;
  expect([String(letter?.key), String(letter?.value)]).toEqual(['a', '2']);
  expect(Object.fromEntries([...(letter?.headers ?? [])].map(([name, value]) => [name, String(value)]))).toMatchObject({
    'dead-letter-topic': 'aside',
    'dead-letter-offset': '1',
    'dead-letter-reason': 'poison',
  });
});

test('members that come and go under traffic skip nothing, repeat nothing and keep every key in order', async () => {
  await kafka.createTopic('moving', 4);
  const seen = new Seen();
  const members = [0, 1, 2].map(() => kafka.aConsumer('g.moving', [collect('moving', seen)]));
  const [one, two, three] = members;
  if (!one || !two || !three) throw new Error('three members');
  one.start();
  await joined(one);
  const published = publishNumbers(kafka.aProducer(), 'moving', keys, 1, 1_500);
  two.start();
  await joined(two);
  three.start();
  await joined(three);
  await one.stop();
  await two.stop();
  await published;
  await expect.poll(() => keys.map((key) => seen.of(key).length), within).toEqual(keys.map(() => 1_500));
  for (const key of keys) expect(seen.of(key)).toEqual(range(1, 1_500));
}, 120_000);

test('reads partitions that a topic gains', async () => {
  await kafka.createTopic('growing', 1);
  const seen = new Seen();
  const consumer = kafka.aConsumer('g.growing', [collect('growing', seen)]);
  consumer.start();
  await joined(consumer);
  await kafka.addPartitions('growing', 4);
  await publishNumbers(kafka.aProducer(), 'growing', keys, 1, 3);
  await expect
    .poll(() => keys.map((key) => seen.of(key)), { ...within, timeout: 50_000 })
    .toEqual(keys.map(() => [1, 2, 3]));
}, 90_000);

test('waits for a topic that is not there yet', async () => {
  const seen = new Seen();
  const consumer = kafka.aConsumer('g.late', [collect('late', seen)]);
  consumer.start();
  await expect(
    kafka.aProducer({ deadlineMs: 3_000 }).publish({ topic: 'late', key: null, value: null }),
  ).rejects.toMatchObject({
    code: 'PublishFailed',
  });
  expect(consumer.isJoined).toBe(false);
  await kafka.createTopic('late', 1);
  await publishNumbers(kafka.aProducer(), 'late', ['a'], 1, 1);
  await expect.poll(() => seen.of('a'), within).toEqual([1]);
});

test('comes back after the broker was killed: nothing acknowledged is lost, what is not acknowledged says so', async () => {
  await kafka.createTopic('killed', 4);
  const seen = new Seen();
  const consumer = kafka.aConsumer('g.killed', [collect('killed', seen)]);
  consumer.start();
  const producer = kafka.aProducer({ deadlineMs: 3_000 });
  await publishNumbers(producer, 'killed', keys, 1, 5);
  await expect.poll(() => keys.map((key) => seen.of(key).length), within).toEqual(keys.map(() => 5));
  await kafka.server.kill();
  await expect(publishNumbers(producer, 'killed', ['a'], 0, 0)).rejects.toMatchObject({ code: 'PublishFailed' });
  await expect.poll(() => consumer.isJoined, { ...within, timeout: 60_000 }).toBe(false);
  await kafka.server.start();
  await expect
    .poll(() => publishNumbers(producer, 'killed', keys, 6, 6).then(() => 'done', String), within)
    .toBe('done');
  await joined(consumer);
  await expect.poll(() => keys.map((key) => seen.of(key).includes(6)), within).toEqual(keys.map(() => true));
  for (const key of keys) expect([...new Set(seen.of(key).filter((number) => number > 0))]).toEqual(range(1, 6));
}, 180_000);
