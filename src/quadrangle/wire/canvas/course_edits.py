"""What a client may say about a course, read into columns. Source: supporting-resources.md §3, Parameters."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from quadrangle.accounts import MEGABYTE, ROOT_ID, Account, find_account, zone_name
from quadrangle.courses import Course
from quadrangle.http.call import Call
from quadrangle.kernel.errors import FieldError, NotFound
from quadrangle.kernel.html import sanitise
from quadrangle.kernel.ids import parse_ref
from quadrangle.kernel.params import Absent, Params, flag, integer, moment, parse_time, text
from quadrangle.wire.canvas.ids import ACCOUNT_KINDS, ACCOUNT_WORDS, term_for

VIEWS: Final = ("feed", "wiki", "modules", "syllabus", "assignments")
LICENSES: Final = (
    "private",
    "cc_by_nc_nd",
    "cc_by_nc_sa",
    "cc_by_nc",
    "cc_by_nd",
    "cc_by_sa",
    "cc_by",
    "public_domain",
)
FORMATS: Final = ("on_campus", "online", "blended")
LONGEST_BODY: Final = 511_999  # characters, as of a page


class CourseEdit(Params, group="course"):
    account_id: str | None | Absent = text("The account it stands in; on creation one below that of the path.")
    name: str | None | Absent = text("The name.", max=255)
    course_code: str | None | Absent = text("The code; the name without one.", max=255)
    start_at: datetime | None | Absent = moment("Counts with restrict_enrollments_to_course_dates only.")
    end_at: str | None | Absent = text("Counts with restrict_enrollments_to_course_dates only.")
    license: str | None | Absent = text("The licence of its content.", choices=LICENSES)
    is_public: bool | Absent = flag("Anybody may read it.")
    is_public_to_auth_users: bool | Absent = flag("Anybody signed in may read it.")
    public_syllabus: bool | Absent = flag("Anybody may read the syllabus.")
    public_syllabus_to_auth: bool | Absent = flag("Anybody signed in may read the syllabus.")
    public_description: str | None | Absent = text("A description for everybody.")
    allow_student_wiki_edits: bool | Absent = flag("Students may edit pages.")
    allow_wiki_comments: bool | Absent = flag("Kept; nothing here decides by it.")
    allow_student_forum_attachments: bool | Absent = flag("Kept; nothing here decides by it.")
    open_enrollment: bool | Absent = flag("Kept; nothing here decides by it.")
    self_enrollment: bool | Absent = flag("Kept; nothing here decides by it.")
    restrict_enrollments_to_course_dates: bool | Absent = flag("The dates of the course decide who is active.")
    term_id: str | None | Absent = text("The enrollment term.")
    enrollment_term_id: str | None | Absent = text("The same.")
    sis_course_id: str | None | Absent = text("Needs manage_sis.")
    integration_id: str | None | Absent = text("Needs manage_sis.")
    hide_final_grades: bool | Absent = flag("Kept; nothing here decides by it.")
    apply_assignment_group_weights: bool | Absent = flag("Kept; nothing here decides by it.")
    time_zone: str | None | Absent = text("IANA or Rails name; empty: the account's.")
    default_view: str | None | Absent = text("The home page.", choices=VIEWS)
    syllabus_body: str | None | Absent = text("The syllabus, HTML.")
    grading_standard_id: int | None | Absent = integer("Kept; nothing here decides by it.")
    grade_passback_setting: str | None | Absent = text("Kept.", choices=("nightly_sync", "disabled"))
    course_format: str | None | Absent = text("How it is held.", choices=FORMATS)
    course_color: str | None | Absent = text("A colour, #rrggbb.")
    friendly_name: str | None | Absent = text("A name for young students.", max=255)
    homeroom_course: bool | Absent = flag("Whether it is a homeroom.")
    locale: str | None | Absent = text("Language tag.")
    storage_quota_mb: int | None | Absent = integer("Room for files; needs manage_storage_quotas.")
    event: str | None | Absent = text(
        "What is to happen to the course.", choices=("claim", "offer", "conclude", "delete", "undelete")
    )


class CourseOptions(Params):
    offer: bool | Absent = flag("Publish it at once.")
    enroll_me: str | None | Absent = text("Enroll the caller as teacher; only the text `true` does.")
    enable_sis_reactivation: bool | Absent = flag("Bring back a deleted course with this SIS id.")
    override_sis_stickiness: bool | Absent = flag("Accepted.")


_AS_THEY_ARE = (
    "is_public",
    "is_public_to_auth_users",
    "public_syllabus",
    "public_syllabus_to_auth",
    "hide_final_grades",
    "apply_assignment_group_weights",
    "restrict_enrollments_to_course_dates",
    "homeroom_course",
    "grading_standard_id",
)
_TEXTS = ("public_description", "course_color", "friendly_name", "locale")
_KEPT = ("allow_wiki_comments", "allow_student_forum_attachments", "open_enrollment", "self_enrollment")
# What has rules of its own: where the course stands, its SIS ids, what happens to it.
_PLACED = frozenset(
    {"account_id", "term_id", "enrollment_term_id", "sis_course_id", "integration_id", "storage_quota_mb", "event"}
)


def content_keys(edit: CourseEdit) -> frozenset[str]:
    """The keys sent that say something about the course itself."""
    return edit.sent - _PLACED


def content_columns(call: Call, edit: CourseEdit, course: Course | None) -> tuple[dict[str, Any], list[FieldError]]:
    """The columns to write, and what is wrong with what was sent. course: None for a new one."""
    values: dict[str, Any] = {name: getattr(edit, name) for name in _AS_THEY_ARE if name in edit.sent}
    values |= {name: getattr(edit, name) or None for name in _TEXTS if name in edit.sent}
    problems: list[FieldError] = []
    _read_names(edit, values, problems)
    if "license" in edit.sent:
        values["license"] = edit.license if edit.license in LICENSES else "private"
    if "default_view" in edit.sent and edit.default_view:
        values["default_view"] = edit.default_view
        if edit.default_view not in VIEWS:
            problems.append(FieldError("default_view", "Home page is not valid", "inclusion"))
    if "course_format" in edit.sent:
        values["course_format"] = edit.course_format if edit.course_format in FORMATS else None
    if "grade_passback_setting" in edit.sent:
        setting = edit.grade_passback_setting
        values["grade_passback_setting"] = setting if setting in ("nightly_sync", "disabled") else None
    if "syllabus_body" in edit.sent:
        values["syllabus_body"] = sanitise(edit.syllabus_body) if edit.syllabus_body else None
        if len(edit.syllabus_body or "") > LONGEST_BODY:
            problems.append(_too_long("syllabus_body", LONGEST_BODY))
    if "time_zone" in edit.sent:
        _read_zone(edit, values, problems)
    if "allow_student_wiki_edits" in edit.sent:
        roles = "teachers,students" if edit.allow_student_wiki_edits else "teachers"
        values["default_wiki_editing_roles"] = roles
    kept = {name: getattr(edit, name) for name in _KEPT if name in edit.sent}
    if kept:
        values["settings"] = {**(course.settings if course is not None else {}), **kept}
    _read_dates(call, edit, values, course, problems)
    return values, problems


def _too_long(attribute: str, longest: int = 255) -> FieldError:
    return FieldError(attribute, f"is too long (maximum is {longest} characters)", "too_long")


def _read_names(edit: CourseEdit, values: dict[str, Any], problems: list[FieldError]) -> None:
    """A blank name or code is as good as none."""
    for name in ("name", "course_code"):
        if name in edit.sent and (value := (getattr(edit, name) or "").strip()):
            values[name] = value
    for name in ("name", "course_code", "friendly_name", "locale", "course_color"):
        if len(values.get(name) or "") > 255:
            problems.append(_too_long(name))
    if len(values.get("public_description") or "") > LONGEST_BODY:
        problems.append(_too_long("public_description", LONGEST_BODY))


def _read_zone(edit: CourseEdit, values: dict[str, Any], problems: list[FieldError]) -> None:
    wanted = (edit.time_zone or "").strip()
    values["time_zone"] = zone_name(wanted) if wanted else None
    if wanted and values["time_zone"] is None:
        problems.append(FieldError("time_zone", "is not included in the list", "inclusion"))


def _read_dates(
    call: Call, edit: CourseEdit, values: dict[str, Any], course: Course | None, problems: list[FieldError]
) -> None:
    """Dates count only in a course that restricts enrollments to them; otherwise they are dropped."""
    restricts = values.get("restrict_enrollments_to_course_dates", course is not None and _restricts(course))
    if not restricts:
        return
    if "start_at" in edit.sent:
        values["start_at"] = edit.start_at
    if "end_at" in edit.sent:
        values["conclude_at"] = parse_time(edit.end_at, call.zone, end=True) if edit.end_at else None
    start = values.get("start_at", course.start_at if course is not None else None)
    end = values.get("conclude_at", course.conclude_at if course is not None else None)
    if start is not None and end is not None and end < start:
        says = "End date cannot be before the start date"
        problems.append(FieldError("conclude_at", says, says))


def _restricts(course: Course) -> bool:
    return course.restrict_enrollments_to_course_dates


async def account_named(call: Call, edit: CourseEdit) -> Account | None:
    """The account in `course[account_id]`, None when none was sent; unknown ones are not found."""
    if not edit.account_id:
        return None
    ref = parse_ref(edit.account_id, kinds=ACCOUNT_KINDS, words=ACCOUNT_WORDS - {"site_admin"})
    if ref is not None and ref.kind == "word":
        ref = parse_ref(str(ROOT_ID), kinds=frozenset())
    account = None if ref is None else await find_account(call.uow, ref, ROOT_ID)
    if account is None:
        raise NotFound
    return account


async def term_named(call: Call, edit: CourseEdit) -> int | None:
    """The term in `course[term_id]` or `course[enrollment_term_id]`; None when none was sent, unknown ones are not found."""
    wanted = edit.term_id or edit.enrollment_term_id
    return (await term_for(call, wanted)).id if wanted else None


def sis_columns(edit: CourseEdit) -> dict[str, str | None]:
    columns: Mapping[str, str] = {"sis_course_id": "sis_source_id", "integration_id": "integration_id"}
    return {to: (getattr(edit, name) or "").strip() or None for name, to in columns.items() if name in edit.sent}


def quota_column(edit: CourseEdit) -> dict[str, int | None]:
    """`course[storage_quota_mb]` in bytes; empty or not positive: the account's."""
    if "storage_quota_mb" not in edit.sent:
        return {}
    wanted = edit.storage_quota_mb
    if not isinstance(wanted, int) or wanted <= 0:
        return {"storage_quota": None}
    return {"storage_quota": min(wanted, 2**40) * MEGABYTE}
