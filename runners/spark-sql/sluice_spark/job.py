"""The statements of a job, one after the other: settings and definitions at once, each INSERT as a write or a query."""

import re
from collections import Counter

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from .assignment import assign
from .errors import QueryError, SqlError, first_sentence
from .insert import Insert, parse_insert
from .registry import Registry
from .script import Statement, split
from .tables import Table, Tables
from .topics import columns_of, create_view, encoded, kafka_options

#: How a streaming INSERT gives out results: append, update or complete. For SET in the script.
OUTPUT_MODE = "sluice.streaming.outputMode"


class Job:
    def __init__(self, spark: SparkSession, tables: Tables, checkpoints: str | None) -> None:
        self._spark = spark
        self._tables = tables
        self._checkpoints = checkpoints
        self._registry = Registry(tables.registry_url)
        self._targets: Counter[str] = Counter()
        self._has_effect = False

    def run(self, sql: str) -> None:
        """Returns when a batch job is done and when the queries of a streaming job are started.

        Raises SqlError that names the statement which cannot be carried out as it is written, QueryError where it failed.
        """
        statements = split(sql)
        for table in self._tables.reads:
            create_view(self._spark, self._tables, table, self._registry)
        for statement in statements:
            try:
                self._carry_out(statement)
            except (AnalysisException, ValueError) as error:
                raise SqlError(f"{statement.place}: {first_sentence(str(error))}") from error
            except (SqlError, QueryError):
                raise
            except Exception as error:
                where = f"statement {statement.number} (line {statement.line}, column {statement.column})"
                raise QueryError(f"{where} failed: {first_sentence(str(error))}") from error
        if not self._has_effect:
            raise SqlError("job.sql: the script has no INSERT INTO: there is no job to run")

    def _carry_out(self, statement: Statement) -> None:
        first = statement.tokens[0]
        if first.is_word("INSERT"):
            self._insert(statement, parse_insert(statement))
            self._has_effect = True
        elif first.is_word("SELECT", "WITH", "VALUES", "FROM", "TABLE", "SHOW", "DESCRIBE", "EXPLAIN"):
            raise SqlError(f"{statement.place}: nobody sees the rows of a query: write INSERT INTO a table")
        elif first.is_word("BEGIN"):
            raise SqlError(f"{statement.place}: BEGIN ... END does not run in a job: write its statements one by one")
        else:
            self._spark.sql(statement.in_place())
            is_work = first.is_word("MERGE", "UPDATE", "DELETE", "OPTIMIZE", "VACUUM") or _is_ctas(statement)
            self._has_effect = self._has_effect or (is_work and not self._tables.is_streaming)

    def _insert(self, statement: Statement, insert: Insert) -> None:
        table = self._tables.written(insert.parts[0]) if len(insert.parts) == 1 else None
        if table is None and not self._tables.is_streaming:
            self._spark.sql(statement.in_place())
            return
        if insert.is_overwrite or insert.has_partition:
            what = "OVERWRITE" if insert.is_overwrite else "PARTITION"
            raise SqlError(f"{statement.place}: {what} does not go with {insert.target}: write INSERT INTO {insert.target}")
        events = self._spark.sql(statement.in_place(insert.query_at))
        if table is not None:
            events = self._values(events, table, insert)
        if events.isStreaming:
            self._start(events, insert, table)
        elif self._tables.is_streaming:
            raise SqlError(f"{statement.place}: the query reads no topic, so it would end at once: read a table of spec.reads")
        elif table is not None:
            events.write.format("kafka").options(**kafka_options(self._tables, table)).save()

    def _values(self, events: DataFrame, table: Table, insert: Insert) -> DataFrame:
        wanted = columns_of(self._spark, table)
        given = [(field.name, field.dataType.simpleString()) for field in events.schema.fields]
        types = [(field.name, field.dataType.simpleString()) for field in wanted.fields]
        indexes = assign(insert, given, types)
        # By place, since a query may name two columns alike.
        placed = events.toDF(*[f"_{index}" for index in range(len(given))])
        columns = []
        for field in wanted.fields:
            index = indexes[field.name]
            source = F.lit(None) if index is None else F.col(f"_{index}")
            columns.append(source.cast(field.dataType).alias(field.name))
        schema_id = self._registry.id_of(table.subject, table.schema)
        return encoded(placed.select(*columns), table, schema_id)

    def _start(self, events: DataFrame, insert: Insert, table: Table | None) -> None:
        name = table.name if table else insert.parts[-1]
        self._targets[name.lower()] += 1
        number = self._targets[name.lower()]
        query = name if number == 1 else f"{name}-{number}"
        writer = events.writeStream.queryName(query).outputMode(self._spark.conf.get(OUTPUT_MODE, "append"))
        if self._checkpoints is not None:
            # By the target and not by the place in the script, so that a statement before it moves no state.
            directory = re.sub(r"[^A-Za-z0-9_.-]+", "_", query).strip("_")
            writer = writer.option("checkpointLocation", f"{self._checkpoints}/{directory}")
        if self._tables.trigger_interval_ms is not None:
            writer = writer.trigger(processingTime=f"{self._tables.trigger_interval_ms} milliseconds")
        if table is not None:
            writer.format("kafka").options(**kafka_options(self._tables, table)).start()
        elif insert.parts[0].lower() == "delta" and len(insert.parts) == 2:
            writer.format("delta").start(insert.parts[1])
        else:
            writer.toTable(insert.target)


def _is_ctas(statement: Statement) -> bool:
    given = statement.tokens
    return given[0].is_word("CREATE", "REPLACE") and any(
        token.is_word("TABLE") for token in given[1:4]
    ) and any(token.is_word("SELECT") for token in given)
