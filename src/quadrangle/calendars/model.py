"""Calendars of accounts. Source: account-calendars.md §1."""

from typing import Final

import msgspec

from quadrangle.accounts import Ancestor, HeldRole, Override

MANUAL: Final = "manual"
AUTO: Final = "auto"


class AccountCalendar(msgspec.Struct, frozen=True):
    """The calendar of an account: the account itself, seen as a calendar, with the same id."""

    id: int
    name: str
    parent_account_id: int | None
    root_account_id: int | None
    account_calendar_visible: bool
    account_calendar_subscription_type: str

    @property
    def visible(self) -> bool:
        return self.account_calendar_visible

    @property
    def auto_subscribe(self) -> bool:
        return self.account_calendar_subscription_type == AUTO


class CalendarInList(AccountCalendar, frozen=True):
    """A calendar with what decides about the bound user's rights there, the number of direct sub-accounts, and how many calendars match."""

    ancestors: list[Ancestor]
    held: list[HeldRole]
    overrides: list[Override]
    sub_account_count: int
    total: int


class CalendarChange(msgspec.Struct, frozen=True):
    """What is to change at one calendar; None leaves as it is."""

    account_id: int
    visible: bool | None = None
    auto_subscribe: bool | None = None
