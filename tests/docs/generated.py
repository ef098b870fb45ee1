"""The tables in docs/ that are made from the program. `make docs` writes them; a test holds that they are fresh."""

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

import quadrangle
from quadrangle.accounts import REGISTRY
from quadrangle.kernel.errors import Failure, Invalid
from quadrangle.settings import Settings
from quadrangle.wire.canvas.errors import Answered
from quadrangle.wire.canvas.neighbours import IN_A_COURSE, OF_A_USER

DOCS: Final = Path(__file__).parent.parent.parent / "docs"
_BASES: Final = {
    "AccountAdmin": "account admin",
    "TeacherEnrollment": "teacher",
    "TaEnrollment": "TA",
    "DesignerEnrollment": "designer",
    "StudentEnrollment": "student",
    "ObserverEnrollment": "observer",
}
_REACH: Final = {
    "no": "a course role or an admin role",
    "yes": "an admin role only",
    "root": "an admin role on the root account only",
    "site": "a site administrator only",
}


def rows(head: tuple[str, ...], lines: list[tuple[str, ...]]) -> str:
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |"
        for line in (head, tuple("---" for _ in head), *lines)
    )


def settings_table() -> str:
    hints = get_type_hints(Settings, include_extras=True)
    defaults = {field.name: field.default for field in msgspec.structs.fields(Settings)}
    lines = []
    for name, hint in hints.items():
        kind, meta = get_args(hint)[0], get_args(hint)[1]
        default = defaults[name]
        shown = "(unset)" if default in (None, "") else "(empty)" if default == () else _text(default)
        lines.append((f"`{name}`", f"`QUAD_{name.upper()}`", _kind(kind), shown, str(meta.description)))
    return rows(("in quad.toml", "in the environment", "type", "default", "meaning"), lines)


def _kind(kind: Any) -> str:
    origin = get_origin(kind)
    if origin is Annotated:
        return _kind(get_args(kind)[0])
    if origin is Literal:
        return " or ".join(f"`{choice}`" for choice in get_args(kind))
    if origin in (Union, UnionType):
        return " or ".join(_kind(one) for one in get_args(kind) if one is not type(None))
    if origin is tuple and get_args(kind)[0] is not str:
        return "list of tables; JSON in the environment"
    if origin is tuple:
        return "list, divided by commas"
    return {bool: "true or false", int: "whole number", float: "number", str: "text"}[kind]


def _text(value: Any) -> str:
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def permissions_table() -> str:
    lines = []
    for permission in REGISTRY.values():
        default = [word for base, word in _BASES.items() if base in permission.default]
        more = [word for base, word in _BASES.items() if base in permission.available - permission.default]
        name = f"`{permission.name}`" + ("" if permission.on else " (off)")
        lines.append((name, _REACH[permission.account_only], ", ".join(default) or "nobody", ", ".join(more)))
    return rows(("permission", "may come with", "held without an override by", "can be given to"), lines)


def failures() -> list[type[Failure]]:
    """Every failure a caller can meet, by its code."""
    for module in pkgutil.walk_packages(quadrangle.__path__, "quadrangle."):
        if not re.search(r"\.migrations|__main__", module.name):
            importlib.import_module(module.name)
    found = {failure.code: failure for failure in _below(Failure) if failure not in (Failure, Answered)}
    return [found[code] for code in sorted(found)]


def _below(kind: type[Failure]) -> Iterator[type[Failure]]:
    yield kind
    for sub in kind.__subclasses__():
        yield from _below(sub)


def _kind_of(failure: type[Failure]) -> str:
    kinds = [base.__name__ for base in failure.__mro__ if base.__module__ == "quadrangle.kernel.errors"]
    return kinds[0] if kinds[0] != "Failure" else "Malformed"


def errors_table() -> str:
    lines = [(f"`{failure.code}`", _kind_of(failure), _meaning(failure)) for failure in failures()]
    return rows(("code", "kind", "meaning"), lines)


def _meaning(failure: type[Failure]) -> str:
    """What it says to people, unless that is filled in where it happens; then the first line of its docstring."""
    if failure.says not in (Failure.says, Invalid.says):
        return failure.says
    return (failure.__dict__.get("__doc__") or failure.says).split("\n")[0]


def neighbours_table() -> str:
    below = [(f"`GET /api/v1/courses/:course_id/{path}`", what) for path, what in IN_A_COURSE.items()]
    return rows(("list", "of"), [*below, *((f"`GET /api/v1/{path}`", what) for path, what in OF_A_USER.items())])


TABLES: Final[dict[str, tuple[Path, Callable[[], str]]]] = {
    "settings": (DOCS / "guides" / "configuration.md", settings_table),
    "permissions": (DOCS / "guides" / "permissions.md", permissions_table),
    "neighbours": (DOCS / "guides" / "modules.md", neighbours_table),
    "errors": (DOCS / "guides" / "errors.md", errors_table),
}


def fresh(name: str) -> str:
    """The whole text of the file with its table made anew."""
    path, make = TABLES[name]
    begin, end = f"<!-- {name}: made by make docs -->", f"<!-- end of {name} -->"
    before, found, rest = path.read_text().partition(begin)
    _, closed, after = rest.partition(end)
    assert found, f"{path} lacks the line {begin}"
    assert closed, f"{path} lacks the line {end}"
    return f"{before}{begin}\n\n{make()}\n\n{end}{after}"


if __name__ == "__main__":
    for name, (path, _) in TABLES.items():
        path.write_text(fresh(name))
