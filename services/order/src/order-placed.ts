// The event OrderPlaced, as schemas/order-placed.avsc has it.
import type { Order } from './order.ts';

export interface OrderPlaced extends Order {
  readonly eventId: string;
}

/** An order is placed once, so its id tells the event too. */
export function orderPlaced(order: Order): OrderPlaced {
  return { eventId: order.orderId, ...order };
}
