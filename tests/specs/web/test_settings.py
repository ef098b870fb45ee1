"""What one decides about oneself. Source: web.md W19, "Signing in"; tokens.md §2."""

from collections.abc import Callable

import pytest

from tests.specs.auth.browser import Browser
from tests.specs.brightspace.signing import call, make_app, make_key
from tests.specs.files.conftest import uploaded
from tests.specs.tokens.helpers import app_token, enrolled, make, root_settings
from tests.specs.web.conftest import Visitor, words
from tests.world import PASSWORD, World

Visitors = Callable[[str | None], Visitor]

SETTINGS = "/profile/settings"
SCREENS = ["", "/sign_in", "/tokens", "/tokens/new", "/apps", "/files"]
NASTY = "<script>alert(1)</script>"


def staying(world: World, who: str) -> Visitor:
    """A browser that stays signed in."""
    browser = Browser(world)
    browser.sign_in(who, **{"pseudonym_session[remember_me]": "1"})
    return Visitor(browser)


def own_tokens(world: World, who: str) -> dict[str, int]:
    return {one["purpose"]: one["id"] for one in world.as_(who).get("/users/self/user_generated_tokens").json()}


def secret_in(page: object) -> str:
    text: str = page.text  # type: ignore[attr-defined]
    return text.split('id="secret" value="')[1].split('"')[0]


class TestEveryScreen:
    @pytest.mark.parametrize("path", SCREENS)
    def test_it_asks_to_sign_in(self, visitor: Visitors, path: str) -> None:
        page = visitor(None).get(SETTINGS + path)
        assert page.status_code == 401
        assert "Please sign in" in words(page)

    @pytest.mark.parametrize("path", SCREENS)
    def test_it_costs_five_statements_at_most(self, world: World, visitor: Visitors, path: str) -> None:
        ben = visitor("ben")
        ben.get(SETTINGS + path)
        # The session is one more, which every request has.
        assert world.statements_of(lambda: ben.get(SETTINGS + path)) <= 6

    @pytest.mark.parametrize(
        "path",
        ["", "/password", "/sessions/end", "/sessions/1/end", "/tokens", "/tokens/1", "/apps/1/end", "/files/1/delete"],
    )
    def test_a_form_without_its_token_is_refused(self, visitor: Visitors, path: str) -> None:
        assert visitor("ben").post(SETTINGS + path, token="").status_code == 422


class TestAboutYou:
    def test_one_changes_name_language_and_zone(self, world: World, visitor: Visitors) -> None:
        ben = visitor("ben")
        fields = {"user[name]": "Benjamin Okri", "user[short_name]": "Benny", "user[pronouns]": "he/him"}
        reply = ben.post(SETTINGS, **fields, **{"user[locale]": "en", "user[time_zone]": "Europe/Berlin"})
        assert "Your changes were saved." in words(ben.follow(reply))
        profile = world.ben.get("/users/self/profile").json()
        assert (profile["name"], profile["short_name"], profile["pronouns"]) == ("Benjamin Okri", "Benny", "he/him")
        assert (profile["locale"], profile["time_zone"]) == ("en", "Europe/Berlin")
        assert '<option value="Europe/Berlin" selected>' in ben.get(SETTINGS).text

    def test_what_is_wrong_stands_beside_its_field(self, world: World, visitor: Visitors) -> None:
        ben = visitor("ben")
        page = ben.post(SETTINGS, **{"user[name]": " ", "user[short_name]": NASTY, "user[time_zone]": "Mars/Olympus"})
        assert page.status_code == 422
        assert "Please fill this in." in words(page)
        assert "&lt;script&gt;" in page.text
        assert NASTY not in page.text
        page = ben.post(SETTINGS, **{"user[name]": "Ben", "user[time_zone]": "Mars/Olympus"})
        assert page.status_code == 422
        assert world.ben.get("/users/self").json()["name"] == "Ben Okri"

    def test_a_name_that_the_campus_keeps_cannot_be_changed(self, world: World, visitor: Visitors) -> None:
        root_settings(world, users_can_edit_name=False)
        ben = visitor("ben")
        assert 'name="user[name]"' not in ben.get(SETTINGS).text
        assert ben.post(SETTINGS, **{"user[name]": "Lord Ben"}).status_code == 403
        assert ben.post(SETTINGS, **{"user[pronouns]": "he"}).status_code == 303

    def test_a_zone_that_is_in_no_list_stays_chosen(self, world: World, visitor: Visitors) -> None:
        world.ben.put("/users/self", {"user[time_zone]": "Etc/GMT+3"})
        assert '<option value="Etc/GMT+3" selected>' in visitor("ben").get(SETTINGS).text


class TestWhereOneIsSignedIn:
    def test_every_browser_is_listed(self, world: World, visitor: Visitors) -> None:
        firefox = "Mozilla/5.0 (Windows NT 10.0; rv:120.0) Gecko/20100101 Firefox/120.0"
        other = Browser(world, **{"user-agent": firefox})
        other.sign_in("ben", **{"pseudonym_session[remember_me]": "1"})
        says = words(visitor("ben").get(f"{SETTINGS}/sign_in"))
        assert "Firefox on Windows" in says
        assert "stays signed in until 1 March 2026" in says
        assert says.count("This browser") == 1 + says.count("This browser is signed out")
        assert "from 127.0.0.1" in says

    def test_one_signs_out_in_another(self, world: World, visitor: Visitors) -> None:
        ben, other = visitor("ben"), visitor("ben")
        [_, there] = sorted(row[0] for row in world.sql("SELECT id FROM sessions ORDER BY id"))
        assert ben.post(f"{SETTINGS}/sessions/{there}/end").status_code == 303
        assert other.get(SETTINGS).status_code == 401
        assert ben.get(SETTINGS).status_code == 200
        assert ben.post(f"{SETTINGS}/sessions/{there}/end").status_code == 404

    def test_one_does_not_sign_out_others(self, world: World, visitor: Visitors) -> None:
        ada, ben = visitor("ada"), visitor("ben")
        theirs = world.sql(f"SELECT id FROM sessions WHERE user_id = {world.ids['ada']}")[0][0]
        assert ben.post(f"{SETTINGS}/sessions/{theirs}/end").status_code == 404
        assert ada.get(SETTINGS).status_code == 200

    def test_one_signs_out_everywhere(self, world: World, visitor: Visitors) -> None:
        ben, other, ada = visitor("ben"), visitor("ben"), visitor("ada")
        reply = ben.post(f"{SETTINGS}/sessions/end")
        assert (reply.status_code, reply.headers["location"]) == (302, "/login")
        assert [one.get(SETTINGS).status_code for one in (ben, other, ada)] == [401, 401, 200]
        assert world.ben.get("/users/self").status_code == 200

    def test_when_it_was_seen_is_kept_for_those_that_stay_as_well(self, world: World) -> None:
        ben = staying(world, "ben")
        world.clock.advance(days=2)
        ben.get(SETTINGS)
        assert "last seen just now" in words(ben.get(f"{SETTINGS}/sign_in"))
        world.clock.advance(days=12)
        assert ben.get(SETTINGS).status_code == 401


class TestAPassword:
    def test_it_is_changed(self, world: World, visitor: Visitors) -> None:
        ben, other = visitor("ben"), visitor("ben")
        new = "a rather long one"
        reply = ben.post(f"{SETTINGS}/password", old_password=PASSWORD, password=new, password_again=new)
        assert "Your password was changed." in words(ben.follow(reply))
        assert other.get(SETTINGS).status_code == 401
        assert Browser(world).sign_in("ben").status_code == 401
        assert Browser(world).sign_in("ben", new).status_code == 302
        told = world.sql(f"SELECT kind FROM notices WHERE user_id = {world.ids['ben']}")
        assert ("password_changed",) in [tuple(row) for row in told]

    @pytest.mark.parametrize(
        ("fields", "says"),
        [
            (("wrong", "long enough", "long enough"), "This is not your password."),
            (("", "long enough", "long enough"), "This is not your password."),
            ((PASSWORD, "short", "short"), "Is too short (minimum is 8 characters)."),
            ((PASSWORD, "x" * 256, "x" * 256), "too long"),
            ((PASSWORD, "long enough", "long enouhg"), "This differs from the line above."),
        ],
    )
    def test_it_is_not(self, world: World, visitor: Visitors, fields: tuple[str, str, str], says: str) -> None:
        sent = dict(zip(("old_password", "password", "password_again"), fields, strict=True))
        page = visitor("ben").post(f"{SETTINGS}/password", **sent)
        assert page.status_code == 422
        assert says in words(page)
        assert "long enough" not in page.text
        assert Browser(world).sign_in("ben").status_code == 302

    def test_the_policy_of_the_campus_counts(self, world: World, visitor: Visitors) -> None:
        root_settings(world, password_policy={"minimum_character_length": "12"})
        ben = visitor("ben")
        assert "At least 12 characters." in words(ben.get(f"{SETTINGS}/sign_in"))
        page = ben.post(f"{SETTINGS}/password", old_password=PASSWORD, password="elevenchars", password_again="")
        assert "minimum is 12 characters" in words(page)

    def test_guessing_at_it_is_slowed(self, visitor: Visitors) -> None:
        ben = visitor("ben")
        for _ in range(10):
            ben.post(f"{SETTINGS}/password", old_password="no", password="long enough", password_again="long enough")
        page = ben.post(f"{SETTINGS}/password", old_password=PASSWORD, password="long enough", password_again="x")
        assert "Too many tries." in words(page)

    def test_one_that_is_kept_elsewhere_is_changed_there(self, world: World, visitor: Visitors) -> None:
        ben = visitor("ben")
        world.sql(f"UPDATE logins SET authentication_provider_id = 7 WHERE user_id = {world.ids['ben']} RETURNING id")
        assert "another service vouches for you" in words(ben.get(f"{SETTINGS}/sign_in"))
        page = ben.post(f"{SETTINGS}/password", old_password=PASSWORD, password="long enough", password_again="x")
        assert page.status_code == 422


class TestASessionThatStays:
    @pytest.mark.parametrize("path", ["/tokens", "/tokens/new", "/apps"])
    def test_it_is_asked_for_the_password_first(self, world: World, path: str) -> None:
        ben = staying(world, "ben")
        page = ben.follow(ben.get(SETTINGS + path))
        assert "Is it really you?" in words(page)
        back = f"{SETTINGS}{path}"
        wrong = ben.post(f"{SETTINGS}/confirm", password="no", return_to=back)
        assert wrong.status_code == 422
        assert f'name="return_to" value="{back}"' in wrong.text
        right = ben.post(f"{SETTINGS}/confirm", password=PASSWORD, return_to=back)
        assert right.headers["location"] == back
        assert ben.follow(right).status_code == 200

    def test_nothing_is_done_before(self, world: World) -> None:
        token = make(world.ben, purpose="Robot")["id"]
        ben = staying(world, "ben")
        replies = [
            ben.post(f"{SETTINGS}/tokens", **{"token[purpose]": "x", "token[reach]": "everything"}),
            ben.post(f"{SETTINGS}/tokens/{token}", **{"token[purpose]": "x"}),
            ben.post(f"{SETTINGS}/tokens/{token}/renew"),
            ben.post(f"{SETTINGS}/tokens/{token}/activate"),
            ben.post(f"{SETTINGS}/tokens/{token}/delete"),
            ben.post(f"{SETTINGS}/apps/1/end"),
        ]
        assert all(one.headers["location"].startswith(f"{SETTINGS}/confirm?return_to=") for one in replies)
        assert own_tokens(world, "ben").keys() == {"tests", "Robot"}

    def test_the_api_trusts_it_for_the_same_hour(self, world: World) -> None:
        ben = staying(world, "ben")
        api = "/api/v1/users/self/user_generated_tokens"
        assert ben.browser.get(api).status_code == 403
        ben.post(f"{SETTINGS}/confirm", password=PASSWORD)
        assert ben.browser.get(api).status_code == 200
        world.clock.advance(minutes=61)
        assert ben.browser.get(api).status_code == 403
        assert ben.get(f"{SETTINGS}/tokens").status_code == 303

    def test_one_goes_nowhere_else_from_there(self, world: World) -> None:
        ben = staying(world, "ben")
        reply = ben.post(f"{SETTINGS}/confirm", password=PASSWORD, return_to="https://evil.example/")
        assert reply.headers["location"] == SETTINGS

    def test_guessing_is_slowed(self, world: World) -> None:
        ben = staying(world, "ben")
        for _ in range(10):
            ben.post(f"{SETTINGS}/confirm", password="no")
        assert "Too many tries." in words(ben.post(f"{SETTINGS}/confirm", password=PASSWORD))

    def test_whoever_has_no_password_signs_in_again(self, world: World) -> None:
        ben = staying(world, "ben")
        world.sql(f"UPDATE logins SET password_digest = NULL WHERE user_id = {world.ids['ben']} RETURNING id")
        page = ben.follow(ben.get(f"{SETTINGS}/tokens"))
        assert "force_login=1&amp;return_to=/profile/settings/tokens" in page.text


class TestTokens:
    def test_one_is_made_and_shown_once(self, world: World, visitor: Visitors) -> None:
        ben = visitor("ben")
        form = {"token[purpose]": "Robot", "token[expires_at]": "2026-03-01", "token[reach]": "everything"}
        page = ben.post(f"{SETTINGS}/tokens", **form)
        assert page.status_code == 200
        assert page.headers["cache-control"] == "private, no-store"
        secret = secret_in(page)
        assert world.with_token(secret).get("/users/self").json()["id"] == world.ids["ben"]
        assert secret not in ben.get(f"{SETTINGS}/tokens").text
        # The whole of that day, by the clock of the campus.
        assert world.ben.get(f"/users/self/tokens/{secret[:5]}").json()["expires_at"] == "2026-03-02T07:00:00Z"
        assert "1 March 2026" in words(ben.get(f"{SETTINGS}/tokens"))

    def test_one_may_do_no_more_than_was_chosen(self, world: World, visitor: Visitors) -> None:
        form = {"token[purpose]": "Robot", "token[reach]": "some", "token[scopes][]": "Courses:sees"}
        ben = visitor("ben")
        client = world.with_token(secret_in(ben.post(f"{SETTINGS}/tokens", **form)))
        assert client.get("/courses").status_code == 200
        assert client.get("/users/self").status_code == 401
        page = ben.get(f"{SETTINGS}/tokens/{own_tokens(world, 'ben')['Robot']}")
        assert "Courses: see" in words(page)

    @pytest.mark.parametrize(
        ("form", "says"),
        [
            ({"purpose": "", "reach": "everything"}, "Please fill this in."),
            ({"purpose": "x" * 256, "reach": "everything"}, "This is too long."),
            ({"purpose": "x", "expires_at": "soon", "reach": "everything"}, "This is no day."),
            ({"purpose": "x", "expires_at": "9999-12-31", "reach": "everything"}, "This is no day."),
            ({"purpose": "x", "reach": "some"}, "Choose at least one thing, or everything."),
            ({"purpose": "x", "reach": "some", "scopes][": "Potions:sees"}, "requested scopes must match"),
        ],
    )
    def test_one_is_not_made_of(self, world: World, visitor: Visitors, form: dict[str, str], says: str) -> None:
        page = visitor("ben").post(f"{SETTINGS}/tokens", **{f"token[{name}]": value for name, value in form.items()})
        assert page.status_code == 422
        assert says.casefold() in words(page).casefold()
        assert own_tokens(world, "ben").keys() == {"tests"}

    def test_what_was_typed_and_ticked_stays(self, visitor: Visitors) -> None:
        form = {"token[purpose]": NASTY * 20, "token[reach]": "some", "token[scopes][]": "Courses:sees"}
        page = visitor("ben").post(f"{SETTINGS}/tokens", **form)
        assert page.status_code == 422
        assert 'value="Courses:sees" checked' in page.text
        assert NASTY not in page.text

    def test_a_student_may_have_to_say_when_it_ends(self, world: World, visitor: Visitors) -> None:
        world.use(student_access_token_management=True)
        ben = visitor("ben")
        assert "At most 120 days from now." in words(ben.get(f"{SETTINGS}/tokens/new"))
        form = {"token[purpose]": "Robot", "token[reach]": "everything"}
        assert "Expiration date is required" in words(ben.post(f"{SETTINGS}/tokens", **form))
        assert ben.post(f"{SETTINGS}/tokens", **form, **{"token[expires_at]": "2026-03-01"}).status_code == 200

    def test_a_campus_may_keep_people_from_making_them(self, world: World, visitor: Visitors) -> None:
        root_settings(world, limit_personal_access_tokens=True)
        ben = visitor("ben")
        page = ben.get(f"{SETTINGS}/tokens")
        assert "does not let you make tokens" in words(page)
        assert "/tokens/new" not in page.text
        assert ben.get(f"{SETTINGS}/tokens/new").status_code == 403
        form = {"token[purpose]": "Robot", "token[reach]": "everything"}
        assert ben.post(f"{SETTINGS}/tokens", **form).status_code == 403
        one = f"{SETTINGS}/tokens/{own_tokens(world, 'ben')['tests']}"
        assert "Make a new secret" not in words(ben.get(one))
        assert ben.post(f"{one}/renew").status_code == 403
        assert ben.post(f"{one}/delete").status_code == 303

    def test_one_is_renamed_and_keeps_its_end(self, world: World, visitor: Visitors) -> None:
        ends = make(world.ben, purpose="Robot", expires_at="2026-05-01T10:00:00Z")["expires_at"]
        ben, one = visitor("ben"), f"{SETTINGS}/tokens/{own_tokens(world, 'ben')['Robot']}"
        assert 'value="2026-05-01"' in ben.get(one).text
        reply = ben.post(one, **{"token[purpose]": "New robot", "token[expires_at]": "2026-05-01"})
        assert "Your changes were saved." in words(ben.follow(reply))
        number = own_tokens(world, "ben")["New robot"]
        assert world.ben.get(f"/users/self/tokens/{number}").json()["expires_at"] == ends
        ben.post(one, **{"token[purpose]": "New robot", "token[expires_at]": ""})
        assert world.ben.get(f"/users/self/tokens/{number}").json()["expires_at"] is None
        page = ben.post(one, **{"token[purpose]": "", "token[expires_at]": ""})
        assert page.status_code == 422

    def test_one_is_renewed(self, world: World, visitor: Visitors) -> None:
        old = make(world.ben, purpose="Robot")
        page = visitor("ben").post(f"{SETTINGS}/tokens/{old['id']}/renew")
        assert "“Robot” has a new secret" in words(page)
        assert world.with_token(old["token"]).get("/users/self").status_code == 401
        assert world.with_token(secret_in(page)).get("/users/self").status_code == 200

    def test_one_that_expired_is_renewed_with_a_new_end_alone(self, world: World, visitor: Visitors) -> None:
        old = make(world.ben, purpose="Robot", expires_at="2025-05-01")["id"]
        ben = visitor("ben")
        refused = ben.post(f"{SETTINGS}/tokens/{old}/renew")
        assert refused.status_code == 422
        assert "without a new expiration date" in words(refused)
        page = ben.post(f"{SETTINGS}/tokens/{old}/renew", **{"token[expires_at]": "2026-03-01"})
        assert world.with_token(secret_in(page)).get("/users/self").status_code == 200

    def test_one_that_somebody_else_made_is_activated(self, world: World, visitor: Visitors) -> None:
        made = make(world.root, world.ids["ben"], purpose="Grade sync")
        ben = visitor("ben")
        assert "Waits for you" in words(ben.get(f"{SETTINGS}/tokens"))
        reply = ben.post(f"{SETTINGS}/tokens/{made['id']}/activate")
        assert "“Grade sync” works now." in words(ben.follow(reply))
        assert world.with_token(made["token"]).get("/users/self").status_code == 200
        again = ben.post(f"{SETTINGS}/tokens/{made['id']}/activate")
        assert (again.status_code, "is already active" in words(again)) == (422, True)

    def test_one_is_deleted(self, world: World, visitor: Visitors) -> None:
        made = make(world.ben, purpose="Robot")
        ben = visitor("ben")
        reply = ben.post(f"{SETTINGS}/tokens/{made['id']}/delete")
        assert "“Robot” was deleted" in words(ben.follow(reply))
        assert world.with_token(made["token"]).get("/users/self").status_code == 401
        assert ben.get(f"{SETTINGS}/tokens/{made['id']}").status_code == 404

    @pytest.mark.parametrize("verb", ["", "/renew", "/activate", "/delete"])
    def test_those_of_others_and_of_applications_are_not_there(
        self, world: World, visitor: Visitors, verb: str
    ) -> None:
        theirs = make(world.ada, purpose="Robot")["id"]
        application, _ = app_token(world, "ben")
        root = visitor("root")
        for person, token in ((visitor("ben"), theirs), (visitor("ben"), application), (root, theirs)):
            assert person.post(f"{SETTINGS}/tokens/{token}{verb}", **{"token[purpose]": "x"}).status_code == 404
        assert visitor("ben").get(f"{SETTINGS}/tokens/x").status_code == 404

    def test_many_have_pages(self, world: World, visitor: Visitors) -> None:
        for number in range(51):
            make(world.ben, purpose=f"Robot {number}")
        ben = visitor("ben")
        assert "Robot 50" not in ben.get(f"{SETTINGS}/tokens").text
        assert "Robot 50" in ben.get(f"{SETTINGS}/tokens?page=2").text
        assert ben.get(f"{SETTINGS}/tokens?page=x").status_code == 200

    def test_whoever_is_no_student_needs_no_end(self, world: World, visitor: Visitors) -> None:
        world.use(student_access_token_management=True)
        enrolled(world, "ben", "TeacherEnrollment")
        form = {"token[purpose]": "Robot", "token[reach]": "everything"}
        assert visitor("ben").post(f"{SETTINGS}/tokens", **form).status_code == 200


class TestApps:
    def test_what_was_allowed_is_taken_back(self, world: World, visitor: Visitors) -> None:
        _, secret = app_token(world, "ben")
        _, theirs = app_token(world, "ada")
        ben = visitor("ben")
        assert "Grade Robot" in words(ben.get(f"{SETTINGS}/apps"))
        key = world.sql("SELECT MIN(developer_key_id) FROM access_tokens")[0][0]
        reply = ben.post(f"{SETTINGS}/apps/{key}/end")
        assert "It may act for you no longer." in words(ben.follow(reply))
        assert world.with_token(secret).get("/users/self").status_code == 401
        assert world.with_token(theirs).get("/users/self").status_code == 200
        assert ben.post(f"{SETTINGS}/apps/{key}/end").status_code == 404
        assert "No apps yet" in words(ben.get(f"{SETTINGS}/apps"))


class TestBrightspaceKeys:
    def test_they_are_listed_and_ended(self, world: World, visitor: Visitors) -> None:
        app = make_app(world)
        key, theirs = make_key(world, app, "ben"), make_key(world, app, "cleo")
        ben = visitor("ben")
        page = ben.get(f"{SETTINGS}/apps")
        assert key[0] in page.text
        assert theirs[0] not in page.text
        reply = ben.post(f"{SETTINGS}/apps/keys/{key[0]}/end")
        assert "The key works no longer." in words(ben.follow(reply))
        assert "You have given none." in words(ben.get(f"{SETTINGS}/apps"))
        assert call(world, app, key, "/d2l/api/lp/1.0/users/whoami").status_code == 403
        assert ben.post(f"{SETTINGS}/apps/keys/{theirs[0]}/end").status_code == 404
        assert (
            staying(world, "cleo")
            .post(f"{SETTINGS}/apps/keys/{theirs[0]}/end")
            .headers["location"]
            .startswith(f"{SETTINGS}/confirm")
        )


class TestFiles:
    def test_they_are_listed_with_the_room_they_take(self, world: World, visitor: Visitors) -> None:
        uploaded(world, "ben", "/users/self", "tides<b>.csv", b"x" * 2048)
        uploaded(world, "ben", "/users/self", "small.txt", b"x")
        page = visitor("ben").get(f"{SETTINGS}/files")
        says = words(page)
        assert says.index("tides<b>.csv") < says.index("small.txt")
        assert "2.0 KB of 50 MB are taken." in says
        assert "tides<b>" not in page.text
        address = page.text.split('href="/files/')[1].split('"')[0].replace("&amp;", "&")
        assert visitor(None).browser.http.get(f"/files/{address}", follow_redirects=True).content == b"x" * 2048

    def test_one_is_deleted_after_a_question(self, world: World, visitor: Visitors) -> None:
        file = uploaded(world, "ben", "/users/self")["id"]
        ben = visitor("ben")
        assert "Delete “notes.txt”?" in words(ben.get(f"{SETTINGS}/files/{file}/delete"))
        reply = ben.post(f"{SETTINGS}/files/{file}/delete")
        assert "“notes.txt” was deleted." in words(ben.follow(reply))
        assert world.ben.get(f"/files/{file}").status_code == 404
        assert ben.get(f"{SETTINGS}/files/{file}/delete").status_code == 404

    @pytest.mark.parametrize("who", ["ada", "root"])
    def test_those_of_others_are_not_there(self, world: World, visitor: Visitors, who: str) -> None:
        file = uploaded(world, "ben", "/users/self")["id"]
        person = visitor(who)
        assert person.get(f"{SETTINGS}/files/{file}/delete").status_code == 404
        assert person.post(f"{SETTINGS}/files/{file}/delete").status_code == 404
        assert world.ben.get(f"/files/{file}").status_code == 200
