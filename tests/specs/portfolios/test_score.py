"""The score beside the keywords. Source: eportfolios.md §6, last paragraphs."""

from datetime import timedelta

import pytest

from quadrangle.portfolios.score import passages_of, reasons_of
from tests.specs.portfolios.test_authoring import Author, html
from tests.world import START, World

FARM = "".join(f'<p><a href="https://shop{number}.example/x">cheap pills {number}</a></p>' for number in range(30))
PROSE = "<p>" + "Today we counted the birds on the lake and drew every one of them. " * 4 + "</p>"


def codes(text: str, *, days: int = 365, repeated_by: int = 0) -> list[str]:
    since = START - timedelta(days=days)
    return [one.code for one in reasons_of([html(text)], author_since=since, now=START, repeated_by=repeated_by)]


class TestReasons:
    def test_links(self) -> None:
        assert codes(FARM) == ["link_density", "link_farm"]
        assert codes(PROSE + FARM[:200]) == []
        assert codes(FARM.replace("https://", "/")) == []

    def test_an_account_is_young_beside_other_reasons_alone(self) -> None:
        assert codes(FARM, days=1) == ["link_density", "link_farm", "new_account"]
        assert codes(PROSE, days=1) == []

    def test_repeated_text(self) -> None:
        assert codes(PROSE, repeated_by=1) == []
        assert codes(PROSE, repeated_by=2) == ["repeated_text"]
        assert passages_of([html(PROSE)]) == passages_of([html(PROSE.replace("birds", "<b>birds</b>").upper())])

    @pytest.mark.parametrize(
        "text",
        [
            '<p style="display: none">x</p>',
            '<div style="left: -9999px"><p></p><div></div>x</div>',
            '<p class="a" style="color: #fff; background-color: #FFF"><br><b>x</b></p>',
            '<span style="font-size: 0">x</span>',
        ],
    )
    def test_hidden_text(self, text: str) -> None:
        assert codes(text) == ["hidden_text"]

    @pytest.mark.parametrize(
        "text",
        [
            '<p style="display: none"> <br>&nbsp;</p><p>what follows is seen</p>',
            '<p style="opacity: 0.5">x</p>',
            '<p style="color: #fff; background-color: #000">x</p>',
        ],
    )
    def test_text_that_is_seen(self, text: str) -> None:
        assert codes(text) == []


@pytest.mark.parametrize(("mode", "status"), [("off", None), ("review", None), ("flag", "flagged_as_possible_spam")])
def test_what_comes_of_a_high_score(world: World, mode: str, status: str | None) -> None:
    world.root.put("/accounts/1", {"account[settings][eportfolio_score]": mode})
    author = Author(world)
    author.entry(html(FARM))
    assert author.status() == status
    ((review, told),) = world.sql(f"SELECT review, spam_reasons FROM eportfolios WHERE id = {author.id}")
    assert (review is not None) == (mode == "review")
    assert ("link_farm" in str(told)) == (mode != "off")


def test_a_safe_portfolio_is_never_flagged_by_it(world: World) -> None:
    world.root.put("/accounts/1", {"account[settings][eportfolio_score]": "flag"})
    author = Author(world)
    world.root.put(f"{author.path}/moderate", {"spam_status": "marked_as_safe"})
    author.entry(html(FARM))
    assert author.status() == "marked_as_safe"
