"""`/accounts/:id/permissions`: what each role may, where that comes from, and who decides it. Source: web.md W14, permissions.md §4."""

from typing import Any, Final
from urllib.parse import quote

import msgspec

from quadrangle.accounts import (
    ACCOUNT_MEMBERSHIP,
    COURSE_BASES,
    MANAGE_ROLES,
    Account,
    Entry,
    Role,
    Wish,
    activate_role,
    create_role,
    deactivate_role,
    entries_of,
    grant,
    roles_along,
    update_role,
)
from quadrangle.courses import AccountStanding
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.access import Granted
from quadrangle.kernel.errors import Invalid, NotFound
from quadrangle.kernel.ids import parse_number
from quadrangle.kernel.params import Absent, Params, anything, text, truthy
from quadrangle.kernel.words import _
from quadrangle.web.administration import administration, show_admin
from quadrangle.web.flash import done
from quadrangle.web.forms import form_on
from quadrangle.web.permission_words import groups, name_of
from quadrangle.wire.canvas.ids import account_standing_for

screens = Routes("web", "Permission screens")

_HOME: Final = "/accounts/:account_id/permissions"


class Row(msgspec.Struct, frozen=True):
    """One permission of a role at an account.

    available: the role may have it here. here: what this account says of it, `yes`, `no`, or empty where it says nothing. before: what
    holds without that. locked_above: an account above has decided for good; locked: this one has.
    """

    name: str
    label: str
    available: bool
    enabled: bool
    here: str
    before: bool
    locked: bool
    locked_above: bool

    @property
    def was(self) -> str:
        return f"{self.here}{'!' if self.locked else ''}"


def _row(name: str, entry: Entry) -> Row:
    here = "" if not entry.explicit else "yes" if entry.holding.enabled else "no"
    return Row(
        name=name,
        label=name_of(name),
        available=entry.holding.available,
        enabled=entry.holding.enabled,
        here=here,
        before=entry.before,
        locked=entry.explicit and entry.locked,
        locked_above=entry.holding.locked_above,
    )


async def _here(call: Call) -> tuple[AccountStanding, Granted[Account], list[Role]]:
    standing = await account_standing_for(call, call.path["account_id"])
    granted = grant(MANAGE_ROLES, standing.rights, standing.account)
    return standing, granted, await roles_along(call.uow, standing.account, standing.rights.chain)


def _chosen(known: list[Role], reference: object) -> Role:
    number = parse_number(reference) if isinstance(reference, str) else None
    found = next((role for role in known if role.id == number), None)
    if found is None:
        raise NotFound
    return found


@screens.get(_HOME)
async def permissions(call: Call) -> Reply:
    """What a role may at an account."""
    standing, _granted, known = await _here(call)
    wanted = call.path.get("role_id") or call.tree.get("role")
    role = known[0] if wanted in (None, "") else _chosen(known, wanted)
    entries = (await entries_of(call.uow, [role], standing.account, standing.rights.chain))[role.id]
    rows = {name: _row(name, entry) for name, entry in entries.items() if entry.holding.available}
    base = f"/accounts/{standing.account.id}/permissions"
    several = groups(rows)
    about = call.tree.get("about")
    key, label, names = next((one for one in several if one[0] == about), several[0])
    return await show_admin(
        call,
        "admin_permissions.html",
        administration(standing, "permissions"),
        base=base,
        role=role,
        own=role.account_id == standing.account.id,
        course_roles=[one for one in known if not one.is_account_role],
        account_roles=[one for one in known if one.is_account_role],
        places=[(words, f"{base}?role={role.id}&about={one}", one == key) for one, words, _names in several],
        about=key,
        label=label,
        rows=[rows[name] for name in names],
        form=form_on(call, f"{_HOME}/roles", group="new_role", label="", base=ACCOUNT_MEMBERSHIP),
        bases=_bases(),
    )


def _bases() -> list[tuple[str, str]]:
    named = dict(
        zip(
            COURSE_BASES,
            (_("A student"), _("A teacher"), _("A teaching assistant"), _("A designer"), _("An observer")),
            strict=True,
        )
    )
    return [(ACCOUNT_MEMBERSHIP, _("An administrator, who may nothing at first")), *named.items()]


class Choices(Params):
    """What stands in the grid, by permission: `{said, locked, was}`."""

    permissions: Any = anything("`{name: {said, locked, was}}`", schema={"type": "object"})


@screens.post(f"{_HOME}/roles/:role_id", again=permissions)
async def decide(call: Call, asked: Asked[Choices]) -> Reply:
    """Change what was changed in the grid, all or nothing."""
    standing, granted, known = await _here(call)
    role = _chosen(known, call.path["role_id"])
    sent = asked.read().permissions
    wishes = {}
    for name, one in (sent if isinstance(sent, dict) else {}).items():
        if isinstance(one, dict):
            said, locked = str(one.get("said") or ""), truthy(one.get("locked"))
            if f"{said}{'!' if locked else ''}" != str(one.get("was") or ""):
                wishes[name] = _wish(said, locked=locked)
    await update_role(call.uow, granted, role, standing.rights.chain, wishes=wishes)
    about = call.tree.get("about")
    further = f"&about={quote(about)}" if isinstance(about, str) else ""
    where = f"/accounts/{standing.account.id}/permissions?role={role.id}{further}"
    return done(call, where, _("The permissions of “%(role)s” were saved.") % {"role": role.label})


def _wish(said: str, *, locked: bool) -> Wish:
    """Nothing said takes this account's word back, unless what holds is to be locked."""
    if said not in ("yes", "no"):
        return Wish(explicit=False, locked=locked or None)
    return Wish(explicit=True, enabled=said == "yes", locked=locked)


# --- roles


class NewRole(Params, group="new_role"):
    """A role of the account's own."""

    label: str | None | Absent = text("Its name.", max=255)
    base: str | None | Absent = text("What it is like.", choices=(ACCOUNT_MEMBERSHIP, *COURSE_BASES))


@screens.post(f"{_HOME}/roles", again=permissions)
async def add_role(call: Call, asked: Asked[NewRole]) -> Reply:
    """Make a role of this account's own."""
    standing, granted, _known = await _here(call)
    said = asked.read()
    label = (said.label or "").strip()
    if not label:
        raise Invalid.field("label", "can't be blank", "blank")
    role = await create_role(
        call.uow, granted, standing.rights.chain, label=label, base=said.base or ACCOUNT_MEMBERSHIP
    )
    where = f"/accounts/{standing.account.id}/permissions?role={role.id}"
    return done(call, where, _("The role “%(role)s” was made. Say what it may.") % {"role": role.label})


@screens.post(f"{_HOME}/roles/:role_id/deactivate", again=permissions)
async def deactivate(call: Call) -> Reply:
    """Let nobody be given a role any more; who has it keeps it."""
    standing, granted, known = await _here(call)
    role = await deactivate_role(call.uow, granted, _chosen(known, call.path["role_id"]))
    where = f"/accounts/{standing.account.id}/permissions?role={role.id}"
    words = _("Nobody is given the role “%(role)s” any more; whoever has it keeps it.")
    return done(call, where, words % {"role": role.label})


@screens.post(f"{_HOME}/roles/:role_id/activate", again=permissions)
async def activate(call: Call) -> Reply:
    """Let a role be given again."""
    standing, granted, known = await _here(call)
    role = await activate_role(call.uow, granted, _chosen(known, call.path["role_id"]))
    where = f"/accounts/{standing.account.id}/permissions?role={role.id}"
    return done(call, where, _("The role “%(role)s” can be given again.") % {"role": role.label})
