"""What happens to a progress: it begins, moves, ends."""

from typing import Any

from quadrangle.db import UnitOfWork
from quadrangle.progress.model import COMPLETED, FAILED, QUEUED, RUNNING, Progress
from quadrangle.progress.store import CANCEL, find_progress
from quadrangle.progress.tables import progresses


async def begin_progress(
    uow: UnitOfWork, *, context_type: str, context_id: int, tag: str, user_id: int | None, state: str = RUNNING
) -> int:
    """Note that a change has begun; returns the id. tag: which change, such as "assign_unassigned_members"."""
    return await uow.insert(
        progresses,
        context_type=context_type,
        context_id=context_id,
        user_id=user_id,
        tag=tag,
        completion=0.0,
        workflow_state=state,
        created_at=uow.now,
        updated_at=uow.now,
    )


async def run_progress(uow: UnitOfWork, id: int) -> bool:
    """Note that a change that waited has begun; false for one that is over."""
    moved = await uow.update(
        progresses, {"id": id, "workflow_state": QUEUED}, workflow_state=RUNNING, updated_at=uow.now
    )
    return bool(moved) or (await _known(uow, id)).workflow_state == RUNNING


async def complete_progress(
    uow: UnitOfWork, id: int, *, message: str | None = None, results: dict[str, Any] | None = None
) -> Progress:
    return await _end(uow, id, COMPLETED, completion=100.0, message=message, results=results)


async def fail_progress(uow: UnitOfWork, id: int, *, message: str) -> Progress:
    return await _end(uow, id, FAILED, message=message)


async def cancel_progress(uow: UnitOfWork, id: int, *, message: str | None) -> Progress:
    """Fail a change that is not over; one that is stays as it is."""
    await uow.run(CANCEL, which=id, says=message, at=uow.now)
    return await _known(uow, id)


async def _end(uow: UnitOfWork, id: int, state: str, **values: Any) -> Progress:
    await uow.update(
        progresses, {"id": id, "workflow_state": RUNNING}, workflow_state=state, updated_at=uow.now, **values
    )
    return await _known(uow, id)


async def _known(uow: UnitOfWork, id: int) -> Progress:
    found = await find_progress(uow, id)
    assert found is not None
    return found
