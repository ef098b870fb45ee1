"""Everything asked of the database about progress."""

from sqlalchemy import bindparam, select, update

from quadrangle.db import Statement, UnitOfWork
from quadrangle.db.schema import UtcTime
from quadrangle.progress.model import FAILED, QUEUED, RUNNING, Progress
from quadrangle.progress.tables import progresses

# One progress by its id. Index: primary key.
_PROGRESS = Statement(
    select(*(progresses.c[name] for name in Progress.__struct_fields__)).where(progresses.c.id == bindparam("id")),
    into=Progress,
)

# End what is not over yet. Index: primary key.
CANCEL = Statement[None](
    update(progresses)
    .where(progresses.c.id == bindparam("which"), progresses.c.workflow_state.in_((QUEUED, RUNNING)))
    .values(workflow_state=FAILED, message=bindparam("says"), updated_at=bindparam("at", type_=UtcTime))
)


async def find_progress(uow: UnitOfWork, id: int) -> Progress | None:
    return await uow.one(_PROGRESS, id=id)
