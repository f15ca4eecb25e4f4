-- Suspicious: three orders in a row of one customer in one currency, each larger than the one before, the last at least
-- ten times the first, all within less than a minute. An order is part of one alert at most.
INSERT INTO alerts
SELECT
  'fraud-' || lastOrderId AS alertId,
  customerId,
  currency,
  ARRAY[firstOrderId, secondOrderId, lastOrderId] AS orderIds,
  ARRAY[firstCents, secondCents, lastCents] AS amountsCents,
  firstOrderAt,
  detectedAt
FROM orders
MATCH_RECOGNIZE (
  PARTITION BY customerId, currency
  ORDER BY occurredAt
  MEASURES
    A.orderId AS firstOrderId,
    B.orderId AS secondOrderId,
    C.orderId AS lastOrderId,
    A.amountCents AS firstCents,
    B.amountCents AS secondCents,
    C.amountCents AS lastCents,
    CAST(A.occurredAt AS TIMESTAMP(3)) AS firstOrderAt,
    CAST(C.occurredAt AS TIMESTAMP(3)) AS detectedAt
  ONE ROW PER MATCH
  AFTER MATCH SKIP PAST LAST ROW
  PATTERN (A B C) WITHIN INTERVAL '1' MINUTE
  DEFINE
    B AS B.amountCents > A.amountCents,
    C AS C.amountCents > B.amountCents AND C.amountCents >= 10 * A.amountCents
);
