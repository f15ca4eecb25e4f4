import { randomInt } from 'node:crypto';
import { createRegistryClient, EventReader, EventWriter } from '@sluice/kit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectedAlerts } from './oracle.ts';
import { type Alert, anOrder, type PlacedOrder } from './orders.ts';
import { placeOrders } from './place-orders.ts';
import { createScenario } from './scenario.ts';
import { type ShopProcess, schemas, startShop } from './shop-process.ts';

let shop: ShopProcess;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop?.stop());

test('orders placed over HTTP raise exactly the alerts that they must', async () => {
  const scenario = createScenario(4, 'shop');
  const placing = placeOrders(scenario, shop, { run: 'shop' });
  const outcome = await Promise.race([placing, shop.flink.ended]);
  expect(outcome.alerts).toHaveLength(scenario.alerts);
  expect(outcome).toMatchObject({ missing: [], unexpected: [] });
}, 180_000);

test('tells of an alert once that comes twice, and sets aside what is none', async () => {
  const writer = new EventWriter<Alert & { firstOrderAt: number }>(
    'shop.fraud-alerts',
    schemas['shop.fraud-alerts'],
    createRegistryClient(shop.registryUrl),
  );
  const alert = (alertId: string) => ({
    ...{ alertId, customerId: 'twice', currency: 'EUR', orderIds: ['1', '2', '3'], amountsCents: [1, 2, 10] },
    ...{ firstOrderAt: 1, detectedAt: 2 },
  });
  const producer = shop.kafka.aProducer();
  const letters: string[] = [];
  shop.kafka
    .aConsumer('test.letters', [
      { topic: 'shop.notification.dlq', handle: async ({ value }) => void letters.push(String(value)) },
    ])
    .start();
  // One key, so that all four are in one partition, in this order.
  const [one, other] = [await writer.encode(alert('one')), await writer.encode(alert('other'))];
  for (const value of [one, Buffer.from('no alert'), one, other]) {
    await producer.publish({ topic: writer.topic, key: Buffer.from('twice'), value });
  }
  const told = async () => {
    const response = await fetch(`${shop.notificationUrl}/notifications?customerId=twice`);
    const { notifications }: { notifications: readonly Alert[] } = JSON.parse(await response.text());
    return notifications.map(({ alertId }) => alertId);
  };
  await expect.poll(told, { timeout: 20_000 }).toEqual(['one', 'other']);
  await expect.poll(() => letters, { timeout: 20_000 }).toEqual(['no alert']);
});

test('the SQL and the oracle agree on random histories, at the edge of the minute too', async () => {
  const seed = randomInt(2 ** 31);
  const orders = randomHistories(seed);
  const expected = expectedAlerts(orders);
  expect(expected.length).toBeGreaterThan(50);
  const registry = createRegistryClient(shop.registryUrl);
  const alerts = new Map<string, Alert>();
  const reader = new EventReader<Alert & { firstOrderAt: number }>(schemas['shop.fraud-alerts'], registry);
  shop.kafka
    .aConsumer('test.alerts', [
      {
        topic: 'shop.fraud-alerts',
        handle: async ({ value }) => {
          // The test before left what is no event: it would hold up its partition, and the job writes to any.
          if (value?.[0] !== 0) return;
          const { firstOrderAt: _unread, ...alert } = await reader.decode(value);
          if (alert.customerId.startsWith('random-')) alerts.set(alert.alertId, alert);
        },
      },
    ])
    .start();
  const writer = new EventWriter<PlacedOrder & { eventId: string }>('shop.orders', schemas['shop.orders'], registry);
  const producer = shop.kafka.aProducer({ deadlineMs: 60_000 });
  const publish = async (order: PlacedOrder) => {
    const value = await writer.encode({ ...order, eventId: order.orderId });
    await producer.publish({ topic: writer.topic, key: Buffer.from(order.customerId), value });
  };
  const inTime = orders.toSorted((one, other) => one.occurredAt - other.occurredAt);
  await Promise.all(inTime.map(publish));
  // A day later in every partition: the watermark passes all that was before.
  const late = (inTime.at(-1)?.occurredAt ?? 0) + 86_400_000;
  const last = Array.from({ length: 30 }, (_, index) => placedAt(`last-${index}`, 100, late));
  await Promise.all(last.map(publish));
  const found = () => [...alerts.values()].toSorted((one, other) => one.alertId.localeCompare(other.alertId));
  const wanted = expected.toSorted((one, other) => one.alertId.localeCompare(other.alertId));
  const agreed = expect.poll(found, { timeout: 60_000, interval: 200, message: `seed ${seed}` }).toEqual(wanted);
  await Promise.race([agreed, shop.flink.ended]);
}, 120_000);

function placedAt(customerId: string, cents: number, occurredAt: number, currency = 'EUR'): PlacedOrder {
  return { ...anOrder(customerId, cents, currency), orderId: `${customerId}-${occurredAt}-${currency}`, occurredAt };
}

/** Many short histories in which a tenfold rise, level amounts and steps of exactly a minute are common. */
function randomHistories(seed: number): readonly PlacedOrder[] {
  let state = seed;
  const pick = <Item>(items: readonly [Item, ...Item[]]): Item => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 1;
    return items[(state >>> 8) % items.length] ?? items[0];
  };
  // After the real orders: what is earlier than the watermark is late, and dropped.
  const begin = Date.now() + 3_600_000;
  return Array.from({ length: 1_000 }, (_, customer) => {
    let at = begin + customer * 7;
    return Array.from({ length: pick([3, 4, 6, 9]) }, () => {
      at += pick([1, 1_000, 20_000, 29_999, 30_000, 30_001, 59_999]);
      return placedAt(
        `random-${customer}`,
        pick([10, 20, 20, 100, 199, 200, 1_000]),
        at,
        pick(['EUR', 'EUR', 'EUR', 'USD']),
      );
    });
  }).flat();
}
