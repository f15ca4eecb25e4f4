// What the bus layer and the EventBus kind use of Strimzi's resources.
export { type AwaitedTopics, awaitTopics } from './awaited.ts';
export { clusterChanges, creationRefusal, type LiveCluster } from './cluster.ts';
export { asksForLogin, type Endpoint, endpointOf } from './listener.ts';
export { assertUserReady, operatorUser, operatorUserName } from './operator-user.ts';
export {
  clusterLabel,
  type Kafka,
  type KafkaNodePool,
  type KafkaTopic,
  type KafkaUser,
  kafkas,
  kafkaTopics,
  kafkaUsers,
  nodePools,
} from './resources.ts';
export { byTopic, saysOtherwise, topicIndexValues } from './topic.ts';
export { findKafkaTopic, strimziTopicPort } from './topic-port.ts';
