"""What a person does with their own password: gives it once more, changes it. Source: tokens.md §2, web.md "Signing in"."""

from collections.abc import Mapping
from typing import Any

from quadrangle.db import UnitOfWork
from quadrangle.kernel.errors import Conflict, Invalid
from quadrangle.people import SessionFacts, logins, password_problems, sessions, verify_password
from quadrangle.tokens.model import OwnLogin
from quadrangle.tokens.service import tell
from quadrangle.tokens.sessions import LONGEST_PASSWORD
from quadrangle.tokens.store import END_OTHER_SESSIONS, OWN_LOGIN


class PasswordChangedMeanwhile(Conflict):
    code = "password_changed"
    says = "The password was changed meanwhile."


async def own_login(uow: UnitOfWork, session: SessionFacts) -> OwnLogin | None:
    """The login that a session was begun with; None when it has gone."""
    return await uow.one(OWN_LOGIN, login_id=session.login_id)


async def verified(login: OwnLogin | None, password: str) -> str | None:
    """The digest that `password` made, when it is that of the login. It takes its time, so outside any transaction."""
    known = login.password_digest if login is not None and login.has_password else None
    readable = len(password) <= LONGEST_PASSWORD
    return known if await verify_password(known, password if readable else "") else None


async def confirm_session(uow: UnitOfWork, session: SessionFacts, *, digest: str) -> None:
    """The password was given once more, for which the session is trusted for an hour. digest: the one that was verified.

    Raises PasswordChangedMeanwhile when it is no longer that of the login.
    """
    login = await own_login(uow, session)
    if login is None or login.password_digest != digest:
        raise PasswordChangedMeanwhile
    await uow.update(sessions, {"id": session.id}, confirmed_at=uow.now)


def check_new_password(login: OwnLogin, password: str, again: str) -> None:
    """Raises Invalid for what can be no password of this login, or was typed in two ways."""
    if not login.has_password:
        raise Invalid.field("base", "Your password is kept elsewhere, by whoever vouches for you here.")
    check_typed(password, again, login.settings)


def check_typed(password: str, again: str, settings: Mapping[str, Any]) -> None:
    """Raises Invalid for what can be no password, or was typed in two ways. settings: of the root account."""
    if problems := password_problems(password, settings.get("password_policy")):
        raise Invalid(*problems)
    if password != again:
        raise Invalid.field("password_again", "This differs from the line above.")


async def change_password(
    uow: UnitOfWork, user_id: int, session: SessionFacts, *, old_digest: str, new_digest: str
) -> None:
    """Another password for the login of a session; every other session of its owner ends, and they are told.

    old_digest: the one that was verified. Raises PasswordChangedMeanwhile when it is no longer that of the login.
    """
    seen = {"id": session.login_id, "password_digest": old_digest}
    if not await uow.update(logins, seen, password_digest=new_digest, updated_at=uow.now):
        raise PasswordChangedMeanwhile
    await uow.run(END_OTHER_SESSIONS, user_id=user_id, kept_id=session.id)
    await tell(
        uow,
        user_id,
        "password_changed",
        "Your password was changed",
        "Everybody who was signed in with the old one is signed out. If it was not you, tell an administrator.",
        path="/profile/settings/sign_in",
    )
