"""Everything asked of the database about events, and about the account calendars people have added to their own."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from sqlalchemy import Boolean, ColumnElement, Select, and_, bindparam, case, delete, or_, select, type_coerce, update

from quadrangle.accounts import accounts, user_bind
from quadrangle.calendars.model import AUTO, Event, SectionEvent
from quadrangle.calendars.tables import calendar_events as events
from quadrangle.calendars.tables import calendar_subscriptions as subscriptions
from quadrangle.courses import associated_account_ids, course_sections, courses
from quadrangle.db import Dynamic, Statement, any_of, collect
from quadrangle.db.schema import BigId, UtcTime
from quadrangle.db.statement import TextList
from quadrangle.groups import groups
from quadrangle.people import users

_part = events.alias("part")


def _name_of(table: Any) -> ColumnElement[Any]:
    """What the context of an event is called. Indexes: primary keys."""
    return case(
        *(
            (
                table.c.context_type == kind,
                select(home.c.name).where(home.c.id == table.c.context_id).correlate(table).scalar_subquery(),
            )
            for kind, home in (
                ("user", users),
                ("course", courses),
                ("group", groups),
                ("course_section", course_sections),
                ("account", accounts),
            )
        )
    )


# The parts sections have in the event of their course. Index: ix_calendar_events_parent_event_id.
_PARTS = collect(
    select(
        *(_part.c[name] for name in SectionEvent.__struct_fields__ if name in _part.c),
        _name_of(_part).label("context_name"),
    )
    .where(_part.c.parent_event_id == events.c.id, _part.c.workflow_state == "active")
    .correlate(events),
    SectionEvent,
)
_EVENT = [
    *(events.c[name] for name in Event.__struct_fields__ if name in events.c),
    _name_of(events).label("context_name"),
    _PARTS.label("sections"),
]
_LIVE = events.c.workflow_state == "active"
_HAS_PARTS = (
    select(_part.c.id)
    .where(_part.c.parent_event_id == events.c.id, _part.c.workflow_state == "active")
    .correlate(events)
    .exists()
)

# One event that is not deleted. Index: primary key.
EVENT = Statement(select(*_EVENT).where(events.c.id == bindparam("id", type_=BigId), _LIVE), into=Event)
# Several in any state. Index: primary key.
EVENTS_BY_ID = Statement(
    select(*_EVENT).where(any_of(events.c.id, "ids")).order_by(events.c.start_at, events.c.id), into=Event
)
# The events of a series that are left, from a moment on. Index: ix_calendar_events_series_uuid_start_at.
SERIES = Statement(
    select(*_EVENT)
    .where(
        events.c.series_uuid == bindparam("series_uuid"), _LIVE, events.c.start_at >= bindparam("since", type_=UtcTime)
    )
    .order_by(events.c.start_at, events.c.id),
    into=Event,
)


class ListKey(msgspec.Struct, frozen=True):
    """The shape of a list of events.

    when: within two moments, without a date, or whenever. sections: whether calendars of single sections were named. after: what came last
    had a date, had none; None is the beginning.
    """

    when: Literal["between", "undated", "ever"] = "between"
    sections: bool = False
    blackout: bool = False
    important: bool = False
    after: Literal["dated", "undated"] | None = None


class Calendars(msgspec.Struct, frozen=True):
    """Which events are meant, by the codes of their calendars.

    whole: calendars of which all is seen, those of courses with every section. own_sections: of the other courses, the sections seen.
    named_sections: sections asked for by themselves.
    """

    codes: Sequence[str]
    whole: Sequence[str] = ()
    own_sections: Sequence[str] = ()
    named_sections: Sequence[str] = ()

    def binds(self) -> dict[str, Sequence[str]]:
        return {name: getattr(self, name) for name in ("codes", "whole", "own_sections")} | (
            {"named_sections": self.named_sections} if self.named_sections else {}
        )


def _texts(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    return any_of(column, name, of=TextList)


def _in_calendars(key: ListKey) -> ColumnElement[bool]:
    """An event of a course that its sections have at times of their own is shown to those alone who see every section."""
    seen = or_(
        _texts(events.c.calendar_code, "whole"),
        and_(events.c.context_code == events.c.calendar_code, ~_HAS_PARTS),
        _texts(events.c.context_code, "own_sections"),
    )
    listed = and_(_texts(events.c.calendar_code, "codes"), seen)
    return or_(listed, _texts(events.c.context_code, "named_sections")) if key.sections else listed


def _when(key: ListKey) -> list[ColumnElement[bool]]:
    if key.when == "undated":
        return [events.c.start_at.is_(None)]
    if key.when == "ever":
        return []
    start, end = bindparam("start", type_=UtcTime), bindparam("end", type_=UtcTime)
    # What ends at the very beginning of the range is over, unless it has no length and lies there.
    return [
        events.c.end_at >= start,
        events.c.start_at <= end,
        or_(events.c.end_at > start, events.c.start_at >= start),
    ]


def _after(key: ListKey) -> list[ColumnElement[bool]]:
    if key.after is None:
        return []
    later = events.c.id > bindparam("after_id", type_=BigId)
    if key.after == "undated":
        return [and_(events.c.start_at.is_(None), later)]
    moment = bindparam("after", type_=UtcTime)
    return [
        or_(events.c.start_at > moment, and_(events.c.start_at == moment, later), events.c.start_at.is_(None)),
    ]


def _listed(key: ListKey) -> Select[Any]:
    wanted = [_LIVE, _in_calendars(key), *_when(key), *_after(key)]
    if key.blackout:
        wanted.append(events.c.blackout_date.is_(True))
    if key.important:
        wanted.append(events.c.important_dates.is_(True))
    order = (events.c.start_at.is_(None), events.c.start_at, events.c.id)
    # Names and parts are looked up for one page, not for all that match.
    page = (
        select(events.c.id)
        .where(*wanted)
        .order_by(*order)
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
        .subquery("page")
    )
    return select(*_EVENT).join(page, page.c.id == events.c.id).order_by(*order)


# One page of the events of several calendars, by their beginning. Hot. Indexes: ix_calendar_events_calendar_code_…, for
# sections that are named ix_calendar_events_context_code_….
EVENTS = Dynamic(_listed, into=Event)

# Delete events with the parts of sections in them, as long as they are there. Indexes: primary key, ix_calendar_events_parent_event_id.
DELETE_EVENTS = Statement[Any](
    update(events)
    .where(or_(any_of(events.c.id, "ids"), any_of(events.c.parent_event_id, "ids")), _LIVE)
    .values(
        workflow_state="deleted",
        cancel_reason=bindparam("reason"),
        updated_at=bindparam("at", type_=UtcTime),
    )
)


# --- account calendars people have added ------------------------------------------------------------------------------


class Added(msgspec.Struct, frozen=True):
    """An account calendar that stands among somebody's own."""

    id: int
    name: str


_FOLLOWABLE = and_(
    accounts.c.workflow_state == "active",
    accounts.c.account_calendar_visible.is_(True),
    accounts.c.id.in_(associated_account_ids(user_bind())),
)

# The account calendars among a user's own: added by them or subscribed to by everybody; visible ones of associated accounts alone.
# Indexes: those said at associated_account_ids, primary key of calendar_subscriptions.
ADDED = Statement(
    select(accounts.c.id, accounts.c.name)
    .where(
        _FOLLOWABLE,
        or_(
            accounts.c.account_calendar_subscription_type == AUTO,
            select(subscriptions.c.account_id)
            .where(subscriptions.c.account_id == accounts.c.id, subscriptions.c.user_id == user_bind())
            .correlate(accounts)
            .exists(),
        ),
    )
    .order_by(accounts.c.name_key, accounts.c.id),
    into=Added,
)


class Choice(msgspec.Struct, frozen=True):
    """An account calendar that somebody may have among their own. auto: everybody of the account has it; added: by themselves."""

    id: int
    name: str
    auto: bool
    added: bool

    @property
    def shown(self) -> bool:
        return self.auto or self.added


# Every account calendar a user may have among their own, by name. Indexes: as of ADDED.
CHOICES = Statement(
    select(
        accounts.c.id,
        accounts.c.name,
        type_coerce(accounts.c.account_calendar_subscription_type == AUTO, Boolean).label("auto"),
        select(subscriptions.c.account_id)
        .where(subscriptions.c.account_id == accounts.c.id, subscriptions.c.user_id == user_bind())
        .correlate(accounts)
        .exists()
        .label("added"),
    )
    .where(_FOLLOWABLE)
    .order_by(accounts.c.name_key, accounts.c.id),
    into=Choice,
)
# Take one away that a user has added. Index: primary key.
FORGET_ONE = Statement[Any](
    delete(subscriptions).where(
        subscriptions.c.user_id == user_bind(), subscriptions.c.account_id == bindparam("account_id", type_=BigId)
    )
)
# Which of several account calendars a user may add. Indexes: the same.
FOLLOWABLE = Statement(select(accounts.c.id).where(_FOLLOWABLE, any_of(accounts.c.id, "ids")), into=int)
# Take all that a user has added away. Index: primary key.
FORGET_ADDED = Statement[Any](delete(subscriptions).where(subscriptions.c.user_id == user_bind()))


# --- feeds ------------------------------------------------------------------------------------------------------------


class FeedOwner(msgspec.Struct, frozen=True):
    """Whose feed an address opens. secret: what the address has to hold."""

    id: int
    name: str
    secret: str


def _owner(table: Any) -> Select[Any]:
    return select(table.c.id, table.c.name, table.c.calendar_secret.label("secret")).where(
        table.c.id == bindparam("id", type_=BigId), table.c.workflow_state != "deleted"
    )


# The owner of a feed and its secret; the key is the kind. Index: primary key.
FEED_OWNER = Dynamic(
    lambda kind: _owner(users if kind == "user" else courses),
    into=FeedOwner,
)
