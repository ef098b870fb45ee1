"""`quad brightspace`: ID keys for clients of the Brightspace API. Source: ARCHITECTURE §4, brightspace-eportfolio.md §2."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from quadrangle.commands.common import DatabaseOption, JsonOption, StorageOption, fail

if TYPE_CHECKING:
    from quadrangle.settings import Settings

app = typer.Typer(no_args_is_help=True, help="ID keys for clients of the Brightspace API.")


class NewApp(msgspec.Struct, frozen=True):
    """What `quad brightspace app` prints."""

    app_id: str
    app_key: str


class NewKey(msgspec.Struct, frozen=True):
    """What `quad brightspace key` prints. user_id: the id of the user token, not of the user."""

    user_id: str
    user_key: str


class App(msgspec.Struct, frozen=True):
    """One application in a list. state: `active`, or `inactive` where it is disabled. keys: how many user tokens it has."""

    app_id: str
    name: str
    state: str
    keys: int
    trusted_url: str | None
    created_at: str


class Apps(msgspec.Struct, frozen=True):
    """What `quad brightspace apps` prints."""

    apps: list[App]


class Key(msgspec.Struct, frozen=True):
    """One user token in a list. user_id: its id, as `quad brightspace key` printed it; user: the numeric id of whom it speaks for."""

    user_id: str
    user: int
    user_name: str
    app_id: str
    app_name: str
    created_at: str
    last_used_at: str | None


class Keys(msgspec.Struct, frozen=True):
    """What `quad brightspace keys` prints."""

    keys: list[Key]


class Switched(msgspec.Struct, frozen=True):
    """What `quad brightspace disable` and `enable` print."""

    app_id: str
    state: str


class Revoked(msgspec.Struct, frozen=True):
    """What `quad brightspace revoke` prints."""

    revoked: str


@app.command("app")
def app_(
    name: Annotated[str, typer.Option(help="Name users are shown.")],
    trusted_url: Annotated[str | None, typer.Option(help="Where users may be led back to with their key.")] = None,
    database: DatabaseOption = None,
    storage: StorageOption = None,
    json: JsonOption = False,
) -> None:
    """Make an application: its id and its key."""
    from quadrangle.commands.common import settings_of_campus, show

    if not name.strip():
        fail("--name is empty.")
    settings = settings_of_campus(database, storage)
    show(asyncio.run(_create_app(settings, name.strip(), trusted_url)), json)


@app.command()
def key(
    app: Annotated[str, typer.Option(help="Id of the application.")],
    user: Annotated[int, typer.Option(help="Id of the user it speaks for.")],
    database: DatabaseOption = None,
    storage: StorageOption = None,
    json: JsonOption = False,
) -> None:
    """Make a user token of an application: its id and its key."""
    from quadrangle.commands.common import settings_of_campus, show

    settings = settings_of_campus(database, storage)
    show(asyncio.run(_create_key(settings, app, user)), json)


@app.command()
def apps(database: DatabaseOption = None, storage: StorageOption = None, json: JsonOption = False) -> None:
    """List the applications, but for those that were revoked."""
    from quadrangle.commands.common import settings_of_campus, show

    settings = settings_of_campus(database, storage)
    show(asyncio.run(_list_apps(settings)), json)


@app.command()
def keys(
    app: Annotated[str | None, typer.Option(help="Only those of the application with this id.")] = None,
    user: Annotated[int | None, typer.Option(help="Only those that speak for the user with this id.")] = None,
    database: DatabaseOption = None,
    storage: StorageOption = None,
    json: JsonOption = False,
) -> None:
    """List user tokens, but for those that were revoked, alone or with their application."""
    from quadrangle.commands.common import settings_of_campus, show

    settings = settings_of_campus(database, storage)
    show(asyncio.run(_list_keys(settings, app, user)), json)


@app.command()
def disable(
    app: Annotated[str, typer.Argument(help="Id of the application.")],
    database: DatabaseOption = None,
    storage: StorageOption = None,
    json: JsonOption = False,
) -> None:
    """Switch an application off, with all of its user tokens, until it is enabled again."""
    _switch(app, False, database, storage, json)


@app.command()
def enable(
    app: Annotated[str, typer.Argument(help="Id of the application.")],
    database: DatabaseOption = None,
    storage: StorageOption = None,
    json: JsonOption = False,
) -> None:
    """Switch an application on again; the user tokens it had work again."""
    _switch(app, True, database, storage, json)


def _switch(app: str, on: bool, database: str | None, storage: str | None, json: bool) -> None:
    from quadrangle.commands.common import settings_of_campus, show

    settings = settings_of_campus(database, storage)
    show(asyncio.run(_switch_app(settings, app, on)), json)


@app.command()
def revoke(
    id: Annotated[str, typer.Argument(help="Id of an application or of a user token.")],
    database: DatabaseOption = None,
    storage: StorageOption = None,
    json: JsonOption = False,
) -> None:
    """End a user token, or an application with all of its user tokens."""
    from quadrangle.commands.common import settings_of_campus, show

    settings = settings_of_campus(database, storage)
    show(asyncio.run(_revoke(settings, id)), json)


async def _create_app(settings: "Settings", name: str, trusted_url: str | None) -> NewApp:
    from quadrangle.commands.common import opened
    from quadrangle.db.uow import writing
    from quadrangle.kernel.clock import SystemClock
    from quadrangle.kernel.digest import Digester
    from quadrangle.kernel.errors import Invalid
    from quadrangle.tokens import create_app_pair

    async with opened(settings) as database, writing(database, SystemClock()) as uow:
        digest = Digester(settings.secret_key)
        try:
            return NewApp(*await create_app_pair(uow, digest, name=name, trusted_url=trusted_url))
        except Invalid as refused:
            fail(f"{refused.says}.")


async def _create_key(settings: "Settings", app_id: str, user_id: int) -> NewKey:
    from quadrangle.commands.common import opened
    from quadrangle.db.uow import writing
    from quadrangle.kernel.clock import SystemClock
    from quadrangle.kernel.digest import Digester
    from quadrangle.kernel.ids import Ref
    from quadrangle.people import DELETED, find_user
    from quadrangle.tokens import create_key_pair, find_app

    async with opened(settings) as database, writing(database, SystemClock()) as uow:
        found = await find_app(uow, app_id)
        if found is None:
            fail(f"There is no application {app_id}.")
        user = await find_user(uow, Ref("id", str(user_id)))
        if user is None or user.workflow_state == DELETED:
            fail(f"There is no user {user_id}.")
        return NewKey(*await create_key_pair(uow, Digester(settings.secret_key), found, user_id=user_id))


async def _list_apps(settings: "Settings") -> Apps:
    from quadrangle.commands.common import opened
    from quadrangle.db.uow import reading
    from quadrangle.kernel.clock import SystemClock, zulu
    from quadrangle.tokens import every_app

    async with opened(settings) as database, reading(database, SystemClock()) as uow:
        return Apps(
            [
                App(one.app_id, one.name, one.workflow_state, one.keys, one.trusted_url, zulu(one.created_at))
                for one in await every_app(uow)
            ]
        )


async def _list_keys(settings: "Settings", app_id: str | None, user_id: int | None) -> Keys:
    from quadrangle.commands.common import opened
    from quadrangle.db.uow import reading
    from quadrangle.kernel.clock import SystemClock, zulu, zulu_or_none
    from quadrangle.tokens import each_key

    narrowed = {name: value for name, value in (("app_id", app_id), ("user_id", user_id)) if value is not None}
    async with opened(settings) as database, reading(database, SystemClock()) as uow:
        return Keys(
            [
                Key(
                    user_id=one.token_id,
                    user=one.user_id,
                    user_name=one.user_name,
                    app_id=one.app_id,
                    app_name=one.app_name,
                    created_at=zulu(one.created_at),
                    last_used_at=zulu_or_none(one.last_used_at),
                )
                async for one in each_key(uow, **narrowed)
            ]
        )


async def _switch_app(settings: "Settings", app_id: str, on: bool) -> Switched:
    from quadrangle.commands.common import opened
    from quadrangle.db.uow import writing
    from quadrangle.kernel.clock import SystemClock
    from quadrangle.tokens import switch_app

    async with opened(settings) as database, writing(database, SystemClock()) as uow:
        if not await switch_app(uow, app_id, on=on):
            fail(f"There is no application {app_id} that is {'disabled' if on else 'enabled'}.")
    return Switched(app_id, "active" if on else "inactive")


async def _revoke(settings: "Settings", id: str) -> Revoked:
    from quadrangle.commands.common import opened
    from quadrangle.db.uow import writing
    from quadrangle.kernel.clock import SystemClock
    from quadrangle.tokens import revoke_app, revoke_key

    async with opened(settings) as database, writing(database, SystemClock()) as uow:
        if not (await revoke_key(uow, id) or await revoke_app(uow, id)):
            fail(f"There is no application and no user token {id} that works.")
    return Revoked(id)
