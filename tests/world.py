"""The small world every test knows.

Ada teaches, Ben and Cleo study, Dov observes Ben, Tia assists, Dee designs, Eve belongs to nobody. Root administers the root account, Sub its
sub-account "Science". The course "Physics" stands in Science, is published, and holds all of the above but Eve; its group "Owls" has Ben as
its only member.
"""

import itertools
import secrets
import shutil
import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import msgspec
from sqlalchemy import select
from sqlalchemy import text as sql_text

from quadrangle.accounts import ROOT_ID, add_admin, create_account, roles
from quadrangle.app import create_app
from quadrangle.campus import begin
from quadrangle.courses import create_course, enroll
from quadrangle.db import Statement, UnitOfWork, metadata, migrate, open_database
from quadrangle.db.uow import writing
from quadrangle.groups import add_member, create_group, create_group_category
from quadrangle.kernel.clock import SettableClock
from quadrangle.kernel.digest import Digester
from quadrangle.people import create_login, create_user, hash_password
from quadrangle.settings import Settings
from quadrangle.tokens import issue_token
from quadrangle.work import create_worker
from tests import engines, openapi
from tests.server import Server

START = datetime(2026, 2, 15, 12, 0, 0, tzinfo=UTC)
KEY = "a key for tests"
ROOT_TOKEN = "root-token-0123456789"
PEOPLE = {
    "ada": ("Ada Byron", "TeacherEnrollment"),
    "tia": ("Tia Assist", "TaEnrollment"),
    "dee": ("Dee Sign", "DesignerEnrollment"),
    "ben": ("Ben Okri", "StudentEnrollment"),
    "cleo": ("Cleo Patra", "StudentEnrollment"),
    "dov": ("Dov Watcher", "ObserverEnrollment"),
    "eve": ("Eve Elsewhere", None),
}
PASSWORD = "correct horse"
# Reading the certificates of the world for every client took 80 ms each; nothing here speaks TLS.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Facts:
    """Ids and tokens of one campus, the same in every copy of it."""

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}
        self.tokens: dict[str, str] = {}


async def furnish(uow: UnitOfWork, facts: Facts, password_digest: str) -> None:
    digest = Digester(KEY)
    await begin(
        uow,
        digest,
        account_name="Root U",
        admin_email="root@example.com",
        password_digest=password_digest,
        admin_token=ROOT_TOKEN,
    )
    facts.ids["root"], facts.tokens["root"] = 1, ROOT_TOKEN
    role_ids = {row.name: row.id for row in await uow.all(_ROLES)}
    facts.ids |= {f"role:{name}": id for name, id in role_ids.items()}
    facts.ids["science"] = await create_account(
        uow, name="Science", parent_id=ROOT_ID, root_id=ROOT_ID, sis_source_id="SCI"
    )
    facts.ids["arts"] = await create_account(uow, name="Arts", parent_id=ROOT_ID, root_id=ROOT_ID)

    async def person(key: str, name: str) -> int:
        user_id = facts.ids[key] = await create_user(uow, name=name)
        await create_login(
            uow,
            user_id=user_id,
            account_id=ROOT_ID,
            unique_id=f"{key}@example.com",
            password_digest=password_digest,
        )
        _, facts.tokens[key] = await issue_token(
            uow, digest, user_id=user_id, purpose="tests", secret=f"{key}-token-0123456789"
        )
        return user_id

    sub = await person("sub", "Sub Admin")
    await add_admin(uow, account_id=facts.ids["science"], user_id=sub, role_id=role_ids["AccountAdmin"])
    course = facts.ids["physics"] = await create_course(
        uow,
        account_id=facts.ids["science"],
        root_id=ROOT_ID,
        name="Physics",
        course_code="PHY101",
        state="available",
    )
    for key, (name, type_) in PEOPLE.items():
        user_id = await person(key, name)
        if type_ is not None:
            facts.ids[f"enrollment:{key}"] = await enroll(
                uow, course_id=course, user_id=user_id, type=type_, role_id=role_ids[type_], state="active",
                associated_user_id=facts.ids["ben"] if key == "dov" else None,
            )  # fmt: skip
    category = facts.ids["birds"] = await create_group_category(uow, course_id=course, root_id=ROOT_ID, name="Birds")
    group = facts.ids["owls"] = await create_group(uow, category_id=category, name="Owls")
    await add_member(uow, group_id=group, user_id=facts.ids["ben"])


class _RoleName(msgspec.Struct, frozen=True):
    id: int
    name: str


_ROLES = Statement(select(roles.c.id, roles.c.name), into=_RoleName)


class Template:
    """A furnished campus on one engine, made once a test process and brought back for every test.

    A file of SQLite is copied. Creating a PostgreSQL database takes 300 ms, so there is one, and its rows are brought back, which takes six.
    """

    def __init__(self, engine: str, server: Server, folder: Path) -> None:
        self.engine = engine
        self.server = server
        self.folder = folder
        self.facts = Facts()
        self._copies = itertools.count()
        self._bring_back = ""
        if engine == "postgresql":
            self.url = engines.postgres().url("quad")
            self._run(engines.postgres().url(), "CREATE DATABASE quad")
        else:
            self.url = f"sqlite:///{folder / 'quad_template'}.db"
        migrate.upgrade(self.url)
        server.run(self._furnish())
        if engine == "postgresql":
            self._bring_back = server.run(self._keep())

    def _run(self, url: str, sql: str) -> None:
        async def run() -> None:
            connection = await asyncpg.connect(url)
            try:
                await connection.execute(sql)
            finally:
                await connection.close()

        self.server.run(run())  # not asyncio.run: a browser test has a loop of its own on this thread

    async def _furnish(self) -> None:
        database = open_database(self.url, synchronous="normal")
        await database.start()
        password = await hash_password(PASSWORD)
        async with writing(database, SettableClock(START)) as uow:
            await furnish(uow, self.facts, password)
        await database.stop()

    async def _keep(self) -> str:
        """Put a copy of every row aside; returns the SQL that brings them back."""
        connection = await asyncpg.connect(self.url)
        tables = [table for table in metadata.sorted_tables if table.schema is None]
        await connection.execute("CREATE SCHEMA kept")
        script = ["BEGIN", "SET LOCAL session_replication_role = replica"]
        for table in tables:
            await connection.execute(f'CREATE TABLE kept."{table.name}" AS TABLE public."{table.name}"')
            script.append(f'DELETE FROM public."{table.name}"')
        for table in tables:
            script.append(f'INSERT INTO public."{table.name}" SELECT * FROM kept."{table.name}"')
            if "id" in table.c:
                sequence = await connection.fetchval("SELECT pg_get_serial_sequence($1, 'id')", table.name)
                value, called = await connection.fetchrow(f"SELECT last_value, is_called FROM {sequence}")
                script.append(f"SELECT setval('{sequence}', {value}, {str(called).lower()})")
        await connection.close()
        return ";\n".join([*script, "COMMIT"])

    def copy(self) -> str:
        """The address of a fresh campus."""
        if self.engine == "postgresql":
            self._run(self.url, self._bring_back)
            return self.url
        name = f"quad_{next(self._copies)}"
        shutil.copy(self.folder / "quad_template.db", self.folder / f"{name}.db")
        return f"sqlite:///{self.folder / name}.db"

    def drop(self, url: str) -> None:
        if self.engine == "sqlite":
            for path in self.folder.glob(Path(url).name + "*"):
                path.unlink()


class Client:
    """Somebody at the API. Every answer is checked against the published description."""

    def __init__(self, world: "World", token: str | None) -> None:
        self._world = world
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self.http = httpx.Client(base_url=world.url, headers=headers, timeout=30, verify=NO_TLS)
        world.closing.append(self.http.close)

    def request(self, method: str, path: str, **how: Any) -> httpx.Response:
        if path.startswith("/") and not path.startswith(
            ("/api", "/login", "/profile", "/healthz", "/readyz", "/metrics", "/d2l")
        ):
            path = "/api/v1" + path
        reply = self.http.request(method, path, **how)
        openapi.check(self._world.app, reply)
        return reply

    def get(self, path: str, **query: Any) -> httpx.Response:
        """GET with query parameters given as keywords or, for bracketed names, as `params={…}`."""
        params = query.pop("params", None) or query
        return self.request("GET", path, params=params or None)  # empty ones would take the path's own query away

    def post(self, path: str, data: Any = None, **how: Any) -> httpx.Response:
        return self.request("POST", path, data=data, **how)

    def put(self, path: str, data: Any = None, **how: Any) -> httpx.Response:
        return self.request("PUT", path, data=data, **how)

    def delete(self, path: str, data: Any = None, **how: Any) -> httpx.Response:
        return self.request("DELETE", path, data=data, **how)


class World:
    """One campus, one server in front of it, one clock that moves when it is told to."""

    def __init__(self, template: Template, **settings: Any) -> None:
        self.template = template
        self.server = template.server
        self.engine = template.engine
        self.ids = dict(template.facts.ids)
        self.tokens = dict(template.facts.tokens)
        self.clock = SettableClock(START)
        self.closing: list[Any] = []
        self.database_url = template.copy()
        self.storage = template.folder / f"files-{secrets.token_hex(4)}"  # made with the first file
        self._clients: dict[str | None, Client] = {}
        self.use(**settings)

    def use(self, **settings: Any) -> None:
        """Serve this campus anew, with other server settings."""
        self._stop()
        chosen: dict[str, Any] = {"throttle": False, "sqlite_synchronous": "normal", **settings}
        chosen.setdefault("storage_url", f"file://{self.storage}")
        self.settings = Settings(database_url=self.database_url, secret_key=KEY, log="error", **chosen)
        self.app = create_app(self.settings, clock=self.clock)
        self.server.run(self.app.database.start())
        self.server.app = self.app

    def _stop(self) -> None:
        if getattr(self, "app", None) is not None:
            self.server.run(self.app.database.stop())

    def close(self) -> None:
        for close in self.closing:
            close()
        self._stop()
        shutil.rmtree(self.storage, ignore_errors=True)
        self.template.drop(self.database_url)

    @property
    def url(self) -> str:
        return self.server.url

    def as_(self, who: str | None) -> Client:
        """The client of somebody by name (`ada`, `ben`, …, `root`, `sub`), or of nobody (None)."""
        if who not in self._clients:
            self._clients[who] = Client(self, self.tokens[who] if who is not None else None)
        return self._clients[who]

    def with_token(self, secret: str) -> Client:
        return Client(self, secret)

    def __getattr__(self, name: str) -> Any:
        """`world.ada` is Ada's client; `world.anyone` is a caller without credentials."""
        if name == "anyone":
            return self.as_(None)
        if name in self.tokens:
            return self.as_(name)
        raise AttributeError(name)

    def statements_of(self, act: Any) -> int:
        """How many statements the requests made by `act()` ran."""
        read = self.app.metrics.registry.get_sample_value
        before = read("quadrangle_statements_total") or 0
        act()
        return int((read("quadrangle_statements_total") or 0) - before)

    def do(self, work: Any) -> Any:
        """Run `await work(uow)` in one committed unit of work on this campus's database."""

        async def run() -> Any:
            async with writing(self.app.database, self.clock) as uow:
                return await work(uow)

        return self.server.run(run())

    def work(self) -> int:
        """Run every job that is due, as a worker would, until none is left; returns how many runs there were."""

        async def run() -> int:
            return await create_worker(self.settings, self.app.database, self.app.blobs, self.clock).run_until_idle()

        return self.server.run(run())

    def sql(self, statement: str, **values: Any) -> list[Any]:
        """Look at the database behind the API's back; rows as tuples."""

        async def run() -> Any:
            compiled = Statement[Any](sql_text(statement).bindparams(**values)).compiled(self.app.database.dialect)
            async with self.app.database.write() as connection:
                if self.engine == "sqlite":
                    connection.touched = None
                    return connection._execute(compiled.sql, compiled.arguments({})).fetchall()
                return [tuple(row) for row in await connection._connection.fetch(compiled.sql, *compiled.arguments({}))]

        return self.server.run(run())

    @property
    def course(self) -> str:
        return f"/courses/{self.ids['physics']}"

    @property
    def group(self) -> str:
        return f"/groups/{self.ids['owls']}"
