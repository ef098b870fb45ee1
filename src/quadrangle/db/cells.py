"""Cells of an export: what both engines write as text, so that rows leave the database ready to be sent.

Inside an export (`Database.export`) each engine knows the time zone that local times are told in: PostgreSQL as that of the transaction;
for SQLite, which knows no zones, the export tells what has the type LocalTime.
"""

from typing import Any

from sqlalchemy import ColumnElement, Text, case, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator


class LocalTime(TypeDecorator[str]):
    """A moment that is told in the time zone of the export, or what stands for one."""

    impl = Text
    cache_ok = True


class _LocalTime(FunctionElement[str]):
    """`2026-01-12T00:00:00-07:00`: a moment in the time zone of the export."""

    name = "local_time"
    inherit_cache = True
    type = LocalTime()


@compiles(_LocalTime, "sqlite")
def _local_time_sqlite(element: _LocalTime, compiler: SQLCompiler, **kw: Any) -> str:
    # Told in Python, by the export: a function of SQLite's would be called back for each row, and take turns with the event loop each time.
    return compiler.process(element.clauses, **kw)


@compiles(_LocalTime, "postgresql")
def _local_time_postgresql(element: _LocalTime, compiler: SQLCompiler, **kw: Any) -> str:
    return f"to_char({compiler.process(element.clauses, **kw)}, 'YYYY-MM-DD\"T\"HH24:MI:SSTZH:TZM')"


class _UtcTime(FunctionElement[str]):
    """`2026-01-12 07:00:00 UTC`."""

    name = "utc_time"
    inherit_cache = True
    type = Text()


@compiles(_UtcTime, "sqlite")
def _utc_time_sqlite(element: _UtcTime, compiler: SQLCompiler, **kw: Any) -> str:
    moment = compiler.process(element.clauses, **kw)
    return f"(replace(substr({moment}, 1, 19), 'T', ' ') || ' UTC')"


@compiles(_UtcTime, "postgresql")
def _utc_time_postgresql(element: _UtcTime, compiler: SQLCompiler, **kw: Any) -> str:
    return f"to_char({compiler.process(element.clauses, **kw)} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS \"UTC\"')"


class _Place(FunctionElement[int]):
    """Where a text begins in another, from 1; 0: nowhere."""

    name = "place"
    inherit_cache = True


@compiles(_Place, "sqlite")
def _place_sqlite(element: _Place, compiler: SQLCompiler, **kw: Any) -> str:
    return f"instr({compiler.process(element.clauses, **kw)})"


@compiles(_Place, "postgresql")
def _place_postgresql(element: _Place, compiler: SQLCompiler, **kw: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **kw)})"


class _Megabytes(FunctionElement[str]):
    """Bytes as megabytes with two decimals."""

    name = "megabytes"
    inherit_cache = True
    type = Text()


@compiles(_Megabytes, "sqlite")
def _megabytes_sqlite(element: _Megabytes, compiler: SQLCompiler, **kw: Any) -> str:
    return f"printf('%.2f', ({compiler.process(element.clauses, **kw)}) / 1048576.0)"


@compiles(_Megabytes, "postgresql")
def _megabytes_postgresql(element: _Megabytes, compiler: SQLCompiler, **kw: Any) -> str:
    return f"round(({compiler.process(element.clauses, **kw)})::numeric / 1048576, 2)::text"


def local_time(moment: ColumnElement[Any]) -> ColumnElement[str]:
    return _LocalTime(moment)


def utc_time(moment: ColumnElement[Any]) -> ColumnElement[str]:
    return _UtcTime(moment)


def place_of(part: str, text: ColumnElement[Any]) -> ColumnElement[int]:
    return _Place(text, part)


def megabytes(size: ColumnElement[Any]) -> ColumnElement[str]:
    return _Megabytes(size)


def truth(condition: ColumnElement[bool]) -> ColumnElement[str]:
    """`true` or `false`; what is unknown is false."""
    return case((condition, "true"), else_="false")


def words(text: ColumnElement[Any]) -> ColumnElement[Any]:
    """A text that may be empty: an empty cell has no quotes."""
    return func.nullif(text, "")


class _Joined(FunctionElement[str]):
    """The texts of a JSON list with blanks between them."""

    name = "joined"
    inherit_cache = True
    type = Text()


@compiles(_Joined, "sqlite")
def _joined_sqlite(element: _Joined, compiler: SQLCompiler, **kw: Any) -> str:
    return f"(SELECT group_concat(value, ' ') FROM json_each({compiler.process(element.clauses, **kw)}))"


@compiles(_Joined, "postgresql")
def _joined_postgresql(element: _Joined, compiler: SQLCompiler, **kw: Any) -> str:
    texts = f"jsonb_array_elements_text({compiler.process(element.clauses, **kw)})"
    return f"(SELECT string_agg(one.text, ' ') FROM {texts} AS one(text))"


def joined(texts: ColumnElement[Any]) -> ColumnElement[str]:
    return _Joined(texts)
