"""A statement: SQL written once in SQLAlchemy Core, compiled to text once per engine, with the struct its rows become.

SQLAlchemy is the language here, never the runner: the text goes straight to sqlite3 or asyncpg. Compilation happens at first use, as
compiling every statement at import cost more than the whole start-up budget.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Generic, TypeVar

import msgspec
from sqlalchemy import (
    BigInteger,
    BindParameter,
    Boolean,
    ColumnElement,
    DateTime,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    insert,
    select,
    type_coerce,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ClauseElement, Select, operators
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import Grouping
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

from quadrangle.db.schema import Json

T = TypeVar("T")


class _WritesConstants(SQLCompiler):
    """Constants of a statement stand in its text; only what changes from run to run is bound.

    A bound constant that is compared with the column of a partial index makes SQLite prepare the statement again at every run (150 µs instead of
    20), and keeps PostgreSQL from using that index in a generic plan, so that it plans anew each time.
    """

    def visit_bindparam(self, bindparam: BindParameter[Any], *args: Any, **kw: Any) -> str:
        if not bindparam.required and bindparam.callable is None and _is_plain(bindparam):
            kw["literal_binds"] = True
        return str(super().visit_bindparam(bindparam, *args, **kw))  # type: ignore[no-untyped-call]


def _is_plain(bind: BindParameter[Any]) -> bool:
    values: Any = bind.value if bind.expanding else [bind.value]
    return isinstance(bind.type, String | Integer | Boolean) and all(isinstance(one, str | int) for one in values)


def _dialect(made: Any) -> Dialect:
    made.statement_compiler = type("Compiler", (_WritesConstants, made.statement_compiler), {})
    dialect: Dialect = made
    return dialect


DIALECTS: Final[dict[str, Dialect]] = {
    "sqlite": _dialect(sqlite.dialect(paramstyle="qmark")),
    "postgresql": _dialect(postgresql.asyncpg.dialect()),  # type: ignore[no-untyped-call]
}


# --- the two places where the engines differ inside a statement -------------------------------------------------------


class IdList(TypeDecorator[Sequence[int]]):
    """The type of the one bind behind `any_of`: an array on PostgreSQL, JSON text on SQLite."""

    impl = ARRAY(BigInteger)
    cache_ok = True


class TextList(TypeDecorator[Sequence[str]]):
    impl = ARRAY(Text)
    cache_ok = True


class _AnyOf(ColumnElement[bool]):
    inherit_cache = True
    type = Boolean()

    def __init__(self, left: ColumnElement[Any], right: ColumnElement[Any]) -> None:
        self.left = left
        self.right = right

    def self_group(self, against: OperatorType | None = None) -> ColumnElement[bool]:
        """As it stands among conditions. SQLAlchemy would write `… = 1` after what it does not know to be one, and no index is used then."""
        if against in (operators.and_, operators.or_, operators._asbool):
            return self
        return Grouping(self)


def any_of(left: ColumnElement[Any], name: str, *, of: type[IdList] | type[TextList] = IdList) -> ColumnElement[bool]:
    """`left` is one of the values of the list bound as `name`; an empty list matches nothing."""
    return _AnyOf(left, bindparam(name, type_=of()))


@compiles(_AnyOf, "sqlite")
def _any_of_sqlite(element: _AnyOf, compiler: SQLCompiler, **kw: Any) -> str:
    left, right = compiler.process(element.left, **kw), compiler.process(element.right, **kw)
    return f"{left} IN (SELECT value FROM json_each({right}))"


@compiles(_AnyOf, "postgresql")
def _any_of_postgresql(element: _AnyOf, compiler: SQLCompiler, **kw: Any) -> str:
    return f"{compiler.process(element.left, **kw)} = ANY({compiler.process(element.right, **kw)})"


class _JsonRow(FunctionElement[str]):
    """One row as a JSON array."""

    name = "json_row"
    inherit_cache = True
    type = Json


@compiles(_JsonRow, "sqlite")
def _json_row_sqlite(element: _JsonRow, compiler: SQLCompiler, **kw: Any) -> str:
    # A JSON column is text here: told so, it becomes a value inside the array, not a string that holds one.
    values = (
        f"json({text})" if isinstance(one.type, postgresql.JSONB) else text
        for one in element.clauses
        for text in [compiler.process(one, **kw)]
    )
    return f"json_array({', '.join(values)})"


@compiles(_JsonRow, "postgresql")
def _json_row_postgresql(element: _JsonRow, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_build_array({compiler.process(element.clauses, **kw)})"


class _JsonText(FunctionElement[str]):
    """One value as JSON."""

    name = "json_text"
    inherit_cache = True
    type = Json


@compiles(_JsonText, "sqlite")
def _json_text_sqlite(element: _JsonText, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_quote({compiler.process(element.clauses, **kw)})"


@compiles(_JsonText, "postgresql")
def _json_text_postgresql(element: _JsonText, compiler: SQLCompiler, **kw: Any) -> str:
    return f"to_json({compiler.process(element.clauses, **kw)})"


class _JsonList(FunctionElement[str]):
    """All rows of a sub-select as a JSON list."""

    name = "json_list"
    inherit_cache = True
    type = Json


@compiles(_JsonList, "sqlite")
def _json_list_sqlite(element: _JsonList, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_group_array(json({compiler.process(element.clauses, **kw)}))"


@compiles(_JsonList, "postgresql")
def _json_list_postgresql(element: _JsonList, compiler: SQLCompiler, **kw: Any) -> str:
    return f"coalesce(json_agg({compiler.process(element.clauses, **kw)}), '[]'::json)"


class Collected(UserDefinedType[Any]):
    """The type of `collect`: read back as a list of one `array_like` struct."""

    cache_ok = True

    def __init__(self, into: Any) -> None:
        self.into = into
        # Lax, because booleans are 0/1 in SQLite's JSON and true/false in PostgreSQL's.
        self.decode = msgspec.json.Decoder(list[into], strict=False).decode


def collect(rows: Select[Any], into: type[Any]) -> ColumnElement[Any]:
    """A sub-select as one JSON list of arrays, so that a fact with many rows rides along in one statement.

    rows: correlates with the enclosing select where it names its tables; its order is not kept. into: an `array_like` struct, or a plain
    type for one column.
    """
    if rows._distinct:
        # Distinct rows are found first; PostgreSQL cannot compare the JSON they become. Such rows cannot correlate.
        rows = select(*rows.subquery().c)
    columns = list(rows.selected_columns)
    row = _JsonRow(*columns) if isinstance(into, type) and issubclass(into, msgspec.Struct) else _JsonText(*columns)
    return type_coerce(rows.with_only_columns(_JsonList(row)).scalar_subquery(), Collected(into))


# --- values in and out ------------------------------------------------------------------------------------------------


def time_to_sqlite(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"


def _json_text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _binder(dialect: str, type_: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """How a Python value becomes what the driver takes; None: as it is."""
    if isinstance(type_, postgresql.JSONB):
        return _json_text
    if dialect == "sqlite":
        if isinstance(type_, IdList | TextList):
            return lambda values: _json_text(list(values))
        if isinstance(type_, DateTime):
            return time_to_sqlite
    elif isinstance(type_, IdList | TextList):
        return list
    return None


def _reader(dialect: str, type_: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """How a column's value becomes the Python value; None: as it is."""
    if isinstance(type_, Collected):
        return type_.decode
    if isinstance(type_, postgresql.JSONB):
        return msgspec.json.decode
    if dialect == "sqlite":
        if isinstance(type_, DateTime):
            return datetime.fromisoformat
        if isinstance(type_, Boolean):
            return bool
    return None


def _columns_of(clause: ClauseElement) -> Sequence[Any]:
    """The columns a statement gives back: of a SELECT, or of RETURNING."""
    columns = getattr(clause, "selected_columns", None)
    return tuple(columns if columns is not None else getattr(clause, "_returning", None) or ())


class Compiled:
    """One statement for one engine."""

    __slots__ = ("binders", "names", "readers", "sql")

    def __init__(self, clause: ClauseElement, dialect: str) -> None:
        compiled = clause.compile(dialect=DIALECTS[dialect])
        assert isinstance(compiled, SQLCompiler)
        # IN (…) of constants is written out now; every other bind keeps its name, and values come at each run.
        unknown = {bind.key: None for bind in compiled.binds.values() if bind.required}
        expanded = compiled.construct_expanded_state(unknown)
        self.sql = expanded.statement
        self.names: list[str] = list(expanded.positiontup or ())
        self.binders: dict[str, tuple[str, Callable[[Any], Any] | None, Any, bool]] = {}
        for name in self.names:
            bind = compiled.binds.get(name)
            if bind is None:
                self.binders[name] = (name, None, expanded.parameters[name], False)
            else:
                value = bind.callable() if bind.callable else bind.value
                self.binders[name] = (bind.key, _binder(dialect, bind.type), value, bind.required)
        self.readers: list[tuple[int, Callable[[Any], Any]]] = []
        for at, selected in enumerate(_columns_of(clause)):
            reader = _reader(dialect, selected.type)
            if reader is not None:
                self.readers.append((at, reader))

    def arguments(self, values: dict[str, Any]) -> list[Any]:
        given = []
        for name in self.names:
            key, binder, fixed, required = self.binders[name]
            if key in values:
                value = values[key]
            elif required:
                raise TypeError(f"the statement needs a value for {key}")
            else:
                value = fixed
            given.append(binder(value) if binder is not None and value is not None else value)
        return given


class Statement(Generic[T]):
    """SQL with a name, a sentence and a home (STYLE §5).

    into: a msgspec struct whose fields are the selected columns in their order, or a plain type for a single column; None for
    statements without rows. slow: may pass 5 ms on a large campus; SQLite then runs it beside the event loop. keep: most requests
    ask it, so that its rows are kept while the database still holds them (db/kept.py); its values are then numbers and texts.
    """

    __slots__ = ("_compiled", "clause", "into", "keep", "scalar", "slow")

    def __init__(
        self, clause: ClauseElement, *, into: type[T] | None = None, slow: bool = False, keep: bool = False
    ) -> None:
        self.clause = clause
        self.into = into
        self.scalar = into is not None and not (isinstance(into, type) and issubclass(into, msgspec.Struct))
        self.slow = slow
        self.keep = keep
        self._compiled: dict[str, Compiled] = {}

    def compiled(self, dialect: str) -> Compiled:
        compiled = self._compiled.get(dialect)
        if compiled is None:
            self._check()
            compiled = self._compiled[dialect] = Compiled(self.clause, dialect)
        return compiled

    def rows(self, compiled: Compiled, fetched: Sequence[Sequence[Any]]) -> list[T]:
        into = self.into
        assert into is not None, "a statement without `into` has no rows"
        readers = compiled.readers
        if self.scalar:
            if readers:
                reader = readers[0][1]
                return [reader(row[0]) if row[0] is not None else None for row in fetched]  # type: ignore[misc]
            return [row[0] for row in fetched]
        if not readers:
            return [into(*row) for row in fetched]
        made = []
        for row in fetched:
            values = list(row)
            for at, reader in readers:
                if values[at] is not None:
                    values[at] = reader(values[at])
            made.append(into(*values))
        return made

    def _check(self) -> None:
        """The struct's fields are the columns, in order: found out at the first run, not by a wrong answer."""
        if self.into is None or self.scalar:
            return
        names = tuple(selected.key for selected in _columns_of(self.clause))
        fields = self.into.__struct_fields__  # type: ignore[attr-defined]
        if names != fields:
            raise TypeError(f"{self.into.__name__} has {fields}, the statement selects {names}")


class Dynamic(Generic[T]):
    """A statement whose shape depends on a small, closed key (a sort order, which filters are set): compiled once per key."""

    def __init__(
        self,
        build: Callable[[Any], ClauseElement],
        *,
        into: type[T] | None = None,
        slow: bool = False,
        keep: bool = False,
        shapes: int = 256,
    ) -> None:
        """shapes: how many are remembered; slow, keep: as of each statement."""
        self._build = build
        self._into = into
        self._slow = slow
        self._keep = keep
        self._shapes = shapes
        self._known: OrderedDict[Hashable, Statement[T]] = OrderedDict()

    def at(self, key: Hashable) -> Statement[T]:
        statement = self._known.get(key)
        if statement is None:
            statement = Statement(self._build(key), into=self._into, slow=self._slow, keep=self._keep)
            self._known[key] = statement
            if len(self._known) > self._shapes:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(key)
        return statement


# --- the three writes every store makes -------------------------------------------------------------------------------


def _build_insert(key: tuple[Table, tuple[str, ...]]) -> ClauseElement:
    table, names = key
    statement = insert(table).values({name: bindparam(name, type_=table.c[name].type) for name in names})
    return statement.returning(table.c.id) if "id" in table.c else statement


def _build_update(key: tuple[Table, tuple[str, ...], tuple[str, ...]]) -> ClauseElement:
    table, names, where = key
    statement = update(table).values({name: bindparam(f"to_{name}", type_=table.c[name].type) for name in names})
    for name in where:
        statement = statement.where(table.c[name] == bindparam(f"if_{name}", type_=table.c[name].type))
    return statement


INSERT_ID: Final = Dynamic(_build_insert, into=int, shapes=512)
INSERT: Final = Dynamic[Any](_build_insert, shapes=512)
UPDATE: Final = Dynamic[Any](_build_update, shapes=1024)
