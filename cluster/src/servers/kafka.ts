// A real Kafka broker for tests: one node in KRaft mode on loopback ports, with the jars of the Kafka image.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from '../local/ports.ts';
import { kafkaLibraries } from './artifacts.ts';
import { type Server, startServer } from './server.ts';

export interface KafkaServer extends Server {
  readonly bootstrapServers: readonly string[];
}

export interface KafkaAdministrator {
  readonly username: string;
  readonly password: string;
}

export interface KafkaServerOptions {
  /** The broker asks for a login by SCRAM-SHA-512 and lets nobody do what no rule allows, but for this one. */
  readonly administrator?: KafkaAdministrator;
  /** Settings laid over the broker's own, by Kafka's names. */
  readonly settings?: Readonly<Record<string, string>>;
}

const run = promisify(execFile);
const heap = ['-Xms128m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

/** About 3 s once the jars are there. Topics are not made by themselves, and groups do not wait for further members. */
export async function startKafka(options: KafkaServerOptions = {}): Promise<KafkaServer> {
  const libraries = await kafkaLibraries();
  const [port = 0, controllerPort = 0] = await freePorts(2);
  const classPath = ['-cp', join(libraries, '*')];
  const settingsFile = (directory: string) => join(directory, 'server.properties');
  const server = await startServer({
    name: 'kafka',
    command: 'java',
    flags: (directory) => [
      ...heap,
      `-Dkafka.logs.dir=${directory}`,
      ...classPath,
      'kafka.Kafka',
      settingsFile(directory),
    ],
    prepare: async (directory) => {
      const { administrator } = options;
      const settings = {
        ...settingsOf(directory, port, controllerPort),
        ...(administrator ? guardedBy(administrator) : {}),
        ...options.settings,
      };
      const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
      writeFileSync(settingsFile(directory), `${lines.join('\n')}\n`);
      const clusterId = randomBytes(16).toString('base64url');
      const format = [
        'kafka.tools.StorageTool',
        'format',
        // In one piece: an id may begin with "-", which would be taken for another option.
        `--cluster-id=${clusterId}`,
        '--config',
        settingsFile(directory),
        ...(administrator ? ['--add-scram', scramOf(administrator)] : []),
      ];
      await run('java', [...heap, ...classPath, ...format]);
    },
    isReady: () => accepts(port),
  });
  return { ...server, bootstrapServers: [`127.0.0.1:${port}`] };
}

function settingsOf(directory: string, port: number, controllerPort: number): Readonly<Record<string, string>> {
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': join(directory, 'data'),
    'auto.create.topics.enable': 'false',
    'group.initial.rebalance.delay.ms': '0',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    // A broker that was killed may register again once its former session is over.
    'broker.session.timeout.ms': '1500',
    'broker.heartbeat.interval.ms': '300',
    'log.cleaner.dedupe.buffer.size': String(4 * 1024 * 1024),
  };
}

function scramOf({ username, password }: KafkaAdministrator): string {
  return `SCRAM-SHA-512=[name=${username},password=${password}]`;
}

function guardedBy({ username, password }: KafkaAdministrator): Readonly<Record<string, string>> {
  const module = 'org.apache.kafka.common.security.scram.ScramLoginModule';
  return {
    'listener.security.protocol.map': 'PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
    'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
    'sasl.mechanism.inter.broker.protocol': 'SCRAM-SHA-512',
    'listener.name.plaintext.scram-sha-512.sasl.jaas.config': `${module} required username="${username}" password="${password}";`,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    // The broker meets its own controller without a login.
    'super.users': `User:${username};User:ANONYMOUS`,
  };
}

/** The broker opens its port when it can serve. */
function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
