"""A package comes in over the web. Source: web.md W6, portfolio-package.md §6, §7."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from quadrangle.jobs import enqueue
from tests.specs.portfolios.test_authoring import Author, html
from tests.specs.transfers.moving import Mover
from tests.specs.web.conftest import HTML, Visitor, words
from tests.world import World

Visitors = Callable[[str | None], Visitor]
HOME = "/eportfolios/import"
HOSTILE = "Tides <img src=x onerror=alert(1)>"


class Desk:
    """Somebody who brings packages in."""

    def __init__(self, world: World, visitor: Visitor) -> None:
        self.world = world
        self.visitor = visitor

    def send(self, data: bytes, name: str = "mine.zip", token: str | None = None) -> httpx.Response:
        proof = self.visitor.browser.csrf if token is None else token
        return self.visitor.browser.http.post(
            f"{HOME}?authenticity_token={proof}", files={"file": (name, data)}, headers=HTML
        )

    def look(self, data: bytes) -> tuple[str, httpx.Response]:
        """Send it; where it is then, and how that looks."""
        sent = self.send(data)
        assert sent.status_code == 303, words(sent)
        return sent.headers["location"], self.visitor.get(sent.headers["location"])

    def bring(self, data: bytes) -> httpx.Response:
        """All the way in."""
        address, _ = self.look(data)
        self.visitor.post(f"{address}/begin")
        self.world.work()
        return self.visitor.get(address)


def kept(world: World) -> int:
    """How many packages are kept for Ben to look into."""
    found = "SELECT count(*) FROM files WHERE context_type = 'Package' AND context_id = :id AND workflow_state = 'available'"
    return int(world.sql(found, id=world.ids["ben"])[0][0])


@pytest.fixture
def package(world: World, tmp_path: Path) -> bytes:
    """All that Cleo owns."""
    author = Author(world, name=HOSTILE)
    author.entry(html("<p>Low water</p>", "rich_text"), name="Spring <b>tides</b>")
    return Mover(world, "cleo", tmp_path).export().read_bytes()


@pytest.fixture
def desk(world: World, visitor: Visitors) -> Desk:
    return Desk(world, visitor("ben"))


class TestLookingIntoAPackage:
    def test_it_is_told_what_is_in_it_before_anything_comes_in(self, world: World, desk: Desk, package: bytes) -> None:
        _, page = desk.look(package)
        said = words(page)
        assert "1 portfolio, 2 pages." in said
        assert HOSTILE in said
        assert "Spring <b>tides</b>" in said
        assert "<img src=x" not in page.text
        world.work()
        assert "Your first portfolio" in words(desk.visitor.get("/dashboard/eportfolios"))

    def test_every_screen_of_it_takes_five_statements(self, world: World, desk: Desk, package: bytes) -> None:
        address, _ = desk.look(package)
        assert world.statements_of(lambda: desk.visitor.get(HOME)) <= 5
        assert world.statements_of(lambda: desk.visitor.get(address)) <= 5
        desk.visitor.post(f"{address}/begin")
        assert world.statements_of(lambda: desk.visitor.get(address)) <= 5
        world.work()
        assert world.statements_of(lambda: desk.visitor.get(address)) <= 5

    def test_another_takes_its_place(self, desk: Desk, package: bytes) -> None:
        first, _ = desk.look(package)
        second, _ = desk.look(package)
        assert desk.visitor.get(first).status_code == 404
        assert desk.visitor.get(second).status_code == 200

    def test_it_can_be_let_go(self, world: World, desk: Desk, package: bytes) -> None:
        address, _ = desk.look(package)
        page = desk.visitor.follow(desk.visitor.post(f"{address}/drop"))
        assert "Nothing of it came in." in words(page)
        assert desk.visitor.get(address).status_code == 404
        assert kept(world) == 0

    def test_it_is_forgotten_after_a_day(self, world: World, desk: Desk, package: bytes) -> None:
        address, _ = desk.look(package)
        for hours, status, left in ((23, 200, 1), (2, 404, 0)):
            world.clock.advance(hours=hours)
            world.do(lambda uow: enqueue(uow, "forget_packages"))
            world.work()
            assert desk.visitor.get(address).status_code == status
            assert kept(world) == left

    def test_programs_do_not_see_it_as_an_import(self, desk: Desk, package: bytes) -> None:
        address, _ = desk.look(package)
        number = address.rsplit("/", 1)[1]
        assert desk.world.ben.http.get(f"/d2l/api/eP/2.5/import/{number}/status").status_code == 404

    @pytest.mark.parametrize(
        ("data", "why"),
        [
            (b"", "This is no package"),
            (b"hello", "This is no package"),
            (b"<html/>", "This package cannot be read"),
            (b"<feed", "This package cannot be read"),
            (b'<!DOCTYPE x><feed xmlns="http://www.w3.org/2005/Atom"/>', "This package cannot be read"),
        ],
    )
    def test_what_is_no_package_is_refused_beside_the_field(self, desk: Desk, data: bytes, why: str) -> None:
        page = desk.send(data)
        assert page.status_code == 422
        assert why in words(page)
        assert 'aria-invalid="true"' in page.text

    def test_a_zip_with_something_else_says_which_rule(self, desk: Desk) -> None:
        whole = io.BytesIO()
        with zipfile.ZipFile(whole, "w") as made:
            made.writestr("photo.png", b"x")
        assert "leap2a.xml" in words(desk.send(whole.getvalue()))

    def test_one_that_is_too_large_is_refused(self, world: World, desk: Desk, package: bytes) -> None:
        world.use(package_upload=100)
        page = desk.send(package)
        assert page.status_code == 422
        assert "larger than a package may be here: 100 bytes" in words(page)

    def test_an_empty_one_has_nothing_to_bring(self, desk: Desk) -> None:
        feed = b'<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:x</id><title>t</title><updated>2026-01-01T00:00:00Z</updated></feed>'
        _, page = desk.look(feed)
        assert "Nothing that could come in." in words(page)
        assert "Bring it in</button>" not in page.text


class TestWhoMay:
    def test_whoever_is_not_signed_in_is_asked_to(self, visitor: Visitors) -> None:
        assert visitor(None).get(HOME).status_code == 401

    def test_not_without_the_token_of_the_form(self, desk: Desk, package: bytes) -> None:
        assert desk.send(package, token="wrong").status_code == 422
        address, _ = desk.look(package)
        assert desk.visitor.post(f"{address}/begin", token="wrong").status_code == 422

    @pytest.mark.parametrize("who", ["ada", "cleo", "root"])
    def test_nobody_sees_what_came_for_another(self, desk: Desk, package: bytes, visitor: Visitors, who: str) -> None:
        address, _ = desk.look(package)
        other = visitor(who)
        assert other.get(address).status_code == 404
        assert other.get(f"{address}/progress").status_code == 404
        assert other.post(f"{address}/begin").status_code == 404
        assert other.post(f"{address}/drop").status_code == 404

    def test_not_where_portfolios_are_switched_off(self, world: World, desk: Desk) -> None:
        world.root.put("/accounts/1", {"account[settings][enable_eportfolios]": "0"})
        assert desk.visitor.get(HOME).status_code == 403

    def test_who_can_make_no_portfolio_is_told_before(self, desk: Desk, visitor: Visitors, package: bytes) -> None:
        eve = Desk(desk.world, visitor("eve"))
        assert "You cannot make portfolios at present" in words(eve.visitor.get(HOME))
        assert "You cannot make portfolios at present" in words(eve.look(package)[1])


class TestBringingItIn:
    def test_it_is_followed_over_a_reload_and_told_what_came(self, world: World, desk: Desk, package: bytes) -> None:
        address, _ = desk.look(package)
        page = desk.visitor.follow(desk.visitor.post(f"{address}/begin"))
        assert "Bringing it in" in words(page)
        assert f'hx-get="{address}/progress"' in page.text
        assert "Bringing it in" in words(desk.visitor.get(address))
        world.work()
        said = words(desk.visitor.get(f"{address}/progress"))
        assert "Everything came in." in said
        assert HOSTILE in said
        page = desk.visitor.get(address)
        assert "<img src=x" not in page.text
        (portfolio,) = re.findall(r'href="(/eportfolios/\d+)"', page.text)
        assert "Low water" in words(desk.visitor.get(f"{portfolio}/home/spring-tides"))

    def test_beginning_twice_brings_it_once(self, world: World, desk: Desk, package: bytes) -> None:
        address, _ = desk.look(package)
        for _ in range(2):
            assert desk.visitor.post(f"{address}/begin").status_code == 303
        world.work()
        assert desk.visitor.post(f"{address}/begin").status_code == 303
        world.work()
        assert world.sql("SELECT count(*) FROM eportfolios WHERE user_id = :id", id=world.ids["ben"])[0][0] == 1

    def test_what_one_had_is_recognised_and_what_one_changed_comes_as_a_copy(
        self, world: World, desk: Desk, package: bytes
    ) -> None:
        desk.bring(package)
        assert "You had all of it already." in words(desk.bring(package))
        (number,) = [one["id"] for one in world.ben.get("/users/self/eportfolios").json()]
        world.ben.put(f"/eportfolios/{number}", {"eportfolio[name]": "Mine now"})
        assert "What you had in another version, and came as a copy 1" in words(desk.bring(package))

    def test_what_failed_is_told_with_its_name_and_why(
        self, world: World, desk: Desk, visitor: Visitors, package: bytes
    ) -> None:
        said = words(Desk(world, visitor("eve")).bring(package))
        assert "Nothing came in." in said

    def test_one_on_its_way_cannot_be_let_go(self, desk: Desk, package: bytes) -> None:
        address, _ = desk.look(package)
        desk.visitor.post(f"{address}/begin")
        assert desk.visitor.post(f"{address}/drop").status_code == 404
