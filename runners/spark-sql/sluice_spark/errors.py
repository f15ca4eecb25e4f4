"""What goes wrong, in sentences that reach the StreamJob's condition."""

import re

#: Spark counts positions in a line from 0, editors from 1.
_position = re.compile(r"\(?\bline (\d+),? pos (\d+)\)?;?")


class SqlError(Exception):
    """The program cannot run as it is written; begins with the script's name and, where known, the place."""


class QueryError(Exception):
    """The program ran and ended with an error."""


def first_sentence(message: str) -> str:
    """Spark's message without the statement and the plan that it repeats, positions as an editor counts them."""
    text = re.split(r"\n\s*\n|\n== SQL|;\n|\n\s*'|\n\s*\+-|\nJVM stacktrace", message.strip(), maxsplit=1)[0]
    text = " ".join(text.split())
    text = _position.sub(lambda found: f"(line {found[1]}, column {int(found[2]) + 1})", text)
    return re.sub(r"[;\s]+$", "", text)
