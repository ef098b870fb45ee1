"""How far a transfer has come, told while it runs. Source: brightspace-eportfolio.md §5.2."""

from typing import Any

import pytest

from quadrangle.db import UnitOfWork
from quadrangle.transfers import exporting
from quadrangle.transfers.tables import transfers
from tests.specs.brightspace.test_exports import EP, start
from tests.specs.files.conftest import uploaded
from tests.specs.portfolios.test_authoring import Author, html
from tests.world import World


@pytest.fixture
def author(world: World) -> Author:
    """A portfolio with three files on its page, and a link."""
    author = Author(world, name="Fieldwork")
    files = [uploaded(world, "cleo", "/users/self", f"tides-{n}.txt", b"Low water at %d." % n) for n in (1, 2, 3)]
    blocks = [{"section_type": "attachment", "attachment_id": one["id"]} for one in files]
    author.entry(html("<p>Text</p>"), *blocks, name="A")
    link = {"Name": "Tides", "Url": "https://tides.example/"}
    assert world.as_("cleo").http.post(f"{EP}/artifacts/link/new", json=link).status_code == 200
    return author


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What is written of transfers on the way."""
    found: list[dict[str, Any]] = []
    update = UnitOfWork.update

    async def noted(self: UnitOfWork, table: Any, where: dict[str, Any], /, **values: Any) -> int:
        if table is transfers:
            found.append(values)
        return await update(self, table, where, **values)

    monkeypatch.setattr(UnitOfWork, "update", noted)
    return found


class TestAnExport:
    def test_it_tells_how_many_objects_there_are_and_how_many_are_packed(
        self, author: Author, told: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(exporting, "_TOLD_EVERY", 1)
        start(author.world, "cleo")
        author.world.work()
        assert (told[0]["total"], told[0]["done"]) == (5, 0)
        assert [one["done"] for one in told[1:] if "done" in one] == [1, 2, 3, 4, 5]

    def test_it_tells_seldom(self, author: Author, told: list[dict[str, Any]]) -> None:
        start(author.world, "cleo")
        author.world.work()
        assert [one for one in told[1:] if "done" in one] == []

    def test_large_files_count_by_their_bytes(
        self, author: Author, told: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(exporting, "_TOLD_AFTER", 25)
        start(author.world, "cleo")
        author.world.work()
        assert [one["done"] for one in told[1:] if "done" in one] == [4]
