"""Progress of the Canvas family. Source: supporting-resources.md §11."""

from typing import Any

from msgspec import UNSET, Struct

from quadrangle.accounts import rights_at
from quadrangle.courses import standing_in
from quadrangle.groups import READ, category_standing
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.clock import zulu
from quadrangle.kernel.errors import Forbidden, NotFound
from quadrangle.kernel.ids import Ref
from quadrangle.kernel.params import ABSENT, Absent, Params, text
from quadrangle.progress import Progress, cancel_progress, find_progress
from quadrangle.wire.canvas.ids import number_for
from quadrangle.wire.canvas.shapes import Maybe, Time

routes = Routes("canvas", "Progress")


class ProgressJson(Struct, frozen=True):
    """How far a change has come; `results` only once it is over, and when there are any."""

    id: int
    context_id: int
    context_type: str
    user_id: int | None
    tag: str
    completion: float | None
    workflow_state: str
    created_at: Time
    updated_at: Time
    message: str | None
    url: str
    results: dict[str, Any] | Maybe = UNSET


def progress_json(call: Call, progress: Progress) -> ProgressJson:
    return ProgressJson(
        id=progress.id,
        context_id=progress.context_id,
        context_type=progress.context_type,
        user_id=progress.user_id,
        tag=progress.tag,
        completion=progress.completion,
        workflow_state=progress.workflow_state,
        created_at=zulu(progress.created_at),
        updated_at=zulu(progress.updated_at),
        message=progress.message,
        url=f"{call.base_url}/api/v1/progress/{progress.id}",
        results=progress.results if progress.over and progress.results is not None else UNSET,
    )


async def _readable(call: Call) -> Progress:
    """The progress of the path; Forbidden without `read` on its context."""
    progress = await find_progress(call.uow, number_for(call.path["id"]))
    if progress is None:
        raise NotFound
    if progress.user_id != call.user().user_id:
        await _require_context(call, progress)
    return progress


async def _require_context(call: Call, progress: Progress) -> None:
    user_id, ref = call.user().user_id, Ref("id", str(progress.context_id))
    reads = False
    match progress.context_type:
        case "GroupCategory":
            category = await category_standing(call.uow, ref, user_id)
            if category is not None:
                category.require(READ)
                reads = True
        case "Course":
            course = await standing_in(call.uow, ref, user_id)
            reads = course is not None and course.reads
        case "Account":
            reads = (await rights_at(call.uow, user_id, progress.context_id)).is_admin
        case "User":
            reads = progress.context_id == user_id
    if not reads:
        raise Forbidden


@routes.get("/api/v1/progress/:id", gives=ProgressJson)
async def show_progress(call: Call) -> Reply:
    """Show how far a change has come."""
    return Reply(200, progress_json(call, await _readable(call)))


class Cancelling(Params):
    message: str | None | Absent = text("Why")


@routes.post("/api/v1/progress/:id/cancel", gives=ProgressJson)
async def cancel(call: Call, asked: Asked[Cancelling]) -> Reply:
    """Cancel a change that is not over; one that is stays as it is."""
    progress = await _readable(call)
    says = asked.read().message
    return Reply(
        200, progress_json(call, await cancel_progress(call.uow, progress.id, message=None if says is ABSENT else says))
    )
