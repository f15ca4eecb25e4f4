// What EventService, StreamJob and EventBus use of the bus layer.
export { type BusConnection, BusConnections } from './connections.ts';
export { decideOnBus } from './decide.ts';
export { deletingVerdict, finalizerChanges, releasePlan } from './finalizing.ts';
export { liveSchemaChanges } from './gate-changes.ts';
export { type ReadSecret, readAuthorities } from './logins.ts';
export type {
  BusAccess,
  BusAvailable,
  BusDecision,
  BusObservation,
  BusUnavailable,
  ReadSchema,
} from './observation.ts';
export { observeBus } from './observe.ts';
export type { KindParts } from './parts.ts';
export { type PasswordOf, Passwords } from './passwords.ts';
export { type Login, loginAt, loginOf, usersOf } from './principal.ts';
export {
  accessStatus,
  decidePrincipal,
  decidePrincipalsOfDeleted,
  hasPrincipal,
  observeLogin,
  observeVisible,
  type PrincipalAccess,
  type PrincipalObserved,
} from './principal-access.ts';
export {
  type ConfigMap,
  configMaps,
  eventBuses,
  eventServices,
  namespaces,
  type Secret,
  secrets,
  streamJobs,
} from './resources.ts';
export { isSecretMissing, secretsOf } from './secrets.ts';
export { type LabelSelector, matchesSelector } from './selector.ts';
export { type BusClientSettings, clientSettingsOf } from './settings.ts';
export { dependsOnBus } from './watches.ts';
