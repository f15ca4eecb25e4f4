// The StreamJob `fraud`: finds suspicious orders. What is suspicious is in fraud.sql.
import { readFileSync } from 'node:fs';
import type { Construct } from 'constructs';
import { streamJob } from '../sluice/objects.ts';
import { bus, topics } from './names.ts';
import { schemaOf } from './schemas.ts';

export function addFraud(scope: Construct): void {
  streamJob(scope, 'fraud', {
    bus,
    engine: 'Flink',
    program: { sql: readFileSync(new URL('./fraud.sql', import.meta.url), 'utf8') },
    // Orders of different customers reach a partition out of order by as much as a slow publish takes.
    reads: [{ topic: topics.orders, as: 'orders', eventTime: { field: 'occurredAt', delay: '2s' } }],
    writes: [{ topic: topics.fraudAlerts, as: 'alerts', schema: schemaOf('fraud-alert.avsc') }],
    parallelism: 1,
    resources: { coordinator: { cpu: '50m', memory: '800Mi' }, worker: { cpu: '50m', memory: '1Gi' } },
    state: { storage: { persistentVolumeClaim: 'flink-state' }, checkpointInterval: '10s' },
  });
}
