"""What runs later for files."""

from datetime import timedelta
from typing import Final

from quadrangle.files.service import forget_stranded, let_go_of_old_bytes, old_bytes, remove_bytes
from quadrangle.jobs import Kind, Running

_BATCH: Final = 200


async def _clear_away(running: Running) -> None:
    """Give up uploads nobody finished, let go of what was deleted long ago, and remove bytes to which nothing refers."""
    await running.blobs.clear_left_behind(running.clock.now())
    async with running.change() as uow:
        await forget_stranded(uow)
        await let_go_of_old_bytes(uow)
    offset = 0
    while True:
        async with running.reading() as uow:
            unused, looked_at = await old_bytes(uow, limit=_BATCH, offset=offset)
        if not looked_at:
            return
        # What could go is gone from the list; what stays is passed over.
        went = 0
        for digest in unused:
            async with running.change() as uow:
                went += await remove_bytes(uow, running.blobs, digest)
        offset += looked_at - went


CLEAR_AWAY: Final = Kind("clear_away_files", _clear_away, every=timedelta(hours=1))
