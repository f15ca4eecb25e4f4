"""Topics as Spark's views and sinks. A value is a zero byte, the writer's schema id in four bytes, then Avro."""

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.avro.functions import from_avro, to_avro
from pyspark.sql.types import StructType

from .registry import Registry
from .tables import Table, Tables


def create_view(spark: SparkSession, tables: Tables, table: Table, registry: Registry) -> None:
    """A temporary view with the columns of the table's schema, whichever schema of its subject a record was written with."""
    records = _records(spark, tables, table)
    events = records.where("value IS NOT NULL").select(_decoded(table, registry).alias("event")).select("event.*")
    if tables.is_streaming and table.event_time:
        events = events.withWatermark(table.event_time.field, f"{table.event_time.delay_ms} milliseconds")
    events.createOrReplaceTempView(table.name)


def _records(spark: SparkSession, tables: Tables, table: Table) -> DataFrame:
    options = {
        "kafka.bootstrap.servers": tables.bootstrap_servers,
        "kafka.isolation.level": "read_committed",
        "subscribe": table.topic,
        "groupIdPrefix": tables.group_id,
    }
    if not tables.is_streaming:
        # What there is when the job runs.
        return spark.read.format("kafka").options(**options).option("startingOffsets", "earliest").load()
    start = "latest" if table.starts_from == "Latest" else "earliest"
    return spark.readStream.format("kafka").options(**options).option("startingOffsets", start).load()


def _decoded(table: Table, registry: Registry) -> Column:
    """By the writer's schema, into the reader's. A schema that comes later is known after the restart that it causes."""
    schema_id = F.conv(F.hex(F.expr("substring(value, 2, 4)")), 16, 10).cast("long")
    payload = F.expr("substring(value, 6, length(value) - 5)")
    told = f"a record of topic {table.topic} was written with a schema that subject {table.subject} does not have: id "
    decoded = None
    for known, writer in registry.schemas_by_id(table.subject).items():
        value = from_avro(payload, writer, {"avroSchema": table.schema})
        condition = schema_id == F.lit(known)
        decoded = F.when(condition, value) if decoded is None else decoded.when(condition, value)
    unknown = F.raise_error(F.concat(F.lit(told), F.coalesce(schema_id.cast("string"), F.lit("none"))))
    return unknown if decoded is None else decoded.otherwise(unknown)


def columns_of(spark: SparkSession, table: Table) -> StructType:
    """What the table's schema is in Spark's types."""
    nothing = F.lit(None).cast("binary")
    found = spark.range(0).select(from_avro(nothing, table.schema).alias("event")).schema["event"].dataType
    if not isinstance(found, StructType):
        raise TypeError(f"the schema of topic {table.topic} is no record")
    return found


def encoded(events: DataFrame, table: Table, schema_id: int) -> DataFrame:
    """Rows with the record's value and, where the table has one, its key. `events` has the table's columns in their order."""
    header = F.unhex(F.lit(f"00{schema_id:08x}"))
    value = to_avro(F.struct(*[F.col(f"`{name}`") for name in events.columns]), table.schema)
    key = [] if table.key is None else [F.col(f"`{table.key}`").cast("binary").alias("key")]
    return events.select(*key, F.concat(header, value).alias("value"))


def kafka_options(tables: Tables, table: Table) -> dict[str, str]:
    return {"kafka.bootstrap.servers": tables.bootstrap_servers, "topic": table.topic}
