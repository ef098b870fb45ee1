"""Everything asked of the database about users, logins and sessions."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, select

from quadrangle.db import Dynamic, Statement, UnitOfWork
from quadrangle.kernel.ids import Ref
from quadrangle.people.model import User
from quadrangle.people.tables import logins, sessions, users

USER_COLUMNS = [users.c[name] for name in User.__struct_fields__]


class SessionForRequest(msgspec.Struct, frozen=True):
    """A web session with what decides whether it still counts."""

    id: int
    user_id: int
    csrf_token: str
    remembered: bool
    seen_at: datetime
    expires_at: datetime
    user_state: str
    login_id: int
    login_state: str
    time_zone: str | None
    locale: str | None


# A session by the digest of its cookie. Index: digest is unique.
SESSION_FOR_REQUEST = Statement(
    select(
        sessions.c.id,
        sessions.c.user_id,
        sessions.c.csrf_token,
        sessions.c.remembered,
        sessions.c.seen_at,
        sessions.c.expires_at,
        users.c.workflow_state.label("user_state"),
        sessions.c.login_id,
        logins.c.workflow_state.label("login_state"),
        users.c.time_zone,
        users.c.locale,
    )
    .join(users, users.c.id == sessions.c.user_id)
    .join(logins, logins.c.id == sessions.c.login_id)
    .where(sessions.c.digest == bindparam("digest")),
    into=SessionForRequest,
)


def _user_by(key: str) -> Any:
    """Users by id, uuid or a column of their login. Indexes: primary key, uuid, uq_logins_…"""
    if key in ("id", "uuid"):
        return select(*USER_COLUMNS).where(users.c[key] == bindparam("value"))
    return (
        select(*USER_COLUMNS)
        .join(logins, logins.c.user_id == users.c.id)
        .where(logins.c[key] == bindparam("value"), logins.c.workflow_state != "deleted")
        .order_by(logins.c.id)
        .limit(1)
    )


_USER_BY = Dynamic(_user_by, into=User)
_COLUMN_OF_KIND = {
    "id": "id",
    "uuid": "uuid",
    "sis_user_id": "sis_user_id",
    "sis_integration_id": "integration_id",
    "sis_login_id": "unique_key",
}


async def find_user(uow: UnitOfWork, ref: Ref) -> User | None:
    """The user a reference names, in any state."""
    column = _COLUMN_OF_KIND.get(ref.kind)
    if column is None:
        return None
    value: Any = ref.number if column == "id" else ref.value
    return await uow.one(_USER_BY.at(column), value=value.casefold() if column == "unique_key" else value)


# How many people there are; the doctor asks.
COUNT_USERS = Statement(select(func.count()).select_from(users), into=int)
