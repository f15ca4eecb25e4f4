// The order service's process.
import { runMain } from '@sluice/kit';
import { buildOrderService, ConfigSchema } from './service.ts';

await runMain('order', ConfigSchema, buildOrderService);
