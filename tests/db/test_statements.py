"""Every statement compiles on both engines, and its struct fits its columns. Source: docs/decisions/0005."""

import importlib
import pkgutil
import re

import pytest
from sqlalchemy import Boolean, Column, Integer, MetaData, Table, and_, bindparam, or_, select

import quadrangle
from quadrangle.db import Statement, any_of


def statements() -> dict[str, Statement[object]]:
    found: dict[str, Statement[object]] = {}
    for module in pkgutil.walk_packages(quadrangle.__path__, "quadrangle."):
        if re.search(r"\.migrations|__main__", module.name):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, Statement) and value not in found.values():
                found[f"{module.name}.{name}"] = value
    return found


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_every_statement_compiles(dialect: str) -> None:
    known = statements()
    assert len(known) > 100
    for name, statement in known.items():
        try:
            compiled = statement.compiled(dialect)
        except Exception as error:
            raise AssertionError(f"{name}: {error}") from error
        assert compiled.sql


def test_a_condition_on_a_list_can_use_an_index() -> None:
    """SQLite uses none for `x IN (…) = 1`, which SQLAlchemy writes of what it does not know to be a condition."""
    wanted = bindparam("wanted", type_=Boolean())
    table = Table("things", MetaData(), Column("id", Integer, primary_key=True), Column("kind", Integer))
    listed = any_of(table.c.id, "ids")
    for condition in (listed, and_(listed, table.c.kind == 1), or_(listed, any_of(table.c.kind, "kinds"), wanted)):
        sql = Statement(select(table.c.id).where(condition), into=int).compiled("sqlite").sql
        assert "IN (SELECT value FROM json_each(?))" in sql
        assert "json_each(?)) =" not in sql
    for name, statement in statements().items():
        assert "json_each(?)) =" not in statement.compiled("sqlite").sql, name
