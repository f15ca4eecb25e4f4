import unittest

from sluice_spark.assignment import assign, can_become
from sluice_spark.insert import parse_insert
from sluice_spark.script import split

TABLE = [("customerId", "string"), ("amount", "bigint"), ("note", "string")]


def assigned(sql: str, *given: tuple[str, str]):
    return assign(parse_insert(split(sql)[0]), list(given), TABLE)


class TheColumnsOfAQuery(unittest.TestCase):
    def test_go_into_the_tables_by_their_place(self):
        found = assigned("INSERT INTO a SELECT 1", ("x", "string"), ("y", "bigint"), ("x", "string"))
        self.assertEqual(found, {"customerId": 0, "amount": 1, "note": 2})

    def test_go_where_the_list_says_and_others_stay_null(self):
        found = assigned("INSERT INTO a (amount, CUSTOMERID) SELECT 1", ("x", "int"), ("y", "string"))
        self.assertEqual(found, {"customerId": 1, "amount": 0, "note": None})

    def test_go_by_their_names_when_that_is_asked_for(self):
        found = assigned("INSERT INTO a BY NAME SELECT 1", ("note", "string"), ("customerid", "string"))
        self.assertEqual(found, {"customerId": 1, "amount": None, "note": 0})

    def test_are_refused_when_there_are_too_few_unknown_or_of_another_type(self):
        for sql, given, says in (
            ("INSERT INTO a SELECT 1", [("x", "string")], "has 1 columns, and 3 are written"),
            ("INSERT INTO a (amuont) SELECT 1", [("x", "bigint")], "no column amuont: the table has customerId, amount, note"),
            ("INSERT INTO a (amount) SELECT 1", [("x", "string")], "column amount is bigint, and the query gives string"),
            ("INSERT INTO a (amount, Amount) SELECT 1", [("x", "bigint"), ("y", "bigint")], "written twice"),
        ):
            with self.subTest(sql), self.assertRaisesRegex(ValueError, says):
                assigned(sql, *given)


class AType(unittest.TestCase):
    def test_becomes_a_wider_one_without_being_asked_and_no_other(self):
        for found, wanted in (("int", "bigint"), ("float", "double"), ("date", "timestamp"), ("int", "decimal(10,2)"), ("void", "string")):
            with self.subTest(f"{found} to {wanted}"):
                self.assertTrue(can_become(found, wanted))
        for found, wanted in (("bigint", "int"), ("string", "bigint"), ("double", "decimal(10,2)"), ("int", "string")):
            with self.subTest(f"{found} to {wanted}"):
                self.assertFalse(can_become(found, wanted))


if __name__ == "__main__":
    unittest.main()
