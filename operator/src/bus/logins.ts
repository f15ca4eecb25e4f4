// How the operator itself reaches a bus: addresses from the spec, logins from the Secrets that it names.
import { type EventBus, reasons } from '../api/index.ts';
import { SluiceError } from '../errors.ts';
import type { KafkaConnection, KafkaLogin, KafkaTls } from '../kafka/index.ts';
import type { RegistryConnection } from '../registry/index.ts';
import type { Secret } from './resources.ts';

/** The Secret of that name in the bus's namespace; undefined when there is none. */
export type ReadSecret = (name: string) => Promise<Secret | undefined>;

export interface BusLogins {
  readonly kafka: KafkaConnection;
  readonly registry?: RegistryConnection;
}

/** Throws a SluiceError that names the Secret or the key that is missing. */
export async function readLogins(bus: EventBus, readSecret: ReadSecret): Promise<BusLogins> {
  const { kafka, schemaRegistry } = bus.spec;
  if (!kafka.external) {
    throw new SluiceError(reasons.notSupported, strimziMessage(bus), { retry: 'terminal' });
  }
  const { bootstrapServers, tls, sasl } = kafka.external;
  const secret = secretReader(bus, readSecret);
  return {
    kafka: {
      bootstrapServers,
      ...(tls ? { tls: await readTls(tls, secret) } : {}),
      ...(sasl ? { sasl: { mechanism: sasl.mechanism, ...(await readLogin(sasl.secretRef.name, secret)) } } : {}),
    },
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

export function strimziMessage({ metadata, spec }: EventBus): string {
  return `EventBus ${metadata.name}: Kafka clusters that Strimzi runs (spec.kafka.strimzi.cluster: ${spec.kafka.strimzi?.cluster}) are not supported by this version: give the addresses of a listener in spec.kafka.external.`;
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
