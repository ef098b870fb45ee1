"""The published canvasapi client reads, deletes, moderates and restores ePortfolios. Source: real-clients.md §5, eportfolios.md §3."""

from typing import Any

import pytest
from canvasapi.exceptions import BadRequest, Forbidden, ResourceDoesNotExist
from canvasapi.user import User

from tests.contracts.client import Clients, has, requester
from tests.specs.portfolios.conftest import Campus
from tests.world import World

PORTFOLIO = (
    "id",
    "user_id",
    "name",
    "public",
    "created_at",
    "updated_at",
    "workflow_state",
    "deleted_at",
    "spam_status",
)
PAGE = ("id", "eportfolio_id", "position", "name", "content", "created_at", "updated_at")


@pytest.fixture
def campus(world: World) -> Campus:
    return Campus(world)


def ben(api: Clients, world: World) -> Any:
    return api.root.get_user(world.ids["ben"])


class TestAnAuthor:
    def test_reads_a_portfolio_and_its_pages(self, api: Clients, campus: Campus) -> None:
        portfolio = api.ben.get_eportfolio(campus.p1)
        has(portfolio, *PORTFOLIO)
        assert (portfolio.name, str(portfolio)) == ("Fruitcake", "Fruitcake")
        assert portfolio.updated_at_date.tzinfo is not None
        (page,) = portfolio.get_eportfolio_pages()
        has(page, *PAGE)
        assert (str(page), page.content) == ("1. Welcome", "Nothing entered yet")

    def test_lists_what_is_there(self, api: Clients, campus: Campus) -> None:
        mine = api.ben.get_current_user().get_eportfolios()
        assert [one.id for one in mine] == campus.active
        assert [one.id for one in api.ben.get_current_user().get_eportfolios(include=["deleted"])] == campus.active

    def test_walks_through_many_pages_of_a_list(self, api: Clients, campus: Campus) -> None:
        assert [one.id for one in api.ben.get_current_user().get_eportfolios(per_page=1)] == campus.active

    def test_deletes_one(self, api: Clients, campus: Campus) -> None:
        gone = api.ben.get_eportfolio(campus.p1).delete()
        assert (gone.workflow_state, gone.deleted_at_date.tzinfo is not None) == ("deleted", True)
        with pytest.raises(Forbidden):
            api.ben.get_eportfolio(campus.p1)

    def test_does_not_moderate_or_restore(self, api: Clients, campus: Campus) -> None:
        portfolio = api.ben.get_eportfolio(campus.p1)
        for forbidden in (
            lambda: portfolio.moderate_eportfolio(spam_status="marked_as_safe"),
            portfolio.delete().restore,
        ):
            with pytest.raises(Forbidden):
                forbidden()


class TestAModerator:
    def test_sees_deleted_ones_too(self, api: Clients, world: World, campus: Campus) -> None:
        every = ben(api, world).get_eportfolios(include=["deleted"])
        assert {one.id for one in every} == {*campus.active, campus.p5}

    def test_says_what_is_spam(self, api: Clients, campus: Campus) -> None:
        said = api.root.get_eportfolio(campus.p1).moderate_eportfolio(spam_status="marked_as_spam")
        assert said.spam_status == "marked_as_spam"
        with pytest.raises(BadRequest):
            api.root.get_eportfolio(campus.p1).moderate_eportfolio(spam_status="spam_it_up")

    def test_says_it_of_all_at_once(self, api: Clients, world: World, campus: Campus) -> None:
        """The client expects a list where the reference promises `"success"`; what was asked for is done before it stumbles."""
        with pytest.raises(AttributeError):
            list(ben(api, world).moderate_all_eportfolios(spam_status="marked_as_safe"))
        assert {one.spam_status for one in ben(api, world).get_eportfolios()} == {"marked_as_safe"}

    def test_restores_what_was_deleted(self, api: Clients, campus: Campus) -> None:
        gone = api.root.get_eportfolio(campus.p1).delete()
        back = gone.restore()
        assert (back.workflow_state, back.deleted_at) == ("active", None)


class TestAnybodyElse:
    def test_is_refused(self, api: Clients, world: World, campus: Campus) -> None:
        with pytest.raises(Forbidden):
            api.cleo.get_eportfolio(campus.p1)
        with pytest.raises(Forbidden):
            list(User(requester(api.cleo), {"id": world.ids["ben"], "name": "Ben"}).get_eportfolios())
        with pytest.raises(ResourceDoesNotExist):
            api.cleo.get_eportfolio(999_999)
