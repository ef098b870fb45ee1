"""`/accounts/:id/admins`: who looks after an account. Source: web.md W14, accounts.md §6, permissions.md §5."""

from typing import Final

from quadrangle.accounts import (
    MANAGE_ADMINS,
    Account,
    Role,
    appoint,
    dismiss,
    grant,
    roles_along,
    yields,
)
from quadrangle.courses import AccountStanding
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.access import Granted
from quadrangle.kernel.errors import Invalid, NotFound
from quadrangle.kernel.ids import Ref, parse_number
from quadrangle.kernel.params import Absent, Params, text
from quadrangle.kernel.words import _
from quadrangle.people import DELETED, User, find_user
from quadrangle.web.administration import administration, show_admin
from quadrangle.web.flash import done
from quadrangle.web.forms import form_on
from quadrangle.wire.canvas.admins import admins_of
from quadrangle.wire.canvas.ids import account_standing_for, number_for

screens = Routes("web", "Administrator screens")

_HOME: Final = "/accounts/:account_id/admins"


async def _here(call: Call) -> tuple[AccountStanding, Granted[Account]]:
    standing = await account_standing_for(call, call.path["account_id"])
    return standing, grant(MANAGE_ADMINS, standing.rights, standing.account)


async def _roles(call: Call, standing: AccountStanding) -> list[Role]:
    known = await roles_along(call.uow, standing.account, standing.rights.chain)
    return [role for role in known if role.is_account_role]


@screens.get(_HOME)
async def admins(call: Call) -> Reply:
    """Who looks after an account."""
    standing, _granted = await _here(call)
    part = await admins_of(call, standing.account, None, counted=False)
    roles = await _roles(call, standing)
    labels = {role.id: role.label for role in roles}
    base = f"/accounts/{standing.account.id}/admins"
    return await show_admin(
        call,
        "admin_admins.html",
        administration(standing, "admins"),
        base=base,
        part=part,
        labels=labels,
        sees_logins=standing.rights.may("view_user_logins"),
        form=form_on(call, _HOME, group="admin", login="", role_id=""),
        roles=[(str(role.id), role.label) for role in roles if role.workflow_state != "inactive"],
        address=lambda number: f"{base}?page={number}",
    )


class Appointment(Params, group="admin"):
    """Who is to be an administrator, and as what."""

    login: str | None | Absent = text("A login, or the number of a person.")
    role_id: str | None | Absent = text("The role.")


async def _named(call: Call, said: str) -> User | None:
    """A login counts before a number: some logins are numbers."""
    found = await find_user(call.uow, Ref("sis_login_id", said)) if said else None
    number = parse_number(said)
    if found is None and number is not None:
        found = await find_user(call.uow, Ref("id", str(number)))
    return None if found is None or found.workflow_state == DELETED else found


@screens.post(_HOME, again=admins)
async def add(call: Call, asked: Asked[Appointment]) -> Reply:
    """Make somebody an administrator."""
    standing, granted = await _here(call)
    said = asked.read()
    user = await _named(call, (said.login or "").strip())
    if user is None:
        says = _("Nobody here has this login or number.")
        raise Invalid.field("login", says, "unknown")
    roles = [one for one in await _roles(call, standing) if one.workflow_state != "inactive"]
    role = next((one for one in roles if str(one.id) == said.role_id), None)
    if role is None:
        raise Invalid.field("role_id", "is not included in the list", "inclusion")
    covered = standing.rights.covers_role(await yields(call.uow, role, standing.account, standing.rights.chain))
    try:
        await appoint(call.uow, granted, role, user.id, covered=covered)
    except NotFound:
        raise Invalid.field("login", _("This person has no login here."), "unknown") from None
    words = _("%(name)s looks after %(account)s now, as %(role)s.")
    values = {"name": user.name, "account": standing.account.name, "role": role.label}
    return done(call, f"/accounts/{standing.account.id}/admins", words % values)


async def _membership(call: Call, standing: AccountStanding) -> tuple[User, Role]:
    user = await find_user(call.uow, Ref("id", str(number_for(call.path["user_id"]))))
    number = number_for(call.path["role_id"])
    role = next((one for one in await _roles(call, standing) if one.id == number), None)
    if user is None or role is None:
        raise NotFound
    return user, role


@screens.get(f"{_HOME}/:user_id/:role_id/remove")
async def ask_before_remove(call: Call) -> Reply:
    """What somebody loses with a role."""
    standing, _granted = await _here(call)
    user, role = await _membership(call, standing)
    values = {"name": user.name, "account": standing.account.name, "role": role.label}
    base = f"/accounts/{standing.account.id}/admins"
    return await show_admin(
        call,
        "admin_sure.html",
        administration(standing, "admins", (user.name, None)),
        title=_("Take the role from %(name)s?") % values,
        says=_("%(name)s no longer looks after %(account)s as %(role)s. They can be appointed again.") % values,
        action=f"{base}/{user.id}/{role.id}/remove",
        verb=_("Take it"),
        back=base,
    )


@screens.post(f"{_HOME}/:user_id/:role_id/remove")
async def remove(call: Call) -> Reply:
    """Take a role from somebody."""
    standing, granted = await _here(call)
    user, role = await _membership(call, standing)
    covered = standing.rights.covers_role(await yields(call.uow, role, standing.account, standing.rights.chain))
    await dismiss(call.uow, granted, role, user.id, covered=covered)
    words = _("%(name)s no longer looks after %(account)s as %(role)s.")
    values = {"name": user.name, "account": standing.account.name, "role": role.label}
    return done(call, f"/accounts/{standing.account.id}/admins", words % values)
