// How a pod learns where the bus is: one Secret per backing service, a file per key, in the layout of servicebinding.io.
import type { EventService } from '../../api/index.ts';
import type { BusClientSettings, Secret } from '../../bus/index.ts';
import type { UserCredential } from '../../kafka/index.ts';
import { childMetadata } from './labels.ts';

/** Where the bindings are in a container that does not say otherwise. */
export const defaultBindingRoot = '/bindings';
/** https://servicebinding.io/spec/core/1.1.0/#workload-projection */
export const bindingRootVariable = 'SERVICE_BINDING_ROOT';

export interface Binding {
  /** Directory below the root. */
  readonly directory: 'kafka' | 'schema-registry';
  readonly secretName: string;
  readonly files: Readonly<Record<string, string>>;
  /** Name of a Secret of the user's whose files are laid beside these. */
  readonly givenBy?: string;
}

/** Name of the Secret with the connection to Kafka, for status.binding. */
export function kafkaBindingName({ metadata }: EventService, suffix = ''): string {
  return `${metadata.name}-kafka${suffix}`;
}

export function bindingsOf(
  service: EventService,
  settings: BusClientSettings,
  login?: UserCredential,
  /** Of the name of the Secret that holds the login, where versions have one each. */
  suffix = '',
): readonly Binding[] {
  const kafka: Binding = {
    directory: 'kafka',
    secretName: kafkaBindingName(service, suffix),
    files: {
      type: 'kafka',
      provider: 'sluice',
      'bootstrap-servers': settings.bootstrapServers.join(','),
      'security-protocol': settings.securityProtocol,
      ...(settings.authorities === undefined ? {} : { 'ca.crt': settings.authorities }),
      ...(login ? loginFiles(login) : {}),
    },
    ...(service.spec.access ? { givenBy: service.spec.access.secretRef.name } : {}),
  };
  if (settings.registryUrl === undefined) return [kafka];
  const registry: Binding = {
    directory: 'schema-registry',
    secretName: `${service.metadata.name}-schema-registry`,
    files: { type: 'schema-registry', provider: 'sluice', uri: settings.registryUrl },
  };
  return [kafka, registry];
}

/** As servicebinding.io names them, and as Java's clients take them whole. */
function loginFiles({ user, password }: UserCredential): Readonly<Record<string, string>> {
  const module = 'org.apache.kafka.common.security.scram.ScramLoginModule';
  return {
    username: user,
    password,
    'sasl-mechanism': 'SCRAM-SHA-512',
    'sasl.jaas.config': `${module} required username="${user}" password="${password}";`,
  };
}

export function renderBinding(service: EventService, { directory, secretName, files }: Binding): Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: childMetadata(service, secretName),
    // The type the specification recommends, so that other tools know the Secret for a binding.
    type: `servicebinding.io/${directory}`,
    data: Object.fromEntries(
      Object.entries(files).map(([name, value]) => [name, Buffer.from(value, 'utf8').toString('base64')]),
    ),
  };
}
