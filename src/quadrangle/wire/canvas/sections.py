"""Sections of the Canvas family. Source: supporting-resources.md §4."""

from datetime import datetime
from typing import Any, Final

from msgspec import UNSET, Struct
from msgspec.structs import replace

from quadrangle.courses import (
    ENROLLMENTS_OF_PEOPLE,
    SECTIONS_OF_COURSE,
    STUDENTS_OF_SECTIONS,
    CourseStanding,
    NotCrossListed,
    SectionHasEnrollments,
    SectionInFull,
    change_section,
    create_section,
    cross_list,
    delete_section,
    find_section,
    sis_id_taken,
    take_back,
)
from quadrangle.db import IntegrityViolation
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.clock import zulu, zulu_or_none
from quadrangle.kernel.errors import FieldError, Invalid, NotFound
from quadrangle.kernel.ids import parse_ref
from quadrangle.kernel.paging import cut
from quadrangle.kernel.params import Absent, Params, flag, moment, parse_time, text, words
from quadrangle.kernel.text import fold, like
from quadrangle.people import people_by_id
from quadrangle.wire.canvas.enrollment_json import EnrollmentJson, enrollment_json, sight_of
from quadrangle.wire.canvas.errors import message, refuse
from quadrangle.wire.canvas.ids import course_for
from quadrangle.wire.canvas.search import term_of
from quadrangle.wire.canvas.shapes import Maybe, Time
from quadrangle.wire.canvas.users import UserJson, include_of, person_json, sees_of

routes = Routes("canvas", "Sections")

SECTION_KINDS: Final = frozenset({"sis_section_id", "sis_integration_id"})


class SectionPermissions(Struct, frozen=True):
    manage_calendar: bool


class SectionJson(Struct, frozen=True):
    """A section."""

    id: int
    course_id: int
    name: str
    start_at: Time | None
    end_at: Time | None
    created_at: Time
    restrict_enrollments_to_section_dates: bool
    nonxlist_course_id: int | None
    sis_section_id: str | None | Maybe = UNSET
    sis_course_id: str | None | Maybe = UNSET
    integration_id: str | None | Maybe = UNSET
    sis_import_id: int | None | Maybe = UNSET
    students: list[UserJson] | None | Maybe = UNSET
    total_students: int | Maybe = UNSET
    passback_status: str | None | Maybe = UNSET
    permissions: SectionPermissions | Maybe = UNSET


def section_json(section: SectionInFull, standing: CourseStanding) -> SectionJson:
    sis = standing.may("read_sis") or standing.may("manage_sis")
    return SectionJson(
        id=section.id,
        course_id=section.course_id,
        name=section.name,
        start_at=zulu_or_none(section.start_at),
        end_at=zulu_or_none(section.end_at),
        created_at=zulu(section.created_at),
        restrict_enrollments_to_section_dates=section.restrict_enrollments_to_section_dates,
        nonxlist_course_id=section.nonxlist_course_id,
        sis_section_id=section.sis_source_id if sis else UNSET,
        sis_course_id=section.sis_course_id if sis else UNSET,
        integration_id=section.integration_id if sis else UNSET,
        sis_import_id=section.sis_batch_id if standing.may("manage_sis") else UNSET,
    )


async def section_for(call: Call, text_: str) -> SectionInFull:
    """The active section a reference names, or NotFound."""
    ref = parse_ref(text_, kinds=SECTION_KINDS)
    section = None if ref is None else await find_section(call.uow, ref)
    if section is None:
        raise NotFound
    return section


async def section_and_course(call: Call, text_: str) -> tuple[SectionInFull, CourseStanding]:
    """The section, and the caller's standing in its course."""
    section = await section_for(call, text_)
    return section, await course_for(call, str(section.course_id))


# --- reading ----------------------------------------------------------------------------------------------------------


class SectionInclude(Params):
    include: tuple[str, ...] = words(
        "What to add; the second, third and `email` go with `students`.",
        choices=("students", "avatar_url", "enrollments", "email", "total_students", "passback_status", "permissions"),
    )


class SectionList(SectionInclude):
    search_term: str | None | Absent = text("Part of the name, at least 2 characters.")


@routes.get("/api/v1/courses/:course_id/sections", gives=list[SectionJson], paged=True)
async def list_sections(call: Call, asked: Asked[SectionList]) -> Reply:
    """List the sections of a course."""
    standing = await course_for(call, call.path["course_id"])
    if not standing.reads:
        standing.refuse()
    wanted = asked.read()
    term = term_of(wanted.search_term, least=2)
    window = call.window()
    own = own_section_ids(standing)
    rows = await call.uow.all(
        SECTIONS_OF_COURSE.at((term is not None, own is not None)),
        course_id=standing.course.id,
        term=None if term is None else like(fold(term)),
        ids=own or [],
        limit=window.limit,
        offset=window.offset,
    )
    part = cut(rows, window, total=rows[0].total if rows else None)
    return Reply(200, part.map(await _shown(call, standing, list(part.items), wanted.include)))


def own_section_ids(standing: CourseStanding) -> list[int] | None:
    """The sections to which the caller's view of the course is limited; None when it is not."""
    if standing.is_admin or not standing.active or not all(one.limited_to_section for one in standing.active):
        return None
    return sorted({one.section_id for one in standing.active})


async def _shown(
    call: Call, standing: CourseStanding, sections: list[Any], include: tuple[str, ...]
) -> list[SectionJson]:
    """Sections with what `include` wants; three statements more at most, however many sections there are."""
    shown = [section_json(section, standing) for section in sections]
    if "passback_status" in include:
        shown = [replace(one, passback_status=None) for one in shown]
    if "permissions" in include:
        may = SectionPermissions(manage_calendar=standing.may("manage_calendar"))
        shown = [replace(one, permissions=may) for one in shown]
    if not {"students", "total_students"} & set(include):
        return shown
    rows = await call.uow.all(STUDENTS_OF_SECTIONS, ids=[one.id for one in shown])
    studying: dict[int, list[int]] = {}
    for row in rows:
        studying.setdefault(row.section_id, []).append(row.user_id)
    if "total_students" in include:
        shown = [replace(one, total_students=len(studying.get(one.id, ()))) for one in shown]
    if "students" in include and standing.may("read_roster"):
        people = await _students(call, standing, {row.user_id for row in rows}, include)
        shown = [replace(one, students=[people[id] for id in studying.get(one.id, ())] or None) for one in shown]
    return shown


async def _students(
    call: Call, standing: CourseStanding, ids: set[int], include: tuple[str, ...]
) -> dict[int, UserJson]:
    sees = sees_of(standing)
    found = await people_by_id(call.uow, ids)
    wanted = include_of(include, "avatar_url", "email")
    shown = {id: person_json(call, person, sees, wanted) for id, person in found.items()}
    if "enrollments" in include and ids:
        sight = sight_of(standing, call.user().user_id)
        enrolled: dict[int, list[EnrollmentJson]] = {id: [] for id in ids}
        rows = await call.uow.all(
            ENROLLMENTS_OF_PEOPLE,
            course_id=standing.course.id,
            user_ids=sorted(ids),
            states=["active", "invited", "creation_pending"],
        )
        for row in rows:
            enrolled[row.user_id].append(enrollment_json(call, row, sight, found[row.user_id].sis_user_id))
        shown = {id: replace(one, enrollments=enrolled[id]) for id, one in shown.items()}
    return shown


@routes.get("/api/v1/courses/:course_id/sections/:id", gives=SectionJson)
async def show_course_section(call: Call, asked: Asked[SectionInclude]) -> Reply:
    """Show a section of a course."""
    standing = await course_for(call, call.path["course_id"])
    section = await section_for(call, call.path["id"])
    if section.course_id != standing.course.id:
        raise NotFound
    return await _show(call, section, standing, asked.read().include)


@routes.get("/api/v1/sections/:id", gives=SectionJson)
async def show_section(call: Call, asked: Asked[SectionInclude]) -> Reply:
    """Show a section."""
    section, standing = await section_and_course(call, call.path["id"])
    return await _show(call, section, standing, asked.read().include)


async def _show(call: Call, section: SectionInFull, standing: CourseStanding, include: tuple[str, ...]) -> Reply:
    if not standing.reads:
        standing.refuse()
    (shown,) = await _shown(call, standing, [section], include)
    return Reply(200, shown)


# --- writing ----------------------------------------------------------------------------------------------------------


class SectionEdit(Params, group="course_section"):
    name: str | None | Absent = text("The name.", max=255)
    sis_section_id: str | None | Absent = text("Needs manage_sis.")
    integration_id: str | None | Absent = text("Needs manage_sis.")
    start_at: datetime | None | Absent = moment("Counts with restrict_enrollments_to_section_dates.")
    end_at: str | None | Absent = text("Counts with restrict_enrollments_to_section_dates.")
    restrict_enrollments_to_section_dates: bool | Absent = flag("The section's dates decide who is active.")


class SectionOptions(Params):
    enable_sis_reactivation: bool | Absent = flag("Accepted; a deleted section gives its SIS id back at once.")
    override_sis_stickiness: bool | Absent = flag("Accepted.")


def _columns(call: Call, edit: SectionEdit, section: SectionInFull | None) -> dict[str, Any]:
    """The columns to write; raises Invalid for what cannot be one."""
    values: dict[str, Any] = {}
    problems = []
    if name := (edit.name or "").strip():
        values["name"] = name
        if len(name) > 255:
            problems.append(FieldError("name", "is too long (maximum is 255 characters)", "too_long"))
    if "restrict_enrollments_to_section_dates" in edit.sent:
        values["restrict_enrollments_to_section_dates"] = edit.restrict_enrollments_to_section_dates
    if "start_at" in edit.sent:
        values["start_at"] = edit.start_at
    if "end_at" in edit.sent:
        values["end_at"] = parse_time(edit.end_at, call.zone, end=True) if edit.end_at else None
    start = values.get("start_at", None if section is None else section.start_at)
    end = values.get("end_at", None if section is None else section.end_at)
    if start is not None and end is not None and end < start:
        says = "End date cannot be before start date"
        problems.append(FieldError("end_at", says, says))
    if problems:
        raise Invalid(*problems)
    return values


def _sis_columns(edit: SectionEdit) -> dict[str, str | None]:
    columns = {"sis_section_id": "sis_source_id", "integration_id": "integration_id"}
    return {to: (getattr(edit, name) or "").strip() or None for name, to in columns.items() if name in edit.sent}


async def _again(call: Call, section_id: int) -> Reply:
    section, standing = await section_and_course(call, str(section_id))
    return Reply(200, section_json(section, standing))


@routes.post("/api/v1/courses/:course_id/sections", gives=SectionJson)
async def create_course_section(call: Call, asked: Asked[SectionEdit], options: Asked[SectionOptions]) -> Reply:
    """Make a section."""
    standing = await course_for(call, call.path["course_id"])
    standing.require("manage_sections_add")
    edit = asked.read()
    values: dict[str, Any] = {"name": standing.course.name, **_columns(call, edit, None)}
    if standing.may("manage_sis"):
        values |= _sis_columns(edit)
    course = standing.course
    try:
        section_id = await create_section(call.uow, course_id=course.id, root_id=course.root_account_id, **values)
    except IntegrityViolation:
        raise sis_id_taken("sis_source_id", values.get("sis_source_id")) from None
    return await _again(call, section_id)


@routes.put("/api/v1/sections/:id", gives=SectionJson)
async def update_section(call: Call, asked: Asked[SectionEdit], options: Asked[SectionOptions]) -> Reply:
    """Change a section."""
    section, standing = await section_and_course(call, call.path["id"])
    standing.require("manage_sections_edit")
    edit = asked.read()
    sis = {name: value for name, value in _sis_columns(edit).items() if value != getattr(section, name)}
    if sis and not standing.may("manage_sis"):
        raise refuse(message(401, "You must have manage_sis permission to update sis attributes"))
    await change_section(call.uow, section, _columns(call, edit, section) | sis)
    return await _again(call, section.id)


@routes.delete("/api/v1/sections/:id", gives=SectionJson)
async def remove_section(call: Call) -> Reply:
    """Delete a section that nobody is enrolled in."""
    section, standing = await section_and_course(call, call.path["id"])
    standing.require("manage_sections_delete")
    try:
        await delete_section(call.uow, section)
    except SectionHasEnrollments as failure:
        raise refuse(message(400, failure.says)) from None
    return Reply(200, section_json(section, standing))


@routes.post("/api/v1/sections/:id/crosslist/:new_course_id", gives=SectionJson)
async def crosslist_section(call: Call, options: Asked[SectionOptions]) -> Reply:
    """Move a section with its people to another course."""
    section, standing = await section_and_course(call, call.path["id"])
    to = await course_for(call, call.path["new_course_id"])
    if to.course.root_account_id != section.root_account_id:
        raise NotFound
    standing.require("manage_sections_edit")
    to.require("manage_sections_edit")
    await cross_list(call.uow, section, to.course.id)
    return await _again(call, section.id)


@routes.delete("/api/v1/sections/:id/crosslist", gives=SectionJson)
async def uncrosslist_section(call: Call, options: Asked[SectionOptions]) -> Reply:
    """Bring a cross-listed section back to its first course."""
    section, standing = await section_and_course(call, call.path["id"])
    standing.require("manage_sections_edit")
    try:
        await take_back(call.uow, section)
    except NotCrossListed as failure:
        raise refuse(message(400, failure.says)) from None
    return await _again(call, section.id)
