"""The account calendars that stand among somebody's own: added by themselves, or subscribed to by everybody."""

from collections.abc import Collection

from quadrangle.calendars import event_store as store
from quadrangle.calendars.event_store import Added, Choice
from quadrangle.calendars.tables import calendar_subscriptions
from quadrangle.db import UnitOfWork
from quadrangle.kernel.errors import NotFound


async def added_calendars(uow: UnitOfWork, user_id: int) -> list[Added]:
    """The account calendars among a user's own, by name; one statement. Hidden ones are not, whoever added them."""
    return await uow.all(store.ADDED, user_id=user_id)


async def add_calendars(uow: UnitOfWork, user_id: int, account_ids: Collection[int]) -> None:
    """Let exactly these account calendars be added; what is hidden, or of no account of the user's, is dropped."""
    wanted = await uow.all(store.FOLLOWABLE, user_id=user_id, ids=sorted(set(account_ids)))
    await uow.run(store.FORGET_ADDED, user_id=user_id)
    for account_id in wanted:
        await uow.add(calendar_subscriptions, user_id=user_id, account_id=account_id, created_at=uow.now)


async def choices(uow: UnitOfWork, user_id: int) -> list[Choice]:
    """The account calendars a user may have among their own, by name, and which of them they have; one statement."""
    return await uow.all(store.CHOICES, user_id=user_id)


async def subscribe(uow: UnitOfWork, user_id: int, account_id: int) -> Added:
    """Add an account calendar to a user's own; twice does no harm. Raises NotFound when it is hidden, or of no account of theirs."""
    found = next((one for one in await choices(uow, user_id) if one.id == account_id), None)
    if found is None:
        raise NotFound
    await uow.run(store.FORGET_ONE, user_id=user_id, account_id=account_id)
    await uow.add(calendar_subscriptions, user_id=user_id, account_id=account_id, created_at=uow.now)
    return Added(found.id, found.name)


async def unsubscribe(uow: UnitOfWork, user_id: int, account_id: int) -> None:
    """Take an account calendar from a user's own; one that everybody has stays. Twice does no harm."""
    await uow.run(store.FORGET_ONE, user_id=user_id, account_id=account_id)
