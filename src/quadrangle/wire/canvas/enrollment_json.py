"""How an enrollment looks, alone and with its user. Source: supporting-resources.md §5."""

from typing import Any

from msgspec import UNSET, Struct
from msgspec.structs import replace

from quadrangle.courses import EnrollmentInFull
from quadrangle.http.call import Call
from quadrangle.kernel.clock import zulu, zulu_or_none
from quadrangle.people import people_by_id
from quadrangle.wire.canvas.shapes import Maybe, Time
from quadrangle.wire.canvas.users import NOTHING, Sees, UserJson, include_of, person_json, sees_of


class GradesJson(Struct, frozen=True):
    """Where a student's grades are; this server keeps none, so the scores are null."""

    html_url: str
    current_score: float | None | Maybe = UNSET
    current_grade: str | None | Maybe = UNSET
    final_score: float | None | Maybe = UNSET
    final_grade: str | None | Maybe = UNSET


class EnrollmentJson(Struct, frozen=True):
    """An enrollment; `user` stands in lists."""

    id: int
    root_account_id: int
    user_id: int
    course_id: int
    course_section_id: int
    associated_user_id: int | None
    limit_privileges_to_course_section: bool
    enrollment_state: str
    created_at: Time
    updated_at: Time
    start_at: Time | None
    end_at: Time | None
    type: str
    role: str
    role_id: int
    html_url: str
    last_activity_at: Time | None | Maybe = UNSET
    last_attended_at: Time | None | Maybe = UNSET
    total_activity_time: int | Maybe = UNSET
    grades: GradesJson | Maybe = UNSET
    sis_account_id: str | None | Maybe = UNSET
    sis_course_id: str | None | Maybe = UNSET
    course_integration_id: str | None | Maybe = UNSET
    sis_section_id: str | None | Maybe = UNSET
    section_integration_id: str | None | Maybe = UNSET
    sis_user_id: str | None | Maybe = UNSET
    sis_import_id: int | None | Maybe = UNSET
    user: UserJson | Maybe = UNSET
    observed_user: UserJson | None | Maybe = UNSET
    can_be_removed: bool | Maybe = UNSET
    locked: bool | Maybe = UNSET


class Sight(Struct, frozen=True):
    """What a caller is shown of enrollments in one place."""

    viewer_id: int
    people: Sees = NOTHING
    activity: bool = False
    grades: bool = False


def sight_of(holder: Any, viewer_id: int) -> Sight:
    """holder: anything with `may(permission)`."""
    return Sight(
        viewer_id,
        people=sees_of(holder),
        activity=holder.may("read_reports"),
        grades=holder.may("view_all_grades") or holder.may("manage_grades"),
    )


def enrollment_json(call: Call, one: EnrollmentInFull, sight: Sight, sis_user_id: str | None = None) -> EnrollmentJson:
    own = one.user_id == sight.viewer_id
    base = f"{call.base_url}/courses/{one.course_id}"
    shown = EnrollmentJson(
        id=one.id,
        root_account_id=one.root_account_id,
        user_id=one.user_id,
        course_id=one.course_id,
        course_section_id=one.course_section_id,
        associated_user_id=one.associated_user_id,
        limit_privileges_to_course_section=one.limit_privileges_to_course_section,
        enrollment_state=one.workflow_state,
        created_at=zulu(one.created_at),
        updated_at=zulu(one.updated_at),
        start_at=zulu_or_none(one.start_at),
        end_at=zulu_or_none(one.end_at),
        type=one.type,
        role=one.role,
        role_id=one.role_id,
        html_url=f"{base}/users/{one.user_id}",
    )
    if own or sight.activity:
        shown = replace(
            shown,
            last_activity_at=zulu_or_none(one.last_activity_at),
            last_attended_at=None,
            total_activity_time=one.total_activity_time,
        )
    if one.type == "StudentEnrollment":
        grades = GradesJson(f"{base}/grades/{one.user_id}")
        if own or sight.grades:
            grades = replace(grades, current_score=None, current_grade=None, final_score=None, final_grade=None)
        shown = replace(shown, grades=grades)
    if sight.people.sis:
        shown = replace(
            shown,
            sis_account_id=one.sis_account_id,
            sis_course_id=one.sis_course_id,
            course_integration_id=one.course_integration_id,
            sis_section_id=one.sis_section_id,
            section_integration_id=one.section_integration_id,
            sis_user_id=sis_user_id,
        )
    return replace(shown, sis_import_id=one.sis_batch_id) if sight.people.sis_import else shown


async def with_users(
    call: Call, rows: list[EnrollmentInFull], sight: Sight, wanted: tuple[str, ...] = ()
) -> list[EnrollmentJson]:
    """Enrollments each with its user; one statement for all users."""
    observed = "observed_users" in wanted
    ids = {one.user_id for one in rows} | {one.associated_user_id or 0 for one in rows if observed}
    people = await people_by_id(call.uow, ids)
    include = include_of(wanted, "avatar_url", "uuid", "email")
    shown = []
    for one in rows:
        person = people[one.user_id]
        made = enrollment_json(call, one, sight, person.sis_user_id)
        made = replace(made, user=person_json(call, person, sight.people, include))
        if observed and one.type == "ObserverEnrollment":
            watched = people.get(one.associated_user_id or 0)
            made = replace(
                made, observed_user=None if watched is None else person_json(call, watched, sight.people, include)
            )
        if "can_be_removed" in wanted:
            made = replace(made, can_be_removed=one.sis_batch_id is None)
        if "locked" in wanted:
            made = replace(made, locked=False)
        shown.append(made)
    return shown
