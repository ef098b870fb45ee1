"""What happens to events: they are made, once or as a series, moved, changed, called off."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from quadrangle.accounts import zone_name
from quadrangle.calendars import event_store as store
from quadrangle.calendars.event_access import Desk, desk_at, desks_of
from quadrangle.calendars.event_store import Calendars, ListKey
from quadrangle.calendars.model import ACTIVE, LONGEST, Context, Copies, Event, EventChange, SectionTimes
from quadrangle.calendars.series import BadRule, copy_days, occurrences, read_rule, written
from quadrangle.calendars.tables import calendar_events
from quadrangle.calendars.timing import FIRST_DAY, Times, length_on_the_wall, moved, on_the_wall, settle
from quadrangle.db import UnitOfWork
from quadrangle.kernel.access import Granted
from quadrangle.kernel.digest import random_uuid
from quadrangle.kernel.errors import FieldError, Forbidden, Invalid, NotFound
from quadrangle.kernel.html import sanitise, too_deep
from quadrangle.kernel.params import ABSENT, Absent

ONE: Final = "one"
ALL: Final = "all"
FOLLOWING: Final = "following"
WHICH: Final = (ONE, ALL, FOLLOWING)
_BEGINNING: Final = datetime(1, 1, 1, tzinfo=UTC)
_TEXTS: Final = ("title", "description", "location_name", "location_address")


# --- reading


def calendars_at(desks: Sequence[Desk], more: Collection[str] = ()) -> Calendars:
    """The events a person sees at these calendars. more: codes of further calendars that are known to be readable as a whole."""
    sections = [desk for desk in desks if desk.context.kind == "course_section"]
    listed = [desk for desk in desks if desk.context.kind != "course_section"]
    return Calendars(
        codes=[*(desk.context.code for desk in listed), *more],
        whole=[desk.context.code for desk in listed if desk.sees_all_sections],
        own_sections=sorted({code for desk in listed if not desk.sees_all_sections for code in desk.own_sections}),
        named_sections=[desk.context.code for desk in sections],
    )


async def list_events(
    uow: UnitOfWork,
    calendars: Calendars,
    key: ListKey,
    *,
    limit: int,
    offset: int = 0,
    between: tuple[datetime, datetime] | None = None,
    after: tuple[datetime | None, int] | None = None,
) -> list[Event]:
    """Events of several calendars by their beginning, those without a date last. after: the beginning and the id of what came last."""
    binds: dict[str, Any] = {**calendars.binds(), "limit": limit, "offset": offset}
    if calendars.named_sections:
        key = msgspec.structs.replace(key, sections=True)
    if between is not None:
        binds["start"], binds["end"] = between
    if after is not None:
        moment, binds["after_id"] = after
        key = msgspec.structs.replace(key, after="undated" if moment is None else "dated")
        if moment is not None:
            binds["after"] = moment
    return await uow.all(store.EVENTS.at(key), **binds)


async def find_event(uow: UnitOfWork, event_id: int, user_id: int) -> tuple[Event, Desk]:
    """An event with the user's standing at its calendar, or NotFound when it or its calendar is gone; Forbidden to who may not read it."""
    event = await uow.one(store.EVENT, id=event_id)
    desk = None if event is None else await desk_at(uow, user_id, event.context)
    if event is None or desk is None:
        raise NotFound
    desk.reading()
    return event, desk


async def reload_event(uow: UnitOfWork, event_id: int) -> Event:
    """An event as it is now, in any state."""
    event = await uow.one(store.EVENTS_BY_ID, ids=[event_id])
    assert event is not None
    return event


# --- making


async def add_event(
    uow: UnitOfWork, granted: Granted[Desk], change: EventChange, *, zone: str, copies: Copies | None = None
) -> tuple[Event, list[Event]]:
    """Make an event; returns it with its copies. With a rule, the first of a series. zone: the maker's, when the change names none.

    Raises Invalid, BadRule, TooMany. Source: supporting-resources.md §10.
    """
    desk = granted.subject
    values = _texts(change, desk.context, new=True)
    zone = _zone(change, zone)
    values |= {
        "time_zone": zone,
        "blackout_date": change.blackout_date is True,
        "important_dates": change.important_dates is True,
    }
    sections = await _sections(uow, desk, change)
    times = _times(change, Times(None, None), zone)
    made: list[int] = []
    if change.rrule and not isinstance(change.rrule, Absent) and change.rrule.strip():
        if copies is not None or sections:
            raise BadRule("A series can neither be copied nor differ by section")
        values |= {"series_uuid": random_uuid(), **_ruled(change.rrule)}
        for one in _repeated(times, values["rrule"], zone):
            made.append(await _insert(uow, desk, values, one))
        return await reload_event(uow, made[0]), []
    made.append(await _insert(uow, desk, values, _around(times, sections)))
    await _part(uow, desk, made[0], values, sections)
    for number, one in enumerate(_copied(times, copies, zone), 2):
        titled = values | ({"title": f"{values['title']} {number}"[:LONGEST]} if copies and copies.numbered else {})
        made.append(await _insert(uow, desk, titled, one))
    if copies is not None and copies.numbered:
        await uow.update(calendar_events, {"id": made[0]}, title=f"{values['title']} 1"[:LONGEST])
    found = {event.id: event for event in await uow.all(store.EVENTS_BY_ID, ids=made)}
    return found[made[0]], [found[id] for id in made[1:]]


def _texts(change: EventChange, context: Context, *, new: bool) -> dict[str, Any]:
    """The columns of what is written, HTML sanitised; raises Invalid with everything that is wrong with them."""
    values: dict[str, Any] = {name: getattr(change, name) for name in _TEXTS if getattr(change, name) is not ABSENT}
    errors = [
        FieldError(name, f"is too long (maximum is {LONGEST} characters)", "too_long")
        for name in ("title", "location_name", "location_address")
        if len(values.get(name) or "") > LONGEST
    ]
    description = values.get("description")
    if description is not None and too_deep(description):
        errors.append(FieldError("description", "is nested too deeply", "too_deep"))
    if errors:
        raise Invalid(*errors)
    if description is not None:
        values["description"] = sanitise(description)
    if new or "title" in values:
        title = (values.get("title") or "").strip()
        values["title"] = title or f"{context.kind.replace('_', ' ').title()} Event"
    return values


def _zone(change: EventChange, otherwise: str) -> str:
    """The zone an event keeps: the one that was named, if there is such a zone."""
    named = None if isinstance(change.time_zone, Absent) else zone_name(change.time_zone)
    return named or otherwise


def _times(change: EventChange, known: Times, zone: str) -> Times:
    return settle(
        known.start_at if isinstance(change.start_at, Absent) else change.start_at,
        known.end_at if isinstance(change.end_at, Absent) else change.end_at,
        all_day=None if isinstance(change.all_day, Absent) else change.all_day,
        was_all_day=known.all_day,
        zone=ZoneInfo(zone),
    )


def _ruled(rule: str) -> dict[str, str]:
    return {"rrule": written(read_rule(rule))}


def _repeated(times: Times, rule: str, zone: str) -> list[Times]:
    """The times of every event of a series. Raises BadRule, TooMany."""
    if times.start_at is None:
        raise BadRule("A series needs a date")
    clock = ZoneInfo(zone)
    length = length_on_the_wall(times, clock)
    return [moved(times, day, length, clock) for day in occurrences(read_rule(rule), times.start_at, clock)]


def _copied(times: Times, copies: Copies | None, zone: str) -> list[Times]:
    if copies is None or copies.count < 1:
        return []
    clock = ZoneInfo(zone)
    if times.start_at is None:
        copy_days(copies, FIRST_DAY)  # as many undated ones, within the same limits
        return [times] * copies.count
    length = length_on_the_wall(times, clock)
    return [moved(times, day, length, clock) for day in copy_days(copies, on_the_wall(times.start_at, clock))]


async def _insert(
    uow: UnitOfWork, desk: Desk, values: dict[str, Any], times: Times, *, parent_id: int | None = None
) -> int:
    return await uow.insert(
        calendar_events,
        context_type=desk.context.kind,
        context_id=desk.context.id,
        context_code=desk.context.code,
        calendar_code=desk.calendar_code,
        parent_event_id=parent_id,
        user_id=desk.user_id,
        workflow_state=ACTIVE,
        created_at=uow.now,
        updated_at=uow.now,
        **dict.fromkeys((*_TEXTS, "series_uuid", "rrule", "comments", "cancel_reason")) | values,
        **msgspec.structs.asdict(times),
    )


# --- by section


async def _sections(uow: UnitOfWork, desk: Desk, change: EventChange) -> list[tuple[Desk, Times]]:
    """When each section named in a change has the event; raises Invalid for what is no section of the course."""
    if isinstance(change.sections, Absent) or not change.sections:
        return []
    if desk.context.kind != "course":
        raise Invalid.field("child_event_data", "only events of courses differ by section", "invalid")
    contexts = [one.context for one in change.sections]
    found = (await desks_of(uow, desk.user_id, contexts)).several
    named: list[tuple[Desk, Times]] = []
    for one in change.sections:
        section = found[one.context]
        if one.context.kind != "course_section" or section is None or section.calendar_code != desk.context.code:
            raise Invalid.field("child_event_data", f"{one.context.code} is no section of this course", "invalid")
        named.append((section, _section_times(one)))
    if len(found) < len(named):
        raise Invalid.field("child_event_data", "each section can be named once", "invalid")
    return named


def _section_times(one: SectionTimes) -> Times:
    return settle(one.start_at, one.end_at, all_day=False, was_all_day=False, zone=UTC)


def _around(times: Times, sections: Sequence[tuple[Desk, Times]]) -> Times:
    """The times of an event that sections have at their own: from the first beginning to the last end."""
    dated = [(one.start_at, one.end_at) for _, one in sections if one.start_at is not None and one.end_at is not None]
    return Times(min(start for start, _ in dated), max(end for _, end in dated)) if dated else times


async def _part(
    uow: UnitOfWork, desk: Desk, event_id: int, values: dict[str, Any], sections: Sequence[tuple[Desk, Times]]
) -> None:
    kept = {name: value for name, value in values.items() if name not in ("series_uuid", "rrule")}
    for section, times in sections:
        await _insert(uow, section, kept, times, parent_id=event_id)


# --- changing


async def revise_event(
    uow: UnitOfWork,
    granted: Granted[Desk],
    event: Event,
    change: EventChange,
    *,
    which: str = ONE,
    into: Granted[Desk] | None = None,
) -> Event:
    """Change an event, or all or the following ones of its series; returns it as it is afterwards.

    into: the calendar it moves to. Raises Invalid, BadRule, TooMany; NotFound when it is gone.
    """
    desk = granted.subject if into is None else into.subject
    if into is not None and (event.series_uuid is not None or event.parent_event_id is not None or event.sections):
        raise Invalid.field("context_code", "cannot be changed for a series or for parts of an event", "invalid")
    values = _texts(change, desk.context, new=False)
    zone = _zone(change, event.time_zone)
    if zone != event.time_zone:
        values["time_zone"] = zone
    values |= {
        name: value for name in ("blackout_date", "important_dates") if (value := getattr(change, name)) is not ABSENT
    }
    before = Times(event.start_at, event.end_at, event.all_day, event.all_day_date)
    times = _times(change, before, zone)
    if into is not None:
        values |= {
            "context_type": desk.context.kind,
            "context_id": desk.context.id,
            "context_code": desk.context.code,
            "calendar_code": desk.calendar_code,
        }
    rule = None if isinstance(change.rrule, Absent) else (change.rrule or "").strip()
    if rule:
        rule = written(read_rule(rule))
    if rule == event.rrule or (rule == "" and event.rrule is None):
        rule = None
    if rule is not None and which == ONE and event.series_uuid is not None and rule:
        raise BadRule("How a series repeats is changed for all or the following of its events")
    targets = await _targets(uow, event, which)
    if rule is not None:
        return await _repeat(uow, desk, event, targets, values, times, rule, zone)
    for one in targets:
        when = {} if times == before else msgspec.structs.asdict(_shifted(one, event, times, zone))
        await _write(uow, one, values | when)
    await _revise_parts(uow, desk, event, change, values)
    return await reload_event(uow, event.id)


async def _targets(uow: UnitOfWork, event: Event, which: str) -> list[Event]:
    """The events a change is about, the event itself among them."""
    if which == ONE or event.series_uuid is None or event.start_at is None:
        return [event]
    since = _BEGINNING if which == ALL else event.start_at
    found = await uow.all(store.SERIES, series_uuid=event.series_uuid, since=since)
    return found if any(one.id == event.id for one in found) else [event, *found]


def _shifted(one: Event, event: Event, times: Times, zone: str) -> Times:
    """The times of one event of a series when `event` of it moves to `times`: by as much, by the clock on the wall."""
    if one.id == event.id:
        return times
    if times.start_at is None or one.start_at is None or event.start_at is None:
        return times if times.start_at is None else Times(one.start_at, one.end_at, one.all_day, one.all_day_date)
    clock = ZoneInfo(zone)
    by = on_the_wall(times.start_at, clock) - on_the_wall(event.start_at, clock)
    return moved(times, on_the_wall(one.start_at, clock) + by, length_on_the_wall(times, clock), clock)


async def _write(uow: UnitOfWork, event: Event, values: dict[str, Any]) -> None:
    where = {"id": event.id, "workflow_state": ACTIVE}
    if not await uow.update(calendar_events, where, updated_at=uow.now, **values):
        raise NotFound


async def _repeat(
    uow: UnitOfWork,
    desk: Desk,
    event: Event,
    targets: list[Event],
    values: dict[str, Any],
    times: Times,
    rule: str,
    zone: str,
) -> Event:
    """Lay events out anew by another rule, which begins at the first of them; a blank one leaves the event alone, by itself."""
    if not rule:
        await _remove(uow, [one.id for one in targets if one.id != event.id], None)
        await _write(uow, event, values | msgspec.structs.asdict(times) | {"series_uuid": None, "rrule": None})
        return await reload_event(uow, event.id)
    if event.sections or event.parent_event_id is not None:
        raise BadRule("A series cannot differ by section")
    laid_out = _repeated(_shifted(targets[0], event, times, zone), rule, zone)
    series = values | {"series_uuid": random_uuid(), "rrule": rule}
    for one, when in zip(targets, laid_out, strict=False):
        await _write(uow, one, series | msgspec.structs.asdict(when))
    await _remove(uow, [one.id for one in targets[len(laid_out) :]], None)
    whole = {name: getattr(event, name) for name in (*_TEXTS, "time_zone", "blackout_date", "important_dates")}
    for when in laid_out[len(targets) :]:
        await _insert(uow, desk, whole | series, when)
    return await reload_event(uow, event.id if event in targets[: len(laid_out)] else targets[0].id)


async def _revise_parts(uow: UnitOfWork, desk: Desk, event: Event, change: EventChange, values: dict[str, Any]) -> None:
    """What sections have of the event follows it; new times of sections replace all of them."""
    if isinstance(change.sections, Absent):
        named = {name: value for name, value in values.items() if name in (*_TEXTS, "blackout_date", "important_dates")}
        if event.sections and named:
            where = {"parent_event_id": event.id, "workflow_state": ACTIVE}
            await uow.update(calendar_events, where, updated_at=uow.now, **named)
        return
    sections = await _sections(uow, desk, change)
    await _remove(uow, [one.id for one in event.sections], None)
    now = await reload_event(uow, event.id)
    times = _around(Times(now.start_at, now.end_at, now.all_day, now.all_day_date), sections)
    await _write(uow, event, msgspec.structs.asdict(times))
    whole = {name: getattr(now, name) for name in (*_TEXTS, "time_zone", "blackout_date", "important_dates")}
    await _part(uow, desk, event.id, whole, sections)


# --- calling off


async def remove_event(
    uow: UnitOfWork, granted: Granted[Desk], event: Event, *, which: str = ONE, reason: str | None = None
) -> Event:
    """Delete an event, or all or the following ones of its series; the parts of sections go with it. Raises NotFound when it is gone."""
    if granted.subject.context != event.context:
        raise Forbidden
    targets = await _targets(uow, event, which)
    if not await _remove(uow, [one.id for one in targets], reason):
        raise NotFound
    return await reload_event(uow, event.id)


async def _remove(uow: UnitOfWork, ids: Sequence[int], reason: str | None) -> int:
    return await uow.run(store.DELETE_EVENTS, ids=list(ids), reason=reason, at=uow.now) if ids else 0
