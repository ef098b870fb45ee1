"""Scopes: `url:<VERB>|<route template>`, and how one covers a request. Pure. Source: conventions.md §2.5, tokens.md §6."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

# What the Brightspace paths ask of a token; no route of ours is named by them.
BRIGHTSPACE_SCOPES: Final = frozenset({"core:*:*", "ep:*:*"})
USERINFO: Final = "/auth/userinfo"  # asks who somebody is, and for no access at all

_PIECES: Final = re.compile(r"(:\w+|\*\w+|\(|\))")
_NAMES: Final = re.compile(r"/([:*])\w+")


@lru_cache(maxsize=4096)
def _pattern(template: str) -> re.Pattern[str]:
    made = ""
    depth = 0
    for piece in _PIECES.split(template):
        if piece.startswith(":"):
            made += "[^/]+"
        elif piece.startswith("*"):
            made += ".+"
        elif piece == "(":
            made += "(?:"
            depth += 1
        elif piece == ")" and depth:
            made += ")?"
            depth -= 1
        else:
            made += re.escape(piece)
    return re.compile(made + ")?" * depth + r"(?:\.[^/.]+)?\Z")


def scope_covers(scope: str, method: str, path: str) -> bool:
    """Whether `url:GET|/api/v1/courses/:id` covers this verb and undecoded path. HEAD is asked as GET."""
    head, bar, template = scope.partition("|")
    return bool(bar) and head == f"url:{method}" and _pattern(template).match(path) is not None


def shape(scope: str) -> str:
    """A scope without the names of its placeholders, which differ between descriptions of one route."""
    return _NAMES.sub(r"/\1", scope)


def shapes_of(scopes: Iterable[str]) -> frozenset[str]:
    return frozenset(shape(scope) for scope in scopes)


def is_known(scope: str, shapes: frozenset[str]) -> bool:
    """Whether a scope is one of a route (`shapes_of` all routes) or one of the Brightspace paths."""
    return scope in BRIGHTSPACE_SCOPES or shape(scope) in shapes
