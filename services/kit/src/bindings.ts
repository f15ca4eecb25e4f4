// What Sluice mounts beside a service: one directory a binding, one file an entry (the layout of servicebinding.io).
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KitError } from './errors.ts';

export interface KafkaBinding {
  readonly bootstrapServers: readonly string[];
  /** Absent: the brokers ask for no login. */
  readonly sasl?: { readonly mechanism: SaslMechanism; readonly username: string; readonly password: string };
  /** Absent: plain text. `ca`: PEM; absent: the system's authorities. */
  readonly tls?: { readonly ca?: string };
}

const saslMechanisms = ['SCRAM-SHA-512', 'SCRAM-SHA-256', 'PLAIN'] as const;
export type SaslMechanism = (typeof saslMechanisms)[number];

export interface RegistryBinding {
  readonly uri: string;
}

/** @throws KitError `BindingInvalid` when there is none, or one that this client does not speak */
export async function readKafkaBinding(root: string): Promise<KafkaBinding> {
  const { path, entry } = await findBinding(root, 'kafka');
  const protocol = await entry('security-protocol');
  const { isTls, hasLogin } = protocols[protocol] ?? {};
  if (isTls === undefined) {
    const known = Object.keys(protocols).join(', ');
    throw new KitError('BindingInvalid', `${path}: security-protocol is ${protocol}; known here are ${known}`);
  }
  const bootstrapServers = (await entry('bootstrap-servers')).split(',').map((server) => server.trim());
  const ca = isTls ? await readIfThere(path, 'ca.crt') : undefined;
  return {
    bootstrapServers,
    ...(isTls ? { tls: ca === undefined ? {} : { ca } } : {}),
    ...(hasLogin
      ? {
          sasl: {
            mechanism: await readMechanism(path, entry),
            username: await entry('username'),
            password: await entry('password'),
          },
        }
      : {}),
  };
}

const protocols: Readonly<Record<string, { readonly isTls: boolean; readonly hasLogin: boolean }>> = {
  PLAINTEXT: { isTls: false, hasLogin: false },
  SSL: { isTls: true, hasLogin: false },
  SASL_PLAINTEXT: { isTls: false, hasLogin: true },
  SASL_SSL: { isTls: true, hasLogin: true },
};

async function readMechanism(path: string, entry: Binding['entry']): Promise<SaslMechanism> {
  const text = await entry('sasl-mechanism');
  const known = saslMechanisms.find((mechanism) => mechanism === text);
  if (known) return known;
  throw new KitError(
    'BindingInvalid',
    `${path}: sasl-mechanism is ${text}; known here are ${saslMechanisms.join(', ')}`,
  );
}

/** @throws KitError `BindingInvalid` when there is none */
export async function readRegistryBinding(root: string): Promise<RegistryBinding> {
  const { entry } = await findBinding(root, 'schema-registry');
  return { uri: (await entry('uri')).replace(/\/+$/, '') };
}

interface Binding {
  readonly path: string;
  entry(name: string): Promise<string>;
}

async function findBinding(root: string, type: string): Promise<Binding> {
  const found: Binding[] = [];
  for (const name of await directories(root)) {
    const path = join(root, name);
    const entry = (file: string) => readEntry(path, file);
    if ((await entry('type')) === type) found.push({ path, entry });
  }
  const [binding, second] = found;
  if (binding === undefined || second !== undefined) {
    throw new KitError('BindingInvalid', `${root}: ${found.length} bindings of type ${type}, need exactly one`);
  }
  return binding;
}

async function directories(root: string): Promise<readonly string[]> {
  try {
    // Names with a dot in front are the kubelet's own: ..data and the dated directories behind it.
    return (await readdir(root)).filter((name) => !name.startsWith('.'));
  } catch (cause) {
    throw new KitError('BindingInvalid', `${root}: cannot be listed; is SERVICE_BINDING_ROOT right?`, cause);
  }
}

async function readIfThere(path: string, file: string): Promise<string | undefined> {
  return existsSync(join(path, file)) ? readEntry(path, file) : undefined;
}

async function readEntry(path: string, file: string): Promise<string> {
  try {
    return (await readFile(join(path, file), 'utf8')).trim();
  } catch (cause) {
    throw new KitError('BindingInvalid', `${path}: has no entry ${file}`, cause);
  }
}
