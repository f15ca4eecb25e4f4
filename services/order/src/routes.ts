// POST /orders: answered with 201 only once the event is in Kafka. A 503 may have been placed all the same, when the
// answer of the broker was lost: a client that tries again then places two orders.
import { randomUUID } from 'node:crypto';
import type { EventProducer, EventWriter, Parts } from '@sluice/kit';
import { type OrderRequest, OrderRequestSchema, placeOrder } from './order.ts';
import { type OrderPlaced, orderPlaced } from './order-placed.ts';

export interface Dependencies {
  readonly writer: EventWriter<OrderPlaced>;
  readonly producer: Pick<EventProducer, 'publish'>;
  readonly now: () => number;
}

export function addRoutes(http: Parts['http'], { writer, producer, now }: Dependencies): void {
  http.post<{ Body: OrderRequest }>('/orders', { schema: { body: OrderRequestSchema } }, async (request, reply) => {
    const order = placeOrder(request.body, randomUUID(), now());
    const value = await writer.encode(orderPlaced(order));
    await producer.publish({ topic: writer.topic, key: Buffer.from(order.customerId), value });
    request.log.info({ orderId: order.orderId, customerId: order.customerId }, 'order placed');
    return reply.code(201).send(order);
  });
}
