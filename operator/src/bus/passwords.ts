// Passwords of the principals that Sluice makes. They are derived from one key in a Secret of the operator's own namespace,
// so that nothing has to be read back from the Secrets of services, and a crash between Kafka and a Secret mends itself.
import { createHmac, randomBytes } from 'node:crypto';
import { reasons } from '../api/index.ts';
import { SluiceError } from '../errors.ts';
import { type Client, isAlreadyExists, keyOf, type ObjectKey } from '../runtime/index.ts';
import { type Secret, secrets } from './resources.ts';

/** The same password for the same identity, for as long as the key is. */
export type PasswordOf = (identity: string) => string;

const entry = 'key';

export class Passwords {
  readonly #secret: ObjectKey;
  #key: Promise<Buffer> | undefined;

  constructor(secret: ObjectKey) {
    this.#secret = secret;
  }

  /** Makes the key where there is none. Rejects where the API server does; asked again, it tries again. */
  async load(client: Client): Promise<PasswordOf> {
    this.#key ??= readKey(client, this.#secret);
    try {
      const key = await this.#key;
      return (identity) => createHmac('sha256', key).update(identity).digest('base64url');
    } catch (error) {
      this.#key = undefined;
      throw error;
    }
  }
}

async function readKey(client: Client, key: ObjectKey): Promise<Buffer> {
  const found = (await client.get(secrets, key)) ?? (await create(client, key)) ?? (await client.get(secrets, key));
  const text = found?.data?.[entry];
  if (text !== undefined && text !== '') return Buffer.from(text, 'base64');
  throw new SluiceError(
    reasons.secretKeyMissing,
    `Secret ${keyOf(key)}, which passwords are derived from, has no key "${entry}": restore it, or delete it for new passwords.`,
  );
}

/** Undefined: another replica was first. */
async function create(client: Client, key: ObjectKey): Promise<Secret | undefined> {
  const metadata = { name: key.name, ...(key.namespace === undefined ? {} : { namespace: key.namespace }) };
  const data = { [entry]: randomBytes(32).toString('base64') };
  try {
    return await client.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata, data });
  } catch (error) {
    if (isAlreadyExists(error)) return undefined;
    throw error;
  }
}
