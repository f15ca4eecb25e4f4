// The Lease in the API server. Its requests are not fenced: renewing is how a leader proves itself.
import type { Client } from './client.ts';
import { type ElectionOptions, type LeaderElector, type LeaseStore, leaseResource } from './leader-election.ts';
import { runReflector } from './reflector.ts';

export function leaseStore(client: Client, key: Pick<ElectionOptions, 'namespace' | 'name'>): LeaseStore {
  return {
    get: (signal) => client.with({ signal }).get(leaseResource, key),
    create: (lease, signal) => client.with({ signal }).create(leaseResource, lease),
    update: (lease, signal) => client.with({ signal }).update(leaseResource, lease),
  };
}

/** Feeds the elector what happens to its Lease until the signal aborts. */
export async function watchLease(
  client: Client,
  { namespace, name }: Pick<ElectionOptions, 'namespace' | 'name'>,
  elector: LeaderElector,
  signal: AbortSignal,
): Promise<void> {
  await runReflector(
    {
      client,
      resource: leaseResource,
      namespace,
      fieldSelector: `metadata.name=${name}`,
      target: {
        replace: (leases) => elector.observe(leases[0]),
        change: ({ type, object }) => elector.observe(type === 'DELETED' ? undefined : object),
        missing: () => {},
        // The elector's own requests meet the same trouble and report it.
        report: () => {},
      },
    },
    signal,
  );
}
