// Names that several of the shop's parts speak of.

export const namespace = 'shop';
export const bus = { name: 'shop' } as const;

/** The bus's Kafka cluster, by the names that Strimzi gives. */
export const kafka = {
  cluster: 'shop',
  nodePool: 'kafka',
  listener: 'plain',
  bootstrap: { host: `shop-kafka-bootstrap.${namespace}`, port: 9092 },
} as const;

export const topics = {
  orders: 'shop.orders',
  fraudAlerts: 'shop.fraud-alerts',
  notificationDeadLetters: 'shop.notification.dlq',
} as const;

/** Ports of the node that reach the shop from outside. */
export const nodePorts = { order: 30080, notification: 30081 } as const;
