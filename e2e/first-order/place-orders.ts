// Places a scenario's orders with a running shop, waits for its alerts, and tells how they differ from what must come.
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { expectedAlerts } from './oracle.ts';
import type { Alert, OrderRequest, PlacedOrder } from './orders.ts';
import { type Scenario, trickleOrder } from './scenario.ts';

export interface Shop {
  /** Base URL of the order service, such as http://127.0.0.1:30080. */
  readonly orderUrl: string;
  /** Base URL of the notification service. */
  readonly notificationUrl: string;
}

export interface Options {
  /** Tells this run's customers from others'; the one that the scenario was created with. */
  readonly run: string;
  /** How long after the last order the closing alert may take. Default 120 s: a job that just started has a back-log to read. */
  readonly timeoutMs?: number;
  readonly onProgress?: (message: string) => void;
  readonly pace?: Pace;
}

export interface Pace {
  /** Wait between two orders of the trickle that moves event time on. */
  readonly trickleEveryMs: number;
  /**
   * How long no alert must have come before the closing alert counts as the last. None is made after it; this is for what
   * is on its way from Kafka to the notification service.
   */
  readonly quietMs: number;
}

export interface Outcome {
  readonly placed: readonly PlacedOrder[];
  /** The alerts that came for this run's customers. */
  readonly alerts: readonly Alert[];
  /** Alerts that must have come and did not, or came with another content. */
  readonly missing: readonly Alert[];
  /** Alerts that must not have come, or came with another content. */
  readonly unexpected: readonly Alert[];
}

const CONCURRENCY = 8;
const REQUEST_TIMEOUT_MS = 15_000;
const defaultPace: Pace = { trickleEveryMs: 500, quietMs: 2_000 };

/** @throws Error when an order is not answered with 201: whether it was placed is then unknown, and so what must come */
export async function placeOrders(scenario: Scenario, shop: Shop, options: Options): Promise<Outcome> {
  const { run, timeoutMs = 120_000, onProgress = () => undefined, pace = defaultPace } = options;
  const placed = [...(await placeAll(scenario.customers, shop)), ...(await placeOneByOne(scenario.closing, shop))];
  onProgress(`placed ${placed.length} orders`);
  const expected = expectedAlerts(placed);
  const last = expected.at(-1);
  const isAllIn = (alerts: readonly Alert[]) => alerts.some(({ alertId }) => alertId === last?.alertId);
  const alerts = await untilAlerts(isAllIn, shop, { run, timeoutMs, onProgress, pace });
  return {
    placed,
    alerts,
    missing: expected.filter((alert) => !alerts.some((came) => isDeepStrictEqual(came, alert))),
    unexpected: alerts.filter((came) => !expected.some((alert) => isDeepStrictEqual(came, alert))),
  };
}

/** Each customer's orders in order, several customers at once. */
async function placeAll(customers: Scenario['customers'], shop: Shop): Promise<readonly PlacedOrder[]> {
  const waiting = [...customers];
  const workers = Array.from({ length: CONCURRENCY }, async () => {
    const placed: PlacedOrder[] = [];
    for (let orders = waiting.shift(); orders !== undefined; orders = waiting.shift()) {
      placed.push(...(await placeOneByOne(orders, shop)));
    }
    return placed;
  });
  return (await Promise.all(workers)).flat();
}

async function placeOneByOne(orders: readonly OrderRequest[], shop: Shop): Promise<readonly PlacedOrder[]> {
  const placed: PlacedOrder[] = [];
  for (const order of orders) placed.push(await place(order, shop));
  return placed;
}

async function place(order: OrderRequest, { orderUrl }: Shop): Promise<PlacedOrder> {
  const response = await fetch(`${orderUrl}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(order),
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  const text = await response.text();
  if (response.status !== 201) throw new Error(`POST ${orderUrl}/orders: ${response.status} ${text}`);
  const answer: PlacedOrder = JSON.parse(text);
  return answer;
}

/** Keeps a trickle of orders going, which moves event time on, until the alerts are in and no more came for a moment. */
async function untilAlerts(
  isAllIn: (alerts: readonly Alert[]) => boolean,
  shop: Shop,
  { run, timeoutMs, onProgress, pace }: Required<Options>,
): Promise<readonly Alert[]> {
  const deadline = performance.now() + timeoutMs;
  let alerts: readonly Alert[] = [];
  let changedAt = performance.now();
  for (let tick = 0; performance.now() < deadline; tick += 1) {
    await place(trickleOrder(run, tick), shop);
    await delay(pace.trickleEveryMs);
    const now = await readAlerts(run, shop);
    if (now.length !== alerts.length) {
      onProgress(`${now.length} alerts`);
      changedAt = performance.now();
    }
    alerts = now;
    if (isAllIn(alerts) && performance.now() - changedAt >= pace.quietMs) break;
  }
  return alerts;
}

async function readAlerts(run: string, { notificationUrl }: Shop): Promise<readonly Alert[]> {
  const response = await fetch(`${notificationUrl}/notifications`, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
  if (!response.ok) throw new Error(`GET ${notificationUrl}/notifications: ${response.status}`);
  const { notifications }: { notifications: readonly Alert[] } = JSON.parse(await response.text());
  return notifications
    .filter(({ customerId }) => customerId.startsWith(`${run}-`))
    .map(({ alertId, customerId, currency, orderIds, amountsCents, detectedAt }) => {
      return { alertId, customerId, currency, orderIds, amountsCents, detectedAt };
    });
}
