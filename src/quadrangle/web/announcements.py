"""`/accounts/:id/announcements`: what an account tells its people, and whom. Source: web.md W16, account-notifications.md."""

from datetime import datetime, timedelta, tzinfo
from typing import Any, Final

import msgspec

from quadrangle import announcements
from quadrangle.accounts import Account, Role, roles_along
from quadrangle.announcements import NOBODY_ENROLLED, Announcement, AnnouncementChange, Draft
from quadrangle.courses import AccountStanding
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.access import Granted
from quadrangle.kernel.errors import Invalid, NotFound
from quadrangle.kernel.words import _
from quadrangle.web.administration import administration, show_admin
from quadrangle.web.flash import done
from quadrangle.web.forms import Form, form_on
from quadrangle.web.home import HUES
from quadrangle.web.prose import prose
from quadrangle.web.shell import EDITING, READING
from quadrangle.wire.canvas.announcements import NotificationEdit, Roles, change_of
from quadrangle.wire.canvas.ids import account_standing_for, number_for

screens = Routes("web", "Announcement screens")

_HOME: Final = "/accounts/:account_id/announcements"
_GROUP: Final = "account_notification"
_ROLES: Final = "account_notification_roles"
_SHOWN_FOR: Final = timedelta(days=7)  # a new one, unless its author says otherwise


class Told(msgspec.Struct, frozen=True):
    """One announcement in a list of them. audience: whom it is for, in words."""

    announcement: Announcement
    message: Any
    hue: str
    audience: str


async def _here(call: Call) -> tuple[AccountStanding, Granted[Account]]:
    standing = await account_standing_for(call, call.path["account_id"])
    return standing, announcements.manage(standing.rights, standing.account)


def _base(standing: AccountStanding) -> str:
    return f"/accounts/{standing.account.id}/announcements"


@screens.get(_HOME)
async def told(call: Call) -> Reply:
    """What the account tells, will tell and has told."""
    standing, account = await _here(call)
    found = await announcements.everything(call.uow, account, standing.rights.chain, standing.user_id)
    known = {role.id: role.label for role in await roles_along(call.uow, standing.account, standing.rights.chain)}
    own = [_told(one, known) for one in found if one.account_id == standing.account.id]
    now = call.now
    return await show_admin(
        call,
        "admin_announcements.html",
        administration(standing, "announcements"),
        policy=READING,
        base=_base(standing),
        now=[one for one in own if one.announcement.start_at <= now < one.announcement.end_at],
        later=[one for one in own if one.announcement.start_at > now],
        over=[one for one in own if one.announcement.end_at <= now and one.announcement.start_at <= now],
    )


def _told(one: Announcement, labels: dict[int, str]) -> Told:
    named = [
        _("people without a course") if role.role_id is None else labels.get(role.role_id, role.name or "")
        for role in one.roles
    ]
    return Told(one, prose(one.message), HUES.get(one.icon, ""), ", ".join(named) or _("everybody"))


# --- writing


def _local(moment: datetime, zone: tzinfo) -> str:
    """As a field for a moment holds it."""
    return f"{moment.astimezone(zone):%Y-%m-%dT%H:%M}"


def _fresh(call: Call) -> dict[str, Any]:
    return {
        "subject": "",
        "message": "",
        "icon": "information",
        "start_at": _local(call.now, call.zone),
        "end_at": _local(call.now + _SHOWN_FOR, call.zone),
    }


def _as_it_is(call: Call, one: Announcement) -> dict[str, Any]:
    return {
        "subject": one.subject,
        "message": one.message,
        "icon": one.icon,
        "start_at": _local(one.start_at, call.zone),
        "end_at": _local(one.end_at, call.zone),
    }


def _roles_of(one: Announcement) -> tuple[str, ...]:
    return tuple(NOBODY_ENROLLED if role.role_id is None else str(role.role_id) for role in one.roles)


async def _write(
    call: Call,
    standing: AccountStanding,
    form: Form,
    addressed: Form,
    *,
    one: Announcement | None = None,
    draft: Draft | None = None,
) -> Reply:
    """The form. one: the announcement that is changed; draft: what has been written so far, to be looked at."""
    roles = await roles_along(call.uow, standing.account, standing.rights.chain)
    base = _base(standing)
    title = _("New announcement") if one is None else one.subject
    action = base if one is None else f"{base}/{one.id}"
    return await show_admin(
        call,
        "admin_announcement.html",
        administration(standing, "announcements", (title, None)),
        policy=EDITING,
        title=title,
        form=form,
        addressed=addressed,
        action=action,
        base=base,
        roles=_options(roles),
        icons=_icons(),
        changes=one is not None,
        draft=draft,
        message=None if draft is None else prose(draft.message),
        hue="" if draft is None else HUES.get(draft.icon, ""),
        zone=str(call.zone),
    )


def _options(roles: list[Role]) -> list[tuple[str, str]]:
    known = [(str(role.id), role.label) for role in roles if role.workflow_state != "inactive"]
    return [*known, (NOBODY_ENROLLED, _("People without a course"))]


def _icons() -> list[tuple[str, str, None]]:
    return [
        ("information", _("Information"), None),
        ("calendar", _("A date"), None),
        ("question", _("A question"), None),
        ("warning", _("A warning"), None),
        ("error", _("Something is broken"), None),
    ]


@screens.get(f"{_HOME}/new")
async def write(call: Call) -> Reply:
    """A new announcement."""
    standing, _account = await _here(call)
    form = form_on(call, _HOME, group=_GROUP, **_fresh(call))
    return await _write(call, standing, form, form_on(call, _HOME, account_notification_roles=()))


@screens.post(_HOME, again=write)
async def announce(call: Call, asked: Asked[NotificationEdit], addressed: Asked[Roles]) -> Reply:
    """Make an announcement."""
    standing, account = await _here(call)
    change = change_of(asked.read(), addressed.read())
    made = await announcements.announce(call.uow, account, standing.rights.chain, standing.user_id, change)
    words = (
        _("“%(subject)s” will be shown from the time you chose.")
        if made.start_at > call.now
        else _("“%(subject)s” is shown now.")
    )
    return done(call, _base(standing), words % {"subject": made.subject})


@screens.post(f"{_HOME}/preview", work="read")
async def preview(call: Call, asked: Asked[NotificationEdit], addressed: Asked[Roles]) -> Reply:
    """What has been written so far, as its readers will see it; nothing is kept."""
    standing, account = await _here(call)
    number = call.tree.get("changes")
    one = await _own(call, standing, number) if isinstance(number, str) and number else None
    values = _fresh(call) if one is None else _as_it_is(call, one)
    sent = call.tree.get(_GROUP)
    typed = sent if isinstance(sent, dict) else {}
    failure: Invalid | None = None
    draft: Draft | None = None
    try:
        draft = announcements.draft(account, change_of(asked.read(), addressed.read()))
    except Invalid as refused:
        failure = refused
    form = Form(values, _GROUP, typed, failure)
    reply = await _write(call, standing, form, Form({_ROLES: ()}, None, call.tree, None), one=one, draft=draft)
    reply.status = 200 if failure is None else 422
    return reply


async def _own(call: Call, standing: AccountStanding, number: str) -> Announcement:
    found = await announcements.find_announcement(call.uow, number_for(number), standing.user_id)
    if found.account_id != standing.account.id:
        raise NotFound
    return found


@screens.get(f"{_HOME}/:id")
async def change(call: Call) -> Reply:
    """One announcement, to be changed."""
    standing, _account = await _here(call)
    one = await _own(call, standing, call.path["id"])
    posts_to = f"{_HOME}/:id"
    form = form_on(call, posts_to, group=_GROUP, **_as_it_is(call, one))
    return await _write(
        call, standing, form, form_on(call, posts_to, account_notification_roles=_roles_of(one)), one=one
    )


@screens.post(f"{_HOME}/:id", again=change)
async def revise(call: Call, asked: Asked[NotificationEdit], addressed: Asked[Roles]) -> Reply:
    """Change an announcement."""
    standing, account = await _here(call)
    one = await _own(call, standing, call.path["id"])
    wanted: AnnouncementChange = change_of(asked.read(), addressed.read())
    revised = await announcements.revise(call.uow, account, standing.rights.chain, one, standing.user_id, wanted)
    return done(call, _base(standing), _("“%(subject)s” was changed.") % {"subject": revised.subject})


# --- being done with it


@screens.post(f"{_HOME}/:id/end", again=told)
async def end(call: Call) -> Reply:
    """Let it be over."""
    standing, account = await _here(call)
    one = await _own(call, standing, call.path["id"])
    await announcements.end(call.uow, account, one)
    return done(
        call, _base(standing), _("“%(subject)s” is over. Nobody is shown it any more.") % {"subject": one.subject}
    )


@screens.get(f"{_HOME}/:id/delete")
async def ask_before_delete(call: Call) -> Reply:
    """Where no scripts run: what will be lost."""
    standing, _account = await _here(call)
    one = await _own(call, standing, call.path["id"])
    return await show_admin(
        call,
        "admin_sure.html",
        administration(standing, "announcements", (one.subject, None)),
        title=_("Delete “%(subject)s”?") % {"subject": one.subject},
        says=_("Its text goes for good, also from the list of past ones."),
        action=f"{_base(standing)}/{one.id}/delete",
        verb=_("Delete it"),
        back=_base(standing),
    )


@screens.post(f"{_HOME}/:id/delete")
async def delete(call: Call) -> Reply:
    """Take an announcement from everybody."""
    standing, account = await _here(call)
    one = await _own(call, standing, call.path["id"])
    await announcements.remove(call.uow, account, one)
    return done(call, _base(standing), _("“%(subject)s” was deleted.") % {"subject": one.subject})
