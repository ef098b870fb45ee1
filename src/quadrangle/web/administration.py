"""What the screens of one account have in common: where one is, and where one may go from there. Source: web.md W13 to W18.

Each screen asks its noun for leave; what is offered here is what they would grant.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec

from quadrangle.accounts import Account
from quadrangle.courses import AccountStanding
from quadrangle.http.call import Call
from quadrangle.http.reply import Reply
from quadrangle.kernel.words import _
from quadrangle.web.shell import POLICY, Shell, show


class Screen(msgspec.Struct, frozen=True):
    """A screen of an account. needs: one of these permissions opens it; none is needed for what every administrator may see. at_root: only
    a root account has it."""

    key: str
    label: str
    needs: tuple[str, ...] = ()
    at_root: bool = False

    def opens_to(self, standing: AccountStanding) -> bool:
        rights = standing.rights
        may = rights.is_admin and (not self.needs or any(rights.may(one) for one in self.needs))
        return may and (standing.account.is_root or not self.at_root)


def _screens() -> tuple[Screen, ...]:
    return (
        Screen("", _("Overview")),
        Screen("settings", _("Settings"), ("manage_account_settings", "manage_storage_quotas")),
        Screen("terms", _("Terms"), ("manage_account_settings",), at_root=True),
        Screen("users", _("People"), ("read_roster",)),
        Screen("courses", _("Courses"), ("read_course_list",)),
        Screen("permissions", _("Permissions"), ("manage_role_overrides",)),
        Screen("admins", _("Administrators"), ("manage_account_memberships",)),
        Screen("account_calendars", _("Calendars"), ("manage_account_calendar_visibility",)),
        Screen("announcements", _("Announcements"), ("manage_alerts",)),
        Screen("reports", _("Reports"), ("read_reports",)),
        Screen("eportfolio_moderation", _("Moderation"), ("moderate_user_content",)),
    )


class Administration(msgspec.Struct, frozen=True):
    """An account, the way to it, and its screens: label, address, whether one is there."""

    account: Account
    base: str
    crumbs: tuple[tuple[str, str | None], ...]
    tabs: tuple[tuple[str, str, bool], ...]


def administration(standing: AccountStanding, here: str, *further: tuple[str, str | None]) -> Administration:
    """here: the key of the screen. further: the way on from it, where one is deeper."""
    base = f"/accounts/{standing.account.id}"
    screens = _screens()
    crumbs: list[tuple[str, str | None]] = [(_("Administration"), "/accounts"), (standing.account.name, base)]
    if here:
        crumbs.append((next(one.label for one in screens if one.key == here), f"{base}/{here}"))
    last, _address = (*crumbs, *further)[-1]
    return Administration(
        account=standing.account,
        base=base,
        crumbs=(*(*crumbs, *further)[:-1], (last, None)),
        tabs=tuple(
            (one.label, f"{base}/{one.key}" if one.key else base, one.key == here)
            for one in screens
            if one.opens_to(standing)
        ),
    )


async def show_admin(
    call: Call,
    template: str,
    admin: Administration,
    *,
    shell: Shell | None = None,
    policy: str = POLICY,
    **values: Any,
) -> Reply:
    """A screen of an account, whose template extends admin.html."""
    return await show(call, template, here="accounts", shell=shell, policy=policy, admin=admin, **values)


# --- lists


_OF_THE_LIST = frozenset({"page", "per_page"})


def address_with(base: str, query: Sequence[tuple[str, str | None]], **more: str) -> str:
    """The list anew, with what is asked for now and something else."""
    kept = [(name, value or "") for name, value in query if name not in more and name not in _OF_THE_LIST and value]
    return f"{base}?{urlencode([*kept, *more.items()])}"


def sorted_heads(
    base: str,
    query: Sequence[tuple[str, str | None]],
    columns: Sequence[tuple[str, str]],
    sort: str | None,
    *,
    descending: bool,
) -> list[str | tuple[str, str, str | None]]:
    """The heads of a table that is sorted by one of its columns. columns: what to sort by, empty where one cannot, and words."""
    heads: list[str | tuple[str, str, str | None]] = []
    for key, words in columns:
        if not key:
            heads.append(words)
            continue
        order = "desc" if key == sort and not descending else "asc"
        state = None if key != sort else "descending" if descending else "ascending"
        heads.append((words, address_with(base, query, sort=key, order=order), state))
    return heads
