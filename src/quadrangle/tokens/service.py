"""What happens to access tokens."""

from datetime import datetime

from quadrangle.db import Database, UnitOfWork
from quadrangle.db.uow import writing
from quadrangle.kernel.clock import Clock
from quadrangle.kernel.digest import Digester, random_text
from quadrangle.tokens.model import ACTIVE, HINT_LENGTH
from quadrangle.tokens.tables import access_tokens

SECRET_LENGTH = 64


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
    """A new token made by hand: its id and its secret, which is not kept. secret: an operator's own choice of text."""
    text = secret or random_text(SECRET_LENGTH)
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


async def touch_token(database: Database, clock: Clock, token_id: int) -> None:
    """Remember that a token was used; runs after the answer."""
    async with writing(database, clock) as uow:
        await uow.update(access_tokens, {"id": token_id}, last_used_at=uow.now)
