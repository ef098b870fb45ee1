"""How a course looks, and what may stand beside it. Source: supporting-resources.md §3, accounts.md §7."""

from collections.abc import Sequence
from typing import Final

from msgspec import UNSET, Struct
from msgspec.structs import replace

from quadrangle.accounts import MEGABYTE, Term
from quadrangle.courses import (
    WIRE_TYPE,
    CourseStanding,
    CourseWithFacts,
    EnrollmentFact,
    Home,
    OwnSection,
    TeacherOf,
    homes_of,
    own_sections,
    students_in,
    teachers_of,
    terms_of,
)
from quadrangle.http.call import Call
from quadrangle.kernel.clock import zulu, zulu_or_none
from quadrangle.people import UserCard
from quadrangle.wire.canvas.calendar_feeds import feed_address
from quadrangle.wire.canvas.shapes import Maybe, Time, UserShort, user_short

INCLUDES: Final = (
    "needs_grading_count",
    "syllabus_body",
    "public_description",
    "total_scores",
    "current_grading_period_scores",
    "grading_periods",
    "term",
    "account",
    "account_name",
    "course_progress",
    "sections",
    "storage_quota_used_mb",
    "total_students",
    "passback_status",
    "favorites",
    "teachers",
    "observed_users",
    "tabs",
    "course_image",
    "banner_image",
    "concluded",
    "post_manually",
    "permissions",
)


class CalendarJson(Struct, frozen=True):
    ics: str


class EnrollmentInCourse(Struct, frozen=True):
    """An enrollment of the caller as it stands inside a course."""

    type: str
    role: str
    role_id: int
    user_id: int
    enrollment_state: str
    limit_privileges_to_course_section: bool
    associated_user_id: int | None | Maybe = UNSET
    computed_current_score: float | None | Maybe = UNSET
    computed_current_grade: str | None | Maybe = UNSET
    computed_final_score: float | None | Maybe = UNSET
    computed_final_grade: str | None | Maybe = UNSET


class TermInCourse(Struct, frozen=True):
    """The term a course stands in."""

    id: int
    name: str
    start_at: Time | None
    end_at: Time | None
    workflow_state: str
    grading_period_group_id: int | None
    created_at: Time
    sis_term_id: str | None | Maybe = UNSET
    sis_import_id: int | None | Maybe = UNSET


class AccountInCourse(Struct, frozen=True):
    """The account a course stands in."""

    id: int
    name: str
    parent_account_id: int | None
    root_account_id: int | None
    workflow_state: str
    uuid: str


class SectionInCourse(Struct, frozen=True):
    """A section of the course in which the caller is enrolled."""

    id: int
    name: str
    start_at: Time | None
    end_at: Time | None
    enrollment_role: str


class CoursePermissions(Struct, frozen=True):
    create_discussion_topic: bool
    create_announcement: bool


class ProgressMessage(Struct, frozen=True):
    message: str


class CourseProgress(Struct, frozen=True):
    """How far a student has come; this server keeps no requirements."""

    requirement_count: int | Maybe = UNSET
    requirement_completed_count: int | Maybe = UNSET
    next_requirement_url: str | None | Maybe = UNSET
    completed_at: Time | None | Maybe = UNSET
    error: ProgressMessage | Maybe = UNSET


class TabJson(Struct, frozen=True):
    """One entry of a course's navigation."""

    id: str
    label: str
    type: str
    position: int
    visibility: str
    html_url: str
    full_url: str
    hidden: bool | Maybe = UNSET


class Restrictions(Struct, frozen=True):
    """What of a blueprint course is locked in the courses made from it; nothing can be chosen here."""

    content: bool = True
    points: bool = False
    due_dates: bool = False
    availability_dates: bool = False


class CourseJson(Struct, frozen=True):
    """A course; of one that has not begun a student gets `id` and `access_restricted_by_date` alone."""

    id: int
    access_restricted_by_date: bool | Maybe = UNSET
    name: str | Maybe = UNSET
    account_id: int | Maybe = UNSET
    uuid: str | Maybe = UNSET
    start_at: Time | None | Maybe = UNSET
    end_at: Time | None | Maybe = UNSET
    grading_standard_id: int | None | Maybe = UNSET
    is_public: bool | None | Maybe = UNSET
    created_at: Time | Maybe = UNSET
    course_code: str | Maybe = UNSET
    default_view: str | Maybe = UNSET
    root_account_id: int | Maybe = UNSET
    enrollment_term_id: int | Maybe = UNSET
    license: str | None | Maybe = UNSET
    grade_passback_setting: str | None | Maybe = UNSET
    public_syllabus: bool | Maybe = UNSET
    public_syllabus_to_auth: bool | Maybe = UNSET
    storage_quota_mb: int | Maybe = UNSET
    is_public_to_auth_users: bool | Maybe = UNSET
    homeroom_course: bool | Maybe = UNSET
    course_color: str | None | Maybe = UNSET
    friendly_name: str | None | Maybe = UNSET
    apply_assignment_group_weights: bool | Maybe = UNSET
    calendar: CalendarJson | Maybe = UNSET
    time_zone: str | Maybe = UNSET
    blueprint: bool | Maybe = UNSET
    template: bool | Maybe = UNSET
    hide_final_grades: bool | Maybe = UNSET
    workflow_state: str | Maybe = UNSET
    restrict_enrollments_to_course_dates: bool | Maybe = UNSET
    overridden_course_visibility: str | Maybe = UNSET
    course_format: str | Maybe = UNSET
    locale: str | Maybe = UNSET
    sis_course_id: str | None | Maybe = UNSET
    integration_id: str | None | Maybe = UNSET
    sis_import_id: int | None | Maybe = UNSET
    blueprint_restrictions: Restrictions | Maybe = UNSET
    enrollments: list[EnrollmentInCourse] | Maybe = UNSET
    term: TermInCourse | Maybe = UNSET
    account: AccountInCourse | Maybe = UNSET
    account_name: str | Maybe = UNSET
    teachers: list[UserShort] | Maybe = UNSET
    teacher_count: int | Maybe = UNSET
    total_students: int | Maybe = UNSET
    sections: list[SectionInCourse] | Maybe = UNSET
    permissions: CoursePermissions | Maybe = UNSET
    syllabus_body: str | None | Maybe = UNSET
    public_description: str | None | Maybe = UNSET
    concluded: bool | Maybe = UNSET
    tabs: list[TabJson] | Maybe = UNSET
    is_favorite: bool | Maybe = UNSET
    needs_grading_count: int | Maybe = UNSET
    has_grading_periods: bool | Maybe = UNSET
    grading_periods: list[str] | Maybe = UNSET
    course_progress: CourseProgress | Maybe = UNSET
    storage_quota_used_mb: float | Maybe = UNSET
    image_download_url: str | None | Maybe = UNSET
    banner_image_download_url: str | None | Maybe = UNSET
    post_manually: bool | Maybe = UNSET


WIRE_STATE: Final = {"created": "unpublished", "claimed": "unpublished"}


class Beside(Struct, frozen=True):
    """Everything a page of courses needs beside the courses themselves, loaded at once."""

    homes: dict[int, Home]
    terms: dict[int, Term] = {}
    students: dict[int, int] = {}
    teachers: dict[int, list[TeacherOf]] = {}
    sections: dict[int, list[OwnSection]] = {}


async def beside(
    call: Call,
    several: Sequence[CourseWithFacts],
    include: frozenset[str],
    user_id: int | None,
    homes: dict[int, Home] | None = None,
) -> Beside:
    """Load what `include` wants; one statement each, whatever the number of courses. user_id: whose sections. homes: where they are
    known already."""
    uow, ids = call.uow, [course.id for course in several]
    return Beside(
        homes=await homes_of(uow, several) if homes is None else homes,
        terms=await terms_of(uow, several) if "term" in include and ids else {},
        students=await students_in(uow, ids) if "total_students" in include and ids else {},
        teachers=await teachers_of(uow, ids) if "teachers" in include and ids else {},
        sections=await own_sections(uow, user_id, ids) if "sections" in include and ids and user_id else {},
    )


def restricted_json(course: CourseWithFacts) -> CourseJson:
    """All a student knows of a course that has not begun."""
    return CourseJson(id=course.id, access_restricted_by_date=True)


def course_json(
    call: Call,
    standing: CourseStanding,
    near: Beside,
    include: frozenset[str] = frozenset(),
    *,
    enrolled: Sequence[EnrollmentFact] | None = None,
    enrolled_id: int | None = None,
) -> CourseJson:
    """A course as the holder of `standing` sees it.

    enrolled: what stands under `enrollments` (None: no such key), of the user `enrolled_id`.
    """
    course = standing.course
    home = near.homes[course.account_id]
    sis = standing.may("read_sis") or standing.may("manage_sis")
    imports = standing.may("manage_sis")
    shown = CourseJson(
        id=course.id,
        name=course.name,
        account_id=course.account_id,
        uuid=course.uuid,
        start_at=zulu_or_none(course.start_at),
        end_at=zulu_or_none(course.conclude_at),
        grading_standard_id=course.grading_standard_id,
        is_public=course.is_public,
        created_at=zulu(course.created_at),
        course_code=course.course_code,
        default_view=course.default_view,
        root_account_id=course.root_account_id,
        enrollment_term_id=course.enrollment_term_id,
        license=course.license,
        grade_passback_setting=course.grade_passback_setting,
        public_syllabus=course.public_syllabus,
        public_syllabus_to_auth=course.public_syllabus_to_auth,
        storage_quota_mb=home.storage_quota_mb if course.storage_quota is None else course.storage_quota // MEGABYTE,
        is_public_to_auth_users=course.is_public_to_auth_users,
        homeroom_course=course.homeroom_course,
        course_color=course.course_color,
        friendly_name=course.friendly_name,
        apply_assignment_group_weights=course.apply_assignment_group_weights,
        calendar=CalendarJson(feed_address(call.base_url, f"course_{course.id}", course.calendar_secret)),
        time_zone=course.time_zone or home.time_zone,
        blueprint=course.is_blueprint,
        template=course.template,
        hide_final_grades=course.hide_final_grades,
        workflow_state=WIRE_STATE.get(course.workflow_state, course.workflow_state),
        restrict_enrollments_to_course_dates=course.restrict_enrollments_to_course_dates,
        overridden_course_visibility="",
        course_format=course.course_format or UNSET,
        locale=course.locale or UNSET,
        sis_course_id=course.sis_source_id if sis else UNSET,
        integration_id=course.integration_id if sis else UNSET,
        sis_import_id=course.sis_batch_id if imports else UNSET,
        blueprint_restrictions=Restrictions() if course.is_blueprint else UNSET,
    )
    if enrolled is not None and enrolled_id is not None:
        scores = "total_scores" in include
        shown = replace(
            shown,
            enrollments=[
                _enrollment(one, enrolled_id, scores=scores) for one in sorted(enrolled, key=lambda one: one.id)
            ],
        )
    return _with_includes(call, shown, standing, near, include) if include else shown


def _with_includes(
    call: Call, shown: CourseJson, standing: CourseStanding, near: Beside, include: frozenset[str]
) -> CourseJson:
    course = standing.course
    home = near.homes[course.account_id]
    more: dict[str, object] = {}
    if "term" in include:
        more["term"] = _term(near.terms[course.enrollment_term_id], standing)
    if "account" in include:
        more["account"] = AccountInCourse(
            home.id, home.name, home.parent_account_id, home.root_account_id, home.workflow_state, home.uuid
        )
    if "account_name" in include:
        more["account_name"] = home.name
    if "teachers" in include:
        more["teachers"] = [_teacher(call, one) for one in near.teachers.get(course.id, ())]
    if "total_students" in include:
        more["total_students"] = near.students.get(course.id, 0)
    if "sections" in include:
        more["sections"] = [_section(one) for one in near.sections.get(course.id, ())]
    if "permissions" in include:
        more["permissions"] = CoursePermissions(
            create_discussion_topic=standing.may("create_forum"),
            create_announcement=standing.may("moderate_forum"),
        )
    if "tabs" in include:
        more["tabs"] = tabs_json(call, standing)
    more |= _constants(include, standing)
    more |= {name: getattr(course, name) for name in ("syllabus_body", "public_description") if name in include}
    return replace(shown, **more)


def _constants(include: frozenset[str], standing: CourseStanding) -> dict[str, object]:
    """Includes about what this server does not keep, and the one that costs nothing."""
    wanted: dict[str, dict[str, object]] = {
        "concluded": {"concluded": standing.concluded},
        "favorites": {"is_favorite": False},
        "needs_grading_count": {"needs_grading_count": 0} if standing.may("manage_grades") else {},
        "grading_periods": {"grading_periods": []},
        "current_grading_period_scores": {"has_grading_periods": False},
        "course_progress": {"course_progress": _progress(standing)},
        "storage_quota_used_mb": {"storage_quota_used_mb": 0.0},
        "course_image": {"image_download_url": None},
        "banner_image": {"banner_image_download_url": None},
        "post_manually": {"post_manually": False},
    }
    return {key: value for name, keys in wanted.items() if name in include for key, value in keys.items()}


def _progress(standing: CourseStanding) -> CourseProgress:
    if not standing.is_active_student:
        says = (
            "no progress available because this course is not module based (has modules and module completion requirements) "
            "or the user is not enrolled as a student in this course"
        )
        return CourseProgress(error=ProgressMessage(says))
    return CourseProgress(0, 0, None, None)


def _enrollment(fact: EnrollmentFact, user_id: int, *, scores: bool) -> EnrollmentInCourse:
    shown = EnrollmentInCourse(
        type=WIRE_TYPE.get(fact.type, fact.type),
        role=fact.role,
        role_id=fact.role_id,
        user_id=user_id,
        enrollment_state=fact.workflow_state,
        limit_privileges_to_course_section=fact.limited_to_section,
        associated_user_id=fact.associated_user_id if fact.type == "ObserverEnrollment" else UNSET,
    )
    if scores and fact.type == "StudentEnrollment":
        nothing = dict.fromkeys(
            ("computed_current_score", "computed_current_grade", "computed_final_score", "computed_final_grade")
        )
        return replace(shown, **nothing)
    return shown


def _term(term: Term, standing: CourseStanding) -> TermInCourse:
    return TermInCourse(
        id=term.id,
        name=term.name,
        start_at=zulu_or_none(term.start_at),
        end_at=zulu_or_none(term.end_at),
        workflow_state=term.workflow_state,
        grading_period_group_id=term.grading_period_group_id,
        created_at=zulu(term.created_at),
        sis_term_id=term.sis_source_id if standing.may("read_sis") or standing.may("manage_sis") else UNSET,
        sis_import_id=None if standing.may("manage_sis") else UNSET,
    )


def _teacher(call: Call, one: TeacherOf) -> UserShort:
    card = UserCard(one.id, one.short_name, one.pronouns, one.avatar_url)
    return user_short(call, card, context=f"/courses/{one.course_id}")


def _section(one: OwnSection) -> SectionInCourse:
    return SectionInCourse(one.id, one.name, zulu_or_none(one.start_at), zulu_or_none(one.end_at), one.type)


# --- tabs (supporting-resources.md §12) -------------------------------------------------------------------------------

TABS: Final = (
    ("home", "Home", ""),
    ("pages", "Pages", "/pages"),
    ("files", "Files", "/files"),
    ("people", "People", "/users"),
)


def tabs_json(call: Call, standing: CourseStanding, *, all_of_them: bool = False) -> list[TabJson]:
    """The tabs the caller sees: a hidden Pages tab is there for holders of full update only (pages.md §1)."""
    course = standing.course
    shown = []
    for position, (id, label, path) in enumerate(TABS, start=1):
        hidden = id == "pages" and course.pages_tab_hidden
        if hidden and not all_of_them and not standing.may("manage_wiki_update"):
            continue
        shown.append(
            TabJson(
                id=id,
                label=label,
                type="internal",
                position=position,
                visibility="admins" if hidden else "members" if id == "people" else "public",
                html_url=f"/courses/{course.id}{path}",
                full_url=f"{call.base_url}/courses/{course.id}{path}",
                hidden=True if hidden else UNSET,
            )
        )
    return shown
