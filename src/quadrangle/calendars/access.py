"""Who sees the calendar of an account, and who decides about it. Source: account-calendars.md §3, permissions.md §5."""

from typing import Final

import msgspec

from quadrangle.accounts import Account, AccountRights
from quadrangle.courses import AccountStanding, views_calendar
from quadrangle.db import UnitOfWork
from quadrangle.kernel.access import Granted, Table, authorise


class CalendarStanding(msgspec.Struct, frozen=True):
    """One person before the calendar of one account. views: has the general right `view_account_calendar_details`."""

    rights: AccountRights
    views: bool


def views(one: CalendarStanding) -> bool:
    return one.views


def manages_visibility(one: CalendarStanding) -> bool:
    return one.rights.may("manage_account_calendar_visibility")


SEE: Final = "see"
DECIDE: Final = "decide"  # whether it is visible, and subscribed to by itself; here and below

CALENDAR_RULES: Final[Table[CalendarStanding]] = {SEE: [[views]], DECIDE: [[manages_visibility]]}


async def allow_seeing(uow: UnitOfWork, standing: AccountStanding) -> Granted[Account]:
    """The account, for who sees its calendar; else Forbidden. At most one statement."""
    views = await views_calendar(uow, standing)
    return authorise(CALENDAR_RULES, SEE, CalendarStanding(standing.rights, views), standing.account)


def allow_deciding(standing: AccountStanding) -> Granted[Account]:
    """The account, for who decides about its calendar and those below it; else Forbidden."""
    return authorise(CALENDAR_RULES, DECIDE, CalendarStanding(standing.rights, views=False), standing.account)


def may_add_events(calendar_visible: bool, rights: AccountRights) -> bool:
    """Events are made on visible calendars only, even by administrators."""
    return calendar_visible and rights.may("manage_account_calendar_events")
