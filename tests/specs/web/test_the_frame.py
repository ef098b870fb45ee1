"""What is around every screen, and what its forms do. Source: web.md "How it should feel", conventions.md §1.5."""

from collections.abc import Callable
from typing import Any

import pytest

from quadrangle.web import accent
from tests.specs.web.conftest import Visitor, words
from tests.world import World

Visitors = Callable[[str | None], Visitor]
GUIDE = "/styleguide"  # the smallest screen with a form


@pytest.fixture(autouse=True)
def for_trying(world: World) -> None:
    world.use(demo=True)


class TestTheFrame:
    def test_it_names_campus_and_person_and_leads_on(self, visitor: Visitors) -> None:
        page = visitor("ada").get(GUIDE)
        said = words(page)
        assert "Root U" in said
        assert "Signed in as Ada Byron" in said
        assert all(name in said for name in ("Home", "Courses", "Portfolios", "Calendar", "Sign out"))
        assert "Administration" not in said

    @pytest.mark.parametrize("who", ["root", "sub"])
    def test_administrators_are_led_to_their_accounts(self, visitor: Visitors, who: str) -> None:
        assert "Administration" in words(visitor(who).get(GUIDE))

    def test_whoever_is_not_signed_in_is_led_to_signing_in_and_back(self, visitor: Visitors) -> None:
        page = visitor(None).get(GUIDE)
        assert 'href="/login?return_to=%2Fstyleguide"' in page.text
        assert "Sign out" not in page.text

    def test_it_costs_one_statement_beside_the_session(self, world: World, visitor: Visitors) -> None:
        ada = visitor("ada")
        ada.get(GUIDE)
        assert world.statements_of(lambda: ada.get(GUIDE)) <= 2

    def test_its_policy_runs_no_script_but_our_files_and_nobody_keeps_it(self, visitor: Visitors) -> None:
        page = visitor("ada").get(GUIDE)
        policy = page.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert page.headers["cache-control"] == "private, no-store"
        assert " onclick" not in page.text
        assert "<style" not in page.text

    def test_a_name_is_words_and_never_markup(self, world: World, visitor: Visitors) -> None:
        name = "<img src=x onerror=alert(1)>"
        world.sql(
            "UPDATE users SET name = :name, short_name = :name WHERE id = :id RETURNING id",
            name=name,
            id=world.ids["ada"],
        )
        page = visitor("ada").get(GUIDE)
        assert name not in page.text
        assert name in words(page)

    @pytest.mark.parametrize(
        ("url", "shown"),
        [
            ("/files/1/preview", True),
            ("https://elsewhere.example/me.png", False),
            ("//elsewhere.example/me.png", False),
        ],
    )
    def test_a_picture_from_elsewhere_is_not_asked_for(
        self, world: World, visitor: Visitors, url: str, shown: bool
    ) -> None:
        world.sql("UPDATE users SET avatar_url = :url WHERE id = :id RETURNING id", url=url, id=world.ids["ada"])
        assert (f'<img src="{url}"' in visitor("ada").get(GUIDE).text) is shown


class TestTheColourOfACampus:
    def test_it_is_chosen_by_its_administrator(self, world: World, visitor: Visitors) -> None:
        sent = {"account[settings][accent_color]": "#AA3300"}
        assert world.root.put("/accounts/1", sent).status_code == 200
        page = visitor("ada").get(GUIDE)
        assert '<link rel="stylesheet" href="/accent/aa3300.css">' in page.text
        style = world.anyone.http.get("/accent/aa3300.css")
        assert style.headers["content-type"] == "text/css; charset=utf-8"
        assert "immutable" in style.headers["cache-control"]
        assert "--accent: #" in style.text
        assert world.root.put("/accounts/1", {"account[settings][accent_color]": ""}).status_code == 200
        assert "/accent/" not in visitor("ada").get(GUIDE).text

    @pytest.mark.parametrize("sent", ["red", "#12", "#12345g", "#123456;}", "url(x)"])
    def test_nothing_else_is_accepted(self, world: World, sent: str) -> None:
        refused = world.root.put("/accounts/1", {"account[settings][accent_color]": sent})
        assert refused.status_code in (400, 422), refused.text

    @pytest.mark.parametrize("name", ["aa3300", "aa3300.css"])
    def test_its_style_sheet_has_an_address(self, world: World, name: str) -> None:
        assert world.anyone.http.get(f"/accent/{name}").status_code == 200

    @pytest.mark.parametrize("name", ["red.css", "12345.css", "AA3300.css", "1234567.css", "..%2f"])
    def test_there_is_no_other(self, world: World, name: str) -> None:
        assert world.anyone.http.get(f"/accent/{name}").status_code == 404

    @pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (255, 255, 0), (31, 95, 168), (128, 128, 128)])
    def test_words_in_it_can_be_read(self, colour: Any) -> None:
        for ground, towards in (((242, 242, 238), (0, 0, 0)), ((34, 39, 44), (255, 255, 255))):
            assert accent.contrast(accent.readable(colour, ground, towards), ground) >= 4.5


class TestAForm:
    def test_accepted_it_leads_on_and_says_so_once(self, visitor: Visitors) -> None:
        ada = visitor("ada")
        reply = ada.post(GUIDE, **{"sample[name]": "Low <b>water</b>", "sample[public]": "1"})
        page = ada.follow(reply)
        assert 'role="status"' in page.text
        assert "Low <b>water</b> was sent." in words(page)
        assert "Low <b>" not in page.text
        assert 'role="status"' not in ada.get(GUIDE).text

    def test_not_accepted_it_keeps_what_was_typed(self, visitor: Visitors) -> None:
        page = visitor("ada").post(GUIDE, **{"sample[name]": "", "sample[public]": "0"})
        assert page.status_code == 422
        assert page.text.count("Please fill this in.") == 2  # this form's, and the one that shows how that looks
        assert 'name="sample[public]" value="1" checked' not in page.text
        assert page.headers["content-type"].startswith("text/html")

    def test_without_its_token_it_does_nothing(self, visitor: Visitors) -> None:
        ada = visitor("ada")
        for token in ("", "forged"):
            page = ada.post(GUIDE, token=token, **{"sample[name]": "x"})
            assert page.status_code == 422
            assert "Send it again" in words(page)
        assert 'role="status"' not in ada.get(GUIDE).text

    def test_what_is_said_cannot_be_made_up_or_carried_to_somebody_else(self, visitor: Visitors) -> None:
        ada, ben = visitor("ada"), visitor("ben")
        sent = ada.post(GUIDE, **{"sample[name]": "x", "sample[public]": "1"})
        cookie = sent.cookies["quad_flash"]
        for made_up in (cookie, cookie[:-1], cookie.partition(".")[0], "zz.zz", "."):
            ben.browser.http.cookies.set("quad_flash", made_up)
            assert 'role="status"' not in ben.get(GUIDE).text


class TestASessionThatEnded:
    def test_what_was_typed_is_kept_to_be_sent_again(self, world: World, visitor: Visitors) -> None:
        ada = visitor("ada")
        world.clock.advance(days=2)
        text = "Low water <at> noon, which nobody would like to write again."
        page = ada.post("/dashboard/eportfolios", **{"eportfolio[name]": text})
        assert page.status_code == 401
        assert "Nothing is lost" in words(page)
        assert text in words(page)
        assert text not in page.text
        assert 'name="eportfolio[name]" value="Low water &lt;at&gt; noon' in page.text
        assert 'action="/dashboard/eportfolios"' in page.text

    def test_so_it_is_when_somebody_else_signed_in_meanwhile(self, visitor: Visitors) -> None:
        page = visitor("ada").post("/dashboard/eportfolios", token="an older one", **{"eportfolio[name]": "Notes"})
        assert page.status_code == 422
        assert 'name="eportfolio[name]" value="Notes"' in page.text
        assert "an older one" not in page.text

    def test_passwords_are_not_shown(self, visitor: Visitors) -> None:
        page = visitor(None).post("/dashboard/eportfolios", **{"user[password]": "correct horse", "a": "b"})
        assert page.status_code == 401
        assert "correct horse" not in page.text
