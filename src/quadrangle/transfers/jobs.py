"""What is done later, and letting go of what has been kept for long enough. Source: brightspace-eportfolio.md §5.2."""

from datetime import timedelta
from typing import Any, Final

import msgspec
import structlog

from quadrangle.db import UnitOfWork
from quadrangle.files import discard_file
from quadrangle.jobs import Kind, Running, attempting
from quadrangle.transfers import store
from quadrangle.transfers.model import ABORTED, OBJECT_FAILED, PACKAGE_KEPT_FOR, TRIES, WAITS_FOR, TransferOver, Trouble
from quadrangle.transfers.service import EXPORT_PACKAGE
from quadrangle.transfers.tables import transfers

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
        package_id=None,
        now=uow.now,
    )


EXPORT_PACKAGES: Final = Kind(EXPORT_PACKAGE, _export, given_up=_given_up, tries=TRIES)


async def _forget(running: Running) -> None:
    """What nobody began with in time is given up; packages go a week after they were made, with their bytes."""
    async with running.change() as uow:
        await uow.run(store.EXPIRE, before=uow.now - WAITS_FOR, now=uow.now)
    while True:
        async with running.change() as uow:
            old = await uow.all(store.WITH_OLD_PACKAGES, before=uow.now - PACKAGE_KEPT_FOR, limit=_BATCH)
            for transfer in old:
                await uow.update(transfers, {"id": transfer.id}, file_id=None)
                if transfer.file_id is not None:
                    await discard_file(uow, transfer.file_id)
        if len(old) < _BATCH:
            return


FORGET_PACKAGES: Final = Kind("forget_packages", _forget, every=timedelta(hours=1))
