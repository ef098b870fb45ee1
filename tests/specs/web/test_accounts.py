"""The tree of accounts, and what one of them is set to. Source: web.md W13, accounts.md §1.3."""

from collections.abc import Callable

import pytest

from quadrangle.accounts import ROOT_ID, create_account
from quadrangle.web.account_words import CHOICES, FLAGS, sections
from tests.specs.web.conftest import Visitor, words
from tests.world import World

Visitors = Callable[[str | None], Visitor]
HOSTILE = "<img src=x onerror=alert(1)>"
SETTINGS = "/accounts/1/settings"
TERMS = "/accounts/1/terms"


def told(world: World, account: int = 1) -> dict[str, object]:
    """What is stored."""
    ((found,),) = world.sql("SELECT settings FROM accounts WHERE id = :id", id=account)
    import msgspec

    stored: dict[str, object] = msgspec.json.decode(found) if isinstance(found, str | bytes) else found
    return stored


class TestTheTree:
    def test_it_shows_what_one_administers_and_all_below(self, world: World, visitor: Visitors) -> None:
        world.do(lambda uow: create_account(uow, name=HOSTILE, parent_id=world.ids["science"], root_id=ROOT_ID))
        page = visitor("root").get("/accounts")
        said = words(page)
        assert said.index("Arts") < said.index("Science") < said.index(HOSTILE)
        assert HOSTILE not in page.text
        mine = words(visitor("sub").get("/accounts"))
        assert "Science" in mine
        assert "Arts" not in mine

    def test_it_is_searched(self, visitor: Visitors) -> None:
        root = visitor("root")
        found = root.get("/accounts?search=ART")
        assert 'href="/accounts/' in found.text
        assert "Arts" in words(found)
        assert "Science" not in words(found)
        nothing = root.get(f"/accounts?search={HOSTILE}")
        assert f"No account has “{HOSTILE}” in its name." in words(nothing)
        assert HOSTILE not in nothing.text

    def test_whoever_administers_nothing_is_told_so(self, visitor: Visitors) -> None:
        assert "Nothing to look after" in words(visitor("ben").get("/accounts"))
        assert "Please sign in" in words(visitor(None).get("/accounts"))

    def test_it_costs_three_statements(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        for path, most in (("/accounts", 3), ("/accounts/1", 4), (SETTINGS, 4), (TERMS, 4)):
            root.get(path)
            assert world.statements_of(lambda path=path: root.get(path)) <= most


class TestAnAccount:
    @pytest.mark.parametrize("who", ["ben", "eve", "sub"])
    def test_it_is_refused_to_whoever_does_not_look_after_it(self, visitor: Visitors, who: str) -> None:
        other = visitor(who)
        assert [other.get(path).status_code for path in ("/accounts/1", SETTINGS, TERMS)] == [403] * 3
        posts = ("/accounts/1/sub_accounts", SETTINGS, "/accounts/1/terms_of_service", "/accounts/1/help_links", TERMS)
        fields = {"account[name]": "x", "enrollment_term[name]": "x"}
        assert [other.post(path, **fields).status_code for path in posts] == [403] * 5

    def test_sub_accounts_are_added_and_deleted(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        page = root.follow(root.post("/accounts/1/sub_accounts", **{"account[name]": HOSTILE}))
        assert f"“{HOSTILE}” was added." in words(page)
        assert HOSTILE not in page.text
        ((number,),) = world.sql("SELECT id FROM accounts WHERE name = :name", name=HOSTILE)
        path = f"/accounts/1/sub_accounts/{number}/delete"
        assert "It goes with its settings" in words(root.get(path))
        assert "was deleted." in words(root.follow(root.post(path)))

    def test_without_a_name_none_is_added(self, visitor: Visitors) -> None:
        page = visitor("root").post("/accounts/1/sub_accounts", **{"account[name]": " "})
        assert page.status_code == 422
        assert "Please fill this in." in words(page)

    def test_one_that_holds_courses_stays(self, world: World, visitor: Visitors) -> None:
        page = visitor("root").post(f"/accounts/1/sub_accounts/{world.ids['science']}/delete")
        assert page.status_code == 422
        assert "that has courses in it" in words(page)

    def test_of_another_account_none_is_deleted(self, world: World, visitor: Visitors) -> None:
        path = f"/accounts/{world.ids['science']}/sub_accounts/{world.ids['arts']}/delete"
        assert visitor("root").post(path).status_code == 404

    @pytest.mark.parametrize(
        "path", [SETTINGS, TERMS, "/accounts/1/sub_accounts", "/accounts/1/terms_of_service", "/accounts/1/help_links"]
    )
    def test_without_its_token_a_form_does_nothing(self, world: World, visitor: Visitors, path: str) -> None:
        fields = {"account[name]": "Changed", "enrollment_term[name]": "Changed"}
        assert visitor("root").post(path, token="forged", **fields).status_code == 422
        assert world.sql("SELECT count(*) FROM accounts WHERE name = 'Changed'") == [(0,)]


class TestSettings:
    def test_every_setting_of_a_campus_has_a_place(self) -> None:
        placed = [name for _, names in sections() for name in names]
        assert sorted(placed) == sorted((*FLAGS, *CHOICES))

    def test_they_are_saved_and_shown(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        fields = {
            "account[name]": f"Root {HOSTILE}",
            "account[default_time_zone]": "Europe/Berlin",
            "account[default_storage_quota_mb]": "700",
            "account[default_group_storage_quota_mb]": "",
            "account[settings][enable_eportfolios]": "0",
            "account[settings][eportfolio_score]": "flag",
            "account[settings][accent_color]": "#aa3300",
            "account[settings][restrict_student_past_view][value]": "1",
            "account[settings][restrict_student_past_view][locked]": "1",
            "account[settings][restrict_student_future_view][value]": "",
            "account[settings][restrict_student_future_view][locked]": "0",
        }
        page = root.follow(root.post(SETTINGS, **fields))
        assert "The settings were saved." in words(page)
        assert HOSTILE not in page.text
        assert 'value="700"' in page.text
        stored = told(world)
        assert stored["enable_eportfolios"] is False
        assert stored["eportfolio_score"] == "flag"
        assert stored["restrict_student_past_view"] == {"value": True, "locked": True}
        assert "restrict_student_future_view" not in stored
        ((zone, room),) = world.sql("SELECT default_time_zone, default_group_storage_quota FROM accounts WHERE id = 1")
        assert (zone, room) == ("Europe/Berlin", None)

    def test_what_is_not_accepted_stays_in_the_form_and_nothing_is_saved(self, world: World, visitor: Visitors) -> None:
        page = visitor("root").post(
            SETTINGS,
            **{
                "account[name]": "Changed",
                "account[default_time_zone]": "Mars/Olympus",
                "account[default_storage_quota_mb]": "much",
                "account[settings][accent_color]": "red",
                "account[settings][enable_eportfolios]": "0",
            },
        )
        assert page.status_code == 422
        said = words(page)
        assert "'Mars/Olympus' is not a recognized time zone" in said
        assert "An integer value is required" in said
        assert 'value="red"' in page.text
        assert 'value="Changed"' in page.text
        assert page.text.count('aria-invalid="true"') == 3
        assert world.sql("SELECT name FROM accounts WHERE id = 1") == [("Root U",)]

    def test_an_administrator_of_a_sub_account_sets_what_is_theirs(self, world: World, visitor: Visitors) -> None:
        at = f"/accounts/{world.ids['science']}/settings"
        sub = visitor("sub")
        page = sub.get(at)
        assert "Time zone" in words(page)
        assert "Terms of service" not in words(page)
        assert "The settings were saved." in words(sub.follow(sub.post(at, **{"account[name]": "Sciences"})))

    def test_the_terms_of_service_are_sanitised(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        said = {"terms_type": "custom", "asks": "1", "content": f"<p>Be kind</p>{HOSTILE}<script>x</script>"}
        fields = {f"terms_of_service[{name}]": value for name, value in said.items()}
        assert "were saved" in words(root.follow(root.post("/accounts/1/terms_of_service", **fields)))
        shown = world.root.get("/accounts/1/terms_of_service").json()
        assert (shown["terms_type"], shown["passive"]) == ("custom", False)
        assert "<p>Be kind</p>" in shown["content"]
        assert "script" not in shown["content"]
        assert "onerror" not in shown["content"]

    def test_custom_terms_say_something(self, visitor: Visitors) -> None:
        page = visitor("root").post("/accounts/1/terms_of_service", **{"terms_of_service[terms_type]": "custom"})
        assert page.status_code == 422
        assert "Please fill this in." in words(page)

    def test_help_links_are_added_and_taken_away(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        path = "/accounts/1/help_links"
        first = {"help[name]": "Ask us", "help[text0]": HOSTILE, "help[url0]": "https://help.example"}
        page = root.follow(root.post(path, **first))
        assert "The help links were saved." in words(page)
        assert HOSTILE not in page.text
        links = world.root.get("/accounts/1/help_links").json()
        assert links["help_link_name"] == "Ask us"
        assert [one["url"] for one in links["custom_help_links"]] == ["https://help.example"]
        refused = root.post(path, **{"help[text0]": "Bad", "help[url0]": "javascript:alert(1)"})
        assert refused.status_code == 422
        assert 'value="javascript:alert(1)"' in refused.text
        root.post(path, **{"help[text0]": "", "help[url0]": ""})
        assert len(world.root.get("/accounts/1/help_links").json()["custom_help_links"]) == 3  # the usual ones


class TestTerms:
    def test_a_term_is_added_changed_and_deleted(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        fields = {
            "enrollment_term[name]": HOSTILE,
            "enrollment_term[start_at]": "2026-03-01",
            "enrollment_term[end_at]": "2026-06-30",
        }
        page = root.follow(root.post(TERMS, **fields))
        assert f"“{HOSTILE}” was added." in words(page)
        assert "Later" in words(page)
        assert HOSTILE not in page.text
        ((number,),) = world.sql("SELECT id FROM enrollment_terms WHERE name = :name", name=HOSTILE)
        assert 'value="2026-03-01"' in root.get(f"{TERMS}/{number}").text
        changed = root.follow(root.post(f"{TERMS}/{number}", **(fields | {"enrollment_term[name]": "Summer"})))
        assert "“Summer” was changed." in words(changed)
        assert "“Summer” was deleted." in words(root.follow(root.post(f"{TERMS}/{number}/delete")))

    def test_what_is_not_accepted_stays_in_the_form(self, visitor: Visitors) -> None:
        fields = {
            "enrollment_term[name]": HOSTILE,
            "enrollment_term[start_at]": "2026-03-01",
            "enrollment_term[end_at]": "2026-02-01",
        }
        page = visitor("root").post(TERMS, **fields)
        assert page.status_code == 422
        assert "End dates cannot be before start dates" in words(page)
        assert 'value="2026-02-01"' in page.text
        assert HOSTILE not in page.text

    def test_the_default_term_stays(self, world: World, visitor: Visitors) -> None:
        ((number,),) = world.sql("SELECT id FROM enrollment_terms WHERE is_default")
        page = visitor("root").post(f"{TERMS}/{number}/delete")
        assert page.status_code == 422
        assert "Cannot delete the default term" in words(page)

    def test_a_sub_account_has_none(self, world: World, visitor: Visitors) -> None:
        assert visitor("root").get(f"/accounts/{world.ids['science']}/terms").status_code == 404
