"""Calendar events of the Canvas family. Source: supporting-resources.md §10."""

import re
from datetime import datetime, time, timedelta
from typing import Any, Final

from msgspec import UNSET, Struct

from quadrangle import calendars
from quadrangle.calendars import (
    LONGEST,
    MOST_OF_A_SERIES,
    ONE,
    WHICH,
    Context,
    Copies,
    Desk,
    Event,
    EventChange,
    ListKey,
    SectionEvent,
    SectionTimes,
)
from quadrangle.courses import COURSES_OF_USER, CourseStanding
from quadrangle.groups import GROUPS, Listing
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.access import Granted
from quadrangle.kernel.clock import zulu, zulu_or_none
from quadrangle.kernel.errors import Forbidden, Invalid, NotFound
from quadrangle.kernel.ids import Ref, parse_number
from quadrangle.kernel.paging import PageNotNumbered, Slice, Window, decode_bookmark, encode_bookmark
from quadrangle.kernel.params import (
    ABSENT,
    Absent,
    Params,
    anything,
    as_text,
    flag,
    leading_integer,
    moment,
    parse_time,
    text,
    truthy,
    words,
)
from quadrangle.people import find_user
from quadrangle.wire.canvas.errors import message, refuse
from quadrangle.wire.canvas.ids import number_for
from quadrangle.wire.canvas.shapes import Maybe, Time
from quadrangle.wire.canvas.users import visible_person

routes = Routes("canvas", "Calendar events")

_EVENTS: Final = "/api/v1/calendar_events"
_EVENT: Final = f"{_EVENTS}/:id"
MOST_CONTEXTS: Final = 100
# conventions.md §5.4: what the calendar takes for a date, and for a date with a time.
_DATE: Final = re.compile(r"\d{4}[-/. ]\d{1,2}[-/. ]\d{1,2}\Z", re.ASCII)
_DATE_TIME: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+ -]\d{2}:?\d{2})?\Z", re.ASCII | re.IGNORECASE
)


# --- what is sent


class EventList(Params):
    """Which events to list."""

    type: str | None | Absent = text("`event`; of the others there are none here.", choices=("event", "assignment"))
    start_date: str | None | Absent = text("From when, a date or a date with a time; today unless said otherwise.")
    end_date: str | None | Absent = text(
        "Until when, in the same form; the end of the first day unless said otherwise."
    )
    undated: bool | Absent = flag("Only events without a date.")
    all_events: bool | Absent = flag("All events, whatever their date.")
    important_dates: bool | Absent = flag("Only important dates.")
    blackout_date: bool | Absent = flag("Only days without teaching.")
    context_codes: tuple[str, ...] = words(
        "Whose: `user_1`, `course_1`, `course_section_1`, `group_1`, `account_1`, ten at most unless the root account says otherwise. "
        "Without any, one's own and the account calendars one has added."
    )
    excludes: tuple[str, ...] = words("Keys to leave out.", choices=("description", "child_events", "assignment"))
    includes: tuple[str, ...] = words(
        "Further keys.", choices=("web_conference", "series_natural_language"), alias="include"
    )


class EventEdit(Params, group="calendar_event", required=True):
    """What one may say of an event."""

    context_code: str | None | Absent = text("Whose calendar: `account_1` and the like.")
    title: str | None | Absent = text("What is on.", max=LONGEST)
    description: str | None | Absent = text("More about it, HTML.")
    start_at: datetime | None | Absent = moment("When it begins.")
    end_at: datetime | None | Absent = moment("When it ends; as it begins unless said otherwise.")
    location_name: str | None | Absent = text("Where.", max=LONGEST)
    location_address: str | None | Absent = text("The address of it.", max=LONGEST)
    time_zone_edited: str | None | Absent = text("The zone whose days and clocks count; the caller's otherwise.")
    all_day: bool | Absent = flag("Whether it takes the whole day.")
    blackout_date: bool | Absent = flag("Whether there is no teaching then.")
    important_dates: bool | Absent = flag("Whether it is an important date.")
    rrule: str | None | Absent = text(f"How it repeats, as RFC 5545 writes it; {MOST_OF_A_SERIES} times at most.")
    child_event_data: Any = anything(
        "By section: `[X][context_code]`, `[X][start_at]`, `[X][end_at]`.", schema={"type": ["object", "array"]}
    )
    duplicate: Any = anything(
        "Copies: `[count]`, `[interval]`, `[frequency]` (daily, weekly, monthly), `[append_iterator]`.",
        schema={"type": "object"},
    )


class Which(Params):
    which: str | None | Absent = text("Of a series: this event, all, or this and the following.", choices=WHICH)

    def read_which(self) -> str:
        if not self.which:
            return ONE
        if self.which not in WHICH:
            raise refuse(message(400, f"Invalid parameter which='{self.which[:100]}'"))
        return self.which


class Cancelling(Params):
    cancel_reason: str | None | Absent = text("Why it is called off.")


class Added(Params):
    enabled_account_calendars: Any = anything(
        "Ids of the accounts whose calendars are among one's own from now on, and no others.",
        schema={"type": "array", "items": {"type": ["integer", "string"]}},
    )
    mark_feature_as_seen: bool | Absent = flag("Taken, and of no consequence here.")


# --- what is answered


class EventJson(Struct, frozen=True):
    """An event. Source: supporting-resources.md §10."""

    id: int
    title: str
    start_at: Time | None
    end_at: Time | None
    all_day: bool
    all_day_date: str | None
    location_name: str | None
    location_address: str | None
    workflow_state: str
    created_at: Time
    updated_at: Time
    comments: str | None
    series_uuid: str | None
    rrule: str | None
    blackout_date: bool
    type: str
    context_code: str
    all_context_codes: str
    context_name: str | None
    context_color: str | None
    parent_event_id: int | None
    hidden: bool
    child_events_count: int
    url: str
    html_url: str
    duplicates: list["EventJson"]
    important_dates: bool
    effective_context_code: str | Maybe = UNSET
    description: str | None | Maybe = UNSET
    child_events: list["EventJson"] | Maybe = UNSET
    series_natural_language: str | None | Maybe = UNSET
    web_conference: None | Maybe = UNSET


class ContextJson(Struct, frozen=True):
    """A calendar the caller may have in view."""

    id: str
    name: str
    asset_string: str
    type: str
    color: str | None
    selected: bool
    can_create_calendar_events: bool


class ContextsJson(Struct, frozen=True):
    contexts: list[ContextJson]


class StatusJson(Struct, frozen=True):
    status: str


class View(Struct, frozen=True):
    """How events are shown."""

    base_url: str
    excludes: frozenset[str] = frozenset()
    includes: frozenset[str] = frozenset()


def event_json(event: Event, view: View, duplicates: list[Event] | None = None) -> EventJson:
    parts = [_part_json(event, part, view) for part in sorted(event.sections, key=lambda one: one.id)]
    home = event.calendar_code
    return EventJson(
        id=event.id,
        title=event.title,
        start_at=zulu_or_none(event.start_at),
        end_at=zulu_or_none(event.end_at),
        all_day=event.all_day,
        all_day_date=event.all_day_date,
        location_name=event.location_name,
        location_address=event.location_address,
        workflow_state=event.workflow_state,
        created_at=zulu(event.created_at),
        updated_at=zulu(event.updated_at),
        comments=event.comments,
        series_uuid=event.series_uuid,
        rrule=event.rrule,
        blackout_date=event.blackout_date,
        type="event",
        context_code=event.context_code,
        all_context_codes=",".join(part.context_code for part in parts) or event.context_code,
        context_name=event.context_name,
        context_color=None,
        parent_event_id=event.parent_event_id,
        hidden=bool(parts),
        child_events_count=len(parts),
        url=f"{view.base_url}{_EVENTS}/{event.id}",
        html_url=f"{view.base_url}/calendar?event_id={event.id}&include_contexts={home}",
        duplicates=[event_json(one, view) for one in duplicates or ()],
        important_dates=event.important_dates,
        effective_context_code=home if home != event.context_code else UNSET,
        description=UNSET if "description" in view.excludes else event.description,
        child_events=UNSET if "child_events" in view.excludes else parts,
        series_natural_language=(
            (calendars.in_words(event.rrule) if event.rrule else None)
            if "series_natural_language" in view.includes
            else UNSET
        ),
        web_conference=None if "web_conference" in view.includes else UNSET,
    )


def _part_json(event: Event, part: SectionEvent, view: View) -> EventJson:
    """The part a section has in an event of its course: as the event, but for its times."""
    return EventJson(
        id=part.id,
        title=part.title,
        start_at=zulu_or_none(part.start_at),
        end_at=zulu_or_none(part.end_at),
        all_day=part.all_day,
        all_day_date=part.all_day_date,
        location_name=event.location_name,
        location_address=event.location_address,
        workflow_state=part.workflow_state,
        created_at=zulu(part.created_at),
        updated_at=zulu(part.updated_at),
        comments=event.comments,
        series_uuid=None,
        rrule=None,
        blackout_date=event.blackout_date,
        type="event",
        context_code=part.context_code,
        all_context_codes=part.context_code,
        context_name=part.context_name,
        context_color=None,
        parent_event_id=event.id,
        hidden=False,
        child_events_count=0,
        url=f"{view.base_url}{_EVENTS}/{part.id}",
        html_url=f"{view.base_url}/calendar?event_id={part.id}&include_contexts={event.calendar_code}",
        duplicates=[],
        important_dates=event.important_dates,
        effective_context_code=event.calendar_code,
        description=UNSET if "description" in view.excludes else event.description,
        child_events=UNSET if "child_events" in view.excludes else [],
    )


# --- listing


@routes.get(_EVENTS, gives=list[EventJson], paged=True)
async def list_calendar_events(call: Call, asked: Asked[EventList]) -> Reply:
    """List events of one's own calendar and of those that are named."""
    wanted = asked.read()
    user_id = call.user().user_id
    if not wanted.context_codes:
        added = await calendars.added_calendars(call.uow, user_id)
        own = [Desk(Context("user", user_id), user_id)]
        return await _list(call, wanted, own, [Context("account", one.id).code for one in added])
    return await _list(call, wanted, await _readable(call, wanted.context_codes, user_id))


@routes.get("/api/v1/users/:user_id/calendar_events", gives=list[EventJson], paged=True)
async def list_calendar_events_of_user(call: Call, asked: Asked[EventList]) -> Reply:
    """List events as a user sees them: one's own, or those of somebody one observes or administers."""
    person, known = await visible_person(call, call.path["user_id"])
    if not (known.own or known.observes or known.administers):
        raise Forbidden
    wanted = asked.read()
    codes = wanted.context_codes or (Context("user", person.id).code,)
    desks = await _readable(call, codes, person.id)
    if not known.own:
        await _readable(call, codes, known.viewer_id, observing=frozenset({person.id}))
    return await _list(call, wanted, desks)


async def _readable(
    call: Call, codes: tuple[str, ...], user_id: int, *, observing: frozenset[int] = frozenset()
) -> list[Desk]:
    """The calendars that are named, as many as one request may name; Forbidden when one of them is not the user's to read."""
    named = [Context.parse(code) for code in codes]
    found = await calendars.desks_of(call.uow, user_id, [one for one in named if one is not None], observing=observing)
    desks = await found.within_limit(call.uow)
    if None in named or not all(desk is not None and desk.reads for desk in desks):
        raise Forbidden
    return [desk for desk in desks if desk is not None]


async def _list(call: Call, wanted: EventList, desks: list[Desk], more: list[str] | None = None) -> Reply:
    window = call.bookmark_window()
    between = _between(call, wanted)
    if wanted.type == "assignment":
        return Reply(200, Slice([], window, has_more=False, bookmarked=True))
    key = ListKey(
        when="ever" if wanted.all_events else "undated" if wanted.undated else "between",
        blackout=wanted.blackout_date is True,
        important=wanted.important_dates is True,
    )
    rows = await calendars.list_events(
        call.uow,
        calendars.calendars_at(desks, more or ()),
        key,
        limit=window.limit,
        offset=window.offset,
        between=between if key.when == "between" else None,
        after=_after(window),
    )
    items = rows[: window.size]
    more_follow = len(rows) > window.size
    last = encode_bookmark([_exact(items[-1].start_at), items[-1].id]) if more_follow else None
    view = View(call.base_url, frozenset(wanted.excludes), frozenset(wanted.includes))
    return Reply(
        200,
        Slice(
            [event_json(one, view) for one in items],
            window,
            has_more=more_follow,
            bookmarked=True,
            next_bookmark=last,
        ),
    )


def _exact(when: datetime | None) -> str:
    return "" if when is None else when.isoformat()


def _after(window: Window) -> tuple[datetime | None, int] | None:
    if window.bookmark is None:
        return None
    moment, event_id = decode_bookmark(window.bookmark, (str, int))
    if not moment:
        return None, event_id
    when = parse_time(moment)
    if when is None:
        raise PageNotNumbered
    return when, event_id


def _between(call: Call, wanted: EventList) -> tuple[datetime, datetime]:
    """The range that was asked for; today when nothing was said, and the first day as a whole when it would end before it starts."""
    wrong: dict[str, str] = {}
    start = _bound(call, "start_date", wanted.start_date, wrong)
    end = _bound(call, "end_date", wanted.end_date, wrong, end=True)
    if wrong:
        raise refuse(Reply(400, {"errors": wrong}))
    if start is None:
        start = datetime.combine(call.now.astimezone(call.zone).date(), time(0), call.zone)
    first_day = datetime.combine(start.astimezone(call.zone).date(), time(0))
    if end is None or end < start:
        end = (first_day + timedelta(days=1)).replace(tzinfo=call.zone) - timedelta(microseconds=1)
    return start, end


def _bound(
    call: Call, name: str, sent: str | None | Absent, wrong: dict[str, str], *, end: bool = False
) -> datetime | None:
    if not sent:
        return None
    found = None
    if _DATE.match(sent):
        found = parse_time(re.sub(r"[/. ]", "-", sent), call.zone, end=end)
    elif _DATE_TIME.match(sent):
        found = parse_time(sent, call.zone)
    if found is None or not calendars.is_in_range(found):
        wrong[name] = f"Invalid date or invalid datetime for {name}"
    return found


# --- one event


@routes.post(_EVENTS, gives=EventJson, status=201)
async def create_calendar_event(call: Call, asked: Asked[EventEdit]) -> Reply:
    """Create an event, a series of events, or several copies of one."""
    edit = asked.read()
    granted = await _writable(call, edit.context_code)
    made, copies = await calendars.add_event(
        call.uow, granted, _change(call, edit), zone=str(call.zone), copies=_copies(edit.duplicate)
    )
    return Reply(201, event_json(made, View(call.base_url), copies))


@routes.get(_EVENT, gives=EventJson)
async def show_calendar_event(call: Call, asked: Asked[EventList]) -> Reply:
    """Show an event."""
    wanted = asked.read()
    event, _ = await calendars.find_event(call.uow, number_for(call.path["id"]), call.user().user_id)
    return Reply(200, event_json(event, View(call.base_url, frozenset(wanted.excludes), frozenset(wanted.includes))))


@routes.put(_EVENT, gives=EventJson)
async def update_calendar_event(call: Call, asked: Asked[EventEdit], chosen: Asked[Which]) -> Reply:
    """Change an event, or several of its series; or move it to another calendar."""
    event, desk = await calendars.find_event(call.uow, number_for(call.path["id"]), call.user().user_id)
    granted = desk.writing()
    edit = asked.read()
    moves = bool(edit.context_code) and edit.context_code != event.context_code
    into = await _writable(call, edit.context_code) if moves else None
    changed = await calendars.revise_event(
        call.uow, granted, event, _change(call, edit), which=chosen.read().read_which(), into=into
    )
    return Reply(200, event_json(changed, View(call.base_url)))


@routes.delete(_EVENT, gives=EventJson)
async def delete_calendar_event(call: Call, asked: Asked[Cancelling], chosen: Asked[Which]) -> Reply:
    """Delete an event, or several of its series."""
    event, desk = await calendars.find_event(call.uow, number_for(call.path["id"]), call.user().user_id)
    granted = desk.writing()
    reason = asked.read().cancel_reason
    removed = await calendars.remove_event(
        call.uow,
        granted,
        event,
        which=chosen.read().read_which(),
        reason=None if isinstance(reason, Absent) else reason,
    )
    return Reply(200, event_json(removed, View(call.base_url)))


async def _writable(call: Call, code: str | None | Absent) -> Granted[Desk]:
    """The calendar a code names, for who may make events there; NotFound when there is none, Forbidden."""
    context = Context.parse(code) if code else None
    desk = None if context is None else await calendars.desk_at(call.uow, call.user().user_id, context)
    if desk is None:
        raise NotFound
    return desk.writing()


def _change(call: Call, edit: EventEdit) -> EventChange:
    zone = edit.time_zone_edited
    return EventChange(
        title=edit.title,
        description=edit.description,
        location_name=edit.location_name,
        location_address=edit.location_address,
        start_at=edit.start_at,
        end_at=edit.end_at,
        all_day=edit.all_day,
        time_zone=ABSENT if zone is None else zone,
        blackout_date=edit.blackout_date,
        important_dates=edit.important_dates,
        rrule=edit.rrule,
        sections=_sections(call, edit.child_event_data),
    )


def _sections(call: Call, sent: Any) -> list[SectionTimes] | Absent:
    """`{X: {context_code, start_at, end_at}}` or a list of such objects; blank is none, which makes it an event of the whole course."""
    if isinstance(sent, Absent):
        return ABSENT
    entries: list[Any] = list(sent.values()) if isinstance(sent, dict) else sent if isinstance(sent, list) else []
    found: list[SectionTimes] = []
    for entry in entries:
        context = Context.parse(as_text(entry.get("context_code")) or "") if isinstance(entry, dict) else None
        if context is None:
            raise Invalid.field("child_event_data", "each entry needs the context_code of a section", "invalid")
        start, end = (
            parse_time(value, call.zone) if isinstance(value := entry.get(name), str) else None
            for name in ("start_at", "end_at")
        )
        found.append(SectionTimes(context, start, end))
    return found


def _copies(sent: Any) -> Copies | None:
    if not isinstance(sent, dict) or not sent:
        return None
    return Copies(
        count=max(leading_integer(sent.get("count", 1)), 0),
        frequency=(as_text(sent.get("frequency")) or "weekly").strip().lower(),
        interval=max(leading_integer(sent.get("interval", 1)), 1),
        numbered=truthy(sent.get("append_iterator")),
    )


# --- the calendars in view


@routes.get(f"{_EVENTS}/visible_contexts", gives=ContextsJson)
async def list_visible_contexts(call: Call) -> Reply:
    """List the calendars the caller may have in view: one's own, courses, groups, and the account calendars among one's own."""
    user_id = call.user().user_id
    person = await find_user(call.uow, Ref("id", str(user_id)))
    assert person is not None
    names = {Context("user", user_id): person.name}
    for course in await call.uow.all(COURSES_OF_USER, user_id=user_id):
        if course.workflow_state != "deleted" and CourseStanding(course, user_id, call.now).is_active:
            names[Context("course", course.id)] = course.name
    for group in await call.uow.all(GROUPS.at(Listing("user")), user_id=user_id, limit=MOST_CONTEXTS, offset=0):
        names[Context("group", group.id)] = group.name
    for account in await calendars.added_calendars(call.uow, user_id):
        names[Context("account", account.id)] = account.name
    desks = (await calendars.desks_of(call.uow, user_id, list(names)[:MOST_CONTEXTS])).several
    return Reply(
        200,
        ContextsJson(
            [
                ContextJson(
                    id=str(context.id),
                    name=names[context],
                    asset_string=context.code,
                    type=context.kind,
                    color=None,
                    selected=True,
                    can_create_calendar_events=desk.writes,
                )
                for context, desk in desks.items()
                if desk is not None
            ]
        ),
    )


@routes.post(f"{_EVENTS}/save_enabled_account_calendars", gives=StatusJson)
async def save_enabled_account_calendars(call: Call, asked: Asked[Added]) -> Reply:
    """Say which account calendars stand among one's own; hidden ones, and those of other people's accounts, are dropped."""
    sent = asked.read().enabled_account_calendars
    if sent is not ABSENT and sent is not None:
        ids = [parse_number(as_text(one) or "") for one in (sent if isinstance(sent, list) else [sent])]
        await calendars.add_calendars(call.uow, call.user().user_id, [id for id in ids if id is not None])
    return Reply(200, StatusJson("ok"))
