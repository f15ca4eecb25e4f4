// What a manifest would be as an object of the cluster: the API server answers, asked with the caller's own token, so that
// neither admission nor rights are ours to imitate. Nothing is stored.
import type { EventService, StreamJob } from '../api/index.ts';
import { eventServices, streamJobs } from '../bus/index.ts';
import { ApiError, Client, type Credentials, type JsonPatchOperation, type Resource } from '../runtime/index.ts';
import { Refused, wordsOf } from './answer.ts';
import type { Manifest } from './manifest.ts';

export type Planned = EventService | StreamJob;

/** The kinds that plans are made of. */
export const plannedResources: { readonly [Kind in Manifest['kind']]: Resource<Planned> } = {
  EventService: eventServices,
  StreamJob: streamJobs,
};

/**
 * The object with its defaults: of one that is there, with its metadata and status and the manifest's spec in place of
 * its own; of a new one, with the identity that it might get. Refused (422) in the API server's words where it refuses.
 */
export async function dryRun(
  manifest: Manifest,
  token: string,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<Planned> {
  const theirs = credentials.withToken(token);
  try {
    return await dryRunBy(new Client(theirs, { signal }), manifest);
  } catch (error) {
    throw error instanceof ApiError ? refusalOf(error) : error;
  } finally {
    await theirs.close();
  }
}

async function dryRunBy(client: Client, manifest: Manifest): Promise<Planned> {
  const resource = plannedResources[manifest.kind];
  const { metadata } = manifest;
  const live = await client.get(resource, metadata);
  const options = { dryRun: true, fieldValidation: 'Strict' } as const;
  if (live) return client.patchJson(resource, metadata, patchOf(manifest, live), options);
  // What the API server is to judge has whatever the caller wrote; that it is of the kind is for it to say.
  const { others, ...written } = manifest;
  return client.create(resource, { ...others, ...written } as unknown as Planned, options);
}

/** Fields that the manifest no longer has are to go, which no merge would do. */
function patchOf({ metadata, spec, others }: Manifest, live: Planned): readonly JsonPatchOperation[] {
  const { labels, annotations } = live.metadata;
  return [
    { op: 'add', path: '/metadata/labels', value: { ...labels, ...metadata.labels } },
    { op: 'add', path: '/metadata/annotations', value: { ...annotations, ...metadata.annotations } },
    { op: 'add', path: '/spec', value: { ...replicasOf(live), ...spec } },
    ...Object.entries(others).map(([name, value]) => ({ op: 'add' as const, path: `/${pointer(name)}`, value })),
  ];
}

/** A manifest without replicas leaves them to whoever scales: they stay as they are. */
function replicasOf({ spec }: Planned): { readonly replicas?: number } {
  return 'replicas' in spec ? { replicas: spec.replicas } : {};
}

// RFC 6901
function pointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

function refusalOf(error: ApiError): Refused | ApiError {
  const { status } = error;
  if ([400, 404, 409, 413, 422].includes(status)) return new Refused(422, wordsOf(error));
  if (status === 401 || status === 403 || status === 429) return new Refused(status, wordsOf(error));
  return error;
}
