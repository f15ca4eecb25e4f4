"""A script as statements, each with its place."""

from dataclasses import dataclass

from .lexer import Token, line_and_column, tokens


@dataclass(frozen=True)
class Statement:
    script: str
    #: From 1.
    number: int
    line: int
    column: int
    text: str
    #: Of the text, at offsets within it.
    tokens: tuple[Token, ...]

    @property
    def place(self) -> str:
        return f"{self.script} statement {self.number} (line {self.line}, column {self.column})"

    def in_place(self, start: int = 0) -> str:
        """The text from an offset on, behind as many lines and blanks as in the script: Spark's positions are the script's."""
        line, column = line_and_column(self.text, start)
        columns = column if line > 1 else self.column + column - 1
        return "\n" * (self.line + line - 2) + " " * (columns - 1) + self.text[start:]


def split(text: str, script: str = "job.sql") -> list[Statement]:
    """The statements between semicolons. Raises SqlError where a quote or a comment is not closed."""
    statements: list[Statement] = []
    pending: list[Token] = []
    for token in tokens(text, script):
        if token.kind == "symbol" and token.text == ";":
            _add(statements, pending, text, script)
            pending = []
        else:
            pending.append(token)
    _add(statements, pending, text, script)
    return statements


def _add(statements: list[Statement], pending: list[Token], text: str, script: str) -> None:
    if not pending:
        return
    start, end = pending[0].at, pending[-1].end
    line, column = line_and_column(text, start)
    own = tuple(Token(token.kind, token.text, token.at - start) for token in pending)
    statements.append(Statement(script, len(statements) + 1, line, column, text[start:end], own))
