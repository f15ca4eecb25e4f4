import unittest

from sluice_spark.errors import SqlError
from sluice_spark.insert import parse_insert
from sluice_spark.script import split


def parsed(sql: str):
    return parse_insert(split(sql)[0])


def query_of(sql: str) -> str:
    statement = split(sql)[0]
    return statement.text[parse_insert(statement).query_at :]


class AnInsert(unittest.TestCase):
    def test_names_its_table_whatever_stands_between(self):
        for sql in ("INSERT INTO alerts SELECT 1", "insert /* x */ into table Alerts\nSELECT 1", "INSERT INTO `alerts` SELECT 1"):
            with self.subTest(sql):
                insert = parsed(sql)
                self.assertEqual([part.lower() for part in insert.parts], ["alerts"])
                self.assertFalse(insert.is_overwrite)
                self.assertEqual(query_of(sql), "SELECT 1")

    def test_names_a_path_or_a_table_of_a_catalogue_by_its_parts(self):
        self.assertEqual(parsed("INSERT INTO delta.`/lake/a b` SELECT 1").parts, ("delta", "/lake/a b"))
        self.assertEqual(parsed("INSERT INTO `a``b` SELECT 1").parts, ("a`b",))
        insert = parsed("INSERT INTO cat.db.alerts TABLE other")
        self.assertEqual((insert.parts, insert.target), (("cat", "db", "alerts"), "cat.db.alerts"))

    def test_knows_a_list_of_columns_from_a_query_in_parentheses(self):
        self.assertEqual(parsed("INSERT INTO a (x, `y z`) SELECT 1, 2").columns, ("x", "y z"))
        self.assertEqual(query_of("INSERT INTO a (x) VALUES (1)"), "VALUES (1)")
        self.assertIsNone(parsed("INSERT INTO a (SELECT 1)").columns)
        self.assertEqual(query_of("INSERT INTO a (SELECT 1)"), "(SELECT 1)")

    def test_knows_overwrite_partitions_and_names(self):
        self.assertTrue(parsed("INSERT OVERWRITE a SELECT 1").is_overwrite)
        insert = parsed("INSERT INTO a PARTITION (day='x') SELECT 1")
        self.assertTrue(insert.has_partition)
        self.assertTrue(parsed("INSERT INTO a BY NAME SELECT 1 AS x").is_by_name)
        self.assertEqual(query_of("INSERT INTO a BY NAME SELECT 1 AS x"), "SELECT 1 AS x")

    def test_is_refused_with_its_place_when_something_is_missing(self):
        for sql in ("INSERT", "INSERT alerts SELECT 1", "INSERT INTO", "INSERT INTO a", "INSERT INTO a (b"):
            with self.subTest(sql), self.assertRaisesRegex(SqlError, r"^job.sql statement 1 \(line 2, column 1\): "):
                parsed("\n" + sql)


if __name__ == "__main__":
    unittest.main()
