"""Who may do what at an account: registry permissions through roles, general rights by rule (permissions.md §5)."""

from collections.abc import Collection
from typing import Final

from quadrangle.accounts.model import Account
from quadrangle.accounts.permissions import REGISTRY, RoleRights
from quadrangle.accounts.store import (
    ADMINS_AMONG,
    MEMBER_ACCOUNT_IDS,
    RIGHTS_AT,
    RIGHTS_AT_EACH,
    AccountFacts,
    in_order,
)
from quadrangle.db import UnitOfWork
from quadrangle.kernel.access import Granted, Predicate, Table, authorise
from quadrangle.kernel.errors import Forbidden


class AccountRights:
    """The rights of one person at one account."""

    __slots__ = ("_roles", "account_id", "chain", "facts", "user_id")

    def __init__(self, user_id: int, account_id: int, facts: AccountFacts) -> None:
        self.user_id = user_id
        self.account_id = account_id
        self.facts = facts
        self.chain = in_order(facts.ancestors)
        self._roles = RoleRights(facts.held, self.chain, facts.overrides)

    def may(self, permission: str) -> bool:
        """A registry permission. Enrollments never grant one at an account."""
        return self._roles.may(permission)

    @property
    def is_admin(self) -> bool:
        """Any active membership here or above, whatever its role: `read`, `manage` and the other general rights."""
        return bool(self.facts.held)

    @property
    def sees_sis(self) -> bool:
        """Whether SIS ids are shown, when this is the root account."""
        return self.may("read_sis") or self.may("manage_sis")

    def all_held(self) -> frozenset[str]:
        return frozenset(name for name in REGISTRY if self.may(name))

    def require(self, *permissions: str) -> None:
        """Any one of `permissions`, or Forbidden."""
        if not any(self.may(permission) for permission in permissions):
            raise Forbidden

    def covers(self, other: "AccountRights") -> bool:
        """The subset rule: everything the other's admin roles yield here is held here too (permissions.md §5)."""
        return other.all_held() <= self.all_held()

    def covers_role(self, yields: Collection[str]) -> bool:
        """The subset rule towards one role: all it yields here is held here too."""
        return all(self.may(name) for name in yields)


def _holds(permission: str) -> Predicate[AccountRights]:
    def holds(rights: AccountRights) -> bool:
        return rights.may(permission)

    return holds


EDIT: Final = "edit"
MANAGE_SETTINGS: Final = "manage_settings"
MANAGE_ADMINS: Final = "manage_admins"
MANAGE_ROLES: Final = "manage_roles"
MANAGE_LOGINS: Final = "manage_logins"

# What the verbs of this noun ask for; the fields of an edit have rules of their own (accounts.md §5.9).
RULES: Final[Table[AccountRights]] = {
    EDIT: [[_holds("manage_account_settings")], [_holds("manage_storage_quotas")]],
    MANAGE_SETTINGS: [[_holds("manage_account_settings")]],
    MANAGE_ADMINS: [[_holds("manage_account_memberships")]],
    MANAGE_ROLES: [[_holds("manage_role_overrides")]],
    MANAGE_LOGINS: [[_holds("manage_user_logins")]],
}


def grant(right: str, rights: AccountRights, account: Account) -> Granted[Account]:
    """Proof that `right` is held at the account, or Forbidden."""
    return authorise(RULES, right, rights, account)


async def rights_at(uow: UnitOfWork, user_id: int, account: Account | int) -> AccountRights:
    """The rights of a user at an account; one statement."""
    account_id = account if isinstance(account, int) else account.id
    facts = await uow.one(RIGHTS_AT, user_id=user_id, account_id=account_id)
    return AccountRights(user_id, account_id, facts or AccountFacts([], [], []))


async def rights_at_each(uow: UnitOfWork, user_id: int, account_ids: Collection[int]) -> dict[int, AccountRights]:
    """The rights of a user at several accounts, by account; one statement."""
    rows = await uow.all(RIGHTS_AT_EACH, user_id=user_id, account_ids=sorted(set(account_ids)))
    return {
        row.account_id: AccountRights(user_id, row.account_id, AccountFacts(row.ancestors, row.held, row.overrides))
        for row in rows
    }


async def outranks_all(uow: UnitOfWork, user_id: int, others: Collection[int]) -> bool:
    """The subset rule between a user and each of `others`; one statement, and `outranks` for those who are admins somewhere."""
    admins = await uow.all(ADMINS_AMONG, user_ids=sorted(others))
    return all([await outranks(uow, user_id, other) for other in admins if other != user_id])


async def outranks(uow: UnitOfWork, user_id: int, other_id: int) -> bool:
    """The subset rule between two people: at every account where the other is an admin, all the other's admin roles yield is held by
    the user too (permissions.md §5). Somebody without a membership is outranked by anybody; three statements at most.
    """
    theirs_at = await uow.all(MEMBER_ACCOUNT_IDS, user_id=other_id)
    if not theirs_at:
        return True
    mine = await rights_at_each(uow, user_id, theirs_at)
    theirs = await rights_at_each(uow, other_id, theirs_at)
    return all(mine[at].covers(theirs[at]) for at in theirs)
