import json
import os
import tempfile
import unittest

from sluice_spark.tables import EventTime, parse_tables
from sluice_spark.termination import write_termination_message

GOLDEN = os.path.join(os.path.dirname(__file__), "..", "..", "..", "operator", "src", "engines", "spark", "__golden__", "streaming.yaml")


def golden_tables() -> str:
    """tables.json as the operator renders it, out of its golden ConfigMap."""
    with open(GOLDEN, encoding="utf-8") as file:
        lines = file.read().split("  tables.json: |\n", 1)[1].split("  job.sql:", 1)[0]
    return "\n".join(line[4:] for line in lines.split("\n"))


class TheTables(unittest.TestCase):
    def test_are_read_as_the_operator_writes_them(self):
        tables = parse_tables(golden_tables())
        self.assertTrue(tables.is_streaming)
        self.assertEqual(tables.trigger_interval_ms, 10_000)
        self.assertEqual(tables.bootstrap_servers, "kafka-0:9092,kafka-1:9092")
        self.assertEqual(tables.group_id, "shop.fraud")
        (orders,) = tables.reads
        self.assertEqual((orders.name, orders.topic, orders.starts_from), ("orders", "shop.orders", "Earliest"))
        self.assertEqual(orders.event_time, EventTime("occurredAt", 5_000))
        self.assertEqual(json.loads(orders.schema)["name"], "Order")

    def test_are_found_by_name_as_sql_does_whatever_the_case(self):
        tables = parse_tables(golden_tables())
        alerts = tables.written("ALERTS")
        self.assertEqual((alerts.subject, alerts.key), ("shop.fraud-alerts-value", "id"))
        self.assertIsNone(tables.written("orders"))


class TheTerminationMessage(unittest.TestCase):
    def test_is_cut_to_what_the_kubelet_keeps(self):
        with tempfile.NamedTemporaryFile() as file:
            write_termination_message("x" * 5000, file.name)
            self.assertEqual(os.path.getsize(file.name), 4096)

    def test_is_left_out_where_there_is_no_container(self):
        write_termination_message("x", "/nowhere/termination-log")


if __name__ == "__main__":
    unittest.main()
