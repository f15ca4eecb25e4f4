// What the registry's side offers: the port, its adapter, the canonical form, and the decision about schemas.
export { atOnce } from './at-once.ts';
export { parseAvro } from './avro.ts';
export { canonicalForm, fingerprintOf } from './canonical.ts';
export type {
  CompatibilityCheck,
  RegisteredSchema,
  RegistryClient,
  RegistryConnection,
  StoredSchema,
} from './client.ts';
export { type Finding, findingsOf, versionsDemanded } from './compatibility/findings.ts';
export { modelOf } from './compatibility/model.ts';
export { connectRegistry } from './confluent.ts';
export {
  type DeclaredSchema,
  decideSchemas,
  type SchemasDecision,
  type SchemasObserved,
  type SubjectObserved,
} from './decide.ts';
export { decideGate, type GateDecision, type GateObserved, type ReadProblem } from './gate/decide.ts';
export type { RetainedVersion } from './gate/obstacles.ts';
export { type ReadUse, readUse } from './gate/read-use.ts';
export { standaloneForm } from './gate/standalone.ts';
export {
  areSameUses,
  modelOfUse,
  nextUses,
  noUses,
  type Participant,
  pendingUses,
  type SchemaUse,
  type SchemaUses,
} from './gate/use.ts';
export { withGate } from './gate/verdict.ts';
export { decideLeftSubjects, type LeftSubject, type LeftSubjects } from './left.ts';
export { type CompatibilityLevel, levelName } from './level.ts';
export { observeSubject, readModel } from './observe-subject.ts';
export type { ParsedSchema } from './parsed.ts';
export { registryConnections } from './registry-http.ts';
export { avroText, formatTitles, parseSchema } from './schema.ts';
