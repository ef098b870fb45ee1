"""The demo campus: Northfield College, the same every time. All its passwords are `northfield`.

A believable place to try things in, and a set of data that tests and guides may name.
"""

from datetime import UTC, datetime
from typing import Final

import msgspec

from quadrangle.accounts import ROOT_ID
from quadrangle.blobs import Blob, Blobs, store_bytes
from quadrangle.db import Database
from quadrangle.demo import papers, people, places, showcase
from quadrangle.demo.filler import MENTOR, REGISTRAR, Filler
from quadrangle.demo.papers import Paper
from quadrangle.demo.people import Person
from quadrangle.demo.places import DESIGNER, OBSERVER, STUDENT, TA, TEACHER
from quadrangle.kernel.clock import SettableClock
from quadrangle.kernel.digest import Digester, predictable
from quadrangle.people import hash_password
from quadrangle.tokens import create_app_pair, create_key_pair, find_app

PASSWORD: Final = "northfield"
# A program for portfolios, which runs on the machine of whoever tries it, and somebody who has a portfolio.
_PROGRAM: Final = "Portfolio Exporter"
_TRUSTED: Final = "http://localhost:9000/"
_EXPORTS: Final = "aaliyah.brooks"
_REGISTERED: Final = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
_ADMINS: Final = {
    "mara.lindqvist": "root administrator, teacher of GEN001",
    "joseph.adeyemi": f"{REGISTRAR} (a role of the college's own)",
    "hannah.weiss": "administrator of the Faculty of Science",
    "ruben.castellanos": "administrator of the Faculty of Arts and Humanities",
}
_WORDS: Final = {TEACHER: "teacher", TA: "TA", DESIGNER: "designer", STUDENT: "student", OBSERVER: "observer"}


class DemoLogin(msgspec.Struct, frozen=True):
    """One person with what they sign in with and what they are."""

    name: str
    login: str
    password: str
    role: str


class DemoProgram(msgspec.Struct, frozen=True):
    """An application of the Brightspace API and the user token it has of one person. user_id: the id of the token."""

    name: str
    app_id: str
    app_key: str
    login: str
    user_id: str
    user_key: str
    trusted_url: str


class DemoSummary(msgspec.Struct, frozen=True):
    """What was made. access_token: of the root administrator; tokens: everybody's, by login."""

    account_id: int
    account_name: str
    user_id: int
    access_token: str
    accounts: int
    users: int
    courses: int
    groups: int
    pages: int
    revisions: int
    logins: list[DemoLogin]
    tokens: dict[str, str]
    portfolios: int = 0  # what an earlier release remembered tells neither this
    program: DemoProgram | None = None  # nor this


async def fill(database: Database, blobs: Blobs, digest: Digester) -> DemoSummary:
    """Make the demo campus in an empty database that is at the newest schema."""
    password_digest = await hash_password(PASSWORD)
    stored = {paper: await _store(database, blobs, paper) for paper in (*papers.PAPERS, *showcase.PAPERS)}
    with predictable("Northfield College"):
        async with database.write() as connection:
            filler = Filler(connection, digest, password_digest, stored)
            await filler.fill()
            program = await _program(filler, digest)
    return DemoSummary(
        account_id=ROOT_ID,
        account_name="Northfield College",
        user_id=filler.users[people.ADMIN.login],
        access_token=filler.tokens[people.ADMIN.login],
        accounts=len(filler.accounts) + 1,
        users=len(filler.users),
        courses=len(filler.courses),
        groups=len(filler.groups),
        pages=filler.pages,
        revisions=filler.revisions,
        portfolios=filler.portfolios,
        logins=[DemoLogin(one.name, one.address, PASSWORD, _role_of(one)) for one in people.EVERYBODY],
        tokens=dict(filler.tokens),
        program=program,
    )


async def _program(filler: Filler, digest: Digester) -> DemoProgram:
    """Of the keys nobody knows more than they have read on this very server: they come from its secret."""
    uow = filler.at(_REGISTERED)
    app_id, app_key = await create_app_pair(uow, digest, name=_PROGRAM, trusted_url=_TRUSTED)
    app = await find_app(uow, app_id)
    assert app is not None
    user_id, user_key = await create_key_pair(uow, digest, app, user_id=filler.users[_EXPORTS])
    login = next(one.address for one in people.EVERYBODY if one.login == _EXPORTS)
    return DemoProgram(_PROGRAM, app_id, app_key, login, user_id, user_key, _TRUSTED)


async def _store(database: Database, blobs: Blobs, paper: Paper) -> Blob:
    async with blobs.incoming() as incoming:
        await incoming.write(paper.data)
        return await store_bytes(database, SettableClock(places.FOUNDED), blobs, incoming)


def _role_of(person: Person) -> str:
    """`teacher of BIO110; student of EDU400`."""
    found = [_ADMINS[person.login]] if person.login in _ADMINS else []
    for type_, word in _WORDS.items():
        codes = [
            plan.code
            for plan in places.COURSES
            if person.login in {entry.partition(">")[0] for entry in plan.people.get(type_, "").split()}
        ]
        if codes:
            found.append(f"{word} of {', '.join(codes)}")
    return "; ".join(found)


__all__ = ["MENTOR", "PASSWORD", "REGISTRAR", "DemoLogin", "DemoProgram", "DemoSummary", "fill"]
