"""A campus at work for the length of one command: transfers are queued as anybody's are, and done by a worker in this process."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from quadrangle import portfolios, transfers
from quadrangle.blobs import Blob, Blobs, open_blobs, store_bytes
from quadrangle.campus import FIRST_USER_ID
from quadrangle.commands.common import opened
from quadrangle.db import Database, UnitOfWork, migrate, reading, writing
from quadrangle.files import find_file
from quadrangle.jobs import Worker
from quadrangle.kernel.access import Granted
from quadrangle.kernel.clock import SystemClock
from quadrangle.kernel.ids import LARGEST_ID, Ref, parse_ref
from quadrangle.logs import configure_logs
from quadrangle.people import DELETED, User, find_user
from quadrangle.portfolios import Standing, keywords
from quadrangle.settings import Settings
from quadrangle.transfers import Bounds, ExportWish, Transfer
from quadrangle.work import all_kinds

if TYPE_CHECKING:
    from quadrangle.packages import Container

PIECE: Final = 1024 * 1024  # bytes
# Whoever runs the server waits for nobody's turn.
BOUNDS: Final = Bounds(of_one=LARGEST_ID, of_all=LARGEST_ID)
_KINDS: Final = frozenset({transfers.EXPORT_PACKAGE, transfers.IMPORT_PACKAGE})
_REFERENCES: Final = frozenset({"sis_user_id", "sis_login_id", "sis_integration_id"})
_SOONEST: Final = 0.005  # seconds between two looks at a transfer; they grow with the time it takes
_LATEST: Final = 0.2

Tell = Callable[[int, int | None], None]


class AtWork:
    """What commands that move portfolios ask of a campus."""

    def __init__(self, settings: Settings, database: Database, blobs: Blobs, worker: str) -> None:
        """worker: its name in the table of jobs."""
        self.settings = settings
        self.database = database
        self.blobs = blobs
        self.clock = SystemClock()
        self.worker = worker

    def reading(self) -> Any:
        return reading(self.database, self.clock)

    def writing(self) -> Any:
        return writing(self.database, self.clock)

    # --- out

    async def start_export(self, user_id: int, dialect: str) -> int:
        """Raises NotFound for nobody, NothingToExport, Forbidden where ePortfolios are switched off."""
        async with self.writing() as uow:
            return await transfers.start_export(
                uow,
                await _before_themselves(uow, user_id),
                ExportWish(dialect=dialect),
                base_url=self.settings.base_url,
                zone=self.settings.brightspace_time_zone,
                bounds=BOUNDS,
            )

    async def hand_over(self, transfer: Transfer, target: Path) -> int:
        """Put the package of a transfer there, whole or not at all; its size. Raises OSError, StorageUnavailable."""
        assert transfer.file_id is not None
        async with self.reading() as uow:
            file = await find_file(uow, transfer.file_id)
        assert file is not None
        assert file.digest is not None
        half = half_of(target)
        try:
            with half.open("wb") as out:
                async for piece in self.blobs.stream(file.digest):
                    await asyncio.to_thread(out.write, piece)
                await asyncio.to_thread(_settle, out, half, target)
        except BaseException:
            half.unlink(missing_ok=True)
            raise
        return file.size

    async def discard(self, transfer: Transfer) -> None:
        """The package was handed over: it need not lie in the storage for a week."""
        async with self.writing() as uow:
            await transfers.discard_package(uow, transfer)

    # --- in

    async def judged(self, path: Path) -> "Container":
        """Raises Refused (portfolio-package.md §6.1), OSError."""
        from quadrangle.bounds import package_limits
        from quadrangle.packages import open_container

        return await asyncio.to_thread(open_container, path, package_limits(self.settings))

    async def start_import(self, user_id: int, path: Path, tell: Tell) -> int:
        """Raises OSError, NotFound for nobody, Forbidden where ePortfolios are switched off. tell: of the bytes that are taken in."""
        blob = await self._stored(path, tell)
        async with self.writing() as uow:
            return await transfers.start_import(
                uow,
                await _before_themselves(uow, user_id),
                blob,
                creator_id=FIRST_USER_ID,
                name=path.name[:255],
                base_url=self.settings.base_url,
                bounds=BOUNDS,
            )

    async def _stored(self, path: Path, tell: Tell) -> Blob:
        with path.open("rb") as file:
            total = os.fstat(file.fileno()).st_size
            async with self.blobs.incoming() as incoming:
                while piece := await asyncio.to_thread(file.read, PIECE):
                    await incoming.write(piece)
                    tell(incoming.size, total)
                return await store_bytes(self.database, self.clock, self.blobs, incoming)

    # --- both

    async def find(self, kind: str, transfer_id: int, owner_id: int) -> Transfer:
        """Raises NotFound."""
        async with self.reading() as uow:
            return await transfers.find_transfer(uow, kind, transfer_id, owner_id)

    async def followed(self, kind: str, transfer_id: int, owner_id: int, tell: Tell) -> Transfer:
        """A transfer at its end, whoever does it."""
        pause = _SOONEST
        while not (found := await self.find(kind, transfer_id, owner_id)).over:
            if found.total is not None:
                tell(found.done, found.total)
            await asyncio.sleep(pause)
            pause = min(pause * 1.2, _LATEST)
        return found


@asynccontextmanager
async def at_work(settings: Settings, jobs: int) -> AsyncIterator[AtWork]:
    """jobs: how many transfers are done at once."""
    configure_logs(settings.log)
    await asyncio.to_thread(migrate.upgrade, settings.database_url)
    async with opened(settings) as database:
        blobs = open_blobs(settings.storage_url)
        kinds = [one for one in all_kinds(settings) if one.name in _KINDS]
        worker = Worker(database, blobs, SystemClock(), kinds, concurrency=jobs)
        await worker.start()
        try:
            yield AtWork(settings, database, blobs, worker.name)
        finally:
            await worker.stop()


async def _before_themselves(uow: UnitOfWork, user_id: int) -> Granted[Standing]:
    standing = await portfolios.standing_to(uow, user_id, user_id, keywords((), ()))
    return portfolios.allow(standing, portfolios.LIST)


async def find_named(uow: UnitOfWork, name: str) -> User | None:
    """Whom an operator means: by digits an id, by a prefix what follows it, by anything else a login. Nobody who was deleted."""
    ref = parse_ref(name, kinds=_REFERENCES) or Ref("sis_login_id", name.strip())
    found = await find_user(uow, ref)
    return None if found is None or found.workflow_state == DELETED else found


def name_for(user: User, login: str | None) -> str:
    """How `find_named` finds them again, here and on a campus whose people have the same logins."""
    if login is None:
        return str(user.id)
    plain = parse_ref(login, kinds=_REFERENCES) is None and login == login.strip()
    return login if plain else f"sis_login_id:{login}"


def half_of(target: Path) -> Path:
    """What a file is called until it is whole."""
    return target.with_name(f".{target.name}.part")


def _settle(out: Any, half: Path, target: Path) -> None:
    out.flush()
    os.fsync(out.fileno())
    half.replace(target)
    settle_folder(target.parent)


def settle_folder(folder: Path) -> None:
    """The names in a folder are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
