// Runs the sample controller as a process of its own. Environment: KUBECONFIG; SAMPLE_WRITER, this replica's name
// (default `sample`); SAMPLE_NAMESPACE (default: all); SAMPLE_LEASE, `namespace/name` of a Lease (default: no election);
// SAMPLE_CONCURRENCY (default 10); SAMPLE_METRICS_PORT (default: not served); SAMPLE_LOG_LEVEL (default info).
import { pino } from 'pino';
import { Client, loadKubeConfig, Manager } from '../../src/runtime/index.ts';
import { sampleController } from './sample.ts';

const {
  SAMPLE_WRITER = 'sample',
  SAMPLE_NAMESPACE,
  SAMPLE_LEASE,
  SAMPLE_CONCURRENCY = '10',
  SAMPLE_METRICS_PORT,
  SAMPLE_LOG_LEVEL = 'info',
} = process.env;
const logger = pino({ level: SAMPLE_LOG_LEVEL }, pino.destination({ dest: 2, sync: true }));
const [namespace = '', name = ''] = SAMPLE_LEASE?.split('/') ?? [];
const manager = new Manager({
  client: new Client(loadKubeConfig()),
  logger,
  reportingController: 'sluice.dev/sample',
  instance: SAMPLE_WRITER,
  ...(SAMPLE_NAMESPACE === undefined ? {} : { namespaces: [SAMPLE_NAMESPACE] }),
  ...(SAMPLE_LEASE === undefined ? {} : { leaderElection: { namespace, name } }),
  ...(SAMPLE_METRICS_PORT === undefined ? {} : { metricsPort: Number(SAMPLE_METRICS_PORT) }),
});
manager.addController(sampleController({ writer: SAMPLE_WRITER, concurrency: Number(SAMPLE_CONCURRENCY) }));

const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => stop.abort());
try {
  await manager.start(stop.signal);
  process.exit(0);
} catch (error) {
  logger.fatal({ err: error }, 'ended');
  process.exit(1);
}
