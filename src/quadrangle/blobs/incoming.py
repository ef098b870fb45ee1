"""Bytes on their way in: written to a temporary file, counted and digested as they come."""

import asyncio
import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from quadrangle.blobs.problems import StorageUnavailable

PIECE: Final = 256 * 1024  # bytes that are written together


class Incoming:
    """A temporary file in `folder`, gone at the end of the block unless its bytes were moved to their place.

    Bytes are gathered and written by a thread, a quarter of a megabyte at a time. size: of what has come so far.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._digest = hashlib.sha256()
        self._waiting = bytearray()
        self._file: BinaryIO | None = None
        self.path: Path | None = None
        self.size = 0

    async def __aenter__(self) -> Self:
        try:
            await asyncio.to_thread(self._open)
        except OSError as error:
            raise StorageUnavailable from error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self._drop)

    def _open(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix="incoming-", dir=self._folder)
        self._file, self.path = os.fdopen(handle, "wb", buffering=0), Path(name)

    def _drop(self) -> None:
        if self._file is not None:
            self._file.close()
        if self.path is not None:
            with contextlib.suppress(FileNotFoundError):
                self.path.unlink()

    async def write(self, data: bytes | memoryview) -> None:
        """Raises StorageUnavailable when the disk is full."""
        self.size += len(data)
        self._waiting += data
        if len(self._waiting) >= PIECE:
            await self._flush()

    async def take(self, pieces: Iterator[bytes]) -> None:
        """All pieces of an iterator that blocks, by one visit of a thread. What it raises passes through; StorageUnavailable as for `write`."""
        await self._flush()
        await asyncio.to_thread(self._take, pieces)

    def _take(self, pieces: Iterator[bytes]) -> None:
        for piece in pieces:
            self.size += len(piece)
            try:
                self._put_down(piece)
            except OSError as error:
                raise StorageUnavailable from error

    async def _flush(self) -> None:
        piece, self._waiting = self._waiting, bytearray()
        if piece:
            try:
                await asyncio.to_thread(self._put_down, piece)
            except OSError as error:
                raise StorageUnavailable from error

    def _put_down(self, piece: bytes | bytearray) -> None:
        assert self._file is not None
        self._digest.update(piece)
        rest = memoryview(piece)
        while rest:
            rest = rest[self._file.write(rest) :]

    async def finish(self) -> str:
        """All has come: the SHA-256 of it, hexadecimal. The file is on the disk."""
        await self._flush()
        assert self._file is not None
        try:
            await asyncio.to_thread(os.fsync, self._file.fileno())
        except OSError as error:
            raise StorageUnavailable from error
        return self._digest.hexdigest()
