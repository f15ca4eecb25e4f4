"""What an INSERT writes to, and where its query begins."""

from dataclasses import dataclass

from .errors import SqlError
from .lexer import Token
from .script import Statement


@dataclass(frozen=True)
class Insert:
    #: As written, such as `alerts` or `delta.`/lake/alerts``.
    target: str
    #: Its parts without backticks.
    parts: tuple[str, ...]
    is_overwrite: bool
    has_partition: bool
    #: Names in the list of columns; None where there is none.
    columns: tuple[str, ...] | None
    is_by_name: bool
    #: Offset of the query in the statement.
    query_at: int


def parse_insert(statement: Statement) -> Insert:
    """Raises SqlError where it is no INSERT INTO or INSERT OVERWRITE of a table."""
    given = statement.tokens
    at = 1
    if at >= len(given) or not given[at].is_word("INTO", "OVERWRITE"):
        raise SqlError(f"{statement.place}: INSERT is followed by INTO or OVERWRITE")
    is_overwrite = given[at].is_word("OVERWRITE")
    at += 1
    if at < len(given) and given[at].is_word("TABLE"):
        at += 1
    first = at
    parts: list[str] = []
    while at < len(given) and given[at].kind in ("word", "identifier"):
        parts.append(_name(given[at]))
        at += 1
        if at >= len(given) or given[at].text != ".":
            break
        at += 1
    if not parts:
        raise SqlError(f"{statement.place}: INSERT names no table")
    target = statement.text[given[first].at : given[at - 1].end]
    has_partition = at < len(given) and given[at].is_word("PARTITION")
    if has_partition:
        at = _after_parentheses(statement, at + 1)
    columns, at = _columns(statement, at)
    is_by_name = at + 1 < len(given) and given[at].is_word("BY") and given[at + 1].is_word("NAME")
    if is_by_name:
        at += 2
    if at >= len(given):
        raise SqlError(f"{statement.place}: INSERT INTO {target} has no query")
    return Insert(target, tuple(parts), is_overwrite, has_partition, columns, is_by_name, given[at].at)


def _columns(statement: Statement, at: int) -> tuple[tuple[str, ...] | None, int]:
    given = statement.tokens
    if at >= len(given) or given[at].text != "(":
        return None, at
    # A query in parentheses is no list of columns.
    if at + 1 < len(given) and given[at + 1].is_word("SELECT", "WITH", "VALUES", "FROM", "TABLE"):
        return None, at
    end = _after_parentheses(statement, at)
    names = tuple(_name(token) for token in given[at + 1 : end - 1] if token.kind in ("word", "identifier"))
    return names, end


def _after_parentheses(statement: Statement, at: int) -> int:
    given, depth = statement.tokens, 0
    for index in range(at, len(given)):
        if given[index].text == "(":
            depth += 1
        elif given[index].text == ")":
            depth -= 1
            if depth == 0:
                return index + 1
    raise SqlError(f"{statement.place}: a parenthesis is not closed")


def _name(token: Token) -> str:
    return token.text[1:-1].replace("``", "`") if token.kind == "identifier" else token.text
