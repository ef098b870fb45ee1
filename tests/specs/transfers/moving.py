"""Portfolios on the move: exports and imports over HTTP, as their owners do them."""

import json
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from quadrangle import portfolios, transfers
from quadrangle.accounts import ROOT_ID
from quadrangle.blobs import store_bytes
from quadrangle.courses import enroll
from quadrangle.db import UnitOfWork, writing
from quadrangle.packages import open_container, read
from quadrangle.packages.model import Packed
from quadrangle.people import create_login, create_user
from tests.world import World

EP = "/d2l/api/eP/2.5"
COMPLETE, ABORTED, WITH_ERRORS = 2, 1, 3


class Mover:
    """Somebody who exports and imports. folder: where packages go."""

    def __init__(self, world: World, who: str, folder: Path) -> None:
        self.world, self.who, self.folder = world, who, folder
        self.http = world.as_(who).http
        self.id = world.ids[who]
        self._number = 0

    def export(self) -> Path:
        """All that they own, as a package."""
        task = self.http.post(f"{EP}/export/new/all").json()
        self.world.work()
        assert self.http.get(f"{EP}/export/{task}/status").json() == COMPLETE, self.http.get(
            f"{EP}/export/{task}/problems"
        ).text
        self._number += 1
        path = self.folder / f"{self.who}-{self._number}.zip"
        path.write_bytes(self.http.get(f"{EP}/export/{task}/package").content)
        return path

    def contents(self) -> dict[str, Packed]:
        """All that they own as packages tell it, by name."""
        items = list(read(open_container(self.export()), self.world.clock.now()).items())
        return {getattr(one, "name", None) or one.key: one for one in items}

    def send(self, data: bytes, *parts: Any, route: str = "new") -> httpx.Response:
        """parts: others before the file, as (name, value)."""
        files = [(name, (None, str(value))) for name, value in parts]
        return self.http.post(f"{EP}/import/{route}", files=[*files, ("file", ("p.zip", data, "application/zip"))])

    def start(self, package: Path | bytes) -> int:
        sent = self.send(package if isinstance(package, bytes) else package.read_bytes())
        assert sent.status_code == 200, sent.text
        (task,) = sent.json()
        return int(task)

    def make(self, path: str, name: str, **more: Any) -> int:
        made = self.http.post(f"{EP}{path}", json={"Name": name, **more})
        assert made.status_code == 200, made.text
        return int(made.json()["ObjectId"])

    def ids(self) -> dict[str, int]:
        """Of what they own, by name."""
        return {one["Name"]: one["ObjectId"] for one in self.http.get(f"{EP}/objects/my/").json()["Items"]}

    def names(self) -> list[str]:
        return [one["Name"] for one in self.http.get(f"{EP}/objects/my/").json()["Items"]]

    def status(self, task: int) -> int:
        return int(self.http.get(f"{EP}/import/{task}/status").json())

    def problems(self, task: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.http.get(f"{EP}/import/{task}/problems").json()
        return found

    def codes(self, task: int) -> list[str]:
        return sorted({one["Code"] for one in self.problems(task)})

    def bring(self, package: Path | bytes, *, state: int = COMPLETE) -> int:
        """Import a package to its end; the id of the task."""
        task = self.start(package)
        self.world.work()
        assert self.status(task) == state, self.problems(task)
        return task

    def report(self, task: int) -> tuple[int, int, int]:
        """Created, recognised, copied."""
        return report_of(self.world, task)

    def count(self) -> dict[str, int]:
        return rows_of(self.world, self.id)


def report_of(world: World, task: int) -> tuple[int, int, int]:
    """Created, recognised, copied."""
    (row,) = world.sql("SELECT report FROM transfers WHERE id = :id", id=task)
    told = row[0] if isinstance(row[0], dict) else json.loads(row[0])
    return told["created"], told["recognised"], told["copied"]


def rows_of(world: World, user_id: int) -> dict[str, int]:
    """How many rows there are of everything that an import can make for somebody."""
    tables = {
        "objects": "SELECT count(*) FROM portfolio_objects WHERE user_id = :id",
        "portfolios": "SELECT count(*) FROM eportfolios WHERE user_id = :id",
        "pages": "SELECT count(*) FROM eportfolio_entries e JOIN eportfolios p ON p.id = e.eportfolio_id WHERE p.user_id = :id",
        "files": "SELECT count(*) FROM files WHERE context_type = 'User' AND context_id = :id",
        "comments": "SELECT count(*) FROM portfolio_comments c JOIN portfolio_objects o ON o.id = c.item_id WHERE o.user_id = :id",
        "page comments": "SELECT count(*) FROM eportfolio_comments c JOIN eportfolio_entries e ON e.id = c.entry_id "
        "JOIN eportfolios p ON p.id = e.eportfolio_id WHERE p.user_id = :id",
        "members": "SELECT count(*) FROM portfolio_members m JOIN portfolio_objects o ON o.id = m.collection_id WHERE o.user_id = :id",
        "associations": "SELECT count(*) FROM portfolio_associations a JOIN portfolio_objects o ON o.id = a.source_id WHERE o.user_id = :id",
        "tags": "SELECT count(*) FROM portfolio_tags WHERE user_id = :id",
    }
    return {name: int(world.sql(query, id=user_id)[0][0]) for name, query in tables.items()}


_NUMBERS = count(1)


class Newcomer:
    """Somebody who has just come and owns nothing; what they do goes past HTTP, so that many may come in one test."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder
        self.id: int = world.do(self._come)

    async def _come(self, uow: UnitOfWork) -> int:
        number = next(_NUMBERS)
        user_id = await create_user(uow, name=f"Newcomer {number}")
        await create_login(
            uow, user_id=user_id, account_id=ROOT_ID, unique_id=f"newcomer-{number}@example.com", password_digest=None
        )
        await enroll(
            uow,
            course_id=self.world.ids["physics"],
            user_id=user_id,
            type="StudentEnrollment",
            role_id=self.world.ids["role:StudentEnrollment"],
            state="active",
        )
        return user_id

    async def _granted(self, uow: UnitOfWork) -> Any:
        standing = await portfolios.standing_to(uow, self.id, self.id, portfolios.keywords((), ()))
        return portfolios.allow(standing, portfolios.LIST)

    def bring(self, package: Path) -> int:
        """Import a package to its end; the id of the task."""

        data = package.read_bytes()

        async def start() -> int:
            app = self.world.app
            async with app.blobs.incoming() as incoming:
                await incoming.write(data)
                blob = await store_bytes(app.database, self.world.clock, app.blobs, incoming)
            async with writing(app.database, self.world.clock) as uow:
                granted = await self._granted(uow)
                return await transfers.start_import(
                    uow, granted, blob, creator_id=self.id, name="p.zip", base_url=self.world.url
                )

        task = int(self.world.server.run(start()))
        self.world.work()
        return task

    def state(self, task: int) -> int:
        return int(self.world.sql("SELECT state FROM transfers WHERE id = :id", id=task)[0][0])

    def problems(self, task: int) -> Any:
        return self.world.sql("SELECT problems FROM transfers WHERE id = :id", id=task)[0][0]

    def export(self) -> Path | None:
        """All that they own; None where that is nothing."""

        async def start(uow: UnitOfWork) -> int:
            return await transfers.start_export(
                uow, await self._granted(uow), transfers.ExportWish(), base_url=self.world.url
            )

        try:
            task = int(self.world.do(start))
        except transfers.NothingToExport:
            return None
        self.world.work()
        assert self.state(task) == COMPLETE, self.problems(task)
        digest = self.world.sql(
            "SELECT f.digest FROM transfers t JOIN files f ON f.id = t.file_id WHERE t.id = :id", id=task
        )[0][0]
        path = self.folder / f"newcomer-{self.id}-{task}.zip"
        path.write_bytes((self.world.storage / digest[:2] / digest).read_bytes())
        return path

    def report(self, task: int) -> tuple[int, int, int]:
        return report_of(self.world, task)

    def count(self) -> dict[str, int]:
        return rows_of(self.world, self.id)
