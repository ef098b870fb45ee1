"""People leave a campus and come back: what each noun keeps of them ends together. Source: accounts.md §5.10 to §5.12."""

from collections.abc import Collection

from quadrangle.accounts import Account, dismiss_everywhere
from quadrangle.courses import withdraw_everywhere
from quadrangle.db import UnitOfWork
from quadrangle.groups import leave_everywhere
from quadrangle.kernel.access import Granted
from quadrangle.people import Login, remove_logins, revive_login
from quadrangle.portfolios import delete_portfolios_of


async def remove_people(uow: UnitOfWork, root: Granted[Account], user_ids: Collection[int], *, by: int) -> None:
    """Take people out of a root account: their enrollments and observers, groups, admin roles, logins and ePortfolios there.

    The people themselves stay, and with them what they wrote.
    """
    ids, root_id = sorted(user_ids), root.subject.id
    await withdraw_everywhere(uow, ids, root_id)
    await leave_everywhere(uow, ids, root_id)
    await dismiss_everywhere(uow, ids, root_id)
    for user_id in ids:
        await delete_portfolios_of(uow, user_id, by)
    await remove_logins(uow, ids, root_id)


async def restore_person(uow: UnitOfWork, root: Granted[Account], login: Login) -> None:
    """Bring somebody back with the login that was deleted last; enrollments and admin roles are not. Raises IntegrityViolation when
    somebody else has its name by now."""
    assert login.account_id == root.subject.id
    await revive_login(uow, login, unique_id=login.unique_id)
