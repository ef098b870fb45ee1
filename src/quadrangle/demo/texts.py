"""The texts of the demo campus: one file a page, which is its body and its history at once.

The first line is the title. Each line up to `---` is an event: `<day> <time> <login> <verb> [words]`. After it come the blocks of the body,
parted by empty lines; one that begins with `@3` stands in the text from the third save on, with `@2-4` from the second to the fourth.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from importlib import resources
from typing import Final

import msgspec

from quadrangle.demo.places import day

VERBS: Final = frozenset({"save", "publish", "front", "roles", "schedule", "revert"})
_SPAN: Final = re.compile(r"@(\d+)(?:-(\d+))?\n")


class Event(msgspec.Struct, frozen=True):
    """Something that happened to a page. words: what follows the verb, a title, roles, a moment or a revision's number."""

    at: datetime
    login: str
    verb: str
    words: str


class Block(msgspec.Struct, frozen=True):
    """A piece of a body with the first and last save it stands in."""

    since: int
    until: int
    html: str


class Text(msgspec.Struct, frozen=True):
    """One page. place: the code of its course or the key of its group. key: where its file is."""

    place: str
    key: str
    title: str
    events: tuple[Event, ...]
    blocks: tuple[Block, ...]

    def body(self, save: int) -> str:
        """What the page says after its n-th save, counted from 1."""
        return "\n".join(block.html for block in self.blocks if block.since <= save <= block.until)


def parse(place: str, key: str, source: str) -> Text:
    head, _, body = source.partition("\n---\n")
    title, *lines = head.splitlines()
    return Text(
        place,
        key,
        title,
        tuple(_event(line) for line in lines),
        tuple(_block(piece) for piece in body.strip().split("\n\n")),
    )


def _event(line: str) -> Event:
    date, time, login, verb, *words = line.split(" ", 4)
    if verb not in VERBS:
        raise ValueError(f"{verb!r} is nothing that happens to a page")
    return Event(day(f"{date} {time}"), login, verb, words[0] if words else "")


def _block(piece: str) -> Block:
    span = _SPAN.match(piece)
    if span is None:
        return Block(1, 1_000, piece)
    until = int(span[2]) if span[2] else 1_000
    return Block(int(span[1]), until, piece[span.end() :])


def all_texts() -> Iterator[Text]:
    """Every page of the campus, in an order that is the same everywhere."""
    folder = resources.files("quadrangle.demo") / "pages"
    for place in sorted(folder.iterdir(), key=lambda entry: entry.name):
        for file in sorted(place.iterdir(), key=lambda entry: entry.name):
            key = f"{place.name}/{file.name.removesuffix('.html')}"
            yield parse(place.name, key, file.read_text(encoding="utf-8"))
