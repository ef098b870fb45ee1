"""What happens to people: they are made, named, given logins, seen."""

from quadrangle.db import Database, UnitOfWork
from quadrangle.db.uow import writing
from quadrangle.kernel.clock import Clock
from quadrangle.kernel.digest import random_text
from quadrangle.kernel.text import sort_key
from quadrangle.people.model import ACTIVE, REGISTERED
from quadrangle.people.tables import communication_channels, logins, users


def sortable(name: str) -> str:
    """ "Last, First" of a display name; one word stays as it is."""
    words = name.split()
    return name.strip() if len(words) < 2 or "," in name else f"{words[-1]}, {' '.join(words[:-1])}"


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
        "workflow_state": state,
        "created_at": uow.now,
        "updated_at": uow.now,
        **more,
    }
    return await uow.insert(users, **({"id": id} if id is not None else {}), **values)


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
) -> int:
    """Give a person a login that is active at once. Raises IntegrityViolation when the name or SIS id is taken."""
    return await uow.insert(
        logins,
        account_id=account_id,
        user_id=user_id,
        unique_id=unique_id,
        unique_key=unique_id.casefold(),
        sis_user_id=sis_user_id,
        integration_id=integration_id,
        password_digest=password_digest,
        workflow_state=ACTIVE,
        position=position,
        created_at=uow.now,
        updated_at=uow.now,
    )


async def add_email(uow: UnitOfWork, *, user_id: int, address: str, confirmed: bool) -> int:
    return await uow.insert(
        communication_channels,
        user_id=user_id,
        type="email",
        address=address,
        workflow_state="active" if confirmed else "unconfirmed",
        position=1,
        created_at=uow.now,
        updated_at=uow.now,
    )


async def access_note(database: Database, clock: Clock, login_id: int | None, address: str) -> None:
    """Remember when and whence a login was last used; runs after the answer."""
    if login_id is not None:
        async with writing(database, clock) as uow:
            await uow.update(logins, {"id": login_id}, last_request_at=uow.now, current_login_ip=address)
