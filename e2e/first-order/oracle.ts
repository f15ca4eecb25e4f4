// What cdk8s/src/shop/fraud.sql must find, reckoned without Flink: three orders in a row of one customer in one currency,
// each larger than the one before, the last at least ten times the first, within less than a minute; no order in two alerts.
import type { Alert, PlacedOrder } from './orders.ts';

const WITHIN_MS = 60_000;
const RISE = 10;

/** The exact set of alerts, by the order of their last orders. */
export function expectedAlerts(orders: readonly PlacedOrder[]): readonly Alert[] {
  const inTime = orders.toSorted((one, other) => one.occurredAt - other.occurredAt);
  const runs = Map.groupBy(inTime, ({ customerId, currency }) => `${customerId} ${currency}`);
  return [...runs.values()].flatMap(alertsOf).toSorted((one, other) => one.detectedAt - other.detectedAt);
}

function alertsOf(orders: readonly PlacedOrder[]): readonly Alert[] {
  const alerts: Alert[] = [];
  for (let start = 0; start + 2 < orders.length; ) {
    const [first, second, last] = orders.slice(start, start + 3);
    if (first && second && last && isSuspicious(first, second, last)) {
      alerts.push(alertOf([first, second, last], last));
      start += 3;
    } else {
      start += 1;
    }
  }
  return alerts;
}

function isSuspicious(first: PlacedOrder, second: PlacedOrder, last: PlacedOrder): boolean {
  return (
    second.amountCents > first.amountCents &&
    last.amountCents > second.amountCents &&
    last.amountCents >= RISE * first.amountCents &&
    last.occurredAt - first.occurredAt < WITHIN_MS
  );
}

function alertOf(orders: readonly PlacedOrder[], last: PlacedOrder): Alert {
  return {
    alertId: `fraud-${last.orderId}`,
    customerId: last.customerId,
    currency: last.currency,
    orderIds: orders.map(({ orderId }) => orderId),
    amountsCents: orders.map(({ amountCents }) => amountCents),
    detectedAt: last.occurredAt,
  };
}
