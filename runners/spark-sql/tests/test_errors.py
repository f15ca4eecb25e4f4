import unittest

from sluice_spark.errors import first_sentence


class WhatSparkSays(unittest.TestCase):
    def test_is_told_without_the_statement_that_it_repeats_and_with_positions_from_1(self):
        parse = (
            "\n[PARSE_SYNTAX_ERROR] Syntax error at or near 'customerId'. SQLSTATE: 42601 (line 2, pos 27)\n\n"
            "== SQL ==\nINSERT INTO a SELEKT customerId\n---------------^^^\n"
        )
        self.assertEqual(
            first_sentence(parse),
            "[PARSE_SYNTAX_ERROR] Syntax error at or near 'customerId'. SQLSTATE: 42601 (line 2, column 28)",
        )

    def test_is_told_without_the_plan(self):
        analysis = (
            "[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column with name `amuont` cannot be resolved. Did you mean one of the "
            "following? [`amount`]. SQLSTATE: 42703; line 3 pos 7;\n'Project ['amuont]\n+- SubqueryAlias orders\n"
        )
        self.assertEqual(
            first_sentence(analysis),
            "[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column with name `amuont` cannot be resolved. Did you mean one of the "
            "following? [`amount`]. SQLSTATE: 42703; (line 3, column 8)",
        )


if __name__ == "__main__":
    unittest.main()
