"""What addresses in an author's HTML lead to on this server. Pure.

An author's links come as browsers and editors leave them: with this server's name or without, relative to the page they stand on, with a query
and a fragment.
"""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote, urljoin, urlsplit

import msgspec

from quadrangle.kernel.html import rewritten

_FILE: Final = re.compile(
    r"/(?:api/v1/)?(?:(?:courses|groups|users|accounts)/[^/]+/)?files/(\d{1,18})(?:/(?:download|preview))?/?\Z",
    re.ASCII,
)
_OWN_FILE: Final = re.compile(r"/(?:api/v1/)?eportfolios/\d+/entries/\d+/files/([A-Za-z0-9]+)/?\Z", re.ASCII)


class Led(msgspec.Struct, frozen=True):
    """Where an address leads. absolute: the whole of it. here: its path on this server, decoded; None when it leads elsewhere."""

    absolute: str
    here: str | None = None


class Named(msgspec.Struct, frozen=True):
    """Files that HTML names, by their ids or by the verifiers of their owner's files."""

    ids: frozenset[int] = frozenset()
    uuids: frozenset[str] = frozenset()


def led(address: str, at: str, base_url: str) -> Led | None:
    """at: the whole address of the page it stands on; base_url: of this server. None for what leads nowhere, or to a place on its own page."""
    address = address.strip()
    if not address or address.startswith("#"):
        return None
    try:
        absolute = urljoin(at, address)
        path = urlsplit(absolute).path
    except ValueError:
        return None
    if absolute != base_url and not absolute.startswith((f"{base_url}/", f"{base_url}?", f"{base_url}#")):
        return Led(absolute)
    return Led(absolute, unquote(path) or "/")


def file_at(here: str) -> tuple[int | None, str | None]:
    """The file that a path on this server leads to: by its id, or by its verifier; at most one of the two."""
    if found := _FILE.match(here):
        return int(found[1]), None
    if found := _OWN_FILE.match(here):
        return None, found[1]
    return None, None


def files_named(texts: Iterable[str], at: str, base_url: str) -> Named:
    """The files of this server that sanitised HTML leads to or shows."""
    ids: set[int] = set()
    uuids: set[str] = set()

    def note(address: str) -> str:
        to = led(address, at, base_url)
        if to is not None and to.here is not None:
            id, uuid = file_at(to.here)
            if id is not None:
                ids.add(id)
            if uuid is not None:
                uuids.add(uuid)
        return address

    for text in texts:
        if "files/" in text:
            rewritten(text, note)
    return Named(frozenset(ids), frozenset(uuids))
