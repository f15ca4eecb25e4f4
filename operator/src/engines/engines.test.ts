import { aStreamJob } from '../api/v1alpha1/builders.ts';
import { flinkEngine } from './flink/index.ts';
import { sparkEngine, sparkScheduleEngine } from './spark/index.ts';
import { engineContract } from './testing/contract.ts';

const schema = (name: string) => JSON.stringify({ type: 'record', name, fields: [{ name: 'id', type: 'string' }] });

const inputs = {
  reads: [{ topic: 'shop.orders', schema: schema('Order') }],
  writes: [{ topic: 'shop.fraud-alerts', schema: schema('Alert') }],
  bus: { bootstrapServers: ['kafka:9092'], registryUrl: 'http://registry', groupId: 'shop.fraud' },
};

engineContract('Flink', {
  engine: flinkEngine,
  job: aStreamJob(),
  inputs,
  refused: aStreamJob({ program: { python: { uri: 'local:///job.py' } } }),
});

const spark = { engine: 'Spark', state: { storage: { persistentVolumeClaim: 'spark-state' } } } as const;

engineContract('Spark', {
  engine: sparkEngine,
  job: aStreamJob(spark),
  inputs,
  refused: aStreamJob({ ...spark, program: { jar: { uri: 'local:///job.jar' } } }),
});

engineContract('Spark schedule', {
  engine: sparkScheduleEngine,
  job: aStreamJob({ ...spark, schedule: { cron: '0 3 * * *' } }),
  inputs,
  keepsNothing: true,
  refused: aStreamJob({ ...spark, schedule: { cron: '0 3 * * *' }, program: { python: { uri: 'local:///job.py' } } }),
});
