"""Calendars of accounts, and the events of all calendars. The public door of this noun."""

from quadrangle.calendars.access import allow_deciding, allow_seeing, may_add_events
from quadrangle.calendars.event_access import Desk, Desks, desk_at, desks_of
from quadrangle.calendars.event_service import (
    ONE,
    WHICH,
    add_event,
    calendars_at,
    find_event,
    list_events,
    remove_event,
    revise_event,
)
from quadrangle.calendars.event_store import Added, Choice, ListKey
from quadrangle.calendars.feeds import Feed, coming_up, events_of, feed_at
from quadrangle.calendars.model import (
    LONGEST,
    MOST_OF_A_SERIES,
    AccountCalendar,
    CalendarChange,
    CalendarInList,
    Context,
    Copies,
    Event,
    EventChange,
    SectionEvent,
    SectionTimes,
)
from quadrangle.calendars.series import BadRule, TooMany, in_words
from quadrangle.calendars.service import (
    Tree,
    calendar_of,
    calendars_below,
    calendars_of,
    change_calendars,
    count_visible,
    tree_of,
)
from quadrangle.calendars.subscriptions import add_calendars, added_calendars, choices, subscribe, unsubscribe
from quadrangle.calendars.tables import calendar_events, calendar_subscriptions
from quadrangle.calendars.timing import is_in_range

__all__ = [
    "LONGEST",
    "MOST_OF_A_SERIES",
    "ONE",
    "WHICH",
    "AccountCalendar",
    "Added",
    "BadRule",
    "CalendarChange",
    "CalendarInList",
    "Choice",
    "Context",
    "Copies",
    "Desk",
    "Desks",
    "Event",
    "EventChange",
    "Feed",
    "ListKey",
    "SectionEvent",
    "SectionTimes",
    "TooMany",
    "Tree",
    "add_calendars",
    "add_event",
    "added_calendars",
    "allow_deciding",
    "allow_seeing",
    "calendar_events",
    "calendar_of",
    "calendar_subscriptions",
    "calendars_at",
    "calendars_below",
    "calendars_of",
    "change_calendars",
    "choices",
    "coming_up",
    "count_visible",
    "desk_at",
    "desks_of",
    "events_of",
    "feed_at",
    "find_event",
    "in_words",
    "is_in_range",
    "list_events",
    "may_add_events",
    "remove_event",
    "revise_event",
    "subscribe",
    "tree_of",
    "unsubscribe",
]
