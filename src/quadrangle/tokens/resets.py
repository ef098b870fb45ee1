"""An administrator hands somebody an address at which they choose a new password. Source: web.md "Signing in"."""

from datetime import timedelta
from typing import Final

import msgspec

from quadrangle.accounts import ROOT_ID, outranks, rights_at
from quadrangle.db import UnitOfWork
from quadrangle.kernel.access import Granted, Table, authorise
from quadrangle.kernel.digest import Digester, random_text
from quadrangle.kernel.errors import Conflict
from quadrangle.people import Login, end_sessions, logins
from quadrangle.tokens.model import ACTIVE, DELETED, Reset
from quadrangle.tokens.passwords import check_typed
from quadrangle.tokens.service import tell
from quadrangle.tokens.store import DELETE_RESETS_OF, RESET_BY_DIGEST, USE_RESET
from quadrangle.tokens.tables import password_resets

RESET_LIFE: Final = timedelta(days=3)
RESET: Final = "reset"


class ResetUsed(Conflict):
    code = "reset_used"
    says = "This address was used already, or is too old. Ask for another one."


class LoginStanding(msgspec.Struct, frozen=True):
    """One person before a login. manages: logins of its root account; outranks: has every right that its owner has as an administrator."""

    actor_id: int
    login: Login
    manages: bool
    outranks: bool


def is_of_somebody_else(one: LoginStanding) -> bool:
    """One's own password is changed by whoever knows it."""
    return one.login.user_id != one.actor_id


def actor_manages_logins(one: LoginStanding) -> bool:
    return one.manages


def actor_outranks_owner(one: LoginStanding) -> bool:
    return one.outranks


def login_is_local(one: LoginStanding) -> bool:
    """No provider vouches for it instead."""
    return one.login.authentication_provider_id is None and one.login.workflow_state == ACTIVE


RESET_RULES: Final[Table[LoginStanding]] = {
    RESET: [[is_of_somebody_else, actor_manages_logins, actor_outranks_owner, login_is_local]]
}


async def allow_reset(uow: UnitOfWork, actor_id: int, login: Login) -> Granted[Login]:
    """The login, for who may have its password chosen anew; else Forbidden. Two statements."""
    manages = (await rights_at(uow, actor_id, ROOT_ID)).may("manage_user_logins")
    standing = LoginStanding(actor_id, login, manages, manages and await outranks(uow, actor_id, login.user_id))
    return authorise(RESET_RULES, RESET, standing, login)


async def issue_reset(uow: UnitOfWork, digest: Digester, by: Granted[Login], *, made_by: int) -> str:
    """The secret of an address that works once within RESET_LIFE. Earlier ones for this login stop working; its owner is told."""
    login, secret = by.subject, random_text(64)
    await uow.run(DELETE_RESETS_OF, login_id=login.id)
    await uow.insert(
        password_resets,
        digest=digest(secret, use="reset"),
        login_id=login.id,
        made_by=made_by,
        expires_at=uow.now + RESET_LIFE,
    )
    await tell(
        uow,
        login.user_id,
        "password_reset_made",
        "You can choose a new password",
        "An administrator made an address for you at which you choose a new password. Until then the old one works.",
        path="/profile/settings/sign_in",
    )
    return secret


async def find_reset(uow: UnitOfWork, digest: Digester, secret: str) -> Reset | None:
    """What an address is for; None when it was used, is too old, or its login counts no longer."""
    found = await uow.one(RESET_BY_DIGEST, digest=digest(secret, use="reset"))
    if found is None or found.expires_at <= uow.now:
        return None
    counts = found.login_state == ACTIVE and found.user_state != DELETED and found.authentication_provider_id is None
    return found if counts else None


def check_reset(reset: Reset, password: str, again: str) -> None:
    """Raises Invalid for what can be no password of that login."""
    check_typed(password, again, reset.settings)


async def use_reset(uow: UnitOfWork, reset: Reset, *, new_digest: str) -> None:
    """The new password counts from now on, and whoever was signed in with the login's owner's name is signed out. Raises ResetUsed."""
    if not await uow.run(USE_RESET, reset_id=reset.id):
        raise ResetUsed
    await uow.update(logins, {"id": reset.login_id}, password_digest=new_digest, updated_at=uow.now)
    await end_sessions(uow, reset.user_id)
