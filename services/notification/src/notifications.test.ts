import { aServer } from '@sluice/kit/testing';
import { expect, test } from 'vitest';
import type { FraudAlert } from './fraud-alert.ts';
import { Notifications } from './notifications.ts';
import { addRoutes } from './routes.ts';

function anAlert(overrides: Partial<FraudAlert> = {}): FraudAlert {
  return {
    alertId: 'alert-1',
    customerId: 'ada',
    currency: 'EUR',
    orderIds: ['o1', 'o2', 'o3'],
    amountsCents: [1_00, 2_50, 30_00],
    detectedAt: 1_700_000_000_000,
    ...overrides,
  };
}

function aService(capacity = 10) {
  const notifications = new Notifications(capacity);
  const { http } = aServer();
  addRoutes(http, notifications);
  return { notifications, get: async (query = '') => (await http.inject(`/notifications${query}`)).json() };
}

test('lists notifications of all customers or of one, oldest first', async () => {
  const { notifications, get } = aService();
  notifications.add(anAlert());
  notifications.add(anAlert({ alertId: 'alert-2', customerId: 'bob' }));
  const ids = ({ notifications }: { notifications: readonly FraudAlert[] }) =>
    notifications.map((kept) => kept.alertId);
  expect(ids(await get())).toEqual(['alert-1', 'alert-2']);
  expect(ids(await get('?customerId=bob'))).toEqual(['alert-2']);
  expect(ids(await get('?customerId=eve'))).toEqual([]);
});

test('says in words what happened', async () => {
  const { notifications, get } = aService();
  notifications.add(anAlert());
  expect(await get()).toMatchObject({
    notifications: [{ text: 'Customer ada placed 3 orders of rising amounts within a minute: 1.00, 2.50, 30.00 EUR.' }],
  });
});

test('keeps the last ones when there are too many', async () => {
  const { notifications } = aService(2);
  for (const alertId of ['a', 'b', 'c']) notifications.add(anAlert({ alertId }));
  expect(notifications.list().map(({ alertId }) => alertId)).toEqual(['b', 'c']);
});

test('refuses a question it does not understand', async () => {
  const { get } = aService();
  expect(await get('?customer=ada')).toMatchObject({ error: 'Invalid', fields: [{ field: 'customer' }] });
});
