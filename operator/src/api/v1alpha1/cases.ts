// Test support: for every CEL rule of the three kinds one manifest that keeps it and one that breaks it and no other.
// rules.int.test.ts applies both to a real API server and fails when a rule has no case here or a case names no rule.
import {
  eventBusManifest,
  eventServiceManifest,
  type Manifest,
  minimalEventService,
  minimalStreamJob,
  streamJobManifest,
} from './builders.ts';

export interface RuleCase {
  /** Where the rule is attached, such as `spec.publishes[].topic`; empty for the root. */
  readonly path: string;
  /** The rule's id, unique at its path. */
  readonly rule: string;
  /** For transition rules: what is stored, which `passes` and `fails` then update. */
  readonly before?: Manifest;
  readonly passes: Manifest;
  readonly fails: Manifest;
}

const external = { bootstrapServers: ['kafka.shop:9092'] };
const busCases: readonly RuleCase[] = [
  {
    path: '',
    rule: 'name',
    passes: eventBusManifest({}, { name: `b${'-'.repeat(61)}s` }),
    fails: eventBusManifest({}, { name: '2nd-bus' }),
  },
  {
    path: '',
    rule: 'name',
    passes: eventBusManifest({}, { name: 'b'.repeat(63) }),
    fails: eventBusManifest({}, { name: 'b'.repeat(64) }),
  },
  {
    path: 'spec',
    rule: 'strimzi-topics',
    passes: eventBusManifest({ kafka: { strimzi: { cluster: 'shop', listener: 'tls' } }, topicManagement: 'Strimzi' }),
    fails: eventBusManifest({ topicManagement: 'Strimzi' }),
  },
  {
    path: 'spec',
    rule: 'managed-access',
    passes: eventBusManifest({
      kafka: { external: { ...external, sasl: { mechanism: 'SCRAM-SHA-512', secretRef: { name: 'admin' } } } },
      access: { credentials: 'Managed' },
    }),
    fails: eventBusManifest({ access: { credentials: 'Managed' } }),
  },
  {
    path: 'spec',
    rule: 'managed-access',
    passes: eventBusManifest({
      kafka: { external: { ...external, tls: { clientSecretRef: { name: 'admin' } } } },
      access: { credentials: 'Managed' },
    }),
    // TLS alone says who the broker is, not who the operator is.
    fails: eventBusManifest({ kafka: { external: { ...external, tls: {} } }, access: { credentials: 'Managed' } }),
  },
  {
    path: 'spec',
    rule: 'default-partitions',
    passes: eventBusManifest({ topicDefaults: { partitions: 64 }, policy: { maxPartitions: 64 } }),
    fails: eventBusManifest({ topicDefaults: { partitions: 65 }, policy: { maxPartitions: 64 } }),
  },
  {
    path: 'spec',
    rule: 'default-replicas',
    passes: eventBusManifest({ topicDefaults: { replicas: 2 }, policy: { minReplicas: 2 } }),
    fails: eventBusManifest({ topicDefaults: { replicas: 1 }, policy: { minReplicas: 2 } }),
  },
  {
    path: 'spec.kafka',
    rule: 'exactly-one',
    passes: eventBusManifest({ kafka: { strimzi: { cluster: 'shop', listener: 'tls' } } }),
    fails: eventBusManifest({ kafka: {} }),
  },
  {
    path: 'spec.kafka',
    rule: 'exactly-one',
    passes: eventBusManifest({ kafka: { external } }),
    fails: eventBusManifest({ kafka: { external, strimzi: { cluster: 'shop', listener: 'tls' } } }),
  },
  {
    path: 'spec.kafka.external.bootstrapServers[]',
    rule: 'host-port',
    passes: eventBusManifest({ kafka: { external: { bootstrapServers: ['10.0.0.1:9092', '[fd00::1]:9093'] } } }),
    fails: eventBusManifest({ kafka: { external: { bootstrapServers: ['kafka.shop'] } } }),
  },
  {
    path: 'spec.kafka.strimzi.listener',
    rule: 'name',
    passes: eventBusManifest({ kafka: { strimzi: { cluster: 'shop', listener: 'plain' } } }),
    fails: eventBusManifest({ kafka: { strimzi: { cluster: 'shop', listener: 'TLS' } } }),
  },
  {
    path: 'spec.schemaRegistry.url',
    rule: 'url',
    passes: eventBusManifest({ schemaRegistry: { url: 'http://registry:8080/apis/ccompat/v7' } }),
    fails: eventBusManifest({ schemaRegistry: { url: 'registry:8080' } }),
  },
  {
    path: 'spec.schemaRegistry.url',
    rule: 'no-login',
    passes: eventBusManifest({ schemaRegistry: { url: 'http://registry:8080/apis/ccompat/v7' } }),
    fails: eventBusManifest({ schemaRegistry: { url: 'http://me:secret@registry:8080/apis/ccompat/v7' } }),
  },
  {
    path: 'spec.topicDefaults',
    rule: 'min-insync-replicas',
    passes: eventBusManifest({ topicDefaults: { replicas: 3, config: { 'min.insync.replicas': '2' } } }),
    fails: eventBusManifest({ topicDefaults: { replicas: 1, config: { 'min.insync.replicas': '2' } } }),
  },
  {
    path: 'spec.allowedNamespaces',
    rule: 'selector',
    passes: eventBusManifest({
      allowedNamespaces: { from: 'Selector', selector: { matchLabels: { 'sluice.dev/bus': 'shop' } } },
    }),
    fails: eventBusManifest({ allowedNamespaces: { from: 'Selector' } }),
  },
];

const schema = { inline: '"string"' };
const configMapKeyRef = { name: 'orders-schemas', key: 'order-placed.avsc' };
const template = minimalEventService.spec.template;
const ports = (...entries: { name?: string; port: number; nodePort?: number }[]) => entries;

const monitored = { service: { ports: ports({ name: 'http', port: 80 }) } };

const serviceCases: readonly RuleCase[] = [
  {
    path: '',
    rule: 'name',
    passes: eventServiceManifest({}, { name: 's'.repeat(52) }),
    fails: eventServiceManifest({}, { name: 's'.repeat(53) }),
  },
  {
    path: 'spec',
    rule: 'dead-letters-apart',
    passes: eventServiceManifest({
      publishes: [{ topic: 'shop.orders' }],
      consumes: [{ topic: 'shop.payments', deadLetter: { topic: 'shop.orders.dlq' } }],
    }),
    fails: eventServiceManifest({
      publishes: [{ topic: 'shop.orders' }, { topic: 'shop.orders.dlq' }],
      consumes: [{ topic: 'shop.payments', deadLetter: { topic: 'shop.orders.dlq' } }],
    }),
  },
  {
    path: 'spec.bus',
    rule: 'immutable',
    before: eventServiceManifest({ bus: { name: 'shop' } }),
    passes: eventServiceManifest({ bus: { name: 'shop' }, replicas: 2 }),
    fails: eventServiceManifest({ bus: { name: 'other' } }),
  },
  {
    path: 'spec.template.metadata.labels',
    rule: 'reserved',
    passes: eventServiceManifest({ template: { ...template, metadata: { labels: { team: 'orders' } } } }),
    fails: eventServiceManifest({ template: { ...template, metadata: { labels: { 'sluice.dev/colour': 'a' } } } }),
  },
  {
    path: 'spec.service',
    rule: 'port-names',
    passes: eventServiceManifest({
      service: { ports: ports({ name: 'http', port: 80 }, { name: 'metrics', port: 9090 }) },
    }),
    fails: eventServiceManifest({ service: { ports: ports({ name: 'http', port: 80 }, { port: 9090 }) } }),
  },
  {
    path: 'spec.service',
    rule: 'port-names',
    passes: eventServiceManifest({ service: { ports: ports({ port: 80 }) } }),
    fails: eventServiceManifest({ service: { ports: ports({ name: 'http', port: 80 }, { name: 'http', port: 81 }) } }),
  },
  {
    path: 'spec.service',
    rule: 'node-ports',
    passes: eventServiceManifest({ service: { type: 'NodePort', ports: ports({ port: 80, nodePort: 30080 }) } }),
    fails: eventServiceManifest({ service: { ports: ports({ port: 80, nodePort: 30080 }) } }),
  },
  {
    path: 'spec',
    rule: 'monitored-port',
    passes: eventServiceManifest({
      service: { ports: ports({ name: 'http', port: 80 }, { name: 'metrics', port: 9090 }) },
      monitoring: { port: 'metrics' },
    }),
    fails: eventServiceManifest({
      service: { ports: ports({ name: 'http', port: 80 }) },
      monitoring: { port: 'metrics' },
    }),
  },
  {
    path: 'spec',
    rule: 'monitored-port',
    passes: eventServiceManifest({ service: { ports: ports({ port: 80 }) } }),
    fails: eventServiceManifest({ monitoring: { port: 'metrics' } }),
  },
  {
    path: 'spec.networkPolicy',
    rule: 'limited-egress',
    passes: eventServiceManifest({ networkPolicy: { egress: 'Declared', additionalEgress: [{ ports: [] }] } }),
    fails: eventServiceManifest({ networkPolicy: { additionalEgress: [{ ports: [] }] } }),
  },
  {
    path: 'spec.monitoring.interval',
    rule: 'duration',
    passes: eventServiceManifest({ ...monitored, monitoring: { port: 'http', interval: '30s' } }),
    fails: eventServiceManifest({ ...monitored, monitoring: { port: 'http', interval: '30 seconds' } }),
  },
  {
    path: 'spec.monitoring.labels',
    rule: 'reserved',
    passes: eventServiceManifest({ ...monitored, monitoring: { port: 'http', labels: { release: 'prometheus' } } }),
    fails: eventServiceManifest({ ...monitored, monitoring: { port: 'http', labels: { 'sluice.dev/service': 'x' } } }),
  },
  {
    path: 'spec.disruption',
    rule: 'one-of',
    passes: eventServiceManifest({ disruption: { minAvailable: 1 } }),
    fails: eventServiceManifest({ disruption: { minAvailable: 1, maxUnavailable: 1 } }),
  },
  {
    path: 'spec.disruption',
    rule: 'one-of',
    passes: eventServiceManifest({ disruption: { maxUnavailable: '25%' } }),
    fails: eventServiceManifest({ disruption: {} }),
  },
  {
    path: 'spec.disruption.minAvailable',
    rule: 'amount',
    passes: eventServiceManifest({ disruption: { minAvailable: 0 } }),
    fails: eventServiceManifest({ disruption: { minAvailable: -1 } }),
  },
  {
    path: 'spec.disruption.maxUnavailable',
    rule: 'amount',
    passes: eventServiceManifest({ disruption: { maxUnavailable: '100%' } }),
    fails: eventServiceManifest({ disruption: { maxUnavailable: '101%' } }),
  },
  {
    path: 'spec.publishes[]',
    rule: 'partitions-grow',
    before: eventServiceManifest({ publishes: [{ topic: 'shop.orders', partitions: 6 }] }),
    passes: eventServiceManifest({ publishes: [{ topic: 'shop.orders', partitions: 12 }] }),
    fails: eventServiceManifest({ publishes: [{ topic: 'shop.orders', partitions: 5 }] }),
  },
  {
    path: 'spec.publishes[]',
    rule: 'partitions-grow',
    before: eventServiceManifest({ publishes: [{ topic: 'shop.orders', partitions: 6 }] }),
    // Another topic in the same place of the list is another topic.
    passes: eventServiceManifest({
      publishes: [
        { topic: 'shop.invoices', partitions: 1 },
        { topic: 'shop.orders', partitions: 6 },
      ],
    }),
    fails: eventServiceManifest({
      publishes: [
        { topic: 'shop.invoices', partitions: 6 },
        { topic: 'shop.orders', partitions: 1 },
      ],
    }),
  },
  {
    path: 'spec.publishes[]',
    rule: 'min-insync-replicas',
    passes: eventServiceManifest({
      publishes: [{ topic: 'shop.orders', replicas: 2, config: { 'min.insync.replicas': '2' } }],
    }),
    fails: eventServiceManifest({
      publishes: [{ topic: 'shop.orders', replicas: 1, config: { 'min.insync.replicas': '2' } }],
    }),
  },
  {
    path: 'spec.publishes[].topic',
    rule: 'name',
    passes: eventServiceManifest({ publishes: [{ topic: 'Shop_orders-1.v2' }] }),
    fails: eventServiceManifest({ publishes: [{ topic: 'shop/orders' }] }),
  },
  {
    path: 'spec.publishes[].topic',
    rule: 'name',
    passes: eventServiceManifest({ publishes: [{ topic: '...' }] }),
    fails: eventServiceManifest({ publishes: [{ topic: '..' }] }),
  },
  {
    path: 'spec.publishes[].schema',
    rule: 'exactly-one',
    passes: eventServiceManifest({ publishes: [{ topic: 'shop.orders', schema: { configMapKeyRef } }] }),
    fails: eventServiceManifest({ publishes: [{ topic: 'shop.orders', schema: { ...schema, configMapKeyRef } }] }),
  },
  {
    path: 'spec.publishes[].readers',
    rule: 'named',
    passes: eventServiceManifest({
      publishes: [{ topic: 'shop.orders', readers: { from: 'Named', namespaces: ['analytics'] } }],
    }),
    fails: eventServiceManifest({
      publishes: [{ topic: 'shop.orders', readers: { from: 'All', namespaces: ['analytics'] } }],
    }),
  },
  {
    path: 'spec.publishes[].readers',
    rule: 'named',
    passes: eventServiceManifest({ publishes: [{ topic: 'shop.orders', readers: { from: 'All' } }] }),
    fails: eventServiceManifest({ publishes: [{ topic: 'shop.orders', readers: { from: 'Named' } }] }),
  },
  {
    path: 'spec.consumes[]',
    rule: 'dead-letter',
    passes: eventServiceManifest({
      consumes: [{ topic: 'shop.payments', deadLetter: { topic: 'shop.payments.dlq' } }],
    }),
    fails: eventServiceManifest({ consumes: [{ topic: 'shop.payments', deadLetter: { topic: 'shop.payments' } }] }),
  },
  {
    path: 'spec.consumes[].topic',
    rule: 'name',
    passes: eventServiceManifest({ consumes: [{ topic: 'shop.payments' }] }),
    fails: eventServiceManifest({ consumes: [{ topic: 'shop payments' }] }),
  },
  {
    path: 'spec.consumes[].group',
    rule: 'name',
    passes: eventServiceManifest({ consumes: [{ topic: 'shop.payments', group: 'shop.order_2' }] }),
    fails: eventServiceManifest({ consumes: [{ topic: 'shop.payments', group: 'shop:order' }] }),
  },
  {
    path: 'spec.consumes[].schema',
    rule: 'exactly-one',
    passes: eventServiceManifest({ consumes: [{ topic: 'shop.payments', schema }] }),
    fails: eventServiceManifest({ consumes: [{ topic: 'shop.payments', schema: {} }] }),
  },
  {
    path: 'spec.consumes[].deadLetter.topic',
    rule: 'name',
    passes: eventServiceManifest({ consumes: [{ topic: 'shop.payments', deadLetter: { topic: 'shop.dlq' } }] }),
    fails: eventServiceManifest({ consumes: [{ topic: 'shop.payments', deadLetter: { topic: 'shop,dlq' } }] }),
  },
  {
    path: 'spec.release',
    rule: 'promote',
    passes: eventServiceManifest({ release: { strategy: 'BlueGreen', promotion: 'Manual', promote: '5d41402a' } }),
    fails: eventServiceManifest({ release: { strategy: 'BlueGreen', promote: '5d41402a' } }),
  },
  {
    path: 'spec.release',
    rule: 'checks',
    passes: eventServiceManifest({
      release: { strategy: 'BlueGreen', checks: [{ name: 'health', http: { path: '/healthz', port: 80 } }] },
    }),
    fails: eventServiceManifest({
      release: { strategy: 'Rolling', checks: [{ name: 'health', http: { path: '/healthz', port: 80 } }] },
    }),
  },
  {
    path: 'spec.release',
    rule: 'preview-template',
    passes: eventServiceManifest({
      release: { strategy: 'BlueGreen', previewTemplate: { metadata: { labels: { preview: 'true' } } } },
    }),
    fails: eventServiceManifest({ release: { previewTemplate: { metadata: { labels: { preview: 'true' } } } } }),
  },
  {
    path: 'spec.release',
    rule: 'manual',
    passes: eventServiceManifest({ release: { strategy: 'BlueGreen', promotion: 'Manual' } }),
    fails: eventServiceManifest({ release: { promotion: 'Manual' } }),
  },
  {
    path: 'spec.release.checks[]',
    rule: 'exactly-one',
    passes: eventServiceManifest({
      release: { strategy: 'BlueGreen', checks: [{ name: 'smoke', job: { template: {} } }] },
    }),
    fails: eventServiceManifest({ release: { strategy: 'BlueGreen', checks: [{ name: 'smoke' }] } }),
  },
  {
    path: 'spec.release.checks[].prometheus',
    rule: 'bound',
    passes: eventServiceManifest({
      release: { strategy: 'BlueGreen', checks: [{ name: 'errors', prometheus: { query: 'errors', max: 0.01 } }] },
    }),
    fails: eventServiceManifest({
      release: { strategy: 'BlueGreen', checks: [{ name: 'errors', prometheus: { query: 'errors' } }] },
    }),
  },
];

const { sql } = minimalStreamJob.spec.program;
const [orders] = minimalStreamJob.spec.reads;
const [alerts] = minimalStreamJob.spec.writes;
const storage = { persistentVolumeClaim: 'flink-state' };
/** The other engine, with nothing of Flink's in the spec. */
const spark = { engine: 'Spark', state: { storage } } as const;

const jobCases: readonly RuleCase[] = [
  {
    path: '',
    rule: 'name',
    passes: streamJobManifest({}, { name: 'j'.repeat(45) }),
    fails: streamJobManifest({}, { name: 'j'.repeat(46) }),
  },
  {
    path: 'spec',
    rule: 'table-names',
    passes: streamJobManifest({
      reads: [orders, { topic: 'shop.payments', as: 'payments' }],
      writes: [alerts, { topic: 'shop.audit', as: 'audit' }],
    }),
    fails: streamJobManifest({ reads: [orders, { topic: 'shop.payments', as: 'orders' }] }),
  },
  {
    path: 'spec',
    rule: 'table-names',
    // A job may read what it writes, under two names.
    passes: streamJobManifest({ writes: [{ topic: 'shop.orders', as: 'corrected' }] }),
    fails: streamJobManifest({ writes: [{ topic: 'shop.fraud-alerts', as: 'orders' }] }),
  },
  {
    path: 'spec',
    rule: 'flink-schedule',
    passes: streamJobManifest({ ...spark, schedule: { cron: '0 3 * * *' } }),
    fails: streamJobManifest({ schedule: { cron: '0 3 * * *' } }),
  },
  {
    path: 'spec',
    rule: 'flink-batch',
    passes: streamJobManifest({ runtimeMode: 'Streaming' }),
    fails: streamJobManifest({ runtimeMode: 'Batch' }),
  },
  {
    path: 'spec',
    rule: 'schedule-batch',
    passes: streamJobManifest({ ...spark, runtimeMode: 'Batch', schedule: { cron: '@daily' } }),
    fails: streamJobManifest({ ...spark, runtimeMode: 'Streaming', schedule: { cron: '@daily' } }),
  },
  {
    path: 'spec',
    rule: 'schedule-set-once',
    before: streamJobManifest(spark),
    passes: streamJobManifest({ ...spark, suspend: true }),
    fails: streamJobManifest({ ...spark, schedule: { cron: '@daily' } }),
  },
  {
    path: 'spec',
    rule: 'spark-storage',
    passes: streamJobManifest(spark),
    fails: streamJobManifest({ engine: 'Spark', state: {} }),
  },
  {
    path: 'spec',
    rule: 'spark-storage',
    // What ends keeps nothing.
    passes: streamJobManifest({ engine: 'Spark', runtimeMode: 'Batch', state: {} }),
    fails: streamJobManifest({ engine: 'Spark', runtimeMode: 'Streaming', state: {} }),
  },
  {
    path: 'spec',
    rule: 'flink-storage',
    passes: streamJobManifest({ state: { onUpgrade: 'Discard' } }),
    fails: streamJobManifest({ state: { onUpgrade: 'LastCheckpoint' } }),
  },
  {
    path: 'spec',
    rule: 'exactly-once',
    passes: streamJobManifest({ writes: [{ topic: 'shop.audit', as: 'audit', delivery: 'ExactlyOnce' }] }),
    fails: streamJobManifest({
      state: { onUpgrade: 'Discard' },
      writes: [{ topic: 'shop.audit', as: 'audit', delivery: 'ExactlyOnce' }],
    }),
  },
  {
    path: 'spec',
    rule: 'flink-keys',
    passes: streamJobManifest({ reads: [{ topic: 'shop.orders', as: 'orders', key: 'orderId' }] }),
    fails: streamJobManifest({ ...spark, reads: [{ topic: 'shop.orders', as: 'orders', key: 'orderId' }] }),
  },
  {
    path: 'spec',
    rule: 'flink-keys',
    passes: streamJobManifest({ writes: [{ topic: 'shop.audit', as: 'audit', key: 'auditId' }] }),
    fails: streamJobManifest({ ...spark, writes: [{ topic: 'shop.audit', as: 'audit', key: 'auditId' }] }),
  },
  {
    path: 'spec',
    rule: 'flink-savepoint-on-delete',
    passes: streamJobManifest({ state: { storage, onDelete: 'Savepoint' } }),
    fails: streamJobManifest({ state: { onUpgrade: 'Discard', onDelete: 'Savepoint' } }),
  },
  {
    path: 'spec',
    rule: 'spark-savepoint',
    passes: streamJobManifest({ ...spark, state: { storage, onUpgrade: 'LastCheckpoint' } }),
    fails: streamJobManifest({ ...spark, state: { storage, onUpgrade: 'Savepoint' } }),
  },
  {
    path: 'spec',
    rule: 'spark-savepoint',
    passes: streamJobManifest({ ...spark, state: { storage, onDelete: 'Nothing' } }),
    fails: streamJobManifest({ ...spark, state: { storage, onDelete: 'Savepoint' } }),
  },
  {
    path: 'spec',
    rule: 'engine-options',
    passes: streamJobManifest({ engineOptions: { flink: { version: '1.19' } } }),
    fails: streamJobManifest({ engineOptions: { spark: { version: '4.0.1' } } }),
  },
  {
    path: 'spec',
    rule: 'engine-options',
    passes: streamJobManifest({ ...spark, engineOptions: { spark: { version: '4.0.1' } } }),
    fails: streamJobManifest({ ...spark, engineOptions: { flink: { version: '1.19' } } }),
  },
  {
    path: 'spec.bus',
    rule: 'immutable',
    before: streamJobManifest(),
    passes: streamJobManifest({ parallelism: 2 }),
    // Naming the namespace that was meant before is a change too.
    fails: streamJobManifest({ bus: { name: 'shop', namespace: 'shop' } }),
  },
  {
    path: 'spec.engine',
    rule: 'immutable',
    before: streamJobManifest(),
    passes: streamJobManifest({ suspend: true }),
    fails: streamJobManifest(spark),
  },
  {
    path: 'spec.program',
    rule: 'exactly-one',
    passes: streamJobManifest({ program: { jar: { uri: 'local:///opt/flink/jobs/fraud.jar' } } }),
    fails: streamJobManifest({ program: {} }),
  },
  {
    path: 'spec.program',
    rule: 'exactly-one',
    passes: streamJobManifest({ program: { sql } }),
    fails: streamJobManifest({ program: { sql, python: { uri: 's3://jobs/fraud.py' } } }),
  },
  {
    path: 'spec.program.sql',
    rule: 'statement',
    passes: streamJobManifest({ program: { sql: '-- copies\nINSERT INTO alerts SELECT * FROM orders;\n' } }),
    fails: streamJobManifest({ program: { sql: ' \n;' } }),
  },
  {
    path: 'spec.program.jar.uri',
    rule: 'uri',
    passes: streamJobManifest({ program: { jar: { uri: 'https://jobs.example/fraud.jar' } } }),
    fails: streamJobManifest({ program: { jar: { uri: '/opt/flink/jobs/fraud.jar' } } }),
  },
  {
    path: 'spec.program.python.uri',
    rule: 'uri',
    passes: streamJobManifest({ program: { python: { uri: 's3://jobs/fraud.py' } } }),
    fails: streamJobManifest({ program: { python: { uri: 'fraud.py' } } }),
  },
  {
    path: 'spec.reads[].topic',
    rule: 'name',
    passes: streamJobManifest({ reads: [{ topic: 'shop.orders-2', as: 'orders' }] }),
    fails: streamJobManifest({ reads: [{ topic: 'shop.*', as: 'orders' }] }),
  },
  {
    path: 'spec.reads[].as',
    rule: 'identifier',
    passes: streamJobManifest({ reads: [{ topic: 'shop.orders', as: '_orders_2' }] }),
    fails: streamJobManifest({ reads: [{ topic: 'shop.orders', as: 'shop.orders' }] }),
  },
  {
    path: 'spec.reads[].eventTime.delay',
    rule: 'duration',
    passes: streamJobManifest({ reads: [{ ...orders, eventTime: { field: 'occurredAt', delay: '1500ms' } }] }),
    fails: streamJobManifest({ reads: [{ ...orders, eventTime: { field: 'occurredAt', delay: '1.5s' } }] }),
  },
  {
    path: 'spec.writes[]',
    rule: 'partitions-grow',
    before: streamJobManifest({ writes: [{ ...alerts, partitions: 3 }] }),
    passes: streamJobManifest({ writes: [{ ...alerts, partitions: 3, drift: 'Report' }] }),
    fails: streamJobManifest({ writes: [{ ...alerts, partitions: 2 }] }),
  },
  {
    path: 'spec.writes[]',
    rule: 'min-insync-replicas',
    passes: streamJobManifest({ writes: [{ ...alerts, replicas: 3, config: { 'min.insync.replicas': '2' } }] }),
    fails: streamJobManifest({ writes: [{ ...alerts, replicas: 1, config: { 'min.insync.replicas': '2' } }] }),
  },
  {
    path: 'spec.writes[]',
    rule: 'table-schema',
    passes: streamJobManifest({ writes: [{ ...alerts, schema: { ...schema, format: 'Avro' } }] }),
    fails: streamJobManifest({ writes: [{ ...alerts, schema: { ...schema, format: 'Protobuf' } }] }),
  },
  {
    path: 'spec.writes[].topic',
    rule: 'name',
    passes: streamJobManifest({ writes: [{ topic: 'shop.fraud_alerts', as: 'alerts' }] }),
    fails: streamJobManifest({ writes: [{ topic: 'shop.fraud alerts', as: 'alerts' }] }),
  },
  {
    path: 'spec.writes[].schema',
    rule: 'exactly-one',
    passes: streamJobManifest({ writes: [{ ...alerts, schema }] }),
    fails: streamJobManifest({ writes: [{ ...alerts, schema: { format: 'Avro' } }] }),
  },
  {
    path: 'spec.writes[].readers',
    rule: 'named',
    passes: streamJobManifest({ writes: [{ ...alerts, readers: { from: 'Named', namespaces: ['analytics'] } }] }),
    fails: streamJobManifest({ writes: [{ ...alerts, readers: { from: 'Named', namespaces: [] } }] }),
  },
  {
    path: 'spec.writes[].as',
    rule: 'identifier',
    passes: streamJobManifest({ writes: [{ ...alerts, as: 'Alerts' }] }),
    fails: streamJobManifest({ writes: [{ ...alerts, as: '2alerts' }] }),
  },
  {
    path: 'spec.resources.coordinator.cpu',
    rule: 'quantity',
    passes: streamJobManifest({ resources: { coordinator: { cpu: '500m' } } }),
    fails: streamJobManifest({ resources: { coordinator: { cpu: 'half' } } }),
  },
  {
    path: 'spec.resources.coordinator.memory',
    rule: 'quantity',
    passes: streamJobManifest({ resources: { coordinator: { memory: '1Gi' } } }),
    fails: streamJobManifest({ resources: { coordinator: { memory: '1GB' } } }),
  },
  {
    path: 'spec.resources.worker.cpu',
    rule: 'quantity',
    passes: streamJobManifest({ resources: { worker: { cpu: 2 } } }),
    fails: streamJobManifest({ resources: { worker: { cpu: 0 } } }),
  },
  {
    path: 'spec.resources.worker.memory',
    rule: 'quantity',
    passes: streamJobManifest({ resources: { worker: { memory: '1.5Gi' } } }),
    fails: streamJobManifest({ resources: { worker: { memory: '-1Gi' } } }),
  },
  {
    path: 'spec.state',
    rule: 'max-age',
    passes: streamJobManifest({ state: { storage, onSavepointFailure: 'LastCheckpoint', maxAge: '10m' } }),
    fails: streamJobManifest({ state: { storage, maxAge: '10m' } }),
  },
  {
    path: 'spec.state.storage',
    rule: 'exactly-one',
    passes: streamJobManifest({ state: { storage: { uri: 's3://state/fraud' } } }),
    fails: streamJobManifest({ state: { storage: { ...storage, uri: 's3://state/fraud' } } }),
  },
  {
    path: 'spec.state.storage.uri',
    rule: 'uri',
    passes: streamJobManifest({ state: { storage: { uri: 'file:///var/state' } } }),
    fails: streamJobManifest({ state: { storage: { uri: '/var/state' } } }),
  },
  {
    path: 'spec.state.checkpointInterval',
    rule: 'duration',
    passes: streamJobManifest({ state: { storage, checkpointInterval: '10s' } }),
    fails: streamJobManifest({ state: { storage, checkpointInterval: '10 seconds' } }),
  },
  {
    path: 'spec.state.startDeadline',
    rule: 'duration',
    passes: streamJobManifest({ state: { storage, startDeadline: '10m' } }),
    fails: streamJobManifest({ state: { storage, startDeadline: '10 minutes' } }),
  },
  {
    path: 'spec.state.maxAge',
    rule: 'duration',
    passes: streamJobManifest({ state: { storage, onSavepointFailure: 'LastCheckpoint', maxAge: '24h' } }),
    fails: streamJobManifest({ state: { storage, onSavepointFailure: 'LastCheckpoint', maxAge: '1d' } }),
  },
  {
    path: 'spec.schedule.cron',
    rule: 'cron',
    passes: streamJobManifest({ ...spark, schedule: { cron: '@daily' } }),
    fails: streamJobManifest({ ...spark, schedule: { cron: '3 * * *' } }),
  },
  {
    path: 'spec.engineOptions.flink.version',
    rule: 'version',
    passes: streamJobManifest({ engineOptions: { flink: { version: '1.19' } } }),
    fails: streamJobManifest({ engineOptions: { flink: { version: 'v1_19' } } }),
  },
  {
    path: 'spec.engineOptions.spark.version',
    rule: 'version',
    passes: streamJobManifest({ ...spark, engineOptions: { spark: { version: '4.0.1' } } }),
    fails: streamJobManifest({ ...spark, engineOptions: { spark: { version: 'latest' } } }),
  },
];

/** By kind. */
export const cases: Readonly<Record<string, readonly RuleCase[]>> = {
  EventBus: busCases,
  EventService: serviceCases,
  StreamJob: jobCases,
};
