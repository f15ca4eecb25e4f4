import { readFileSync } from 'node:fs';
import { EventReader, EventWriter, KitError, type OutgoingRecord } from '@sluice/kit';
import { aServer, InMemoryRegistry } from '@sluice/kit/testing';
import { expect, test } from 'vitest';
import type { OrderPlaced } from './order-placed.ts';
import { addRoutes } from './routes.ts';

const schema = readFileSync(new URL('../schemas/order-placed.avsc', import.meta.url), 'utf8');
const now = 1_700_000_000_123;

function aService(publish?: () => Promise<void>) {
  const registry = new InMemoryRegistry();
  registry.register('shop.orders-value', JSON.parse(schema));
  const published: OutgoingRecord[] = [];
  const producer = {
    publish: async (record: OutgoingRecord) => {
      await publish?.();
      published.push(record);
    },
  };
  const { http } = aServer();
  addRoutes(http, { writer: new EventWriter<OrderPlaced>('shop.orders', schema, registry), producer, now: () => now });
  const post = (body: object) => http.inject({ method: 'POST', url: '/orders', payload: body });
  return { post, published, reader: new EventReader<OrderPlaced>(schema, registry) };
}

function anOrder(overrides: object = {}): object {
  return {
    customerId: 'ada',
    amountCents: 700,
    currency: 'EUR',
    items: [
      { sku: 'tea', quantity: 2, priceCents: 300 },
      { sku: 'cup', quantity: 1, priceCents: 100 },
    ],
    ...overrides,
  };
}

test('answers 201 with the order, and its event is in the topic under its customer', async () => {
  const { post, published, reader } = aService();
  const answer = await post(anOrder());
  expect(answer.statusCode).toBe(201);
  const order = answer.json();
  expect(order).toEqual({ ...anOrder(), orderId: expect.stringMatching(/^[0-9a-f-]{36}$/), occurredAt: now });
  expect(published).toMatchObject([{ topic: 'shop.orders', key: Buffer.from('ada') }]);
  expect(await reader.decode(published[0]?.value ?? null)).toEqual({ ...order, eventId: order.orderId });
});

test('gives every order its own id', async () => {
  const { post } = aService();
  const [one, other] = [await post(anOrder()), await post(anOrder())];
  expect(one.json().orderId).not.toBe(other.json().orderId);
});

test('answers 503 and when to try again while the event cannot be published, never 201', async () => {
  const { post } = aService(() => Promise.reject(new KitError('PublishFailed', 'no broker')));
  const answer = await post(anOrder());
  expect(answer.statusCode).toBe(503);
  expect(answer.headers['retry-after']).toBe('2');
});

test.each([
  { field: 'customerId', wrong: { customerId: '' } },
  { field: 'customerId', wrong: { customerId: 'a b' } },
  { field: 'amountCents', wrong: { amountCents: '700' } },
  { field: 'amountCents', wrong: { amountCents: 1.5 } },
  { field: 'amountCents', wrong: { amountCents: 701 } },
  { field: 'currency', wrong: { currency: 'eur' } },
  { field: 'items', wrong: { items: [] } },
  { field: 'items.0.quantity', wrong: { items: [{ sku: 'tea', quantity: 0, priceCents: 1 }] } },
  { field: 'items.0.priceCents', wrong: { items: [{ sku: 'tea', quantity: 1 }] } },
  { field: 'coupon', wrong: { coupon: 'x' } },
])('refuses $wrong, naming $field, and publishes nothing', async ({ field, wrong }) => {
  const { post, published } = aService();
  const answer = await post(anOrder(wrong));
  expect(answer.statusCode).toBe(400);
  expect(answer.json()).toMatchObject({ error: 'Invalid', fields: [{ field, message: expect.any(String) }] });
  expect(published).toEqual([]);
});
