"""Logins of the Canvas family, Canvas's pseudonyms. Source: supporting-resources.md §2."""

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from quadrangle.accounts import ROOT_ID, AccountRights, outranks, rights_at
from quadrangle.courses import acquaintance
from quadrangle.db import IntegrityViolation
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.clock import zulu
from quadrangle.kernel.errors import FieldError, Forbidden, Invalid, NotFound
from quadrangle.kernel.ids import parse_number
from quadrangle.kernel.paging import Window, cut
from quadrangle.kernel.params import Absent, Params, text
from quadrangle.people import (
    ACTIVE,
    DELETED,
    LOGIN,
    LOGIN_IN_ROOT,
    LOGINS_OF,
    SUSPENDED,
    Login,
    change_login,
    create_login,
    delete_login,
    hash_password,
    password_problems,
    taken,
    unique_id_problems,
)
from quadrangle.wire.canvas.errors import message, refuse
from quadrangle.wire.canvas.ids import account_for, number_for
from quadrangle.wire.canvas.shapes import Time
from quadrangle.wire.canvas.users import person_for

routes = Routes("canvas", "Logins")

USER_TYPES = ("administrative", "observer", "staff", "student", "student_other", "teacher")
_FIELDS = (
    "unique_id",
    "password",
    "sis_user_id",
    "integration_id",
    "authentication_provider_id",
    "declared_user_type",
    "workflow_state",
)


class LoginJson(Struct, frozen=True):
    """A login."""

    id: int
    user_id: int
    account_id: int
    unique_id: str
    created_at: Time
    sis_user_id: str | None
    integration_id: str | None
    authentication_provider_id: int | None
    workflow_state: str
    declared_user_type: str | None


def login_json(login: Login) -> LoginJson:
    return LoginJson(
        id=login.id,
        user_id=login.user_id,
        account_id=login.account_id,
        unique_id=login.unique_id,
        created_at=zulu(login.created_at),
        sis_user_id=login.sis_user_id,
        integration_id=login.integration_id,
        authentication_provider_id=login.authentication_provider_id,
        workflow_state=login.workflow_state,
        declared_user_type=login.declared_user_type,
    )


class LoginEdit(Params, group="login"):
    unique_id: str | None | Absent = text("The login.", max=255)
    password: str | None | Absent = text("8 to 255 characters.")
    sis_user_id: str | None | Absent = text("Needs manage_sis; empty clears it.")
    integration_id: str | None | Absent = text("Needs manage_sis; empty clears it.")
    authentication_provider_id: str | None | Absent = text("The provider that vouches for the person.")
    declared_user_type: str | None | Absent = text("What kind of user this login is for.", choices=USER_TYPES)
    workflow_state: str | None | Absent = text("Of an existing login.", choices=(ACTIVE, SUSPENDED))


class LoginOwner(Params, group="user"):
    id: str | None | Absent = text("Whose login it is to be; required.")


@routes.get("/api/v1/users/:user_id/logins", gives=list[LoginJson], paged=True)
async def list_user_logins(call: Call) -> Reply:
    """List the logins of a user."""
    person = await person_for(call, call.path["user_id"])
    known = await acquaintance(call.uow, call.user().user_id, person.id)
    if not known.own and not known.may_as_admin("manage_user_logins"):
        raise Forbidden
    return await _list(call, "user_id", person.id)


@routes.get("/api/v1/accounts/:account_id/logins", gives=list[LoginJson], paged=True)
async def list_account_logins(call: Call) -> Reply:
    """List the logins of a root account."""
    account = await account_for(call, call.path["account_id"])
    (await rights_at(call.uow, call.user().user_id, account)).require("manage_user_logins")
    return await _list(call, "account_id", account.id)


async def _list(call: Call, owner: str, owner_id: int) -> Reply:
    window: Window = call.window()
    rows = await call.uow.all(LOGINS_OF.at(owner), owner=owner_id, limit=window.limit, offset=window.offset)
    part = cut(rows, window, total=rows[0].total if rows else None)
    return Reply(200, part.map([login_json(login) for login in part.items]))


async def hash_password_of_login(call: Call) -> None:
    """Hash a new password before the transaction."""
    sent = call.tree.get("login")
    password = sent.get("password") if isinstance(sent, dict) else None
    if isinstance(password, str) and password and not password_problems(password):
        call.notes["password_digest"] = await hash_password(password)


async def _root_rights(call: Call) -> AccountRights:
    account = await account_for(call, call.path["account_id"])
    if not account.is_root:
        raise refuse(message(400, "Action must be called on a root account."))
    return await rights_at(call.uow, call.user().user_id, account)


def _columns(call: Call, edit: LoginEdit) -> dict[str, Any]:
    """The columns to write; raises Invalid for what cannot be one."""
    problems: list[FieldError] = []
    values: dict[str, Any] = {}
    if "unique_id" in edit.sent:
        values["unique_id"] = str(edit.unique_id or "").strip()
        problems += unique_id_problems(values["unique_id"])
    if edit.password:
        problems += password_problems(str(edit.password))
        values["password_digest"] = call.notes.get("password_digest")
    for name in ("sis_user_id", "integration_id"):
        if name in edit.sent:
            values[name] = str(getattr(edit, name) or "").strip() or None
    if "authentication_provider_id" in edit.sent:
        values["authentication_provider_id"] = parse_number(str(edit.authentication_provider_id or ""))
    if "declared_user_type" in edit.sent:
        values["declared_user_type"] = edit.declared_user_type or None
        if edit.declared_user_type and edit.declared_user_type not in USER_TYPES:
            problems.append(FieldError("declared_user_type", "is not included in the list", "inclusion"))
    if problems:
        raise Invalid(*problems)
    return values


@routes.post("/api/v1/accounts/:account_id/logins", gives=LoginJson, prepare=hash_password_of_login)
async def create_account_login(call: Call, owner: Asked[LoginOwner], asked: Asked[LoginEdit]) -> Reply:
    """Give a user another login."""
    rights = await _root_rights(call)
    rights.require("manage_user_logins")
    user_id = owner.read().id
    if not user_id:
        raise NotFound
    person = await person_for(call, str(user_id))
    if person.workflow_state == "deleted":
        raise NotFound
    # Somebody else's administrator must not get a way in as one with more rights.
    if not await outranks(call.uow, rights.user_id, person.id):
        raise Forbidden
    edit = asked.read()
    if not edit.sent & set(_FIELDS):
        raise refuse(Reply(400, None))
    if edit.sent & {"sis_user_id", "integration_id"}:
        rights.require("manage_sis")
    values = {"unique_id": "", **_columns(call, edit)}
    if not values["unique_id"]:
        raise Invalid(*unique_id_problems(""))
    try:
        login_id = await create_login(call.uow, user_id=person.id, account_id=ROOT_ID, **values)
    except IntegrityViolation as violation:
        raise taken(violation, sis_user_id=values.get("sis_user_id")) from None
    return Reply(200, login_json(await _reread(call, login_id)))


async def _reread(call: Call, login_id: int) -> Login:
    login = await call.uow.one(LOGIN, id=login_id)
    if login is None:
        raise NotFound
    return login


@routes.put("/api/v1/accounts/:account_id/logins/:id", gives=LoginJson, prepare=hash_password_of_login)
async def update_login(call: Call, asked: Asked[LoginEdit]) -> Reply:
    """Change a login: its name, password, SIS ids or state."""
    rights = await _root_rights(call)
    login = await _reread(call, number_for(call.path["id"]))
    if login.account_id != rights.account_id:
        raise NotFound
    await revise_login(call, rights, login, asked.read())
    return Reply(200, login_json(await _reread(call, login.id)))


async def revise_login(call: Call, rights: AccountRights, login: Login, edit: LoginEdit) -> None:
    """Write what was sent of a login; a new password was hashed by `hash_password_of_login`. rights: at its root account.

    Raises Forbidden, Invalid.
    """
    await _check_change(call, rights, login, edit)
    values = _columns(call, edit)
    if "workflow_state" in edit.sent:
        if edit.workflow_state not in (ACTIVE, SUSPENDED):
            raise Invalid(FieldError("workflow_state", "is not included in the list", "inclusion"))
        values["workflow_state"] = edit.workflow_state
    if values:
        await change_login(call.uow, login, values)


async def _check_change(call: Call, rights: AccountRights, login: Login, edit: LoginEdit) -> None:
    """Managers change logins, of people who have no right they lack; anybody their own password, unless a provider keeps it."""
    own = login.user_id == rights.user_id
    if rights.may("manage_user_logins"):
        if not await outranks(call.uow, rights.user_id, login.user_id):
            raise Forbidden
        if own and edit.workflow_state == SUSPENDED:
            raise Forbidden
        if any(_differs(edit, login, name) for name in ("sis_user_id", "integration_id")):
            rights.require("manage_sis")
        return
    if not own or edit.sent != {"password"} or login.authentication_provider_id is not None:
        raise Forbidden


def _differs(edit: LoginEdit, login: Login, name: str) -> bool:
    return name in edit.sent and (getattr(edit, name) or None) != getattr(login, name)


@routes.delete("/api/v1/users/:user_id/logins/:id", gives=LoginJson)
async def remove_login(call: Call) -> Reply:
    """Take a login from a user."""
    person = await person_for(call, call.path["user_id"])
    login = await _reread(call, number_for(call.path["id"]))
    if login.user_id != person.id or await call.uow.one(LOGIN_IN_ROOT, user_id=person.id, root_id=ROOT_ID) is None:
        raise NotFound
    rights = await rights_at(call.uow, call.user().user_id, ROOT_ID)
    rights.require("manage_user_logins")
    if not await outranks(call.uow, rights.user_id, person.id):
        raise Forbidden
    if login.sis_user_id is not None:
        rights.require("manage_sis")
    await delete_login(call.uow, login)
    return Reply(200, replace(login_json(login), workflow_state=DELETED))
