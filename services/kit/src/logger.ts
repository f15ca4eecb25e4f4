// JSON lines on stdout: info for a decision, debug for detail. Secrets never.
import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

export function createLogger(service: string, level: string, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: { service },
      messageKey: 'message',
      errorKey: 'error',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
}
