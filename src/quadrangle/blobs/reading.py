"""A blob as a file that a thread reads, here and there: for what seeks, as an archive does, without fetching all of it."""

import asyncio
import io
from collections.abc import Callable
from typing import IO, TypeVar

from quadrangle.blobs.store import Blobs

T = TypeVar("T")

_AT_ONCE = 64 * 1024  # bytes that are fetched together


async def read_blob(store: Blobs, digest: str, size: int, read: Callable[[IO[bytes]], T]) -> T:
    """Run `read` in a thread, on the open blob. Raises StorageUnavailable."""
    loop = asyncio.get_running_loop()
    with io.BufferedReader(_Ranges(store, digest, size, loop), _AT_ONCE) as file:
        return await asyncio.to_thread(read, file)


class _Ranges(io.RawIOBase):
    def __init__(self, store: Blobs, digest: str, size: int, loop: asyncio.AbstractEventLoop) -> None:
        self._store = store
        self._digest = digest
        self._size = size
        self._loop = loop
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # as RawIOBase calls it
        end = min(self._at + len(buffer), self._size)
        data = asyncio.run_coroutine_threadsafe(self._range(self._at, end), self._loop).result()
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    async def _range(self, start: int, end: int) -> bytes:
        return b"".join([piece async for piece in self._store.stream(self._digest, start, end)])
