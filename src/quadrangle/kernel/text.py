"""Texts that are compared: keys by which both engines sort and find alike."""

import unicodedata
from typing import Final

from sqlalchemy import ColumnElement


def sort_key(text: str) -> str:
    """A key whose code-point order is an order people accept: case and accents do not separate what belongs together."""
    flat = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in flat if not unicodedata.combining(char))


def fold(text: str) -> str:
    """The form in which a search looks for a text, whatever its case."""
    return unicodedata.normalize("NFC", text).casefold()


LONGEST_SEARCH: Final = 5_000  # characters


def like(text: str) -> str:
    """`text` as a pattern that finds it anywhere; `%`, `_` and `\\` stand for themselves."""
    # SQLite takes no pattern above 50,000 bytes; nothing that is searched is as long as what is cut off here.
    text = text[:LONGEST_SEARCH]
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def search_term_of(sent: str | None) -> str | None:
    """A search term, None when it is blank."""
    term = (sent or "").strip()
    return term or None


def contains(column: ColumnElement[str], pattern: ColumnElement[str]) -> ColumnElement[bool]:
    """`column LIKE pattern` for a bound pattern made by `like`."""
    return column.like(pattern, escape="\\")
