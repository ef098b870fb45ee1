"""What happens between a user, an application and its tokens. Source: conventions.md §2."""

import base64
import hashlib
import secrets
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

import msgspec

from quadrangle.db import Database, UnitOfWork
from quadrangle.db.uow import writing
from quadrangle.kernel.access import Granted
from quadrangle.kernel.clock import Clock
from quadrangle.kernel.digest import Digester, random_text, same
from quadrangle.kernel.errors import NotFound
from quadrangle.tokens.access import TokenStanding
from quadrangle.tokens.model import ACTIVE, HINT_LENGTH, OUT_OF_BAND, AllowedApp, DeveloperKey
from quadrangle.tokens.scopes import USERINFO
from quadrangle.tokens.service import fresh_secret
from quadrangle.tokens.store import (
    APPS_OF_USER,
    CODE_BY_DIGEST,
    DELETE_OLD_CODES,
    DELETE_TOKENS_OF_APP,
    KEY_BY_CLIENT_ID,
    REMEMBERED_SCOPES,
    TOKEN_BY_REFRESH,
    USE_CODE,
)
from quadrangle.tokens.tables import access_tokens, developer_keys, oauth_codes

CODE_LIFE: Final = timedelta(minutes=10)
TOKEN_LIFE: Final = timedelta(hours=1)
_FIRST_CLIENT_ID: Final = 10_000_000_000_000


class OAuthProblem(msgspec.Struct, frozen=True):
    """Why an application gets nothing: an error word of RFC 6749 and a sentence for its developer."""

    error: str
    description: str


UNKNOWN_CLIENT: Final = OAuthProblem("invalid_client", "unknown client")
WRONG_SECRET: Final = OAuthProblem("invalid_client", "invalid client")
NO_REFRESH_TOKEN: Final = OAuthProblem("invalid_request", "refresh_token not found")
NO_CODE: Final = OAuthProblem("invalid_grant", "authorization_code not found")
OTHER_CLIENT: Final = OAuthProblem("invalid_grant", "incorrect client")
WRONG_VERIFIER: Final = OAuthProblem("invalid_grant", "invalid code_verifier")


class Given(msgspec.Struct, frozen=True):
    """What an application was given. access_token: None when it asked only who the user is. refresh_token: None after a refresh."""

    access_token: str | None
    refresh_token: str | None
    user_id: int
    user_name: str
    locale: str | None
    scopes: list[str]


async def create_developer_key(
    uow: UnitOfWork,
    digest: Digester,
    *,
    name: str,
    redirect_uri: str,
    scopes: list[str] | None = None,
    public: bool = False,
    trusted: bool = False,
    allow_includes: bool = True,
) -> tuple[str, str | None]:
    """An application: its client id and its secret, None for a public one. Scopes, when there are any, are required of its tokens."""
    secret = None if public else random_text(64)
    key_id = await uow.insert(
        developer_keys,
        name=name,
        client_id=f"new-{secrets.token_hex(16)}",
        secret_digest=None if secret is None else digest(secret, use="client"),
        redirect_uri=redirect_uri,
        scopes=scopes or [],
        require_scopes=bool(scopes),
        allow_includes=allow_includes,
        trusted=trusted,
        workflow_state=ACTIVE,
        created_at=uow.now,
    )
    client_id = str(_FIRST_CLIENT_ID + key_id)
    await uow.update(developer_keys, {"id": key_id}, client_id=client_id)
    return client_id, secret


async def find_key(uow: UnitOfWork, client_id: str | None) -> DeveloperKey | None:
    if not client_id:
        return None
    return await uow.one(KEY_BY_CLIENT_ID, client_id=client_id)


def redirects_to(key: DeveloperKey, uri: str | None) -> bool:
    """Whether the application may have its answers sent to `uri`: out of band, or the registered host or one below it."""
    if uri == OUT_OF_BAND:
        return True
    if not uri or not uri.isascii() or not uri.isprintable() or any(char in uri for char in ' \\"<>'):
        return False
    try:
        registered, wanted = urlsplit(key.redirect_uri), urlsplit(uri)
        host, wanted_host = registered.hostname, wanted.hostname
        _ = wanted.port
    except ValueError:
        return False
    if wanted.scheme not in ("http", "https", registered.scheme) or wanted.username is not None or wanted.fragment:
        return False
    if not host or not wanted_host:
        return False
    return wanted_host == host or wanted_host.endswith(f".{host}")


def scopes_refused(key: DeveloperKey, asked: list[str]) -> bool:
    """Whether the application asks for nothing although it must say what, or for what it was not given."""
    if not key.require_scopes or asked == [USERINFO]:
        return False
    return not asked or not set(asked) <= {*key.scopes, USERINFO}


async def consent_needed(uow: UnitOfWork, key: DeveloperKey, user_id: int, asked: list[str]) -> bool:
    """Trusted applications never ask; one that only wants to know who somebody is need not ask twice."""
    if key.trusted:
        return False
    if asked != [USERINFO]:
        return True
    return [USERINFO] not in await uow.all(REMEMBERED_SCOPES, user_id=user_id, key_id=key.id)


async def issue_code(
    uow: UnitOfWork,
    digest: Digester,
    key: DeveloperKey,
    *,
    user_id: int,
    redirect_uri: str,
    scopes: list[str],
    real_user_id: int | None = None,
    purpose: str | None = None,
    remember: bool = False,
    code_challenge: str | None = None,
) -> str:
    """The user consented: a code that the application exchanges within CODE_LIFE, once."""
    await uow.run(DELETE_OLD_CODES, at=uow.now)
    code = secrets.token_hex(64)
    await uow.insert(
        oauth_codes,
        digest=digest(code, use="code"),
        developer_key_id=key.id,
        user_id=user_id,
        real_user_id=real_user_id,
        redirect_uri=redirect_uri,
        scopes=scopes,
        purpose=purpose,
        remember_access=remember,
        code_challenge=code_challenge,
        expires_at=uow.now + CODE_LIFE,
    )
    return code


async def apps_of(uow: UnitOfWork, by: Granted[TokenStanding]) -> list[AllowedApp]:
    """The applications that may act for the owner of the standing, by name."""
    return await uow.all(APPS_OF_USER, user_id=by.subject.owner_id)


async def end_app_of(uow: UnitOfWork, by: Granted[TokenStanding], key_id: int) -> None:
    """Take every token of the owner from an application; it may ask for another. Raises NotFound when it holds none."""
    if not await uow.run(DELETE_TOKENS_OF_APP, user_id=by.subject.owner_id, key_id=key_id, at=uow.now):
        raise NotFound


def knows_secret(digest: Digester, key: DeveloperKey, secret: str | None) -> bool:
    return (
        key.secret_digest is not None and secret is not None and same(digest(secret, use="client"), key.secret_digest)
    )


async def exchange_code(
    database: Database,
    clock: Clock,
    digest: Digester,
    key: DeveloperKey,
    *,
    code: str,
    code_verifier: str | None,
) -> Given | OAuthProblem:
    """A token for a code. Whatever comes of it, a code that this application sent is used up: problems are returned, not raised, so that
    this is committed."""
    async with writing(database, clock) as uow:
        found = await uow.one(CODE_BY_DIGEST, digest=digest(code, use="code"))
        if found is None or found.expires_at <= uow.now:
            return NO_CODE
        if found.developer_key_id != key.id:
            return OTHER_CLIENT
        if not await uow.run(USE_CODE, code_id=found.id):
            return NO_CODE  # somebody else was faster
        if code_verifier is not None and not answers_challenge(code_verifier, found.code_challenge):
            return WRONG_VERIFIER
        only_who = found.scopes == [USERINFO]
        secret = await fresh_secret(uow, found.user_id)
        refresh = random_text(64)
        if not only_who or found.remember_access:
            await uow.insert(
                access_tokens,
                user_id=found.user_id,
                real_user_id=found.real_user_id,
                developer_key_id=key.id,
                digest=digest(secret, use="token"),
                token_hint=secret[:HINT_LENGTH],
                refresh_digest=None if only_who else digest(refresh, use="refresh"),
                purpose=found.purpose,
                workflow_state=ACTIVE,
                scopes=found.scopes,
                remember_access=found.remember_access,
                expires_at=uow.now + TOKEN_LIFE,
                created_at=uow.now,
                updated_at=uow.now,
            )
        return Given(
            access_token=None if only_who else secret,
            refresh_token=None if only_who else refresh,
            user_id=found.user_id,
            user_name=found.user_name,
            locale=found.locale,
            scopes=found.scopes,
        )


def answers_challenge(verifier: str, challenge: str | None) -> bool:
    """PKCE, S256: base64url without padding of SHA-256 of the verifier (conventions.md §2.3)."""
    made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return challenge is not None and same(made, challenge)


async def refresh_token(
    database: Database, clock: Clock, digest: Digester, key: DeveloperKey, *, refresh: str
) -> Given | OAuthProblem:
    """A new access token for the next hour in place of the old one; the refresh token stays."""
    async with writing(database, clock) as uow:
        found = await uow.one(TOKEN_BY_REFRESH, digest=digest(refresh, use="refresh"))
        if found is None or found.developer_key_id != key.id:
            return NO_REFRESH_TOKEN
        secret = await fresh_secret(uow, found.user_id)
        changed = await uow.update(
            access_tokens,
            {"id": found.id, "workflow_state": ACTIVE},
            digest=digest(secret, use="token"),
            token_hint=secret[:HINT_LENGTH],
            expires_at=uow.now + TOKEN_LIFE,
            updated_at=uow.now,
        )
        if not changed:
            return NO_REFRESH_TOKEN
        return Given(secret, None, found.user_id, found.user_name, found.locale, found.scopes)
