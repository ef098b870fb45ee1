"""The people of an account, and who looks after it. Source: web.md W14."""

from collections.abc import Callable

import pytest

from tests.specs.auth.browser import Browser
from tests.specs.web.conftest import Visitor, words
from tests.world import World

Visitors = Callable[[str | None], Visitor]
HOME = "/accounts/1/users"
ADMINS = "/accounts/1/admins"
HOSTILE = "<img src=x onerror=alert(1)>"
PASSWORD = "long enough to keep"


def new(**more: str) -> dict[str, str]:
    return {
        "user[name]": HOSTILE,
        "pseudonym[unique_id]": "mary@example.com",
        "pseudonym[password]": PASSWORD,
        "communication_channel[address]": "",
    } | more


class TestTheList:
    def test_it_is_searched_filtered_and_sorted(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        assert all(name in words(root.get(HOME)) for name in ("Byron, Ada", "Okri, Ben", "Elsewhere, Eve"))
        assert "Okri, Ben" not in words(root.get(f"{HOME}?search_term=byro"))
        teachers = words(root.get(f"{HOME}?search_term=&enrollment_type=teacher&include_deleted_users="))
        assert "Byron, Ada" in teachers
        assert "Okri, Ben" not in teachers
        admins = words(root.get(f"{HOME}?role_filter_id={world.ids['role:AccountAdmin']}"))
        assert "Admin, Sub" in admins
        assert "Okri, Ben" not in admins
        down = words(root.get(f"{HOME}?sort=username&order=desc"))
        assert down.index("Okri, Ben") < down.index("Byron, Ada")
        assert 'aria-sort="descending"' in root.get(f"{HOME}?sort=username&order=desc").text

    def test_what_cannot_be_looked_for_is_said(self, visitor: Visitors) -> None:
        root = visitor("root")
        assert "Two characters at least" in words(root.get(f"{HOME}?search_term=b"))
        page = root.get(f"{HOME}?search_term={HOSTILE}")
        assert "Nobody was found" in words(page)
        assert HOSTILE not in page.text

    def test_those_who_left_are_shown_when_asked_for(self, world: World, visitor: Visitors) -> None:
        world.root.delete(f"/accounts/1/users/{world.ids['eve']}")
        root = visitor("root")
        assert "Elsewhere, Eve" not in words(root.get(HOME))
        page = root.get(f"{HOME}?include_deleted_users=1")
        assert "Elsewhere, Eve Left" in words(page)
        assert f'href="{HOME}/{world.ids["eve"]}"' not in page.text

    def test_a_sub_account_has_its_own(self, world: World, visitor: Visitors) -> None:
        said = words(visitor("sub").get(f"/accounts/{world.ids['science']}/users"))
        assert "Byron, Ada" in said
        assert "Elsewhere, Eve" not in said
        assert "Nobody yet" in words(visitor("root").get(f"/accounts/{world.ids['arts']}/users"))

    def test_it_costs_five_statements_and_so_does_a_person(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        for path, most in ((HOME, 5), (f"{HOME}/{world.ids['ben']}", 5), (ADMINS, 5)):
            root.get(path)
            assert world.statements_of(lambda path=path: root.get(path)) <= most

    @pytest.mark.parametrize("who", ["ada", "ben", "sub"])
    def test_it_is_refused_to_others(self, world: World, visitor: Visitors, who: str) -> None:
        other, ben = visitor(who), world.ids["ben"]
        gets = [HOME, f"{HOME}/new", f"{HOME}/{ben}", ADMINS, f"{ADMINS}/1/{world.ids['role:AccountAdmin']}/remove"]
        assert [other.get(path).status_code for path in gets] == [403] * 5
        posts = [HOME, f"{HOME}/{ben}", f"{HOME}/{ben}/suspend", f"{HOME}/{ben}/logins/1", ADMINS]
        assert [other.post(path, **new()).status_code for path in posts] == [403] * 5

    def test_whoever_is_not_signed_in_is_led_to_signing_in(self, visitor: Visitors) -> None:
        assert "Please sign in" in words(visitor(None).get(HOME))
        assert "Please sign in" in words(visitor(None).get(ADMINS))


class TestAPerson:
    def test_they_are_added_and_can_sign_in(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        page = root.follow(root.post(HOME, **new()))
        assert f"{HOSTILE} was added, with the login mary@example.com." in words(page)
        assert HOSTILE not in page.text
        assert Browser(world).sign_in("mary", PASSWORD).status_code == 302

    def test_what_is_not_accepted_stays_but_the_password(self, world: World, visitor: Visitors) -> None:
        fields = new(**{"pseudonym[password]": "short", "communication_channel[address]": "nowhere"})
        page = visitor("root").post(HOME, **fields)
        assert page.status_code == 422
        assert 'value="mary@example.com"' in page.text
        assert 'value="short"' not in page.text
        assert 'aria-invalid="true"' in page.text
        assert HOSTILE not in page.text
        taken = visitor("root").post(HOME, **new(**{"pseudonym[unique_id]": "ben@example.com"}))
        assert taken.status_code == 422
        assert 'value="ben@example.com"' in taken.text

    def test_their_names_and_address_are_changed(self, world: World, visitor: Visitors) -> None:
        root, path = visitor("root"), f"{HOME}/{world.ids['ben']}"
        page = root.follow(root.post(path, **{"user[name]": HOSTILE, "user[email]": "ben@new.example"}))
        assert "The changes were saved." in words(page)
        assert "ben@new.example" in words(page)
        assert HOSTILE not in page.text
        refused = root.post(path, **{"user[name]": "Ben", "user[email]": "nowhere"})
        assert refused.status_code == 422
        assert 'value="nowhere"' in refused.text

    def test_they_are_suspended_and_let_in_again(self, world: World, visitor: Visitors) -> None:
        root, path = visitor("root"), f"{HOME}/{world.ids['ben']}"
        page = root.follow(root.post(f"{path}/suspend"))
        assert "Ben Okri can no longer sign in." in words(page)
        assert Browser(world).sign_in("ben").status_code != 302
        root.post(f"{path}/unsuspend")
        assert Browser(world).sign_in("ben").status_code == 302

    def test_they_are_given_another_password(self, world: World, visitor: Visitors) -> None:
        root, ben = visitor("root"), world.ids["ben"]
        ((login,),) = world.sql("SELECT id FROM logins WHERE user_id = :id", id=ben)
        path = f"{HOME}/{ben}/logins/{login}"
        for refused in ("", "short"):
            page = root.post(path, **{"login[password]": refused})
            assert page.status_code == 422
            assert 'aria-invalid="true"' in page.text
        assert "was changed" in words(root.follow(root.post(path, **{"login[password]": PASSWORD})))
        assert Browser(world).sign_in("ben", PASSWORD).status_code == 302
        assert (
            root.post(f"{HOME}/{world.ids['cleo']}/logins/{login}", **{"login[password]": PASSWORD}).status_code == 404
        )

    def test_somebody_of_elsewhere_is_not_found(self, world: World, visitor: Visitors) -> None:
        at = f"/accounts/{world.ids['science']}/users"
        for path in (f"{at}/{world.ids['eve']}", f"{HOME}/999", f"{HOME}/x"):
            assert visitor("root").get(path).status_code == 404

    def test_whoever_manages_no_logins_only_reads(self, world: World, visitor: Visitors) -> None:
        at = f"/accounts/{world.ids['science']}/users"
        page = visitor("sub").get(f"{at}/{world.ids['ben']}")
        assert "Ben Okri" in words(page)
        assert "New password" not in words(page)
        assert visitor("sub").get(f"{at}/new").status_code == 403
        assert visitor("sub").post(f"{at}/{world.ids['ben']}/suspend").status_code == 403

    @pytest.mark.parametrize("path", [HOME, ADMINS, f"{HOME}/102", f"{HOME}/102/suspend"])
    def test_without_its_token_a_form_does_nothing(self, world: World, visitor: Visitors, path: str) -> None:
        assert visitor("root").post(path, token="forged", **new()).status_code == 422
        assert world.sql("SELECT count(*) FROM logins WHERE unique_id = 'mary@example.com'") == [(0,)]


class TestAdministrators:
    def test_somebody_is_appointed_and_dismissed(self, world: World, visitor: Visitors) -> None:
        root, role = visitor("root"), world.ids["role:AccountAdmin"]
        fields = {"admin[login]": "ada@example.com", "admin[role_id]": str(role)}
        assert "Ada Byron looks after Root U now" in words(root.follow(root.post(ADMINS, **fields)))
        assert visitor("ada").get(ADMINS).status_code == 200
        path = f"{ADMINS}/{world.ids['ada']}/{role}/remove"
        assert "no longer looks after Root U" in words(root.get(path))
        assert "Ada Byron no longer looks after" in words(root.follow(root.post(path)))
        assert visitor("ada").get(ADMINS).status_code == 403
        assert root.post(path).status_code == 404

    def test_nobody_is_appointed_who_is_not_there(self, world: World, visitor: Visitors) -> None:
        fields = {"admin[login]": HOSTILE, "admin[role_id]": str(world.ids["role:AccountAdmin"])}
        page = visitor("root").post(ADMINS, **fields)
        assert page.status_code == 422
        assert "Nobody here has this login or number." in words(page)
        assert HOSTILE not in page.text
        wrong = visitor("root").post(ADMINS, **{"admin[login]": "ben@example.com", "admin[role_id]": "1"})
        assert wrong.status_code == 422

    def test_nobody_gives_more_than_they_have(self, world: World, visitor: Visitors) -> None:
        at = f"/accounts/{world.ids['science']}/admins"
        assert "Sub Admin" in words(visitor("sub").get(at))
        assert visitor("sub").post(f"{at}/{world.ids['sub']}/999/remove").status_code == 404
