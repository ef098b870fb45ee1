"""Cells of an export: what both engines write as text, so that rows leave the database ready to be sent.

Inside an export (`Database.export`) each engine knows the time zone that local times are told in: PostgreSQL as that of the transaction;
for SQLite, which knows no zones, the export tells what has the type LocalTime.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Text, case, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Integer, TypeDecorator, TypeEngine


class LocalTime(TypeDecorator[str]):
    """A moment that is told in the time zone of the export, or what stands for one."""

    impl = Text
    cache_ok = True


def _written(name: str, type_: TypeEngine[Any], *, sqlite: str, postgresql: str) -> Callable[..., ColumnElement[Any]]:
    """A function that each engine writes in its own way; `{}` stands for its arguments."""
    made = type(name, (FunctionElement,), {"name": name, "inherit_cache": True, "type": type_})
    for dialect, template in (("sqlite", sqlite), ("postgresql", postgresql)):

        def write(element: Any, compiler: SQLCompiler, template: str = template, **kw: Any) -> str:
            return template.format(compiler.process(element.clauses, **kw))

        compiles(made, dialect)(write)
    return made


_local_time = _written(
    "local_time",
    LocalTime(),
    # Told in Python, by the export: a function of SQLite's would be called back for each row, and take turns with the event loop each time.
    sqlite="{}",
    postgresql="to_char({}, 'YYYY-MM-DD\"T\"HH24:MI:SSTZH:TZM')",
)
_utc_time = _written(
    "utc_time",
    Text(),
    sqlite="(replace(substr({}, 1, 19), 'T', ' ') || ' UTC')",
    postgresql="to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS \"UTC\"')",
)
_place = _written("place", Integer(), sqlite="instr({})", postgresql="strpos({})")
_megabytes = _written(
    "megabytes",
    Text(),
    sqlite="printf('%.2f', ({}) / 1048576.0)",
    postgresql="round(({})::numeric / 1048576, 2)::text",
)
_joined = _written(
    "joined",
    Text(),
    sqlite="(SELECT group_concat(value, ' ') FROM json_each({}))",
    postgresql="(SELECT string_agg(one.text, ' ') FROM jsonb_array_elements_text({}) AS one(text))",
)


def local_time(moment: ColumnElement[Any]) -> ColumnElement[str]:
    """`2026-01-12T00:00:00-07:00`: a moment in the time zone of the export."""
    return _local_time(moment)


def utc_time(moment: ColumnElement[Any]) -> ColumnElement[str]:
    """`2026-01-12 07:00:00 UTC`."""
    return _utc_time(moment)


def place_of(part: str, text: ColumnElement[Any]) -> ColumnElement[int]:
    """Where a part begins in a text, from 1; 0: nowhere."""
    return _place(text, part)


def megabytes(size: ColumnElement[Any]) -> ColumnElement[str]:
    """Bytes as megabytes with two decimals."""
    return _megabytes(size)


def joined(texts: ColumnElement[Any]) -> ColumnElement[str]:
    """The texts of a JSON list with blanks between them."""
    return _joined(texts)


def truth(condition: ColumnElement[bool]) -> ColumnElement[str]:
    """`true` or `false`; what is unknown is false."""
    return case((condition, "true"), else_="false")


def words(text: ColumnElement[Any]) -> ColumnElement[Any]:
    """A text that may be empty: an empty cell has no quotes."""
    return func.nullif(text, "")
