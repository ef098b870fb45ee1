"""What happens to access tokens: they are made, changed, renewed, activated, deleted, used."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from quadrangle.courses import STUDENT_TYPES
from quadrangle.db import Database, UnitOfWork
from quadrangle.db.uow import writing
from quadrangle.kernel.access import Granted
from quadrangle.kernel.clock import Clock
from quadrangle.kernel.digest import Digester, random_text
from quadrangle.kernel.errors import Conflict, FieldError, Invalid
from quadrangle.kernel.params import ABSENT, Absent
from quadrangle.people import notices
from quadrangle.tokens.access import TokenStanding, owner_facts
from quadrangle.tokens.model import (
    ACTIVE,
    DELETED,
    HINT_LENGTH,
    LONGEST_PURPOSE,
    PENDING,
    SECRET_LENGTH,
    TOUCH_EVERY,
    AccessToken,
    Issued,
)
from quadrangle.tokens.scopes import is_known
from quadrangle.tokens.store import (
    DELETE_ID_KEYS_OF_USER,
    DELETE_TOKENS_OF_USER,
    HINT_TAKEN,
    TOKEN_BY_ID,
    TOUCH_ID_KEY,
    TOUCH_TOKEN,
)
from quadrangle.tokens.tables import access_tokens


class ExpiryRefused(Invalid):
    """The end of a token is missing, too far away, or no moment at all; the words are the whole answer."""

    code = "token_expiry"

    def __init__(self, says: str) -> None:
        self.text = says
        super().__init__(FieldError("expires_at", says, says))


class ExpiredTokenStays(Invalid):
    """An expired token is renewed only together with its end."""

    code = "token_expired"
    says = "cannot regenerate an expired token without a new expiration date"


class AlreadyActive(Invalid):
    code = "token_already_active"
    says = "is already active"


class TokenChangedMeanwhile(Conflict):
    code = "token_changed"
    says = "The access token was changed meanwhile."


class TokenRules(msgspec.Struct, frozen=True):
    """What the server's settings say about tokens. student_days: longest life of a student's; site_admin_life: in seconds, None has no limit.

    known: shapes of the scopes of this server (`shapes_of`); None where scopes are kept but bind nobody.
    """

    students_need_expiry: bool = False
    student_days: int = 120
    site_admin_life: int | None = None
    known: frozenset[str] | None = None


async def fresh_secret(uow: UnitOfWork, user_id: int) -> str:
    """A new secret whose hint no other token of this user has: the hint finds it."""
    while True:
        secret = random_text(SECRET_LENGTH)
        if await uow.one(HINT_TAKEN, user_id=user_id, token_hint=secret[:HINT_LENGTH]) is None:
            return secret


async def issue_token(
    uow: UnitOfWork,
    digest: Digester,
    *,
    user_id: int,
    purpose: str,
    secret: str | None = None,
    scopes: list[str] | None = None,
    expires_at: datetime | None = None,
    state: str = ACTIVE,
    real_user_id: int | None = None,
) -> tuple[int, str]:
    """A new token made by hand: its id and its secret, which is not kept. secret: an operator's own choice of text.

    Raises IntegrityViolation when the chosen text is a token already.
    """
    text = secret or await fresh_secret(uow, user_id)
    token_id = await uow.insert(
        access_tokens,
        user_id=user_id,
        real_user_id=real_user_id,
        digest=digest(text, use="token"),
        token_hint=text[:HINT_LENGTH],
        purpose=purpose,
        workflow_state=state,
        scopes=scopes or [],
        remember_access=False,
        permanent_expires_at=expires_at,
        created_at=uow.now,
        updated_at=uow.now,
    )
    return token_id, text


async def make_token(
    uow: UnitOfWork,
    digest: Digester,
    by: Granted[TokenStanding],
    rules: TokenRules,
    *,
    current_user_id: int,
    purpose: str | None,
    expires_at: datetime | None,
    scopes: list[Any],
) -> Issued:
    """Make a token by hand for the owner of the standing; pending unless they made it themselves. The owner is told.

    current_user_id: whose enrollments the student rule looks at, the target while masquerading. Raises ExpiryRefused, Invalid.
    Source: tokens.md §4.2.
    """
    standing = by.subject
    await _check_student_expiry(uow, rules, current_user_id, expires_at)
    _check(purpose=purpose, scopes=scopes, rules=rules)
    expires_at = await _within_site_admin_life(uow, rules, standing.owner_id, expires_at)
    at_once = standing.takes_effect_at_once
    token_id, secret = await issue_token(
        uow,
        digest,
        user_id=standing.owner_id,
        purpose=purpose or "",
        scopes=scopes,
        expires_at=expires_at,
        state=ACTIVE if at_once else PENDING,
        real_user_id=standing.actor_id if standing.masquerading else None,
    )
    if at_once:
        await tell(
            uow,
            standing.owner_id,
            "access_token_created",
            "Access token created",
            f'You made the access token "{purpose}".',
        )
    else:
        await tell(
            uow,
            standing.owner_id,
            "access_token_created_on_behalf",
            "Access token created on your behalf",
            f'An administrator made the access token "{purpose}" for you. It works after you activate it.',
        )
    return Issued(await _reread(uow, token_id), secret)


async def change_token(
    uow: UnitOfWork,
    digest: Digester,
    by: Granted[TokenStanding],
    rules: TokenRules,
    *,
    current_user_id: int,
    purpose: str | None | Absent = ABSENT,
    expires_at: datetime | None | Absent = ABSENT,
    scopes: list[Any] | Absent = ABSENT,
    regenerate: bool = False,
) -> Issued:
    """Change what was sent; with `regenerate` also the secret, whereupon the old one is dead at once.

    An application's token cannot be renewed here, its application does that: the wish is passed over.
    Raises ExpiryRefused, ExpiredTokenStays, Invalid. Source: tokens.md §4.3.
    """
    standing = by.subject
    token = standing.token
    assert token is not None
    regenerate = regenerate and token.manual
    if regenerate and token.expired(uow.now) and isinstance(expires_at, Absent):
        raise ExpiredTokenStays
    changes: dict[str, Any] = {}
    if not isinstance(expires_at, Absent):
        await _check_student_expiry(uow, rules, current_user_id, expires_at)
        changes["permanent_expires_at"] = await _within_site_admin_life(uow, rules, standing.owner_id, expires_at)
    _check(purpose=purpose, scopes=scopes, rules=rules)
    if not isinstance(purpose, Absent):
        changes["purpose"] = purpose
    if not isinstance(scopes, Absent) and token.manual:
        changes["scopes"] = scopes
    secret = None
    if regenerate:
        secret = await fresh_secret(uow, token.user_id)
        changes |= {"digest": digest(secret, use="token"), "token_hint": secret[:HINT_LENGTH]}
        if not standing.takes_effect_at_once:
            changes["workflow_state"] = PENDING
    if changes:
        seen = {"id": token.id, "token_hint": token.token_hint, "workflow_state": token.workflow_state}
        if not await uow.update(access_tokens, seen, updated_at=uow.now, **changes):
            raise TokenChangedMeanwhile
    return Issued(await _reread(uow, token.id), secret)


async def delete_token(uow: UnitOfWork, by: Granted[TokenStanding]) -> AccessToken:
    """End a token for good. The owner of one made by hand is told."""
    token = by.subject.token
    assert token is not None
    await end_token(uow, token.id)
    if token.manual:
        text = f'The access token "{token.purpose}" was deleted and works no longer.'
        await tell(uow, token.user_id, "access_token_deleted", "Access token deleted", text)
    return await _reread(uow, token.id)


async def end_token(uow: UnitOfWork, token_id: int) -> None:
    await uow.update(access_tokens, {"id": token_id}, workflow_state=DELETED, updated_at=uow.now)


async def end_tokens_of(uow: UnitOfWork, user_id: int) -> int:
    """End every token of a user, whoever made it, and their ID keys; returns how many tokens."""
    await uow.run(DELETE_ID_KEYS_OF_USER, user_id=user_id)
    return await uow.run(DELETE_TOKENS_OF_USER, user_id=user_id, at=uow.now)


async def activate_token(uow: UnitOfWork, by: Granted[TokenStanding]) -> AccessToken:
    """The owner consents to a token that somebody else made. Raises AlreadyActive. Source: tokens.md §4.5."""
    token = by.subject.token
    assert token is not None
    if not await uow.update(
        access_tokens, {"id": token.id, "workflow_state": PENDING}, workflow_state=ACTIVE, updated_at=uow.now
    ):
        raise AlreadyActive
    return await _reread(uow, token.id)


async def touch_token(database: Database, clock: Clock, token_id: int) -> None:
    """Remember that a token was used; runs after the answer, and writes once in ten minutes however many requests there were."""
    async with writing(database, clock) as uow:
        await uow.run(TOUCH_TOKEN, token_id=token_id, at=uow.now, before=uow.now - timedelta(seconds=TOUCH_EVERY))


async def touch_id_key(database: Database, clock: Clock, key_id: int) -> None:
    """Remember that a user token was used; runs after the answer, and writes once in ten minutes."""
    async with writing(database, clock) as uow:
        await uow.run(TOUCH_ID_KEY, key_id=key_id, at=uow.now, before=uow.now - timedelta(seconds=TOUCH_EVERY))


# --- rules ------------------------------------------------------------------------------------------------------------


async def _check_student_expiry(uow: UnitOfWork, rules: TokenRules, user_id: int, expires_at: datetime | None) -> None:
    """Who is enrolled as a student everywhere must set an end, and a near one."""
    if not rules.students_need_expiry:
        return
    types = (await owner_facts(uow, user_id)).types
    if not types or not all(kind in STUDENT_TYPES for kind in types):
        return
    if expires_at is None:
        raise ExpiryRefused("Expiration date is required")
    if expires_at > uow.now + timedelta(days=rules.student_days):
        raise ExpiryRefused(f"Expiration date cannot be more than {rules.student_days} days in the future")


async def _within_site_admin_life(
    uow: UnitOfWork, rules: TokenRules, owner_id: int, expires_at: datetime | None
) -> datetime | None:
    """The end asked for, cut to the longest life of a site administrator's token."""
    if rules.site_admin_life is None or not (await owner_facts(uow, owner_id)).is_site_admin:
        return expires_at
    latest = uow.now + timedelta(seconds=rules.site_admin_life)
    return latest if expires_at is None else min(expires_at, latest)


def _check(*, purpose: str | None | Absent, scopes: list[Any] | Absent, rules: TokenRules) -> None:
    errors = []
    if not isinstance(purpose, Absent):
        if purpose is None or not purpose.strip():
            errors.append(FieldError("purpose", "blank", "blank"))
        elif len(purpose) > LONGEST_PURPOSE:
            errors.append(FieldError("purpose", "too_long", "too_long"))
    if not isinstance(scopes, Absent) and rules.known is not None:
        known = rules.known
        if not all(isinstance(scope, str) and is_known(scope, known) for scope in scopes):
            says = "requested scopes must match scopes on developer key"
            errors.append(FieldError("scopes", says, says))
    if errors:
        raise Invalid(*errors)


async def _reread(uow: UnitOfWork, token_id: int) -> AccessToken:
    token = await uow.one(TOKEN_BY_ID, id=token_id)
    assert token is not None
    return token


async def tell(
    uow: UnitOfWork, user_id: int, kind: str, subject: str, body: str, path: str = "/profile/settings/tokens"
) -> None:
    """Let somebody know what was done about their credentials. path: where they see it."""
    await uow.insert(
        notices,
        user_id=user_id,
        kind=kind,
        subject=subject,
        body=body,
        path=path,
        created_at=uow.now,
    )
