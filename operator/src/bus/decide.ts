// What a service or a job has to do on its bus: topics, schemas, and whether a new version may go live. Pure and total.
import { reasons } from '../api/index.ts';
import { decideTopics, decideTopicsOfDeleted } from '../kafka/index.ts';
import { type Notice, noticeReasons } from '../plan/index.ts';
import { decideSchemas } from '../registry/index.ts';
import { type AwaitedTopics, awaitTopics } from '../strimzi/index.ts';
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
  const topics = topicsOf(observation);
  // Neither half is begun while the other is refused: a refused spec changes nothing.
  const mayChange = schemas.mayRoll && topics.mayRoll;
  const deletions = topics.changes.filter(({ action }) => action === 'DeleteTopic');
  return {
    changes: mayChange ? [...topics.changes, ...schemas.changes] : deletions,
    // Schemas first: where both are refused, theirs is the reason that a release team looks for.
    verdicts: [...schemas.verdicts, ...topics.verdicts],
    notices: topics.notices,
    topics: topics.topics,
    subjects: schemas.subjects,
    mayRoll: mayChange && !topics.isAwaited,
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
  const isOver = now.getTime() - sinceMs >= refusedDeletionMs;
  const refused = isOver ? changes.flatMap((change) => (change.action === 'DeleteTopic' ? [change.topic] : [])) : [];
  const why = `it could not be deleted within ${refusedDeletionMs / 60_000} min.`;
  return {
    ...asRemembered(observation),
    changes: isOver ? changes.filter(({ action }) => action !== 'DeleteTopic') : changes,
    notices: [...notices, ...refused.map((topic) => retainedUnseen(topic, why))],
    verdicts: [],
    mayRoll: false,
    needsFinalizer: false,
    isCleanedUp: true,
    requeueAfterMs: lookAgainMs,
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
  return declaresDeletion || remembered.topics.some(({ deletionPolicy }) => deletionPolicy === 'Delete');
}
