"""Users leave an account, come back, are suspended together. Source: accounts.md §5.10 to §5.12."""

from collections.abc import Iterable
from typing import Final

from quadrangle.accounts import MANAGE_LOGINS, Account, AccountRights, grant, outranks_all, rights_at
from quadrangle.db import IntegrityViolation
from quadrangle.departures import remove_people, restore_person
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.errors import FieldError, Forbidden, Invalid, NotFound
from quadrangle.kernel.ids import parse_number
from quadrangle.kernel.params import Absent, GroupMissing, Params, text, words
from quadrangle.people import (
    DELETED,
    KNOWN_IN_ROOT,
    LAST_DELETED_LOGIN,
    PERSON,
    SIS_LOGIN_AMONG,
    Person,
    suspend_people,
    taken,
)
from quadrangle.progress import begin_progress, complete_progress
from quadrangle.wire.canvas.errors import refuse
from quadrangle.wire.canvas.ids import account_for, user_for
from quadrangle.wire.canvas.progress import ProgressJson, progress_json
from quadrangle.wire.canvas.users import UserJson, person_json, sees_of

routes = Routes("canvas", "Users")

EVENTS: Final = ("suspend", "unsuspend")


async def _root(call: Call) -> tuple[Account, AccountRights]:
    """The root account of the path with the caller's rights there; people leave roots, so that others are not found."""
    account = await account_for(call, call.path["account_id"])
    if not account.is_root:
        raise NotFound
    return account, await rights_at(call.uow, call.user().user_id, account)


async def _check_rank(call: Call, rights: AccountRights, user_ids: Iterable[int]) -> None:
    """The subset rule towards all of them; whom the SIS vouches for, only who manages its data may touch."""
    ids = sorted(user_ids)
    if not await outranks_all(call.uow, rights.user_id, ids):
        raise Forbidden
    if not rights.may("manage_sis"):
        known = await call.uow.one(SIS_LOGIN_AMONG, user_ids=ids, root_id=rights.account_id)
        if known is not None:
            raise Forbidden


def _shown(call: Call, person: Person, rights: AccountRights) -> Reply:
    return Reply(200, person_json(call, person, sees_of(rights)))


# --- one user ---------------------------------------------------------------------------------------------------------


@routes.delete("/api/v1/accounts/:account_id/users/:user_id", gives=UserJson)
async def remove_account_user(call: Call) -> Reply:
    """Remove a user from a root account; the user record itself stays."""
    account, rights = await _root(call)
    user = await user_for(call, call.path["user_id"])
    if not await call.uow.all(KNOWN_IN_ROOT, user_ids=[user.id], root_id=account.id):
        raise NotFound
    granted = grant(MANAGE_LOGINS, rights, account)
    await _check_rank(call, rights, [user.id])
    person = await call.uow.one(PERSON, id=user.id)
    assert person is not None
    await remove_people(call.uow, granted, [user.id], by=rights.user_id)
    return _shown(call, person, rights)


@routes.put("/api/v1/accounts/:account_id/users/:user_id/restore", gives=UserJson)
async def restore_account_user(call: Call) -> Reply:
    """Restore a user who was removed; enrollments and admin roles do not come back."""
    account, rights = await _root(call)
    user = await user_for(call, call.path["user_id"])
    present = await call.uow.all(KNOWN_IN_ROOT, user_ids=[user.id], root_id=account.id)
    login = await call.uow.one(LAST_DELETED_LOGIN, user_id=user.id, root_id=account.id)
    if login is None and not present:
        raise NotFound
    granted = grant(MANAGE_LOGINS, rights, account)
    if not await outranks_all(call.uow, rights.user_id, [user.id]):
        raise Forbidden
    if login is None or (present and user.workflow_state != DELETED):
        raise refuse(Reply(400, {"errors": "User not deleted"}))
    try:
        await restore_person(call.uow, granted, login)
    except IntegrityViolation as violation:
        raise taken(violation, sis_user_id=login.sis_user_id) from None
    person = await call.uow.one(PERSON, id=user.id)
    assert person is not None
    return _shown(call, person, rights)


# --- many at once -----------------------------------------------------------------------------------------------------


class ManyUsers(Params):
    user_ids: tuple[str, ...] = words("The users; required.")


class UserEvent(Params, group="user"):
    event: str | None | Absent = text("Required.", choices=EVENTS)


async def _several(call: Call, account: Account, wanted: ManyUsers) -> list[int]:
    """The ids of the users named, each of whom must be known in the account."""
    named = [one for one in wanted.user_ids if one.strip()]
    if not named:
        raise GroupMissing("user_ids")
    numbers = {one: parse_number(one) for one in named}
    ids = {number for number in numbers.values() if number is not None}
    ids |= {(await user_for(call, one)).id for one, number in numbers.items() if number is None}
    if set(await call.uow.all(KNOWN_IN_ROOT, user_ids=sorted(ids), root_id=account.id)) != ids:
        raise NotFound
    return sorted(ids)


async def _done(call: Call, account: Account, tag: str) -> Reply:
    id_ = await begin_progress(
        call.uow, context_type="Account", context_id=account.id, tag=tag, user_id=call.user().user_id
    )
    return Reply(200, progress_json(call, await complete_progress(call.uow, id_)))


@routes.delete("/api/v1/accounts/:account_id/users", gives=ProgressJson)
async def remove_account_users(call: Call, asked: Asked[ManyUsers]) -> Reply:
    """Remove several users from a root account: all of them or, where one may not be removed, none."""
    account, rights = await _root(call)
    granted = grant(MANAGE_LOGINS, rights, account)
    ids = await _several(call, account, asked.read())
    await _check_rank(call, rights, ids)
    await remove_people(call.uow, granted, ids, by=rights.user_id)
    return await _done(call, account, "bulk_delete_users")


@routes.put("/api/v1/accounts/:account_id/users/bulk_update", gives=ProgressJson)
async def update_account_users(call: Call, asked: Asked[ManyUsers], change: Asked[UserEvent]) -> Reply:
    """Suspend several users, or let them in again: all of them or, where one may not be changed, none."""
    account, rights = await _root(call)
    grant(MANAGE_LOGINS, rights, account)
    ids = await _several(call, account, asked.read())
    event = change.read().event
    if event not in EVENTS:
        raise Invalid(FieldError("event", "is not included in the list", "inclusion"))
    if not await outranks_all(call.uow, rights.user_id, ids) or rights.user_id in ids:
        raise Forbidden
    await suspend_people(call.uow, ids, suspended=event == "suspend")
    return await _done(call, account, "bulk_update_users")
