"""From rows to a file that is stored: CSV, or several in a ZIP, streamed."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from quadrangle.blobs import Archive, Incoming
from quadrangle.db import Database, Statement, csv_lines
from quadrangle.reports.kinds import Part

Advance = Callable[[int, int], Awaitable[None]]


class Writer:
    """Writes the parts of one run, one after another. lines: that were written, headers included."""

    def __init__(self, database: Database, incoming: Incoming, *, zone: str, advanced: Advance) -> None:
        self._database = database
        self._incoming = incoming
        self._zone = zone
        self._advanced = advanced
        self.lines = 0
        self.expected = 0

    async def write(self, parts: Sequence[Part], *, zipped: bool, now: datetime) -> None:
        statements = [None if part.rows is None else Statement[Any](part.rows) for part in parts]
        # Putting SQL together takes milliseconds, in which the event loop would answer nobody.
        await asyncio.to_thread(self._database.prepare, [one for one in statements if one is not None])
        for statement in statements:
            self.expected += 1 if statement is None else 1 + await self._database.estimate(statement)
        await self._advanced(self.lines, self.expected)
        if not zipped:
            await self._part(parts[0], statements[0], self._incoming.write)
            return
        archive = Archive(self._incoming, now)
        for part, statement in zip(parts, statements, strict=True):
            async with archive.entry(f"{part.name}.csv") as write:
                await self._part(part, statement, write)
        await archive.finish()

    async def _part(
        self, part: Part, statement: Statement[Any] | None, write: Callable[[bytes], Awaitable[None]]
    ) -> None:
        before = self.lines

        async def took(piece: bytes) -> None:
            await write(piece)
            self.lines += piece.count(b"\n")
            await self._advanced(self.lines, self.expected)

        if part.header:
            await write(csv_lines([part.header]))
            self.lines += 1
        rows = 0
        if statement is not None:
            rows = await self._database.export(statement, took, zone=self._zone)
        if not rows and part.instead is not None:
            await write(csv_lines([[part.instead]]))
            rows = 1
        self.lines = before + bool(part.header) + rows  # a cell may hold line feeds of its own
