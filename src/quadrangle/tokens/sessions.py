"""What happens to web sessions: somebody signs in, is seen again, signs out; a ticket turns a token into a session.

Source: conventions.md §1.5, web.md "Signing in".
"""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from quadrangle.db import Database, UnitOfWork
from quadrangle.db.uow import reading, writing
from quadrangle.kernel.clock import Clock
from quadrangle.kernel.digest import Digester, random_text
from quadrangle.kernel.errors import NotFound
from quadrangle.people import logins, sessions, verify_password
from quadrangle.tokens.model import ACTIVE, DELETED, OpenSession, SessionForRequest, SignInFacts
from quadrangle.tokens.store import (
    DELETE_OLD_SESSIONS_OF_USER,
    DELETE_OLD_TICKETS,
    DELETE_SESSION,
    END_SESSION_OF,
    LOGIN_BY,
    SEE_SESSION,
    SESSIONS_OF,
    TICKET_BY_DIGEST,
    USE_TICKET,
)
from quadrangle.tokens.tables import session_tickets

IDLE: Final = timedelta(hours=24)
REMEMBERED: Final = timedelta(days=14)  # from signing in
TICKET_LIFE: Final = timedelta(minutes=5)
SEEN_EVERY: Final = 600  # seconds between two writes of seen_at
LONGEST_LOGIN: Final = 255  # characters
LONGEST_PASSWORD: Final = 4096
LONGEST_AGENT: Final = 300
CONFIRMED: Final = timedelta(hours=1)  # for which a password given once more counts


class Opened(msgspec.Struct, frozen=True):
    """A session that begins. cookie: its secret, which is not kept."""

    id: int
    user_id: int
    cookie: str
    csrf_token: str
    remembered: bool


class Redeemed(msgspec.Struct, frozen=True):
    """A ticket that was used."""

    opened: Opened
    return_to: str


async def sign_in(
    database: Database,
    clock: Clock,
    digest: Digester,
    *,
    unique_id: str,
    password: str,
    stay: bool,
    address: str,
    agent: str | None = None,
    replaces: int | None = None,
) -> Opened | None:
    """A session for a login and its password, or None: unknown, suspended, another provider's and wrong take equally long.

    stay: "stay signed in". replaces: the session this browser had, which ends. The password is verified outside any transaction; what was
    verified is compared once more inside.
    """
    key = unique_id.strip().casefold()
    readable = len(key) <= LONGEST_LOGIN and len(password) <= LONGEST_PASSWORD and "\0" not in key
    async with reading(database, clock) as uow:
        login = None
        if readable:
            login = await uow.one(LOGIN_BY.at("unique_key"), value=key)
    known = login.password_digest if login is not None and may_sign_in(login) else None
    if not await verify_password(known, password if readable else "") or login is None:
        return None
    async with writing(database, clock) as uow:
        if await uow.one(LOGIN_BY.at("unique_key"), value=key) != login:
            return None
        if replaces is not None:
            await uow.run(DELETE_SESSION, session_id=replaces)
        await uow.update(logins, {"id": login.id}, last_login_at=uow.now, current_login_ip=address)
        return await open_session(
            uow, digest, user_id=login.user_id, login_id=login.id, stay=stay, address=address, agent=agent
        )


def may_sign_in(login: SignInFacts) -> bool:
    """Whether a password counts for this login: active, of a person who is there, and of no other provider."""
    active = login.workflow_state == ACTIVE and login.user_state != DELETED
    return active and login.authentication_provider_id is None


async def open_session(
    uow: UnitOfWork,
    digest: Digester,
    *,
    user_id: int,
    login_id: int,
    stay: bool = False,
    address: str | None = None,
    agent: str | None = None,
) -> Opened:
    """Begin a session; the user's sessions that are over are cleared away. address, agent: whence, and with what browser."""
    await uow.run(DELETE_OLD_SESSIONS_OF_USER, user_id=user_id, at=uow.now)
    cookie, csrf_token = random_text(64), random_text(43)
    session_id = await uow.insert(
        sessions,
        digest=digest(cookie, use="session"),
        user_id=user_id,
        login_id=login_id,
        csrf_token=csrf_token,
        remembered=stay,
        address=address,
        agent=None if agent is None else agent[:LONGEST_AGENT],
        created_at=uow.now,
        seen_at=uow.now,
        expires_at=uow.now + (REMEMBERED if stay else IDLE),
    )
    return Opened(session_id, user_id, cookie, csrf_token, stay)


async def see_session(database: Database, clock: Clock, session_id: int) -> None:
    """A session goes on for a day from when it was last seen; one that stays signed in ends when it was to end."""
    async with writing(database, clock) as uow:
        await uow.run(SEE_SESSION, session_id=session_id, at=uow.now, until=uow.now + IDLE)


def is_confirmed(session: SessionForRequest, now: datetime) -> bool:
    """Whether the password was given once more within CONFIRMED."""
    return session.confirmed_at is not None and now - session.confirmed_at < CONFIRMED


async def sessions_of(uow: UnitOfWork, user_id: int) -> list[OpenSession]:
    """Where somebody is signed in, the browser that was seen last first."""
    return await uow.all(SESSIONS_OF, user_id=user_id, at=uow.now)


async def end_session_of(uow: UnitOfWork, user_id: int, session_id: int) -> None:
    """Sign somebody out in one of their browsers. Raises NotFound when it is none of theirs, or over."""
    if not await uow.run(END_SESSION_OF, user_id=user_id, session_id=session_id):
        raise NotFound


async def sign_out(uow: UnitOfWork, session_id: int) -> None:
    await uow.run(DELETE_SESSION, session_id=session_id)


async def issue_ticket(uow: UnitOfWork, digest: Digester, *, user_id: int, return_to: str) -> str:
    """A one-time secret that opens a session within TICKET_LIFE."""
    await uow.run(DELETE_OLD_TICKETS, at=uow.now)
    secret = random_text(64)
    await uow.insert(
        session_tickets,
        digest=digest(secret, use="ticket"),
        user_id=user_id,
        return_to=return_to,
        expires_at=uow.now + TICKET_LIFE,
    )
    return secret


async def redeem_ticket(
    uow: UnitOfWork, digest: Digester, secret: str, *, address: str | None = None, agent: str | None = None
) -> Redeemed | None:
    """Use a ticket up; None when there is none, it is too old or used, or its user can no longer sign in."""
    ticket = await uow.one(TICKET_BY_DIGEST, digest=digest(secret, use="ticket"))
    if ticket is None or not await uow.run(USE_TICKET, ticket_id=ticket.id) or ticket.expires_at <= uow.now:
        return None
    login = await uow.one(LOGIN_BY.at("user_id"), value=ticket.user_id)
    if login is None or login.user_state == DELETED:
        return None
    opened = await open_session(uow, digest, user_id=ticket.user_id, login_id=login.id, address=address, agent=agent)
    return Redeemed(opened, ticket.return_to)
