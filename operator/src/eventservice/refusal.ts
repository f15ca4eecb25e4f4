// Whether the API server would take what is to be applied, in its own words: asked by dry runs before anything is
// changed, and once more of an apply that failed all the same.
import { ApiError, type Client, isAlreadyExists, type KubeObject, type Resource } from '../runtime/index.ts';
import type { Taken } from './taken.ts';

export interface RefusalOptions {
  readonly fieldManager: string;
  /** Where server-side apply cannot read it, ask for better words by making it anew. Default true. */
  readonly asNew?: boolean;
  /** Not asked again about what it holds; what is taken is added. Default: always asked. */
  readonly taken?: Taken | undefined;
}

/**
 * The API server's sentence when it refuses the object, undefined when it would take it. Throws what is no judgement:
 * no answer, a server in trouble. Sends nothing that lasts. One request where the object is taken: the apply itself sees
 * everything, unknown fields, fields that cannot change and duplicate list keys among it.
 */
export async function refusalOf<T extends KubeObject>(
  client: Pick<Client, 'apply' | 'create'>,
  resource: Resource<T>,
  object: T,
  { fieldManager, asNew = true, taken }: RefusalOptions,
): Promise<string | undefined> {
  if (taken?.has(object)) return undefined;
  try {
    await client.apply(resource, object, { fieldManager, dryRun: true });
    taken?.add(object);
    return undefined;
  } catch (error) {
    const words = refusalIn(error);
    if (words === undefined || !asNew || !isUnfit(error)) return words;
    return (await strictWords(client, resource, object, fieldManager)) ?? words;
  }
}

/** What does not fit its kind, a create that is decoded strictly tells by path and name, and all of it at once. */
async function strictWords<T extends KubeObject>(
  client: Pick<Client, 'create'>,
  resource: Resource<T>,
  object: T,
  fieldManager: string,
): Promise<string | undefined> {
  try {
    await client.create(resource, object, { dryRun: true, fieldManager, fieldValidation: 'Strict' });
    return undefined;
  } catch (error) {
    return isAlreadyExists(error) ? undefined : refusalIn(error);
  }
}

/**
 * The same of a pod, which nothing but its own creation judges: Pod Security, quota and limit ranges look at pods alone.
 * What a pod is refused for that its template is not to blame for is no refusal: the quota that is used up now, the
 * service account that is still to come, the operator's own missing right to ask.
 */
export async function podRefusalOf<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  pod: T,
  { fieldManager, taken }: Pick<RefusalOptions, 'fieldManager' | 'taken'>,
): Promise<string | undefined> {
  if (taken?.has(pod)) return undefined;
  try {
    await client.create(resource, pod, { dryRun: true, fieldManager });
    taken?.add(pod);
    return undefined;
  } catch (error) {
    const words = isAlreadyExists(error) ? undefined : refusalIn(error);
    return words !== undefined && circumstances.test(words) ? undefined : words;
  }
}

// apiserver: plugin/pkg/admission/serviceaccount and resourcequota, pkg/authorization
const circumstances = /error looking up service account|exceeded quota|cannot create resource "pods"/i;

/** The API server's sentence in an error that judges what was sent; throws any other error. */
function refusalIn(error: unknown): string | undefined {
  const words = apiServerWords(error);
  if (words === undefined) throw error;
  // A webhook that cannot do dry runs judges the real thing.
  return /does not support dry run/i.test(words) ? undefined : words;
}

/** Undefined for an error that does not judge what was sent. */
export function apiServerWords(error: unknown): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  return isUnfit(error) || [400, 403, 413, 422].includes(error.status) ? wordsOf(error) : undefined;
}

/** Server-side apply answers 500 to an object that does not fit its kind (apiserver: managedfields/structuredmerge.go). */
function isUnfit(error: unknown): boolean {
  if (!(error instanceof ApiError) || error.status !== 500) return false;
  return /^failed to (create typed patch object|convert new object)/.test(wordsOf(error));
}

function wordsOf({ body, message }: ApiError): string {
  const isStatus = typeof body === 'object' && body !== null && 'message' in body && typeof body.message === 'string';
  return isStatus ? String(body.message) : message;
}
