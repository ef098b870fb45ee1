"""The examples of docs/guides: blocks of requests, each answered as it says, run in the order of their file.

    ```http as=ada
    POST /api/v1/courses/101/pages
    wiki_page[title]=Week one
    → 200, url: week-one, page_id: $page
    ```

`as=` names somebody of the world; without it nobody is signed in. Lines after the request are form fields; one that begins with a bracket is
the body, as JSON. After the arrow stand the status
and what the body holds: `a.b` leads into objects and `0` into lists; on a list, `title: X | Y` compares a field of all items, and `count: 2`
their number. `$name` keeps a value when it is new; later it stands for it, in addresses too. `…` at the end of a value: anything may follow.
"""

import re
from pathlib import Path
from typing import Any

import msgspec


class Example(msgspec.Struct, frozen=True):
    """One request. where: file and line."""

    where: str
    who: str | None
    method: str
    path: str
    fields: list[tuple[str, str]]
    json: str | None
    status: int
    holds: list[tuple[str, str]]


def examples_of(path: Path) -> list[Example]:
    found = []
    text = path.read_text()
    for block in re.finditer(r"^```http(?: as=(\w+))?\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        line = text[: block.start()].count("\n") + 1
        request: list[str] = []
        for raw in block[2].splitlines():
            line += 1
            piece = raw.strip()
            if not piece.startswith("→"):
                request += [piece] if piece else []
                continue
            found.append(_example(f"{path.name}:{line}", block[1], request, piece[1:].strip()))
            request = []
        assert not request, f"{path.name}:{line}: a request without an answer"
    return found


def _example(where: str, who: str | None, request: list[str], answer: str) -> Example:
    method, _, path = request[0].partition(" ")
    json = next((line for line in request[1:] if line[0] in "[{"), None)
    fields = [(name, value) for name, _, value in (line.partition("=") for line in request[1:] if line != json)]
    status, *rest = re.split(r", (?=[\w.]+: )", answer)
    holds = [(name, value.strip()) for name, _, value in (one.partition(":") for one in rest)]
    return Example(where, who, method, path.strip(), fields, json, int(status), holds)


def body_of(example: Example, known: dict[str, str]) -> dict[str, Any]:
    """What httpx is told to send."""
    if example.json is not None:
        return {"content": filled(example.json, known), "headers": {"content-type": "application/json"}}
    fields: dict[str, list[str]] = {}
    for name, value in example.fields:
        fields.setdefault(name, []).append(filled(value, known))
    return {"data": fields or None}


def check(example: Example, reply: Any, known: dict[str, str]) -> None:
    """reply: of httpx. Raises AssertionError that names file and line."""
    assert reply.status_code == example.status, f"{example.where}: {reply.status_code} {reply.text}"
    for name, wanted in example.holds:
        actual = _found(reply.json(), name)
        if wanted.startswith("$") and wanted[1:] not in known:
            known[wanted[1:]] = actual
            continue
        wanted = filled(wanted, known)
        if wanted.endswith("…"):
            assert actual.startswith(wanted[:-1]), f"{example.where}: {name} is {actual!r}"
        else:
            assert actual == wanted, f"{example.where}: {name} is {actual!r}, not {wanted!r}"


def filled(text: str, known: dict[str, str]) -> str:
    return re.sub(r"\$(\w+)", lambda match: known[match[1]], text)


def _found(body: Any, name: str) -> str:
    if isinstance(body, list) and name == "count":
        return str(len(body))
    if isinstance(body, list) and not name.split(".")[0].isdigit():
        return " | ".join(_shown(item[name]) for item in body)
    for key in name.split("."):
        body = body[int(key)] if isinstance(body, list) else body[key]
    return _shown(body)


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
