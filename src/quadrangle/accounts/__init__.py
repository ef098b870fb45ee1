"""Accounts: the tree, its settings, roles and permissions, admin memberships, enrollment terms. The public door of this noun."""

from quadrangle.accounts.access import AccountRights, rights_at
from quadrangle.accounts.model import ROOT_ID, Account, Role, Term, root_setting
from quadrangle.accounts.permissions import (
    BUILT_IN_ROLES,
    GENERAL_RIGHTS,
    REGISTRY,
    SITE_ADMIN_ID,
    HeldRole,
    Override,
    RoleRights,
)
from quadrangle.accounts.service import add_admin, create_account, create_built_in_roles, create_term
from quadrangle.accounts.store import (
    AccountFacts,
    Ancestor,
    chain_of,
    find_account,
    held_by_user,
    in_order,
    overrides_for_user,
    user_bind,
)
from quadrangle.accounts.tables import (
    account_lineage,
    account_users,
    accounts,
    enrollment_terms,
    role_overrides,
    roles,
)

__all__ = [
    "BUILT_IN_ROLES",
    "GENERAL_RIGHTS",
    "REGISTRY",
    "ROOT_ID",
    "SITE_ADMIN_ID",
    "Account",
    "AccountFacts",
    "AccountRights",
    "Ancestor",
    "HeldRole",
    "Override",
    "Role",
    "RoleRights",
    "Term",
    "account_lineage",
    "account_users",
    "accounts",
    "add_admin",
    "chain_of",
    "create_account",
    "create_built_in_roles",
    "create_term",
    "enrollment_terms",
    "find_account",
    "held_by_user",
    "in_order",
    "overrides_for_user",
    "rights_at",
    "role_overrides",
    "roles",
    "root_setting",
    "user_bind",
]
