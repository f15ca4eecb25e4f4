// The shop's Kafka cluster in Strimzi's words, for the bus to have it made: one node that is broker and controller, its log
// on a volume claim.
import { kafka } from './names.ts';

/** Kafka.spec. */
export const kafkaSpec = {
  kafka: {
    listeners: [{ name: kafka.listener, port: kafka.bootstrap.port, type: 'internal', tls: false }],
    config: {
      // An early producer would otherwise make a topic of one partition that no resource declares.
      'auto.create.topics.enable': 'false',
      'group.initial.rebalance.delay.ms': '0',
      'offsets.topic.replication.factor': '1',
      'offsets.topic.num.partitions': '10',
      'transaction.state.log.replication.factor': '1',
      'transaction.state.log.min.isr': '1',
      'transaction.state.log.num.partitions': '10',
      'share.coordinator.state.topic.replication.factor': '1',
      'share.coordinator.state.topic.min.isr': '1',
      'share.coordinator.state.topic.num.partitions': '10',
    },
  },
  entityOperator: { topicOperator: {}, userOperator: {} },
} as const;

/** KafkaNodePool.spec. */
const nodePoolSpec = {
  replicas: 1,
  roles: ['controller', 'broker'],
  storage: { type: 'persistent-claim', size: '4Gi' },
  jvmOptions: { '-Xms': '256m', '-Xmx': '256m' },
  resources: { requests: { cpu: '50m', memory: '448Mi' }, limits: { memory: '704Mi' } },
} as const;

export const nodePools = [{ name: kafka.nodePool, spec: nodePoolSpec }] as const;
