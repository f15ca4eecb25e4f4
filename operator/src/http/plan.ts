// What would be done if a manifest were applied now, by the very observe and decide that reconcile its kind. Nothing is
// written: the client that observes is refused every write that is no dry run.
import { randomBytes } from 'node:crypto';
import { busKeyOf, type Condition, type EventService, type PlanStatus, type StreamJob } from '../api/index.ts';
import {
  type BusConnections,
  eventBuses,
  type KindParts,
  type PasswordOf,
  Passwords,
  secretsOf,
} from '../bus/index.ts';
import { SluiceError } from '../errors.ts';
import { decideEventService, observeEventService } from '../eventservice/index.ts';
import { describePlan, type Plan, toConditions, toPlanStatus } from '../plan/index.ts';
import { type Client, NotLeaderError, type ReconcileContext } from '../runtime/index.ts';
import { decideStreamJob, imagesOf, observeStreamJob } from '../streamjob/index.ts';
import type { Planned } from './dry-run.ts';

/** As status shows it. */
export interface PlanAnswer extends Partial<Pick<PlanStatus, 'hash'>> {
  readonly changes: PlanStatus['changes'];
  readonly conditions: readonly Condition[];
}

/** `context.client` must refuse writes. */
export async function planOf(
  object: Planned,
  context: ReconcileContext,
  parts: KindParts,
): Promise<{ readonly answer: PlanAnswer; readonly text: string }> {
  await refreshBus(object, context, parts.buses);
  const now = new Date();
  const plan = await decide(object, context, parts, now);
  const conditions = toConditions(
    object.status?.conditions ?? [],
    {
      verdicts: plan.verdicts,
      outcome: { done: [], held: plan.changes },
      isPlanOnly: true,
      generation: object.metadata.generation ?? 0,
    },
    now,
  );
  const { kind, metadata } = object;
  return {
    answer: { changes: [], ...toPlanStatus(plan.changes), conditions },
    text: `${describePlan(plan.changes, { kind, key: metadata, verdicts: plan.verdicts })}\n`,
  };
}

function decide(object: Planned, context: ReconcileContext, parts: KindParts, now: Date): Promise<Plan> {
  return isService(object)
    ? observeEventService(object, context, parts).then((observed) => decideEventService(observed, now))
    : observeStreamJob(object, context, { ...parts, images: imagesOf(parts.config) }).then((observed) =>
        decideStreamJob(observed, now),
      );
}

/** Logins are read again: in a replica that does not lead, no reconcile of the bus takes up a changed one. */
async function refreshBus(object: Planned, { cache, client }: ReconcileContext, buses: BusConnections): Promise<void> {
  const bus = cache.get(eventBuses, busKeyOf(object));
  if (!bus) return;
  try {
    await buses.to(bus, secretsOf(bus, client), { isFresh: true });
  } catch (error) {
    // What is wrong with the bus is said by who observes it.
    if (!(error instanceof SluiceError)) throw error;
  }
}

function isService(object: EventService | StreamJob): object is EventService {
  return object.kind === 'EventService';
}

/**
 * The operator's passwords where there are any; before the first service there is no key to derive them from, and what
 * is derived then is given to nobody.
 */
export class PlannedPasswords extends Passwords {
  readonly #unused = randomBytes(32).toString('base64url');

  override async load(client: Client): Promise<PasswordOf> {
    try {
      return await super.load(client);
    } catch (error) {
      if (error instanceof NotLeaderError) return () => this.#unused;
      throw error;
    }
  }
}
