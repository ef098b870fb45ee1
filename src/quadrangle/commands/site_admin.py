"""`quad site-admin`: a user who administers every account."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from quadrangle.commands.common import DatabaseOption, JsonOption, StorageOption, fail

if TYPE_CHECKING:
    from quadrangle.settings import Settings


class SiteAdmin(msgspec.Struct, frozen=True):
    """What `quad site-admin` prints."""

    user_id: int
    account_id: int


def site_admin(
    user: Annotated[int, typer.Option(help="Id of the user.")],
    database: DatabaseOption = None,
    storage: StorageOption = None,
    json: JsonOption = False,
) -> None:
    """Make a user a member of the site-admin account; once more changes nothing."""
    from quadrangle.commands.common import settings_of_campus, show

    settings = settings_of_campus(database, storage)
    show(asyncio.run(_appoint(settings, user)), json)


async def _appoint(settings: "Settings", user_id: int) -> SiteAdmin:
    from quadrangle.accounts import ACCOUNT_ADMIN, ROOT_ID, SITE_ADMIN_ID, add_admin, find_account, roles_along
    from quadrangle.commands.common import opened
    from quadrangle.db import IntegrityViolation
    from quadrangle.db.uow import writing
    from quadrangle.kernel.clock import SystemClock
    from quadrangle.kernel.ids import Ref
    from quadrangle.people import DELETED, find_user

    async with opened(settings) as database:
        try:
            async with writing(database, SystemClock()) as uow:
                user = await find_user(uow, Ref("id", str(user_id)))
                root = await find_account(uow, Ref("id", str(ROOT_ID)), ROOT_ID)
                if user is None or user.workflow_state == DELETED or root is None:
                    fail(f"There is no user {user_id}.")
                role = next(role for role in await roles_along(uow, root, [ROOT_ID]) if role.name == ACCOUNT_ADMIN)
                await add_admin(uow, account_id=SITE_ADMIN_ID, user_id=user_id, role_id=role.id)
        except IntegrityViolation:
            pass  # a member already
    return SiteAdmin(user_id, SITE_ADMIN_ID)
