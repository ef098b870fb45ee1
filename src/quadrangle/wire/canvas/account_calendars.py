"""Account calendars of the Canvas family. Source: account-calendars.md."""

from typing import Any, Final

from msgspec import UNSET, Struct

from quadrangle import calendars
from quadrangle.accounts import AccountFacts, AccountRights
from quadrangle.calendars import AccountCalendar, CalendarChange, CalendarInList
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.errors import Forbidden
from quadrangle.kernel.ids import parse_number
from quadrangle.kernel.params import Absent, Params, anything, as_text, flag, text, truthy
from quadrangle.wire.canvas.errors import refuse
from quadrangle.wire.canvas.ids import account_standing_for
from quadrangle.wire.canvas.search import term_of
from quadrangle.wire.canvas.shapes import Maybe

routes = Routes("canvas", "Account calendars")

_OF_ACCOUNT: Final = "/api/v1/accounts/:account_id/account_calendars"
_FILTERS: Final = {"visible": True, "hidden": False}
LEAST_TERM: Final = 2  # characters


# --- what is sent


class Search(Params):
    search_term: str | None | Absent = text("Part of the account's name, at least two characters.")


class Filter(Params):
    filter: str | None | Absent = text("Only the visible, or only the hidden ones.", choices=_FILTERS)


class CalendarEdit(Params):
    """What one may say of the calendar of an account."""

    visible: bool | Absent = flag("Whether people of the account see it and its events.")
    auto_subscribe: bool | Absent = flag("Whether they see its events without adding it themselves.")


class CalendarEdits(Params):
    _json: Any = anything(
        "The body itself: objects `{id, visible?, auto_subscribe?}`. A form says `_json[][id]=1&_json[][visible]=true`.",
        schema={"type": "array", "items": {"type": "object"}},
    )


# --- what is answered


class AccountCalendarJson(Struct, frozen=True):
    """The calendar of an account. Addresses are paths on this host. Source: account-calendars.md §2."""

    id: int
    name: str
    parent_account_id: int | None
    root_account_id: int | None
    visible: bool
    auto_subscribe: bool
    asset_string: str
    type: str
    calendar_event_url: str
    can_create_calendar_events: bool
    create_calendar_event_url: str
    new_calendar_event_url: str
    sub_account_count: int | Maybe = UNSET


class WrappedJson(Struct, frozen=True):
    """The list as the hosted service sends it."""

    account_calendars: list[AccountCalendarJson]
    total_results: int


class DoneJson(Struct, frozen=True):
    message: str


class CountJson(Struct, frozen=True):
    count: int


def calendar_json(
    calendar: AccountCalendar, rights: AccountRights, *, sub_accounts: int | Maybe = UNSET
) -> AccountCalendarJson:
    events = f"/accounts/{calendar.id}/calendar_events"
    return AccountCalendarJson(
        id=calendar.id,
        name=calendar.name,
        parent_account_id=calendar.parent_account_id,
        root_account_id=calendar.root_account_id,
        visible=calendar.visible,
        auto_subscribe=calendar.auto_subscribe,
        asset_string=f"account_{calendar.id}",
        type="account",
        calendar_event_url=f"{events}/%7B%7B%20id%20%7D%7D",
        can_create_calendar_events=calendars.may_add_events(calendar.visible, rights),
        create_calendar_event_url=events,
        new_calendar_event_url=f"{events}/new",
        sub_account_count=sub_accounts,
    )


def _listed(call: Call, one: CalendarInList, *, counted: bool) -> AccountCalendarJson:
    facts = AccountFacts(one.ancestors, one.held, one.overrides)
    rights = AccountRights(call.user().user_id, one.id, facts)
    return calendar_json(one, rights, sub_accounts=one.sub_account_count if counted else UNSET)


# --- one's own


@routes.get("/api/v1/account_calendars", gives=list[AccountCalendarJson] | WrappedJson, paged=True)
async def list_account_calendars(call: Call, asked: Asked[Search]) -> Reply:
    """List the visible calendars of the accounts the caller is associated with."""
    term = term_of(asked.read().search_term, least=LEAST_TERM)
    part = await calendars.calendars_of(call.uow, call.user().user_id, call.window(), search_term=term)
    found = [_listed(call, one, counted=False) for one in part.items]
    if call.app.settings.wraps_account_calendars:
        reply = Reply(200, WrappedJson(found, part.total or 0)).header("link", call.link(part))
    else:
        reply = Reply(200, part.map(found))
    return reply.header("x-total-count", str(part.total or 0))


@routes.get("/api/v1/account_calendars/:account_id", gives=AccountCalendarJson)
async def show_account_calendar(call: Call) -> Reply:
    """Show the calendar of an account."""
    standing = await account_standing_for(call, call.path["account_id"])
    account = await calendars.allow_seeing(call.uow, standing)
    return Reply(200, calendar_json(await calendars.calendar_of(call.uow, account), standing.rights))


@routes.put("/api/v1/account_calendars/:account_id", gives=AccountCalendarJson)
async def update_account_calendar(call: Call, asked: Asked[CalendarEdit]) -> Reply:
    """Show or hide the calendar of an account, or subscribe everybody to it."""
    standing = await account_standing_for(call, call.path["account_id"])
    account = calendars.allow_deciding(standing)
    edit = asked.read()
    change = CalendarChange(standing.account.id, _or_none(edit.visible), _or_none(edit.auto_subscribe))
    await calendars.change_calendars(call.uow, account, [change])
    return Reply(200, calendar_json(await calendars.calendar_of(call.uow, account), standing.rights))


def _or_none(sent: bool | Absent) -> bool | None:
    return None if isinstance(sent, Absent) else sent


# --- many


@routes.get(_OF_ACCOUNT, gives=list[AccountCalendarJson], paged=True)
async def list_all_account_calendars(call: Call, asked: Asked[Search], filtered: Asked[Filter]) -> Reply:
    """List the calendars of an account and its children; with a search or a filter, of everything below it."""
    standing = await account_standing_for(call, call.path["account_id"])
    account = calendars.allow_deciding(standing)
    part = await calendars.calendars_below(
        call.uow,
        account,
        standing.user_id,
        call.window(),
        visible=_visible(filtered.read().filter),
        search_term=term_of(asked.read().search_term, least=LEAST_TERM),
    )
    return Reply(200, part.map([_listed(call, one, counted=True) for one in part.items]))


def _visible(filter: str | None | Absent) -> bool | None:
    if not filter or not filter.strip():
        return None
    if filter not in _FILTERS:
        raise refuse(Reply(400, {"errors": "Expected filter param to be one of: visible, hidden"}))
    return _FILTERS[filter]


@routes.put(_OF_ACCOUNT, gives=DoneJson)
async def update_many_account_calendars(call: Call, asked: Asked[CalendarEdits]) -> Reply:
    """Show or hide many calendars of an account and those below it, all or none."""
    standing = await account_standing_for(call, call.path["account_id"])
    account = calendars.allow_deciding(standing)
    changes = _changes(asked.read()._json)
    await calendars.change_calendars(call.uow, account, changes)
    return Reply(200, DoneJson(f"Updated {len(changes)} account{'' if len(changes) == 1 else 's'}"))


def _changes(sent: Any) -> list[CalendarChange]:
    """The entries of a bulk update, or the 400 that names what is wrong with them first (account-calendars.md §3.4)."""
    if not isinstance(sent, list) or not sent or not all(isinstance(one, dict) for one in sent):
        raise refuse(Reply(400, {"errors": "Expected array of objects"}))
    if any(one.get("id") is None for one in sent):
        raise refuse(Reply(400, {"errors": "Missing key(s)"}))
    names = [_id_of(one["id"]) for one in sent]
    if len(set(names)) < len(names):
        raise refuse(Reply(400, {"errors": "Duplicate IDs"}))
    if not all(isinstance(name, int) for name in names):
        raise Forbidden  # as for any id that names no account here
    return [
        CalendarChange(int(name), _said(one, "visible"), _said(one, "auto_subscribe"))
        for name, one in zip(names, sent, strict=True)
    ]


def _id_of(sent: Any) -> int | str:
    """The number that was sent, as such or as digits: 1 and "1" are the same account. Else its text."""
    written = as_text(sent) or ""
    number = parse_number(written)
    return written if number is None else number


def _said(entry: dict[str, Any], name: str) -> bool | None:
    value = entry.get(name)
    return None if value is None or isinstance(value, dict | list) else truthy(value)


@routes.get("/api/v1/accounts/:account_id/visible_calendars_count", gives=CountJson)
async def count_visible_calendars(call: Call) -> Reply:
    """Count the visible calendars of an account and everything below it."""
    standing = await account_standing_for(call, call.path["account_id"])
    return Reply(200, CountJson(await calendars.count_visible(call.uow, calendars.allow_deciding(standing))))
