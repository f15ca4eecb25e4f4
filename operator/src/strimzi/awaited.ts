// What of a decision about topics is written to KafkaTopics already and is Strimzi's to carry out: it is not written
// again, and what Strimzi says of it is said. Pure.
import { conditionTypes, reasons } from '../api/index.ts';
import type { TopicsDecision } from '../kafka/index.ts';
import type { Change, Verdict } from '../plan/index.ts';
import { keyOf } from '../runtime/index.ts';
import { readinessOf, wordsOf } from './readiness.ts';
import { type KafkaTopic, managedAnnotation, pauseAnnotation } from './resources.ts';
import { isWritten } from './topic.ts';

export interface AwaitedTopics extends TopicsDecision {
  /** A topic is not there yet: what writes it must not go live, or the brokers would make it in their own way. */
  readonly isAwaited: boolean;
}

/** `kafkaTopics`: by topic; undefined for topics that have none. */
export function awaitTopics(
  decision: TopicsDecision,
  kafkaTopics: ReadonlyMap<string, KafkaTopic | undefined>,
): AwaitedTopics {
  const writtenTo = (change: Change) => {
    const kafkaTopic = 'topic' in change ? kafkaTopics.get(change.topic) : undefined;
    return kafkaTopic && isWritten(change, kafkaTopic) ? kafkaTopic : undefined;
  };
  const written = decision.changes.flatMap((change) => writtenTo(change) ?? []);
  const verdicts = written.map(verdictOf);
  // A refusal of one topic says more than the wait for another.
  const worst = verdicts.find(({ effect }) => effect === 'stalled') ?? verdicts[0];
  return {
    ...decision,
    changes: decision.changes.filter((change) => !writtenTo(change)),
    verdicts: decision.verdicts.map((verdict) =>
      worst && verdict.type === worst.type && verdict.reason === reasons.progressing ? worst : verdict,
    ),
    isAwaited: decision.changes.some(({ action }) => action === 'CreateTopic'),
  };
}

/** What no waiting mends, by Strimzi's and Kafka's own words. */
const needsPerson = /^(NotSupported|ResourceConflict|Invalid|PolicyViolation)/;

function verdictOf(kafkaTopic: KafkaTopic): Verdict {
  const type = conditionTypes.topicsReady;
  const name = `KafkaTopic ${keyOf(kafkaTopic.metadata)}`;
  const { annotations = {} } = kafkaTopic.metadata;
  const idle = [
    ...(annotations[managedAnnotation] === 'false' ? [managedAnnotation] : []),
    ...(annotations[pauseAnnotation] === 'true' ? [pauseAnnotation] : []),
  ];
  if (idle[0] !== undefined) {
    const message = `${name} says what is declared, and Strimzi was told to leave it: remove its annotation ${idle[0]}.`;
    return { type, status: 'False', reason: reasons.topicRefused, message, effect: 'stalled' };
  }
  const readiness = readinessOf(kafkaTopic);
  if (readiness.state === 'refused') {
    const message = `${name}: Strimzi's topic operator says: ${wordsOf(readiness)}`;
    const effect = needsPerson.test(readiness.reason) ? 'stalled' : 'waiting';
    return { type, status: 'False', reason: reasons.topicRefused, message, effect };
  }
  const message = `${name} says what is declared, and Strimzi's topic operator is waited for (entityOperator.topicOperator of the Kafka resource).`;
  return { type, status: 'False', reason: reasons.progressing, message, effect: 'waiting' };
}
