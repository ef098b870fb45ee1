"""What stands at the top of every screen: the campus, and who is there. One statement."""

from typing import Any

import msgspec
from sqlalchemy import and_, exists, select

from quadrangle.accounts.model import ROOT_ID
from quadrangle.accounts.store import user_bind
from quadrangle.accounts.tables import account_users, accounts
from quadrangle.db import Statement, UnitOfWork
from quadrangle.people import users


class Letterhead(msgspec.Struct, frozen=True):
    """name, short_name, avatar_url: of the person, None where nobody is signed in. administers: some account, as an administrator of it."""

    campus: str
    settings: dict[str, Any]  # of the root account, as they are stored
    name: str | None
    short_name: str | None
    avatar_url: str | None
    administers: bool

    @property
    def accent(self) -> str | None:
        """The colour that the campus chose for itself, as `#1f5fa8`."""
        chosen = self.settings.get("accent_color")
        return chosen if isinstance(chosen, str) else None


# The root account beside one person. Indexes: primary keys, uq_account_users_membership.
LETTERHEAD = Statement(
    select(
        accounts.c.name.label("campus"),
        accounts.c.settings,
        users.c.name,
        users.c.short_name,
        users.c.avatar_url,
        exists()
        .where(account_users.c.user_id == user_bind(), account_users.c.workflow_state == "active")
        .label("administers"),
    )
    .select_from(accounts.outerjoin(users, and_(users.c.id == user_bind(), users.c.workflow_state != "deleted")))
    .where(accounts.c.id == ROOT_ID),
    into=Letterhead,
)


async def letterhead(uow: UnitOfWork, user_id: int | None) -> Letterhead:
    """user_id: whoever is signed in."""
    found = await uow.one(LETTERHEAD, user_id=user_id)
    # An empty database has no account yet.
    return found or Letterhead("Quadrangle", {}, None, None, None, False)
