// What a request for an order must hold, and the order it becomes. Pure.
import { type FieldProblem, RequestRefused } from '@sluice/kit';
import Type, { type Static } from 'typebox';

const maxCents = 1_000_000_000;

const ItemSchema = Type.Object(
  {
    sku: Type.String({ minLength: 1, maxLength: 64 }),
    quantity: Type.Integer({ minimum: 1, maximum: 1_000 }),
    priceCents: Type.Integer({ minimum: 0, maximum: maxCents }),
  },
  { additionalProperties: false },
);

export const OrderRequestSchema = Type.Object(
  {
    customerId: Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' }),
    amountCents: Type.Integer({ minimum: 0, maximum: maxCents }),
    currency: Type.String({ pattern: '^[A-Z]{3}$' }),
    items: Type.Array(ItemSchema, { minItems: 1, maxItems: 100 }),
  },
  { additionalProperties: false },
);
export type OrderRequest = Static<typeof OrderRequestSchema>;

export interface Order extends OrderRequest {
  readonly orderId: string;
  /** Milliseconds since the epoch: the event's time. */
  readonly occurredAt: number;
}

/** @throws RequestRefused when the amount is not what the items sum to */
export function placeOrder(request: OrderRequest, orderId: string, now: number): Order {
  const problems = [...amountProblems(request)];
  if (problems.length > 0) throw new RequestRefused(problems);
  return { ...request, orderId, occurredAt: now };
}

function* amountProblems({ items, amountCents }: OrderRequest): Iterable<FieldProblem> {
  const sum = items.reduce((total, { quantity, priceCents }) => total + quantity * priceCents, 0);
  if (sum !== amountCents) yield { field: 'amountCents', message: `is ${amountCents}, but the items sum to ${sum}` };
}
