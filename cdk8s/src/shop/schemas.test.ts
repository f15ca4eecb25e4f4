import avro from 'avsc';
import { expect, test } from 'vitest';
import { type SchemaKey, schemaText } from './schemas.ts';

const type = (key: SchemaKey) => avro.Type.forSchema(JSON.parse(schemaText(key)));

test('the notification service can read what the fraud job writes', () => {
  const [written, read] = [type('fraud-alert.avsc'), type('fraud-alert.notification.avsc')];
  const alert = {
    alertId: 'fraud-3',
    customerId: 'ada',
    currency: 'EUR',
    orderIds: ['1', '2', '3'],
    amountsCents: [100, 200, 1_000],
    firstOrderAt: 1,
    detectedAt: 2,
  };
  const { firstOrderAt: _unread, ...expected } = alert;
  expect(read.fromBuffer(written.toBuffer(alert), read.createResolver(written))).toEqual(expected);
});
