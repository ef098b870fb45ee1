"""`/calendar`: the events of one's own calendar, one's courses and the account calendars one has added. Source: web.md W12."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

import msgspec

from quadrangle import calendars
from quadrangle.calendars import Event
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply, redirect
from quadrangle.http.routing import Routes
from quadrangle.kernel.errors import NotFound
from quadrangle.kernel.params import Absent, Params, text
from quadrangle.kernel.words import _
from quadrangle.people import PERSON, renew_calendar_secret
from quadrangle.web.courses import my_courses
from quadrangle.web.flash import done
from quadrangle.web.prose import prose
from quadrangle.web.shell import READING, show
from quadrangle.wire.canvas.calendar_feeds import feed_address
from quadrangle.wire.canvas.ids import number_for

screens = Routes("web", "Calendar")

HOME: Final = "/calendar"
_MOST: Final = 500  # events of a month
_IN_A_DAY: Final = 4  # of a month's table; the rest is a link
_MONTH: Final = re.compile(r"([0-9]{4})-([0-9]{2})\Z")
_FIRST_YEAR, _LAST_YEAR = 1900, 9000  # beyond which no clock is asked
_WEEK: Final = date(2024, 1, 1)  # a Monday


class Asking(Params):
    view: str | None | Absent = text("As a month, or as a list.", choices=("month", "agenda"))
    month: str | None | Absent = text("`2026-02`; this month when it is none.")
    event_id: str | None | Absent = text("One event, as API clients link to it.")
    include_contexts: str | None | Absent = text("Sent by those links; the event knows its own calendar.")


class Shown(msgspec.Struct, frozen=True):
    """An event as it stands on a screen. first, last: its days by the reader's clock; kind: whose calendar."""

    event: Event
    first: date
    last: date
    kind: str

    @property
    def address(self) -> str:
        return f"{HOME}?event_id={self.event.id}&include_contexts={self.event.calendar_code}"


class Day(msgspec.Struct, frozen=True):
    """One day of the table. more: how many events are left out."""

    date: date
    inside: bool
    today: bool
    events: list[Shown]
    more: int


def _month_of(sent: str | None | Absent, today: date) -> date:
    """The first day of the month that is asked for."""
    found = _MONTH.match(sent) if isinstance(sent, str) else None
    if found is not None and _FIRST_YEAR <= int(found[1]) <= _LAST_YEAR and 1 <= int(found[2]) <= 12:
        return date(int(found[1]), int(found[2]), 1)
    return today.replace(day=1)


def _after(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def _before(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)


def shown(event: Event, zone: tzinfo) -> Shown:
    """Whole days count by the clock of the event, everything else by that of the reader."""
    assert event.start_at is not None
    assert event.end_at is not None
    by = event.zone if event.all_day else zone
    first, last = event.start_at.astimezone(by), event.end_at.astimezone(by)
    # What ends at midnight does not reach into the day that begins there.
    if last > first and last.time() == time(0):
        last -= timedelta(days=1)
    return Shown(event, first.date(), max(first.date(), last.date()), event.context_type)


@screens.get(HOME)
async def show_calendar(call: Call, asked: Asked[Asking]) -> Reply:
    """The calendar, as a month or as a list."""
    sent = asked.read()
    if sent.event_id:
        return await _one(call, sent.event_id)
    user_id: int = call.user().user_id
    today = call.now.astimezone(call.zone).date()
    month = _month_of(sent.month, today)
    agenda = sent.view == "agenda"
    first = month if agenda else month - timedelta(days=month.weekday())
    end = _after(month) if agenda else _after(month) + timedelta(days=-_after(month).weekday() % 7)
    between = (_midnight(first, call.zone), _midnight(end, call.zone) - timedelta(microseconds=1))
    choices = await calendars.choices(call.uow, user_id)
    courses = [one.standing for one in await my_courses(call) if one.open]
    added = [one.id for one in choices if one.shown]
    found = await calendars.events_of(call.uow, user_id, courses, added, between=between, limit=_MOST)
    events = [shown(one, call.zone) for one in found if not one.sections]
    person = await call.uow.one(PERSON, id=user_id)
    if person is None:
        raise NotFound
    return await show(
        call,
        "calendar/agenda.html" if agenda else "calendar/month.html",
        here="calendar",
        policy=READING,
        month=month,
        before=_before(month),
        after=_after(month),
        this=month == today.replace(day=1),
        view="agenda" if agenda else "month",
        weeks=[] if agenda else _weeks(events, first, end, month, today),
        weekdays=[_WEEK + timedelta(days=number) for number in range(7)],
        days=_days(events, month) if agenda else [],
        anything=any(one.last >= month and one.first < _after(month) for one in events),
        choices=choices,
        feed=feed_address(call.base_url, f"user_{person.id}", person.calendar_secret),
        prose=prose,
        today=today,
    )


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(0), zone).astimezone(UTC)


def _weeks(events: list[Shown], first: date, end: date, month: date, today: date) -> list[list[Day]]:
    made = []
    for number in range((end - first).days):
        day = first + timedelta(days=number)
        held = [one for one in events if one.first <= day <= one.last]
        fits = held if len(held) <= _IN_A_DAY else held[: _IN_A_DAY - 1]
        inside = (day.year, day.month) == (month.year, month.month)
        made.append(Day(day, inside, day == today, fits, len(held) - len(fits)))
    return [made[start : start + 7] for start in range(0, len(made), 7)]


def _days(events: list[Shown], month: date) -> list[tuple[date, list[Shown]]]:
    """The days on which something begins; what began before the month stands at its first day."""
    found: dict[date, list[Shown]] = {}
    for one in events:
        if one.last >= month:
            found.setdefault(max(one.first, month), []).append(one)
    return sorted(found.items())


async def _one(call: Call, event_id: str) -> Reply:
    """One event by itself."""
    event, _desk = await calendars.find_event(call.uow, number_for(event_id), call.user().user_id)
    dated = event.start_at is not None
    return await show(
        call,
        "calendar/event.html",
        here="calendar",
        policy=READING,
        event=event,
        one=shown(event, call.zone) if dated else None,
        words=prose(event.description),
    )


@screens.get("/accounts/:account_id/calendar_events/:id")
async def to_event(call: Call) -> Reply:
    """The event of an account, where clients that build the address by hand look for it."""
    return redirect(f"{HOME}?event_id={number_for(call.path['id'])}&include_contexts=account_{call.path['account_id']}")


# --- what is among one's own


@screens.post("/calendar/accounts/:id/subscribe")
async def subscribe(call: Call) -> Reply:
    """Add the calendar of an account to one's own."""
    added = await calendars.subscribe(call.uow, call.user().user_id, number_for(call.path["id"]))
    return done(call, HOME, _("“%(name)s” is in your calendar now.") % {"name": added.name})


@screens.post("/calendar/accounts/:id/unsubscribe")
async def unsubscribe(call: Call) -> Reply:
    """Take the calendar of an account from one's own."""
    await calendars.unsubscribe(call.uow, call.user().user_id, number_for(call.path["id"]))
    return done(call, HOME, _("It is in your calendar no longer. You can add it again at any time."))


@screens.post("/calendar/feed")
async def renew_feed(call: Call) -> Reply:
    """Another address for one's calendar."""
    await renew_calendar_secret(call.uow, call.user().user_id)
    return done(call, f"{HOME}#feed", _("Your calendar has a new address. The old one works no longer."))
