// What the Secrets that pods use hold, where the chart grants reading them: a hash of each, keyed so that on a Deployment it
// tells nothing of a short password to who may not read the Secret. The content itself is kept nowhere.
import type { EventService } from '../api/index.ts';
import { type KindParts, secrets } from '../bus/index.ts';
import { hashOf, isForbidden, keyOf, type ReconcileContext } from '../runtime/index.ts';
import { templateSecrets } from './config-map-references.ts';

export interface SecretReading {
  /** Where the chart grants `get` on Secrets. */
  readonly namespaces: readonly string[];
  readonly passwords: KindParts['passwords'];
}

/**
 * By name, of those that are there of those that the template uses; undefined where they may not be read. Secrets are
 * not watched: a change is seen with the next look, a minute later at most.
 */
export async function readSecretContents(
  object: EventService,
  { client }: Pick<ReconcileContext, 'client'>,
  { namespaces, passwords }: SecretReading,
): Promise<ReadonlyMap<string, string> | undefined> {
  const { namespace = '' } = object.metadata;
  if (object.spec.onConfigChange !== 'Restart' || !namespaces.includes(namespace)) return undefined;
  const used = templateSecrets(object);
  if (used.length === 0) return undefined;
  const keyed = await passwords.load(client);
  const found = new Map<string, string>();
  for (const { name } of used) {
    try {
      const secret = await client.get(secrets, { namespace, name });
      if (!secret) continue;
      // By another kind of identity than those that passwords are of.
      found.set(name, keyed(`content:${keyOf({ namespace, name })}/${hashOf(secret.data ?? {})}`).slice(0, hashLength));
    } catch (error) {
      // The chart's values and its Role disagree, or somebody took the right away: as if it had not been granted.
      if (isForbidden(error)) return undefined;
      throw error;
    }
  }
  return found;
}

/** Of base64url: 132 bits. */
const hashLength = 22;
