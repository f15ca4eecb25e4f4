// What a service's main.ts is: the process from its environment to its exit status.
import { once } from 'node:events';
import type { Static, TObject } from 'typebox';
import { parseConfig, ServiceConfigSchema } from './config.ts';
import { createLogger } from './logger.ts';
import { type Parts, startService } from './service.ts';

/**
 * Runs the service until SIGTERM or SIGINT, then ends the process: 0 when all stopped in time, else 1.
 * @param schema the service's own settings, beside those that every service has
 * @param build makes its routes and subscriptions
 */
export async function runMain<Schema extends TObject>(
  name: string,
  schema: Schema,
  build: (parts: Parts, config: Static<Schema>) => Promise<void> | void,
): Promise<never> {
  const signal = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  try {
    const config = parseConfig(schema, process.env);
    const service = await startService(name, parseConfig(ServiceConfigSchema, process.env), (parts) =>
      build(parts, config),
    );
    await signal;
    service.log.info('stopping');
    const isInTime = await service.stop();
    service.log.info({ isInTime }, 'stopped');
    process.exit(isInTime ? 0 : 1);
  } catch (error) {
    createLogger(name, 'info').fatal({ error }, 'cannot start');
    process.exit(1);
  }
}
