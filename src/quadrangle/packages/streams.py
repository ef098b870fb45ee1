"""From threads to those who await: what reading gives, some at a time."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Final, TypeVar, cast

from quadrangle.packages.container import Container
from quadrangle.packages.limits import Damaged
from quadrangle.packages.model import PackedFile

_T = TypeVar("_T")
_AT_ONCE: Final = 32


async def on_thread(values: Iterator[_T], at_once: int = _AT_ONCE) -> AsyncIterator[_T]:
    """Each value of an iterator that blocks; a thread of its own fetches `at_once` of them at a time. What the iterator raises comes
    out here, in its place.

    It is one thread from beginning to end: an XML parser that was fed by several in turns has killed the process.
    """
    thread = ThreadPoolExecutor(1, thread_name_prefix="packages")
    try:
        while together := await asyncio.get_running_loop().run_in_executor(thread, _some, values, at_once):
            for value, error in together:
                if error is not None:
                    raise error
                yield cast(_T, value)
    finally:
        if isinstance(values, Generator):
            thread.submit(values.close)
        thread.shutdown(wait=False)


def _some(values: Iterator[_T], number: int) -> list[tuple[_T | None, Exception | None]]:
    found: list[tuple[_T | None, Exception | None]] = []
    try:
        for value in islice(values, number):
            found.append((value, None))
    except Exception as error:
        found.append((None, error))
    return found


def pieces(container: Container, file: PackedFile) -> Iterator[bytes]:
    """The bytes of a packed file. Raises Damaged, after the last of them at the latest, if they are not what the package says of them (§6.3)."""
    digest = hashlib.sha256()
    size = 0
    for piece in container.pieces(container.others[file.member]):
        size += len(piece)
        digest.update(piece)
        yield piece
    if file.size is not None and size != file.size:
        raise Damaged(f"{file.member} has {size} bytes, not {file.size}")
    if file.sha256 and digest.hexdigest() != file.sha256:
        raise Damaged(f"{file.member} has another SHA-256")
