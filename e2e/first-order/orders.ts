// Orders as the order service takes and answers them, and alerts as the notification service tells of them.

export interface OrderRequest {
  readonly customerId: string;
  readonly amountCents: number;
  readonly currency: string;
  readonly items: readonly { readonly sku: string; readonly quantity: number; readonly priceCents: number }[];
}

export interface PlacedOrder extends OrderRequest {
  readonly orderId: string;
  /** Milliseconds since the epoch, by the service's clock: the event's time. */
  readonly occurredAt: number;
}

export interface Alert {
  readonly alertId: string;
  readonly customerId: string;
  readonly currency: string;
  readonly orderIds: readonly string[];
  readonly amountsCents: readonly number[];
  readonly detectedAt: number;
}

/** An order of one piece. */
export function anOrder(customerId: string, amountCents: number, currency = 'EUR'): OrderRequest {
  return { customerId, amountCents, currency, items: [{ sku: 'sku-1', quantity: 1, priceCents: amountCents }] };
}
