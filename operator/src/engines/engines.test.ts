import { aStreamJob } from '../api/v1alpha1/builders.ts';
import { flinkEngine } from './flink/index.ts';
import { engineContract } from './testing/contract.ts';

const schema = (name: string) => JSON.stringify({ type: 'record', name, fields: [{ name: 'id', type: 'string' }] });

engineContract('Flink', {
  engine: flinkEngine,
  job: aStreamJob(),
  inputs: {
    reads: [{ topic: 'shop.orders', schema: schema('Order') }],
    writes: [{ topic: 'shop.fraud-alerts', schema: schema('Alert') }],
    bus: { bootstrapServers: ['kafka:9092'], registryUrl: 'http://registry', groupId: 'shop.fraud' },
  },
  refused: aStreamJob({ program: { python: { uri: 'local:///job.py' } } }),
});
