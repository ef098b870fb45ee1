"""Rows of hot statements, kept for as long as the database provably still holds them (docs/decisions/0008-kept-rows.md).

Nothing expires by time, and nobody has to remember to forget something: an engine empties its store, as a whole or by table, before the
first read that could tell the difference. Rows are shared by every request that asks for them, which is why the structs of rows are frozen
and nothing that came with a row is ever changed in place.
"""

import re
import sys
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

from quadrangle.db.schema import metadata
from quadrangle.db.statement import Statement

LARGEST: Final = 12_000_000  # bytes, as sys.getsizeof counts the columns
MOST: Final = 20_000

Key = tuple[tuple[str, Any], ...]


class KeptRows:
    """What the statements marked `keep` found, by the values they were run with."""

    __slots__ = ("_found", "_of_table", "_weight")

    def __init__(self) -> None:
        self._found: dict[Statement[Any], dict[Key, list[Any]]] = {}
        self._of_table: dict[str, list[dict[Key, list[Any]]]] = {}
        self._weight = 0  # of all that was put in since it was emptied

    def get(self, statement: Statement[Any], key: Key) -> list[Any] | None:
        found = self._found.get(statement)
        return None if found is None else found.get(key)

    def put(
        self, statement: Statement[Any], sql: str, key: Key, rows: list[Any], fetched: Sequence[Sequence[Any]]
    ) -> None:
        """sql: the statement's text, from which the tables are known that it depends upon. fetched: the rows as the driver gave them."""
        self._weight += 200 + sum(sys.getsizeof(value) for row in fetched for value in row)
        if self._weight > LARGEST:
            self.forget_all()
            return
        found = self._found.get(statement)
        if found is None:
            found = self._found[statement] = {}
            for table in tables_in(sql):
                self._of_table.setdefault(table, []).append(found)
        elif len(found) >= MOST:
            found.clear()
        found[key] = rows

    def forget(self, tables: Iterable[str]) -> None:
        """Forget all that was read of these tables."""
        for table in tables:
            for found in self._of_table.get(table, ()):
                found.clear()

    def forget_all(self) -> None:
        self._weight = 0
        for found in self._found.values():
            found.clear()


@lru_cache(maxsize=2048)
def tables_in(sql: str) -> frozenset[str]:
    """Every table whose name occurs in a statement: rather one too many than one too few."""
    words = set(re.findall(r"\w+", sql))
    return frozenset(words.intersection(metadata.tables))
