"""Everything asked of the database about roles, overrides and admin memberships."""

import msgspec
from sqlalchemy import bindparam, func, or_, select, update

from quadrangle.accounts.model import Admin, Role
from quadrangle.accounts.permissions import Override
from quadrangle.accounts.tables import account_lineage, account_users, accounts, role_overrides, roles
from quadrangle.db import Dynamic, Statement, any_of
from quadrangle.db.schema import BigId, UtcTime
from quadrangle.people import logins, users

ROLE_COLUMNS = [roles.c[name] for name in Role.__struct_fields__]

# The roles known along a chain of accounts: the built-in ones first, then custom ones by id. Indexes: ix_roles_account_id,
# ix_roles_root_account_id_name.
ROLES_ALONG = Statement(
    select(*ROLE_COLUMNS)
    .where(
        or_(
            (roles.c.root_account_id == bindparam("root_id", type_=BigId)) & (roles.c.workflow_state == "built_in"),
            any_of(roles.c.account_id, "chain"),
        ),
        roles.c.workflow_state != "deleted",
    )
    .order_by(roles.c.account_id.is_not(None), roles.c.id),
    into=Role,
)

# Hold an account's row until the end of the unit of work: whoever looks whether a label is free must look alone. Rows that refer to the
# account can be written meanwhile. Index: primary key.
HOLD_ACCOUNT = Statement(
    select(accounts.c.id).where(accounts.c.id == bindparam("account_id", type_=BigId)).with_for_update(key_share=True),
    into=int,
)

# The overrides of several roles along a chain. Index: uq_role_overrides_role_id_account_id_permission.
OVERRIDES_ALONG = Statement(
    select(*(role_overrides.c[name] for name in Override.__struct_fields__)).where(
        any_of(role_overrides.c.role_id, "roles"), any_of(role_overrides.c.account_id, "chain")
    ),
    into=Override,
)


def _admins(key: tuple[str, ...]) -> object:
    """Admin memberships; the key holds "one" (of a role and user), "users" (of some users) or nothing (all of the account)."""
    # The first login of the person in the root account stands for how they are known there.
    first = (
        select(func.min(logins.c.id))
        .where(
            logins.c.user_id == account_users.c.user_id,
            logins.c.account_id == bindparam("root_id", type_=BigId),
            logins.c.workflow_state == "active",
        )
        .correlate(account_users)
        .scalar_subquery()
    )
    statement = (
        select(
            account_users.c.id,
            account_users.c.account_id,
            account_users.c.user_id,
            account_users.c.role_id,
            roles.c.name.label("role_name"),
            roles.c.base_role_type.label("role_base"),
            account_users.c.workflow_state,
            users.c.name.label("user_name"),
            users.c.sortable_name.label("user_sortable_name"),
            users.c.short_name.label("user_short_name"),
            users.c.created_at.label("user_created_at"),
            logins.c.unique_id,
            logins.c.sis_user_id,
            logins.c.integration_id,
        )
        .join(roles, roles.c.id == account_users.c.role_id)
        .join(users, users.c.id == account_users.c.user_id)
        .outerjoin(logins, logins.c.id == first)
    )
    if "one" in key:
        return statement.where(account_users.c.id == bindparam("id", type_=BigId))
    statement = statement.where(
        account_users.c.account_id == bindparam("account_id", type_=BigId), account_users.c.workflow_state == "active"
    )
    if "users" in key:
        statement = statement.where(any_of(account_users.c.user_id, "user_ids"))
    return statement.order_by(account_users.c.id).limit(bindparam("limit")).offset(bindparam("offset"))


# Admin memberships of an account, one page. Indexes: ix_account_users_account_id_…, uq_account_users_membership.
ADMINS = Dynamic(_admins, into=Admin)  # type: ignore[arg-type]


def _count_admins(only_some: bool) -> object:
    statement = (
        select(func.count())
        .select_from(account_users)
        .where(
            account_users.c.account_id == bindparam("account_id", type_=BigId),
            account_users.c.workflow_state == "active",
        )
    )
    return statement.where(any_of(account_users.c.user_id, "user_ids")) if only_some else statement


# How many there are. Index: ix_account_users_account_id_….
COUNT_ADMINS = Dynamic(_count_admins, into=int)  # type: ignore[arg-type]

# The active membership of a user in a role at an account. Index: uq_account_users_membership.
MEMBERSHIP = Statement(
    select(account_users.c.id).where(
        account_users.c.user_id == bindparam("user_id", type_=BigId),
        account_users.c.account_id == bindparam("account_id", type_=BigId),
        account_users.c.role_id == bindparam("role_id", type_=BigId),
        account_users.c.workflow_state == "active",
    ),
    into=int,
)

# Whether a user can sign in to a root account. Index: ix_logins_user_id_workflow_state.
ACTIVE_LOGIN = Statement(
    select(logins.c.id)
    .where(
        logins.c.user_id == bindparam("user_id", type_=BigId),
        logins.c.account_id == bindparam("root_id", type_=BigId),
        logins.c.workflow_state == "active",
    )
    .limit(1),
    into=int,
)


class OverrideRow(msgspec.Struct, frozen=True):
    """One stored override of a role at an account."""

    id: int
    permission: str


# What a role has at one account. Index: uq_role_overrides_role_id_account_id_permission.
OVERRIDE_ROWS = Statement(
    select(role_overrides.c.id, role_overrides.c.permission).where(
        role_overrides.c.role_id == bindparam("role_id", type_=BigId),
        role_overrides.c.account_id == bindparam("account_id", type_=BigId),
    ),
    into=OverrideRow,
)

# End the memberships of some people in the tree of a root. Indexes: uq_account_users_membership, ix_account_lineage_ancestor_id_….
DISMISS_EVERYWHERE = Statement[None](
    update(account_users)
    .where(
        any_of(account_users.c.user_id, "user_ids"),
        account_users.c.workflow_state == "active",
        account_users.c.account_id.in_(
            select(account_lineage.c.account_id).where(
                account_lineage.c.ancestor_id == bindparam("root_id", type_=BigId)
            )
        ),
    )
    .values(workflow_state="deleted", updated_at=bindparam("at", type_=UtcTime))
)
