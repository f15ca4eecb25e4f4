// Whether the schemas that a resource declares may go live, and what is to be registered. Pure and total.
import { conditionTypes, type Reason, reasons, type SubjectStatus } from '../api/index.ts';
import type { Change, SchemaText, Verdict } from '../plan/index.ts';
import type { Finding } from './compatibility/findings.ts';
import { shortened } from './parsed.ts';
import { formatTitles, parseSchema } from './schema.ts';

/** A schema that a resource declares for a topic it writes, as its source gave it. */
export interface DeclaredSchema {
  readonly topic: string;
  readonly subject: string;
  readonly source:
    | (SchemaText & {
        readonly state: 'found';
        /** Such as `ConfigMap shop/orders-schemas, key order.avsc`. */
        readonly from: string;
      })
    /** The sentence says which object or key is missing and what to do. */
    | { readonly state: 'missing'; readonly message: string };
}

/** What the registry knows of a declared schema whose fingerprint is not the remembered one, or is gone from it. */
export interface SubjectObserved {
  readonly registered?: { readonly id: number; readonly version: number };
  /** It is no schema, or lacks what it references: a clause without a full stop. All else is absent. */
  readonly refusal?: {
    readonly reason: Reason;
    readonly message: string;
    /** The subject in which what it references is not there. */
    readonly waitsFor?: string;
  };
  /** The level set on the subject itself. */
  readonly level?: string;
  /** Absent where `registered` or `refusal` is there, and where the registry judges only what is registered. */
  readonly check?: { readonly isCompatible: boolean; readonly messages: readonly string[] };
  /**
   * What Sluice itself finds, by the level that will be in force; nothing of what is no Avro. Where `registered` is there:
   * what was overridden by approval.
   */
  readonly findings?: readonly Finding[];
}

export interface SchemasObserved {
  readonly busName: string;
  readonly declared: readonly DeclaredSchema[];
  /** `notConfigured`: the bus names no registry. `unavailable`: it does not answer, or not as it should. */
  readonly registry:
    | { readonly state: 'available'; readonly url: string }
    | { readonly state: 'notConfigured' }
    | { readonly state: 'unavailable'; readonly reason: Reason; readonly message: string };
  /** By subject; absent for a subject that is as it is remembered: nothing was asked. */
  readonly subjects: ReadonlyMap<string, SubjectObserved>;
  /** `status.subjects` as it was. */
  readonly remembered: readonly SubjectStatus[];
  /** Level that the bus sets on subjects, by the registry's own name. Absent: none is set. */
  readonly level: string | undefined;
  /** The annotation `sluice.dev/approve`. */
  readonly approved: string | undefined;
}

export interface SchemasDecision {
  /**
   * SetCompatibility before RegisterSchema, so that no version slips in under another level. Although `mayRoll` is false: what
   * others of these schemas reference, and which comes first.
   */
  readonly changes: readonly Change[];
  /** SchemasCompatible. */
  readonly verdicts: readonly Verdict[];
  readonly subjects: readonly SubjectStatus[];
  /** Every declared schema is registered or may be: what writes them may go live. */
  readonly mayRoll: boolean;
}

export function decideSchemas(observed: SchemasObserved): SchemasDecision {
  const judged = observed.declared.map((declared) => judge(declared, observed));
  const refusal = worstOf(judged);
  const subjects = judged.flatMap(({ status }) => status ?? []);
  // All or none: half of a service's schemas registered would constrain the subjects of a version that never came.
  if (refusal) return { changes: awaited(judged), verdicts: [toVerdict(refusal)], subjects, mayRoll: false };
  const changes = judged.flatMap((each) => each.changes);
  return { changes, verdicts: [verdictOf(judged, changes, observed)], subjects, mayRoll: true };
}

/**
 * Where all that is in the way is that some of these schemas reference others of them, those go first: what is referenced by
 * its version has to be there.
 */
function awaited(judged: readonly Judged[]): readonly Change[] {
  const awaitedSubjects = new Set<string>();
  for (const { refusal } of judged) {
    if (refusal?.waitsFor !== undefined) awaitedSubjects.add(refusal.waitsFor);
    else if (refusal) return [];
  }
  return judged
    .flatMap(({ changes }) => changes)
    .filter((change) => 'subject' in change && awaitedSubjects.has(change.subject));
}

interface Refusal {
  readonly reason: Reason;
  readonly message: string;
  readonly effect: 'waiting' | 'stalled';
  /** Nobody could judge the schema. */
  readonly isUnknown?: boolean;
  /** The subject in which what it references is not there. */
  readonly waitsFor?: string;
}

interface Judged {
  readonly changes: readonly Change[];
  /** Absent: it was never registered. */
  readonly status?: SubjectStatus;
  readonly refusal?: Refusal;
}

function judge(declared: DeclaredSchema, observed: SchemasObserved): Judged {
  const { subject, topic, source } = declared;
  const remembered = observed.remembered.find((status) => status.subject === subject);
  const known = remembered ? { status: remembered } : {};
  const refuse = (reason: Reason, message: string, effect: Refusal['effect']): Judged => ({
    changes: [],
    ...known,
    refusal: { reason, message, effect },
  });
  if (source.state === 'missing') return refuse(reasons.schemaSourceNotFound, source.message, 'waiting');
  const parsed = parseSchema(source);
  if (!parsed.isValid) return refuse(reasons.schemaInvalid, invalidMessage(topic, source, parsed.problem), 'stalled');
  const { registry, busName } = observed;
  if (registry.state === 'notConfigured') {
    const message = `Topic ${topic} declares a schema and EventBus ${busName} names no registry: set spec.schemaRegistry there, or remove the schema.`;
    return refuse(reasons.registryNotConfigured, message, 'stalled');
  }
  const { fingerprint } = parsed;
  const isRemembered = remembered?.fingerprint === fingerprint && remembered.id !== undefined;
  const seen = observed.subjects.get(subject);
  if (registry.state === 'unavailable') {
    // What is registered needs no registry to go on running.
    if (isRemembered) return { changes: [], ...known };
    const { reason, message } = registry;
    return { changes: [], ...known, refusal: { reason, message, effect: 'waiting', isUnknown: true } };
  }
  if (!seen) return { changes: [], ...known };
  if (seen.refusal) {
    const { reason, message, waitsFor } = seen.refusal;
    if (waitsFor === undefined) return refuse(reason, invalidMessage(topic, source, message), 'stalled');
    // It may be registered by somebody else yet.
    const cannot = `The schema of topic ${topic} in ${source.from} cannot be used: ${message}.`;
    return { changes: [], ...known, refusal: { reason, message: cannot, effect: 'waiting', waitsFor } };
  }
  return judgeSeen(declared, source, fingerprint, seen, observed, remembered);
}

function invalidMessage(topic: string, { from, format }: SchemaText & { readonly from: string }, problem: string) {
  return `The schema of topic ${topic} in ${from} is not ${formatTitles[format]}: ${problem}: mend it there.`;
}

function judgeSeen(
  { subject, topic }: DeclaredSchema,
  { format, text, references }: SchemaText,
  fingerprint: string,
  seen: SubjectObserved,
  { level, registry, approved }: SchemasObserved,
  remembered: SubjectStatus | undefined,
): Judged {
  const setLevel: readonly Change[] =
    level === undefined || seen.level === level
      ? []
      : [{ action: 'SetCompatibility', subject, level, risk: 'Safe', reason: 'the bus sets it for its subjects' }];
  const found = foundIn(seen);
  if (seen.registered) {
    // Nothing is asked about what is registered, so that what was found once is remembered.
    const override = found ?? (remembered?.fingerprint === fingerprint ? remembered.override : undefined);
    return {
      changes: setLevel,
      status: {
        subject,
        topic,
        ...seen.registered,
        fingerprint,
        ...(override === undefined ? {} : { override: shortened(override, maxOverride) }),
      },
    };
  }
  const known = remembered ? { status: remembered } : {};
  const url = registry.state === 'available' ? registry.url : '';
  const why = incompatibilityOf(seen, url, fingerprint, approved);
  if (why !== undefined) {
    const message = `The schema of topic ${topic} is not compatible with subject ${subject}: ${why} What runs keeps running.`;
    return { changes: [], ...known, refusal: { reason: reasons.schemaIncompatible, message, effect: 'stalled' } };
  }
  const wanted = remembered ? 'the declared schema is another than the registered one' : 'it is declared and not there';
  const reason =
    found === undefined ? wanted : `${wanted}, and a person approved what Sluice's own check refuses: ${found}`;
  return {
    changes: [
      ...setLevel,
      {
        action: 'RegisterSchema',
        subject,
        topic,
        schema: { format, text, references },
        fingerprint,
        risk: 'Safe',
        reason,
      },
    ],
    ...known,
  };
}

// api/v1alpha1/status.ts, SubjectStatusSchema, less the sign of what was cut off
const maxOverride = 2047;

/** What Sluice's own check has against it, without a full stop. */
function foundIn({ findings = [] }: SubjectObserved): string | undefined {
  const [first] = findings;
  if (!first) return undefined;
  return findings.length === 1 ? first.message : `${first.message} (and ${findings.length - 1} more)`;
}

/** What is wrong and who says so, in sentences; the stricter of the two verdicts holds. Undefined: nothing is. */
function incompatibilityOf(
  seen: SubjectObserved,
  url: string,
  fingerprint: string,
  approved: string | undefined,
): string | undefined {
  const { check } = seen;
  const found = foundIn(seen);
  const refusesRegistry = check !== undefined && !check.isCompatible;
  if (found === undefined) {
    if (!refusesRegistry) return undefined;
    const words = check.messages.join('; ') || 'it gives no reason';
    return `so says the registry at ${url} (${words}), and Sluice's own check finds nothing: change the schema so that both sides can read it.`;
  }
  if (refusesRegistry) return `${found}. So say Sluice's own check and the registry at ${url}.`;
  if (approved === fingerprint) return undefined;
  const other = check ? 'would take it' : 'checks no schema with references before it is registered';
  return `${found}. So says Sluice's own check; the registry at ${url} ${other}: to go on all the same, set the annotation sluice.dev/approve: ${fingerprint}.`;
}

function worstOf(judged: readonly Judged[]): Refusal | undefined {
  const refusals = judged.flatMap(({ refusal }) => refusal ?? []);
  const worst = refusals.find(({ effect }) => effect === 'stalled') ?? refusals[0];
  if (!worst || refusals.length === 1) return worst;
  return { ...worst, message: `${worst.message} (and ${refusals.length - 1} more schemas)` };
}

function toVerdict({ reason, message, effect, isUnknown }: Refusal): Verdict {
  const status = isUnknown ? 'Unknown' : 'False';
  return { type: conditionTypes.schemasCompatible, status, reason, message, effect };
}

function verdictOf(judged: readonly Judged[], changes: readonly Change[], { busName }: SchemasObserved): Verdict {
  const type = conditionTypes.schemasCompatible;
  if (judged.length === 0) {
    return { type, status: 'True', reason: reasons.notRequired, message: 'No schemas are declared.' };
  }
  const registering = changes.filter(({ action }) => action === 'RegisterSchema').length;
  const message =
    registering === 0
      ? `Schemas registered on EventBus ${busName}: ${judged.length}.`
      : `Schemas compatible on EventBus ${busName}, to be registered: ${registering}.`;
  return { type, status: 'True', reason: reasons.compatible, message: `${message}${overrides(judged)}` };
}

/** What went live although Sluice's own check refuses it stays visible for as long as it is what is declared. */
function overrides(judged: readonly Judged[]): string {
  const all = judged.flatMap(({ status }) => (status?.override === undefined ? [] : [status]));
  const [first] = all;
  if (!first) return '';
  const more = all.length === 1 ? '' : ` (and ${all.length - 1} more, see status.subjects)`;
  return ` By approval and against Sluice's own check: version ${first.version} of subject ${first.subject}, since ${first.override}${more}.`;
}
