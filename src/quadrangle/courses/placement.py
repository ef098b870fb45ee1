"""What courses and enrollments mean to the accounts that hold them: who reads an account through a course, who is associated with it, who
may make courses where, what is in the way of a deletion. Source: permissions.md §5, accounts.md §5.13 and §6.
"""

from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select, union_all

from quadrangle.accounts import (
    GENERAL_RIGHTS,
    IS_MEMBER_IN_TREE,
    REGISTRY,
    SITE_ADMIN_ID,
    Account,
    AccountRights,
    Counted,
    account_lineage,
    account_users,
    accounts,
    root_setting,
    user_bind,
)
from quadrangle.courses.model import STAFF_TYPES
from quadrangle.courses.tables import course_sections, courses, enrollments
from quadrangle.db import Dynamic, Statement, UnitOfWork, any_of
from quadrangle.db.schema import BigId
from quadrangle.people import logins

_ACCOUNT = bindparam("account_id", type_=BigId)

# A teacher, TA or designer enrollment as permissions.md §5 counts it for reading an account.
ADMIN_ENROLLMENT = and_(
    enrollments.c.user_id == user_bind(),
    enrollments.c.type.in_(sorted(STAFF_TYPES)),
    or_(
        and_(enrollments.c.workflow_state != "deleted", courses.c.workflow_state == "claimed"),
        and_(enrollments.c.workflow_state == "active", courses.c.workflow_state == "available"),
    ),
)

# Whether a user has an admin enrollment in a course directly in an account. Index: ix_enrollments_user_id_course_id.
_STAFF_IN = Statement(
    select(enrollments.c.id)
    .join(courses, courses.c.id == enrollments.c.course_id)
    .where(ADMIN_ENROLLMENT, courses.c.account_id == _ACCOUNT)
    .limit(1),
    into=int,
)

# Whether a user has an active teacher or TA enrollment anywhere in a root. Index: ix_enrollments_user_id_course_id.
_TEACHES_IN = Statement(
    select(enrollments.c.id)
    .where(
        enrollments.c.user_id == user_bind(),
        enrollments.c.root_account_id == _ACCOUNT,
        enrollments.c.workflow_state == "active",
        enrollments.c.type.in_(("TeacherEnrollment", "TaEnrollment")),
    )
    .limit(1),
    into=int,
)


class TaughtIn(msgspec.Struct, frozen=True):
    """An account that directly holds a course of one's own, with the key it is sorted by."""

    id: int
    name: str
    name_key: str
    workflow_state: str
    uuid: str
    parent_account_id: int | None
    root_account_id: int | None


def _taught_in(after: bool) -> Select[Any]:
    statement = (
        select(*(accounts.c[name] for name in TaughtIn.__struct_fields__))
        .where(
            accounts.c.workflow_state == "active",
            accounts.c.id.in_(
                select(courses.c.account_id)
                .join(enrollments, enrollments.c.course_id == courses.c.id)
                .where(ADMIN_ENROLLMENT)
            ),
        )
        .order_by(accounts.c.name_key, accounts.c.id)
        .limit(bindparam("limit"))
    )
    if not after:
        return statement.offset(bindparam("offset"))
    later = or_(
        accounts.c.name_key > bindparam("name_key"),
        and_(accounts.c.name_key == bindparam("name_key"), accounts.c.id > bindparam("after_id", type_=BigId)),
    )
    return statement.where(later)


# The accounts directly holding a course in which a user has an admin enrollment, by name; the key tells whether to go on after a
# bookmark. Index: ix_enrollments_user_id_course_id.
ACCOUNTS_TAUGHT_IN = Dynamic(_taught_in, into=TaughtIn)

# How many courses each of several accounts holds directly. Index: ix_courses_account_id_….
COURSES_OF_EACH = Statement(
    select(courses.c.account_id, func.count().label("count"))
    .where(any_of(courses.c.account_id, "ids"), courses.c.workflow_state != "deleted")
    .group_by(courses.c.account_id),
    into=Counted,
)


def _within() -> Select[Any]:
    return select(account_lineage.c.account_id).where(account_lineage.c.ancestor_id == _ACCOUNT)


_origin = courses.alias("origin")

# Whether a course that is not deleted is associated with an account: it, or the first home of one of its sections, lies there or below.
# Indexes: ix_account_lineage_ancestor_id_…, ix_courses_account_id_…, ix_course_sections_nonxlist_course_id.
_COURSE_WITHIN = Statement(
    union_all(
        select(courses.c.id).where(courses.c.account_id.in_(_within()), courses.c.workflow_state != "deleted"),
        select(courses.c.id)
        .join(course_sections, course_sections.c.course_id == courses.c.id)
        .join(_origin, _origin.c.id == course_sections.c.nonxlist_course_id)
        .where(
            _origin.c.account_id.in_(_within()),
            courses.c.workflow_state != "deleted",
            course_sections.c.workflow_state != "deleted",
        ),
    ).limit(1),
    into=int,
)

# Whether a course that is not deleted stands in a term. Index: ix_courses_enrollment_term_id.
_COURSE_IN_TERM = Statement(
    select(courses.c.id)
    .where(courses.c.enrollment_term_id == bindparam("term_id", type_=BigId), courses.c.workflow_state != "deleted")
    .limit(1),
    into=int,
)

# Whether a course is a template of a root. Index: primary key.
_TEMPLATE = Statement(
    select(courses.c.id).where(
        courses.c.id == bindparam("course_id", type_=BigId),
        courses.c.root_account_id == bindparam("root_id", type_=BigId),
        courses.c.template.is_(True),
        courses.c.workflow_state != "deleted",
    ),
    into=int,
)


def _enrolled_within() -> ColumnElement[bool]:
    return exists(
        select(enrollments.c.id)
        .join(courses, courses.c.id == enrollments.c.course_id)
        .join(course_sections, course_sections.c.id == enrollments.c.course_section_id)
        .outerjoin(_origin, _origin.c.id == course_sections.c.nonxlist_course_id)
        .where(
            enrollments.c.user_id == user_bind(),
            enrollments.c.workflow_state != "deleted",
            or_(courses.c.account_id.in_(_within()), _origin.c.account_id.in_(_within())),
        )
        .correlate(None)
    )


# Whether a user is associated with an account: a login at a root, a membership or an enrollment there or below. Indexes:
# ix_logins_user_id_…, uq_account_users_membership, ix_enrollments_user_id_course_id.
_ASSOCIATED = Statement(
    select(accounts.c.id).where(
        accounts.c.id == _ACCOUNT,
        or_(
            exists(
                select(logins.c.id).where(
                    logins.c.user_id == user_bind(),
                    logins.c.account_id == _ACCOUNT,
                    logins.c.workflow_state != "deleted",
                )
            ),
            exists(
                select(account_users.c.id).where(
                    account_users.c.user_id == user_bind(),
                    account_users.c.workflow_state == "active",
                    account_users.c.account_id.in_(_within()),
                )
            ),
            _enrolled_within(),
        ),
    ),
    into=int,
)


class _Place(msgspec.Struct, frozen=True):
    type: str
    account_id: int


# Where, and as what, a user is actively enrolled in a root. Index: ix_enrollments_user_id_course_id.
_ACTIVE_PLACES = Statement(
    select(enrollments.c.type, courses.c.account_id)
    .join(courses, courses.c.id == enrollments.c.course_id)
    .where(
        enrollments.c.user_id == user_bind(),
        enrollments.c.workflow_state == "active",
        courses.c.workflow_state != "deleted",
        courses.c.root_account_id == _ACCOUNT,
    )
    .distinct()
    .order_by(courses.c.account_id, enrollments.c.type),
    into=_Place,
)


async def reads_account(uow: UnitOfWork, rights: AccountRights) -> bool:
    """The general right `read`: any admin, or an admin enrollment in a course directly in the account."""
    if rights.is_admin:
        return True
    if rights.account_id == SITE_ADMIN_ID:
        return False
    return await uow.one(_STAFF_IN, user_id=rights.user_id, account_id=rights.account_id) is not None


async def reads_terms(uow: UnitOfWork, rights: AccountRights, account: Account) -> bool:
    """The general right `read_terms`: any admin; at a root also any admin of its tree and any active teacher or TA."""
    if rights.is_admin:
        return True
    if not account.is_root:
        return False
    if await uow.one(IS_MEMBER_IN_TREE, user_id=rights.user_id, root_id=account.id) is not None:
        return True
    return await uow.one(_TEACHES_IN, user_id=rights.user_id, account_id=account.id) is not None


async def is_associated(uow: UnitOfWork, user_id: int, account_id: int) -> bool:
    """User–account association (permissions.md §5); it climbs the chain."""
    return await uow.one(_ASSOCIATED, user_id=user_id, account_id=account_id) is not None


class OwnCourses(msgspec.Struct, frozen=True):
    """Where somebody may make courses without being an admin. manual: the account for manually created courses counts too."""

    manual: bool
    account_ids: tuple[int, ...]

    def includes(self, account_id: int, manual_id: object) -> bool:
        return account_id in self.account_ids or (self.manual and account_id == manual_id)


_NOWHERE: Final = OwnCourses(False, ())


async def own_course_places(uow: UnitOfWork, user_id: int, root: Account) -> OwnCourses:
    """The self-service rule of accounts.md §6.3, for one root."""

    def on(name: str) -> bool:
        return bool(root_setting(root.settings, name))

    if not any(on(f"{who}_can_create_courses") for who in ("students", "teachers", "no_enrollments")):
        return _NOWHERE
    places = await uow.all(_ACTIVE_PLACES, user_id=user_id, account_id=root.id)
    if not places:
        open_to_all = on("no_enrollments_can_create_courses") and await is_associated(uow, user_id, root.id)
        return OwnCourses(open_to_all, ())
    manual = False
    found: list[int] = []
    for who, type_ in (("teachers", "TeacherEnrollment"), ("students", "StudentEnrollment")):
        mine = [place.account_id for place in places if place.type == type_]
        if mine and on(f"{who}_can_create_courses"):
            manual = True
            found += mine if on(f"{who}_can_create_courses_anywhere") else []
    return OwnCourses(manual, tuple(dict.fromkeys(found)))


async def creates_courses(uow: UnitOfWork, rights: AccountRights, root: Account) -> bool:
    """The general right `create_courses`: manage_courses_add, or making one's own there (accounts.md §6.3)."""
    if rights.may("manage_courses_add"):
        return True
    places = await own_course_places(uow, rights.user_id, root)
    return places.includes(rights.account_id, root.settings.get("manually_created_courses_account_id"))


async def has_courses(uow: UnitOfWork, account_id: int) -> bool:
    """Whether a course that is not deleted is associated with the account or one below it."""
    return await uow.one(_COURSE_WITHIN, account_id=account_id) is not None


async def has_courses_in_term(uow: UnitOfWork, term_id: int) -> bool:
    return await uow.one(_COURSE_IN_TERM, term_id=term_id) is not None


async def is_template(uow: UnitOfWork, course_id: int, root_id: int) -> bool:
    """Whether a course may be the template of accounts of this root."""
    return await uow.one(_TEMPLATE, course_id=course_id, root_id=root_id) is not None


async def all_rights(uow: UnitOfWork, rights: AccountRights, account: Account, root: Account) -> dict[str, bool]:
    """Every right there is at an account, registry and general, with its value (accounts.md §5.6)."""
    reads = await reads_account(uow, rights)
    admin = rights.is_admin
    general = dict.fromkeys(GENERAL_RIGHTS, admin) | {
        "read": reads,
        "read_files": reads,
        "read_terms": await reads_terms(uow, rights, account),
        "create_courses": await creates_courses(uow, rights, root),
        "view_account_calendar_details": await views_calendar(uow, rights, account, reads=reads),
        "view_bounced_emails": admin and rights.may("read_email_addresses"),
        "read_global_outcomes": admin and account.id == SITE_ADMIN_ID,
    }
    return general | {name: rights.may(name) for name in REGISTRY}


async def views_calendar(uow: UnitOfWork, rights: AccountRights, account: Account, *, reads: bool) -> bool:
    """The general right `view_account_calendar_details`. reads: whether the caller has `read` on the account."""
    if not account.account_calendar_visible and not rights.may("manage_account_calendar_visibility"):
        return False
    return reads or await is_associated(uow, rights.user_id, account.id)
