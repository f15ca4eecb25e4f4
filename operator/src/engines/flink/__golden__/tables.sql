SET 'table.exec.uid.generation' = 'ALWAYS';
SET 'table.exec.source.idle-timeout' = '5 s';
SET 'table.local-time-zone' = 'UTC';

CREATE TABLE `orders` (
  `id` STRING NOT NULL,
  `note` STRING,
  `ok` BOOLEAN NOT NULL,
  `n` INT NOT NULL,
  `total` BIGINT NOT NULL,
  `ratio` FLOAT NOT NULL,
  `score` DOUBLE NOT NULL,
  `raw` BYTES NOT NULL,
  `price` DECIMAL(10, 2) NOT NULL,
  `day` DATE NOT NULL,
  `occurredAt` TIMESTAMP(3) NOT NULL,
  `seenAt` TIMESTAMP(3),
  `tags` ARRAY<STRING> NOT NULL,
  `counts` MAP<STRING NOT NULL, BIGINT NOT NULL> NOT NULL,
  `buyer` ROW<`name` STRING NOT NULL, `age` INT> NOT NULL,
  `payer` ROW<`name` STRING>,
  `lines` ARRAY<ROW<`sku` STRING NOT NULL, `price` DECIMAL(10, 2) NOT NULL> NOT NULL> NOT NULL,
  WATERMARK FOR `occurredAt` AS `occurredAt` - INTERVAL '0 00:00:05.000' DAY TO SECOND(3)
) WITH (
  'connector' = 'kafka',
  'topic' = 'shop.orders',
  'properties.bootstrap.servers' = 'kafka-0.kafka:9092,kafka-1.kafka:9092',
  'properties.group.id' = 'shop.fraud',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'group-offsets',
  'properties.auto.offset.reset' = 'earliest',
  'format' = 'avro-confluent',
  'avro-confluent.url' = 'http://registry.shop:8080/apis/ccompat/v7',
  'avro-confluent.schema' = '{"type":"record","name":"shop.R","fields":[{"name":"id","type":"string"},{"name":"note","type":["null","string"],"default":null},{"name":"ok","type":"boolean"},{"name":"n","type":"int"},{"name":"total","type":"long"},{"name":"ratio","type":"float"},{"name":"score","type":"double"},{"name":"raw","type":"bytes"},{"name":"price","type":{"type":"bytes","logicalType":"decimal","precision":10,"scale":2}},{"name":"day","type":{"type":"int","logicalType":"date"}},{"name":"occurredAt","type":{"type":"long","logicalType":"timestamp-millis"}},{"name":"seenAt","type":["null",{"type":"long","logicalType":"timestamp-millis"}],"default":null},{"name":"tags","type":{"type":"array","items":["null","string"]}},{"name":"counts","type":{"type":"map","values":"long"}},{"name":"buyer","type":{"type":"record","name":"shop.Buyer","fields":[{"name":"name","type":"string"},{"name":"age","type":["null","int"]}]}},{"name":"payer","type":["null",{"type":"record","name":"shop.Payer__optional","fields":[{"name":"name","type":["null","string"],"default":null}]}],"default":null},{"name":"lines","type":{"type":"array","items":{"type":"record","name":"shop.Line","fields":[{"name":"sku","type":"string"},{"name":"price","type":{"type":"bytes","logicalType":"decimal","precision":10,"scale":2}}]}}}]}'
);

CREATE TABLE `cards` (
  `suit` STRING NOT NULL,
  `maybe` STRING,
  `hash` VARBINARY(4) NOT NULL,
  `amount` DECIMAL(12, 4) NOT NULL,
  `id` STRING NOT NULL,
  `local` BIGINT NOT NULL,
  `precise__micros` BIGINT NOT NULL,
  `holder` ROW<`name` STRING NOT NULL, `suits` ARRAY<STRING NOT NULL> NOT NULL, `address` ROW<`city` STRING NOT NULL> NOT NULL> NOT NULL,
  `guarantor` ROW<`name` STRING, `suits` ARRAY<STRING NOT NULL>, `address` ROW<`city` STRING>>,
  `moves` ARRAY<ROW<`city` STRING>> NOT NULL,
  `precise` AS CAST(TO_TIMESTAMP_LTZ(`precise__micros` / 1000, 3) AS TIMESTAMP(3)),
  WATERMARK FOR `precise` AS `precise` - INTERVAL '0 00:05:00.000' DAY TO SECOND(3)
) WITH (
  'connector' = 'kafka',
  'topic' = 'shop.cards',
  'properties.bootstrap.servers' = 'kafka-0.kafka:9092,kafka-1.kafka:9092',
  'properties.group.id' = 'shop.fraud',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'group-offsets',
  'properties.auto.offset.reset' = 'latest',
  'format' = 'avro-confluent',
  'avro-confluent.url' = 'http://registry.shop:8080/apis/ccompat/v7',
  'avro-confluent.schema' = '{"type":"record","name":"shop.R","fields":[{"name":"suit","type":{"type":"enum","name":"shop.Suit","symbols":["A","B"]}},{"name":"maybe","type":["null","shop.Suit"]},{"name":"hash","type":{"type":"fixed","name":"shop.F","size":4}},{"name":"amount","type":{"type":"fixed","name":"shop.Amount","size":8,"logicalType":"decimal","precision":12,"scale":4}},{"name":"id","type":{"type":"string","logicalType":"uuid"}},{"name":"local","type":{"type":"long","logicalType":"local-timestamp-millis"}},{"name":"precise__micros","type":"long","aliases":["precise"]},{"name":"holder","type":{"type":"record","name":"shop.Holder","fields":[{"name":"name","type":"string"},{"name":"suits","type":{"type":"array","items":"shop.Suit"}},{"name":"address","type":{"type":"record","name":"shop.Address","fields":[{"name":"city","type":"string","default":"Bonn"}]}}]}},{"name":"guarantor","type":["null",{"type":"record","name":"shop.Holder__optional","fields":[{"name":"name","type":["string","null"]},{"name":"suits","type":[{"type":"array","items":"shop.Suit"},"null"]},{"name":"address","type":[{"type":"record","name":"shop.Address__optional","fields":[{"name":"city","type":["string","null"],"default":"Bonn"}]},"null"]}]}],"default":null},{"name":"moves","type":{"type":"array","items":["null","shop.Address__optional"]}}]}'
);

CREATE TABLE `copies` (
  `id` STRING NOT NULL,
  `note` STRING,
  `ok` BOOLEAN NOT NULL,
  `n` INT NOT NULL,
  `total` BIGINT NOT NULL,
  `ratio` FLOAT NOT NULL,
  `score` DOUBLE NOT NULL,
  `raw` BYTES NOT NULL,
  `price` DECIMAL(10, 2) NOT NULL,
  `day` DATE NOT NULL,
  `occurredAt` TIMESTAMP(3) NOT NULL,
  `seenAt` TIMESTAMP(3),
  `tags` ARRAY<STRING> NOT NULL,
  `counts` MAP<STRING NOT NULL, BIGINT NOT NULL> NOT NULL,
  `buyer` ROW<`name` STRING NOT NULL, `age` INT> NOT NULL,
  `payer` ROW<`name` STRING>,
  `lines` ARRAY<ROW<`sku` STRING NOT NULL, `price` DECIMAL(10, 2) NOT NULL> NOT NULL> NOT NULL
) WITH (
  'connector' = 'kafka',
  'topic' = 'shop.copies',
  'properties.bootstrap.servers' = 'kafka-0.kafka:9092,kafka-1.kafka:9092',
  'format' = 'avro-confluent',
  'avro-confluent.url' = 'http://registry.shop:8080/apis/ccompat/v7',
  'avro-confluent.schema' = '{"type":"record","name":"R","namespace":"shop","fields":[{"name":"id","type":"string"},{"name":"note","type":["null","string"],"default":null},{"name":"ok","type":"boolean"},{"name":"n","type":"int"},{"name":"total","type":"long"},{"name":"ratio","type":"float"},{"name":"score","type":"double"},{"name":"raw","type":"bytes"},{"name":"price","type":{"type":"bytes","logicalType":"decimal","precision":10,"scale":2}},{"name":"day","type":{"type":"int","logicalType":"date"}},{"name":"occurredAt","type":{"type":"long","logicalType":"timestamp-millis"}},{"name":"seenAt","type":["null",{"type":"long","logicalType":"timestamp-millis"}],"default":null},{"name":"tags","type":{"type":"array","items":["null","string"]}},{"name":"counts","type":{"type":"map","values":"long"}},{"name":"buyer","type":{"type":"record","name":"Buyer","fields":[{"name":"name","type":"string"},{"name":"age","type":["null","int"]}]}},{"name":"payer","type":["null",{"type":"record","name":"Payer","fields":[{"name":"name","type":["null","string"],"default":null}]}],"default":null},{"name":"lines","type":{"type":"array","items":{"type":"record","name":"Line","fields":[{"name":"sku","type":"string"},{"name":"price","type":{"type":"bytes","logicalType":"decimal","precision":10,"scale":2}}]}}}]}',
  'avro-confluent.subject' = 'shop.copies-value',
  'sink.delivery-guarantee' = 'at-least-once'
);

CREATE TABLE `prices` (
  `id` STRING NOT NULL,
  `total` BIGINT NOT NULL,
  PRIMARY KEY (`id`) NOT ENFORCED
) WITH (
  'connector' = 'upsert-kafka',
  'topic' = 'shop.prices',
  'properties.bootstrap.servers' = 'kafka-0.kafka:9092,kafka-1.kafka:9092',
  'properties.group.id' = 'shop.fraud',
  'properties.isolation.level' = 'read_committed',
  'key.format' = 'raw',
  'value.format' = 'avro-confluent',
  'value.avro-confluent.url' = 'http://registry.shop:8080/apis/ccompat/v7',
  'value.avro-confluent.schema' = '{"type":"record","name":"R","namespace":"shop","fields":[{"name":"id","type":"string"},{"name":"total","type":"long"}]}',
  'value.fields-include' = 'ALL'
);

CREATE TABLE `balances` (
  `id` STRING NOT NULL,
  `total` BIGINT NOT NULL,
  PRIMARY KEY (`id`) NOT ENFORCED
) WITH (
  'connector' = 'upsert-kafka',
  'topic' = 'shop.balances',
  'properties.bootstrap.servers' = 'kafka-0.kafka:9092,kafka-1.kafka:9092',
  'key.format' = 'raw',
  'value.format' = 'avro-confluent',
  'value.avro-confluent.url' = 'http://registry.shop:8080/apis/ccompat/v7',
  'value.avro-confluent.schema' = '{"type":"record","name":"R","namespace":"shop","fields":[{"name":"id","type":"string"},{"name":"total","type":"long"}]}',
  'value.avro-confluent.subject' = 'shop.balances-value',
  'value.fields-include' = 'ALL',
  'sink.delivery-guarantee' = 'exactly-once',
  'sink.transactional-id-prefix' = 'shop.fraud.balances',
  'properties.transaction.timeout.ms' = '900000'
);

CREATE TABLE `journal` (
  `id` STRING NOT NULL,
  `total` BIGINT NOT NULL
) WITH (
  'connector' = 'kafka',
  'topic' = 'shop.journal',
  'properties.bootstrap.servers' = 'kafka-0.kafka:9092,kafka-1.kafka:9092',
  'key.format' = 'raw',
  'key.fields' = 'id',
  'value.format' = 'avro-confluent',
  'value.avro-confluent.url' = 'http://registry.shop:8080/apis/ccompat/v7',
  'value.avro-confluent.schema' = '{"type":"record","name":"R","namespace":"shop","fields":[{"name":"id","type":"string"},{"name":"total","type":"long"}]}',
  'value.avro-confluent.subject' = 'shop.journal-value',
  'value.fields-include' = 'ALL',
  'sink.delivery-guarantee' = 'at-least-once'
);
