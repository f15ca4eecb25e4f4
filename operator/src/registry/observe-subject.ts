// Asks the registry about one schema that is not as it is remembered, and judges it by Sluice's own check. Registers nothing.
import { type Reason, reasons } from '../api/index.ts';
import { describeError, SluiceError } from '../errors.ts';
import type { SchemaText } from '../plan/index.ts';
import { problemInAvro } from './avro.ts';
import type { RegistryClient, StoredSchema } from './client.ts';
import { type Finding, findingsOf, versionsDemanded } from './compatibility/findings.ts';
import { type AvroType, modelOf } from './compatibility/model.ts';
import type { SubjectObserved } from './decide.ts';
import { readJson, shortened } from './parsed.ts';
import { maxReferenced, resolveReferences } from './references.ts';
import { formatTitles } from './schema.ts';

export interface SubjectQuestion {
  readonly subject: string;
  readonly schema: SchemaText;
  /** The subject has a version. */
  readonly isThere: boolean;
  /** The level that will be in force; absent: the registry's own. */
  readonly level: string | undefined;
  /** A person said yes to this very schema: what the own check has against it is told though it is registered. */
  readonly isApproved: boolean;
}

/** Throws a SluiceError where the registry does not answer; what it refuses of the schema is in the answer. */
export async function observeSubject(
  question: SubjectQuestion,
  registry: RegistryClient,
): Promise<Omit<SubjectObserved, 'level'>> {
  try {
    const references = await readReferences(question.schema, registry);
    return references.state === 'read' ? await judge(question, references.known, registry) : references.answer;
  } catch (error) {
    if (!(error instanceof SluiceError) || error.reason !== reasons.schemaInvalid) throw error;
    return refused(error.reason, error.message).answer;
  }
}

async function judge(
  { subject, schema, isThere, level, isApproved }: SubjectQuestion,
  known: readonly unknown[],
  registry: RegistryClient,
): Promise<Omit<SubjectObserved, 'level'>> {
  if (!isThere) {
    // Nothing to be compatible with; but of what is no Avro the registry alone can say whether it is a schema at all.
    const check = schema.format === 'Avro' ? compatible : await checkOf(subject, schema, registry);
    return check ? { check } : {};
  }
  const registered = await registry.lookup(subject, schema);
  const effective = level ?? (await registry.globalCompatibility());
  const candidate = schema.format === 'Avro' ? modelOf(JSON.parse(schema.text), known) : undefined;
  if (registered) {
    const { id, version } = registered;
    const findings =
      candidate && isApproved ? await ownFindings(subject, candidate, effective, registry, version) : undefined;
    return { registered: { id, version }, ...(findings?.length ? { findings } : {}) };
  }
  const [check, findings] = await Promise.all([
    checkOf(subject, schema, registry),
    candidate ? ownFindings(subject, candidate, effective, registry) : undefined,
  ]);
  return { ...(check ? { check } : {}), ...(findings ? { findings } : {}) };
}

/**
 * Undefined where the registry cannot check a schema with references before it is registered: Apicurio's check reads none,
 * and takes the schema for a wrong one. That registration judges it.
 */
async function checkOf(subject: string, schema: SchemaText, registry: RegistryClient) {
  try {
    return await registry.check(subject, schema);
  } catch (error) {
    const isOfReferences =
      schema.references.length > 0 &&
      error instanceof SluiceError &&
      (error.reason === reasons.schemaInvalid || error.reason === reasons.registryFailed);
    if (isOfReferences) return undefined;
    throw error;
  }
}

const compatible = { isCompatible: true, messages: [] } as const;

type ReadReferences =
  | { readonly state: 'read'; readonly known: readonly unknown[] }
  | { readonly state: 'refused'; readonly answer: Pick<SubjectObserved, 'refusal'> };

/** Parsers quote what they refuse, and a condition's message has an end. */
const maxWords = 1_000;

/** `known`: of Avro, what the schema's names may stand for; others are judged by the registry, which reads them itself. */
async function readReferences(
  { format, text, references }: SchemaText,
  registry: RegistryClient,
): Promise<ReadReferences> {
  if (references.length === 0) return { state: 'read', known: [] };
  const resolved = await resolveReferences(references, registry);
  if (resolved.state === 'missing') {
    const { refusal } = refused(reasons.schemaReferenceNotFound, resolved.message).answer;
    return { state: 'refused', answer: { refusal: { ...refusal, waitsFor: resolved.reference.subject } } };
  }
  if (resolved.state === 'tooMany') {
    return refused(reasons.schemaInvalid, `it references more than ${maxReferenced} schemas`);
  }
  const other = resolved.schemas.find((each) => each.format !== format);
  if (other) {
    const title = other.format === 'Other' ? 'of another language' : formatTitles[other.format];
    const message = `it references version ${other.version} of subject ${other.subject}, which is ${title}`;
    return refused(reasons.schemaInvalid, message);
  }
  if (format !== 'Avro') return { state: 'read', known: [] };
  try {
    const known = resolved.schemas.map(({ schema }) => readJson(schema));
    const problem = problemInAvro(readJson(text), known);
    return problem === undefined ? { state: 'read', known } : refused(reasons.schemaInvalid, problem);
  } catch (error) {
    return refused(reasons.schemaInvalid, `what it references cannot be read: ${describeError(error)}`);
  }
}

function refused(reason: Reason, message: string) {
  return { state: 'refused', answer: { refusal: { reason, message: shortened(message, maxWords) } } } as const;
}

/** Against the versions that the level demands; those before `before`, where it is given. */
async function ownFindings(
  subject: string,
  candidate: AvroType,
  level: string,
  registry: RegistryClient,
  before = Number.POSITIVE_INFINITY,
): Promise<readonly Finding[]> {
  const demanded = versionsDemanded(level);
  if (demanded === 'none') return [];
  const isNewestEnough = demanded === 'newest' && before === Number.POSITIVE_INFINITY;
  const latest = isNewestEnough ? await registry.latest(subject) : undefined;
  const versions = isNewestEnough ? (latest ? [latest] : []) : await registry.versions(subject);
  const known = await Promise.all(
    versions
      .filter(({ version }) => version < before)
      .map(async (each) => ({ version: each.version, type: await readModel(each, registry) })),
  );
  return findingsOf(
    level,
    candidate,
    known.flatMap(({ version, type }) => (type ? [{ version, type }] : [])),
  );
}

/**
 * A registered schema with its names resolved. Undefined where it is not Avro, references what is gone, or is what a newer
 * or looser parser took and ours does not: the registry alone judges by it.
 */
export async function readModel(
  { format, schema, references }: StoredSchema,
  registry: Pick<RegistryClient, 'version'>,
): Promise<AvroType | undefined> {
  if (format !== 'Avro') return undefined;
  const resolved = await resolveReferences(references, registry);
  if (resolved.state !== 'found' || resolved.schemas.some((each) => each.format !== 'Avro')) return undefined;
  try {
    const parsed = readJson(schema);
    const known = resolved.schemas.map((each) => readJson(each.schema));
    return problemInAvro(parsed, known) === undefined ? modelOf(parsed, known) : undefined;
  } catch {
    // Not JSON as we take it.
    return undefined;
  }
}
