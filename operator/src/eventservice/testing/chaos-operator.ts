// Test support: the operator as a process that announces each of its writes to Kafka and to the registry, before and
// after it, to the proxy before the API server, which then counts and ends it as with writes to the API server.
// Environment: KUBECONFIG; SLUICE_LOG_LEVEL (default fatal), to standard error.
import { pino } from 'pino';
import { request } from 'undici';
import { BusConnections, Passwords } from '../../bus/index.ts';
import { eventBusController } from '../../eventbus/index.ts';
import { connectKafka, type KafkaAdmin } from '../../kafka/index.ts';
import { connectRegistry, type RegistryClient } from '../../registry/index.ts';
import { Client, loadKubeConfig, Manager } from '../../runtime/index.ts';
import { eventServiceController } from '../controller.ts';
import { announcement } from './chaos.ts';
import { platformNamespace } from './chaos-strimzi.ts';

const kafkaWrites: ReadonlySet<string | symbol> = new Set<keyof KafkaAdmin>([
  'createTopics',
  'addPartitions',
  'alterTopicConfig',
  'deleteTopic',
  'putUser',
  'deleteUser',
  'grant',
  'revoke',
]);
const registryWrites: ReadonlySet<string | symbol> = new Set<keyof RegistryClient>([
  'setCompatibility',
  'registerSchema',
  'deleteSubject',
]);
const credentials = loadKubeConfig();

/** Ends with the process where the proxy ends the process: it then never answers. */
async function announce(moment: 'before' | 'after', call: string): Promise<void> {
  const { server, agent } = await credentials.connection();
  const { body } = await request(`${server}${announcement(moment, call)}`, { method: 'POST', dispatcher: agent });
  await body.dump();
}

/** The port itself, its writes announced. */
function announcing<Port extends object>(port: Port, name: string, writes: ReadonlySet<string | symbol>): Port {
  return new Proxy(port, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property);
      if (typeof member !== 'function') return member;
      // A class's private fields are its own's.
      if (!writes.has(property)) return member.bind(target);
      const call = `${name}/${String(property)}`;
      return async (...given: readonly unknown[]) => {
        await announce('before', call);
        const answer: unknown = await member.apply(target, given);
        await announce('after', call);
        return answer;
      };
    },
  });
}

const buses = new BusConnections({
  kafka: (connection) => announcing(connectKafka(connection), 'kafka', kafkaWrites),
  registry: (connection) => announcing(connectRegistry(connection), 'registry', registryWrites),
});
const manager = new Manager({
  client: new Client(loadKubeConfig()),
  logger: pino({ level: process.env['SLUICE_LOG_LEVEL'] ?? 'fatal' }, pino.destination({ dest: 2, sync: true })),
  reportingController: 'sluice.dev/operator',
  instance: 'test',
  namespaces: ['shop', platformNamespace],
});
manager.addController(eventBusController({ buses }));
const passwords = new Passwords({ namespace: platformNamespace, name: 'sluice-password-key' });
manager.addController(eventServiceController({ buses, passwords }));
await manager.start(new AbortController().signal);
