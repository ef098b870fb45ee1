"""What stands on a page: read from what an author sent, and shown as one HTML text. Pure. Source: eportfolios.md §5."""

import re
from collections.abc import Callable, Collection, Mapping
from html import escape
from typing import Any, Final

from quadrangle.kernel.errors import FieldError, Invalid
from quadrangle.kernel.html import LONGEST, sanitise, too_deep
from quadrangle.kernel.ids import LARGEST_ID
from quadrangle.kernel.params import as_text, leading_integer
from quadrangle.portfolios.model import LONGEST_ENTRY, NO_CONTENT, NOTHING_YET, Content, too_long

_MARKUP: Final = ("rich_text", "html")
_RENDERED: Final = re.compile(r'<div [^>]*\bdata-ep-item="([0-9]{1,19})"')
_NUMBERED: Final = re.compile(r"section_([1-9][0-9]{0,8})\Z", re.ASCII)


def sections_sent(tree: Mapping[str, Any], count: int) -> list[Mapping[str, Any]]:
    """`section_1` to `section_<count>` of a request, in order; those that are missing are passed over."""
    numbers = sorted(int(found[1]) for name in tree if (found := _NUMBERED.match(name)))
    sent = [tree[f"section_{number}"] for number in numbers if number <= count]
    return [section for section in sent if isinstance(section, Mapping)]


def attachments_of(sections: list[Mapping[str, Any]]) -> list[int]:
    """The ids of files that the sections name."""
    wanted = [
        _number(section.get("attachment_id")) for section in sections if section.get("section_type") == "attachment"
    ]
    return [number for number in dict.fromkeys(wanted) if 0 < number <= LARGEST_ID]


def content_from(sections: list[Mapping[str, Any]], own_files: Collection[int]) -> Content:
    """The content of a page from its sections as sent; what is not valid is dropped.

    own_files: the active files of the portfolio's owner among those named. Raises Invalid for text that is too long or nested too deeply.
    """
    blocks: list[Any] = []
    total = 0
    for section in sections:
        kind = section.get("section_type")
        if kind in _MARKUP:
            text = _markup(section.get("content"))
            total += len(text)
            if total > LONGEST_ENTRY:
                raise Invalid(too_long("content", LONGEST_ENTRY))
            if text:
                blocks.append({"section_type": kind, "content": text})
        elif kind == "attachment":
            number = _number(section.get("attachment_id"))
            if number in own_files:
                blocks.append({"section_type": kind, "attachment_id": number})
    return blocks or [NO_CONTENT]


def _markup(sent: Any) -> str:
    text = as_text(sent) if isinstance(sent, str | int | float) else None
    if not text:
        return ""
    if len(text) > LONGEST:
        raise Invalid(too_long("content", LONGEST))
    if too_deep(text):
        raise Invalid(FieldError("content", "is nested too deeply", "too_deep"))
    return sanitise(text).strip()


def _number(sent: Any) -> int:
    return leading_integer(sent) if isinstance(sent, str | int) and not isinstance(sent, bool) else 0


def placed_files(content: Content) -> list[int]:
    """The ids of the files that stand on a page, in order."""
    if not isinstance(content, list):
        return []
    return [block["attachment_id"] for block in content if isinstance(block, dict) and "attachment_id" in block]


def without(content: Content, *, item_id: int, file_id: int | None) -> Content:
    """A page without the blocks that show this thing: its file, or its rendering (portfolio-package.md §5.3)."""
    if not isinstance(content, list):
        return content
    return [block for block in content if not _shows(block, item_id, file_id)] or [NO_CONTENT]


def stands_on(content: Content, *, item_id: int, file_id: int | None, name: str) -> bool:
    """Whether a block of a page shows this thing to whoever reads the page: its file, or its rendering with the name that it has.

    A mark with a number can come in HTML from anywhere, also out of a package of somebody else's; the name is what only its owner can put there.
    """
    if not isinstance(content, list):
        return False
    title = escape(name, quote=False)
    return any(
        _shows(block, item_id, file_id) and ("attachment_id" in block or title in str(block["content"]))
        for block in content
    )


def _shows(block: Any, item_id: int, file_id: int | None) -> bool:
    if not isinstance(block, dict):
        return False
    if "attachment_id" in block:
        return file_id is not None and bool(block["attachment_id"] == file_id)
    found = _RENDERED.match(str(block.get("content")))
    return found is not None and found[1] == str(item_id)


def with_block(content: Content, block: Mapping[str, Any]) -> Content:
    """A page with one block more, at its end."""
    if isinstance(content, str):
        content = [] if content == NOTHING_YET else [{"section_type": "rich_text", "content": content}]
    return [*(one for one in content or () if one != NO_CONTENT), dict(block)]


def html_of(content: Content, link_of: Callable[[int], tuple[str, str] | None]) -> str:
    """A page as one HTML text.

    link_of: address and name of a file that stands on it; None where there is no such file any more.
    """
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    return "\n".join(text for block in content if (text := _html_of_block(block, link_of)) is not None)


def _html_of_block(block: Any, link_of: Callable[[int], tuple[str, str] | None]) -> str | None:
    if isinstance(block, str):
        return block
    if "attachment_id" in block:
        link = link_of(block["attachment_id"])
        return None if link is None else f'<p><a href="{escape(link[0])}">{escape(link[1])}</a></p>'
    return str(block["content"])
