"""Calendars of accounts, and the events of all calendars. Source: account-calendars.md §1, supporting-resources.md §10."""

import re
from datetime import datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from quadrangle.accounts import Ancestor, HeldRole, Override
from quadrangle.kernel.ids import LARGEST_ID
from quadrangle.kernel.params import ABSENT, Absent

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


# --- events -----------------------------------------------------------------------------------------------------------

ACTIVE: Final = "active"
DELETED: Final = "deleted"
KINDS: Final = ("user", "course", "group", "course_section", "account")
LONGEST: Final = 255  # characters of a title or a place
MOST_OF_A_SERIES: Final = 200
_CODE: Final = re.compile(rf"({'|'.join(KINDS)})_([0-9]{{1,19}})\Z")


class Context(msgspec.Struct, frozen=True):
    """Whose calendar: `course_101` and the like. kind: one of KINDS."""

    kind: str
    id: int

    @property
    def code(self) -> str:
        return f"{self.kind}_{self.id}"

    @classmethod
    def parse(cls, code: str) -> "Context | None":
        """The context a code names, whether there is such a thing or not; None when it can name nothing."""
        found = _CODE.match(code.strip())
        if found is None or int(found[2]) > LARGEST_ID:
            return None
        return cls(found[1], int(found[2]))


class SectionEvent(msgspec.Struct, frozen=True, array_like=True):
    """What one section of a course has instead of its event: times of its own."""

    id: int
    context_code: str
    title: str
    start_at: datetime | None
    end_at: datetime | None
    all_day: bool
    all_day_date: str | None
    workflow_state: str
    created_at: datetime
    updated_at: datetime
    context_name: str | None


class Event(msgspec.Struct, frozen=True):
    """An event. start_at: None is undated. all_day_date: `YYYY-MM-DD` in time_zone. description: HTML, sanitised.

    calendar_code: the calendar it is listed in, for an event of a section that of its course. sections: the parts of a course's event.
    """

    id: int
    context_type: str
    context_id: int
    context_code: str
    calendar_code: str
    parent_event_id: int | None
    user_id: int
    title: str
    description: str | None
    location_name: str | None
    location_address: str | None
    start_at: datetime | None
    end_at: datetime | None
    all_day: bool
    all_day_date: str | None
    time_zone: str
    blackout_date: bool
    important_dates: bool
    comments: str | None
    series_uuid: str | None
    rrule: str | None
    workflow_state: str
    cancel_reason: str | None
    created_at: datetime
    updated_at: datetime
    context_name: str | None
    sections: list[SectionEvent]

    @property
    def context(self) -> Context:
        return Context(self.context_type, self.context_id)

    @property
    def zone(self) -> tzinfo:
        return ZoneInfo(self.time_zone)


class SectionTimes(msgspec.Struct, frozen=True):
    """When one section of the course has the event."""

    context: Context
    start_at: datetime | None
    end_at: datetime | None


class Copies(msgspec.Struct, frozen=True):
    """How often an event is made again: `count` more, every `interval` days, weeks or months; numbered: titles get a number."""

    count: int
    frequency: str = "weekly"
    interval: int = 1
    numbered: bool = False


class EventChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of an event; what is ABSENT stays as it is. description: HTML, not yet sanitised.

    time_zone: a zone's name, by which days and repetitions count. rrule: how it repeats (RFC 5545); blank: no more. sections: by section
    instead of for the course as a whole.
    """

    title: str | None | Absent = ABSENT
    description: str | None | Absent = ABSENT
    location_name: str | None | Absent = ABSENT
    location_address: str | None | Absent = ABSENT
    start_at: datetime | None | Absent = ABSENT
    end_at: datetime | None | Absent = ABSENT
    all_day: bool | Absent = ABSENT
    time_zone: str | Absent = ABSENT
    blackout_date: bool | Absent = ABSENT
    important_dates: bool | Absent = ABSENT
    rrule: str | None | Absent = ABSENT
    sections: list[SectionTimes] | Absent = ABSENT
