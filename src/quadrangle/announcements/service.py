"""What happens to announcements: they are made, revised, read, closed by a reader, removed for everybody."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from quadrangle.accounts import ROOT_ID, SITE_ADMIN_ID, Account, Role, find_with, roles_along
from quadrangle.announcements import store
from quadrangle.announcements.access import ORDINARY, PAST, Reader, shows
from quadrangle.announcements.model import (
    ACTIVE,
    DELETED,
    NOBODY_ENROLLED,
    Announcement,
    AnnouncementChange,
    Draft,
    NotYetBegun,
)
from quadrangle.announcements.rules import columns_of, hosted_since
from quadrangle.announcements.tables import announcement_roles, announcements
from quadrangle.db import UnitOfWork
from quadrangle.kernel.access import Granted
from quadrangle.kernel.errors import NotFound
from quadrangle.kernel.ids import Ref, parse_number

_EVER: Final = datetime(1, 1, 1, tzinfo=UTC)


async def reader_at(uow: UnitOfWork, ref: Ref, user_id: int, *, hosted: bool = False) -> Reader | None:
    """A user before the announcements of the campus, at the account a reference names; None when there is no such account. One statement.

    hosted: judge as the hosted service does (conventions.md §12).
    """
    facts = await find_with(uow, store.READER, ref, ROOT_ID, user_id=user_id)
    return None if facts is None else Reader(facts, user_id, uow.now, hosted=hosted)


# --- reading


async def current(uow: UnitOfWork, reader: Reader) -> list[Announcement]:
    """What the reader is told now, what ends last first; one statement."""
    found = await uow.all(store.CURRENT, **_reached(reader))
    return [one for one in found if shows(ORDINARY, reader, one)]


async def with_past(uow: UnitOfWork, reader: Reader) -> list[Announcement]:
    """The same with what is over and what the reader closed; one statement."""
    since = hosted_since(reader.now) if reader.hosted else _EVER
    found = await uow.all(store.PAST, **_reached(reader), since=since)
    return [one for one in found if shows(PAST, reader, one)]


def _reached(reader: Reader) -> dict[str, Any]:
    role_ids, unenrolled = reader.own_roles
    return {
        "user_id": reader.user_id,
        "account_ids": sorted(reader.accounts),
        "role_ids": role_ids,
        "unenrolled": unenrolled,
        "now": reader.now,
    }


async def everything(
    uow: UnitOfWork, granted: Granted[Account], chain: Sequence[int], user_id: int
) -> list[Announcement]:
    """Every announcement of the account, of those above it and of site admin, the latest beginning first; one statement.

    user_id: who asks, as it is told of each whether they closed it.
    """
    account_ids = sorted({*chain, granted.subject.id, SITE_ADMIN_ID})
    return await uow.all(store.EVERYTHING, user_id=user_id, account_ids=account_ids)


async def find_announcement(uow: UnitOfWork, announcement_id: int, user_id: int) -> Announcement:
    """One announcement as a user meets it, or NotFound; those of a deleted account went with it."""
    found = await uow.one(store.ANNOUNCEMENT, announcement_id=announcement_id, user_id=user_id)
    if found is None:
        raise NotFound
    return found


# --- telling


async def announce(
    uow: UnitOfWork, granted: Granted[Account], chain: Sequence[int], user_id: int, change: AnnouncementChange
) -> Announcement:
    """Make an announcement of the account, written by `user_id`. Raises Invalid with all that is wrong with it.

    chain: the ids of the account and those above it, the root first: their roles can be named.
    """
    account = granted.subject
    columns = columns_of(change, {}, account.id)
    audience = await _audience(uow, account, chain, change.roles)
    made = await uow.insert(
        announcements,
        account_id=account.id,
        root_account_id=account.root_id,
        user_id=user_id,
        targeted=bool(audience),
        workflow_state=ACTIVE,
        created_at=uow.now,
        updated_at=uow.now,
        **columns,
    )
    await _address(uow, made, audience)
    return await find_announcement(uow, made, user_id)


def draft(granted: Granted[Account], change: AnnouncementChange) -> Draft:
    """How an announcement would look; nothing is kept. Raises Invalid with all that is wrong with it."""
    columns = columns_of(change, {}, granted.subject.id)
    return Draft(subject=columns["subject"], message=columns["message"], icon=columns["icon"])


async def revise(
    uow: UnitOfWork,
    granted: Granted[Account],
    chain: Sequence[int],
    known: Announcement,
    user_id: int,
    change: AnnouncementChange,
) -> Announcement:
    """Change an announcement of the account; its roles are replaced whatever else was sent. Raises NotFound when it is gone, Invalid."""
    account = granted.subject
    columns = columns_of(
        change, {name: getattr(known, name) for name in ("subject", "message", "start_at", "end_at")}, account.id
    )
    if columns.get("send_message"):
        columns["messages_sent_at"] = None
    audience = await _audience(uow, account, chain, change.roles)
    moved = await uow.update(
        announcements,
        {"id": known.id, "account_id": account.id, "workflow_state": ACTIVE},
        targeted=bool(audience),
        updated_at=uow.now,
        **columns,
    )
    if not moved:
        raise NotFound
    await uow.run(store.FORGET_ROLES, announcement_id=known.id)
    await _address(uow, known.id, audience)
    return await find_announcement(uow, known.id, user_id)


async def _audience(
    uow: UnitOfWork, account: Account, chain: Sequence[int], wanted: Sequence[str | None]
) -> list[int | None]:
    """The ids of the roles that are meant, each once; what names no role valid at the account is dropped (account-notifications.md §4.4)."""
    if not wanted:
        return []
    known = [role for role in await roles_along(uow, account, chain) if role.workflow_state != "inactive"]
    by_id = {role.id: role for role in known}
    # Where two roles have one name, the nearest account's is meant.
    by_name = {role.name: role for role in sorted(known, key=lambda role: _distance(role, chain), reverse=True)}
    meant: list[int | None] = []
    for one in wanted:
        if one is None or one == NOBODY_ENROLLED:
            meant.append(None)
        elif (number := parse_number(one)) is not None:
            meant += [number] if number in by_id else []
        elif (role := by_name.get(one.strip())) is not None:
            meant.append(role.id)
    return list(dict.fromkeys(meant))


def _distance(role: Role, chain: Sequence[int]) -> int:
    """How far above the account a role belongs; built-in ones are farthest."""
    return len(chain) - chain.index(role.account_id) if role.account_id in chain else len(chain) + 1


async def _address(uow: UnitOfWork, announcement_id: int, audience: Sequence[int | None]) -> None:
    for position, role_id in enumerate(audience):
        await uow.add(announcement_roles, announcement_id=announcement_id, position=position, role_id=role_id)


# --- being done with it


async def end(uow: UnitOfWork, granted: Granted[Account], announcement: Announcement) -> None:
    """Let it be over from now on, for everybody. Raises NotYetBegun, and NotFound when it is gone. One that is over stays as it was."""
    if announcement.end_at <= uow.now:
        return
    if announcement.start_at > uow.now:
        raise NotYetBegun
    where = {"id": announcement.id, "account_id": granted.subject.id, "workflow_state": ACTIVE}
    if not await uow.update(announcements, where, end_at=uow.now, updated_at=uow.now):
        raise NotFound


async def dismiss(uow: UnitOfWork, announcement: Announcement, user_id: int) -> None:
    """Close an announcement for one person. Any may be closed, seen or not; once more changes nothing."""
    await uow.run(store.DISMISS, announcement_id=announcement.id, user_id=user_id, now=uow.now)


async def remove(uow: UnitOfWork, granted: Granted[Account], announcement: Announcement) -> None:
    """Take an announcement of the account from everybody. Raises NotFound."""
    where = {"id": announcement.id, "account_id": granted.subject.id, "workflow_state": ACTIVE}
    if not await uow.update(announcements, where, workflow_state=DELETED, updated_at=uow.now):
        raise NotFound
