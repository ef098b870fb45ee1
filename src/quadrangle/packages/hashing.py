"""What makes two states of an item the same: idempotent import asks it. Pure. Source: portfolio-package.md §7."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from quadrangle.packages import model
from quadrangle.packages.model import Item, PackedFile, Page
from quadrangle.packages.references import to_file, with_files

_NOT_HASHED: Final = frozenset(
    {
        "key",
        "has_uid",
        "origin",
        "created",
        "modified",
        "comments",
        "foreign",
        "geo",
        "members",
        "about",
        "evidence",
        "pages",
        "tags",
    }
)
_PAGE_HASHED: Final = ("name", "section", "content", "text", "blocks", "allow_comments", "show_comments")


def content_hash(item: Item, digests: Mapping[str, str] | None = None) -> str:
    """SHA-256, hexadecimal, over the item's own normalised fields: not ids, times, memberships, associations or comments.

    digests: SHA-256 of files that HTML refers to, by key; an embedded file has another key in every portfolio, so that its bytes stand for it.
    Files of the item itself must have their `sha256`. Items on pages count by the key they have in the package.
    """
    told: dict[str, Any] = {
        field: _plain(getattr(item, field), digests or {})
        for field in item.__struct_fields__
        if field not in _NOT_HASHED
    }
    told["tags"] = sorted((tag.text, tag.private) for tag in item.tags)
    if isinstance(item, model.LEArtifact):
        told["more_files"] = sorted(told["more_files"])  # in a package they have no order
    if isinstance(item, model.Presentation):
        told["pages"] = [_page(page, digests or {}) for page in item.pages]
    return hashlib.sha256(msgspec.json.encode(told, order="deterministic")).hexdigest()


def _page(page: Page, digests: Mapping[str, str]) -> dict[str, Any]:
    return {field: _plain(getattr(page, field), digests) for field in _PAGE_HASHED}


def _plain(value: Any, digests: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return with_files(value, lambda key: to_file(digests.get(key, key)))
    if isinstance(value, PackedFile):
        return [value.name, value.sha256]
    if isinstance(value, model.EmbeddedFile):
        return _plain(value.file, digests)
    if isinstance(value, model.FormField) and value.system:
        # It is worked out anew for whoever imports it: the same form must still be the same form.
        value = msgspec.structs.replace(value, value="")
    if isinstance(value, model.Block):
        # Whether an item came along is said of the package, not of the page.
        value = msgspec.structs.replace(value, absent=False)
    if isinstance(value, msgspec.Struct):
        return {field: _plain(getattr(value, field), digests) for field in value.__struct_fields__}
    if isinstance(value, list | tuple):
        return [_plain(one, digests) for one in value]
    return value
