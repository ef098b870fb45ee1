"""What happens to people: they are made, named, given logins and addresses, suspended, seen."""

from collections.abc import Collection
from typing import Any

from quadrangle.db import Database, IntegrityViolation, UnitOfWork
from quadrangle.db.uow import writing
from quadrangle.kernel.clock import Clock
from quadrangle.kernel.digest import random_text
from quadrangle.kernel.errors import FieldError, Invalid
from quadrangle.kernel.text import fold, sort_key
from quadrangle.people.model import ACTIVE, DELETED, REGISTERED, SUSPENDED, Login, User
from quadrangle.people.store import (
    ACTIVE_LOGINS,
    FIRST_CHANNEL,
    REMOVE_LOGINS,
    RETIRE_ADDRESSES,
    SESSIONS_OF_USER,
    SESSIONS_OF_USERS,
    SUSPEND_LOGINS,
)
from quadrangle.people.tables import communication_channels, logins, users


def sortable(name: str) -> str:
    """ "Last, First" of a display name; one word stays as it is."""
    words = name.split()
    return name.strip() if len(words) < 2 or "," in name else f"{words[-1]}, {' '.join(words[:-1])}"


def _search_key(name: str, sortable_name: str, short_name: str) -> str:
    return "\n".join(dict.fromkeys(map(fold, (name, sortable_name, short_name))))


async def create_user(
    uow: UnitOfWork,
    *,
    name: str,
    short_name: str | None = None,
    sortable_name: str | None = None,
    state: str = REGISTERED,
    id: int | None = None,
    **more: str | None,
) -> int:
    """Add a person; returns the id. more: pronouns, time_zone, locale, …"""
    sorted_as = sortable_name or sortable(name)
    values = {
        "uuid": random_text(40),
        "name": name,
        "sortable_name": sorted_as,
        "sortable_key": sort_key(sorted_as),
        "short_name": short_name or name,
        "search_key": _search_key(name, sorted_as, short_name or name),
        "calendar_secret": random_text(40),
        "workflow_state": state,
        "created_at": uow.now,
        "updated_at": uow.now,
        **more,
    }
    return await uow.insert(users, **({"id": id} if id is not None else {}), **values)


async def change_user(uow: UnitOfWork, user: User, changes: dict[str, Any]) -> None:
    """Write the given columns of a person. A new name without a sortable or short one of its own brings those along, where they were
    made from the old name."""
    values = dict(changes)
    if "name" in values:
        if user.sortable_name == sortable(user.name):
            values.setdefault("sortable_name", sortable(values["name"]))
        if user.short_name == user.name:
            values.setdefault("short_name", values["name"])
    if not values.keys().isdisjoint(("name", "sortable_name", "short_name")):
        sorted_as = values.get("sortable_name", user.sortable_name)
        values["sortable_key"] = sort_key(sorted_as)
        values["search_key"] = _search_key(
            values.get("name", user.name), sorted_as, values.get("short_name", user.short_name)
        )
    if values:
        await uow.update(users, {"id": user.id}, updated_at=uow.now, **values)


async def create_login(
    uow: UnitOfWork,
    *,
    user_id: int,
    account_id: int,
    unique_id: str,
    password_digest: str | None = None,
    sis_user_id: str | None = None,
    integration_id: str | None = None,
    position: int = 1,
    **more: Any,
) -> int:
    """Give a person a login that is active at once. more: authentication_provider_id, declared_user_type.

    Raises IntegrityViolation when the name or SIS id is taken; `taken` turns it into words.
    """
    return await uow.insert(
        logins,
        account_id=account_id,
        user_id=user_id,
        unique_id=unique_id,
        unique_key=unique_id.casefold(),
        sis_user_id=sis_user_id,
        sis_key=None if sis_user_id is None else fold(sis_user_id),
        integration_id=integration_id,
        password_digest=password_digest,
        workflow_state=ACTIVE,
        position=position,
        created_at=uow.now,
        updated_at=uow.now,
        **more,
    )


def taken(violation: IntegrityViolation, *, sis_user_id: str | None) -> Invalid:
    """Which of a login's unique texts somebody else has, as an error of that attribute."""
    if "sis_user_id" in (violation.constraint or ""):
        return Invalid.field("sis_user_id", f'SIS ID "{sis_user_id}" is already in use')
    says = "ID already in use for this account and authentication provider"
    return Invalid(FieldError("unique_id", says, "taken"))


async def change_login(uow: UnitOfWork, login: Login, changes: dict[str, Any]) -> None:
    """Write the given columns of a login. Raises Invalid when its name or SIS id is taken."""
    values = dict(changes)
    if "unique_id" in values:
        values["unique_key"] = values["unique_id"].casefold()
    if "sis_user_id" in values:
        sis = values["sis_user_id"]
        values["sis_key"] = None if sis is None else fold(sis)
    try:
        await uow.update(logins, {"id": login.id}, updated_at=uow.now, **values)
    except IntegrityViolation as violation:
        raise taken(violation, sis_user_id=values.get("sis_user_id", login.sis_user_id)) from None


async def revive_login(uow: UnitOfWork, login: Login, *, unique_id: str) -> None:
    """Make a deleted login active again, under a name. Raises IntegrityViolation when the name is taken."""
    await uow.update(
        logins,
        {"id": login.id},
        unique_id=unique_id,
        unique_key=unique_id.casefold(),
        workflow_state=ACTIVE,
        deleted_at=None,
        updated_at=uow.now,
    )
    await uow.update(users, {"id": login.user_id, "workflow_state": DELETED}, workflow_state=REGISTERED)


async def delete_login(uow: UnitOfWork, login: Login) -> None:
    """Take a login from its user. Raises Invalid for the last one (supporting-resources.md §2)."""
    # Locks the person's row, so that of two deletions at once the second counts what the first left.
    await uow.update(users, {"id": login.user_id}, updated_at=uow.now)
    if (await uow.one(ACTIVE_LOGINS, user_id=login.user_id) or 0) < 2:
        raise Invalid.field("base", "Users must have at least one login")
    await uow.update(logins, {"id": login.id}, workflow_state=DELETED, deleted_at=uow.now, updated_at=uow.now)


async def suspend_people(uow: UnitOfWork, user_ids: Collection[int], *, suspended: bool) -> None:
    """Suspend every active login of some people, or make the suspended ones active again."""
    before, after = (ACTIVE, SUSPENDED) if suspended else (SUSPENDED, ACTIVE)
    await uow.run(SUSPEND_LOGINS, user_ids=sorted(user_ids), was=before, becomes=after, at=uow.now)


async def remove_logins(uow: UnitOfWork, user_ids: Collection[int], root_id: int) -> None:
    """Take their logins in a root from people; who has none left anywhere is written to no more."""
    ids = sorted(user_ids)
    await uow.run(REMOVE_LOGINS, user_ids=ids, root_id=root_id, at=uow.now)
    await uow.run(RETIRE_ADDRESSES, user_ids=ids, at=uow.now)
    await uow.run(SESSIONS_OF_USERS, user_ids=ids)


async def add_email(
    uow: UnitOfWork, *, user_id: int, address: str, confirmed: bool, confirmation_code: str | None = None
) -> int:
    return await uow.insert(
        communication_channels,
        user_id=user_id,
        type="email",
        address=address,
        address_key=fold(address),
        workflow_state="active" if confirmed else "unconfirmed",
        confirmation_code=confirmation_code,
        position=1,
        created_at=uow.now,
        updated_at=uow.now,
    )


async def set_email(uow: UnitOfWork, user_id: int, address: str) -> None:
    """Make `address` the person's first one, confirmed: an administrator vouches for it."""
    first = await uow.one(FIRST_CHANNEL, user_id=user_id)
    if first is None:
        await add_email(uow, user_id=user_id, address=address, confirmed=True)
        return
    await uow.update(
        communication_channels,
        {"id": first},
        address=address,
        address_key=fold(address),
        workflow_state="active",
        updated_at=uow.now,
    )


async def renew_calendar_secret(uow: UnitOfWork, user_id: int) -> str:
    """Another address for the calendar of a person; whoever has the old one reads it no longer."""
    secret = random_text(40)
    await uow.update(users, {"id": user_id}, calendar_secret=secret, updated_at=uow.now)
    return secret


async def end_sessions(uow: UnitOfWork, user_id: int) -> None:
    """Sign a person out everywhere."""
    await uow.run(SESSIONS_OF_USER, user_id=user_id)


async def access_note(database: Database, clock: Clock, login_id: int | None, address: str) -> None:
    """Remember when and whence a login was last used; runs after the answer."""
    if login_id is not None:
        async with writing(database, clock) as uow:
            await uow.update(logins, {"id": login_id}, last_request_at=uow.now, current_login_ip=address)
