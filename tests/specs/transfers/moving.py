"""Portfolios on the move: exports and imports over HTTP, as their owners do them."""

from pathlib import Path
from typing import Any

import httpx

from quadrangle.packages import open_container, read
from quadrangle.packages.model import Packed
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
        (row,) = self.world.sql("SELECT report FROM transfers WHERE id = :id", id=task)
        import json

        told = row[0] if isinstance(row[0], dict) else json.loads(row[0])
        return told["created"], told["recognised"], told["copied"]

    def count(self) -> dict[str, int]:
        """How many rows there are of everything that an import can make for them."""
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
        return {name: int(self.world.sql(query, id=self.id)[0][0]) for name, query in tables.items()}
