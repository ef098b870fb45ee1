"""Lists of things this server does not keep, truthfully empty: page tools look at them before they touch a page.

The tables below are the whole of it; docs/guides/neighbours.md is made from them. Everything else of these resources is not found.
Source: supporting-resources.md §12, endpoints-clients-use.md §2.
"""

from typing import Any, Final

from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.errors import NotFound
from quadrangle.kernel.params import Params, words
from quadrangle.wire.canvas.ids import course_for

routes = Routes("canvas", "Kept elsewhere")

# What each list would hold, by its path below a course and below /api/v1.
IN_A_COURSE: Final = {
    "assignments": "assignments",
    "assignment_groups": "groups of assignments",
    "discussion_topics": "discussions and announcements",
    "quizzes": "quizzes",
    "quizzes/:quiz_id/questions": "questions of a quiz",
}
OF_A_USER: Final = {
    "users/self/todo": "things to do",
    "users/self/upcoming_events": "events and assignments to come",
    "users/self/activity_stream": "what happened lately",
    "users/self/activity_stream/summary": "what happened lately, counted",
    "users/self/favorites/courses": "favourite courses",
    "dashboard/dashboard_cards": "cards of the dashboard",
    "planner/items": "items of the planner",
}


class Announcements(Params):
    """Where to look for announcements."""

    context_codes: tuple[str, ...] = words("Courses as `course_<id>`.")


async def _empty(call: Call) -> Reply:
    return Reply(200, call.paged([]))


def _of_course(what: str) -> Any:
    async def answer(call: Call) -> Reply:
        standing = await course_for(call, call.path["course_id"])
        if not standing.reads:
            standing.refuse()
        return await _empty(call)

    answer.__doc__ = f"List the {what} of a course: always empty here."
    return answer


def _of_user(what: str) -> Any:
    async def answer(call: Call) -> Reply:
        return await _empty(call)

    answer.__doc__ = f"List the {what} of the caller: always empty here."
    return answer


for path, what in IN_A_COURSE.items():
    routes.get(f"/api/v1/courses/:course_id/{path}", public=True, gives=list[dict[str, Any]], paged=True)(
        _of_course(what)
    )
for path, what in OF_A_USER.items():
    routes.get(f"/api/v1/{path}", gives=list[dict[str, Any]], paged=True)(_of_user(what))


@routes.get("/api/v1/announcements", gives=list[dict[str, Any]], paged=True)
async def list_announcements(call: Call, asked: Asked[Announcements]) -> Reply:
    """List the announcements of courses: always empty here."""
    for code in asked.read().context_codes:
        kind, _, reference = code.partition("_")
        if kind != "course":
            raise NotFound
        standing = await course_for(call, reference)
        if not standing.reads:
            standing.refuse()
    return await _empty(call)
