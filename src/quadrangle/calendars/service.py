"""What happens to the calendars of accounts: they are shown, hidden, subscribed to by everybody, one or many at a time."""

from collections.abc import Iterator, Sequence

import msgspec

from quadrangle.accounts import Account
from quadrangle.calendars import store
from quadrangle.calendars.model import AccountCalendar, CalendarChange, CalendarInList
from quadrangle.calendars.store import ListKey
from quadrangle.db import UnitOfWork
from quadrangle.kernel.access import Granted
from quadrangle.kernel.errors import Forbidden
from quadrangle.kernel.paging import Slice, Window, cut
from quadrangle.kernel.text import like, sort_key


async def calendars_of(
    uow: UnitOfWork, user_id: int, window: Window, *, search_term: str | None = None
) -> Slice[CalendarInList]:
    """The visible calendars of all accounts somebody is associated with, by name. One statement, two beyond the end."""
    key = ListKey("mine", searching=search_term is not None, visible=True)
    return await _page(uow, key, window, search_term, user_id=user_id)


async def calendars_below(
    uow: UnitOfWork,
    top: Granted[Account],
    user_id: int,
    window: Window,
    *,
    search_term: str | None = None,
    visible: bool | None = None,
) -> Slice[CalendarInList]:
    """The calendar of an account and those of its children; looking for something, all below it. One statement, two beyond the end."""
    looking = search_term is not None or visible is not None
    key = ListKey("tree" if looking else "family", searching=search_term is not None, visible=visible)
    return await _page(uow, key, window, search_term, user_id=user_id, account_id=top.subject.id)


class Tree(msgspec.Struct, frozen=True):
    """Calendars with how deep each lies below the first. whole: all that there are are here."""

    calendars: list[tuple[int, CalendarInList]]
    whole: bool


async def tree_of(uow: UnitOfWork, top: Granted[Account], user_id: int, *, most: int) -> Tree:
    """The calendar of an account and all below it, each account after its parent, by name; at most so many. One statement.

    Of a larger tree only the account and its children; one more statement.
    """
    window = Window(1, most)
    key = ListKey("tree", searching=False, visible=None)
    part = await _page(uow, key, window, None, user_id=user_id, account_id=top.subject.id)
    whole = not part.has_more
    if not whole:
        part = await calendars_below(uow, top, user_id, window)
    below: dict[int | None, list[CalendarInList]] = {}
    for one in part.items:
        below.setdefault(one.parent_account_id, []).append(one)
    first = next(one for one in part.items if one.id == top.subject.id)
    return Tree(list(_deepening(first, below, 0)), whole)


def _deepening(
    one: CalendarInList, below: dict[int | None, list[CalendarInList]], depth: int
) -> Iterator[tuple[int, CalendarInList]]:
    yield depth, one
    for child in below.get(one.id, ()):
        yield from _deepening(child, below, depth + 1)


async def _page(uow: UnitOfWork, key: ListKey, window: Window, term: str | None, **binds: int) -> Slice[CalendarInList]:
    named = {} if term is None else {"pattern": like(sort_key(term))}
    rows = await uow.all(store.CALENDARS.at(key), **binds, **named, limit=window.limit, offset=window.offset)
    if rows:
        return cut(rows, window, rows[0].total)
    total = await uow.one(store.COUNT_CALENDARS.at(key), **binds, **named)
    return cut(rows, window, total or 0)


async def count_visible(uow: UnitOfWork, top: Granted[Account]) -> int:
    """How many calendars of an account and of those below it are visible."""
    key = ListKey("tree", searching=False, visible=True)
    return await uow.one(store.COUNT_CALENDARS.at(key), account_id=top.subject.id) or 0


async def calendar_of(uow: UnitOfWork, account: Granted[Account]) -> AccountCalendar:
    """The calendar of an account as it is now."""
    found = await uow.one(store.CALENDARS_BY_ID, ids=[account.subject.id])
    assert found is not None
    return found


async def change_calendars(uow: UnitOfWork, top: Granted[Account], changes: Sequence[CalendarChange]) -> None:
    """Change calendars of an account and of those below it, all or none.

    Raises Forbidden when one of them lies elsewhere, was deleted or never was. At most ten statements, however many calendars.
    """
    wanted = {change.account_id for change in changes}
    if set(await uow.all(store.WITHIN, ids=sorted(wanted), account_id=top.subject.id)) != wanted:
        raise Forbidden
    alike: dict[tuple[bool | None, bool | None], list[int]] = {}
    for change in changes:
        alike.setdefault((change.visible, change.auto_subscribe), []).append(change.account_id)
    alike.pop((None, None), None)
    for key, ids in alike.items():
        await uow.run(store.CHANGE_CALENDARS.at(key), ids=sorted(ids), at=uow.now)
