// What makes a version of a service: hashes of what people wrote, which no release of the operator may change. Pure.
import type { EventService } from '../api/index.ts';
import type { BusClientSettings } from '../bus/index.ts';
import { hashOf } from '../runtime/index.ts';

/**
 * 16 hex digits over the pod template as it was written. Other ways of hashing it would roll every pod there is: fields
 * that say more about pods count only where they are used.
 */
export function revisionOf({ spec: { template, spread, podSecurity } }: EventService): string {
  return spread || podSecurity ? hashOf({ template, spread, podSecurity }) : hashOf(template);
}

/**
 * 16 hex digits over where the bus is and the fingerprint of the login, and not over the files that tell of it: a file that a newer operator adds is no
 * reason to roll pods. A field that is added here must be absent for the buses that are there already.
 */
export function configurationOf(
  { bootstrapServers, securityProtocol, authorities, areAuthoritiesGiven = false, registryUrl }: BusClientSettings,
  login?: string,
): string {
  const servers = [...bootstrapServers].sort();
  const trusted = areAuthoritiesGiven ? undefined : authorities;
  return hashOf({ bootstrapServers: servers, securityProtocol, authorities: trusted, registryUrl, login });
}
