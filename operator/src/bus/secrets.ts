// Reads the Secrets that a bus names, one by one and by name: the operator may list none.
import { type EventBus, reasons } from '../api/index.ts';
import { SluiceError } from '../errors.ts';
import { ApiError, type Client, isAlreadyExists, keyOf } from '../runtime/index.ts';
import type { ReadSecret } from './logins.ts';
import { type Secret, secrets } from './resources.ts';

export function secretsOf({ metadata }: EventBus, client: Client): ReadSecret {
  return async (name) => {
    const key = { namespace: metadata.namespace, name };
    try {
      return await client.get(secrets, key);
    } catch (cause) {
      if (!(cause instanceof ApiError) || cause.status !== 403) throw cause;
      throw new SluiceError(
        reasons.secretNotReadable,
        `Secret ${keyOf(key)}, which EventBus ${metadata.name} names, may not be read by Sluice: grant it get on that Secret by name.`,
        { cause },
      );
    }
  };
}

/** The operator may not read Secrets of services and jobs; whether one is there shows when it tries to create it. */
export async function isSecretMissing(secret: Secret, client: Pick<Client, 'create'>): Promise<boolean> {
  try {
    await client.create(secrets, secret, { dryRun: true });
    return true;
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    return false;
  }
}
