// The operator as a process: settings, clients, controllers, and how it ends. 0: stopped as asked. 1: it cannot go on,
// and the next start may do better. 2: the settings are wrong, and no start will. With the argument `uninstall` it does what
// is to be done after it, and ends.
import { pino } from 'pino';
import { BusConnections, Passwords } from './bus/index.ts';
import { type Config, readConfig } from './config.ts';
import { eventBusController } from './eventbus/index.ts';
import { eventServiceController } from './eventservice/index.ts';
import { startReadApi } from './http/index.ts';
import { registerResourceMetrics, registerRetainedTopics } from './metrics/index.ts';
import { Client, type Credentials, type Logger, loadKubeConfig, Manager } from './runtime/index.ts';
import { streamJobController } from './streamjob/index.ts';
import { releaseFinalizers } from './uninstall.ts';

/** The chart's Lease, in the operator's own namespace. */
const leaseName = 'sluice';
/** Secret in the operator's own namespace; the chart's role names it. */
const passwordKeyName = 'sluice-password-key';

async function operate(config: Config, logger: Logger, signal: AbortSignal): Promise<void> {
  const buses = new BusConnections();
  const credentials = loadKubeConfig();
  const manager = newManager(config, credentials, logger, buses);
  const watched = config.namespaces.length === 0 ? 'all namespaces' : config.namespaces.join(', ');
  logger.info({ watched, leaderElection: config.leaderElection }, 'starting');
  const passwordKey = { namespace: config.podNamespace, name: passwordKeyName };
  const api = await startReadApi({ manager, credentials, buses, passwordKey, config, logger });
  try {
    await manager.start(signal);
    logger.info({}, 'stopped');
  } finally {
    // Answered from the manager's caches, over the connections below.
    await api.stop();
    // After the last reconcile, which may still need them.
    await buses.close();
  }
}

function newManager(config: Config, credentials: Credentials, logger: Logger, buses: BusConnections): Manager {
  const manager = new Manager({
    client: new Client(credentials),
    logger,
    reportingController: 'sluice.dev/operator',
    instance: config.podName,
    namespaces: config.namespaces,
    ...(config.leaderElection ? { leaderElection: { namespace: config.podNamespace, name: leaseName } } : {}),
    metricsPort: config.metricsPort,
    probePort: config.probePort,
  });
  const passwords = new Passwords({ namespace: config.podNamespace, name: passwordKeyName });
  const parts = { buses, passwords, config };
  manager.addController(eventBusController(parts));
  const retained = registerRetainedTopics(manager.metrics.registry);
  manager.addController(retained.countedIn(eventServiceController(parts)));
  manager.addController(retained.countedIn(streamJobController(parts)));
  registerResourceMetrics(manager);
  return manager;
}

async function uninstall(config: Config, logger: Logger, signal: AbortSignal): Promise<void> {
  const released = await releaseFinalizers(new Client(loadKubeConfig(), { signal }), config.namespaces, logger);
  logger.info({ released }, 'resources can be deleted without the operator');
}

function settings(): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  }
}

const config = settings();
// Written at once, so that the line that tells of the end is not lost with the process.
const logger = pino({ level: config.logLevel, base: null }, pino.destination({ dest: 1, sync: true }));
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
try {
  const task = process.argv[2] === 'uninstall' ? uninstall : operate;
  await task(config, logger, stop.signal);
  process.exit(0);
} catch (error) {
  logger.fatal({ err: error }, 'ended: it is to be started again');
  process.exit(1);
}
