import { expect, it } from 'vitest';
import { anEventBus } from '../api/v1alpha1/builders.ts';
import { recordedConnections } from './testing/connections.ts';

const order = { user: 'shop.order.a', password: 'one' };
const payment = { user: 'shop.payment.a', password: 'another' };
const rule = {
  principal: 'User:shop.order.a',
  permission: 'Allow',
  host: '*',
  resource: 'Topic',
  pattern: 'Literal',
  name: 'shop.orders',
  operation: 'Read',
} as const;
const { principal: _, permission: __, host: ___, ...grant } = rule;

it('asks what a user sees once, and anew after a change of its own rules alone', async () => {
  const { buses, calls } = recordedConnections();
  const { access } = await buses.to(anEventBus(), async () => undefined);
  const asked = async () => {
    calls.length = 0;
    await access.visibleTo(order);
    await access.visibleTo(payment);
    return calls.filter((call) => call === 'kafka:topicNames').length;
  };
  expect(await asked()).toBe(2);
  expect(await asked()).toBe(0);
  await access.port.revoke([rule]);
  expect(await asked()).toBe(1);
  await access.port.grant(order.user, [grant]);
  expect(await asked()).toBe(1);
});
