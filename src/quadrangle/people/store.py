"""Everything asked of the database about users, logins and sessions."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, bindparam, delete, exists, func, select, update

from quadrangle.db import Dynamic, Statement, UnitOfWork, any_of, ids_named
from quadrangle.db.schema import BigId, UtcTime
from quadrangle.db.statement import TextList
from quadrangle.kernel.ids import Ref
from quadrangle.people.model import Login, Person, User
from quadrangle.people.tables import communication_channels, logins, sessions, users

USER_COLUMNS = [users.c[name] for name in User.__struct_fields__]
LOGIN_COLUMNS = [logins.c[name] for name in Login.__struct_fields__]


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


# The ids of several users by one kind of reference. Indexes: as at _USER_BY.
_USER_IDS_BY = Dynamic(
    lambda column: (
        select(users.c.id).where(any_of(users.c.uuid, "values", of=TextList))
        if column == "uuid"
        else select(logins.c.user_id).where(
            any_of(logins.c[column], "values", of=TextList), logins.c.workflow_state != "deleted"
        )
    ),
    into=int,
)


async def user_ids_named(uow: UnitOfWork, refs: Iterable[Ref]) -> set[int]:
    """The ids that several references name, one statement for each kind but plain ids, which are taken as they are; unknown ones are left
    out."""
    folded = [Ref(one.kind, one.value.casefold()) if one.kind == "sis_login_id" else one for one in refs]
    return await ids_named(uow, folded, _COLUMN_OF_KIND, _USER_IDS_BY)


# How many people there are; the doctor asks.
COUNT_USERS = Statement(select(func.count()).select_from(users), into=int)


# --- people with their first login and address ------------------------------------------------------------------------

_first = logins.alias("first_login")
_any_login = logins.alias("any_login")
_channels = communication_channels

# The first login of a user that was not deleted. Index: ix_logins_user_id_workflow_state.
_FIRST_LOGIN_ID = (
    select(_any_login.c.id)
    .where(_any_login.c.user_id == users.c.id, _any_login.c.workflow_state != "deleted")
    .order_by(_any_login.c.position, _any_login.c.id)
    .limit(1)
    .scalar_subquery()
)
# The first address of a user. Index: ix_communication_channels_user_id_position.
EMAIL_OF_USER = (
    select(_channels.c.address)
    .where(_channels.c.user_id == users.c.id, _channels.c.type == "email", _channels.c.workflow_state != "retired")
    .order_by(_channels.c.position, _channels.c.id)
    .limit(1)
    .scalar_subquery()
)
LAST_LOGIN_OF_USER = (
    select(func.max(_any_login.c.last_login_at)).where(_any_login.c.user_id == users.c.id).scalar_subquery()
)
FIRST_LOGIN = _first
PERSON_COLUMNS: list[Any] = [
    *USER_COLUMNS,
    users.c.avatar_state,
    users.c.calendar_secret,
    _first.c.id.label("login_id"),
    _first.c.unique_id,
    _first.c.sis_user_id,
    _first.c.integration_id,
    EMAIL_OF_USER.label("email"),
    LAST_LOGIN_OF_USER.label("last_login"),
]


def select_people() -> Select[Any]:
    """Users with their first login and address (`Person`); narrow it with where()."""
    return select(*PERSON_COLUMNS).select_from(users.outerjoin(_first, _first.c.id == _FIRST_LOGIN_ID))


# One person. Index: primary key.
PERSON = Statement(select_people().where(users.c.id == bindparam("id", type_=BigId)), into=Person)
# Several, in no order. Index: primary key.
PEOPLE_BY_IDS = Statement(select_people().where(any_of(users.c.id, "ids")), into=Person)


async def people_by_id(uow: UnitOfWork, ids: set[int]) -> dict[int, Person]:
    """People by their ids, whatever their state; one statement, none for no ids."""
    if not ids:
        return {}
    return {person.id: person for person in await uow.all(PEOPLE_BY_IDS, ids=sorted(ids))}


# --- logins, addresses, sessions --------------------------------------------------------------------------------------

# A login that was not deleted. Index: primary key.
LOGIN = Statement(
    select(*LOGIN_COLUMNS).where(logins.c.id == bindparam("id", type_=BigId), logins.c.workflow_state != "deleted"),
    into=Login,
)


def _logins_of(owner: str) -> Any:
    """A page of the logins of a user or an account, with how many there are. Indexes: ix_logins_user_id_…, uq_logins_unique_key."""
    columns = [*LOGIN_COLUMNS, func.count().over().label("total")]
    return (
        select(*columns)
        .where(logins.c[owner] == bindparam("owner", type_=BigId), logins.c.workflow_state != "deleted")
        .order_by(logins.c.id)
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
    )


class LoginInList(Login, frozen=True):
    total: int


LOGINS_OF = Dynamic(_logins_of, into=LoginInList)

# How many logins a user has left. Index: ix_logins_user_id_workflow_state.
ACTIVE_LOGINS = Statement(
    select(func.count())
    .select_from(logins)
    .where(logins.c.user_id == bindparam("user_id", type_=BigId), logins.c.workflow_state != "deleted"),
    into=int,
)

# Whether a user is known in a root account: by a login there that was not deleted. Index: ix_logins_user_id_….
LOGIN_IN_ROOT = Statement(
    select(logins.c.id)
    .where(
        logins.c.user_id == bindparam("user_id", type_=BigId),
        logins.c.account_id == bindparam("root_id", type_=BigId),
        logins.c.workflow_state != "deleted",
    )
    .order_by(logins.c.position, logins.c.id)
    .limit(1),
    into=int,
)

# A deleted login by its SIS id, the latest first; `enable_sis_reactivation` asks.
DELETED_LOGIN_BY_SIS = Statement(
    select(*LOGIN_COLUMNS)
    .where(
        logins.c.account_id == bindparam("root_id", type_=BigId),
        logins.c.sis_user_id == bindparam("sis_user_id"),
        logins.c.workflow_state == "deleted",
    )
    .order_by(logins.c.deleted_at.desc(), logins.c.id.desc())
    .limit(1),
    into=Login,
)

# The login of a user in a root that was deleted last, be it alone or with others at once. Index: ix_logins_user_id_workflow_state.
LAST_DELETED_LOGIN = Statement(
    select(*LOGIN_COLUMNS)
    .where(
        logins.c.user_id == bindparam("user_id", type_=BigId),
        logins.c.account_id == bindparam("root_id", type_=BigId),
        logins.c.workflow_state == "deleted",
    )
    .order_by(logins.c.deleted_at.desc(), logins.c.position, logins.c.id)
    .limit(1),
    into=Login,
)

# Who of several people has a login in a root that was not deleted. Index: ix_logins_user_id_workflow_state.
KNOWN_IN_ROOT = Statement(
    select(logins.c.user_id)
    .where(
        any_of(logins.c.user_id, "user_ids"),
        logins.c.account_id == bindparam("root_id", type_=BigId),
        logins.c.workflow_state != "deleted",
    )
    .distinct(),
    into=int,
)

# Whether the SIS vouches for a login that some people have in a root. Index: ix_logins_user_id_workflow_state.
SIS_LOGIN_AMONG = Statement(
    select(logins.c.id)
    .where(
        any_of(logins.c.user_id, "user_ids"),
        logins.c.account_id == bindparam("root_id", type_=BigId),
        logins.c.workflow_state != "deleted",
        logins.c.sis_user_id.is_not(None),
    )
    .limit(1),
    into=int,
)

_AT = bindparam("at", type_=UtcTime)

# Take their logins in a root from people. Index: ix_logins_user_id_workflow_state.
REMOVE_LOGINS = Statement[None](
    update(logins)
    .where(
        any_of(logins.c.user_id, "user_ids"),
        logins.c.account_id == bindparam("root_id", type_=BigId),
        logins.c.workflow_state != "deleted",
    )
    .values(workflow_state="deleted", deleted_at=_AT, updated_at=_AT)
)

# Retire the addresses of those who have no login left anywhere. Indexes: ix_communication_channels_user_id_position, ix_logins_user_id_….
RETIRE_ADDRESSES = Statement[None](
    update(communication_channels)
    .where(
        any_of(communication_channels.c.user_id, "user_ids"),
        communication_channels.c.workflow_state != "retired",
        ~exists(
            select(logins.c.id).where(
                logins.c.user_id == communication_channels.c.user_id, logins.c.workflow_state != "deleted"
            )
        ),
    )
    .values(workflow_state="retired", updated_at=_AT)
)

# Suspend the active logins of people, or make the suspended ones active. Index: ix_logins_user_id_workflow_state.
SUSPEND_LOGINS = Statement[None](
    update(logins)
    .where(any_of(logins.c.user_id, "user_ids"), logins.c.workflow_state == bindparam("was"))
    .values(workflow_state=bindparam("becomes"), updated_at=_AT)
)

# All web sessions of some people, to be removed. Index: ix_sessions_user_id.
SESSIONS_OF_USERS = Statement[None](delete(sessions).where(any_of(sessions.c.user_id, "user_ids")))

# The first address of a user. Index: ix_communication_channels_user_id_position.
FIRST_CHANNEL = Statement(
    select(_channels.c.id)
    .where(
        _channels.c.user_id == bindparam("user_id", type_=BigId),
        _channels.c.type == "email",
        _channels.c.workflow_state != "retired",
    )
    .order_by(_channels.c.position, _channels.c.id)
    .limit(1),
    into=int,
)

# All web sessions of a user, to be removed. Index: ix_sessions_user_id.
SESSIONS_OF_USER = Statement[Any](delete(sessions).where(sessions.c.user_id == bindparam("user_id", type_=BigId)))


async def find_person(uow: UnitOfWork, ref: Ref) -> Person | None:
    """The person a reference names, in any state, with first login and address."""
    column = _COLUMN_OF_KIND.get(ref.kind)
    if column is None:
        return None
    value: Any = ref.number if column == "id" else ref.value
    return await uow.one(_PERSON_BY.at(column), value=value.casefold() if column == "unique_key" else value)


def _person_by(key: str) -> Any:
    """People by id, uuid or a column of any of their logins. Indexes: primary key, uuid, uq_logins_…"""
    if key in ("id", "uuid"):
        return select_people().where(users.c[key] == bindparam("value"))
    owners = select(_any_login.c.user_id).where(
        _any_login.c[key] == bindparam("value"), _any_login.c.workflow_state != "deleted"
    )
    return select_people().where(users.c.id.in_(owners)).order_by(users.c.id).limit(1)


_PERSON_BY = Dynamic(_person_by, into=Person)
