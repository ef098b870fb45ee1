"""ID keys: how applications of the Brightspace family prove themselves and whom they speak for. Source: brightspace-eportfolio.md §2.1, §2.2.

A key is the keyed digest of its id under the server's secret, so that nothing of it is kept: docs/decisions/0012-id-keys-are-derived.md.
"""

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from typing import Any, Final
from urllib.parse import unquote, unquote_plus

from quadrangle.db import UnitOfWork
from quadrangle.kernel.access import Granted
from quadrangle.kernel.digest import Digester, random_text
from quadrangle.kernel.errors import Invalid, NotFound
from quadrangle.tokens.access import TokenStanding
from quadrangle.tokens.model import ACTIVE, DELETED, INACTIVE, IdApp, IdAppInFull, IdKey
from quadrangle.tokens.store import APP_BY_ID, ID_APPS, ID_KEYS, LAST_KEY_OF_APP
from quadrangle.tokens.tables import id_apps, id_keys
from quadrangle.tokens.trusted import is_address, leads_below

_ID_LENGTH: Final = 24
_AT_ONCE: Final = 1000  # user tokens


async def create_app_pair(
    uow: UnitOfWork, digest: Digester, *, name: str, trusted_url: str | None = None
) -> tuple[str, str]:
    """An application: its id and its key. trusted_url: where its users may be led back to. Raises Invalid for what is no address."""
    if trusted_url is not None and not is_address(trusted_url):
        raise Invalid.field(
            "trusted_url", "trusted_url needs a scheme and a host, as in https://app.example/back", "invalid"
        )
    app_id = random_text(_ID_LENGTH)
    await uow.insert(
        id_apps, app_id=app_id, name=name, trusted_url=trusted_url, workflow_state=ACTIVE, created_at=uow.now
    )
    return app_id, app_key(digest, app_id)


async def find_app(uow: UnitOfWork, app_id: str) -> IdApp | None:
    """An active application."""
    return await uow.one(APP_BY_ID, app_id=app_id)


async def create_key_pair(uow: UnitOfWork, digest: Digester, app: IdApp, *, user_id: int) -> tuple[str, str]:
    """A user token of an application: its id, which says nothing of the user, and its key."""
    token_id = random_text(_ID_LENGTH)
    await uow.insert(
        id_keys,
        token_id=token_id,
        id_app_id=app.id,
        user_id=user_id,
        workflow_state=ACTIVE,
        created_at=uow.now,
    )
    return token_id, user_key(digest, token_id)


async def find_asking_app(uow: UnitOfWork, digest: Digester, *, app_id: str, target: str, proof: str) -> IdApp | None:
    """The application that asks for a user token, to be sent to `target`; None unless it signed the target, which is its own.

    proof: the signature of the target as it is, not percent-encoded. Source: §2.2.
    """
    good = signed(app_key(digest, app_id), [target], proof)
    app = await find_app(uow, app_id)
    return app if app is not None and good and leads_below(app.trusted_url, target) else None


async def give_key_pair(
    uow: UnitOfWork, digest: Digester, app: IdApp, *, user_id: int, life: int | None
) -> tuple[str, str]:
    """The user consented: the id and key of their token for this application. life: of user tokens, in seconds; None has no limit.

    There is one for both, however often they meet: some applications ask at every sign-in. Where tokens age, each consent makes a new one.
    """
    if life is None and (token_id := await uow.one(LAST_KEY_OF_APP, user_id=user_id, id_app_id=app.id)) is not None:
        return token_id, user_key(digest, token_id)
    return await create_key_pair(uow, digest, app, user_id=user_id)


async def keys_of_user(uow: UnitOfWork, by: Granted[TokenStanding]) -> list[IdKey]:
    """The user tokens that applications have of the owner of the standing, the oldest first, also of those that are switched off."""
    return [one async for one in each_key(uow, user_id=by.subject.owner_id)]


async def end_key_of_user(uow: UnitOfWork, by: Granted[TokenStanding], token_id: str) -> None:
    """End one of them for good. Raises NotFound when the owner has none of this id."""
    seen = {"token_id": token_id, "user_id": by.subject.owner_id, "workflow_state": ACTIVE}
    if not await uow.update(id_keys, seen, workflow_state=DELETED):
        raise NotFound


# --- what operators do, who need no leave


async def every_app(uow: UnitOfWork) -> list[IdAppInFull]:
    """The applications that have not ended, the oldest first."""
    return await uow.all(ID_APPS)


async def each_key(uow: UnitOfWork, **narrowed: Any) -> AsyncIterator[IdKey]:
    """The user tokens that have not ended, the oldest first. narrowed: by user_id, by app_id."""
    after = 0
    while rows := await uow.all(ID_KEYS.at(frozenset(narrowed)), after=after, limit=_AT_ONCE, **narrowed):
        for row in rows:
            yield row
        after = rows[-1].id


async def switch_app(uow: UnitOfWork, app_id: str, *, on: bool) -> bool:
    """Switch an application off, or on again with the user tokens it had; False when there is none to switch."""
    before, after = (INACTIVE, ACTIVE) if on else (ACTIVE, INACTIVE)
    return bool(await uow.update(id_apps, {"app_id": app_id, "workflow_state": before}, workflow_state=after))


async def revoke_key(uow: UnitOfWork, token_id: str) -> bool:
    """End a user token for good; False when there is none that works."""
    seen = {"token_id": token_id, "workflow_state": ACTIVE}
    return bool(await uow.update(id_keys, seen, workflow_state=DELETED))


async def revoke_app(uow: UnitOfWork, app_id: str) -> bool:
    """End an application, switched off or not, and with it every user token of it; False when there is none."""
    for state in (ACTIVE, INACTIVE):
        if await uow.update(id_apps, {"app_id": app_id, "workflow_state": state}, workflow_state=DELETED):
            return True
    return False


# --- signatures


def app_key(digest: Digester, app_id: str) -> str:
    return digest(app_id, use="brightspace app")


def user_key(digest: Digester, token_id: str) -> str:
    return digest(token_id, use="brightspace user")


def signature(key: str, text: str) -> str:
    """HMAC-SHA-256 in URL-safe base64 without padding."""
    made = hmac.digest(key.encode(), text.encode("utf-8", "surrogateescape"), hashlib.sha256)
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


def base_strings(method: str, raw_path: str, time: str) -> list[str]:
    """What may have been signed: SDKs differ in whether they lower the case before they decode, and in what `+` is to them."""
    lowered = raw_path.lower()
    paths = (unquote_plus(lowered), unquote_plus(raw_path).lower(), unquote(raw_path).lower(), lowered)
    return [f"{method}&{path}&{time}" for path in dict.fromkeys(paths)]


def signed(key: str, texts: list[str], given: str) -> bool:
    """Whether `given` signs one of the texts. Each is compared, in constant time, so that it does not show which."""
    sent = given.encode("utf-8", "surrogateescape")
    matches = [hmac.compare_digest(signature(key, text).encode(), sent) for text in texts]
    return any(matches)
