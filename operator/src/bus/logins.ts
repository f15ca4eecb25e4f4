// How the operator itself reaches a bus: addresses from the spec or from what was found of a
// Strimzi listener, logins from Secrets by name.
import { type EventBus, reasons } from '../api/index.ts';
import { SluiceError } from '../errors.ts';
import type { KafkaConnection, KafkaLogin, KafkaTls } from '../kafka/index.ts';
import type { RegistryConnection } from '../registry/index.ts';
import { operatorUserName } from '../strimzi/index.ts';
import { certificateTexts } from './certificates.ts';
import type { Secret } from './resources.ts';
import { clientSettingsOf } from './settings.ts';

/** The Secret of that name in the bus's namespace; undefined when there is none. */
export type ReadSecret = (name: string) => Promise<Secret | undefined>;

export interface BusLogins {
  readonly kafka: KafkaConnection;
  readonly registry?: RegistryConnection;
}

/** Throws a SluiceError that names the Secret or the key that is missing. */
export async function readLogins(bus: EventBus, readSecret: ReadSecret): Promise<BusLogins> {
  const { schemaRegistry } = bus.spec;
  const secret = secretReader(bus, readSecret);
  return {
    kafka: await readKafka(bus, secret),
    ...(schemaRegistry
      ? {
          registry: {
            url: schemaRegistry.url.replace(/\/+$/, ''),
            ...(schemaRegistry.auth ? { auth: await readAuth(schemaRegistry.auth.secretRef.name, secret) } : {}),
          },
        }
      : {}),
  };
}

async function readKafka(bus: EventBus, secret: SecretReader): Promise<KafkaConnection> {
  const { external } = bus.spec.kafka;
  if (!external) return readStrimzi(bus, secret);
  const { bootstrapServers, tls, sasl } = external;
  return {
    bootstrapServers,
    ...(tls ? { tls: await readTls(tls, secret) } : {}),
    ...(sasl ? { sasl: { mechanism: sasl.mechanism, ...(await readLogin(sasl.secretRef.name, secret)) } } : {}),
  };
}

/** Whom clients must trust, by `kafka.external.tls.caSecretRef`; empty where it names none. Throws as `readLogins` does. */
export async function readAuthorities(bus: EventBus, readSecret: ReadSecret): Promise<readonly string[]> {
  const ref = bus.spec.kafka.external?.tls?.caSecretRef;
  if (!ref) return [];
  return certificateTexts((await secretReader(bus, readSecret)(ref.name)).key(ref.key));
}

/** By what the bus's own controller found of the listener. */
async function readStrimzi(bus: EventBus, secret: SecretReader): Promise<KafkaConnection> {
  const { bootstrapServers, securityProtocol, authorities } = clientSettingsOf(bus);
  if (bootstrapServers.length === 0) {
    const message = `EventBus ${bus.metadata.name}: its Kafka cluster has not been looked at yet.`;
    throw new SluiceError(reasons.kafkaClusterNotReady, message);
  }
  const username = operatorUserName(bus);
  return {
    bootstrapServers,
    ...(securityProtocol.endsWith('SSL') ? { tls: authorities === undefined ? {} : { ca: authorities } } : {}),
    ...(securityProtocol.startsWith('SASL_')
      ? { sasl: { mechanism: 'SCRAM-SHA-512', username, password: (await secret(username)).key('password') } }
      : {}),
  };
}

type SecretReader = (name: string) => Promise<{ key(name: string): string; find(name: string): string | undefined }>;

function secretReader(bus: EventBus, readSecret: ReadSecret): SecretReader {
  const { namespace = '' } = bus.metadata;
  return async (name) => {
    const secret = await readSecret(name);
    if (!secret) {
      throw new SluiceError(
        reasons.secretNotFound,
        `Secret ${namespace}/${name}, which EventBus ${bus.metadata.name} names, is not there: create it.`,
      );
    }
    const find = (key: string) => {
      const value = secret.data?.[key];
      return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8');
    };
    return {
      find,
      key: (key) => {
        const value = find(key);
        if (value !== undefined && value !== '') return value;
        throw new SluiceError(
          reasons.secretKeyMissing,
          `Secret ${namespace}/${name}, which EventBus ${bus.metadata.name} names, has no key "${key}": add it.`,
        );
      },
    };
  };
}

type ExternalTls = NonNullable<NonNullable<EventBus['spec']['kafka']['external']>['tls']>;

async function readTls({ caSecretRef, clientSecretRef }: ExternalTls, secret: SecretReader): Promise<KafkaTls> {
  const ca = caSecretRef && (await secret(caSecretRef.name)).key(caSecretRef.key);
  const client = clientSecretRef && (await secret(clientSecretRef.name));
  return {
    ...(ca === undefined ? {} : { ca }),
    // https://kubernetes.io/docs/concepts/configuration/secret/#tls-secrets
    ...(client ? { certificate: client.key('tls.crt'), key: client.key('tls.key') } : {}),
  };
}

async function readLogin(name: string, secret: SecretReader): Promise<Pick<KafkaLogin, 'username' | 'password'>> {
  const login = await secret(name);
  return { username: login.key('username'), password: login.key('password') };
}

async function readAuth(name: string, secret: SecretReader): Promise<NonNullable<RegistryConnection['auth']>> {
  const token = (await secret(name)).find('token');
  return token === undefined ? readLogin(name, secret) : { token };
}
