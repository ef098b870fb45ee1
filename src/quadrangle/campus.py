"""How a campus begins: root account, site admin, built-in roles, default term, first administrator. Source: accounts.md §1.1."""

import msgspec

from quadrangle.accounts import (
    ROOT_ID,
    SITE_ADMIN_ID,
    add_admin,
    create_account,
    create_built_in_roles,
    create_term,
)
from quadrangle.db import UnitOfWork
from quadrangle.kernel.digest import Digester
from quadrangle.people import add_email, create_login, create_user
from quadrangle.tokens import issue_token

FIRST_USER_ID = 1


class Beginning(msgspec.Struct, frozen=True):
    """What `quad init` prints. The password is None when the operator chose it."""

    account_id: int
    user_id: int
    access_token: str
    admin_password: str | None = None


async def begin(
    uow: UnitOfWork,
    digest: Digester,
    *,
    account_name: str,
    admin_email: str,
    password_digest: str,
    admin_name: str | None = None,
    admin_token: str | None = None,
    time_zone: str = "America/Denver",
) -> Beginning:
    """Fill an empty database with what every campus needs."""
    await create_account(uow, id=ROOT_ID, name=account_name, default_time_zone=time_zone)
    await create_account(uow, id=SITE_ADMIN_ID, name="Site Admin", default_time_zone=time_zone)
    roles = await create_built_in_roles(uow, ROOT_ID)
    await create_term(uow, root_id=ROOT_ID, name="Default Term", is_default=True)
    user_id = await create_user(uow, id=FIRST_USER_ID, name=admin_name or admin_email)
    await create_login(uow, user_id=user_id, account_id=ROOT_ID, unique_id=admin_email, password_digest=password_digest)
    await add_email(uow, user_id=user_id, address=admin_email, confirmed=True)
    await add_admin(uow, account_id=ROOT_ID, user_id=user_id, role_id=roles["AccountAdmin"])
    _, secret = await issue_token(uow, digest, user_id=user_id, purpose="First administrator", secret=admin_token)
    return Beginning(ROOT_ID, user_id, secret)
