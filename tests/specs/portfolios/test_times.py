"""When a page says it changed. Source: eportfolios.md §1; contract-checklist.md, E20."""

from tests.specs.portfolios.test_authoring import Author, html
from tests.world import World


def test_a_page_that_is_edited_and_its_portfolio_say_so(world: World) -> None:
    """E20 E7 E8."""
    author = Author(world)
    entry = author.entry(html("<p>one</p>"))
    world.clock.advance(minutes=1)
    author.change(entry, html("<p>two</p>"))
    (page,) = [page for page in author.pages() if page["id"] == entry["id"]]
    assert (page["created_at"], page["updated_at"]) == ("2026-02-15T12:00:00Z", "2026-02-15T12:01:00Z")
    assert author.client.get(author.path).json()["updated_at"] == "2026-02-15T12:01:00Z"
