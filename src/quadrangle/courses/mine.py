"""Which of a person's courses a list shows, and through which enrollments. Pure. Source: supporting-resources.md §3, List."""

from typing import Final

import msgspec

from quadrangle.courses.access import CourseStanding, Phase
from quadrangle.courses.model import STAFF_TYPES, EnrollmentFact

_INVITED: Final = frozenset({"invited", "creation_pending"})
_CURRENT: Final = frozenset({"active", "completed"}) | _INVITED


class CourseFilter(msgspec.Struct, frozen=True):
    """What narrows a list of somebody's courses. type: as in EnrollmentFact. states: as on the wire; empty is the default of the role."""

    type: str | None = None
    role: str | None = None
    role_id: int | None = None
    enrollment_state: str | None = None
    states: tuple[str, ...] = ()
    without_blueprints: bool = False


def states_of(standing: CourseStanding) -> frozenset[str]:
    """The states of a course on the wire; one that is over by its dates is `completed` too."""
    stored = standing.course.workflow_state
    state = "unpublished" if stored in ("created", "claimed") else stored
    return frozenset({state, "completed"} if standing.concluded and state != "deleted" else {state})


def shown_enrollments(standing: CourseStanding, wanted: CourseFilter) -> list[EnrollmentFact]:
    """The enrollments that put this course on the list; none: it is not on it."""
    if wanted.without_blueprints and standing.course.is_blueprint:
        return []
    return [one for one, phase in standing.phases if _counts(standing, one, phase, wanted)]


def _counts(standing: CourseStanding, one: EnrollmentFact, phase: Phase, wanted: CourseFilter) -> bool:
    if wanted.type is not None and one.type != wanted.type:
        return False
    if wanted.role is not None and one.role != wanted.role:
        return False
    if wanted.role_id is not None and one.role_id != wanted.role_id:
        return False
    return _in_state(standing, one, phase, wanted) and _course_in_state(standing, one, phase, wanted)


def _in_state(standing: CourseStanding, one: EnrollmentFact, phase: Phase, wanted: CourseFilter) -> bool:
    match wanted.enrollment_state:
        case None:
            return one.workflow_state in _CURRENT
        case "active":
            return phase is Phase.ACTIVE
        case "invited_or_pending":
            return one.workflow_state in _INVITED or phase is Phase.AHEAD
        case "completed":
            return phase is Phase.CONCLUDED
    return False


def _course_in_state(standing: CourseStanding, one: EnrollmentFact, phase: Phase, wanted: CourseFilter) -> bool:
    states = states_of(standing)
    if one.type in STAFF_TYPES:
        return not states.isdisjoint(wanted.states) if wanted.states else "deleted" not in states
    # To students and observers an unpublished or deleted course is not there, whatever they ask for.
    if not states.isdisjoint({"unpublished", "deleted"}):
        return False
    if phase is Phase.CONCLUDED:
        asked = wanted.enrollment_state == "completed" and not wanted.states
        return standing.reads_as_past and (asked or "completed" in wanted.states)
    return not states.isdisjoint(wanted.states or {"available"})
