"""Who may do what at an account: registry permissions through roles, general rights by rule (permissions.md §5)."""

from quadrangle.accounts.model import Account
from quadrangle.accounts.permissions import REGISTRY, RoleRights
from quadrangle.accounts.store import RIGHTS_AT, AccountFacts, in_order
from quadrangle.db import UnitOfWork
from quadrangle.kernel.errors import Forbidden


class AccountRights:
    """The rights of one person at one account."""

    __slots__ = ("_roles", "account_id", "facts", "user_id")

    def __init__(self, user_id: int, account_id: int, facts: AccountFacts) -> None:
        self.user_id = user_id
        self.account_id = account_id
        self.facts = facts
        self._roles = RoleRights(facts.held, in_order(facts.ancestors), facts.overrides)

    def may(self, permission: str) -> bool:
        """A registry permission. Enrollments never grant one at an account."""
        return self._roles.may(permission)

    @property
    def is_admin(self) -> bool:
        """Any active membership here or above, whatever its role: `read`, `manage` and the other general rights."""
        return bool(self.facts.held)

    def all_held(self) -> frozenset[str]:
        return frozenset(name for name in REGISTRY if self.may(name))

    def require(self, *permissions: str) -> None:
        """Any one of `permissions`, or Forbidden."""
        if not any(self.may(permission) for permission in permissions):
            raise Forbidden

    def covers(self, other: "AccountRights") -> bool:
        """The subset rule: everything the other's admin roles yield here is held here too (permissions.md §5)."""
        return other.all_held() <= self.all_held()


async def rights_at(uow: UnitOfWork, user_id: int, account: Account | int) -> AccountRights:
    """The rights of a user at an account; one statement."""
    account_id = account if isinstance(account, int) else account.id
    facts = await uow.one(RIGHTS_AT, user_id=user_id, account_id=account_id)
    return AccountRights(user_id, account_id, facts or AccountFacts([], [], []))
