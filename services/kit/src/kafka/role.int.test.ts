// Two versions of a service on one group, and the role that says whose the events are: the hand-over as the kit does its part.
import { Admin } from '@platformatic/kafka';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Role } from '../role/role.ts';
import { publishNumbers, Seen, startTestKafka, type TestKafka } from '../testing/kafka.ts';
import type { EventConsumer } from './consumer.ts';

let kafka: TestKafka;
let admin: Admin;
beforeAll(async () => {
  kafka = await startTestKafka();
  admin = new Admin({ clientId: 'role', bootstrapBrokers: [...kafka.server.bootstrapServers] });
});
afterAll(async () => {
  await admin?.close();
  await kafka?.stop();
});

const within = { timeout: 30_000, interval: 10 };
const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const range = (to: number) => Array.from({ length: to }, (_, index) => index + 1);

/** Two members, as the pods of one colour are. */
function aColour(group: string, topic: string, seen: Seen, role: Role): readonly EventConsumer[] {
  return [0, 1].map(() => {
    const consumer = kafka.aConsumer(group, [{ topic, handle: async (record) => seen.add(record) }], { role });
    consumer.start();
    return consumer;
  });
}

/** Publishes the next number under each key, one after the other; resolves to the last. */
async function publishUntil(over: AbortSignal, topic: string): Promise<number> {
  const producer = kafka.aProducer();
  for (let number = 1; ; number += 1) {
    await publishNumbers(producer, topic, keys, number, number);
    if (over.aborted) return number;
  }
}

async function stateOf(group: string): Promise<string | undefined> {
  return (await admin.describeGroups({ groups: [group] })).get(group)?.state;
}

test('hands a group over and back under traffic: nothing lost, nothing twice, every key in order', async () => {
  await kafka.createTopic('handed', 4);
  const seen = new Seen();
  const [blue, green] = [new Role('open'), new Role('closed')];
  const colours = [aColour('g.handed', 'handed', seen, blue), aColour('g.handed', 'handed', seen, green)];
  const joined = (colour: number) =>
    expect.poll(() => colours[colour]?.every((consumer) => consumer.isJoined), within).toBe(true);
  await joined(0);
  expect(colours[1]?.some((consumer) => consumer.isJoined)).toBe(false);
  const over = new AbortController();
  const publishing = publishUntil(over.signal, 'handed');
  for (const [from, to, at] of [
    [blue, green, 1],
    [green, blue, 0],
    [blue, green, 1],
  ] as const) {
    from.become('draining');
    // Left by name, not by a session that timed out: that would take 30 s.
    await expect.poll(() => stateOf('g.handed'), { ...within, timeout: 5_000 }).toBe('Empty');
    from.become('closed');
    to.become('open');
    await joined(at);
  }
  over.abort();
  const count = await publishing;
  expect(count).toBeGreaterThan(3);
  await expect.poll(() => keys.map((key) => seen.of(key).length), within).toEqual(keys.map(() => count));
  for (const key of keys) expect(seen.of(key)).toEqual(range(count));
}, 120_000);

test('is withdrawn while it still joins, and keeps nobody waiting', async () => {
  await kafka.createTopic('joining', 1);
  const role = new Role('open');
  const [one] = aColour('g.joining', 'joining', new Seen(), role);
  await expect.poll(() => one?.isJoined, within).toBe(true);
  for (const _ of range(5)) {
    role.become('closed');
    role.become('open');
    role.become('closed');
    await expect.poll(() => stateOf('g.joining'), { ...within, timeout: 8_000 }).toMatch(/Empty|Dead/);
    role.become('open');
  }
  await expect.poll(() => one?.isJoined, within).toBe(true);
}, 90_000);
