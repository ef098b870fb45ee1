"""Everything a student information system would want to know, in parts. Source: account-reports.md §4.6.

Each part comes in two forms: for provisioning, with the ids of the database; as a SIS export, with SIS ids alone and only of what has them.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, false, func, literal, null, or_, select

from quadrangle.accounts import COURSE_BASES, account_users, accounts, enrollment_terms, roles
from quadrangle.courses import course_sections, courses, enrollments
from quadrangle.db.cells import local_time, place_of, truth, words
from quadrangle.groups import group_categories, group_memberships, groups
from quadrangle.kernel.params import truthy
from quadrangle.people import EMAIL_OF_USER, logins, users
from quadrangle.reports.activity import ENROLLMENT_STATES, list_of, stored_states
from quadrangle.reports.course_lists import STATUS
from quadrangle.reports.kinds import TERM, WITH_DELETED, Parameter, Part, ReportKind
from quadrangle.reports.model import CannotBeDone
from quadrangle.reports.scope import TEST_STUDENT, Scope, dates_if

KEPT_IN_SIGHT: Final = timedelta(days=120)  # a deleted course
SISONLY: Final = "created_by_sis"
Column = tuple[str, Any]
Rows = Callable[[Scope, bool], tuple[Select[Any], list[Column]]]


def _sis(text: ColumnElement[Any]) -> ColumnElement[bool]:
    return text.is_not(None)


def _imported(batch: ColumnElement[Any]) -> Column:
    return (SISONLY, truth(batch.is_not(None)))


_NEVER_IMPORTED: Final[Column] = (SISONLY, literal("false"))


def _by_sis(scope: Scope, batch: ColumnElement[Any] | None) -> list[ColumnElement[bool]]:
    """Only what came with an import, if that was asked for."""
    if not truthy(scope.parameters.get(SISONLY)):
        return []
    return [false() if batch is None else batch.is_not(None)]


def _or_deleted(
    scope: Scope, alive: ColumnElement[bool], also: ColumnElement[bool] | None = None
) -> ColumnElement[bool]:
    """What is there; with `include_deleted` also what is not, as far as `also` holds."""
    if not scope.include_deleted or also is None:
        return alive
    return or_(alive, also)


# --- the parts --------------------------------------------------------------------------------------------------------


def _users(scope: Scope, sis: bool) -> tuple[Select[Any], list[Column]]:
    """A row for each login. Names are told apart in the sortable one; without a comma all of it is the first name."""
    sortable = users.c.sortable_name
    comma = place_of(", ", sortable)
    deleted = logins.c.workflow_state != "deleted"
    wanted = [
        logins.c.account_id == scope.root_id,
        _or_deleted(scope, deleted, _sis(logins.c.sis_user_id)),
        *_by_sis(scope, None),
    ]
    if sis:
        wanted.append(_sis(logins.c.sis_user_id))
    if (within := scope.of_users(users.c.id)) is not None:
        wanted.append(within)
    columns: list[Column] = [
        *([] if sis else [("canvas_user_id", users.c.id)]),
        ("user_id", words(logins.c.sis_user_id)),
        ("integration_id", words(logins.c.integration_id)),
        ("authentication_provider_id", logins.c.authentication_provider_id),
        ("login_id", words(logins.c.unique_id)),
        *([("password", null())] if sis else []),
        ("first_name", words(case((comma > 0, func.substr(sortable, comma + 2)), else_=sortable))),
        ("last_name", words(case((comma > 0, func.substr(sortable, 1, comma - 1))))),
        ("full_name", words(users.c.name)),
        ("sortable_name", words(sortable)),
        ("short_name", words(users.c.short_name)),
        ("email", words(EMAIL_OF_USER)),
        ("status", logins.c.workflow_state),
        *([] if sis else [_NEVER_IMPORTED]),
    ]
    rows = select().select_from(logins).join(users, users.c.id == logins.c.user_id)
    return rows.where(*wanted).order_by(users.c.id, logins.c.id), columns


def _accounts(scope: Scope, sis: bool) -> tuple[Select[Any], list[Column]]:
    """All below the root; of another account its direct children alone."""
    parent = accounts.alias("parent")
    below = (
        accounts.c.root_account_id == scope.root_id
        if scope.at_root
        else accounts.c.parent_account_id == scope.account_id
    )
    alive = accounts.c.workflow_state != "deleted"
    wanted = [
        below,
        _or_deleted(scope, alive, _sis(accounts.c.sis_source_id)),
        *_by_sis(scope, accounts.c.sis_batch_id),
        *([_sis(accounts.c.sis_source_id)] if sis else []),
    ]
    columns: list[Column] = [
        *([] if sis else [("canvas_account_id", accounts.c.id)]),
        ("account_id", words(accounts.c.sis_source_id)),
        *([] if sis else [("canvas_parent_id", accounts.c.parent_account_id)]),
        ("parent_account_id", words(parent.c.sis_source_id)),
        ("name", words(accounts.c.name)),
        ("status", accounts.c.workflow_state),
        *([] if sis else [_imported(accounts.c.sis_batch_id)]),
    ]
    rows = select().select_from(accounts).outerjoin(parent, parent.c.id == accounts.c.parent_account_id)
    return rows.where(*wanted).order_by(accounts.c.id), columns


def _terms(scope: Scope, sis: bool) -> tuple[Select[Any], list[Column]]:
    """All of the root."""
    term = enrollment_terms.c
    wanted = [
        term.root_account_id == scope.root_id,
        _or_deleted(scope, term.workflow_state != "deleted", term.workflow_state == "deleted"),
        *_by_sis(scope, term.sis_batch_id),
        *([_sis(term.sis_source_id)] if sis else []),
    ]
    columns: list[Column] = [
        *([] if sis else [("canvas_term_id", term.id)]),
        ("term_id", words(term.sis_source_id)),
        ("name", words(term.name)),
        ("status", term.workflow_state),
        ("start_date", local_time(term.start_at)),
        ("end_date", local_time(term.end_at)),
        *([] if sis else [_imported(term.sis_batch_id)]),
    ]
    return select().select_from(enrollment_terms).where(*wanted).order_by(term.id), columns


_SIS_STATUS: Final = case(
    (courses.c.workflow_state.in_(("created", "claimed", "available")), "active"), else_=courses.c.workflow_state
)


def _courses(scope: Scope, sis: bool) -> tuple[Select[Any], list[Column]]:
    course, blueprint = courses.c, courses.alias("blueprint")
    state = course.workflow_state
    if scope.include_deleted:
        alive = or_(
            state != "deleted", course.updated_at > scope.now - KEPT_IN_SIGHT, course.sis_source_id.is_not(None)
        )
    else:
        alive = state.in_(("created", "claimed", "available"))
    wanted = [
        scope.of_courses(),
        alive,
        *_by_sis(scope, course.sis_batch_id),
        *([_sis(course.sis_source_id)] if sis else []),
    ]
    restricted = course.restrict_enrollments_to_course_dates
    columns: list[Column] = [
        *([] if sis else [("canvas_course_id", course.id)]),
        ("course_id", words(course.sis_source_id)),
        ("integration_id", words(course.integration_id)),
        ("short_name", words(course.course_code)),
        ("long_name", words(course.name)),
        *([] if sis else [("canvas_account_id", course.account_id)]),
        ("account_id", words(accounts.c.sis_source_id)),
        *([] if sis else [("canvas_term_id", course.enrollment_term_id)]),
        ("term_id", words(enrollment_terms.c.sis_source_id)),
        ("status", _SIS_STATUS if sis else STATUS),
        ("start_date", dates_if(restricted, course.start_at)),
        ("end_date", dates_if(restricted, course.conclude_at)),
        ("course_format", words(course.course_format)),
        *([] if sis else [("canvas_blueprint_course_id", course.blueprint_course_id)]),
        ("blueprint_course_id", words(blueprint.c.sis_source_id)),
        *([] if sis else [_imported(course.sis_batch_id)]),
    ]
    rows = (
        select()
        .select_from(courses)
        .join(accounts, accounts.c.id == course.account_id)
        .join(enrollment_terms, enrollment_terms.c.id == course.enrollment_term_id)
        .outerjoin(blueprint, blueprint.c.id == course.blueprint_course_id)
    )
    return rows.where(*wanted).order_by(course.id), columns


_home = courses.alias("home")  # of a section: where it stood before it was cross-listed
_SECTION_GONE: Final = or_(course_sections.c.workflow_state == "deleted", courses.c.workflow_state == "deleted")
_ACTIVE_OR_DELETED: Final = case((_SECTION_GONE, "deleted"), else_="active")


def _sections(scope: Scope, sis: bool) -> tuple[Select[Any], list[Column]]:
    """A cross-listed section is told with the course it comes from; where it went is in `xlist`."""
    section = course_sections.c
    both = and_(section.sis_source_id.is_not(None), _home.c.sis_source_id.is_not(None))
    wanted = [
        scope.of_courses(),
        _or_deleted(scope, ~_SECTION_GONE, both),
        *_by_sis(scope, section.sis_batch_id),
        *([_sis(section.sis_source_id), _sis(_home.c.sis_source_id)] if sis else []),
    ]
    restricted = section.restrict_enrollments_to_section_dates
    columns: list[Column] = [
        *([] if sis else [("canvas_section_id", section.id)]),
        ("section_id", words(section.sis_source_id)),
        *([] if sis else [("canvas_course_id", _home.c.id)]),
        ("course_id", words(_home.c.sis_source_id)),
        ("integration_id", words(section.integration_id)),
        ("name", words(section.name)),
        ("status", _ACTIVE_OR_DELETED),
        ("start_date", dates_if(restricted, section.start_at)),
        ("end_date", dates_if(restricted, section.end_at)),
        *([] if sis else [("canvas_account_id", _home.c.account_id)]),
        *([] if sis else [("account_id", words(accounts.c.sis_source_id))]),
        *([] if sis else [_imported(section.sis_batch_id)]),
    ]
    rows = (
        select()
        .select_from(course_sections)
        .join(courses, courses.c.id == section.course_id)
        .join(_home, _home.c.id == func.coalesce(section.nonxlist_course_id, section.course_id))
        .join(accounts, accounts.c.id == _home.c.account_id)
    )
    return rows.where(*wanted).order_by(section.id), columns


ROLE: Final = case(
    (roles.c.workflow_state != "built_in", roles.c.name),
    (roles.c.base_role_type == "StudentEnrollment", "student"),
    (roles.c.base_role_type == "TeacherEnrollment", "teacher"),
    (roles.c.base_role_type == "TaEnrollment", "ta"),
    (roles.c.base_role_type == "ObserverEnrollment", "observer"),
    (roles.c.base_role_type == "DesignerEnrollment", "designer"),
    else_=roles.c.name,
)
_ENROLLMENT_STATUS: Final = case(
    (_SECTION_GONE, "deleted"),
    (enrollments.c.workflow_state == "completed", "concluded"),
    (enrollments.c.workflow_state == "creation_pending", "invited"),
    else_=enrollments.c.workflow_state,
)


def _enrollments(scope: Scope, sis: bool) -> tuple[Select[Any], list[Column]]:
    enrollment = enrollments.c
    login = scope.logins_of_people(deleted=scope.include_deleted)
    observed = login.alias("observed")
    wanted: list[ColumnElement[bool]] = [
        scope.of_courses(),
        enrollment.type != TEST_STUDENT,
        *_by_sis(scope, enrollment.sis_batch_id),
    ]
    if not scope.include_deleted:
        wanted += [enrollment.workflow_state.not_in(("deleted", "completed")), ~_SECTION_GONE]
    if types := list_of(scope.parameters.get("enrollment_filter")):
        wanted.append(enrollment.type.in_(types))
    if states := list_of(scope.parameters.get("enrollment_states")):
        wanted.append(enrollment.workflow_state.in_(stored_states(states)))
    if sis:
        wanted += [
            or_(_sis(courses.c.sis_source_id), _sis(course_sections.c.sis_source_id)),
            enrollment.workflow_state.not_in(("rejected", "invited", "creation_pending")),
        ]
    columns: list[Column] = [
        *([] if sis else [("canvas_course_id", courses.c.id)]),
        ("course_id", words(courses.c.sis_source_id)),
        *([] if sis else [("canvas_user_id", enrollment.user_id)]),
        ("user_id", words(login.c.sis_user_id)),
        ("role", ROLE),
        ("role_id", enrollment.role_id),
        *([] if sis else [("canvas_section_id", course_sections.c.id)]),
        ("section_id", words(course_sections.c.sis_source_id)),
        ("status", _ENROLLMENT_STATUS),
        *([] if sis else [("canvas_associated_user_id", enrollment.associated_user_id)]),
        ("associated_user_id", words(observed.c.sis_user_id)),
        *([] if sis else [_imported(enrollment.sis_batch_id), ("base_role_type", enrollment.type)]),
        ("limit_section_privileges", truth(enrollment.limit_privileges_to_course_section.is_(True))),
        *([] if sis else [("canvas_enrollment_id", enrollment.id)]),
    ]
    rows = (
        select()
        .select_from(enrollments)
        .join(courses, courses.c.id == enrollment.course_id)
        .join(course_sections, course_sections.c.id == enrollment.course_section_id)
        .join(roles, roles.c.id == enrollment.role_id)
        .join(login, login.c.user_id == enrollment.user_id)
        .outerjoin(observed, observed.c.user_id == enrollment.associated_user_id)
    )
    return rows.where(*wanted).order_by(enrollment.id), columns


def _groups_of(scope: Scope) -> ColumnElement[bool]:
    """Groups of the account tree, and of its courses, which carry the account of their course."""
    if scope.at_root:
        return groups.c.root_account_id == scope.root_id
    return groups.c.account_id.in_(scope.accounts_below)


def _groups(scope: Scope, sis: bool) -> tuple[Select[Any], list[Column]]:
    """A group has an account or a course, as an import would want it."""
    group = groups.c
    of_account = group.context_type == "Account"
    alive = group.workflow_state != "deleted"
    wanted = [
        _groups_of(scope),
        _or_deleted(scope, alive, _sis(group.sis_source_id)),
        *_by_sis(scope, None),
        *([_sis(group.sis_source_id)] if sis else []),
    ]
    columns: list[Column] = [
        *([] if sis else [("canvas_group_id", group.id)]),
        ("group_id", words(group.sis_source_id)),
        *([] if sis else [("canvas_group_category_id", group.group_category_id)]),
        ("group_category_id", words(group_categories.c.sis_source_id)),
        *([] if sis else [("canvas_account_id", case((of_account, group.account_id)))]),
        ("account_id", words(case((of_account, accounts.c.sis_source_id)))),
        *([] if sis else [("canvas_course_id", group.course_id)]),
        ("course_id", words(courses.c.sis_source_id)),
        ("name", words(group.name)),
        ("status", group.workflow_state),
        *([] if sis else [_NEVER_IMPORTED]),
        *([] if sis else [("context_id", case((of_account, group.account_id), else_=group.course_id))]),
        *([] if sis else [("context_type", group.context_type)]),
        *([] if sis else [("max_membership", group.max_membership)]),
    ]
    rows = (
        select()
        .select_from(groups)
        .join(accounts, accounts.c.id == group.account_id)
        .outerjoin(courses, courses.c.id == group.course_id)
        .outerjoin(group_categories, group_categories.c.id == group.group_category_id)
    )
    return rows.where(*wanted).order_by(group.id), columns


def _memberships(scope: Scope, sis: bool) -> tuple[Select[Any], list[Column]]:
    member = group_memberships.c
    login = scope.logins_of_people(deleted=scope.include_deleted)
    alive = and_(member.workflow_state != "deleted", groups.c.workflow_state != "deleted")
    wanted = [
        _groups_of(scope),
        _or_deleted(scope, alive, member.sis_batch_id.is_not(None)),
        *_by_sis(scope, member.sis_batch_id),
        *([member.sis_batch_id.is_not(None)] if sis else []),
    ]
    columns: list[Column] = [
        *([] if sis else [("canvas_group_id", groups.c.id)]),
        ("group_id", words(groups.c.sis_source_id)),
        *([] if sis else [("canvas_user_id", member.user_id)]),
        ("user_id", words(login.c.sis_user_id)),
        ("status", member.workflow_state),
        *([] if sis else [_imported(member.sis_batch_id)]),
    ]
    rows = (
        select()
        .select_from(group_memberships)
        .join(groups, groups.c.id == member.group_id)
        .outerjoin(login, login.c.user_id == member.user_id)
    )
    return rows.where(*wanted).order_by(member.id), columns


def _categories(scope: Scope, sis: bool) -> tuple[Select[Any], list[Column]]:
    category = group_categories.c
    of_account = category.context_type == "Account"
    if scope.at_root:
        mine: ColumnElement[bool] = category.root_account_id == scope.root_id
    else:
        below = scope.accounts_below
        mine = or_(
            and_(of_account, category.context_id.in_(below)),
            and_(~of_account, courses.c.account_id.in_(below)),
        )
    wanted = [
        mine,
        _or_deleted(scope, category.deleted_at.is_(None), _sis(category.sis_source_id)),
        *_by_sis(scope, None),
        *([_sis(category.sis_source_id)] if sis else []),
    ]
    status = case((category.deleted_at.is_(None), "active"), else_="deleted")
    columns: list[Column] = (
        [
            ("group_category_id", words(category.sis_source_id)),
            ("account_id", words(accounts.c.sis_source_id)),
            ("course_id", words(courses.c.sis_source_id)),
            ("category_name", words(category.name)),
            ("status", status),
        ]
        if sis
        else [
            ("canvas_group_category_id", category.id),
            ("group_category_id", words(category.sis_source_id)),
            ("context_id", category.context_id),
            ("context_type", category.context_type),
            ("name", words(category.name)),
            ("role", words(category.role)),
            ("self_signup", words(category.self_signup)),
            ("group_limit", category.group_limit),
            ("auto_leader", words(category.auto_leader)),
            ("status", status),
        ]
    )
    rows = (
        select()
        .select_from(group_categories)
        .outerjoin(accounts, and_(of_account, accounts.c.id == category.context_id))
        .outerjoin(courses, and_(~of_account, courses.c.id == category.context_id))
    )
    return rows.where(*wanted).order_by(category.id), columns


def _xlist(scope: Scope, sis: bool) -> tuple[Select[Any], list[Column]]:
    """Sections that stand in another course than the one they come from."""
    section = course_sections.c
    wanted = [
        scope.of_courses(),
        section.workflow_state != "deleted",
        courses.c.workflow_state.not_in(("deleted", "completed")),
        *_by_sis(scope, section.sis_batch_id),
        *([_sis(courses.c.sis_source_id), _sis(section.sis_source_id)] if sis else []),
    ]
    columns: list[Column] = [
        *([] if sis else [("canvas_xlist_course_id", courses.c.id)]),
        ("xlist_course_id", words(courses.c.sis_source_id)),
        *([] if sis else [("canvas_section_id", section.id)]),
        ("section_id", words(section.sis_source_id)),
        ("status", literal("active")),
        *([] if sis else [("canvas_nonxlist_course_id", _home.c.id)]),
        *([] if sis else [("nonxlist_course_id", words(_home.c.sis_source_id))]),
    ]
    rows = (
        select()
        .select_from(course_sections)
        .join(courses, courses.c.id == section.course_id)
        .join(_home, _home.c.id == section.nonxlist_course_id)
    )
    return rows.where(*wanted).order_by(section.id), columns


_OBSERVERS: Final = (
    ["canvas_observer_id", "observer_id", "canvas_student_id", "student_id", "status", "created_by_sis"],
    ["observer_id", "student_id", "status"],
)


def _admins(scope: Scope, sis: bool) -> tuple[Select[Any], list[Column]]:
    member = account_users.c
    login = scope.logins_of_people(deleted=scope.include_deleted)
    wanted = [
        member.account_id.in_(scope.accounts_below),
        _or_deleted(scope, member.workflow_state != "deleted", member.workflow_state == "deleted"),
        *_by_sis(scope, None),
        *([false()] if sis else []),  # none came with an import
    ]
    columns: list[Column] = [
        *([] if sis else [("admin_user_name", words(users.c.name)), ("canvas_user_id", member.user_id)]),
        ("user_id", words(login.c.sis_user_id)),
        *([] if sis else [("canvas_account_id", member.account_id)]),
        ("account_id", words(accounts.c.sis_source_id)),
        ("role_id", member.role_id),
        ("role", roles.c.name),
        ("status", member.workflow_state),
        *([] if sis else [_NEVER_IMPORTED]),
    ]
    rows = (
        select()
        .select_from(account_users)
        .join(users, users.c.id == member.user_id)
        .join(accounts, accounts.c.id == member.account_id)
        .join(roles, roles.c.id == member.role_id)
        .outerjoin(login, login.c.user_id == member.user_id)
    )
    return rows.where(*wanted).order_by(member.id), columns


# In the order of the report; None: observer links between people are not kept here, so that the part has no rows.
PARTS: Final[dict[str, Rows | None]] = {
    "users": _users,
    "accounts": _accounts,
    "terms": _terms,
    "courses": _courses,
    "sections": _sections,
    "enrollments": _enrollments,
    "groups": _groups,
    "group_membership": _memberships,
    "group_categories": _categories,
    "xlist": _xlist,
    "user_observers": None,
    "admins": _admins,
}


def chosen_parts(parameters: dict[str, Any]) -> list[str]:
    return [name for name in PARTS if truthy(parameters.get(name))]


def _part(scope: Scope, name: str, sis: bool) -> Part:
    build = PARTS[name]
    if build is None:
        return Part(name, _OBSERVERS[sis], None)
    rows, columns = build(scope, sis)
    return Part(
        name,
        [head for head, _ in columns],
        rows.with_only_columns(*(cell for _, cell in columns), maintain_column_froms=True),
    )


def _parts(sis: bool) -> Callable[[Scope], list[Part]]:
    def build(scope: Scope) -> list[Part]:
        names = chosen_parts(scope.parameters)
        if not names:
            raise CannotBeDone(f"Nothing was asked for: set one of {', '.join(PARTS)} to true.")
        return [_part(scope, name, sis) for name in names]

    return build


def _parameters(*more: Parameter) -> tuple[Parameter, ...]:
    flags = (Parameter(name, f"With the part `{name}`.", takes="part") for name in PARTS)
    return (TERM, *flags, Parameter(SISONLY, "Only what came with a SIS import."), WITH_DELETED, *more)


KINDS: Final = (
    ReportKind(
        "provisioning_csv",
        "Provisioning",
        _parameters(
            Parameter(
                "enrollment_filter",
                "Only enrollments of these types, as `StudentEnrollment`.",
                takes="several",
                choices=COURSE_BASES,
            ),
            Parameter(
                "enrollment_states",
                "Only enrollments in these states.",
                takes="several",
                choices=ENROLLMENT_STATES,
            ),
        ),
        _parts(sis=False),
        names_parts=True,
    ),
    ReportKind("sis_export_csv", "SIS Export", _parameters(), _parts(sis=True), names_parts=True),
)
