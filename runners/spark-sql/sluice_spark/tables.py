"""tables.json: what the operator derived from the topics' schemas."""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class EventTime:
    field: str
    delay_ms: int


@dataclass(frozen=True)
class Table:
    #: Its name in SQL.
    name: str
    topic: str
    subject: str
    #: Avro, as JSON text.
    schema: str
    #: Column that becomes the record's key.
    key: str | None = None
    starts_from: str = "Earliest"
    event_time: EventTime | None = None


@dataclass(frozen=True)
class Tables:
    is_streaming: bool
    #: Absent: a micro-batch begins when the last one ended.
    trigger_interval_ms: int | None
    bootstrap_servers: str
    registry_url: str
    group_id: str
    reads: tuple[Table, ...]
    writes: tuple[Table, ...]

    def written(self, name: str) -> Table | None:
        """The table that is written under the name, whose case counts for nothing, as in Spark."""
        return next((table for table in self.writes if table.name.lower() == name.lower()), None)


def parse_tables(text: str) -> Tables:
    document = json.loads(text)
    return Tables(
        is_streaming=document["mode"] == "Streaming",
        trigger_interval_ms=document.get("triggerIntervalMs"),
        bootstrap_servers=document["bootstrapServers"],
        registry_url=document["registryUrl"],
        group_id=document["groupId"],
        reads=tuple(_table(each) for each in document["reads"]),
        writes=tuple(_table(each) for each in document["writes"]),
    )


def _table(json_table: dict[str, Any]) -> Table:
    time = json_table.get("eventTime")
    return Table(
        name=json_table["table"],
        topic=json_table["topic"],
        subject=json_table["subject"],
        schema=json.dumps(json_table["schema"]),
        key=json_table.get("key"),
        starts_from=json_table.get("startFrom", "Earliest"),
        event_time=EventTime(time["field"], time["delayMs"]) if time else None,
    )
