"""Calendars of accounts. The public door of this noun."""

from quadrangle.calendars.access import allow_deciding, allow_seeing, may_add_events
from quadrangle.calendars.model import AccountCalendar, CalendarChange, CalendarInList
from quadrangle.calendars.service import calendar_of, calendars_below, calendars_of, change_calendars, count_visible

__all__ = [
    "AccountCalendar",
    "CalendarChange",
    "CalendarInList",
    "allow_deciding",
    "allow_seeing",
    "calendar_of",
    "calendars_below",
    "calendars_of",
    "change_calendars",
    "count_visible",
    "may_add_events",
]
