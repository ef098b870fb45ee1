"""Account notifications of the Canvas family. Source: account-notifications.md §2 and §4."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from msgspec import UNSET, Struct

from quadrangle import announcements
from quadrangle.accounts import reload, rights_at
from quadrangle.announcements import (
    ICONS,
    LONGEST_SUBJECT,
    NOBODY_ENROLLED,
    Announcement,
    AnnouncementChange,
    Reader,
)
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Handler, Routes
from quadrangle.kernel.clock import zulu
from quadrangle.kernel.errors import Forbidden, NotFound
from quadrangle.kernel.params import ABSENT, Absent, Params, anything, as_text, flag, integer, moment, text
from quadrangle.wire.canvas.ids import account_ref, find_user_for, number_for
from quadrangle.wire.canvas.shapes import Maybe, Time

routes = Routes("canvas", "Account notifications")


def both(method: str, rest: str = "", **options: Any) -> Callable[[Handler], Handler]:
    """The same route below an account and, as the reference's examples write it, below a user in it (account-notifications.md §4)."""

    def register(handler: Handler) -> Handler:
        for owner in (":account_id", ":account_id/users/:user_id"):
            routes.add(method, f"/api/v1/accounts/{owner}/account_notifications{rest}", **options)(handler)
        return handler

    return register


# --- what is sent


class NotificationList(Params):
    """Which announcements to list."""

    include_past: bool | Absent = flag("Those that are over and those the caller closed, too.")
    include_all: bool | Absent = flag(
        "All of the account and those above it, whomever and whenever they are for; for its admins."
    )
    show_is_closed: bool | Absent = flag("Tell of each whether the caller closed it.")


class NotificationEdit(Params, group="account_notification", required=True):
    """What one may say of an announcement."""

    subject: str | None | Absent = text("The heading.", max=LONGEST_SUBJECT)
    message: str | None | Absent = text("The text, HTML; 64 KB at most.")
    start_at: datetime | None | Absent = moment("From when it is shown.")
    end_at: datetime | None | Absent = moment(
        "Until when it is shown; a plain date means the end of that day.", end=True
    )
    icon: str | None | Absent = text("What stands beside it; a warning unless said otherwise.", choices=ICONS)
    domain_specific: bool | Absent = flag("Only on the domain of its own root.")
    required_account_service: str | None | Absent = text("Only while this service is on.")
    months_in_display_cycle: int | None | Absent = integer(
        "Show it each month to another one of so many parts of all people."
    )
    send_message: bool | Absent = flag("Send it by mail as well.")


class Roles(Params):
    account_notification_roles: Any = anything(
        f"Ids or names of the roles it is for, null or {NOBODY_ENROLLED} for people without an enrollment; without any it is for everybody.",
        schema={"type": "array", "items": {"type": ["string", "integer", "null"]}},
    )

    def wanted(self) -> tuple[str | None, ...]:
        """What may name a role, as text; null is the role of those without an enrollment."""
        sent = self.account_notification_roles
        if sent is ABSENT or sent is None:
            return ()
        several: Sequence[Any] = sent if isinstance(sent, list) else [sent]
        return tuple(as_text(one) for one in several if one is None or isinstance(one, str | int))


class Removal(Params):
    remove: bool | Absent = flag("Take it from everybody; for those who manage the announcements of its account.")


# --- what is answered


class AuthorJson(Struct, frozen=True):
    id: int
    name: str


class NotificationJson(Struct, frozen=True):
    """An announcement of an account. Source: account-notifications.md §2."""

    id: int
    subject: str
    message: str
    start_at: Time
    end_at: Time
    icon: str
    role_ids: list[int | None]
    roles: list[str]
    author: AuthorJson | Maybe = UNSET
    closed: bool | Maybe = UNSET


def notification_json(one: Announcement, *, author: bool = False, closed: bool = False) -> NotificationJson:
    """author, closed: whether to tell who wrote it, and whether the caller closed it."""
    return NotificationJson(
        id=one.id,
        subject=one.subject,
        message=one.message,
        start_at=zulu(one.start_at),
        end_at=zulu(one.end_at),
        icon=one.icon,
        role_ids=[role.role_id for role in one.roles],
        roles=[role.name or NOBODY_ENROLLED for role in one.roles],
        author=AuthorJson(one.user_id, one.author) if author else UNSET,
        closed=one.dismissed if closed else UNSET,
    )


# --- finding


async def reader_for(call: Call) -> Reader:
    """The caller at the account of the path, or NotFound; a user in the path must be the caller."""
    user_id = call.user().user_id
    ref = account_ref(call.path["account_id"])
    hosted = call.app.settings.reference == "hosted"
    reader = None if ref is None else await announcements.reader_at(call.uow, ref, user_id, hosted=hosted)
    if reader is None:
        raise NotFound
    if (named := call.path.get("user_id")) is not None and named != "self":
        user = await find_user_for(call, named)
        if user is None or user.id != user_id:
            raise NotFound
    return reader


async def announcement_for(call: Call, reader: Reader) -> Announcement:
    return await announcements.find_announcement(call.uow, number_for(call.path["id"]), reader.user_id)


# --- reading


@both("GET", gives=list[NotificationJson])
async def list_account_notifications(call: Call, asked: Asked[NotificationList]) -> Reply:
    """List the announcements the caller is shown now."""
    reader = await reader_for(call)
    wanted = asked.read()
    everything = wanted.include_all is True
    if everything:
        rights = reader.standing.rights
        granted = announcements.manage(rights, reader.account)
        found = await announcements.everything(call.uow, granted, rights.chain, reader.user_id)
    elif wanted.include_past is True:
        found = await announcements.with_past(call.uow, reader)
    else:
        found = await announcements.current(call.uow, reader)
    closed = wanted.show_is_closed is True
    return Reply(200, [notification_json(one, author=everything, closed=closed) for one in found])


@both("GET", "/:id", gives=NotificationJson)
async def show_account_notification(call: Call) -> Reply:
    """Show an announcement that is in the caller's list, or whose account they manage."""
    reader = await reader_for(call)
    announcement = await announcement_for(call, reader)
    if not announcements.shows(announcements.SHOW, reader, announcement):
        rights = await rights_at(call.uow, reader.user_id, announcement.account_id)
        manages = rights.may("manage_alerts")
        if not announcements.shows(announcements.SHOW, reader, announcement, manages=manages):
            raise Forbidden
    return Reply(200, notification_json(announcement))


# --- closing, removing


@routes.delete("/api/v1/accounts/:account_id/account_notifications/:id", gives=NotificationJson)
async def close_account_notification(call: Call, asked: Asked[Removal]) -> Reply:
    """Close an announcement for the caller, or remove it for everybody."""
    reader = await reader_for(call)
    announcement = await announcement_for(call, reader)
    if asked.read().remove is True:
        rights = await rights_at(call.uow, reader.user_id, announcement.account_id)
        owner = await reload(call.uow, announcement.account_id)
        await announcements.remove(call.uow, announcements.manage(rights, owner), announcement)
    else:
        await announcements.dismiss(call.uow, announcement, reader.user_id)
    return Reply(200, notification_json(announcement))


@routes.delete("/api/v1/accounts/:account_id/users/:user_id/account_notifications/:id", gives=NotificationJson)
async def close_account_notification_of_user(call: Call) -> Reply:
    """Close an announcement for the caller."""
    reader = await reader_for(call)
    announcement = await announcement_for(call, reader)
    await announcements.dismiss(call.uow, announcement, reader.user_id)
    return Reply(200, notification_json(announcement))


# --- telling


@routes.post("/api/v1/accounts/:account_id/account_notifications", gives=NotificationJson)
async def create_account_notification(call: Call, asked: Asked[NotificationEdit], addressed: Asked[Roles]) -> Reply:
    """Make an announcement of an account."""
    reader = await reader_for(call)
    rights = reader.standing.rights
    granted = announcements.manage(rights, reader.account)
    change = change_of(asked.read(), addressed.read())
    made = await announcements.announce(call.uow, granted, rights.chain, reader.user_id, change)
    return Reply(200, notification_json(made))


@routes.put("/api/v1/accounts/:account_id/account_notifications/:id", gives=NotificationJson)
async def update_account_notification(call: Call, asked: Asked[NotificationEdit], addressed: Asked[Roles]) -> Reply:
    """Change an announcement of exactly this account; the roles it is for are replaced."""
    reader = await reader_for(call)
    rights = reader.standing.rights
    granted = announcements.manage(rights, reader.account)
    announcement = await announcement_for(call, reader)
    if announcement.account_id != reader.account.id:
        raise NotFound
    change = change_of(asked.read(), addressed.read())
    revised = await announcements.revise(call.uow, granted, rights.chain, announcement, reader.user_id, change)
    return Reply(200, notification_json(revised))


def change_of(edit: NotificationEdit, addressed: Roles) -> AnnouncementChange:
    said = {name: getattr(edit, name) for name in NotificationEdit.fields}
    return AnnouncementChange(**said, roles=addressed.wanted())
