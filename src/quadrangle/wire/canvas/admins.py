"""Admins of the Canvas family. Source: supporting-resources.md §8."""

from typing import Any

from msgspec import UNSET, Struct

from quadrangle.accounts import (
    ACCOUNT_ADMIN,
    ADMINS,
    COUNT_ADMINS,
    MANAGE_ADMINS,
    Account,
    AccountRights,
    Admin,
    Role,
    appoint,
    dismiss,
    grant,
    rights_at,
    rights_at_each,
    roles_root,
    yields,
)
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.clock import zulu
from quadrangle.kernel.errors import NotFound
from quadrangle.kernel.paging import Slice, cut
from quadrangle.kernel.params import Absent, Params, flag, text, words
from quadrangle.wire.canvas.errors import message, refuse
from quadrangle.wire.canvas.ids import account_for, find_user_for, user_for
from quadrangle.wire.canvas.roles import find_role
from quadrangle.wire.canvas.shapes import Maybe, Time

routes = Routes("canvas", "Admins")


class AdminUserJson(Struct, frozen=True):
    """The person who is the admin, as known in the root account."""

    id: int
    name: str
    created_at: Time
    sortable_name: str
    short_name: str
    sis_user_id: str | None | Maybe = UNSET
    integration_id: str | None | Maybe = UNSET
    login_id: str | None | Maybe = UNSET


class AdminJson(Struct, frozen=True):
    """One admin membership; its id is that of the membership."""

    id: int
    role: str
    role_id: int
    user: AdminUserJson
    workflow_state: str


class _Sight(Struct, frozen=True):
    """What of a person the caller may see here."""

    sis: bool
    login: bool


async def _sight(call: Call, rights: AccountRights, account: Account) -> _Sight:
    at_root = rights
    if not account.is_root:
        at_root = (await rights_at_each(call.uow, rights.user_id, [account.root_id]))[account.root_id]
    return _Sight(rights.may("read_sis") or at_root.may("manage_sis"), rights.may("view_user_logins"))


def admin_json(admin: Admin, sight: _Sight) -> AdminJson:
    return AdminJson(
        id=admin.id,
        role=admin.role_name,
        role_id=admin.role_id,
        user=AdminUserJson(
            id=admin.user_id,
            name=admin.user_name,
            created_at=zulu(admin.user_created_at),
            sortable_name=admin.user_sortable_name,
            short_name=admin.user_short_name,
            sis_user_id=admin.sis_user_id if sight.sis else UNSET,
            integration_id=admin.integration_id if sight.sis else UNSET,
            login_id=admin.unique_id if sight.login else UNSET,
        ),
        workflow_state=admin.workflow_state,
    )


class AdminList(Params):
    user_id: tuple[str, ...] = words("Only these users.")


@routes.get("/api/v1/accounts/:account_id/admins", gives=list[AdminJson], paged=True)
async def list_admins(call: Call, asked: Asked[AdminList]) -> Reply:
    """List the admins of an account."""
    account = await account_for(call, call.path["account_id"])
    rights = await rights_at(call.uow, call.user().user_id, account)
    grant(MANAGE_ADMINS, rights, account)
    wanted = asked.read().user_id
    ids = None
    if wanted:
        ids = [user.id for one in wanted if (user := await find_user_for(call, one)) is not None]
    part = await admins_of(call, account, ids)
    sight = await _sight(call, rights, account)
    return Reply(200, part.map([admin_json(admin, sight) for admin in part.items]))


async def admins_of(call: Call, account: Account, user_ids: list[int] | None, *, counted: bool = True) -> Slice[Admin]:
    """One page of the administrators of exactly this account. counted: with their number, for one more statement."""
    window = call.window()
    some: dict[str, Any] = {} if user_ids is None else {"user_ids": user_ids}
    rows = await call.uow.all(
        ADMINS.at(("users",) if some else ()),
        account_id=account.id,
        root_id=roles_root(account),
        limit=window.limit,
        offset=window.offset,
        **some,
    )
    total: int | None = None
    if counted:
        total = await call.uow.one(COUNT_ADMINS.at(bool(some)), account_id=account.id, **some)
    return cut(rows, window, total=total)


@routes.get("/api/v1/accounts/:account_id/admins/self", gives=list[AdminJson], paged=True)
async def list_own_admins(call: Call) -> Reply:
    """List the caller's own admin roles in an account."""
    account = await account_for(call, call.path["account_id"])
    rights = await rights_at(call.uow, call.user().user_id, account)
    part = await admins_of(call, account, [rights.user_id])
    sight = await _sight(call, rights, account)
    return Reply(200, part.map([admin_json(admin, sight) for admin in part.items]))


class RoleOfAdmin(Params):
    role_id: str | None | Absent = text("Default: the built-in account admin.")
    role: str | None | Absent = text("The role by name.")


class NewAdmin(Params):
    user_id: str | None | Absent = text("Required.")
    send_confirmation: bool | Absent = flag("Accepted; nothing is sent.")


async def role_of_admin(call: Call, account: Account, rights: AccountRights, asked: RoleOfAdmin, *, new: bool) -> Role:
    """The account role a request names. new: for an appointment, for which it must be active."""
    wanted = asked.role_id or asked.role or ACCOUNT_ADMIN
    role = await find_role(call, account, rights.chain, wanted)
    if not role.is_account_role or (new and role.workflow_state == "inactive"):
        raise refuse(message(404, "role not found"))
    return role


@routes.post("/api/v1/accounts/:account_id/admins", gives=AdminJson)
async def create_admin(call: Call, asked: Asked[NewAdmin], which: Asked[RoleOfAdmin]) -> Reply:
    """Make a user an admin of an account."""
    account = await account_for(call, call.path["account_id"])
    rights = await rights_at(call.uow, call.user().user_id, account)
    granted = grant(MANAGE_ADMINS, rights, account)
    user_id = asked.read().user_id
    user = await user_for(call, user_id) if user_id else None
    if user is None or user.workflow_state == "deleted":
        raise NotFound
    role = await role_of_admin(call, account, rights, which.read(), new=True)
    covered = rights.covers_role(await yields(call.uow, role, account, rights.chain))
    admin = await appoint(call.uow, granted, role, user.id, covered=covered)
    return Reply(200, admin_json(admin, await _sight(call, rights, account)))


@routes.delete("/api/v1/accounts/:account_id/admins/:user_id", gives=AdminJson)
async def delete_admin(call: Call, which: Asked[RoleOfAdmin]) -> Reply:
    """Take an admin role from a user."""
    account = await account_for(call, call.path["account_id"])
    rights = await rights_at(call.uow, call.user().user_id, account)
    granted = grant(MANAGE_ADMINS, rights, account)
    user = await user_for(call, call.path["user_id"])
    role = await role_of_admin(call, account, rights, which.read(), new=False)
    covered = rights.covers_role(await yields(call.uow, role, account, rights.chain))
    admin = await dismiss(call.uow, granted, role, user.id, covered=covered)
    return Reply(200, admin_json(admin, await _sight(call, rights, account)))
