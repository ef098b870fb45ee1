"""Feeds: the calendar of a person or a course for whoever has its address. Source: supporting-resources.md §10."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from quadrangle.calendars import event_store as store
from quadrangle.calendars.event_access import Desk
from quadrangle.calendars.event_service import calendars_at, list_events
from quadrangle.calendars.event_store import Calendars, ListKey
from quadrangle.calendars.model import Context, Event
from quadrangle.calendars.subscriptions import added_calendars
from quadrangle.courses import CourseStanding
from quadrangle.db import UnitOfWork
from quadrangle.kernel.digest import same
from quadrangle.kernel.errors import NotFound
from quadrangle.kernel.ids import LARGEST_ID

BEHIND: Final = timedelta(days=30)
AHEAD: Final = timedelta(days=366)
MOST_IN_A_FEED: Final = 1_000
_ADDRESS: Final = re.compile(r"(user|course)_([0-9]{1,19})_([A-Za-z0-9]{1,80})\Z")


class Feed(msgspec.Struct, frozen=True):
    """What one address shows. name: of the person or the course. events: those with a date, by their beginning."""

    name: str
    events: list[Event]


async def feed_at(uow: UnitOfWork, address: str) -> Feed:
    """The feed an address opens, of the last thirty days and the next year, a thousand events at most.

    address: `<context code>_<secret>`; only people and courses have one. Raises NotFound also for a wrong secret, as nobody is to learn
    who there is. Three statements for a person, two for a course.
    """
    found = _ADDRESS.match(address)
    if found is None or int(found[2]) > LARGEST_ID:
        raise NotFound
    context = Context(found[1], int(found[2]))
    owner = await uow.one(store.FEED_OWNER.at(context.kind), id=context.id)
    if not same(found[3], owner.secret if owner is not None else "") or owner is None:
        raise NotFound
    shown = await _of_person(uow, context) if context.kind == "user" else _of_course(context)
    between = (uow.now - BEHIND, uow.now + AHEAD)
    events = await list_events(uow, shown, ListKey(), limit=MOST_IN_A_FEED, between=between)
    # What the sections have at times of their own stands there once for each of them.
    return Feed(owner.name, [event for event in events if not event.sections])


async def coming_up(
    uow: UnitOfWork, user_id: int, courses: Sequence[CourseStanding], *, days: int, limit: int
) -> list[Event]:
    """What is next for a person: in their own calendar, in the account calendars among it, and in these of their courses. Two statements."""
    added = [one.id for one in await added_calendars(uow, user_id)]
    return await events_of(uow, user_id, courses, added, between=(uow.now, uow.now + timedelta(days=days)), limit=limit)


async def events_of(
    uow: UnitOfWork,
    user_id: int,
    courses: Sequence[CourseStanding],
    account_ids: Sequence[int],
    *,
    between: tuple[datetime, datetime],
    limit: int,
) -> list[Event]:
    """The events of a person within two moments: of their own calendar, of their courses, and of account calendars that are known to be
    among it. One statement."""
    desks = [Desk(Context("user", user_id), user_id)]
    desks += [Desk(Context("course", one.course.id), user_id, course=one) for one in courses]
    shown = calendars_at([desk for desk in desks if desk.reads], [Context("account", one).code for one in account_ids])
    return await list_events(uow, shown, ListKey(), limit=limit, between=between)


async def _of_person(uow: UnitOfWork, context: Context) -> Calendars:
    """One's own calendar, and the account calendars among it."""
    added = await added_calendars(uow, context.id)
    return calendars_at([Desk(context, context.id)], [Context("account", one.id).code for one in added])


def _of_course(context: Context) -> Calendars:
    """All of a course: its address is known to those who are in it, not which of its sections they are in."""
    return Calendars(codes=[context.code], whole=[context.code])
