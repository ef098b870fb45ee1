"""Where bytes lie: a local folder or an S3-compatible store. Source: ARCHITECTURE §2 and §3."""

import asyncio
import contextlib
import os
import re
import tempfile
from collections.abc import AsyncIterator, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from quadrangle.blobs.incoming import Incoming
from quadrangle.blobs.problems import StorageProblem, StorageUnavailable

if TYPE_CHECKING:
    from obstore import GetOptions
    from obstore.store import ObjectStore

PIECE: Final = 256 * 1024  # bytes that are read together
LEFT_FOR: Final = timedelta(hours=1)  # after which what is on its way is given up
_DIGEST: Final = re.compile(r"[0-9a-f]{64}\Z")
_S3_PATIENCE: Final = "10s"


def open_blobs(url: str) -> "Blobs":
    """The storage an address names, `file://…` or `s3://bucket/prefix`. Raises StorageProblem for any other; nothing is contacted yet.

    S3: credentials, region and endpoint come from the environment under the names its own tools use (`AWS_ACCESS_KEY_ID`,
    `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT_URL`).
    """
    if url.startswith("file://"):
        return Blobs(url, Path(url.removeprefix("file://")).absolute())
    if re.match(r"s3://[a-z0-9][a-z0-9.\-]{1,61}[a-z0-9](/|\Z)", url):
        return Blobs(url, None)
    raise StorageProblem(f"{url} is no storage: give file:///path or s3://bucket.")


class Blobs:
    """The bytes of one campus. Blobs lie at `<first two digits>/<digest>`; what is on its way, in a folder beside them."""

    def __init__(self, url: str, folder: Path | None) -> None:
        self.url = url
        self._folder = folder
        self._store: ObjectStore | None = None
        self._incoming = folder / "incoming" if folder is not None else Path(tempfile.gettempdir()) / "quadrangle"

    def incoming(self) -> Incoming:
        """`async with blobs.incoming() as incoming:` …"""
        return Incoming(self._incoming)

    async def put(self, several: Iterable[tuple[str, Incoming]]) -> None:
        """Store what has come, each under its digest; as before if it is there. Raises StorageUnavailable."""
        waiting = [(digest, incoming.path) for digest, incoming in several if incoming.path is not None]
        try:
            if self._folder is not None:
                moves = [(path, self._folder / _place_of(digest)) for digest, path in waiting]
                await asyncio.to_thread(_move, moves)
            else:
                for digest, path in waiting:
                    await self._objects().put_async(_place_of(digest), path)
        except Exception as error:
            raise StorageUnavailable from error

    async def stream(self, digest: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """All bytes, or those from `start` up to `end` (not included), piece by piece. Raises StorageUnavailable before the first of them."""
        if end is not None and end <= start:
            return
        if self._folder is not None:
            async for piece in _read(self._folder / _place_of(digest), start, end):
                yield piece
            return
        options: GetOptions | None = {"range": (start, end)} if end is not None else None
        try:
            found = await self._objects().get_async(_place_of(digest), options=options)
        except Exception as error:
            raise StorageUnavailable from error
        async for piece in found.stream(min_chunk_size=PIECE):
            yield bytes(piece)

    async def clear_left_behind(self, now: datetime) -> None:
        """Remove temporary files of uploads that broke off with their process, an hour after they were last written to."""
        await asyncio.to_thread(_clear, self._incoming, (now - LEFT_FOR).timestamp())

    async def has(self, digest: str) -> bool:
        try:
            await self._objects().head_async(_place_of(digest))
        except FileNotFoundError:
            return False
        except Exception as error:
            raise StorageUnavailable from error
        return True

    async def remove(self, digest: str) -> None:
        """Once more removes nothing more. Raises StorageUnavailable."""
        try:
            await self._objects().delete_async(_place_of(digest))
        except FileNotFoundError:
            return
        except Exception as error:
            raise StorageUnavailable from error

    async def problem(self) -> str | None:
        """Why nothing can be stored, in plain words; None when all is well."""
        try:
            if self._folder is not None:
                await asyncio.to_thread(_probe, self._folder)
            else:
                await self._objects().head_async("quadrangle/probe")
        except FileNotFoundError:
            if self._folder is None:
                return None  # the store answered: there is no such object
            return f"{self._folder} does not exist."
        except OSError as error:
            return f"{self.url} cannot be written: {error.strerror or error}."
        except Exception as error:
            return f"{self.url} does not answer: {str(error).splitlines()[0][:200]}"
        return None

    def _objects(self) -> "ObjectStore":
        """Imported with the first blob: a server that holds no files starts without it."""
        if self._store is None:
            from obstore.store import LocalStore, S3Store

            if self._folder is not None:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._store = LocalStore(self._folder)
            else:
                bucket, _, prefix = self.url.removeprefix("s3://").partition("/")
                plain = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://")
                self._store = S3Store(
                    bucket,
                    prefix=prefix.strip("/") or None,
                    client_options={"allow_http": plain, "timeout": "120s", "connect_timeout": _S3_PATIENCE},
                    retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=20)},
                    virtual_hosted_style_request=not os.environ.get("AWS_ENDPOINT_URL"),
                )
        return self._store


async def _read(path: Path, start: int, end: int | None) -> AsyncIterator[bytes]:
    """A file in pieces; a small one is read, and closed, by one visit of a thread. Raises StorageUnavailable."""
    wanted = PIECE if end is None else min(PIECE, end - start)
    try:
        file, piece = await asyncio.to_thread(_begin, path, start, wanted)
    except OSError as error:
        raise StorageUnavailable from error
    with file:
        while piece:
            yield piece
            start += len(piece)
            if len(piece) < wanted or start == end:
                return
            wanted = PIECE if end is None else min(PIECE, end - start)
            try:
                piece = await asyncio.to_thread(file.read, wanted)
            except OSError as error:
                raise StorageUnavailable from error


def _begin(path: Path, start: int, wanted: int) -> tuple[BinaryIO, bytes]:
    file = path.open("rb")
    try:
        file.seek(start)
        return file, file.read(wanted)
    except BaseException:
        file.close()
        raise


def _place_of(digest: str) -> str:
    if not _DIGEST.match(digest):
        raise ValueError(f"{digest!r} is no digest")
    return f"{digest[:2]}/{digest}"


def _move(moves: Iterable[tuple[Path, Path]]) -> None:
    """Give files that are on the disk their names, and wait until those are on the disk, too: each folder once, however many they are."""
    folders: dict[Path, None] = {}
    for source, target in moves:
        target.parent.mkdir(parents=True, exist_ok=True)
        source.replace(target)
        folders |= {target.parent: None, target.parent.parent: None}
    for folder in folders:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _clear(folder: Path, before: float) -> None:
    for path in folder.glob("incoming-*"):
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < before:
                path.unlink()


def _probe(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as probe:
        probe.write(b"quadrangle")
