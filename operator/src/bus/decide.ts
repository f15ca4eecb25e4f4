// What a service or a job has to do on its bus: topics, schemas, and whether a new version may go live. Pure and total.
import { reasons } from '../api/index.ts';
import { decideTopics, decideTopicsOfDeleted } from '../kafka/index.ts';
import { type Change, type Notice, noticeReasons } from '../plan/index.ts';
import { decideGate, decideSchemas, withGate } from '../registry/index.ts';
import { type AwaitedTopics, awaitTopics } from '../strimzi/index.ts';
import { leftSubjectsOf, subjectRetained, withPolicies } from './decide-subjects.ts';
import type { BusAvailable, BusDecision, BusObservation, BusUnavailable } from './observation.ts';

/** Changes past Sluice are seen within this time and a tenth. */
const lookAgainMs = 60_000;
/** A broker that is away holds a deletion up for so long at most, then the topics are retained. */
const deletionWaitMs = 60_000;
/** A broker that answers and refuses holds it up for so long at most: longer than a job may take to end before its topics. */
const refusedDeletionMs = 10 * 60_000;
const unavailableAgainMs = 30_000;

export function decideOnBus(observation: BusObservation, now: Date): BusDecision {
  if (observation.deletingSinceMs !== undefined) {
    return observation.state === 'available'
      ? decideDeleted(observation, observation.deletingSinceMs, now)
      : decideDeletedUnavailable(observation, observation.deletingSinceMs, now);
  }
  return observation.state === 'available' ? decideLiving(observation) : decideUnavailable(observation);
}

function decideLiving(observation: BusAvailable): BusDecision {
  const schemas = decideSchemas(observation.schemas);
  const gate = decideGate(observation.gate);
  const topics = topicsOf(observation);
  // Neither half is begun while the other is refused: a refused spec changes nothing.
  const mayChange = (schemas.mayRoll || schemas.changes.length > 0) && topics.mayRoll && !gate.refusal;
  const deletions = topics.changes.filter(({ action }) => action === 'DeleteTopic');
  const left = leftSubjectsOf(observation, deletions, false);
  return {
    changes: [...(mayChange ? [...topics.changes, ...schemas.changes] : deletions), ...left.changes],
    // Schemas first: where both are refused, theirs is the reason that a release team looks for.
    verdicts: [
      ...schemas.verdicts.map((verdict) => withGate(verdict, gate, observation.gate.self)),
      ...topics.verdicts,
    ],
    notices: [...topics.notices, ...left.notices],
    topics: topics.topics,
    subjects: [...withPolicies(observation, schemas.subjects), ...left.subjects],
    mayRoll: mayChange && schemas.mayRoll && !topics.isAwaited,
    needsFinalizer: needsFinalizer(observation),
    isCleanedUp: false,
    requeueAfterMs: lookAgainMs,
  };
}

function topicsOf({ topics, kafkaTopics }: BusAvailable): AwaitedTopics {
  const decision = decideTopics(topics);
  return kafkaTopics ? awaitTopics(decision, kafkaTopics) : { ...decision, isAwaited: false };
}

function decideUnavailable(observation: BusUnavailable): BusDecision {
  return {
    ...asRemembered(observation),
    changes: [],
    verdicts: [observation.verdict],
    notices: [],
    mayRoll: false,
    needsFinalizer: needsFinalizer(observation),
    isCleanedUp: false,
    requeueAfterMs: unavailableAgainMs,
  };
}

function decideDeleted(observation: BusAvailable, sinceMs: number, now: Date): BusDecision {
  const { changes, notices } = decideTopicsOfDeleted(observation.topics);
  const deletingMs = now.getTime() - sinceMs;
  const subjects = leftSubjectsOf(observation, changes, true);
  const all = [...changes, ...subjects.changes];
  const refused = deletingMs >= refusedDeletionMs ? all.filter(isDeletion) : [];
  // The registry is waited for as a broker is, and the subjects are retained then.
  const isAwaited = subjects.unknown.length > 0 && deletingMs < deletionWaitMs;
  return {
    ...asRemembered(observation),
    changes: all.filter((change) => !refused.includes(change)),
    notices: [
      ...notices,
      ...subjects.notices,
      ...refused.flatMap(refusedNotice),
      ...(isAwaited ? [] : subjects.unknown.map(({ subject, why }) => subjectRetained(subject, why))),
    ],
    verdicts: [],
    mayRoll: false,
    needsFinalizer: false,
    isCleanedUp: !isAwaited,
    requeueAfterMs: isAwaited ? 5_000 : lookAgainMs,
  };
}

function decideDeletedUnavailable(observation: BusUnavailable, sinceMs: number, now: Date): BusDecision {
  const kept = observation.remembered.topics.filter(({ deletionPolicy }) => deletionPolicy === 'Delete');
  const isOver = now.getTime() - sinceMs >= deletionWaitMs || observation.verdict.reason === reasons.busNotFound;
  const { users } = observation.remembered;
  const isCleanedUp = (kept.length === 0 && users.length === 0) || isOver;
  const why = observation.verdict.message;
  return {
    ...asRemembered(observation),
    changes: [],
    verdicts: [observation.verdict],
    notices: isCleanedUp
      ? [...kept.map(({ topic }) => retainedUnseen(topic, why)), ...users.map((user) => userLeft(user, why))]
      : [],
    mayRoll: false,
    needsFinalizer: false,
    isCleanedUp,
    requeueAfterMs: 5_000,
  };
}

function isDeletion({ action }: Change): boolean {
  return action === 'DeleteTopic' || action === 'DeleteSubject';
}

function refusedNotice(change: Change): readonly Notice[] {
  const why = `it could not be deleted within ${refusedDeletionMs / 60_000} min.`;
  if (change.action === 'DeleteTopic') return [retainedUnseen(change.topic, why)];
  return change.action === 'DeleteSubject' ? [subjectRetained(change.subject, why)] : [];
}

function retainedUnseen(topic: string, why: string): Notice {
  const note = `Topic ${topic} was to be deleted and is retained: ${why}`;
  return { type: 'Warning', reason: noticeReasons.topicRetained, note };
}

function userLeft(user: string, why: string): Notice {
  const note = `User ${user} and its rules were to be deleted and are still on the brokers: ${why}`;
  return { type: 'Warning', reason: 'UserRetained', note };
}

function asRemembered({ remembered }: BusObservation) {
  return { topics: remembered.topics, subjects: remembered.subjects };
}

function needsFinalizer({ remembered, declaresDeletion }: BusObservation): boolean {
  const { topics, subjects } = remembered;
  return declaresDeletion || [...topics, ...subjects].some(({ deletionPolicy }) => deletionPolicy === 'Delete');
}
