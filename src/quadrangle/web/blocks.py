"""What stands on a page of a portfolio while its author works on it: blocks that come, move and go before anything is saved. Pure."""

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import quote

import msgspec

from quadrangle.files import AVAILABLE, File
from quadrangle.kernel.html import sanitise
from quadrangle.kernel.params import as_text, leading_integer
from quadrangle.portfolios import NO_CONTENT, NOTHING_YET, Content
from quadrangle.web.prose import Prose, prose
from quadrangle.web.viewer import PICTURES, kind_of, size

RICH: Final = "rich_text"
HTML: Final = "html"
FILE: Final = "attachment"
MOST: Final = 500  # on a page, as far as this screen shows them
_STEP: Final = re.compile(r"(up|down|remove)-(\d{1,6})\Z|add-(rich_text|html)\Z|file-(\d{1,18})\Z", re.ASCII)
_THING: Final = re.compile(r'\s*<div [^>]*\bdata-ep-(?:item|fields)="')


class Block(msgspec.Struct, frozen=True):
    """One thing on a page. html: of words, as its author has it. file_id: of a file."""

    kind: str
    html: str = ""
    file_id: int = 0

    @property
    def is_thing(self) -> bool:
        """It shows something that was collected; it is placed and taken away, but not written in."""
        return _THING.match(self.html) is not None


def blocks_of(content: Content) -> list[Block]:
    """What stands on a stored page."""
    if content is None:
        return []
    found = []
    for one in [content] if isinstance(content, str) else content:
        if isinstance(one, str):
            if one not in (NO_CONTENT, NOTHING_YET):
                found.append(Block(RICH, one))
        elif "attachment_id" in one:
            found.append(Block(FILE, file_id=one["attachment_id"]))
        elif "content" in one:
            found.append(Block(one["section_type"], str(one["content"])))
    return found


def blocks_sent(sections: Sequence[Mapping[str, Any]]) -> list[Block]:
    """What stands in a form that was sent; nothing of it was checked."""
    found = []
    for one in sections[:MOST]:
        kind = one.get("section_type")
        if kind in (RICH, HTML):
            text = one.get("content")
            found.append(Block(kind, (as_text(text) or "") if isinstance(text, str) else ""))
        elif kind == FILE:
            number = leading_integer(str(one.get("attachment_id")))
            found.append(Block(FILE, file_id=number))
    return found


def stepped(blocks: Sequence[Block], step: str) -> tuple[list[Block], int | None]:
    """One step of an author: `up-2`, `down-2`, `remove-2`, `add-rich_text`, `add-html`, `file-12`; and where it left them, from 1."""
    found, order = _STEP.match(step), list(blocks)
    if found is None:
        return order, None
    verb, number, kind, file_id = found[1], int(found[2] or 0), found[3], found[4]
    if kind is not None or file_id is not None:
        order.append(Block(kind) if kind is not None else Block(FILE, file_id=int(file_id)))
        return order, len(order)
    if not 0 < number <= len(order):
        return order, None
    block = order.pop(number - 1)
    if verb == "remove":
        return order, min(number, len(order)) or None
    at = max(number - 1, 1) if verb == "up" else min(number + 1, len(order) + 1)
    order.insert(at - 1, block)
    return order, at


class ShownFile(msgspec.Struct, frozen=True):
    """A file on a page. address: of its bytes; picture: it can be shown."""

    name: str
    note: str
    address: str
    picture: bool


class ShownBlock(msgspec.Struct, frozen=True):
    """A block with its number, from 1. reads: how its words look. file: None where it is gone. here: the author did something to it just now.
    fresh: it was just added, and waits to be written."""

    number: int
    block: Block
    reads: Prose | None
    file: ShownFile | None
    here: bool
    fresh: bool


def shown(
    blocks: Sequence[Block], files: Mapping[int, File], portfolio_id: int, entry_id: int, *, here: int | None = None
) -> list[ShownBlock]:
    """files: those that the blocks name. What somebody typed is cleaned before it is shown."""
    return [
        ShownBlock(
            number=number,
            block=block,
            reads=None if block.kind == FILE else prose(sanitise(block.html)),
            file=_file(files.get(block.file_id), portfolio_id, entry_id) if block.kind == FILE else None,
            here=number == here,
            fresh=number == here and block.kind != FILE and not block.html,
        )
        for number, block in enumerate(blocks, 1)
    ]


def _file(file: File | None, portfolio_id: int, entry_id: int) -> ShownFile | None:
    if file is None or file.workflow_state != AVAILABLE:
        return None
    picture = file.content_type in PICTURES
    return ShownFile(
        name=PurePosixPath(file.display_name).stem if picture else file.display_name,
        note=f"{kind_of(file)}, {size(file.size)}",
        address=f"/eportfolios/{portfolio_id}/entries/{entry_id}/files/{quote(file.uuid, safe='')}",
        picture=picture,
    )


def file_ids(blocks: Collection[Block]) -> set[int]:
    return {block.file_id for block in blocks if block.kind == FILE}
