"""Looking into a package before anything of it is imported. Source: web.md W6, portfolio-package.md §6.

This module brings lxml along, which is large: it is imported when a package has come.
"""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Final

from quadrangle.kernel.clock import Clock
from quadrangle.packages import EmbeddedFile, FileArtifact, Limits, Packed, Presentation, files_of, on_thread, read
from quadrangle.packages import open_container as open_package
from quadrangle.transfers.model import Contents, InsideFile, InsidePortfolio, InsideThing, Trouble

MOST_NAMED: Final = 200  # of each kind
_MOST_PAGES: Final = 50  # of each portfolio
_LONGEST: Final = 120  # characters of a name


async def look(path: Path, limits: Limits, clock: Clock) -> Contents:
    """What is in a package: counts of everything, names of the first. Raises Refused, Aborted."""
    container = await asyncio.to_thread(open_package, path, limits)
    reading = await asyncio.to_thread(read, container, clock.now())
    noted = _Noted()
    async for packed in on_thread(reading.items(reading.missing)):
        noted.note(packed)
    troubles = [Trouble(one.code, noted.names.get(one.ref, ""), one.text, one.error) for one in reading.problems()]
    return Contents(
        own=reading.own,
        counts=dict(noted.counts),
        bytes=noted.bytes,
        portfolios=noted.portfolios,
        files=noted.files,
        things=noted.things,
        troubles=troubles[:MOST_NAMED],
        names=dict(list(noted.names.items())[:MOST_NAMED]),
    )


class _Noted:
    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.bytes = 0
        self.portfolios: list[InsidePortfolio] = []
        self.files: list[InsideFile] = []
        self.things: list[InsideThing] = []
        self.names: dict[str, str] = {}

    def note(self, packed: Packed) -> None:
        for _, file in files_of(packed):
            self.bytes += file.size or 0
        if isinstance(packed, EmbeddedFile):
            return
        name = packed.name[:_LONGEST]
        self.names[packed.key] = name
        self.counts[str(packed.type)] += 1
        if isinstance(packed, Presentation):
            self.counts["pages"] += len(packed.pages)
            if len(self.portfolios) < MOST_NAMED:
                pages = [page.name[:_LONGEST] for page in packed.pages[:_MOST_PAGES]]
                self.portfolios.append(InsidePortfolio(name, pages, len(packed.pages)))
        elif isinstance(packed, FileArtifact):
            if len(self.files) < MOST_NAMED:
                self.files.append(InsideFile(name, None if packed.file is None else packed.file.size))
        elif len(self.things) < MOST_NAMED:
            self.things.append(InsideThing(packed.type, name))
