// What is to be done to the topics that one resource answers for, and why not. Pure and total.
import { conditionTypes, reasons, type TopicStatus } from '../api/index.ts';
import type { Change, Notice, Verdict } from '../plan/index.ts';
import { adjustments } from './adjust.ts';
import type { LiveTopic } from './admin.ts';
import { decideLeftTopics } from './left.ts';
import { changeRefusal, type DeclaredTopic, policyRefusal, type Refusal, wantedTopic } from './topic-rules.ts';
import type { TopicsObserved } from './topics-observed.ts';

export interface TopicsDecision {
  readonly changes: readonly Change[];
  /** TopicsReady; Drifted and TopicRecreated where a topic is. */
  readonly verdicts: readonly Verdict[];
  readonly topics: readonly TopicStatus[];
  readonly notices: readonly Notice[];
  /** No topic is refused: what writes them may go live. */
  readonly mayRoll: boolean;
}

/** For a resource that lives. */
export function decideTopics(observed: TopicsObserved): TopicsDecision {
  const judged = observed.declared.map((declared) => judge(declared, observed));
  const left = decideLeftTopics(observed);
  return {
    changes: [...judged.flatMap(({ changes }) => changes), ...left.changes],
    verdicts: [readyVerdict(judged, observed), ...driftedVerdict(judged), ...recreatedVerdict(judged)],
    topics: [...judged.flatMap(({ status }) => status ?? []), ...left.topics],
    notices: left.notices,
    // A dead-letter topic that waits for its source holds nothing up: two services that read each other's topics would
    // wait for each other for ever.
    mayRoll: judged.every(({ refusal }) => refusal?.effect !== 'stalled'),
  };
}

interface Judged {
  readonly topic: string;
  readonly changes: readonly Change[];
  /** Absent: this resource does not answer for it, or it is not there yet. */
  readonly status?: TopicStatus;
  readonly refusal?: Refusal;
  readonly drift?: string;
  readonly recreated?: string;
}

function judge(declared: DeclaredTopic, observed: TopicsObserved): Judged {
  const { topic } = declared;
  const { live, limits, busName } = observed;
  const owner = observed.owners.get(topic);
  if (owner !== undefined) {
    const message = `Topic ${topic} belongs to ${owner}, which declares it too: remove it from one of the two.`;
    return { topic, changes: [], refusal: { reason: reasons.topicConflict, message, effect: 'stalled' } };
  }
  const source = declared.partitionsOf === undefined ? undefined : live.get(declared.partitionsOf);
  if (declared.partitionsOf !== undefined && !source) {
    const message = `Topic ${topic} takes its partitions from topic ${declared.partitionsOf}, which is not there yet: it is made when that one is.`;
    return { topic, changes: [], refusal: { reason: reasons.topicNotFound, message, effect: 'waiting' } };
  }
  const there = live.get(topic);
  const wanted = wantedTopic(declared, limits, source);
  const refusal = policyRefusal(wanted, declared, limits, busName) ?? (there && changeRefusal(declared, there));
  const remembered = observed.remembered.find((status) => status.topic === topic);
  if (!there) {
    if (refusal) return { topic, changes: [], refusal };
    const reason = remembered?.id === undefined ? 'it is declared and not there' : 'it is declared and was deleted';
    return {
      topic,
      changes: [{ action: 'CreateTopic', ...wanted, risk: 'Safe', reason }],
      // Its former id stays known, so that the topic that is made now is seen to be another one.
      ...(remembered ? { status: remembered } : {}),
    };
  }
  if (refusal) {
    const status = statusOf(declared, there, remembered, { message: refusal.message, config: remembered?.config });
    return { topic, changes: [], refusal, status };
  }
  const growTo = source ? Math.max(source.partitions, there.partitions) : declared.partitions;
  const { changes, drift, config } = adjustments(declared, { ...wanted, growTo }, there, {
    remembered,
    isSettled: observed.isSettled,
    dependents: { readers: observed.readers.get(topic) ?? [], isReadByItself: observed.read.includes(topic) },
  });
  const recreated = recreatedMessage(there, remembered, observed.approved);
  const message = recreated ?? drift;
  return {
    topic,
    changes,
    status: statusOf(declared, there, recreated === undefined ? undefined : remembered, { message, config }),
    ...(drift === undefined ? {} : { drift }),
    ...(recreated === undefined ? {} : { recreated }),
  };
}

/** Undefined when it is the topic that was there before, or when a person approved this one by its id. */
function recreatedMessage(there: LiveTopic, remembered: TopicStatus | undefined, approved: string | undefined) {
  if (remembered?.id === undefined || remembered.id === there.id || approved === there.id) return undefined;
  return `Topic ${there.topic} was deleted and made anew (id ${remembered.id}, now ${there.id}), so its former records are gone: go on with the new topic by the annotation sluice.dev/approve: ${there.id}.`;
}

/** `keepId`: the status whose id stays known until a person accepts the new topic. */
function statusOf(
  declared: DeclaredTopic,
  there: LiveTopic,
  keepId: TopicStatus | undefined,
  { message, config }: { readonly message?: string | undefined; readonly config?: readonly string[] | undefined },
): TopicStatus {
  return {
    topic: there.topic,
    id: keepId?.id ?? there.id,
    partitions: there.partitions,
    replicas: there.replicas,
    ...(config === undefined || config.length === 0 ? {} : { config }),
    ...(declared.deletionPolicy === 'Delete' ? { deletionPolicy: declared.deletionPolicy } : {}),
    ...(message === undefined ? {} : { message: message.slice(0, maxMessageLength) }),
  };
}

// api/v1alpha1/status.ts, TopicStatusSchema
const maxMessageLength = 4096;

function readyVerdict(judged: readonly Judged[], { read, live, busName }: TopicsObserved): Verdict {
  const type = conditionTypes.topicsReady;
  const refused = judged.filter(({ refusal }) => refusal !== undefined);
  const worst = refused.find(({ refusal }) => refusal?.effect === 'stalled') ?? refused[0];
  if (worst?.refusal) {
    const { reason, message, effect } = worst.refusal;
    return { type, status: 'False', reason, message: withCount(message, refused.length), effect };
  }
  const recreated = judged.filter((each) => each.recreated !== undefined);
  if (recreated[0]?.recreated !== undefined) {
    const message = withCount(recreated[0].recreated, recreated.length);
    return { type, status: 'False', reason: reasons.topicRecreated, message, effect: 'stalled' };
  }
  const missing = read.filter((topic) => !live.has(topic) && !judged.some((each) => each.topic === topic));
  if (missing.length > 0) {
    const message = `Topic ${missing[0]} is consumed and not there on EventBus ${busName}: it is waited for; declare it in the publishes or writes of the resource that writes it.`;
    const reason = reasons.topicNotFound;
    return { type, status: 'False', reason, message: withCount(message, missing.length), effect: 'waiting' };
  }
  const changed = judged.filter(({ changes }) => changes.length > 0);
  if (changed[0]) {
    const lossy = changed.find(({ changes }) => changes.some(({ risk }) => risk === 'DataLoss'));
    if (lossy) {
      const message = `Topic ${lossy.topic} would lose records by what is declared: see status.plan and approve it, or take it back.`;
      return { type, status: 'False', reason: reasons.approvalRequired, message: withCount(message, changed.length) };
    }
    const message = withCount(`Topic ${changed[0].topic} is being brought to what is declared.`, changed.length);
    return { type, status: 'False', reason: reasons.progressing, message, effect: 'waiting' };
  }
  const message = judged.length === 0 ? 'No topics are declared.' : `Topics as declared: ${judged.length}.`;
  return { type, status: 'True', reason: judged.length === 0 ? reasons.notRequired : reasons.inSync, message };
}

function driftedVerdict(judged: readonly Judged[]): readonly Verdict[] {
  const drifts = judged.flatMap(({ drift }) => drift ?? []);
  if (drifts[0] === undefined) return [];
  const message = withCount(drifts[0], drifts.length);
  return [{ type: conditionTypes.drifted, status: 'True', reason: reasons.drifted, message }];
}

function recreatedVerdict(judged: readonly Judged[]): readonly Verdict[] {
  const all = judged.flatMap(({ recreated }) => recreated ?? []);
  if (all[0] === undefined) return [];
  const message = withCount(all[0], all.length);
  return [{ type: conditionTypes.topicRecreated, status: 'True', reason: reasons.topicRecreated, message }];
}

function withCount(message: string, count: number): string {
  return count < 2 ? message : `${message} (and ${count - 1} more, see status.topics)`;
}
