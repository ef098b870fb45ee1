"""Taking a package apart: each thing as it can be stored, its files stored already. Source: portfolio-package.md §6.3, §6.5."""

from contextlib import AsyncExitStack
from typing import Final, Self

from msgspec.structs import replace

from quadrangle.blobs import Blob, Incoming, store_all
from quadrangle.jobs import Running
from quadrangle.kernel.errors import Invalid
from quadrangle.packages import (
    Container,
    Damaged,
    EmbeddedFile,
    FileArtifact,
    Packed,
    PackedFile,
    pieces,
)
from quadrangle.packages.limits import Problems
from quadrangle.packages.model import LEArtifact
from quadrangle.transfers.landed import landed, landed_file

_TOGETHER: Final = 64  # files that are stored together


class Unpacking:
    """A context: what was taken out and not stored at its end is gone."""

    def __init__(self, running: Running, container: Container, problems: Problems) -> None:
        self._running = running
        self._container = container
        self._say = problems.add
        self._waiting: list[tuple[Blob, Incoming]] = []
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    async def take(self, packed: Packed) -> Packed | None:
        """A thing as it can be stored; None where it fails. Its files are stored with the next `store`, at the latest."""
        if isinstance(packed, EmbeddedFile):
            return await self._embedded(packed)
        try:
            item = landed(packed, lambda code, text: self._say(code, packed.key, text))
        except Invalid as invalid:
            self._say("invalid-item", packed.key, f"It cannot be stored: {_why(invalid)}.")
            return None
        if isinstance(item, FileArtifact):
            if item.file is None:
                self._say("attachment-missing", item.key, "Its file was not packed.")
                return None
            file = await self._stored(item.key, item.file)
            return None if file is None else replace(item, file=file)
        if isinstance(item, LEArtifact):
            file = None if item.file is None else await self._stored(item.key, item.file)
            more = [await self._embedded(one) for one in item.more_files]
            return replace(item, file=file, more_files=tuple(one for one in more if one is not None))
        return item

    async def _embedded(self, packed: EmbeddedFile) -> EmbeddedFile | None:
        embedded = landed_file(packed)
        if embedded.file is None:
            return None
        file = await self._stored(packed.key, embedded.file)
        return None if file is None else replace(embedded, file=file)

    async def _stored(self, key: str, file: PackedFile) -> PackedFile | None:
        """The file with what its bytes truly are."""
        incoming = await self._open.enter_async_context(self._running.blobs.incoming())
        try:
            await incoming.take(pieces(self._container, file))
        except Damaged as damaged:
            self._say("attachment-damaged", key, f"{damaged}.")
            return None
        blob = Blob(await incoming.finish(), incoming.size)
        self._waiting.append((blob, incoming))
        if len(self._waiting) >= _TOGETHER:
            await self.store()
        return replace(file, sha256=blob.digest, size=blob.size)

    async def store(self) -> None:
        """Store what has been taken out so far. Raises StorageUnavailable."""
        running = self._running
        await store_all(running.database, running.clock, running.blobs, self._waiting)
        self._waiting.clear()
        await self._open.aclose()


def _why(invalid: Invalid) -> str:
    return "; ".join(f"{one.attribute} {one.message}" for one in invalid.errors)
