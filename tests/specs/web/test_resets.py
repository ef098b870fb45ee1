"""A new password for somebody who has lost theirs. Source: web.md "Signing in"."""

import re
from collections.abc import Callable
from html import unescape

import pytest

from tests.specs.auth.browser import Browser
from tests.specs.tokens.helpers import root_settings
from tests.specs.web.conftest import HTML, Visitor, words
from tests.specs.web.test_settings import staying
from tests.world import PASSWORD, World

Visitors = Callable[[str | None], Visitor]
NEW = "four quiet words here"


def path(world: World, who: str) -> str:
    return f"/users/{world.ids[who]}/reset_password"


def login_of(world: World, who: str) -> str:
    return str(world.sql(f"SELECT id FROM logins WHERE user_id = {world.ids[who]}")[0][0])


def address(world: World, root: Visitor, who: str = "ben") -> str:
    """The address an administrator makes, as a path."""
    page = root.post(path(world, who), login_id=login_of(world, who))
    assert page.status_code == 200, page.text
    assert page.headers["cache-control"] == "private, no-store"
    found = re.search(r'id="address" value="([^"]*)"', page.text)
    assert found is not None
    return unescape(found[1]).removeprefix(world.url)


class TestMakingAnAddress:
    def test_it_is_shown_once_and_told_the_owner(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        assert "ben@example.com" in words(root.get(path(world, "ben")))
        made = address(world, root)
        assert made.rpartition("/")[2] not in root.get(path(world, "ben")).text
        assert made.rpartition("/")[2] not in str(world.sql("SELECT * FROM password_resets"))
        told = world.sql(f"SELECT kind FROM notices WHERE user_id = {world.ids['ben']}")
        assert [row[0] for row in told] == ["password_reset_made"]

    @pytest.mark.parametrize("who", ["ada", "tia", "dee", "cleo", "dov", "eve", "sub", "ben"])
    def test_it_is_refused_to(self, world: World, visitor: Visitors, who: str) -> None:
        person = visitor(who)
        assert person.get(path(world, "ben")).status_code in (403, 404)
        assert person.post(path(world, "ben"), login_id=login_of(world, "ben")).status_code in (403, 404)
        assert world.sql("SELECT * FROM password_resets") == []

    def test_nobody_makes_one_for_themselves(self, world: World, visitor: Visitors) -> None:
        assert visitor("root").post(path(world, "root"), login_id=login_of(world, "root")).status_code == 403

    def test_the_login_is_that_of_the_person(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        for login in (login_of(world, "ada"), "999999", "x", ""):
            assert root.post(path(world, "ben"), login_id=login).status_code == 404

    def test_a_login_that_others_vouch_for_has_none(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        world.sql(f"UPDATE logins SET authentication_provider_id = 7 WHERE user_id = {world.ids['ben']} RETURNING id")
        assert root.get(path(world, "ben")).status_code == 404
        assert root.post(path(world, "ben"), login_id=login_of(world, "ben")).status_code == 403

    def test_a_browser_that_stays_signed_in_is_asked_first(self, world: World) -> None:
        root = staying(world, "root")
        reply = root.post(path(world, "ben"), login_id=login_of(world, "ben"))
        assert reply.headers["location"].startswith("/profile/settings/confirm")

    def test_a_form_without_its_token_is_refused(self, world: World, visitor: Visitors) -> None:
        assert visitor("root").post(path(world, "ben"), token="").status_code == 422


class TestUsingIt:
    def test_the_new_password_counts_and_everybody_is_signed_out(self, world: World, visitor: Visitors) -> None:
        ben, where = visitor("ben"), address(world, visitor("root"))
        nobody = visitor(None)
        assert "For the login ben@example.com." in words(nobody.get(where))
        assert Browser(world).sign_in("ben", PASSWORD).status_code == 302
        page = nobody.post(where, password=NEW, password_again=NEW)
        assert "Your new password counts" in words(page)
        assert ben.get("/courses").status_code == 401
        assert Browser(world).sign_in("ben").status_code == 401
        assert Browser(world).sign_in("ben", NEW).status_code == 302
        assert nobody.get(where).status_code == 404
        assert nobody.post(where, password=NEW, password_again=NEW).status_code == 404

    @pytest.mark.parametrize(
        ("typed", "again", "says"),
        [("short", "short", "too short"), (NEW, "other", "This differs from the line above."), ("", "", "too short")],
    )
    def test_it_stays_usable_when_it_was_not_accepted(
        self, world: World, visitor: Visitors, typed: str, again: str, says: str
    ) -> None:
        where, nobody = address(world, visitor("root")), visitor(None)
        page = nobody.post(where, password=typed, password_again=again)
        assert page.status_code == 422
        assert says in words(page)
        assert nobody.post(where, password=NEW, password_again=NEW).status_code == 200

    def test_the_policy_of_the_campus_counts(self, world: World, visitor: Visitors) -> None:
        root_settings(world, password_policy={"minimum_character_length": "12"})
        where, nobody = address(world, visitor("root")), visitor(None)
        assert nobody.post(where, password="elevenchars", password_again="elevenchars").status_code == 422

    def test_it_ends_after_three_days(self, world: World, visitor: Visitors) -> None:
        where, nobody = address(world, visitor("root")), visitor(None)
        world.clock.advance(days=3)
        assert nobody.get(where).status_code == 404

    def test_a_later_one_replaces_it(self, world: World, visitor: Visitors) -> None:
        root, nobody = visitor("root"), visitor(None)
        first, second = address(world, root), address(world, root)
        assert [nobody.get(where).status_code for where in (first, second)] == [404, 200]

    @pytest.mark.parametrize("change", ["workflow_state = 'suspended'", "authentication_provider_id = 7"])
    def test_it_ends_with_its_login(self, world: World, visitor: Visitors, change: str) -> None:
        where = address(world, visitor("root"))
        world.sql(f"UPDATE logins SET {change} WHERE user_id = {world.ids['ben']} RETURNING id")
        assert visitor(None).post(where, password=NEW, password_again=NEW).status_code == 404

    def test_somebody_who_is_signed_in_needs_their_token_too(self, world: World, visitor: Visitors) -> None:
        where, ada = address(world, visitor("root")), visitor("ada")
        assert ada.post(where, token="", password=NEW, password_again=NEW).status_code == 422
        assert ada.post(where, password=NEW, password_again=NEW).status_code == 200
        assert ada.get("/courses").status_code == 200

    @pytest.mark.parametrize("secret", ["x", "%00", "é", "x" * 500])
    def test_what_is_no_address_is_not_found(self, visitor: Visitors, secret: str) -> None:
        reply = visitor(None).browser.http.get(f"/login/reset/{secret}", headers=HTML)
        assert reply.status_code in (400, 404)
