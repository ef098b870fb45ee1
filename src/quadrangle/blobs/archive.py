"""A ZIP that grows into an incoming file. Compressing is done by threads; no member is ever held whole."""

import asyncio
import zipfile
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import IO, Final, cast

from quadrangle.blobs.incoming import Incoming

LEVEL: Final = 1  # of deflate: what is gained by more is less than the time it takes
_FIRST: Final = datetime(1980, 1, 1, tzinfo=UTC)  # the earliest a ZIP can tell


class Archive:
    """Members are written one after another; `finish` writes the directory. now: the time every member bears."""

    def __init__(self, incoming: Incoming, now: datetime) -> None:
        self._incoming = incoming
        self._when = max(now, _FIRST).timetuple()[:6]
        self._made = _Made()
        self._zip = zipfile.ZipFile(cast(IO[bytes], self._made), "w")

    def entry(self, name: str, *, stored: bool = False, size: int | None = None) -> "_Entry":
        """`async with archive.entry(name) as write:` … stored: what does not shrink is not compressed.

        size: about how many bytes it will have. Without one, or with more than 2 GiB, the member is written as ZIP64, which old
        programs do not read.
        """
        info = zipfile.ZipInfo(name, self._when)
        info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
        info._compresslevel = LEVEL  # type: ignore[attr-defined]  # Python 3.13 has a public name for it, and knows this one
        info.file_size = size or 0
        return _Entry(self, self._zip, info, force_zip64=size is None)

    async def add(self, name: str, pieces: AsyncIterator[bytes], *, size: int | None = None) -> None:
        """A member from its bytes; whether it shrinks is tried with the first of them. What fails before there are any leaves no member."""
        first = await anext(pieces, b"")
        async with self.entry(name, stored=not _shrinks(first), size=size) as write:
            await write(first)
            async for piece in pieces:
                await write(piece)

    async def whole(self, name: str, data: bytes) -> None:
        """A small member that is there already."""
        async with self.entry(name, size=len(data)) as write:
            await write(data)

    async def drain(self) -> None:
        for piece in self._made.taken():
            await self._incoming.write(piece)

    async def finish(self) -> None:
        self._zip.close()
        await self.drain()


_SMALL: Final = 16 * 1024  # bytes; compressing so few takes no longer than asking a thread to
_TRIED: Final = 8 * 1024  # bytes
_WORTH: Final = 0.95  # of the size that compression must come below


def _shrinks(first: bytes) -> bool:
    """Tried with a few bytes from the middle: what files of packed data begin with shrinks well, and says nothing of the rest."""
    start = max(0, (len(first) - _TRIED) // 2)
    sample = first[start : start + _TRIED]
    return len(zlib.compress(sample, LEVEL)) < len(sample) * _WORTH


class _Entry:
    def __init__(
        self, archive: Archive, archive_file: zipfile.ZipFile, info: zipfile.ZipInfo, *, force_zip64: bool
    ) -> None:
        self._archive = archive
        self._file = archive_file.open(info, "w", force_zip64=force_zip64)

    async def __aenter__(self) -> Callable[[bytes], Awaitable[None]]:
        return self._write

    async def _write(self, piece: bytes) -> None:
        if len(piece) <= _SMALL:
            self._file.write(piece)
        else:
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
