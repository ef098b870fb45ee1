"""`quad oauth`: an application that may ask users for tokens, Canvas's developer key. Source: conventions.md §2."""

import asyncio
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import msgspec
import typer

from quadrangle.commands.common import DatabaseOption, JsonOption, StorageOption, fail

if TYPE_CHECKING:
    from quadrangle.settings import Settings


class NewClient(msgspec.Struct, frozen=True):
    """What `quad oauth` prints. client_secret: None for a public client."""

    client_id: str
    client_secret: str | None


def oauth(
    name: Annotated[str, typer.Option(help="Name users are shown.")],
    redirect_uri: Annotated[str, typer.Option(help="Where answers go; its host and those below it count.")],
    scope: Annotated[list[str] | None, typer.Option(help="What it may ask for; may be given several times.")] = None,
    public: Annotated[bool, typer.Option("--public", help="Without a secret; it must use PKCE.")] = False,
    database: DatabaseOption = None,
    storage: StorageOption = None,
    json: JsonOption = False,
) -> None:
    """Make a developer key: an application that may ask users for tokens."""
    from quadrangle.app import all_routes
    from quadrangle.commands.common import settings_of_campus, show
    from quadrangle.tokens import OUT_OF_BAND, USERINFO, is_known, shapes_of

    if not name.strip():
        fail("--name is empty.")
    if redirect_uri != OUT_OF_BAND and not _has_host(redirect_uri):
        fail("--redirect-uri needs a scheme and a host, as in https://app.example/back.")
    scopes = list(dict.fromkeys(scope or []))
    if scopes:
        shapes = shapes_of(route.scope for route in all_routes() if route.family != "system")
        for one in scopes:
            if one != USERINFO and not is_known(one, shapes):
                fail(f"--scope {one} is no scope of this server; they look like url:GET|/api/v1/courses.")
    settings = settings_of_campus(database, storage)
    made = asyncio.run(_create(settings, name=name.strip(), redirect_uri=redirect_uri, scopes=scopes, public=public))
    show(made, json)


def _has_host(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
        return bool(parts.scheme and parts.hostname)
    except ValueError:
        return False


async def _create(settings: "Settings", *, name: str, redirect_uri: str, scopes: list[str], public: bool) -> NewClient:
    from quadrangle.commands.common import opened
    from quadrangle.db.uow import writing
    from quadrangle.kernel.clock import SystemClock
    from quadrangle.kernel.digest import Digester
    from quadrangle.tokens import create_developer_key

    async with opened(settings) as database, writing(database, SystemClock()) as uow:
        client_id, secret = await create_developer_key(
            uow,
            Digester(settings.secret_key),
            name=name,
            redirect_uri=redirect_uri,
            scopes=scopes,
            public=public,
        )
    return NewClient(client_id, secret)
