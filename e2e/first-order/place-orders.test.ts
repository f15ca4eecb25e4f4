import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { expectedAlerts } from './oracle.ts';
import type { Alert, OrderRequest, PlacedOrder } from './orders.ts';
import { placeOrders } from './place-orders.ts';
import { createScenario } from './scenario.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** A shop of one process; `tell` decides which alerts it tells of, from those that it should. */
async function aShop(tell: (alerts: readonly Alert[]) => readonly Alert[], status = 201) {
  const placed: PlacedOrder[] = [];
  const server = createServer(async (request, response) => {
    if (request.method === 'GET')
      return void response.end(JSON.stringify({ notifications: tell(expectedAlerts(placed)) }));
    const body = (await request.toArray()).join('');
    const order: OrderRequest = JSON.parse(body);
    const answer = { ...order, orderId: `o${placed.length}`, occurredAt: placed.length };
    placed.push(answer);
    response.writeHead(status).end(JSON.stringify(answer));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { placed, shop: { orderUrl: url, notificationUrl: url } };
}

const run = { run: 'run', timeoutMs: 4_000, pace: { trickleEveryMs: 1, quietMs: 20 } };

test('finds no difference where each alert came that must', async () => {
  const { shop, placed } = await aShop((alerts) => alerts);
  const scenario = createScenario(1, 'run');
  const outcome = await placeOrders(scenario, shop, run);
  expect(outcome.alerts).toHaveLength(scenario.alerts);
  expect(outcome).toMatchObject({ missing: [], unexpected: [] });
  // Every customer's orders arrived in their order.
  for (const orders of [...scenario.customers, scenario.closing]) {
    const id = orders[0]?.customerId;
    expect(placed.filter(({ customerId }) => customerId === id)).toMatchObject(orders);
  }
});

test('names an alert that is missing, one too many, and one that says something else', async () => {
  const { shop } = await aShop(([first, second, ...others]) => {
    const changed = second ? [{ ...second, amountsCents: [1, 2, 3] }] : [];
    const surplus = first ? [{ ...first, alertId: 'fraud-x' }] : [];
    return [...others, ...changed, ...surplus, { ...(others[0] ?? first), customerId: 'other-run' } as Alert];
  });
  const { missing, unexpected } = await placeOrders(createScenario(1, 'run'), shop, run);
  expect(missing).toHaveLength(2);
  expect(unexpected.map(({ alertId }) => alertId)).toEqual([missing[1]?.alertId, 'fraud-x']);
});

test('gives up waiting for alerts that do not come', async () => {
  const { shop } = await aShop(() => []);
  const { missing, alerts } = await placeOrders(createScenario(1, 'run'), shop, { ...run, timeoutMs: 50 });
  expect(alerts).toEqual([]);
  expect(missing).toHaveLength(createScenario(1, 'run').alerts);
});

test('stops when an order is not known to be placed', async () => {
  const { shop } = await aShop(() => [], 503);
  await expect(placeOrders(createScenario(1, 'run'), shop, run)).rejects.toThrow('503');
});
