"""The courses of the caller. Source: brightspace-eportfolio.md §1.4, §3.1; endpoints-clients-use.md §2.

A course is an org unit of the type Course Offering; there are no others.
"""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

import msgspec

from quadrangle.accounts import LABELS
from quadrangle.courses import (
    COURSES_OF_USER,
    CourseFilter,
    CourseStanding,
    EnrollmentFact,
    shown_enrollments,
    window_of,
)
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.kernel.errors import Malformed
from quadrangle.kernel.params import Absent, text
from quadrangle.kernel.text import sort_key
from quadrangle.wire.brightspace.asking import Page, is_true
from quadrangle.wire.brightspace.routing import brightspace
from quadrangle.wire.brightspace.shapes import PagingInfo, UtcDateTime, utc_or_none

routes = brightspace("enrollments")

COURSE_OFFERING: Final = 3
# All that somebody may know of, whether or not it is open to them at present.
_WHATEVER: Final = CourseFilter(states=("unpublished", "available", "completed"))
# Where somebody is several things in a course, the first of these names them.
_RANK: Final = ("TeacherEnrollment", "TaEnrollment", "DesignerEnrollment", "StudentEnrollment", "ObserverEnrollment")
_BOOKMARK: Final = re.compile(r"([0-9]{1,19})(?:-((?:[0-9a-f]{2})+))?")


class OrgUnitType(msgspec.Struct, frozen=True, rename="pascal"):
    id: int = COURSE_OFFERING
    code: str = "Course Offering"
    name: str = "Course Offering"


class OrgUnit(msgspec.Struct, frozen=True, rename="pascal"):
    id: int
    type: OrgUnitType
    name: str
    code: str
    home_url: str | None = None
    image_url: str | None = None


class Access(msgspec.Struct, frozen=True):
    """IsActive: published, and not over. CanAccess: the caller may open it now. Dates are those that count for the caller."""

    is_active: bool = msgspec.field(name="IsActive")
    start_date: UtcDateTime | None = msgspec.field(name="StartDate")
    end_date: UtcDateTime | None = msgspec.field(name="EndDate")
    can_access: bool = msgspec.field(name="CanAccess")
    classlist_role_name: str = msgspec.field(name="ClasslistRoleName")
    lis_roles: list[str] = msgspec.field(name="LISRoles")
    last_accessed: UtcDateTime | None = msgspec.field(name="LastAccessed")


class MyOrgUnit(msgspec.Struct, frozen=True, rename="pascal"):
    org_unit: OrgUnit
    access: Access
    pin_date: UtcDateTime | None = None


class MyOrgUnitPage(msgspec.Struct, frozen=True, rename="pascal"):
    paging_info: PagingInfo
    items: list[MyOrgUnit]


# What a list can be sorted by, as texts; without dates, without having been there: before all others.
_KEYS: Final[dict[str, Callable[[MyOrgUnit], str]]] = {
    "orgunitname": lambda one: sort_key(one.org_unit.name),
    "orgunitcode": lambda one: sort_key(one.org_unit.code),
    "startdate": lambda one: one.access.start_date or "",
    "enddate": lambda one: one.access.end_date or "",
    "lastaccessed": lambda one: one.access.last_accessed or "",
}


class MyEnrollments(Page):
    """Which of the caller's courses are asked for, and in which order."""

    org_unit_type_id: str | None | Absent = text(
        "Only org units of these types, comma separated; 3 is that of courses.", key="orgUnitTypeId"
    )
    is_active: str | None | Absent = text("Only courses that are, or are not, published and not over.", key="isActive")
    can_access: str | None | Absent = text("Only courses that the caller may, or may not, open.", key="canAccess")
    sort_by: str | None | Absent = text(
        "`OrgUnitName`, `OrgUnitCode`, `StartDate`, `EndDate` or `LastAccessed`, with `-` in front the other way round; else by id.",
        key="sortBy",
    )

    def wants(self, one: MyOrgUnit) -> bool:
        return (
            (not self.org_unit_type_id or str(COURSE_OFFERING) in _listed(self.org_unit_type_id))
            and (not self.is_active or one.access.is_active == is_true(self.is_active))
            and (not self.can_access or one.access.can_access == is_true(self.can_access))
        )

    @property
    def descending(self) -> bool:
        return (self.sort_by or "").startswith("-")

    def place(self, one: MyOrgUnit) -> tuple[str, int]:
        """Where a course stands in the order that is asked for; what cannot be sorted by sorts nothing."""
        key = _KEYS.get((self.sort_by or "").removeprefix("-").strip().lower())
        return "" if key is None else key(one), one.org_unit.id

    @property
    def behind(self) -> tuple[str, int] | None:
        """The place that the page before ended with. Raises Malformed for what no page did."""
        if not self.bookmark:
            return None
        found = _BOOKMARK.fullmatch(self.bookmark)
        try:
            return bytes.fromhex(found[2] or "").decode(), int(found[1])  # type: ignore[index]
        except (TypeError, UnicodeDecodeError):
            raise Malformed("The bookmark is none of this list.") from None


@routes.get("/d2l/api/lp/:version/enrollments/myenrollments", gives=MyOrgUnitPage)
async def list_my_enrollments(call: Call, asked: Asked[MyEnrollments]) -> Reply:
    """The courses of the caller; all in memory, as nobody takes thousands of courses."""
    wanted = asked.read()
    size, behind = wanted.size, wanted.behind
    user_id: int = call.user().user_id
    known = (
        _of(CourseStanding(row, user_id, call.now)) for row in await call.uow.all(COURSES_OF_USER, user_id=user_id)
    )
    found = [one for one in known if one is not None and wanted.wants(one)]
    found.sort(key=wanted.place, reverse=wanted.descending)
    if behind is not None:
        found = [
            one for one in found if (wanted.place(one) < behind if wanted.descending else wanted.place(one) > behind)
        ]
    shown, more = found[:size], len(found) > size
    return Reply(200, MyOrgUnitPage(PagingInfo(_mark(*wanted.place(shown[-1])) if more else "", more), shown))


def _mark(key: str, id: int) -> str:
    """An order by id alone is walked by id; otherwise the key goes along, so that a course that has gone meanwhile is not missed."""
    return f"{id}-{key.encode().hex()}" if key else str(id)


def _listed(sent: str) -> list[str]:
    return [one.strip() for one in sent.split(",")]


def _of(standing: CourseStanding) -> MyOrgUnit | None:
    """None: a course that is not there for them."""
    course = standing.course
    enrolled = shown_enrollments(standing, _WHATEVER)
    if not enrolled:
        return None
    leading = min(enrolled, key=_rank)
    start, end = window_of(course, leading)
    access = Access(
        is_active=course.published and not standing.concluded,
        start_date=utc_or_none(start),
        end_date=utc_or_none(end),
        can_access=standing.reads,
        classlist_role_name=LABELS.get(leading.role, leading.role),
        lis_roles=[],
        last_accessed=utc_or_none(_latest(one.last_activity_at for one in enrolled)),
    )
    return MyOrgUnit(OrgUnit(course.id, OrgUnitType(), course.name, course.course_code), access)


def _rank(one: EnrollmentFact) -> tuple[int, int]:
    return _RANK.index(one.type) if one.type in _RANK else len(_RANK), one.id


def _latest(moments: Iterable[datetime | None]) -> datetime | None:
    return max((one for one in moments if one is not None), default=None)
