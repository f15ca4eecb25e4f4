import unittest

from sluice_spark.errors import SqlError
from sluice_spark.script import split


def texts(script: str) -> list[str]:
    return [statement.text for statement in split(script)]


class AScript(unittest.TestCase):
    def test_is_split_at_semicolons_and_the_last_one_may_be_missing(self):
        self.assertEqual(texts("SET a=1;\nINSERT INTO b SELECT 1"), ["SET a=1", "INSERT INTO b SELECT 1"])
        self.assertEqual(texts(";; SELECT 1 ;; "), ["SELECT 1"])
        self.assertEqual(texts(" \n-- nothing\n"), [])

    def test_does_not_end_a_statement_within_quotes(self):
        for quoted in ("'a;b'", '"a;b"', "`a;b`", "'it''s; so'", r"'a\'; b'", "`a``;b`", r"r'a\'", "''"):
            with self.subTest(quoted):
                self.assertEqual(texts(f"SELECT {quoted}; SELECT 2"), [f"SELECT {quoted}", "SELECT 2"])

    def test_takes_a_backslash_in_a_raw_string_for_what_it_is(self):
        self.assertEqual(texts(r"SELECT r'\'; SELECT '\\'"), [r"SELECT r'\'", r"SELECT '\\'"])

    def test_does_not_end_a_statement_within_comments_which_nest(self):
        self.assertEqual(len(split("SELECT 1 -- a; b\n + 2; SELECT 3")), 2)
        self.assertEqual(len(split("SELECT /* a; /* b; */ c; */ 1; SELECT 3")), 2)

    def test_carries_a_line_comment_on_after_a_backslash(self):
        self.assertEqual(len(split("SELECT 1 -- a \\\n still; a comment\n; SELECT 2")), 2)

    def test_drops_comments_before_a_statement_and_keeps_those_within_hints_among_them(self):
        self.assertEqual(texts("-- who\n/* what */ SELECT /*+ BROADCAST(a) */ 1"), ["SELECT /*+ BROADCAST(a) */ 1"])

    def test_tells_where_each_statement_begins(self):
        first, second = split("-- one\n  SET a=1;\n\n  INSERT INTO b\n SELECT 1;")
        self.assertEqual((first.number, first.line, first.column), (1, 2, 3))
        self.assertEqual(second.place, "job.sql statement 2 (line 4, column 3)")

    def test_gives_a_text_in_place_so_that_positions_in_it_are_the_scripts(self):
        script = "SET a=1;\n  INSERT INTO b\n    SELECT x\n    FROM c"
        statement = split(script)[1]
        self.assertEqual(statement.in_place(), "\n  INSERT INTO b\n    SELECT x\n    FROM c")
        query = statement.in_place(statement.text.index("SELECT"))
        self.assertEqual(query, "\n\n    SELECT x\n    FROM c")
        same_line = split("  INSERT INTO b SELECT 1")[0]
        self.assertEqual(same_line.in_place(same_line.text.index("SELECT")), " " * 16 + "SELECT 1")

    def test_says_where_a_quote_or_a_comment_was_opened_that_is_not_closed(self):
        for script, what in (("SET a=1;\n SELECT 'b", "quote '"), ("\n SELECT `b", "quote `"), ("\n SELECT /* b", "comment /*")):
            with self.subTest(script), self.assertRaisesRegex(SqlError, "line 2, column ") as raised:
                split(script)
            self.assertIn(what, str(raised.exception))


if __name__ == "__main__":
    unittest.main()
