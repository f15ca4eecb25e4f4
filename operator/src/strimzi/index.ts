// What the bus layer and the EventBus kind use of Strimzi's resources.
export { type AccessPortParts, strimziAccessPort } from './access-port.ts';
export { type AwaitedTopics, awaitTopics } from './awaited.ts';
export { type AwaitedAccess, awaitAccess } from './awaited-access.ts';
export { isChildOf } from './child.ts';
export { clusterChanges, creationRefusal, type LiveCluster } from './cluster.ts';
export { decideRemoval, isRemovedWith, type RemovalObserved } from './cluster-removal.ts';
export { asksForLogin, type Endpoint, endpointOf, loginType } from './listener.ts';
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
export { givenByKafkaUsers, isSettled, type KafkaUsers, passwordSecretName, withKafkaUsers } from './user.ts';
