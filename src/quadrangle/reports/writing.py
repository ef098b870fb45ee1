"""From rows to a file that is stored: CSV, or several in a ZIP, streamed."""

import asyncio
import zipfile
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import IO, Any, Final, cast

from quadrangle.blobs import Incoming
from quadrangle.db import Database, Statement, csv_lines
from quadrangle.reports.kinds import Part

LEVEL: Final = 1  # of deflate: what is gained by more is less than the time it takes

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
        archive = _Archive(self._incoming, now)
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


class _Archive:
    """A ZIP that grows into an incoming file. Compressing is done by threads."""

    def __init__(self, incoming: Incoming, now: datetime) -> None:
        self._incoming = incoming
        self._when = now.timetuple()[:6]
        self._made = _Made()
        self._zip = zipfile.ZipFile(cast(IO[bytes], self._made), "w")

    def entry(self, name: str) -> "_Entry":
        info = zipfile.ZipInfo(name, self._when)
        info.compress_type = zipfile.ZIP_DEFLATED
        info._compresslevel = LEVEL  # type: ignore[attr-defined]  # Python 3.13 has a public name for it, and knows this one
        return _Entry(self, self._zip, info)

    async def drain(self) -> None:
        for piece in self._made.taken():
            await self._incoming.write(piece)

    async def finish(self) -> None:
        self._zip.close()
        await self.drain()


class _Entry:
    def __init__(self, archive: _Archive, archive_file: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        self._archive = archive
        self._file = archive_file.open(info, "w", force_zip64=True)

    async def __aenter__(self) -> Callable[[bytes], Awaitable[None]]:
        return self._write

    async def _write(self, piece: bytes) -> None:
        await asyncio.to_thread(self._file.write, piece)
        await self._archive.drain()

    async def __aexit__(self, kind: object, *_: object) -> None:
        self._file.close()
        if kind is None:
            await self._archive.drain()


class _Made:
    """What zipfile has made and nobody has taken yet; it cannot go back in it, and does not need to."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        return None

    def taken(self) -> list[bytes]:
        taken, self._pieces = self._pieces, []
        return taken
