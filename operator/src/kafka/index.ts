// What Kafka's side offers: the port, its adapter, and the decisions about topics and access.
export { fingerprintOf, isDenial, type LiveAccess, principalOf, type UserCredential } from './access.ts';
export {
  type AccessDecision,
  type AccessObserved,
  decideAccess,
  decideAccessOfDeleted,
} from './access-decide.ts';
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
export type { LiveGroup, LiveMember, LogEnd } from './groups.ts';
export { decideTopicsOfDeleted, deletableTopics } from './left.ts';
export type { DeclaredTopic, TopicLimits } from './topic-rules.ts';
export { TopicSnapshot } from './topic-snapshot.ts';
export type { TopicsObserved } from './topics-observed.ts';
