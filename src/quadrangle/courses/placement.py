"""What courses and enrollments mean to the accounts that hold them: who reads an account through a course, who is associated with it, who
may make courses where, what is in the way of a deletion. Source: permissions.md §5, accounts.md §5.13 and §6.
"""

from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select, union_all

from quadrangle.accounts import (
    MANUAL_COURSES,
    ROOT_ID,
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
from quadrangle.db import Dynamic, Statement, UnitOfWork, any_of, collect
from quadrangle.db.schema import BigId
from quadrangle.people import logins

_ACCOUNT = bindparam("account_id", type_=BigId)
_ROOT = bindparam("root_id", type_=BigId)

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


def _associated() -> ColumnElement[bool]:
    """A login at a root, a membership or an enrollment there or below. Indexes: ix_logins_user_id_…, uq_account_users_membership,
    ix_enrollments_user_id_course_id."""
    login = select(logins.c.id).where(
        logins.c.user_id == user_bind(), logins.c.account_id == _ACCOUNT, logins.c.workflow_state != "deleted"
    )
    membership = select(account_users.c.id).where(
        account_users.c.user_id == user_bind(),
        account_users.c.workflow_state == "active",
        account_users.c.account_id.in_(_within()),
    )
    return or_(exists(login), exists(membership), _enrolled_within())


def _member_in_tree() -> ColumnElement[bool]:
    """A membership anywhere below the bound root, or there. Indexes: uq_account_users_membership, primary key of account_lineage."""
    return exists(
        select(account_users.c.id)
        .join(account_lineage, account_lineage.c.account_id == account_users.c.account_id)
        .where(
            account_users.c.user_id == user_bind(),
            account_users.c.workflow_state == "active",
            account_lineage.c.ancestor_id == _ROOT,
        )
    )


def _teaches_in_tree() -> ColumnElement[bool]:
    """An active teacher or TA enrollment anywhere in the bound root. Index: ix_enrollments_user_id_course_id."""
    return exists(
        select(enrollments.c.id).where(
            enrollments.c.user_id == user_bind(),
            enrollments.c.root_account_id == _ROOT,
            enrollments.c.workflow_state == "active",
            enrollments.c.type.in_(("TeacherEnrollment", "TaEnrollment")),
        )
    )


class _Place(msgspec.Struct, frozen=True, array_like=True):
    """As what somebody is actively enrolled in a course of an account."""

    type: str
    account_id: int


class Ties(msgspec.Struct, frozen=True):
    """What ties somebody to an account beside roles there and above. places: in the whole root, as are the two before it."""

    associated: bool
    member_in_tree: bool
    teaches_in_tree: bool
    places: list[_Place]
    root_settings: dict[str, Any]


_TIES = Statement(
    # Whatever ties a user to an account; one statement for all of it. Indexes as said at each column.
    select(
        _associated().label("associated"),
        _member_in_tree().label("member_in_tree"),
        _teaches_in_tree().label("teaches_in_tree"),
        collect(
            select(enrollments.c.type, courses.c.account_id)
            .join(courses, courses.c.id == enrollments.c.course_id)
            .where(
                enrollments.c.user_id == user_bind(),
                enrollments.c.workflow_state == "active",
                courses.c.workflow_state != "deleted",
                courses.c.root_account_id == _ROOT,
            )
            .distinct(),
            _Place,
        ).label("places"),
        accounts.c.settings.label("root_settings"),
    ).where(accounts.c.id == _ROOT),
    into=Ties,
)


async def ties_to(uow: UnitOfWork, user_id: int, account_id: int, root_id: int) -> Ties:
    """What ties a user to an account of a root; one statement."""
    ties = await uow.one(_TIES, user_id=user_id, account_id=account_id, root_id=root_id)
    assert ties is not None, "there is no such root account"
    return ties


async def reads_account(uow: UnitOfWork, rights: AccountRights) -> bool:
    """The general right `read`: any admin, or an admin enrollment in a course directly in the account."""
    if rights.is_admin:
        return True
    if rights.account_id == SITE_ADMIN_ID:
        return False
    return await uow.one(_STAFF_IN, user_id=rights.user_id, account_id=rights.account_id) is not None


async def reads_terms(uow: UnitOfWork, rights: AccountRights, account: Account) -> bool:
    """The general right `read_terms`: any admin; at a root also any admin of its tree and any active teacher or TA."""
    if rights.is_admin or not account.is_root:
        return rights.is_admin
    return reads_terms_by(await ties_to(uow, rights.user_id, account.id, account.id))


def reads_terms_by(ties: Ties) -> bool:
    return ties.member_in_tree or ties.teaches_in_tree


async def is_associated(uow: UnitOfWork, user_id: int, account_id: int, root_id: int = ROOT_ID) -> bool:
    """User–account association (permissions.md §5); it climbs the chain."""
    return (await ties_to(uow, user_id, account_id, root_id)).associated


class OwnCourses(msgspec.Struct, frozen=True):
    """Where somebody may make courses without being an admin. manual: the account for manually created courses counts too."""

    manual: bool
    account_ids: tuple[int, ...]

    def includes(self, account_id: int, manual_id: object) -> bool:
        return account_id in self.account_ids or (self.manual and account_id == manual_id)


_SELF_SERVED: Final = ("students", "teachers", "no_enrollments")


def _own_courses(ties: Ties) -> OwnCourses:
    """The self-service rule of accounts.md §6.3, for the root that `ties` are about."""

    def on(name: str) -> bool:
        return bool(root_setting(ties.root_settings, name))

    if not ties.places:
        return OwnCourses(on("no_enrollments_can_create_courses") and ties.associated, ())
    manual = False
    found: list[int] = []
    for who, type_ in (("teachers", "TeacherEnrollment"), ("students", "StudentEnrollment")):
        mine = sorted(place.account_id for place in ties.places if place.type == type_)
        if mine and on(f"{who}_can_create_courses"):
            manual = True
            found += mine if on(f"{who}_can_create_courses_anywhere") else []
    return OwnCourses(manual, tuple(dict.fromkeys(found)))


def makes_own_courses_in(ties: Ties, account_id: int) -> bool:
    """Whether somebody may make courses in an account without being an admin there."""
    return _own_courses(ties).includes(account_id, ties.root_settings.get(MANUAL_COURSES))


async def own_course_places(uow: UnitOfWork, user_id: int, root: Account) -> OwnCourses:
    """Where a user may make courses without being an admin; no statement where nobody may."""
    if not any(root_setting(root.settings, f"{who}_can_create_courses") for who in _SELF_SERVED):
        return OwnCourses(False, ())
    return _own_courses(await ties_to(uow, user_id, root.id, root.id))


async def creates_courses(uow: UnitOfWork, rights: AccountRights, root: Account) -> bool:
    """The general right `create_courses`: manage_courses_add, or making one's own there (accounts.md §6.3)."""
    if rights.may("manage_courses_add"):
        return True
    places = await own_course_places(uow, rights.user_id, root)
    return places.includes(rights.account_id, root.settings.get(MANUAL_COURSES))


async def has_courses(uow: UnitOfWork, account_id: int) -> bool:
    """Whether a course that is not deleted is associated with the account or one below it."""
    return await uow.one(_COURSE_WITHIN, account_id=account_id) is not None


async def has_courses_in_term(uow: UnitOfWork, term_id: int) -> bool:
    return await uow.one(_COURSE_IN_TERM, term_id=term_id) is not None


async def is_template(uow: UnitOfWork, course_id: int, root_id: int) -> bool:
    """Whether a course may be the template of accounts of this root."""
    return await uow.one(_TEMPLATE, course_id=course_id, root_id=root_id) is not None
