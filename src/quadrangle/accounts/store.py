"""Everything asked of the database about accounts, roles, overrides, admin memberships and terms."""

from typing import Any

import msgspec
from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, or_, select, union_all

from quadrangle.accounts.model import Account, Role, Term
from quadrangle.accounts.permissions import SITE_ADMIN_ID, HeldRole, Override
from quadrangle.accounts.tables import (
    account_lineage,
    account_users,
    accounts,
    enrollment_terms,
    role_overrides,
    roles,
)
from quadrangle.db import Dynamic, Statement, UnitOfWork, collect
from quadrangle.db.schema import BigId
from quadrangle.kernel.ids import Ref

ACCOUNT_COLUMNS = [accounts.c[name] for name in Account.__struct_fields__]
ROLE_COLUMNS = [roles.c[name] for name in Role.__struct_fields__]
TERM_COLUMNS = [enrollment_terms.c[name] for name in Term.__struct_fields__]

# Accounts by any of their references; the key is the column. Indexes: primary key, uq_accounts_sis_source_id, uuid.
_ACCOUNT_BY = Dynamic(
    lambda column: select(*ACCOUNT_COLUMNS).where(
        accounts.c[column] == bindparam("value"),
        accounts.c.workflow_state != "deleted",
        *(
            [accounts.c.root_account_id == bindparam("root_id")]
            if column in ("sis_source_id", "integration_id")
            else []
        ),
    ),
    into=Account,
)

_COLUMN_OF_KIND = {
    "id": "id",
    "sis_account_id": "sis_source_id",
    "sis_integration_id": "integration_id",
    "uuid": "uuid",
}


async def find_account(uow: UnitOfWork, ref: Ref, root_id: int) -> Account | None:
    """The account a parsed reference names; SIS ids count inside the root account only."""
    column = _COLUMN_OF_KIND.get(ref.kind)
    if column is None:
        return None
    value: Any = ref.number if column == "id" else ref.value
    return await uow.one(_ACCOUNT_BY.at(column), value=value, root_id=root_id)


# --- rights: the columns that ride along with whatever object is asked about ------------------------------------------


def user_bind() -> BindParameter[Any]:
    return bindparam("user_id", type_=BigId)


class Ancestor(msgspec.Struct, frozen=True, array_like=True):
    """One account of a chain; distance 0 is the account itself."""

    account_id: int
    distance: int


def chain_of(account_id: ColumnElement[int]) -> ColumnElement[Any]:
    """`account_id` and all above it, as one column. Index: primary key of account_lineage."""
    rows = select(account_lineage.c.ancestor_id, account_lineage.c.distance).where(
        account_lineage.c.account_id == account_id
    )
    return collect(rows, Ancestor)


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
