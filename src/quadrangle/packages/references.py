"""Addresses that stand for packaged things in HTML, until whoever knows better replaces them.

They are relative addresses, as those pass every sanitiser: a scheme of our own would be taken out by the next one.
"""

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import quote, unquote

_FILE: Final = "package-file/"
_ITEM: Final = "package-item/"
_KEY: Final = r"([\w%.~\-]+)"
_FILES: Final = re.compile(_FILE + _KEY)
_ITEMS: Final = re.compile(_ITEM + _KEY)


def to_file(key: str) -> str:
    return _FILE + quote(key, safe="")


def to_item(key: str) -> str:
    return _ITEM + quote(key, safe="")


def file_in(address: str) -> str | None:
    """The key of the packaged file an address stands for."""
    return unquote(address[len(_FILE) :]) if address.startswith(_FILE) else None


def item_in(address: str) -> str | None:
    """The key of the packaged item an address stands for."""
    return unquote(address[len(_ITEM) :]) if address.startswith(_ITEM) else None


def files_in(html: str) -> list[str]:
    """The keys of the packaged files that HTML shows or leads to."""
    return [unquote(key) for key in _FILES.findall(html)]


def items_in(html: str) -> list[str]:
    """The keys of the packaged items that HTML leads to."""
    return [unquote(key) for key in _ITEMS.findall(html)]


def with_files(html: str, address: Callable[[str], str]) -> str:
    """HTML with something else for each address of a packaged file, by its key."""
    return _FILES.sub(lambda found: address(unquote(found[1])), html)


def with_items(html: str, address: str) -> str:
    """HTML with one address for all packaged items."""
    return _ITEMS.sub(lambda _: address, html)
