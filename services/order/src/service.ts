// The order service: its settings and what it is made of.
import { readFileSync } from 'node:fs';
import type { Parts } from '@sluice/kit';
import Type, { type Static } from 'typebox';
import type { OrderPlaced } from './order-placed.ts';
import { addRoutes } from './routes.ts';

export const ConfigSchema = Type.Object({
  ORDERS_TOPIC: Type.String({ minLength: 1, default: 'shop.orders' }),
});

/** Beside src/ in the sources as beside the bundle in the image. */
const schemaFile = new URL('../schemas/order-placed.avsc', import.meta.url);

export function buildOrderService({ http, producer, writer }: Parts, config: Static<typeof ConfigSchema>): void {
  const orders = writer<OrderPlaced>(config.ORDERS_TOPIC, readFileSync(schemaFile, 'utf8'));
  addRoutes(http, { writer: orders, producer, now: Date.now });
}
