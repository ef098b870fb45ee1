"""Everything asked of the database about groups, categories and memberships."""

from typing import Any, Literal

import msgspec
from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, literal, or_, select, update

from quadrangle.accounts import account_lineage, accounts, enrollment_terms
from quadrangle.courses import course_sections, courses, enrollments
from quadrangle.db import Dynamic, Statement, UnitOfWork, any_of
from quadrangle.db.schema import BigId, UtcTime
from quadrangle.db.statement import TextList
from quadrangle.groups.model import CategoryView, Group, GroupCategory, GroupView, Membership
from quadrangle.groups.tables import group_categories, group_memberships, groups
from quadrangle.kernel.ids import Ref
from quadrangle.kernel.text import contains
from quadrangle.people import Person, communication_channels, logins, select_people, users

GROUP_COLUMNS = [groups.c[name] for name in Group.__struct_fields__]
CATEGORY_COLUMNS = [group_categories.c[name] for name in GroupCategory.__struct_fields__]
MEMBERSHIP_COLUMNS = [group_memberships.c[name] for name in Membership.__struct_fields__]

_AVAILABLE = groups.c.workflow_state == "available"
_ACCEPTED = group_memberships.c.workflow_state == "accepted"


def _id(name: str) -> Any:
    return bindparam(name, type_=BigId)


# --- categories -------------------------------------------------------------------------------------------------------

# A category by id, deleted ones included. Index: primary key.
CATEGORY = Statement(select(*CATEGORY_COLUMNS).where(group_categories.c.id == bindparam("id")), into=GroupCategory)

_CATEGORY_BY = Dynamic(
    # A category by one of its references. Indexes: primary key; SIS ids are few.
    lambda column: select(*CATEGORY_COLUMNS).where(
        group_categories.c[column] == bindparam("value"), group_categories.c.deleted_at.is_(None)
    ),
    into=GroupCategory,
)
_CATEGORY_COLUMN = {"id": "id", "sis_group_category_id": "sis_source_id"}


async def find_category(uow: UnitOfWork, ref: Ref) -> GroupCategory | None:
    """The category a reference names, unless it was deleted."""
    column = _CATEGORY_COLUMN.get(ref.kind)
    if column is None:
        return None
    value: Any = ref.number if column == "id" else ref.value
    return await uow.one(_CATEGORY_BY.at(column), value=value)


def _in_category(user_id: ColumnElement[int]) -> ColumnElement[bool]:
    """`user_id` is in a group of the enclosing category. Index: ix_groups_group_category_id, uq_group_memberships_member."""
    return exists(
        select(literal(1))
        .select_from(group_memberships.join(groups, groups.c.id == group_memberships.c.group_id))
        .where(
            group_memberships.c.user_id == user_id,
            _ACCEPTED,
            groups.c.group_category_id == group_categories.c.id,
            _AVAILABLE,
        )
        .correlate_except(group_memberships, groups)
    )


_STUDENTS = (
    enrollments.c.course_id == group_categories.c.context_id,
    enrollments.c.type == "StudentEnrollment",
    enrollments.c.workflow_state == "active",
)
_CATEGORY_VIEW = select(
    *CATEGORY_COLUMNS,
    _in_category(_id("user_id")).label("is_member"),
    select(func.count())
    .select_from(groups)
    .where(groups.c.group_category_id == group_categories.c.id, _AVAILABLE)
    .correlate(group_categories)
    .scalar_subquery()
    .label("groups_count"),
    select(func.count(enrollments.c.user_id.distinct()))
    .where(*_STUDENTS, group_categories.c.context_type == "Course", ~_in_category(enrollments.c.user_id))
    .correlate(group_categories)
    .scalar_subquery()
    .label("unassigned_users_count"),
)

# One category as it is shown. Indexes: primary key; ix_groups_group_category_id; ix_enrollments_course_id_….
CATEGORY_VIEW = Statement(_CATEGORY_VIEW.where(group_categories.c.id == bindparam("id")), into=CategoryView)

_OF_CONTEXT = (
    group_categories.c.context_type == bindparam("context_type"),
    group_categories.c.context_id == bindparam("context_id"),
    group_categories.c.deleted_at.is_(None),
)

# The categories of a course or an account, by id. Index: ix_group_categories_context_type_context_id.
CATEGORIES_OF = Statement(
    _CATEGORY_VIEW.where(*_OF_CONTEXT)
    .order_by(group_categories.c.id)
    .limit(bindparam("limit"))
    .offset(bindparam("offset")),
    into=CategoryView,
)
COUNT_CATEGORIES_OF = Statement(select(func.count()).select_from(group_categories).where(*_OF_CONTEXT), into=int)

# A category of that name in the context, another one than `id`. Index: ix_group_categories_context_type_context_id.
CATEGORY_NAMED = Statement(
    select(group_categories.c.id).where(
        *_OF_CONTEXT,
        group_categories.c.name == bindparam("name"),
        group_categories.c.id != _id("id"),
    ),
    into=int,
)

# Another category with this SIS id. SIS ids of categories are few.
CATEGORY_WITH_SIS = Statement(
    select(group_categories.c.id).where(
        group_categories.c.sis_source_id == bindparam("sis_source_id"),
        group_categories.c.deleted_at.is_(None),
        group_categories.c.id != _id("id"),
    ),
    into=int,
)

# The one category of a role in a context, such as the communities of a root account.
CATEGORY_IN_ROLE = Statement(
    select(*CATEGORY_COLUMNS).where(*_OF_CONTEXT, group_categories.c.role == bindparam("role")).limit(1),
    into=GroupCategory,
)

# The account a course stands in. Index: primary key.
ACCOUNT_OF_COURSE = Statement(select(courses.c.account_id).where(courses.c.id == bindparam("id")), into=int)


# --- groups -----------------------------------------------------------------------------------------------------------


class GroupForUser(Group, frozen=True):
    """A group with one user's own membership in it, if any, and what its category says about joining."""

    membership_id: int | None
    membership_state: str | None
    membership_moderator: bool | None
    category_role: str | None
    self_signup: str | None


def _groups_for_user() -> Select[Any]:
    """Groups with the bound user's membership. Index: uq_group_memberships_member."""
    return (
        select(
            *GROUP_COLUMNS,
            group_memberships.c.id.label("membership_id"),
            group_memberships.c.workflow_state.label("membership_state"),
            group_memberships.c.moderator.label("membership_moderator"),
            group_categories.c.role.label("category_role"),
            group_categories.c.self_signup.label("self_signup"),
        )
        .outerjoin(group_categories, group_categories.c.id == groups.c.group_category_id)
        .outerjoin(
            group_memberships,
            and_(
                group_memberships.c.group_id == groups.c.id,
                group_memberships.c.user_id == _id("user_id"),
                group_memberships.c.workflow_state != "deleted",
            ),
        )
    )


# A group by one of its references, with the bound user's membership. Hot. Indexes: primary key or uq_groups_sis_source_id.
GROUP_FOR_USER = Dynamic(
    lambda column: _groups_for_user().where(groups.c[column] == bindparam("value")), into=GroupForUser
)
# Several groups in the same way, but not those that were deleted. Index: primary key.
GROUPS_FOR_USER = Statement(
    _groups_for_user().where(any_of(groups.c.id, "ids"), groups.c.workflow_state != "deleted"), into=GroupForUser
)
_GROUP_COLUMN = {"id": "id", "sis_group_id": "sis_source_id"}


async def find_group(uow: UnitOfWork, ref: Ref, user_id: int | None) -> GroupForUser | None:
    """The group a reference names, deleted ones included."""
    column = _GROUP_COLUMN.get(ref.kind)
    if column is None:
        return None
    value: Any = ref.number if column == "id" else ref.value
    return await uow.one(GROUP_FOR_USER.at(column), value=value, user_id=user_id)


_context_account = func.coalesce(courses.c.account_id, groups.c.account_id)


def _views() -> Select[Any]:
    """Groups with everything that is told about them. Indexes: primary keys; uq_group_memberships_member for the count."""
    return (
        select(
            *GROUP_COLUMNS,
            func.coalesce(courses.c.name, accounts.c.name).label("context_name"),
            group_categories.c.role.label("category_role"),
            group_categories.c.group_limit,
            select(func.count())
            .select_from(group_memberships)
            .where(group_memberships.c.group_id == groups.c.id, _ACCEPTED)
            .correlate(groups)
            .scalar_subquery()
            .label("members_count"),
            _nearest_quota().label("inherited_quota"),
            users.c.short_name.label("leader_name"),
            users.c.pronouns.label("leader_pronouns"),
            users.c.avatar_url.label("leader_avatar_url"),
            courses.c.workflow_state.label("course_state"),
            courses.c.restrict_enrollments_to_course_dates.label("course_restricts"),
            courses.c.conclude_at.label("course_end_at"),
            enrollment_terms.c.end_at.label("term_end_at"),
        )
        .select_from(groups)
        .join(accounts, accounts.c.id == groups.c.account_id)
        .outerjoin(group_categories, group_categories.c.id == groups.c.group_category_id)
        .outerjoin(courses, courses.c.id == groups.c.course_id)
        .outerjoin(enrollment_terms, enrollment_terms.c.id == courses.c.enrollment_term_id)
        .outerjoin(users, users.c.id == groups.c.leader_id)
    )


def _nearest_quota() -> Any:
    above = accounts.alias("above")
    return (
        select(above.c.default_group_storage_quota)
        .select_from(above.join(account_lineage, account_lineage.c.ancestor_id == above.c.id))
        .where(account_lineage.c.account_id == _context_account, above.c.default_group_storage_quota.is_not(None))
        .order_by(account_lineage.c.distance)
        .limit(1)
        .correlate(courses, groups)
        .scalar_subquery()
    )


# One group as it is shown. Index: primary key.
GROUP_VIEW = Statement(_views().where(groups.c.id == bindparam("id")), into=GroupView)


class Listing(msgspec.Struct, frozen=True):
    """Which groups: of a course, an account or a category (bound as `of_id`), or those the bound user is in. own: only the latter's."""

    of: Literal["course", "account", "category", "user"]
    own: bool = False
    context_type: str | None = None


def _listed(listing: Listing) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [_AVAILABLE]
    match listing.of:
        case "course":
            conditions.append(groups.c.course_id == _id("of_id"))
        case "account":
            conditions += [groups.c.account_id == _id("of_id"), groups.c.context_type == "Account"]
        case "category":
            conditions.append(groups.c.group_category_id == _id("of_id"))
    if listing.of == "user" or listing.own:
        mine = select(group_memberships.c.group_id).where(group_memberships.c.user_id == _id("user_id"), _ACCEPTED)
        conditions.append(groups.c.id.in_(mine))
    if listing.of == "user":
        enrolled = select(enrollments.c.course_id).where(
            enrollments.c.user_id == _id("user_id"), enrollments.c.workflow_state.in_(("active", "completed"))
        )
        # Members of a course group are members while their course is open to them (permissions.md §5).
        open_courses = select(courses.c.id).where(
            courses.c.id.in_(enrolled), courses.c.workflow_state.in_(("available", "completed"))
        )
        conditions.append(or_(groups.c.course_id.is_(None), groups.c.course_id.in_(open_courses)))
    if listing.context_type is not None:
        conditions.append(groups.c.context_type == bindparam("context_type"))
    return conditions


# Lists of groups, by id. Indexes: ix_groups_course_id_…, ix_groups_account_id_…, ix_groups_group_category_id, ix_group_memberships_user_id.
GROUPS = Dynamic(
    lambda listing: (
        _views().where(*_listed(listing)).order_by(groups.c.id).limit(bindparam("limit")).offset(bindparam("offset"))
    ),
    into=GroupView,
)
COUNT_GROUPS = Dynamic(lambda listing: select(func.count()).select_from(groups).where(*_listed(listing)), into=int)


class GroupSize(msgspec.Struct, frozen=True):
    """A group and how many are in it."""

    id: int
    name: str
    max_membership: int | None
    members: int


class GroupKey(msgspec.Struct, frozen=True):
    """A group under its SIS id."""

    id: int
    key: str


# The groups of a category that have a SIS id. Index: ix_groups_group_category_id.
GROUPS_BY_SIS = Statement(
    select(groups.c.id, groups.c.sis_source_id.label("key")).where(
        groups.c.group_category_id == bindparam("category_id"), groups.c.sis_source_id.is_not(None), _AVAILABLE
    ),
    into=GroupKey,
)

# Every group of a category with its size, by id. Index: ix_groups_group_category_id.
SIZES_IN_CATEGORY = Statement(
    select(groups.c.id, groups.c.name, groups.c.max_membership, func.count(group_memberships.c.id).label("members"))
    .select_from(groups.outerjoin(group_memberships, and_(group_memberships.c.group_id == groups.c.id, _ACCEPTED)))
    .where(groups.c.group_category_id == bindparam("category_id"), _AVAILABLE)
    .group_by(groups.c.id, groups.c.name, groups.c.max_membership)
    .order_by(groups.c.id),
    into=GroupSize,
)


# --- people in groups -------------------------------------------------------------------------------------------------


class People(msgspec.Struct, frozen=True):
    """Which people: the accepted members of a group, or those who may be in a category's groups; unassigned: and are in none yet."""

    of: Literal["group", "category"]
    unassigned: bool = False
    searched: bool = False


def _people(which: People) -> list[ColumnElement[bool]]:
    if which.of == "group":
        members = select(group_memberships.c.user_id).where(group_memberships.c.group_id == _id("of_id"), _ACCEPTED)
        conditions: list[ColumnElement[bool]] = [users.c.id.in_(members)]
    else:
        students = select(enrollments.c.user_id).where(
            enrollments.c.course_id == _id("course_id"),
            enrollments.c.type == "StudentEnrollment",
            enrollments.c.workflow_state == "active",
        )
        conditions = [users.c.id.in_(students)]
    placed = (
        select(group_memberships.c.user_id)
        .join(groups, groups.c.id == group_memberships.c.group_id)
        .where(groups.c.group_category_id == _id("of_id"), _AVAILABLE, _ACCEPTED)
    )
    if which.of == "category":
        conditions = [users.c.id.not_in(placed), *conditions] if which.unassigned else [users.c.id.in_(placed)]
    if which.searched:
        conditions.append(contains(users.c.search_key, bindparam("pattern")))
    return [*conditions, users.c.workflow_state != "deleted"]


# People of a group or a category, by id. Indexes: uq_group_memberships_member, ix_enrollments_course_id_…, primary key.
PEOPLE = Dynamic(
    lambda which: (
        select_people()
        .where(*_people(which))
        .order_by(users.c.id)
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
    ),
    into=Person,
)
COUNT_PEOPLE = Dynamic(lambda which: select(func.count()).select_from(users).where(*_people(which)), into=int)


class Member(Person, frozen=True):
    """A person with the group they are in."""

    group_id: int


# The accepted members of several groups at once. Index: uq_group_memberships_member.
MEMBERS_OF_GROUPS = Statement(
    select_people()
    .add_columns(group_memberships.c.group_id)
    .join(group_memberships, group_memberships.c.user_id == users.c.id)
    .where(any_of(group_memberships.c.group_id, "group_ids"), _ACCEPTED, users.c.workflow_state != "deleted")
    .order_by(users.c.id),
    into=Member,
)


class SectionOfUser(msgspec.Struct, frozen=True):
    user_id: int
    section_id: int
    section_name: str


# In which sections of a course some people study. Index: ix_enrollments_course_id_….
SECTIONS_OF_USERS = Statement(
    select(
        enrollments.c.user_id, course_sections.c.id.label("section_id"), course_sections.c.name.label("section_name")
    )
    .join(course_sections, course_sections.c.id == enrollments.c.course_section_id)
    .where(
        enrollments.c.course_id == bindparam("course_id"),
        enrollments.c.workflow_state == "active",
        any_of(enrollments.c.user_id, "user_ids"),
    )
    .order_by(course_sections.c.id),
    into=SectionOfUser,
)

# Whether somebody is, or is about to be, in a course. Index: ix_enrollments_user_id_course_id.
IN_COURSE = Statement(
    select(enrollments.c.id)
    .where(
        enrollments.c.user_id == bindparam("user_id"),
        enrollments.c.course_id == bindparam("course_id"),
        enrollments.c.workflow_state.in_(("active", "invited", "creation_pending")),
    )
    .limit(1),
    into=int,
)

# A member of the group who is in none of a person's sections; `restricted` self sign-up keeps groups within a section.
# Index: uq_group_memberships_member, ix_enrollments_user_id_course_id.
_others = enrollments.alias("others")
FROM_ANOTHER_SECTION = Statement(
    select(group_memberships.c.user_id)
    .where(
        group_memberships.c.group_id == bindparam("group_id"),
        _ACCEPTED,
        ~exists(
            select(literal(1))
            .select_from(enrollments.join(_others, _others.c.course_section_id == enrollments.c.course_section_id))
            .where(
                enrollments.c.user_id == bindparam("user_id"),
                enrollments.c.course_id == bindparam("course_id"),
                enrollments.c.workflow_state == "active",
                _others.c.user_id == group_memberships.c.user_id,
                _others.c.workflow_state == "active",
            )
        ),
    )
    .limit(1),
    into=int,
)


class Address(msgspec.Struct, frozen=True):
    """Somebody an invitation may reach, and the text by which they were named."""

    user_id: int
    address: str


# Who is known by these addresses, as a login or as an e-mail. Indexes: uq_logins_unique_key; channels are compared by lower case.
KNOWN_BY_ADDRESS = Statement(
    select(logins.c.user_id, logins.c.unique_key.label("address"))
    .where(
        logins.c.account_id == bindparam("root_id"),
        logins.c.workflow_state == "active",
        any_of(logins.c.unique_key, "addresses", of=TextList),
    )
    .union(
        select(communication_channels.c.user_id, func.lower(communication_channels.c.address).label("address")).where(
            communication_channels.c.type == "email",
            communication_channels.c.workflow_state != "retired",
            any_of(func.lower(communication_channels.c.address), "addresses", of=TextList),
        )
    ),
    into=Address,
)


class UserKey(msgspec.Struct, frozen=True):
    """A person under one of the names an imported list may use."""

    user_id: int
    key: str


# People by login name or by SIS id, for an imported list. Indexes: uq_logins_unique_key, uq_logins_sis_user_id.
USERS_BY = Dynamic(
    lambda column: select(logins.c.user_id, logins.c[column].label("key")).where(
        logins.c.account_id == bindparam("root_id"),
        logins.c.workflow_state == "active",
        any_of(logins.c[column], "keys", of=TextList),
    ),
    into=UserKey,
)

# Which of these people are in the course. Index: ix_enrollments_course_id_….
PEOPLE_IN_COURSE = Statement(
    select(enrollments.c.user_id)
    .where(
        enrollments.c.course_id == bindparam("course_id"),
        enrollments.c.workflow_state.in_(("active", "invited", "creation_pending")),
        any_of(enrollments.c.user_id, "user_ids"),
    )
    .distinct(),
    into=int,
)
KNOWN_USERS = Statement(
    select(users.c.id).where(any_of(users.c.id, "user_ids"), users.c.workflow_state != "deleted"), into=int
)


# --- memberships ------------------------------------------------------------------------------------------------------

_OF_GROUP = (group_memberships.c.group_id == bindparam("group_id"), group_memberships.c.workflow_state != "deleted")
_IN_STATES = any_of(group_memberships.c.workflow_state, "states", of=TextList)

# The memberships of a group in some states, by id. Index: uq_group_memberships_member.
MEMBERSHIPS = Statement(
    select(*MEMBERSHIP_COLUMNS)
    .where(*_OF_GROUP, _IN_STATES)
    .order_by(group_memberships.c.id)
    .limit(bindparam("limit"))
    .offset(bindparam("offset")),
    into=Membership,
)
COUNT_MEMBERSHIPS = Statement(
    select(func.count()).select_from(group_memberships).where(*_OF_GROUP, _IN_STATES), into=int
)

# One membership by its id, or by its user. Index: primary key or uq_group_memberships_member.
MEMBERSHIP = Statement(
    select(*MEMBERSHIP_COLUMNS).where(*_OF_GROUP, group_memberships.c.id == bindparam("id")), into=Membership
)
MEMBERSHIP_OF_USER = Statement(
    select(*MEMBERSHIP_COLUMNS).where(*_OF_GROUP, group_memberships.c.user_id == bindparam("user_id")),
    into=Membership,
)
COUNT_MEMBERS = Statement(select(func.count()).select_from(group_memberships).where(*_OF_GROUP, _ACCEPTED), into=int)

# The members of a group in the order they came; an automatic leader is chosen among them. Index: uq_group_memberships_member.
MEMBER_IDS = Statement(
    select(group_memberships.c.user_id).where(*_OF_GROUP, _ACCEPTED).order_by(group_memberships.c.id), into=int
)

_GONE = {"workflow_state": "deleted", "updated_at": bindparam("at", type_=UtcTime)}

# Take a person out of every other group of a category: one person, one group. Index: ix_group_memberships_user_id.
LEAVE_OTHERS = Statement[None](
    update(group_memberships)
    .where(
        group_memberships.c.user_id == bindparam("member_id", type_=BigId),
        group_memberships.c.workflow_state != "deleted",
        group_memberships.c.group_id.in_(
            select(groups.c.id).where(groups.c.group_category_id == _id("category_id"), groups.c.id != _id("except_id"))
        ),
    )
    .values(**_GONE)
)
LEAD_NO_MORE = Statement[None](
    update(groups)
    .where(
        groups.c.leader_id == bindparam("member_id", type_=BigId),
        groups.c.group_category_id == _id("category_id"),
        groups.c.id != _id("except_id"),
    )
    .values(leader_id=None)
)

# Name a leader, unless there is one. Index: primary key.
LEAD = Statement[None](
    update(groups)
    .where(groups.c.id == _id("of_group"), groups.c.leader_id.is_(None))
    .values(leader_id=bindparam("leader", type_=BigId))
)

# Their memberships in the groups of a root end for some people. Indexes: ix_group_memberships_user_id, primary key of groups.
LEAVE = Statement[None](
    update(group_memberships)
    .where(
        any_of(group_memberships.c.user_id, "user_ids"),
        group_memberships.c.workflow_state != "deleted",
        group_memberships.c.group_id.in_(
            select(groups.c.id).where(groups.c.root_account_id == bindparam("root_id", type_=BigId))
        ),
    )
    .values(workflow_state="deleted", updated_at=bindparam("at", type_=UtcTime))
)


class Led(msgspec.Struct, frozen=True):
    group_id: int
    category_id: int | None


# The groups of a root that some people lead, being in them. Indexes: ix_group_memberships_user_id, primary key.
LED_BY = Statement(
    select(groups.c.id.label("group_id"), groups.c.group_category_id.label("category_id"))
    .where(
        groups.c.id.in_(
            select(group_memberships.c.group_id).where(
                any_of(group_memberships.c.user_id, "user_ids"), group_memberships.c.workflow_state != "deleted"
            )
        ),
        groups.c.root_account_id == bindparam("root_id", type_=BigId),
        any_of(groups.c.leader_id, "user_ids"),
    )
    .order_by(groups.c.id),
    into=Led,
)

# Everybody leaves the groups of a category, and the groups go. Index: ix_groups_group_category_id.
EMPTY_CATEGORY = Statement[None](
    update(group_memberships)
    .where(
        group_memberships.c.workflow_state != "deleted",
        group_memberships.c.group_id.in_(select(groups.c.id).where(groups.c.group_category_id == _id("category_id"))),
    )
    .values(**_GONE)
)
DELETE_GROUPS_OF_CATEGORY = Statement[None](
    update(groups).where(groups.c.group_category_id == _id("category_id"), _AVAILABLE).values(**_GONE)
)
EMPTY_GROUP = Statement[None](
    update(group_memberships)
    .where(group_memberships.c.group_id == _id("of_group"), group_memberships.c.workflow_state != "deleted")
    .values(**_GONE)
)
