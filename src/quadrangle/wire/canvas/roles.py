"""Roles of the Canvas family. Source: supporting-resources.md §8."""

from typing import Any

from msgspec import UNSET, Struct

from quadrangle.accounts import (
    ACCOUNT_MEMBERSHIP,
    ACCOUNTS_BY_ID,
    MANAGE_ROLES,
    Account,
    AccountRights,
    Entry,
    Role,
    RoleNotFound,
    RoleRefused,
    Wish,
    activate_role,
    create_role,
    deactivate_role,
    entries_of,
    grant,
    rights_at,
    roles_along,
    update_role,
)
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.access import Granted
from quadrangle.kernel.clock import zulu
from quadrangle.kernel.ids import parse_number
from quadrangle.kernel.params import ABSENT, Absent, Params, anything, flag, text, truthy, words
from quadrangle.wire.canvas.account_shapes import AccountJson, full, views_of
from quadrangle.wire.canvas.errors import Answered, message, refuse
from quadrangle.wire.canvas.ids import account_for
from quadrangle.wire.canvas.shapes import Maybe, Time

routes = Routes("canvas", "Roles")


class PermissionJson(Struct, frozen=True):
    """One permission of a role. readonly: decided above, or never available to this role."""

    enabled: bool
    locked: bool
    readonly: bool
    explicit: bool
    prior_default: bool | Maybe = UNSET
    applies_to_self: bool | Maybe = UNSET
    applies_to_descendants: bool | Maybe = UNSET


class RoleJson(Struct, frozen=True):
    """A role with its permissions at the account that was asked about."""

    id: int
    role: str
    label: str
    base_role_type: str
    is_account_role: bool
    workflow_state: str
    created_at: Time
    last_updated_at: Time
    permissions: dict[str, PermissionJson]
    account: AccountJson | Maybe = UNSET


def permission_json(entry: Entry) -> PermissionJson:
    holding = entry.holding
    return PermissionJson(
        enabled=holding.enabled,
        locked=entry.locked,
        readonly=holding.locked_above,
        explicit=entry.explicit,
        prior_default=entry.before if entry.explicit else UNSET,
        applies_to_self=holding.granted if holding.enabled else UNSET,
        applies_to_descendants=holding.descends if holding.enabled else UNSET,
    )


def role_json(role: Role, entries: dict[str, Entry], owner: AccountJson | Maybe) -> RoleJson:
    return RoleJson(
        id=role.id,
        role=role.name,
        label=role.label,
        base_role_type=ACCOUNT_MEMBERSHIP if role.is_account_role else role.base_role_type,
        is_account_role=role.is_account_role,
        workflow_state=role.workflow_state,
        created_at=zulu(role.created_at),
        last_updated_at=zulu(role.updated_at),
        permissions={name: permission_json(entry) for name, entry in entries.items()},
        account=owner,
    )


async def _present(call: Call, several: list[Role], at: "_At") -> list[RoleJson]:
    entries = await entries_of(call.uow, several, at.account, at.rights.chain)
    owner_ids = sorted({role.account_id for role in several if role.account_id is not None})
    owners: dict[int | None, AccountJson] = {}
    if owner_ids:
        found = await call.uow.all(ACCOUNTS_BY_ID, ids=owner_ids)
        owners = {view.account.id: full(view) for view in await views_of(call, found)}
    return [role_json(role, entries[role.id], owners.get(role.account_id, UNSET)) for role in several]


class _At(Struct, frozen=True):
    """The account of the path, the caller's rights there, and the proof that roles may be managed."""

    account: Account
    rights: AccountRights
    granted: Granted[Account]


async def _at(call: Call) -> _At:
    account = await account_for(call, call.path["account_id"])
    rights = await rights_at(call.uow, call.user().user_id, account)
    return _At(account, rights, grant(MANAGE_ROLES, rights, account))


def _not_found() -> Answered:
    return refuse(message(404, RoleNotFound.says))


async def find_role(call: Call, account: Account, chain: list[int], reference: str) -> Role:
    """The role a number, or a name as older clients send it, stands for; 404 in the endpoint's own words."""
    number = parse_number(reference)
    known = await roles_along(call.uow, account, chain)
    if number is not None:
        known = [role for role in known if role.id == number]
    else:
        # The nearest account's role wins when two have the same name.
        known = [role for role in known if role.name == reference.strip()]
        known.sort(key=lambda role: -chain.index(role.account_id) if role.account_id in chain else 1)
    if not known:
        raise _not_found()
    return known[0]


def _refused(refusal: RoleRefused) -> Answered:
    return refuse(message(400, str(refusal)))


class RoleList(Params):
    state: tuple[str, ...] = words("Default: active.", choices=("active", "inactive"))
    show_inherited: bool | Absent = flag("Custom roles of the accounts above too.")


@routes.get("/api/v1/accounts/:account_id/roles", gives=list[RoleJson], paged=True)
async def list_roles(call: Call, asked: Asked[RoleList]) -> Reply:
    """List the roles known in an account."""
    at = await _at(call)
    params = asked.read()
    states = {*params.state} or {"active"}
    if "active" in states:
        states.add("built_in")
    inherited = params.show_inherited is True
    found = [
        role
        for role in await roles_along(call.uow, at.account, at.rights.chain)
        if role.workflow_state in states and (inherited or role.account_id in (None, at.account.id))
    ]
    part = call.paged(found)
    return Reply(200, part.map(await _present(call, list(part.items), at)))


@routes.get("/api/v1/accounts/:account_id/roles/:id", gives=RoleJson)
async def show_role(call: Call) -> Reply:
    """Show a role with its permissions in an account."""
    at = await _at(call)
    role = await find_role(call, at.account, at.rights.chain, call.path["id"])
    return Reply(200, (await _present(call, [role], at))[0])


class NewRole(Params):
    label: str | None | Absent = text("Required.", max=255)
    role: str | None | Absent = text("An old name of `label`.", max=255)
    base_role_type: str | None | Absent = text("Default: AccountMembership.")
    permissions: Any = anything(
        "name → explicit, enabled, locked, applies_to_self, applies_to_descendants", schema={"type": "object"}
    )


class RoleEdit(Params):
    label: str | None | Absent = text("A new name.", max=255)
    permissions: Any = anything(
        "name → explicit, enabled, locked, applies_to_self, applies_to_descendants", schema={"type": "object"}
    )


def _wishes(sent: Any) -> dict[str, Wish]:
    """The overrides asked for; what has no shape of one is not asked for."""
    if not isinstance(sent, dict):
        return {}
    return {name: _wish(inner) for name, inner in sent.items() if isinstance(inner, dict)}


def _wish(inner: dict[str, Any]) -> Wish:
    return Wish(**{name: truthy(inner[name]) for name in Wish.__struct_fields__ if inner.get(name) is not None})


@routes.post("/api/v1/accounts/:account_id/roles", gives=RoleJson)
async def create_custom_role(call: Call, asked: Asked[NewRole]) -> Reply:
    """Create a custom role."""
    at = await _at(call)
    params = asked.read()
    label = (params.label or params.role or "").strip()
    if not label:
        raise refuse(message(400, "missing required parameter 'role'"))
    try:
        role = await create_role(
            call.uow,
            at.granted,
            at.rights.chain,
            label=label,
            base=params.base_role_type or ACCOUNT_MEMBERSHIP,
            wishes=_wishes(params.permissions),
        )
    except RoleRefused as refusal:
        raise _refused(refusal) from None
    return Reply(200, (await _present(call, [role], at))[0])


@routes.put("/api/v1/accounts/:account_id/roles/:id", gives=RoleJson)
async def update_custom_role(call: Call, asked: Asked[RoleEdit]) -> Reply:
    """Rename a role, or override its permissions in an account."""
    at = await _at(call)
    role = await find_role(call, at.account, at.rights.chain, call.path["id"])
    params = asked.read()
    label = None if params.label is ABSENT else (params.label or "").strip()
    if label == "":
        raise refuse(message(400, "missing required parameter 'role'"))
    try:
        changed = await update_role(
            call.uow, at.granted, role, at.rights.chain, label=label, wishes=_wishes(params.permissions)
        )
    except RoleRefused as refusal:
        raise _refused(refusal) from None
    return Reply(200, (await _present(call, [changed], at))[0])


@routes.delete("/api/v1/accounts/:account_id/roles/:id", gives=RoleJson)
async def deactivate_custom_role(call: Call) -> Reply:
    """Deactivate a custom role."""
    at = await _at(call)
    role = await find_role(call, at.account, at.rights.chain, call.path["id"])
    try:
        changed = await deactivate_role(call.uow, at.granted, role)
    except RoleRefused as refusal:
        raise _refused(refusal) from None
    except RoleNotFound:
        raise _not_found() from None
    return Reply(200, (await _present(call, [changed], at))[0])


@routes.post("/api/v1/accounts/:account_id/roles/:id/activate", gives=RoleJson)
async def activate_custom_role(call: Call) -> Reply:
    """Activate a role that was deactivated."""
    at = await _at(call)
    role = await find_role(call, at.account, at.rights.chain, call.path["id"])
    try:
        changed = await activate_role(call.uow, at.granted, role)
    except RoleRefused as refusal:
        raise _refused(refusal) from None
    except RoleNotFound:
        raise _not_found() from None
    return Reply(200, (await _present(call, [changed], at))[0])
