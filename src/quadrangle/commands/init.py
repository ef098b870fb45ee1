"""`quad init`: schema, root account, first administrator."""

import asyncio
import secrets

import msgspec

from quadrangle.campus import FIRST_USER_ID, Beginning, begin
from quadrangle.commands.common import fail, opened, settings_for, show
from quadrangle.db import migrate
from quadrangle.db.uow import writing
from quadrangle.kernel.clock import SystemClock
from quadrangle.kernel.digest import Digester
from quadrangle.people import COUNT_USERS, hash_password
from quadrangle.settings import Settings

LEAST_TOKEN = 16


class Existing(msgspec.Struct, frozen=True):
    """What can be told of a campus that was there before: secrets are not kept."""

    account_id: int = 1
    user_id: int = FIRST_USER_ID


def init(
    *,
    database: str | None,
    storage: str | None,
    account_name: str,
    admin_email: str,
    admin_password: str | None,
    admin_token: str | None,
    if_missing: bool,
    json: bool,
) -> None:
    if admin_token is not None and (len(admin_token) < LEAST_TOKEN or any(char.isspace() for char in admin_token)):
        fail(f"--admin-token needs at least {LEAST_TOKEN} characters without blanks.")
    settings = settings_for(database, storage)
    migrate.upgrade(settings.database_url)
    password = admin_password or secrets.token_urlsafe(12)
    made = asyncio.run(
        _begin(
            settings, account_name=account_name, email=admin_email.strip(), password=password, admin_token=admin_token
        )
    )
    if made is not None:
        show(msgspec.structs.replace(made, admin_password=None if admin_password else password), json)
    elif not if_missing:
        fail("The database is initialised already.")
    elif json:
        show(Existing(), as_json=True)


async def _begin(
    settings: Settings, *, account_name: str, email: str, password: str, admin_token: str | None
) -> Beginning | None:
    """None: somebody has begun already."""
    async with opened(settings) as database:
        digest = await hash_password(password)
        async with writing(database, SystemClock()) as uow:
            if await uow.one(COUNT_USERS):
                return None
            return await begin(
                uow,
                Digester(settings.secret_key),
                account_name=account_name,
                admin_email=email,
                password_digest=digest,
                admin_token=admin_token,
            )
