// The notification service's process.
import { runMain } from '@sluice/kit';
import { buildNotificationService, ConfigSchema } from './service.ts';

await runMain('notification', ConfigSchema, buildNotificationService);
