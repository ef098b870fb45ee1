"""Numbered and bookmarked pages of a list, and the Link header that leads through them. Source: conventions.md §7."""

import base64
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final, Generic, TypeVar
from urllib.parse import quote

import msgspec

from quadrangle.kernel.errors import NotFound
from quadrangle.kernel.ids import LARGEST_ID
from quadrangle.kernel.params import Tree, is_encodable, leading_integer

T = TypeVar("T")

DEFAULT_SIZE: Final = 10
LARGEST_SIZE: Final = 100
LARGEST_HEADER: Final = 6 * 1024
_UNSAFE_IN_LINK: Final = re.compile(r"[^A-Za-z0-9._~:/?#\[\]@!$&'()*+=%-]")
_NOT_CARRIED: Final = frozenset({"page", "per_page", "access_token", "api_key"})


class PageNotNumbered(NotFound):
    """`page=0`, negative, or not a number."""

    code = "bad_page"


class Window(msgspec.Struct, frozen=True):
    """Which part of a list is asked for. `bookmark` is set instead of `number` in bookmark collections."""

    number: int
    size: int
    bookmark: str | None = None

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size

    @property
    def limit(self) -> int:
        """One more than the page holds: it tells whether there is a next page without counting."""
        return self.size + 1


class Slice(msgspec.Struct, Generic[T], frozen=True):
    """One page of a list. total: None when it is not computed (then there is no `last` link)."""

    items: Sequence[T]
    window: Window
    has_more: bool
    total: int | None = None
    next_bookmark: str | None = None
    bookmarked: bool = False

    def map(self, items: Sequence[Any]) -> "Slice[Any]":
        return msgspec.structs.replace(self, items=items)


def size_from(tree: Tree, alias: str | None = None) -> int:
    value = tree.get("per_page")
    if value is None and alias is not None:
        value = tree.get(alias)
    if value is None:
        return DEFAULT_SIZE
    return min(max(leading_integer(value), 1), LARGEST_SIZE)


def window_from(tree: Tree, *, alias: str | None = None) -> Window:
    """`page` and `per_page` of a numbered collection."""
    size = size_from(tree, alias)
    page = tree.get("page")
    if page is None or page == "":
        return Window(1, size)
    text = str(page).strip()
    if isinstance(page, bool | list | dict) or not text.isascii() or not text.isdigit() or len(text) > 15:
        raise PageNotNumbered
    if (number := int(text)) < 1:
        raise PageNotNumbered
    return Window(number, size)


def bookmark_window_from(tree: Tree, *, alias: str | None = None) -> Window:
    """`page=first` or `page=bookmark:<opaque>`; 1 is taken for the first page, as counting clients send it."""
    size = size_from(tree, alias)
    page = tree.get("page")
    if page in (None, "", "first", "1", 1):
        return Window(1, size)
    if isinstance(page, str) and page.startswith("bookmark:"):
        return Window(1, size, page.removeprefix("bookmark:"))
    if isinstance(page, str) and page.isascii() and page.isdigit() and int(page[:9]) > 1:
        return Window(int(page[:9]), size)
    raise PageNotNumbered


def encode_bookmark(values: Sequence[object]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(list(values))).rstrip(b"=").decode()


def decode_bookmark(text: str, kinds: Sequence[type]) -> list[Any]:
    """The values of a bookmark; anything that is none of ours is not found."""
    try:
        values = msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError, msgspec.DecodeError):
        raise PageNotNumbered from None
    if not isinstance(values, list) or len(values) != len(kinds):
        raise PageNotNumbered
    if not all(_could_be(value, kind) for value, kind in zip(values, kinds, strict=True)):
        raise PageNotNumbered
    return values


def _could_be(value: object, kind: type) -> bool:
    """Whether a value of a bookmark is of the kind a statement is bound with, and one that both engines take."""
    if isinstance(value, bool) and kind is not bool:
        return False
    if isinstance(value, int) and not -LARGEST_ID <= value <= LARGEST_ID:
        return False
    if isinstance(value, str) and ("\0" in value or not is_encodable(value)):
        return False
    return isinstance(value, kind)


def cut(rows: Sequence[T], window: Window, total: int | None = None) -> Slice[T]:
    """A Slice from `window.limit` rows."""
    return Slice(rows[: window.size], window, has_more=len(rows) > window.size, total=total)


def link_header(url: str, query: Iterable[tuple[str, str | None]], part: Slice[Any]) -> str:
    """The Link header of one page.

    url: absolute address of the request without its query, undecoded bytes as latin-1. query: the request's own pairs. No blank after a
    comma, rel quoted and last, nothing raw that a simple parser could trip over (endpoints-clients-use.md §3.12).
    """
    kept = sorted((pair for pair in query if pair[0].removesuffix("[]") not in _NOT_CARRIED), key=lambda pair: pair[0])
    url = _UNSAFE_IN_LINK.sub(lambda found: f"%{ord(found[0]):02X}", url)
    carried = "".join(f"{quote(name, safe='')}={quote(value or '', safe='')}&" for name, value in kept)

    def at(page: str | int) -> str:
        return f"<{url}?{carried}page={page}&per_page={part.window.size}>"

    links: dict[str, str] = {}
    number = part.window.number
    if part.bookmarked:
        links["current"] = at(f"bookmark:{part.window.bookmark}" if part.window.bookmark else "first")
        if part.next_bookmark is not None:
            links["next"] = at(f"bookmark:{part.next_bookmark}")
        links["first"] = at("first")
    else:
        links["current"] = at(number)
        if part.has_more:
            links["next"] = at(number + 1)
        if number > 1:
            links["prev"] = at(number - 1)
        links["first"] = at(1)
        if part.total is not None:
            links["last"] = at(max(1, -(-part.total // part.window.size)))
    for rel in ("first", "current", "prev", "last"):
        if sum(len(link) + len(rel) + len('; rel="",') for rel, link in links.items()) <= LARGEST_HEADER:
            break
        links.pop(rel, None)
    return ",".join(f'{link}; rel="{rel}"' for rel, link in links.items())
