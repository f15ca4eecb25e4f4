// The notification service: its settings and what it is made of.
import { readFileSync } from 'node:fs';
import { EventReader, type Parts, RecentIds, subscribe } from '@sluice/kit';
import Type, { type Static } from 'typebox';
import type { FraudAlert } from './fraud-alert.ts';
import { Notifications } from './notifications.ts';
import { addRoutes } from './routes.ts';

export const ConfigSchema = Type.Object({
  ALERTS_TOPIC: Type.String({ minLength: 1, default: 'shop.fraud-alerts' }),
  DEAD_LETTER_TOPIC: Type.String({ minLength: 1, default: 'shop.notification.dlq' }),
  GROUP: Type.String({ minLength: 1, default: 'shop.notification' }),
});

/** Beside src/ in the sources as beside the bundle in the image. */
const schemaFile = new URL('../schemas/fraud-alert.avsc', import.meta.url);
const KEPT_NOTIFICATIONS = 1_000;
const REMEMBERED_ALERTS = 10_000;

export function buildNotificationService(parts: Parts, config: Static<typeof ConfigSchema>): void {
  const { http, log, registry, consume } = parts;
  const notifications = new Notifications(KEPT_NOTIFICATIONS);
  const alerts = new RecentIds(REMEMBERED_ALERTS);
  addRoutes(http, notifications);
  const subscription = subscribe<FraudAlert>({
    topic: config.ALERTS_TOPIC,
    deadLetterTopic: config.DEAD_LETTER_TOPIC,
    reader: new EventReader(readFileSync(schemaFile, 'utf8'), registry),
    handle: async (alert) => {
      const outcome = await alerts.once(alert.alertId, () => notifications.add(alert));
      log.info({ alertId: alert.alertId, customerId: alert.customerId, outcome }, 'fraud alert');
    },
  });
  consume(config.GROUP, [subscription]);
}
