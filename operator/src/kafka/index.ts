// What Kafka's side offers: the port, its adapter, the shared snapshot, and the decision about topics.
export type {
  ClusterInfo,
  KafkaAdmin,
  KafkaConnection,
  KafkaLogin,
  KafkaTls,
  LiveTopic,
  LiveTopics,
} from './admin.ts';
export { connectKafka } from './connect.ts';
export { decideTopics, type TopicsDecision } from './decide.ts';
export { decideTopicsOfDeleted, deletableTopics } from './left.ts';
export type { DeclaredTopic, TopicLimits } from './topic-rules.ts';
export type { TopicsObserved } from './topics-observed.ts';
