// Whether the API server would take what is to be applied, in its own words: asked by dry runs before anything is
// changed, and once more of an apply that failed all the same.
import { ApiError, type Client, isAlreadyExists, type KubeObject, type Resource } from '../runtime/index.ts';

export interface RefusalOptions {
  readonly fieldManager: string;
  /** Ask first whether it could be made anew: decoded strictly, wrong fields are told apart. Default true. */
  readonly asNew?: boolean;
}

/**
 * The API server's sentence when it refuses the object, undefined when it would take it. Throws what is no judgement:
 * no answer, a server in trouble. Sends nothing that lasts.
 */
export async function refusalOf<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  object: T,
  { fieldManager, asNew = true }: RefusalOptions,
): Promise<string | undefined> {
  try {
    // Server-side apply answers 500 to a field that the kind does not have, which looks like a server in trouble.
    if (asNew) await client.create(resource, object, { dryRun: true, fieldManager, fieldValidation: 'Strict' });
  } catch (error) {
    if (!isAlreadyExists(error)) return refusalIn(error);
  }
  try {
    await client.apply(resource, object, { fieldManager, dryRun: true });
    return undefined;
  } catch (error) {
    return refusalIn(error);
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
  { fieldManager }: Pick<RefusalOptions, 'fieldManager'>,
): Promise<string | undefined> {
  try {
    await client.create(resource, pod, { dryRun: true, fieldManager });
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
  const { body, message } = error;
  const isStatus = typeof body === 'object' && body !== null && 'message' in body && typeof body.message === 'string';
  const words = isStatus ? String(body.message) : message;
  // Server-side apply answers 500 to an object that does not fit its kind (apiserver: managedfields/structuredmerge.go).
  const isUnfit = error.status === 500 && /^failed to (create typed patch object|convert new object)/.test(words);
  return isUnfit || [400, 403, 413, 422].includes(error.status) ? words : undefined;
}
