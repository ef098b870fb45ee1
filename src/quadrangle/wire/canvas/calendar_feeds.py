"""Calendars as iCalendar feeds (RFC 5545), for the programs people keep their days in. Source: supporting-resources.md §10.

The address is all the right there is: it holds a secret, and opens without a token.
"""

import asyncio
import hashlib
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from quadrangle import calendars
from quadrangle.calendars import Event, Feed
from quadrangle.http.call import Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.errors import NotFound
from quadrangle.kernel.html import plain_text

routes = Routes("canvas", "Calendar events")

_END: Final = ".ics"
_AGAIN_AFTER: Final = timedelta(hours=1)


def feed_address(base_url: str, code: str, secret: str) -> str:
    """Where the feed of a context is. code: `user_<id>` or `course_<id>`."""
    return f"{base_url}/feeds/calendars/{code}_{secret}{_END}"


@routes.get("/feeds/calendars/:feed", public=True, work="none", secret_path=True)
async def show_calendar_feed(call: Call) -> Reply:
    """Show the calendar of a person or a course as an iCalendar file."""
    name = call.path["feed"]
    if not name.endswith(_END):
        raise NotFound
    async with call.read_only() as uow:
        feed = await calendars.feed_at(uow, name.removesuffix(_END))
    # A thousand events take a fifth of a second to write.
    written = await asyncio.to_thread(as_icalendar, feed, call.base_url)
    tag = f'"{hashlib.sha256(written).hexdigest()[:32]}"'
    if tag in (call.header("if-none-match") or ""):
        reply = Reply(304, b"", content_type=b"text/calendar; charset=utf-8")
    else:
        reply = Reply(200, written, content_type=b"text/calendar; charset=utf-8")
        reply.header("content-disposition", 'inline; filename="calendar.ics"')
    return reply.header("etag", tag).header("cache-control", "private, max-age=300")


def as_icalendar(feed: Feed, base_url: str) -> bytes:
    """The feed as the lines of RFC 5545; whole days as dates, everything else in UTC."""
    # Imported with the first feed: 66 ms and 10 MB that a server without one does without.
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Quadrangle//Calendar//EN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{feed.name} Calendar")
    calendar.add("refresh-interval", _AGAIN_AFTER, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for event in feed.events:
        calendar.add_component(_component(event, base_url))
    written: bytes = calendar.to_ical()
    return written


def _component(event: Event, base_url: str) -> Any:
    from icalendar import Event as Component

    assert event.start_at is not None
    assert event.end_at is not None
    one = Component()
    one.add("uid", f"event-calendar-event-{event.id}@{urlsplit(base_url).hostname}")
    one.add("dtstamp", event.updated_at)
    one.add("created", event.created_at)
    one.add("last-modified", event.updated_at)
    one.add("summary", event.title)
    if event.all_day:
        first, after = _days(event)
        one.add("dtstart", first)
        one.add("dtend", after)
    else:
        one.add("dtstart", event.start_at)
        one.add("dtend", event.end_at)
    if event.description:
        one.add("description", plain_text(event.description))
        one.add("x-alt-desc", event.description, parameters={"FMTTYPE": "text/html"})
    if place := ", ".join(part for part in (event.location_name, event.location_address) if part):
        one.add("location", place)
    if event.context_name:
        one.add("categories", [event.context_name])
    one.add("url", f"{base_url}/calendar?event_id={event.id}&include_contexts={event.calendar_code}")
    return one


def _days(event: Event) -> tuple[date, date]:
    """The first day of an event of whole days, and the day after its last, by the clock of its zone."""
    assert event.start_at is not None
    assert event.end_at is not None
    first, last = (_day(moment, event) for moment in (event.start_at, event.end_at))
    return first, max(last, first + timedelta(days=1))


def _day(moment: datetime, event: Event) -> date:
    return moment.astimezone(event.zone).date()
