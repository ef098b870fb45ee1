"""The courses of an account and of those below it: the search behind the administrators' list (accounts.md §7)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    not_,
    null,
    or_,
    select,
    union_all,
)

from quadrangle.accounts import account_courses, account_lineage, accounts, enrollment_terms
from quadrangle.courses.listing import NOT_TAKING_PART, Home, Inherited
from quadrangle.courses.store import COURSE_COLUMNS, FACT_COLUMNS, CourseWithFacts
from quadrangle.courses.tables import course_sections, courses, enrollments
from quadrangle.db import Dynamic, UnitOfWork, any_of, collect
from quadrangle.db.schema import BigId, UtcTime
from quadrangle.db.statement import TextList
from quadrangle.kernel.paging import Window
from quadrangle.kernel.text import contains, fold, like
from quadrangle.people import users

COURSE_STATES: Final = ("created", "claimed", "available", "completed", "deleted")
SORTS: Final = ("course_status", "course_name", "sis_course_id", "teacher", "account_name", "subaccount", "term")
_BY_STATUS: Final = ("available", "completed", "claimed", "created", "deleted")


class CourseSearch(msgspec.Struct, frozen=True, kw_only=True):
    """What narrows the list and how it is sorted; None and empty narrow nothing, but an empty `teachers` or `accounts` finds nothing.

    crosslisted: courses count that only a cross-listed section ties to the account. enrolled: whether somebody is enrolled at all, and
    enrolled_as, enrolled_states: as what, and in which states. ended: over by state or date. starts_before, ends_after: of course or
    term. term: what name, code, id and, with `by_sis`, SIS id are searched for; with `by_teacher` the names of teachers.
    """

    states: tuple[str, ...] = COURSE_STATES[:-1]
    crosslisted: bool = False
    enrolled: bool | None = None
    enrolled_as: tuple[str, ...] | None = None
    enrolled_states: tuple[str, ...] | None = None
    ended: bool | None = None
    blueprint: bool | None = None
    of_blueprint: bool | None = None
    public: bool | None = None
    homeroom: bool = False
    teachers: tuple[int, ...] | None = None
    accounts: tuple[int, ...] | None = None
    terms: tuple[int, ...] | None = None
    starts_before: datetime | None = None
    ends_after: datetime | None = None
    term: str | None = None
    by_sis: bool = False
    by_teacher: bool = False
    sort: str | None = None
    descending: bool = False


class _Shape(msgspec.Struct, frozen=True):
    """As much of a search as its statement depends on."""

    given: frozenset[str]
    flags: tuple[tuple[str, bool], ...]
    one_term: bool
    exact: bool
    sort: str | None
    descending: bool


_BOUND: Final = (
    "enrolled_as",
    "enrolled_states",
    "teachers",
    "accounts",
    "terms",
    "starts_before",
    "ends_after",
    "term",
)
_FLAGS: Final = (
    "crosslisted",
    "enrolled",
    "ended",
    "blueprint",
    "of_blueprint",
    "public",
    "homeroom",
    "by_sis",
    "by_teacher",
)


def _shape(search: CourseSearch) -> _Shape:
    flags = tuple((name, bool(getattr(search, name))) for name in _FLAGS if getattr(search, name) is not None)
    return _Shape(
        given=frozenset(name for name in _BOUND if getattr(search, name) is not None),
        flags=flags,
        one_term=search.terms is not None and len(search.terms) == 1,
        exact=_number(search) is not None,
        sort=search.sort,
        descending=search.descending,
    )


def _number(search: CourseSearch) -> int | None:
    """A term of digits is also an id."""
    term = search.term
    return (
        int(term)
        if term is not None and not search.by_teacher and term.isascii() and term.isdigit() and len(term) < 19
        else None
    )


def _id(name: str) -> BindParameter[Any]:
    return bindparam(name, type_=BigId)


def _at(name: str) -> BindParameter[Any]:
    return bindparam(name, type_=UtcTime)


# --- what narrows -----------------------------------------------------------------------------------------------------


def _tied_by_sections() -> Select[Any]:
    """Courses tied to the bound account by the first home of a cross-listed section. Index: ix_course_sections_nonxlist_course_id."""
    return (
        select(course_sections.c.course_id)
        .join(account_courses, account_courses.c.course_id == course_sections.c.nonxlist_course_id)
        .where(account_courses.c.account_id == _id("account_id"), course_sections.c.workflow_state != "deleted")
    )


def _enrolled(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Somebody is enrolled so. Index: ix_enrollments_course_id_type_…."""
    return exists(
        select(enrollments.c.id).where(enrollments.c.course_id == courses.c.id, *conditions).correlate(courses)
    )


_NOT_DELETED = enrollments.c.workflow_state != "deleted"
_TEACHES = enrollments.c.type == "TeacherEnrollment"
_END = func.coalesce(courses.c.conclude_at, enrollment_terms.c.end_at, type_=UtcTime)
# Over by state or by date; the course's own end comes before the term's, so that a later one keeps the course open.
_ENDED = or_(courses.c.workflow_state == "completed", and_(_END.is_not(None), _at("now") > _END))


def _switches(flag: dict[str, bool]) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if "enrolled" in flag:
        somebody = _enrolled(_NOT_DELETED)
        conditions.append(somebody if flag["enrolled"] else not_(somebody))
    if "ended" in flag:
        conditions.append(_ENDED if flag["ended"] else not_(_ENDED))
    if "blueprint" in flag:
        conditions.append(courses.c.is_blueprint.is_(flag["blueprint"]))
    if "of_blueprint" in flag:
        of_one = courses.c.blueprint_course_id
        conditions.append(of_one.is_not(None) if flag["of_blueprint"] else of_one.is_(None))
    if "public" in flag:
        public = courses.c.is_public.is_(True)
        conditions.append(
            public if flag["public"] else or_(courses.c.is_public.is_(None), courses.c.is_public.is_(False))
        )
    if flag["homeroom"]:
        conditions.append(courses.c.homeroom_course.is_(True))
    return conditions


def _lists(shape: _Shape) -> list[ColumnElement[bool]]:
    """Conditions with a list of values, each any of them. Indexes: ix_enrollments_course_id_type_…, ix_account_courses_…."""
    conditions: list[ColumnElement[bool]] = []
    if "enrolled_as" in shape.given:
        conditions.append(_enrolled(_NOT_DELETED, any_of(enrollments.c.type, "enrolled_as", of=TextList)))
    if "enrolled_states" in shape.given:
        conditions.append(_enrolled(any_of(enrollments.c.workflow_state, "enrolled_states", of=TextList)))
    if "teachers" in shape.given:
        conditions.append(_enrolled(_TEACHES, _NOT_DELETED, any_of(enrollments.c.user_id, "teachers")))
    if "accounts" in shape.given:
        within = account_courses.alias("within")
        conditions.append(
            exists(
                select(within.c.course_id)
                .where(within.c.course_id == courses.c.id, any_of(within.c.account_id, "accounts"))
                .correlate(courses)
            )
        )
    if "terms" in shape.given:
        conditions.append(enrollment_terms.c.workflow_state == "active")
        if not shape.one_term:
            conditions.append(any_of(courses.c.enrollment_term_id, "terms"))
    return conditions


def _dates(shape: _Shape) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if "starts_before" in shape.given:
        own, of_term = courses.c.start_at, enrollment_terms.c.start_at
        at = _at("starts_before")
        conditions.append(or_(and_(own.is_(None), of_term.is_(None)), own <= at, of_term <= at))
    if "ends_after" in shape.given:
        own, of_term = courses.c.conclude_at, enrollment_terms.c.end_at
        at = _at("ends_after")
        conditions.append(or_(and_(own.is_(None), of_term.is_(None)), own >= at, of_term >= at))
    return conditions


def _matches(shape: _Shape, flag: dict[str, bool]) -> ColumnElement[bool]:
    """The bound term is part of a teacher's name, or of the course's name, code or SIS id, or is its id."""
    term: BindParameter[Any] = bindparam("term")
    if flag["by_teacher"]:
        named = (
            select(enrollments.c.id)
            .join(users, users.c.id == enrollments.c.user_id)
            .where(
                enrollments.c.course_id == courses.c.id,
                _TEACHES,
                enrollments.c.workflow_state.not_in(NOT_TAKING_PART),
                contains(users.c.search_key, term),
            )
        )
        return exists(named.correlate(courses))
    ways = [contains(courses.c.name_folded, term), contains(courses.c.code_folded, term)]
    if flag["by_sis"]:
        ways.append(contains(courses.c.sis_folded, term))
    if shape.exact:
        ways.append(courses.c.id == _id("exact_id"))
    return or_(*ways)


# --- in which order ---------------------------------------------------------------------------------------------------

_home = accounts.alias("home")
_above = accounts.alias("above")


def _sort_key(sort: str) -> ColumnElement[Any]:
    """What a sort compares; texts by keys that know no case."""
    if sort == "course_name":
        return courses.c.name_key
    if sort == "sis_course_id":
        return courses.c.sis_folded
    if sort == "term":
        return enrollment_terms.c.name_folded
    if sort == "course_status":
        return case({state: at for at, state in enumerate(_BY_STATUS)}, value=courses.c.workflow_state)
    if sort == "teacher":
        names = (
            select(func.min(users.c.sortable_key))
            .join(enrollments, enrollments.c.user_id == users.c.id)
            .where(enrollments.c.course_id == courses.c.id, _TEACHES, _NOT_DELETED)
        )
        return names.correlate(courses).scalar_subquery()
    return _home.c.name_key


def _ordered(
    statement: Select[Any], key: ColumnElement[Any] | None, id_: ColumnElement[int], shape: _Shape
) -> Select[Any]:
    """By the key and then the id, both the same way; what has no key comes last upwards and first downwards."""
    if key is None:
        return statement.order_by(id_)
    if shape.descending:
        return statement.order_by(key.desc().nulls_first(), id_.desc())
    return statement.order_by(key.asc().nulls_last(), id_)


# --- the statements ---------------------------------------------------------------------------------------------------


def _found(shape: _Shape) -> Select[Any]:
    """Ids, with the sort key where there is one, of the courses that a search finds. They come by ix_account_courses_… in their order."""
    flag = dict(shape.flags)
    id_: ColumnElement[int] = account_courses.c.course_id
    if flag["crosslisted"]:
        # Two ways into the list: told apart only here, as few ask for both and the union has to be made whole.
        mine = select(account_courses.c.course_id).where(account_courses.c.account_id == _id("account_id"))
        listed = union_all(mine, _tied_by_sections()).subquery("listed")
        id_ = courses.c.id
        source = courses
        narrow: list[ColumnElement[bool]] = [courses.c.id.in_(select(listed.c.course_id))]
        if shape.one_term:
            narrow.append(courses.c.enrollment_term_id == _id("term_id"))
    else:
        source = account_courses.join(courses, courses.c.id == account_courses.c.course_id)  # type: ignore[assignment]
        narrow = [account_courses.c.account_id == _id("account_id")]
        if shape.one_term:
            narrow.append(account_courses.c.term_id == _id("term_id"))
    joined = source.join(enrollment_terms, enrollment_terms.c.id == courses.c.enrollment_term_id)
    if shape.sort in ("account_name", "subaccount"):
        joined = joined.join(_home, _home.c.id == courses.c.account_id)
    key = _sort_key(shape.sort) if shape.sort is not None else None
    conditions = [
        any_of(courses.c.workflow_state, "states", of=TextList),
        *_switches(flag),
        *_lists(shape),
        *_dates(shape),
    ]
    if "term" in shape.given:
        conditions.append(_matches(shape, flag))
    columns = [id_.label("id"), (null() if key is None else key).label("sort_key")]
    return _ordered(select(*columns).select_from(joined).where(*narrow, *conditions), key, id_, shape)


class CourseInAccount(CourseWithFacts, frozen=True):
    """A course of the list with what is needed to show it: the caller's standing, and the account it stands in."""

    home_name: str
    home_uuid: str
    home_parent_id: int | None
    home_root_id: int | None
    home_state: str
    home_sis_id: str | None
    home_chain: list[Inherited]

    @property
    def home(self) -> Home:
        return Home(
            id=self.account_id,
            name=self.home_name,
            uuid=self.home_uuid,
            parent_account_id=self.home_parent_id,
            root_account_id=self.home_root_id,
            workflow_state=self.home_state,
            sis_source_id=self.home_sis_id,
            chain=self.home_chain,
        )


def _page(shape: _Shape) -> Select[Any]:
    """One page of a search. The page is found first and dressed afterwards, so that no fact is gathered for a course left out of it."""
    page = _found(shape).limit(bindparam("limit")).offset(bindparam("offset")).subquery("page")
    chain = (
        select(account_lineage.c.distance, _above.c.default_time_zone, _above.c.default_storage_quota)
        .join(_above, _above.c.id == account_lineage.c.ancestor_id)
        .where(account_lineage.c.account_id == courses.c.account_id)
    )
    statement = (
        select(
            *COURSE_COLUMNS,
            *FACT_COLUMNS,
            _home.c.name.label("home_name"),
            _home.c.uuid.label("home_uuid"),
            _home.c.parent_account_id.label("home_parent_id"),
            _home.c.root_account_id.label("home_root_id"),
            _home.c.workflow_state.label("home_state"),
            _home.c.sis_source_id.label("home_sis_id"),
            collect(chain, Inherited).label("home_chain"),
        )
        .select_from(page.join(courses, courses.c.id == page.c.id))
        .join(enrollment_terms, enrollment_terms.c.id == courses.c.enrollment_term_id)
        .join(accounts, accounts.c.id == courses.c.root_account_id)
        .join(_home, _home.c.id == courses.c.account_id)
    )
    return _ordered(statement, None if shape.sort is None else page.c.sort_key, page.c.id, shape)


# A page of the courses of an account with all that is shown of each, and how many a search finds. Hot. Indexes: as said at each part.
_PAGE = Dynamic(_page, into=CourseInAccount, slow=True)
_COUNT = Dynamic(
    lambda shape: select(func.count()).select_from(_found(shape).order_by(None).subquery("found")), into=int, slow=True
)


def _values(search: CourseSearch, account_id: int, now: datetime) -> dict[str, Any]:
    values = {name: getattr(search, name) for name in _BOUND if getattr(search, name) is not None}
    if search.term is not None:
        values["term"] = like(fold(search.term))
    return values | {
        "account_id": account_id,
        "states": search.states,
        "term_id": search.terms[0] if search.terms else None,
        "exact_id": _number(search),
        "now": now,
    }


async def courses_of_account(
    uow: UnitOfWork, search: CourseSearch, *, account_id: int, user_id: int, window: Window
) -> list[CourseInAccount]:
    """One page (and one more) of what a search finds in an account, with the facts about `user_id`; one statement."""
    values = _values(search, account_id, uow.now)
    return await uow.all(_PAGE.at(_shape(search)), **values, user_id=user_id, limit=window.limit, offset=window.offset)


async def count_courses_of_account(uow: UnitOfWork, search: CourseSearch, *, account_id: int) -> int:
    """How many courses a search finds in an account."""
    return await uow.one(_COUNT.at(_shape(search)), **_values(search, account_id, uow.now)) or 0


def has_ended(course: CourseWithFacts, now: datetime) -> bool:
    """The rule of the search, of one course: over by state or by date."""
    end = course.conclude_at or course.term_end_at
    return course.workflow_state == "completed" or (end is not None and end < now)


def states_shown(wanted: Collection[str], published: bool | None) -> tuple[str, ...]:
    """The states a list shows. wanted: as asked for, none means all but deleted; published narrows what is left (accounts.md §7)."""
    states: Collection[str] = COURSE_STATES if "all" in wanted else wanted or COURSE_STATES[:-1]
    if published is None:
        return tuple(states)
    removed = [state for state in COURSE_STATES if (state != "available") is published]
    return tuple(state for state in states if state not in removed)
