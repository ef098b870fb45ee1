"""Files that stand on pages are artifacts of their owner. Source: portfolio-package.md §5.2."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.specs.files.conftest import uploaded
from tests.specs.portfolios.test_authoring import Author, html
from tests.world import World


def placed(file_id: int) -> dict[str, Any]:
    return {"section_type": "attachment", "attachment_id": file_id}


def upload(world: World, who: str, name: str) -> int:
    return int(uploaded(world, who, "/users/self", name)["id"])


def artifacts(world: World, who: str) -> list[Any]:
    return world.sql(
        "SELECT o.file_id, f.display_name FROM portfolio_objects o JOIN files f ON f.id = o.file_id"
        " WHERE o.user_id = :user AND o.type = 310 AND o.name IS NULL AND o.deleted_at IS NULL ORDER BY o.id",
        user=world.ids[who],
    )


class TestAPlacedFile:
    def test_it_becomes_an_artifact_under_its_name(self, world: World) -> None:
        file, author = upload(world, "cleo", "tides.txt"), Author(world)
        assert artifacts(world, "cleo") == []
        author.entry(html("<p>Before</p>"), placed(file))
        assert artifacts(world, "cleo") == [(file, "tides.txt")]

    def test_it_is_found_again_wherever_else_it_is_placed(self, world: World) -> None:
        file, other = upload(world, "cleo", "tides.txt"), upload(world, "cleo", "winds.txt")
        author, second = Author(world), Author(world, name="another")
        entry = author.entry(placed(file), placed(file))
        author.change(entry, placed(file), placed(other))
        second.entry(placed(other))
        assert artifacts(world, "cleo") == [(file, "tides.txt"), (other, "winds.txt")]

    def test_a_file_that_merely_lies_there_or_belongs_to_somebody_else_is_none(self, world: World) -> None:
        upload(world, "cleo", "tides.txt")
        Author(world).entry(placed(upload(world, "ben", "his.txt")))
        assert artifacts(world, "cleo") == artifacts(world, "ben") == []

    def test_placed_in_two_portfolios_at_once_it_is_one_artifact(self, world: World) -> None:
        file = upload(world, "cleo", "tides.txt")
        authors = [Author(world, name=f"number {number}") for number in range(4)]
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda author: author.send(placed(file)), authors))
        assert [answer.status_code for answer in answers] == [200] * 4
        assert artifacts(world, "cleo") == [(file, "tides.txt")]

    def test_a_portfolio_is_a_presentation(self, world: World) -> None:
        author = Author(world)
        (row,) = world.sql("SELECT type, user_id FROM portfolio_objects WHERE eportfolio_id = :id", id=author.id)
        assert row == (400, world.ids["cleo"])
