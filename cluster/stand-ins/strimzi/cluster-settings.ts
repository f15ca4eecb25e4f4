// The broker's server.properties. Beside the listeners declared there are two of its own, as with Strimzi, on the ports
// that Strimzi keeps for itself: one for the controller and one for the operators, which log in by a password. Users may
// log in there as well, since it is reached without the cluster's names. Pure.
import type { Kafka, Listener } from './resources.ts';

export const operatorPort = 9091;
const controllerPort = 9090;
/** Name that the operators log in with. */
export const operatorLogin = 'strimzi-stand-in';
/** Filled in by the pod, which alone knows them. */
export const placeholders = { address: '@POD_IP@', password: '@PASSWORD@' } as const;

/** What the operator sets, whatever spec.kafka.config says (Strimzi: KafkaClusterSpec.FORBIDDEN_PREFIXES). */
const reserved = [
  'listeners',
  'advertised.',
  'broker.',
  'listener.',
  'host.name',
  'port',
  'inter.broker.listener.name',
  'sasl.',
  'ssl.',
  'security.',
  'password.',
  'log.dir',
  'authorizer.',
  'super.user',
  'node.id',
  'process.roles',
  'controller.',
  'metadata.log.dir',
];

/** `host`: where clients in the cluster reach the node. */
export function serverProperties({ spec: { kafka } }: Kafka, host: string, dataFolder: string): string {
  const given = Object.entries(kafka.config ?? {}).filter(
    ([name, value]) => value !== null && !reserved.some((prefix) => name.startsWith(prefix)),
  );
  const settings = {
    ...Object.fromEntries(given),
    'process.roles': 'broker,controller',
    'node.id': '0',
    'controller.quorum.voters': `0@127.0.0.1:${controllerPort}`,
    'controller.listener.names': controllerListener,
    'inter.broker.listener.name': operatorListener,
    'sasl.mechanism.controller.protocol': 'PLAIN',
    'sasl.mechanism.inter.broker.protocol': 'PLAIN',
    'log.dirs': dataFolder,
    ...listenerSettings(kafka.listeners, host),
    ...(kafka.authorization ? authorizationSettings(kafka.authorization.superUsers ?? []) : {}),
  };
  return `${Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')}\n`;
}

const controllerListener = `CONTROLPLANE-${controllerPort}`;
const operatorListener = `OPERATOR-${operatorPort}`;

function listenerSettings(listeners: readonly Listener[], host: string): Readonly<Record<string, string>> {
  const named = listeners.map((listener) => ({ ...listener, key: `${listener.name.toUpperCase()}-${listener.port}` }));
  const bound = named.map(({ key, port }) => `${key}://0.0.0.0:${port}`);
  const advertised = named.map(({ key, port }) => `${key}://${host}:${port}`);
  const protocols = named.map(({ key, authentication }) => `${key}:${authentication ? 'SASL_PLAINTEXT' : 'PLAINTEXT'}`);
  const ours = [controllerListener, operatorListener];
  return {
    listeners: [
      `${controllerListener}://127.0.0.1:${controllerPort}`,
      `${operatorListener}://0.0.0.0:${operatorPort}`,
      ...bound,
    ].join(),
    'advertised.listeners': [`${operatorListener}://${placeholders.address}:${operatorPort}`, ...advertised].join(),
    'listener.security.protocol.map': [...ours.map((name) => `${name}:SASL_PLAINTEXT`), ...protocols].join(),
    ...plainLogin(controllerListener),
    ...scramLogin(operatorListener),
    ...plainLogin(operatorListener, 'PLAIN,SCRAM-SHA-512'),
    ...Object.assign({}, ...named.filter(({ authentication }) => authentication).map(({ key }) => scramLogin(key))),
  };
}

function plainLogin(listener: string, mechanisms = 'PLAIN'): Readonly<Record<string, string>> {
  const prefix = `listener.name.${listener.toLowerCase()}`;
  const { password } = placeholders;
  const module = 'org.apache.kafka.common.security.plain.PlainLoginModule required';
  const login = `username="${operatorLogin}" password="${password}" user_${operatorLogin}="${password}"`;
  return {
    [`${prefix}.sasl.enabled.mechanisms`]: mechanisms,
    [`${prefix}.plain.sasl.jaas.config`]: `${module} ${login};`,
  };
}

function scramLogin(listener: string): Readonly<Record<string, string>> {
  const prefix = `listener.name.${listener.toLowerCase()}`;
  return {
    [`${prefix}.sasl.enabled.mechanisms`]: 'SCRAM-SHA-512',
    [`${prefix}.scram-sha-512.sasl.jaas.config`]: 'org.apache.kafka.common.security.scram.ScramLoginModule required;',
  };
}

function authorizationSettings(superUsers: readonly string[]): Readonly<Record<string, string>> {
  return {
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': [operatorLogin, ...superUsers].map((user) => `User:${user}`).join(';'),
  };
}
