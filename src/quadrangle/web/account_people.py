"""`/accounts/:id/users`: the people of an account, and what an administrator does for them. Source: web.md W14."""

from typing import Any, Final

from quadrangle.accounts import ROOT_ID, rights_at, roles_along
from quadrangle.courses import AccountStanding, acquaintance, member_of_account
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.errors import Forbidden, Invalid, NotFound
from quadrangle.kernel.paging import cut
from quadrangle.kernel.params import Tree
from quadrangle.kernel.words import _
from quadrangle.people import LOGINS_OF, SUSPENDED, Person
from quadrangle.web.administration import address_with, administration, show_admin, sorted_heads
from quadrangle.web.flash import done
from quadrangle.web.forms import form_on
from quadrangle.wire.canvas.account_users import (
    AccountUsers,
    NewChannel,
    NewPseudonym,
    NewUser,
    NewUserOptions,
    find_people,
    hash_new_password,
    make_person,
)
from quadrangle.wire.canvas.ids import account_standing_for, number_for
from quadrangle.wire.canvas.logins import LoginEdit, hash_password_of_login, revise_login
from quadrangle.wire.canvas.users import UserEdit, check_keys, revise_person, sees_of

screens = Routes("web", "People screens")

_HOME: Final = "/accounts/:account_id/users"
_PAGE: Final = 50
_SHORTEST: Final = 2  # characters that can be looked for
_LOGINS: Final = 20  # of one person


async def _here(call: Call) -> AccountStanding:
    standing = await account_standing_for(call, call.path["account_id"])
    standing.rights.require("read_roster")
    return standing


def filled(tree: Tree, *names: str) -> Tree:
    """The filters in which something was said; a form sends empty ones, too."""
    return {name: tree[name] for name in names if tree.get(name) not in (None, "", [""])}


@screens.get(_HOME)
async def people(call: Call) -> Reply:
    """The people of an account and of those below it."""
    standing = await _here(call)
    said = filled(
        call.tree, "search_term", "enrollment_type", "role_filter_id", "sort", "order", "include_deleted_users"
    )
    term = str(said.get("search_term") or "").strip()
    if len(term) < _SHORTEST:
        said.pop("search_term", None)
    wanted = AccountUsers.read(said, call.reading())
    rows, window, sort = await find_people(call, standing.account, standing.rights, wanted, size=_PAGE)
    roles = await roles_along(call.uow, standing.account, standing.rights.chain)
    sees = sees_of(standing.rights)
    base = f"/accounts/{standing.account.id}/users"
    columns = [("username", _("Name"))]
    columns += [("", _("Login"))] if sees.logins else []
    columns += [("email", _("E-mail"))] if sees.email else []
    columns += [("sis_id", _("SIS id"))] if sees.sis else []
    columns.append(("last_login", _("Last sign-in")))
    return await show_admin(
        call,
        "admin_people.html",
        administration(standing, "users"),
        base=base,
        part=cut(rows, window),
        sees=sees,
        term=term,
        too_short=0 < len(term) < _SHORTEST,
        kind=str(said.get("enrollment_type") or ""),
        kinds=_kinds(),
        role=str(said.get("role_filter_id") or ""),
        roles=[("", _("Any role")), *((str(one.id), one.label) for one in roles)],
        deleted=bool(wanted.include_deleted_users),
        heads=sorted_heads(base, call.query, columns, sort, descending=wanted.order == "desc"),
        address=lambda number: address_with(base, call.query, page=str(number)),
        adds=standing.rights.may("manage_user_logins"),
        looked=bool(said),
    )


def _kinds() -> list[tuple[str, str]]:
    return [
        ("", _("Everybody")),
        ("student", _("Students")),
        ("teacher", _("Teachers")),
        ("ta", _("Teaching assistants")),
        ("designer", _("Designers")),
        ("observer", _("Observers")),
    ]


# --- adding somebody


@screens.get(f"{_HOME}/new")
async def new_person(call: Call) -> Reply:
    """Somebody new."""
    standing = await _here(call)
    standing.rights.require("manage_user_logins")
    return await show_admin(
        call,
        "admin_person_new.html",
        administration(standing, "users", (_("Add a person"), None)),
        base=f"/accounts/{standing.account.id}/users",
        user=form_on(call, _HOME, group="user", name=""),
        login=form_on(call, _HOME, group="pseudonym", unique_id="", password="", sis_user_id=""),
        channel=form_on(call, _HOME, group="communication_channel", communication_channels="", address=""),
        sis=standing.rights.may("manage_sis"),
    )


@screens.post(_HOME, again=new_person, prepare=hash_new_password)
async def add_person(
    call: Call,
    options: Asked[NewUserOptions],
    user: Asked[NewUser],
    pseudonym: Asked[NewPseudonym],
    channel: Asked[NewChannel],
) -> Reply:
    """Add a person with a login; their address needs no confirmation, as an administrator gave it."""
    standing = await _here(call)
    standing.rights.require("manage_user_logins")
    about, address = user.read(), channel.read()
    about.skip_registration = True
    address.skip_confirmation = True
    person, _manager, _code = await make_person(call, options.read(), about, pseudonym.read(), address)
    words = _("%(name)s was added, with the login %(login)s.")
    where = f"/accounts/{standing.account.id}/users"
    return done(call, where, words % {"name": person.name, "login": person.unique_id})


# --- one person


async def _person(call: Call, standing: AccountStanding) -> Person:
    person = await member_of_account(call.uow, standing.account, number_for(call.path["id"]))
    if person is None:
        raise NotFound
    return person


@screens.get(f"{_HOME}/:id")
async def show_person(call: Call) -> Reply:
    """One person: names and address, logins, whether they may come in."""
    standing = await _here(call)
    person = await _person(call, standing)
    manages = standing.rights.may("manage_user_logins")
    logins = []
    if manages:
        logins = await call.uow.all(LOGINS_OF.at("user_id"), owner=person.id, limit=_LOGINS, offset=0)
    sees = sees_of(standing.rights)
    names = {"name": person.name, "short_name": person.short_name, "sortable_name": person.sortable_name}
    return await show_admin(
        call,
        "admin_person.html",
        administration(standing, "users", (person.name, None)),
        base=f"/accounts/{standing.account.id}/users",
        person=person,
        sees=sees,
        manages=manages,
        logins=logins,
        suspended=bool(logins) and all(one.workflow_state == SUSPENDED for one in logins),
        own=person.id == standing.user_id,
        form=form_on(call, f"{_HOME}/:id", group="user", **names, email=person.email or ""),
        secret=form_on(call, f"{_HOME}/:id/logins/:login_id", group="login", password=""),
        tried=call.path.get("login_id"),
    )


async def _may_change(call: Call, person: Person, *keys: str) -> None:
    known = await acquaintance(call.uow, call.user().user_id, person.id)
    await check_keys(call, known, frozenset(keys))


@screens.post(f"{_HOME}/:id", again=show_person)
async def change_person(call: Call, asked: Asked[UserEdit]) -> Reply:
    """Change names and address."""
    standing = await _here(call)
    person = await _person(call, standing)
    edit = asked.read()
    await _may_change(call, person, *edit.sent)
    await revise_person(call, person, edit)
    return done(call, f"/accounts/{standing.account.id}/users/{person.id}", _("The changes were saved."))


async def _suspend(call: Call, event: str, words: str) -> Reply:
    standing = await _here(call)
    person = await _person(call, standing)
    await _may_change(call, person, "event")
    said: dict[str, Any] = {"event": event}
    await revise_person(call, person, UserEdit(**said))
    return done(call, f"/accounts/{standing.account.id}/users/{person.id}", words % {"name": person.name})


@screens.post(f"{_HOME}/:id/suspend")
async def suspend(call: Call) -> Reply:
    """Let somebody in no more."""
    return await _suspend(call, "suspend", _("%(name)s can no longer sign in. Nothing of theirs is lost."))


@screens.post(f"{_HOME}/:id/unsuspend")
async def unsuspend(call: Call) -> Reply:
    """Let somebody in again."""
    return await _suspend(call, "unsuspend", _("%(name)s can sign in again."))


@screens.post(f"{_HOME}/:id/logins/:login_id", again=show_person, prepare=hash_password_of_login)
async def change_password(call: Call, asked: Asked[LoginEdit]) -> Reply:
    """Give a login another password."""
    standing = await _here(call)
    person = await _person(call, standing)
    logins = await call.uow.all(LOGINS_OF.at("user_id"), owner=person.id, limit=_LOGINS, offset=0)
    login = next((one for one in logins if one.id == number_for(call.path["login_id"])), None)
    if login is None or login.account_id != ROOT_ID:
        raise NotFound
    password = str(asked.read().password or "")
    rights = await rights_at(call.uow, call.user().user_id, ROOT_ID)
    if not rights.may("manage_user_logins"):
        raise Forbidden
    said: dict[str, Any] = {"password": password}
    if not password:
        raise Invalid.field("password", "can't be blank", "blank")
    await revise_login(call, rights, login, LoginEdit(**said))
    return done(
        call,
        f"/accounts/{standing.account.id}/users/{person.id}",
        _("The password of %(login)s was changed. Tell %(name)s; nobody else is told.")
        % {"login": login.unique_id, "name": person.name},
    )
