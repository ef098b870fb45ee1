"""What is done later, and letting go of what has been kept for long enough. Source: brightspace-eportfolio.md §5.2."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec
import structlog

from quadrangle.db import UnitOfWork
from quadrangle.jobs import Kind, Running, attempting
from quadrangle.portfolios import Keywords
from quadrangle.transfers import store
from quadrangle.transfers.model import ABORTED, OBJECT_FAILED, TRIES, WAITS_FOR, TransferOver, Trouble
from quadrangle.transfers.service import EXPORT_PACKAGE, IMPORT_PACKAGE, discard_package, let_go

if TYPE_CHECKING:
    from quadrangle.packages import Limits

_BATCH: Final = 50
_log = structlog.get_logger("quadrangle.transfers")


async def _export(running: Running) -> None:
    from quadrangle.transfers.exporting import Exporting  # lxml is large: not before it is needed

    again, transfer_id = running.job.attempt < TRIES, running.payload["transfer_id"]
    async with attempting("export", _log, over=TransferOver, again=again, transfer=transfer_id):
        await Exporting(running).run()


async def _given_up(uow: UnitOfWork, payload: dict[str, Any], why: str) -> None:
    await uow.run(
        store.END,
        transfer_id=int(payload["transfer_id"]),
        to=ABORTED,
        count_done=0,
        count_failed=0,
        told=msgspec.to_builtins([Trouble(OBJECT_FAILED, "", why)]),
        reported=None,
        package_id=None,
        now=uow.now,
    )


EXPORT_PACKAGES: Final = Kind(EXPORT_PACKAGE, _export, given_up=_given_up, tries=TRIES)


def import_packages(limits: Callable[[], "Limits"], words: Keywords) -> Kind:
    """limits: of a package, made when they are needed. words: what flags the portfolios that come."""

    async def run(running: Running) -> None:
        from quadrangle.transfers.importing import Importing

        again, transfer_id = running.job.attempt < TRIES, running.payload["transfer_id"]
        async with attempting("import", _log, over=TransferOver, again=again, transfer=transfer_id):
            await Importing(running, limits(), words).run()

    return Kind(IMPORT_PACKAGE, run, given_up=_given_up, tries=TRIES)


def forget_packages(*, package_kept_for: timedelta, kept_for: timedelta) -> Kind:
    """Packages that waited for a day to be looked into go, and what nobody began with in time is given up; others go a while after they were
    made, with their bytes; then what is known of them."""

    async def run(running: Running) -> None:
        while True:
            async with running.change() as uow:
                waited = await uow.all(store.OLD_ARRIVALS, before=uow.now - WAITS_FOR, limit=_BATCH)
                for transfer in waited:
                    await let_go(uow, transfer)
            if len(waited) < _BATCH:
                break
        async with running.change() as uow:
            await uow.run(store.EXPIRE, before=uow.now - WAITS_FOR, now=uow.now)
        while True:
            async with running.change() as uow:
                old = await uow.all(store.WITH_OLD_PACKAGES, before=uow.now - package_kept_for, limit=_BATCH)
                for transfer in old:
                    await discard_package(uow, transfer)
            if len(old) < _BATCH:
                break
        async with running.change() as uow:
            await uow.run(store.FORGET_ENDED, before=uow.now - max(kept_for, package_kept_for))

    return Kind("forget_packages", run, every=timedelta(hours=1))
