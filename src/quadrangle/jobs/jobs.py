"""What the queue itself has to do now and then."""

from datetime import timedelta
from typing import Final

from quadrangle.jobs.model import ABORTED, DONE, FAILED, Kind
from quadrangle.jobs.queue import forget_ended
from quadrangle.jobs.running import Running

DONE_KEPT_FOR: Final = timedelta(days=2)
OTHERS_KEPT_FOR: Final = timedelta(days=60)


async def _forget_old_jobs(running: Running) -> None:
    async with running.last_change() as uow:
        await forget_ended(uow, DONE, uow.now - DONE_KEPT_FOR)
        for state in (FAILED, ABORTED):
            await forget_ended(uow, state, uow.now - OTHERS_KEPT_FOR)


FORGET_OLD_JOBS: Final = Kind("forget_old_jobs", _forget_old_jobs, every=timedelta(hours=6))
