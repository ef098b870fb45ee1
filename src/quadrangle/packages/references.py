"""Addresses that stand for packaged things in HTML, until whoever knows better replaces them.

They are relative addresses, as those pass every sanitiser: a scheme of our own would be taken out by the next one.
"""

from typing import Final
from urllib.parse import quote, unquote

_FILE: Final = "package-file/"
_ITEM: Final = "package-item/"


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
