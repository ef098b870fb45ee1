"""ID keys: how applications of the Brightspace family prove themselves and whom they speak for. Source: brightspace-eportfolio.md §2.1, §2.2.

A key is the keyed digest of its id under the server's secret, so that nothing of it is kept: docs/decisions/0012-id-keys-are-derived.md.
"""

import base64
import hashlib
import hmac
from typing import Final
from urllib.parse import unquote, unquote_plus

from quadrangle.db import UnitOfWork
from quadrangle.kernel.digest import Digester, random_text
from quadrangle.kernel.errors import Invalid
from quadrangle.tokens.model import ACTIVE, DELETED, IdApp
from quadrangle.tokens.store import APP_BY_ID, LAST_KEY_OF_APP
from quadrangle.tokens.tables import id_apps, id_keys
from quadrangle.tokens.trusted import is_address, leads_below

_ID_LENGTH: Final = 24


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


async def revoke_key(uow: UnitOfWork, token_id: str) -> bool:
    """End a user token for good; False when there is none that works."""
    seen = {"token_id": token_id, "workflow_state": ACTIVE}
    return bool(await uow.update(id_keys, seen, workflow_state=DELETED))


async def revoke_app(uow: UnitOfWork, app_id: str) -> bool:
    """End an application and with it every user token of it; False when there is none that works."""
    seen = {"app_id": app_id, "workflow_state": ACTIVE}
    return bool(await uow.update(id_apps, seen, workflow_state=DELETED))


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
