"""What happens to roles, their overrides and those who hold them. Source: supporting-resources.md §8."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from sqlalchemy import bindparam, delete

from quadrangle.accounts.model import LONGEST_NAME, ROOT_ID, Account, Admin, Role
from quadrangle.accounts.permissions import (
    ACCOUNT_ADMIN,
    ACCOUNT_MEMBERSHIP,
    BUILT_IN_ROLES,
    COURSE_BASES,
    REGISTRY,
    SITE_ADMIN_ID,
    HeldRole,
    Holding,
    Override,
    Permission,
    resolve,
)
from quadrangle.accounts.role_store import (
    ACTIVE_LOGIN,
    ADMINS,
    DISMISS_EVERYWHERE,
    HOLD_ACCOUNT,
    MEMBERSHIP,
    OVERRIDE_ROWS,
    OVERRIDES_ALONG,
    ROLES_ALONG,
)
from quadrangle.accounts.tables import account_users, role_overrides, roles
from quadrangle.db import Statement, UnitOfWork
from quadrangle.db.schema import BigId
from quadrangle.kernel.access import Granted
from quadrangle.kernel.errors import FieldError, Forbidden, Invalid, NotFound

LABELS: Final = {
    ACCOUNT_ADMIN: "Account Admin",
    "StudentEnrollment": "Student",
    "TeacherEnrollment": "Teacher",
    "TaEnrollment": "TA",
    "DesignerEnrollment": "Designer",
    "ObserverEnrollment": "Observer",
}
_RESERVED: Final = frozenset({*BUILT_IN_ROLES, ACCOUNT_MEMBERSHIP, "NoPermissions"})


class RoleRefused(Invalid):
    """What was asked cannot be done to this role; `says` is the whole complaint."""

    code = "role_refused"

    def __init__(self, says: str) -> None:
        super().__init__(FieldError("base", says, says))


class RoleNotFound(NotFound):
    code = "role_not_found"
    says = "role not found"


class PermissionLocked(RoleRefused):
    """An account above has locked the permission for this role."""

    code = "permission_locked"

    def __init__(self) -> None:
        super().__init__("Permission is locked")


class PermissionForNobody(RoleRefused):
    """An override must apply to the account itself or to those below."""

    code = "permission_for_nobody"

    def __init__(self) -> None:
        super().__init__("Permission must be enabled for someone")


async def create_built_in_roles(uow: UnitOfWork, root_id: int) -> dict[str, int]:
    """The roles every root account has, by name."""
    made = {}
    for name in BUILT_IN_ROLES:
        made[name] = await uow.insert(
            roles,
            name=name,
            label=LABELS[name],
            base_role_type=name,
            account_id=None,
            root_account_id=root_id,
            workflow_state="built_in",
            created_at=uow.now,
            updated_at=uow.now,
        )
    return made


def roles_root(account: Account) -> int:
    """The root whose built-in roles count at an account; site admin uses those of the first root (accounts.md §1.1)."""
    return ROOT_ID if account.root_id == SITE_ADMIN_ID else account.root_id


async def roles_along(uow: UnitOfWork, account: Account, chain: Sequence[int]) -> list[Role]:
    """All roles known at an account: built-in ones, then custom ones of the chain, active or not."""
    return await uow.all(ROLES_ALONG, root_id=roles_root(account), chain=list(chain))


# --- what a role holds at an account ----------------------------------------------------------------------------------


class Entry(msgspec.Struct, frozen=True):
    """One permission of a role as the roles API shows it. before: what it would be without an override at this account."""

    holding: Holding
    explicit: bool
    before: bool
    locked: bool


def held_as(role: Role, account: Account) -> HeldRole:
    """The role as its holder at this very account has it."""
    return HeldRole(role.id, role.base_role_type, account.id if role.is_account_role else None, role.account_id)


def _shown_at(permission: Permission, account: Account) -> bool:
    return permission.on and (permission.account_only != "site" or account.id == SITE_ADMIN_ID)


async def entries_of(
    uow: UnitOfWork, several: Sequence[Role], account: Account, chain: Sequence[int]
) -> dict[int, dict[str, Entry]]:
    """Every permission of several roles at an account, by role; one statement."""
    found = await uow.all(OVERRIDES_ALONG, roles=[role.id for role in several], chain=list(chain))
    overrides = {(one.account_id, one.role_id, one.permission): one for one in found}
    return {
        role.id: {
            name: _entry(permission, role, account, chain, overrides)
            for name, permission in REGISTRY.items()
            if _shown_at(permission, account)
        }
        for role in several
    }


def _entry(
    permission: Permission,
    role: Role,
    account: Account,
    chain: Sequence[int],
    overrides: Mapping[tuple[int, int, str], Override],
) -> Entry:
    held = held_as(role, account)
    key = (account.id, role.id, permission.name)
    holding = resolve(permission, held, chain, overrides)
    own = overrides.get(key)
    if own is None or not holding.available:
        return Entry(holding, False, holding.enabled, holding.locked)
    without = resolve(permission, held, chain, {other: one for other, one in overrides.items() if other != key})
    return Entry(holding, True, without.enabled, holding.locked)


async def yields(uow: UnitOfWork, role: Role, account: Account, chain: Sequence[int]) -> frozenset[str]:
    """The permissions a membership in `role` gives at the account where it is held."""
    entries = (await entries_of(uow, [role], account, chain))[role.id]
    return frozenset(name for name, entry in entries.items() if entry.holding.granted)


# --- overrides --------------------------------------------------------------------------------------------------------


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for one permission; None was not sent. explicit=False takes the override back."""

    explicit: bool | None = None
    enabled: bool | None = None
    locked: bool | None = None
    applies_to_self: bool | None = None
    applies_to_descendants: bool | None = None


_FORGET = Statement[None](delete(role_overrides).where(role_overrides.c.id == bindparam("id", type_=BigId)))


async def override(
    uow: UnitOfWork, granted: Granted[Account], role: Role, chain: Sequence[int], wishes: Mapping[str, Wish]
) -> None:
    """Set or take back overrides of a role at the account. Unknown permissions, and those the role can never have here, are ignored.

    Raises PermissionLocked, PermissionForNobody.
    """
    account = granted.subject
    known = {name: wish for name, wish in wishes.items() if name in REGISTRY and _shown_at(REGISTRY[name], account)}
    if not known:
        return
    entries = (await entries_of(uow, [role], account, chain))[role.id]
    rows = {row.permission: row.id for row in await uow.all(OVERRIDE_ROWS, role_id=role.id, account_id=account.id)}
    for name, wish in known.items():
        entry = entries[name]
        if not entry.holding.available:
            continue
        if entry.holding.locked_above:
            raise PermissionLocked
        await _set(uow, account, role, name, wish, entry, rows.get(name))


async def _set(
    uow: UnitOfWork, account: Account, role: Role, name: str, wish: Wish, entry: Entry, row: int | None
) -> None:
    keeps = entry.explicit and wish.explicit is not False
    if wish.explicit:
        enabled = bool(wish.enabled)
    elif keeps or wish.locked:
        # Only the lock or the reach is changed: what holds now is kept, and becomes this account's own word.
        enabled = entry.holding.enabled if keeps else entry.before
    else:
        if row is not None and wish.explicit is False:
            await uow.run(_FORGET, id=row)
        return
    was_on = entry.explicit and entry.holding.enabled
    values = {
        "enabled": enabled,
        "locked": wish.locked if wish.locked is not None else entry.explicit and entry.locked,
        "applies_to_self": _first(wish.applies_to_self, entry.holding.granted if was_on else True),
        "applies_to_descendants": _first(wish.applies_to_descendants, entry.holding.descends if was_on else True),
    }
    if not values["applies_to_self"] and not values["applies_to_descendants"]:
        raise PermissionForNobody
    if row is not None:
        await uow.update(role_overrides, {"id": row}, **values, updated_at=uow.now)
    else:
        await uow.insert(
            role_overrides,
            account_id=account.id,
            role_id=role.id,
            permission=name,
            created_at=uow.now,
            updated_at=uow.now,
            **values,
        )


def _first(sent: bool | None, otherwise: bool) -> bool:
    return otherwise if sent is None else sent


# --- roles ------------------------------------------------------------------------------------------------------------


async def create_role(
    uow: UnitOfWork,
    granted: Granted[Account],
    chain: Sequence[int],
    *,
    label: str,
    base: str = ACCOUNT_MEMBERSHIP,
    wishes: Mapping[str, Wish] | None = None,
) -> Role:
    """Add a custom role to the account. Raises Invalid for a label that is taken or too long, or an unknown base."""
    account = granted.subject
    if base not in (ACCOUNT_MEMBERSHIP, *COURSE_BASES):
        raise Invalid.field("base_role_type", "is invalid", "invalid")
    await _check_label(uow, account, chain, label)
    role_id = await uow.insert(
        roles,
        name=label,
        label=label,
        base_role_type=base,
        account_id=account.id,
        root_account_id=account.root_id,
        workflow_state="active",
        created_at=uow.now,
        updated_at=uow.now,
    )
    role = Role(role_id, label, label, base, account.id, account.root_id, "active", uow.now, uow.now)
    await override(uow, granted, role, chain, wishes or {})
    return role


async def _check_label(
    uow: UnitOfWork, account: Account, chain: Sequence[int], label: str, own_id: int | None = None
) -> None:
    if len(label) > LONGEST_NAME:
        raise Invalid.field("label", f"is too long (maximum is {LONGEST_NAME} characters)", "too_long")
    if label in _RESERVED:
        raise Invalid.field("label", "is reserved", "exclusion")
    await uow.one(HOLD_ACCOUNT, account_id=account.id)
    for role in await roles_along(uow, account, chain):
        if role.account_id == account.id and role.label.casefold() == label.casefold() and role.id != own_id:
            raise Invalid.field("label", "A role with this name already exists", "taken")


async def update_role(
    uow: UnitOfWork,
    granted: Granted[Account],
    role: Role,
    chain: Sequence[int],
    *,
    label: str | None = None,
    wishes: Mapping[str, Wish] | None = None,
) -> Role:
    """Rename a role of this account; set overrides of any role known here. Raises RoleRefused for somebody else's role."""
    if label is not None and label != role.label:
        if role.account_id != granted.subject.id:
            raise RoleRefused("cannot update a role that is built-in or inherited")
        await _check_label(uow, granted.subject, chain, label, role.id)
        await uow.update(roles, {"id": role.id}, label=label, name=label, updated_at=uow.now)
        role = msgspec.structs.replace(role, label=label, name=label, updated_at=uow.now)
    await override(uow, granted, role, chain, wishes or {})
    return role


async def deactivate_role(uow: UnitOfWork, granted: Granted[Account], role: Role) -> Role:
    """Hide a custom role from new assignments; who has it keeps it. Raises RoleRefused."""
    if role.is_built_in:
        raise RoleRefused("Cannot remove a built-in role")
    if role.account_id != granted.subject.id:
        raise RoleNotFound
    if not await _move(uow, role, from_="active", to="inactive"):
        raise RoleRefused("Cannot deactivate an already inactive role")
    return msgspec.structs.replace(role, workflow_state="inactive", updated_at=uow.now)


async def activate_role(uow: UnitOfWork, granted: Granted[Account], role: Role) -> Role:
    """The reverse. Raises RoleRefused for a role that is not inactive."""
    if role.account_id is not None and role.account_id != granted.subject.id:
        raise RoleNotFound
    if not await _move(uow, role, from_="inactive", to="active"):
        raise RoleRefused("Role not found")
    return msgspec.structs.replace(role, workflow_state="active", updated_at=uow.now)


async def _move(uow: UnitOfWork, role: Role, *, from_: str, to: str) -> bool:
    return bool(
        await uow.update(roles, {"id": role.id, "workflow_state": from_}, workflow_state=to, updated_at=uow.now)
    )


# --- those who hold admin roles ---------------------------------------------------------------------------------------


async def add_admin(uow: UnitOfWork, *, account_id: int, user_id: int, role_id: int) -> int:
    """An admin membership. Raises IntegrityViolation when it exists already."""
    return await uow.insert(
        account_users,
        account_id=account_id,
        user_id=user_id,
        role_id=role_id,
        workflow_state="active",
        created_at=uow.now,
        updated_at=uow.now,
    )


async def appoint(uow: UnitOfWork, granted: Granted[Account], role: Role, user_id: int, *, covered: bool) -> Admin:
    """Make a user an admin; once more changes nothing. Raises NotFound for somebody who has no login here, Forbidden.

    covered: whether the caller holds all that the role yields here (permissions.md §5, the subset rule).
    """
    account = granted.subject
    if await uow.one(ACTIVE_LOGIN, user_id=user_id, root_id=roles_root(account)) is None:
        raise NotFound
    if not covered:
        raise Forbidden
    known = await uow.one(MEMBERSHIP, user_id=user_id, account_id=account.id, role_id=role.id)
    if known is None:
        known = await add_admin(uow, account_id=account.id, user_id=user_id, role_id=role.id)
    return await _admin(uow, account, known)


async def dismiss_everywhere(uow: UnitOfWork, user_ids: Sequence[int], root_id: int) -> None:
    """End all admin memberships of some people in the tree of a root account."""
    await uow.run(DISMISS_EVERYWHERE, user_ids=user_ids, root_id=root_id, at=uow.now)


async def dismiss(uow: UnitOfWork, granted: Granted[Account], role: Role, user_id: int, *, covered: bool) -> Admin:
    """Take a membership back. Raises NotFound when there is none, Forbidden."""
    account = granted.subject
    known = await uow.one(MEMBERSHIP, user_id=user_id, account_id=account.id, role_id=role.id)
    if known is None:
        raise NotFound
    if not covered:
        raise Forbidden
    await uow.update(
        account_users, {"id": known, "workflow_state": "active"}, workflow_state="deleted", updated_at=uow.now
    )
    return await _admin(uow, account, known)


async def _admin(uow: UnitOfWork, account: Account, membership_id: int) -> Admin:
    found = await uow.one(ADMINS.at(("one",)), id=membership_id, root_id=roles_root(account))
    assert found is not None
    return found
