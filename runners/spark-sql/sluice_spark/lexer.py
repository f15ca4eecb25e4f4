"""Spark SQL's tokens, as far as it takes to find where statements end and what an INSERT writes to.

Knows the rules of Spark's own lexer (SqlBaseLexer.g4): 'strings' and "strings" with backslash escapes, raw strings
r'...' without, `identifiers` where a doubled backtick stands for one, -- comments that a backslash at the end of the line
carries on, and /* comments */ that nest, hints among them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from .errors import SqlError


@dataclass(frozen=True)
class Token:
    #: "word", "identifier" (in backticks), "string" or "symbol".
    kind: str
    text: str
    #: Offset in the text that was read.
    at: int

    @property
    def end(self) -> int:
        return self.at + len(self.text)

    def is_word(self, *words: str) -> bool:
        return self.kind == "word" and self.text.upper() in words


def tokens(text: str, script: str = "job.sql") -> Iterator[Token]:
    """All tokens but comments. Raises SqlError where a quote or a comment is not closed."""
    at = 0
    while at < len(text):
        here = text[at]
        if here.isspace():
            at += 1
        elif text.startswith("--", at):
            at = _end_of_line_comment(text, at)
        elif text.startswith("/*", at):
            at = _end_of_comment(text, at, script)
        else:
            token = _token_at(text, at, script)
            yield token
            at = token.end


def _token_at(text: str, at: int, script: str) -> Token:
    here = text[at]
    if here in "'\"":
        return Token("string", text[at : _end_of_string(text, at, False, script)], at)
    if here in "rR" and at + 1 < len(text) and text[at + 1] in "'\"":
        return Token("string", text[at : _end_of_string(text, at + 1, True, script)], at)
    if here == "`":
        return Token("identifier", text[at : _end_of_identifier(text, at, script)], at)
    if here.isalnum() or here == "_":
        end = at
        while end < len(text) and (text[end].isalnum() or text[end] == "_"):
            end += 1
        return Token("word", text[at:end], at)
    return Token("symbol", here, at)


def _end_of_line_comment(text: str, at: int) -> int:
    end = text.find("\n", at)
    while end > 0 and text[end - 1] == "\\":
        end = text.find("\n", end + 1)
    return len(text) if end < 0 else end


def _end_of_comment(text: str, at: int, script: str) -> int:
    depth, end = 1, at + 2
    while depth > 0:
        opened, closed = text.find("/*", end), text.find("*/", end)
        if closed < 0:
            raise _unclosed(text, at, "comment /*", script)
        if 0 <= opened < closed:
            depth, end = depth + 1, opened + 2
        else:
            depth, end = depth - 1, closed + 2
    return end


def _end_of_string(text: str, at: int, is_raw: bool, script: str) -> int:
    end = at + 1
    while end < len(text):
        if text[end] == "\\" and not is_raw:
            end += 2
        elif text[end] == text[at]:
            return end + 1
        else:
            end += 1
    raise _unclosed(text, at, f"quote {text[at]}", script)


def _end_of_identifier(text: str, at: int, script: str) -> int:
    end = text.find("`", at + 1)
    while end >= 0 and text.startswith("``", end):
        end = text.find("`", end + 2)
    if end < 0:
        raise _unclosed(text, at, "quote `", script)
    return end + 1


def line_and_column(text: str, at: int) -> tuple[int, int]:
    """Both from 1, as editors count."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _unclosed(text: str, at: int, what: str, script: str) -> SqlError:
    line, column = line_and_column(text, at)
    return SqlError(f"{script}: the {what} opened at line {line}, column {column} is not closed")
