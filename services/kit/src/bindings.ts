// What Sluice mounts beside a service: one directory a binding, one file an entry (the layout of servicebinding.io).
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KitError } from './errors.ts';

export interface KafkaBinding {
  readonly bootstrapServers: readonly string[];
}

export interface RegistryBinding {
  readonly uri: string;
}

/** @throws KitError `BindingInvalid` when there is none, or one that this client does not speak */
export async function readKafkaBinding(root: string): Promise<KafkaBinding> {
  const { path, entry } = await findBinding(root, 'kafka');
  const protocol = await entry('security-protocol');
  if (protocol !== 'PLAINTEXT') {
    throw new KitError('BindingInvalid', `${path}: security-protocol is ${protocol}; only PLAINTEXT is spoken here`);
  }
  const bootstrapServers = (await entry('bootstrap-servers')).split(',').map((server) => server.trim());
  return { bootstrapServers };
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

async function readEntry(path: string, file: string): Promise<string> {
  try {
    return (await readFile(join(path, file), 'utf8')).trim();
  } catch (cause) {
    throw new KitError('BindingInvalid', `${path}: has no entry ${file}`, cause);
  }
}
