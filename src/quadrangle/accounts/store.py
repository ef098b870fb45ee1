"""Everything asked of the database about accounts, their tree, and the rights people have there."""

from collections.abc import Iterable
from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, delete, func, insert, or_, select, union_all

from quadrangle.accounts.model import (
    DEFAULT_TIME_ZONE,
    ROOT_GROUP_QUOTA,
    ROOT_STORAGE_QUOTA,
    USER_QUOTA,
    Account,
    Effective,
)
from quadrangle.accounts.permissions import SITE_ADMIN_ID, HeldRole, Override
from quadrangle.accounts.tables import (
    account_courses,
    account_lineage,
    account_users,
    accounts,
    role_overrides,
    roles,
)
from quadrangle.db import Dynamic, Statement, UnitOfWork, any_of, collect, ids_named
from quadrangle.db.schema import BigId
from quadrangle.db.statement import TextList
from quadrangle.kernel.ids import Ref
from quadrangle.kernel.text import contains

T = TypeVar("T")

ACCOUNT_COLUMNS = [accounts.c[name] for name in Account.__struct_fields__]

_COLUMN_OF_KIND: Final = {
    "id": "id",
    "sis_account_id": "sis_source_id",
    "sis_integration_id": "integration_id",
    "uuid": "uuid",
}


def account_by(column: str) -> Select[Any]:
    """The account that is not deleted whose `column` has the bound value. Indexes: primary key, uq_accounts_sis_source_id, uuid,
    ix_accounts_root_account_id_integration_id.
    """
    statement = select(*ACCOUNT_COLUMNS).where(
        accounts.c[column] == bindparam("value"), accounts.c.workflow_state != "deleted"
    )
    if column in ("sis_source_id", "integration_id"):
        return statement.where(accounts.c.root_account_id == bindparam("root_id"))
    return statement


# Accounts by any of their references; the key is the column. Indexes: as said there.
_ACCOUNT_BY = Dynamic(account_by, into=Account)


async def find_account(uow: UnitOfWork, ref: Ref, root_id: int) -> Account | None:
    """The account a parsed reference names; SIS ids count inside the root account only."""
    return await find_with(uow, _ACCOUNT_BY, ref, root_id)


async def find_with(uow: UnitOfWork, statements: Dynamic[T], ref: Ref, root_id: int, **values: Any) -> T | None:
    """The row of `statements`, each an `account_by` with more columns, for the account a reference names."""
    column = _COLUMN_OF_KIND.get(ref.kind)
    if column is None:
        return None
    value: Any = ref.number if column == "id" else ref.value
    return await uow.one(statements.at(column), value=value, root_id=root_id, **values)


# The ids of several accounts by one kind of reference. Indexes: the same.
_ACCOUNT_IDS_BY = Dynamic(
    lambda column: select(accounts.c.id).where(
        any_of(accounts.c[column], "values", of=TextList),
        accounts.c.workflow_state != "deleted",
        or_(accounts.c.root_account_id == bindparam("root_id"), accounts.c.id == bindparam("root_id")),
    ),
    into=int,
)


async def account_ids_named(uow: UnitOfWork, refs: Iterable[Ref], root_id: int) -> set[int]:
    """The ids that several references name, one statement for each kind but plain ids, which are taken as they are; unknown ones are left
    out."""
    return await ids_named(uow, refs, _COLUMN_OF_KIND, _ACCOUNT_IDS_BY, root_id=root_id)


# --- rights: the columns that ride along with whatever object is asked about ------------------------------------------


def user_bind() -> BindParameter[Any]:
    return bindparam("user_id", type_=BigId)


class Ancestor(msgspec.Struct, frozen=True, array_like=True):
    """One account of a chain; distance 0 is the account itself. The last two: what it says of restrict_student_past_view."""

    account_id: int
    distance: int
    past_view_restricted: bool | None = None
    past_view_locked: bool = False


def chain_of(account_id: ColumnElement[int]) -> ColumnElement[Any]:
    """`account_id` and all above it, as one column. Indexes: primary keys of account_lineage and accounts."""
    above = accounts.alias("chain_account")
    rows = (
        select(
            account_lineage.c.ancestor_id,
            account_lineage.c.distance,
            above.c.past_view_restricted,
            above.c.past_view_locked,
        )
        .join(above, above.c.id == account_lineage.c.ancestor_id)
        .where(account_lineage.c.account_id == account_id)
    )
    return collect(rows, Ancestor)


def hides_past_courses(ancestors: list[Ancestor]) -> bool:
    """The value of restrict_student_past_view at the last account of a chain: the first locked one from the top ends the walk."""
    hidden = False
    for one in sorted(ancestors, key=lambda one: -one.distance):
        if one.past_view_restricted is not None:
            hidden = one.past_view_restricted
        if one.past_view_locked:
            break
    return hidden


def in_order(ancestors: list[Ancestor]) -> list[int]:
    """Account ids from the root down."""
    return [one.account_id for one in sorted(ancestors, key=lambda one: -one.distance)]


def _above(account_id: ColumnElement[int]) -> Select[Any]:
    return (
        select(account_lineage.c.ancestor_id)
        .where(account_lineage.c.account_id == account_id)
        .correlate_except(account_lineage)
    )


def held_by_user(account_id: ColumnElement[int]) -> ColumnElement[Any]:
    """The admin roles the bound user holds at `account_id`, above it, or in site admin. Index: uq_account_users_membership."""
    rows = (
        select(
            account_users.c.role_id,
            roles.c.base_role_type,
            account_users.c.account_id,
            roles.c.account_id.label("owner"),
        )
        .join(roles, roles.c.id == account_users.c.role_id)
        .where(
            account_users.c.user_id == user_bind(),
            account_users.c.workflow_state == "active",
            or_(
                account_users.c.account_id == SITE_ADMIN_ID,
                account_users.c.account_id.in_(_above(account_id)),
            ),
        )
    )
    return collect(rows, HeldRole)


def overrides_for_user(account_id: ColumnElement[int], more_roles: Select[Any] | None = None) -> ColumnElement[Any]:
    """The overrides on the chain of `account_id` for the roles of the bound user (and `more_roles`). Index: uq_role_overrides_…"""
    mine = select(account_users.c.role_id).where(
        account_users.c.user_id == user_bind(), account_users.c.workflow_state == "active"
    )
    held = mine if more_roles is None else union_all(mine, more_roles)
    rows = select(*(role_overrides.c[name] for name in Override.__struct_fields__)).where(
        role_overrides.c.role_id.in_(held),
        or_(role_overrides.c.account_id == SITE_ADMIN_ID, role_overrides.c.account_id.in_(_above(account_id))),
    )
    return collect(rows, Override)


class AccountFacts(msgspec.Struct, frozen=True):
    """What the rule of permissions.md §4 needs about one person at one account."""

    ancestors: list[Ancestor]
    held: list[HeldRole]
    overrides: list[Override]


# The rights of a user at an account. Hot: one statement. Indexes as said at each column.
RIGHTS_AT = Statement(
    select(
        chain_of(accounts.c.id).label("ancestors"),
        held_by_user(accounts.c.id).label("held"),
        overrides_for_user(accounts.c.id).label("overrides"),
    ).where(accounts.c.id == bindparam("account_id", type_=BigId)),
    into=AccountFacts,
)


class FactsOfOne(msgspec.Struct, frozen=True):
    """AccountFacts of one of several accounts."""

    account_id: int
    ancestors: list[Ancestor]
    held: list[HeldRole]
    overrides: list[Override]


# The rights of a user at several accounts. Indexes as above.
RIGHTS_AT_EACH = Statement(
    select(
        accounts.c.id.label("account_id"),
        chain_of(accounts.c.id).label("ancestors"),
        held_by_user(accounts.c.id).label("held"),
        overrides_for_user(accounts.c.id).label("overrides"),
    ).where(any_of(accounts.c.id, "account_ids")),
    into=FactsOfOne,
)

# The accounts where a user has a membership of their own. Index: uq_account_users_membership.
MEMBER_ACCOUNT_IDS = Statement(
    select(account_users.c.account_id)
    .where(account_users.c.user_id == user_bind(), account_users.c.workflow_state == "active")
    .distinct(),
    into=int,
)


# Which of some people have a membership anywhere. Index: uq_account_users_membership.
ADMINS_AMONG = Statement(
    select(account_users.c.user_id)
    .where(any_of(account_users.c.user_id, "user_ids"), account_users.c.workflow_state == "active")
    .distinct(),
    into=int,
)


# --- accounts and their tree ------------------------------------------------------------------------------------------

# Active accounts where a user has a membership of their own, by name. Index: uq_account_users_membership.
ACCOUNTS_OF_MEMBER = Statement(
    select(*ACCOUNT_COLUMNS)
    .where(
        accounts.c.id.in_(
            select(account_users.c.account_id).where(
                account_users.c.user_id == user_bind(), account_users.c.workflow_state == "active"
            )
        ),
        accounts.c.workflow_state == "active",
    )
    .order_by(accounts.c.name_key, accounts.c.id),
    into=Account,
)

# Several accounts by id, whatever their state. Index: primary key.
ACCOUNTS_BY_ID = Statement(select(*ACCOUNT_COLUMNS).where(any_of(accounts.c.id, "ids")), into=Account)

_CHILDREN = (accounts.c.parent_account_id == bindparam("parent_id", type_=BigId), accounts.c.workflow_state == "active")

# One page of the active children of an account; the key is the order. Index: ix_accounts_parent_account_id_….
CHILDREN = Dynamic(
    lambda order: (
        select(*ACCOUNT_COLUMNS)
        .where(*_CHILDREN)
        .order_by(*([accounts.c.name_key] if order == "name" else []), accounts.c.id)
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
    ),
    into=Account,
)
COUNT_CHILDREN = Statement(select(func.count()).select_from(accounts).where(*_CHILDREN), into=int)


class Counted(msgspec.Struct, frozen=True):
    """A number for one account."""

    account_id: int
    count: int


# How many active children each of several accounts has. Index: ix_accounts_parent_account_id_….
CHILDREN_OF_EACH = Statement(
    select(accounts.c.parent_account_id.label("account_id"), func.count().label("count"))
    .where(any_of(accounts.c.parent_account_id, "ids"), accounts.c.workflow_state == "active")
    .group_by(accounts.c.parent_account_id),
    into=Counted,
)

# One page of all active accounts below an account, tier by tier. Index: ix_account_lineage_ancestor_id_….
DESCENDANTS = Statement(
    select(*ACCOUNT_COLUMNS)
    .join(account_lineage, account_lineage.c.account_id == accounts.c.id)
    .where(
        account_lineage.c.ancestor_id == bindparam("ancestor_id", type_=BigId),
        account_lineage.c.distance > 0,
        accounts.c.workflow_state == "active",
    )
    .order_by(account_lineage.c.distance, accounts.c.id)
    .limit(bindparam("limit"))
    .offset(bindparam("offset")),
    into=Account,
)


class Below(msgspec.Struct, frozen=True):
    """One account below, or the same as, `top`."""

    top: int
    account_id: int


# The ids of several accounts and of everything active below each, tier by tier. Index: ix_account_lineage_ancestor_id_….
SUBTREES = Statement(
    select(account_lineage.c.ancestor_id.label("top"), account_lineage.c.account_id)
    .join(accounts, accounts.c.id == account_lineage.c.account_id)
    .where(any_of(account_lineage.c.ancestor_id, "tops"), accounts.c.workflow_state == "active")
    .order_by(account_lineage.c.distance, account_lineage.c.account_id),
    into=Below,
)

_held = account_users.alias("held")
_top = account_lineage.alias("top")


def _tree(searching: bool) -> Select[Any]:
    """Index: uq_account_users_membership, ix_account_lineage_ancestor_id_…."""
    nearest = (
        select(_top.c.account_id, func.min(_top.c.distance).label("distance"))
        .join(_held, _held.c.account_id == _top.c.ancestor_id)
        .where(_held.c.user_id == user_bind(), _held.c.workflow_state == "active")
        .group_by(_top.c.account_id)
        .subquery("nearest")
    )
    found = (
        select(*ACCOUNT_COLUMNS)
        .join(nearest, nearest.c.account_id == accounts.c.id)
        .where(accounts.c.workflow_state == "active")
    )
    if searching:
        found = found.where(contains(accounts.c.name_key, bindparam("pattern")))
    return found.order_by(nearest.c.distance, accounts.c.name_key, accounts.c.id).limit(bindparam("limit"))


# The accounts where a user has a membership, and all below these, tier by tier and by name.
TREE_OF_MEMBER = Dynamic(_tree, into=Account)

# Whether an account is another one or lies below it. Index: primary key of account_lineage.
IS_WITHIN = Statement(
    select(account_lineage.c.distance).where(
        account_lineage.c.account_id == bindparam("account_id", type_=BigId),
        account_lineage.c.ancestor_id == bindparam("ancestor_id", type_=BigId),
    ),
    into=int,
)

# Hold a root account so that nothing below it moves meanwhile; any number may hold it at once. Index: primary key.
_HOLD_TREE = Statement(
    select(accounts.c.id).where(accounts.c.id == bindparam("root_id", type_=BigId)).with_for_update(read=True), into=int
)


async def hold_tree(uow: UnitOfWork, root_id: int) -> None:
    """Let no account of a root move until this unit of work ends: what it is about to hang into the tree would stay behind."""
    await uow.one(_HOLD_TREE, root_id=root_id)


# The chain of a new account: its parent's chain one step further away. Index: primary key.
INHERIT_LINEAGE = Statement[None](
    insert(account_lineage).from_select(
        ["account_id", "ancestor_id", "distance"],
        select(bindparam("child_id", type_=BigId), account_lineage.c.ancestor_id, account_lineage.c.distance + 1).where(
            account_lineage.c.account_id == bindparam("parent_id", type_=BigId)
        ),
    )
)

_below, _above_it = account_lineage.alias("below"), account_lineage.alias("above_it")

# Cut an account, with all below it, from everything above it. Indexes: primary key, ix_account_lineage_ancestor_id_….
CUT_LINEAGE = Statement[None](
    delete(account_lineage).where(
        account_lineage.c.account_id.in_(
            select(_below.c.account_id).where(_below.c.ancestor_id == bindparam("moved_id"))
        ),
        account_lineage.c.ancestor_id.in_(
            select(_above_it.c.ancestor_id).where(
                _above_it.c.account_id == bindparam("moved_id"), _above_it.c.distance > 0
            )
        ),
    )
)
# Hang it below a new parent. Indexes: the same.
GRAFT_LINEAGE = Statement[None](
    insert(account_lineage).from_select(
        ["account_id", "ancestor_id", "distance"],
        select(_below.c.account_id, _above_it.c.ancestor_id, _below.c.distance + _above_it.c.distance + 1).where(
            _below.c.ancestor_id == bindparam("moved_id"), _above_it.c.account_id == bindparam("parent_id")
        ),
    )
)


# The courses of an account and of those below it leave everything above it, and come along below a new parent. Run while the lineage is
# whole, before the cut and after the graft. Indexes: ix_account_courses_home_id, primary keys.
CUT_COURSES = Statement[None](
    delete(account_courses).where(
        account_courses.c.home_id.in_(select(_below.c.account_id).where(_below.c.ancestor_id == bindparam("moved_id"))),
        account_courses.c.account_id.in_(
            select(_above_it.c.ancestor_id).where(
                _above_it.c.account_id == bindparam("moved_id"), _above_it.c.distance > 0
            )
        ),
    )
)
GRAFT_COURSES = Statement[None](
    insert(account_courses).from_select(
        ["account_id", "course_id", "home_id", "term_id"],
        select(
            _above_it.c.ancestor_id, account_courses.c.course_id, account_courses.c.home_id, account_courses.c.term_id
        ).where(
            account_courses.c.account_id == bindparam("moved_id"),
            _above_it.c.account_id == bindparam("moved_id"),
            _above_it.c.distance > 0,
        ),
    )
)


class Link(msgspec.Struct, frozen=True):
    """What one account of a chain contributes to an account below it."""

    account_id: int
    distance: int
    default_time_zone: str | None
    default_storage_quota: int | None
    default_group_storage_quota: int | None


_ancestor = accounts.alias("ancestor")

# The chains above several accounts with what is inherited along them, nearest first. Indexes: primary keys.
LINKS = Statement(
    select(
        account_lineage.c.account_id,
        account_lineage.c.distance,
        _ancestor.c.default_time_zone,
        _ancestor.c.default_storage_quota,
        _ancestor.c.default_group_storage_quota,
    )
    .join(_ancestor, _ancestor.c.id == account_lineage.c.ancestor_id)
    .where(any_of(account_lineage.c.account_id, "ids"), account_lineage.c.distance > 0)
    .order_by(account_lineage.c.account_id, account_lineage.c.distance),
    into=Link,
)


async def effective_at(uow: UnitOfWork, several: list[Account]) -> dict[int, Effective]:
    """What counts at each of several accounts (accounts.md §1.1); one statement."""
    chains: dict[int, list[Link]] = {account.id: [] for account in several}
    for link in await uow.all(LINKS, ids=sorted(chains)):
        chains[link.account_id].append(link)
    return {account.id: _effective(account, chains[account.id]) for account in several}


def _effective(account: Account, above: list[Link]) -> Effective:
    storage = next((one.default_storage_quota for one in above if one.default_storage_quota), ROOT_STORAGE_QUOTA)
    group = next(
        (one.default_group_storage_quota for one in above if one.default_group_storage_quota), ROOT_GROUP_QUOTA
    )
    # The root's zone, not the parent's: the middle of a chain has no say here.
    root_zone = above[-1].default_time_zone if above else None
    return Effective(
        storage_quota=account.default_storage_quota or storage,
        group_quota=account.default_group_storage_quota or group,
        user_quota=account.default_user_storage_quota or USER_QUOTA,
        time_zone=account.default_time_zone or root_zone or DEFAULT_TIME_ZONE,
        storage_quota_above=storage,
        group_quota_above=group,
    )


class ChainSettings(msgspec.Struct, frozen=True):
    """The settings of one account of a chain."""

    account_id: int
    distance: int
    settings: dict[str, Any]


# The settings along the chain of an account, the root first. Indexes: primary keys.
SETTINGS_ABOVE = Statement(
    select(_ancestor.c.id.label("account_id"), account_lineage.c.distance, _ancestor.c.settings)
    .join(_ancestor, _ancestor.c.id == account_lineage.c.ancestor_id)
    .where(account_lineage.c.account_id == bindparam("account_id", type_=BigId))
    .order_by(account_lineage.c.distance.desc()),
    into=ChainSettings,
)


class Terms(msgspec.Struct, frozen=True):
    """The terms of service of a root account. content: HTML, custom terms only."""

    account_id: int
    terms_type: str
    passive: bool
    content: str | None


# The terms of service of a root. Index: primary key.
TERMS_OF_SERVICE = Statement(
    select(
        accounts.c.id.label("account_id"),
        accounts.c.terms_type,
        accounts.c.terms_passive.label("passive"),
        accounts.c.terms_content.label("content"),
    ).where(accounts.c.id == bindparam("root_id", type_=BigId)),
    into=Terms,
)
