"""Courses of the Canvas family. Source: supporting-resources.md §3."""

from msgspec import Struct

from quadrangle.courses import Course
from quadrangle.http.call import Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.clock import zulu
from quadrangle.wire.canvas.ids import course_for
from quadrangle.wire.canvas.shapes import Time

routes = Routes("canvas", "Courses")


class CourseJson(Struct, frozen=True):
    """A course."""

    id: int
    name: str
    course_code: str
    created_at: Time


def course_json(course: Course) -> CourseJson:
    return CourseJson(course.id, course.name, course.course_code, zulu(course.created_at))


@routes.get("/api/v1/courses/:id", public=True, gives=CourseJson)
async def show_course(call: Call) -> Reply:
    """Show a course."""
    standing = await course_for(call, call.path["id"])
    if not standing.reads:
        standing.refuse()
    return Reply(200, course_json(standing.course))
