// `node main.ts`: the stand-in as a process, on the cluster of KUBECONFIG or, in a pod, its own. Settings: NAMESPACES (with
// commas; all by default), PROBE_PORT (8081; 0 takes a free one).
import { pino } from 'pino';
import { Client, loadKubeConfig } from '../../../operator/src/runtime/index.ts';
import { runStandIn } from './stand-in.ts';

const { NAMESPACES = '', PROBE_PORT = '8081' } = process.env;
// Written at once, so that the line that tells of the end is not lost with the process.
const logger = pino({ base: null }, pino.destination({ dest: 1, sync: true }));
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
try {
  const namespaces = NAMESPACES.split(',').flatMap((name) => name.trim() || []);
  await runStandIn(
    { client: new Client(loadKubeConfig()), logger, namespaces, probePort: Number(PROBE_PORT) },
    stop.signal,
  );
  process.exit(0);
} catch (error) {
  logger.fatal({ err: error }, 'ended');
  process.exit(1);
}
