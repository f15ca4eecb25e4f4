// What a run of switches under load has shown, judged event by event. Pure: whoever observed hands the rows in.

export interface SentEvent {
  readonly id: number;
  readonly key: number;
  readonly sentMs: number;
  /** The broker said that it has it. Where it did not, the event may be there all the same. */
  readonly isAcknowledged: boolean;
}

/** An event handed to a handler, as often as that happens. */
export interface Delivery {
  readonly id: number;
  readonly pod: string;
  readonly atMs: number;
}

/** What the handler did of it, in the order of the doing. */
export interface Effect {
  readonly id: number;
  readonly atMs: number;
}

export interface RequestMade {
  readonly connection: 'Kept' | 'Fresh';
  readonly atMs: number;
  /** Absent: it was answered with 200. */
  readonly problem?: string;
}

export interface Switch {
  readonly fromMs: number;
  readonly untilMs: number;
  /** The old version finished what it had in hand; false where it was made to end. */
  readonly isDrained: boolean;
}

export interface Observations {
  readonly sent: readonly SentEvent[];
  readonly deliveries: readonly Delivery[];
  readonly effects: readonly Effect[];
  readonly requests: readonly RequestMade[];
}

/** The names are those of bench/results: a summary line each. */
export interface Verdict {
  readonly switches: number;
  readonly http_requests: number;
  readonly http_failed: number;
  readonly events_sent: number;
  /** Acknowledged by the broker, and without effect. */
  readonly events_lost: number;
  /** Effects beyond the first of each event. */
  readonly effects_doubled: number;
  /** Effects of what nobody sent. */
  readonly effects_unknown: number;
  /** Effects that came before one of an earlier event of the same key. */
  readonly effects_out_of_order: number;
  readonly redelivered_drained: number;
  readonly redelivered_forced: number;
  readonly redelivered_outside: number;
  /** Over the switches: the age that the oldest event had at its effect. */
  readonly handover_p50_ms: number;
  readonly handover_max_ms: number;
}

export interface Judgement {
  readonly verdict: Verdict;
  /** What is wrong, with the first few ids, moments and words of each; empty when nothing is. */
  readonly faults: readonly string[];
}

const SHOWN = 5;

export function judge({ sent, deliveries, effects, requests }: Observations, switches: readonly Switch[]): Judgement {
  const byId = new Map(sent.map((event) => [event.id, event]));
  const effectsById = Map.groupBy(effects, ({ id }) => id);
  const lost = sent.filter(({ id, isAcknowledged }) => isAcknowledged && !effectsById.has(id));
  const doubled = [...effectsById.values()].flatMap((same) => same.slice(1));
  const unknown = [...effectsById.keys()].filter((id) => !byId.has(id));
  const outOfOrder = findOutOfOrder(effects, byId);
  const redelivered = [...Map.groupBy(deliveries, ({ id }) => id).values()].flatMap((same) =>
    same.toSorted((one, other) => one.atMs - other.atMs).slice(1),
  );
  const during = (isDrained: boolean) =>
    redelivered.filter(({ atMs }) => switches.some((one) => one.isDrained === isDrained && isWithin(one, atMs)));
  const [drained, forced] = [during(true), during(false)];
  const outside = redelivered.filter(({ atMs }) => !switches.some((one) => isWithin(one, atMs)));
  const failed = requests.filter(({ problem }) => problem !== undefined);
  const gaps = switches.map((one) => oldestAge(one, effects, byId)).toSorted((one, other) => one - other);
  return {
    verdict: {
      switches: switches.length,
      http_requests: requests.length,
      http_failed: failed.length,
      events_sent: sent.length,
      events_lost: lost.length,
      effects_doubled: doubled.length,
      effects_unknown: unknown.length,
      effects_out_of_order: outOfOrder.length,
      redelivered_drained: drained.length,
      redelivered_forced: forced.length,
      redelivered_outside: outside.length,
      handover_p50_ms: Math.round(gaps[Math.floor((gaps.length - 1) / 2)] ?? 0),
      handover_max_ms: Math.round(gaps.at(-1) ?? 0),
    },
    faults: [
      ...fault('lost', lost, ({ id, sentMs }) => `${id} sent at ${sentMs}`),
      ...fault('doubled', doubled, ({ id, atMs }) => `${id} again at ${atMs}`),
      ...fault('never sent', unknown, String),
      ...fault('out of order', outOfOrder, ({ id, atMs }) => `${id} at ${atMs}`),
      ...fault('redelivered though drained', drained, deliveryText),
      ...fault('redelivered outside any switch', outside, deliveryText),
      ...fault('failed requests', failed, ({ connection, atMs, problem }) => `${connection} at ${atMs}: ${problem}`),
    ],
  };
}

function isWithin({ fromMs, untilMs }: Switch, atMs: number): boolean {
  return atMs >= fromMs && atMs <= untilMs;
}

function oldestAge(one: Switch, effects: readonly Effect[], byId: ReadonlyMap<number, SentEvent>): number {
  let oldest = 0;
  for (const { id, atMs } of effects) {
    if (isWithin(one, atMs)) oldest = Math.max(oldest, atMs - (byId.get(id)?.sentMs ?? atMs));
  }
  return oldest;
}

/** First effects that come after one of a later event of their key. Ids rise as events are sent. */
function findOutOfOrder(effects: readonly Effect[], byId: ReadonlyMap<number, SentEvent>): readonly Effect[] {
  const seen = new Set<number>();
  const newest = new Map<number, number>();
  const found: Effect[] = [];
  for (const effect of effects) {
    const key = byId.get(effect.id)?.key;
    if (key === undefined || seen.has(effect.id)) continue;
    seen.add(effect.id);
    if (effect.id < (newest.get(key) ?? 0)) found.push(effect);
    else newest.set(key, effect.id);
  }
  return found;
}

function deliveryText({ id, pod, atMs }: Delivery): string {
  return `${id} to ${pod} at ${atMs}`;
}

function fault<Item>(what: string, items: readonly Item[], text: (item: Item) => string): readonly string[] {
  if (items.length === 0) return [];
  return [`${items.length} ${what}: ${items.slice(0, SHOWN).map(text).join(', ')}${items.length > SHOWN ? ', …' : ''}`];
}
