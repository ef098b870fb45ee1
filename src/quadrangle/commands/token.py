"""`quad token create`: an access token for somebody, whatever the account forbids its users to make."""

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from quadrangle.commands.common import DatabaseOption, JsonOption, StorageOption, fail

if TYPE_CHECKING:
    from quadrangle.settings import Settings

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Access tokens.")


class NewToken(msgspec.Struct, frozen=True):
    """What `quad token create` prints."""

    id: int
    user_id: int
    access_token: str
    expires_at: str | None = None
    scopes: list[str] | None = None


@app.command()
def create(
    user: Annotated[int, typer.Option(help="Id of the user.")],
    purpose: Annotated[str, typer.Option(help="What the token is for.")],
    scope: Annotated[list[str] | None, typer.Option(help="url:GET|/api/v1/…; may be given several times.")] = None,
    expires: Annotated[str | None, typer.Option(help="When it ends: 2026-09-01, 1 sep 2026 5pm; in UTC.")] = None,
    value: Annotated[str | None, typer.Option(help="Text of the token, at least 16 characters.")] = None,
    database: DatabaseOption = None,
    storage: StorageOption = None,
    json: JsonOption = False,
) -> None:
    """Print a new access token."""
    from quadrangle.app import all_routes
    from quadrangle.commands.common import settings_of_campus, show
    from quadrangle.tokens import LEAST_CHOSEN, LONGEST_PURPOSE, is_known, parse_when, shapes_of

    if not purpose.strip() or len(purpose) > LONGEST_PURPOSE:
        fail(f"--purpose needs 1 to {LONGEST_PURPOSE} characters.")
    if value is not None and (len(value) < LEAST_CHOSEN or any(char.isspace() for char in value)):
        fail(f"--value needs at least {LEAST_CHOSEN} characters without blanks.")
    scopes = list(dict.fromkeys(scope or []))
    if scopes:
        shapes = shapes_of(route.scope for route in all_routes() if route.family != "system")
        for one in scopes:
            if not is_known(one, shapes):
                fail(f"--scope {one} is no scope of this server; they look like url:GET|/api/v1/courses.")
    end = None
    if expires is not None:
        end = parse_when(expires, UTC)
        if end is None:
            fail(f"--expires {expires} is no date.")
    settings = settings_of_campus(database, storage)
    made = asyncio.run(_create(settings, user, purpose=purpose, scopes=scopes, end=end, value=value))
    show(made, json)


async def _create(
    settings: "Settings", user_id: int, *, purpose: str, scopes: list[str], end: datetime | None, value: str | None
) -> NewToken:
    from quadrangle.commands.common import opened
    from quadrangle.db import IntegrityViolation
    from quadrangle.db.uow import writing
    from quadrangle.kernel.clock import SystemClock, zulu_or_none
    from quadrangle.kernel.digest import Digester
    from quadrangle.kernel.ids import Ref
    from quadrangle.people import DELETED, find_user
    from quadrangle.tokens import issue_token

    async with opened(settings) as database:
        try:
            async with writing(database, SystemClock()) as uow:
                user = await find_user(uow, Ref("id", str(user_id)))
                if user is None or user.workflow_state == DELETED:
                    fail(f"There is no user {user_id}.")
                token_id, secret = await issue_token(
                    uow,
                    Digester(settings.secret_key),
                    user_id=user_id,
                    purpose=purpose,
                    secret=value,
                    scopes=scopes,
                    expires_at=end,
                )
        except IntegrityViolation:
            fail("--value is the text of a token already.")
    return NewToken(token_id, user_id, secret, zulu_or_none(end), scopes or None)
