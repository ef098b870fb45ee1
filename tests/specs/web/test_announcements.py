"""Telling people something. Source: web.md W16, account-notifications.md."""

from collections.abc import Callable

import pytest

from tests.specs.web.conftest import Visitor, words
from tests.specs.web.test_home import announce
from tests.world import World

Visitors = Callable[[str | None], Visitor]
HOME = "/accounts/1/announcements"
HOSTILE = "<img src=x onerror=alert(1)>"


def fields(**more: str) -> dict[str, str]:
    said = {
        "subject": "The library opens",
        "message": "<p>On <b>Sunday</b>.</p>",
        "icon": "calendar",
        "start_at": "2026-02-15T00:00",
        "end_at": "2026-02-20T00:00",
    } | more
    return {f"account_notification[{name}]": value for name, value in said.items()}


class TestTheList:
    def test_it_begins_with_the_next_step(self, visitor: Visitors) -> None:
        assert "Nothing was announced yet" in words(visitor("root").get(HOME))

    def test_it_tells_what_is_shown_what_waits_and_what_is_over(self, world: World, visitor: Visitors) -> None:
        for subject, start, end in (
            ("One", "2026-02-10", "2026-02-28"),
            ("Two", "2026-03-10", "2026-03-28"),
            ("Three", "2026-01-10", "2026-01-28"),
        ):
            announce(world, subject, **{"account_notification[start_at]": start, "account_notification[end_at]": end})
        said = words(visitor("root").get(HOME))
        assert said.index("Shown now") < said.index("One") < said.index("Scheduled") < said.index("Two")
        assert said.index("Two") < said.index("Over Three")

    def test_it_costs_five_statements(self, world: World, visitor: Visitors) -> None:
        for number in range(3):
            announce(world, f"N{number}")
        root = visitor("root")
        root.get(HOME)
        assert world.statements_of(lambda: root.get(HOME)) <= 5
        assert world.statements_of(lambda: root.get(f"{HOME}/new")) <= 5

    @pytest.mark.parametrize("who", ["ada", "ben", "sub"])
    def test_it_is_refused_to_whoever_may_announce_nothing(self, world: World, visitor: Visitors, who: str) -> None:
        number = announce(world, "Secret plan")
        other = visitor(who)
        gets = [HOME, f"{HOME}/new", f"{HOME}/{number}", f"{HOME}/{number}/delete"]
        posts = [HOME, f"{HOME}/preview", f"{HOME}/{number}", f"{HOME}/{number}/end", f"{HOME}/{number}/delete"]
        assert [other.get(path).status_code for path in gets] == [403] * 4
        assert [other.post(path, **fields()).status_code for path in posts] == [403] * 5

    def test_whoever_is_not_signed_in_is_led_to_signing_in(self, visitor: Visitors) -> None:
        assert "Please sign in" in words(visitor(None).get(HOME))

    def test_those_of_another_account_are_not_found_here(self, world: World, visitor: Visitors) -> None:
        number = announce(world, "Of the root")
        at = f"/accounts/{world.ids['science']}/announcements"
        assert "Of the root" not in words(visitor("root").get(at))
        for path in (f"{at}/{number}", f"{at}/{number}/delete", f"{at}/x", f"{at}/999"):
            assert visitor("root").get(path).status_code == 404
        assert visitor("root").post(f"{at}/{number}/end").status_code == 404


class TestWriting:
    def test_it_is_shown_to_whom_it_is_for_and_nobody_else(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        teachers = str(world.ids["role:TeacherEnrollment"])
        reply = root.post(HOME, **fields(), **{"account_notification_roles[]": teachers})
        page = root.follow(reply)
        assert "“The library opens” is shown now." in words(page)
        assert "For Teacher" in words(page)
        assert "The library opens" in words(visitor("ada").get("/"))
        assert "The library opens" not in words(visitor("ben").get("/"))

    def test_with_a_later_beginning_it_waits(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        page = root.follow(root.post(HOME, **fields(start_at="2026-02-16T08:00")))
        assert "will be shown from the time you chose" in words(page)
        assert "The library opens" not in words(visitor("ben").get("/"))
        world.clock.advance(days=2)
        assert "The library opens" in words(visitor("ben").get("/"))

    def test_times_are_those_of_the_writer(self, world: World, visitor: Visitors) -> None:
        world.sql("UPDATE users SET time_zone = 'Asia/Tokyo' WHERE id = 1 RETURNING id")
        root = visitor("root")
        root.post(HOME, **fields(start_at="2026-02-15T09:00"))
        (one,) = world.root.get("/accounts/1/account_notifications", include_all="1").json()
        assert one["start_at"] == "2026-02-15T00:00:00Z"
        assert 'value="2026-02-15T09:00"' in root.get(f"{HOME}/{one['id']}").text

    def test_what_is_not_accepted_stays_in_the_form(self, world: World, visitor: Visitors) -> None:
        page = visitor("root").post(
            HOME,
            **fields(subject=" ", message=HOSTILE, end_at="2026-02-14T00:00"),
            **{"account_notification_roles[]": "NilEnrollment"},
        )
        assert page.status_code == 422
        assert "Please fill this in." in words(page)
        assert "The end lies before the beginning." in words(page)
        assert "&lt;img src=x onerror=alert(1)&gt;" in page.text
        assert 'value="NilEnrollment" checked' in page.text
        assert HOSTILE not in page.text

    def test_the_preview_shows_it_sanitised_and_keeps_nothing(self, world: World, visitor: Visitors) -> None:
        page = visitor("root").post(
            f"{HOME}/preview", **fields(subject=HOSTILE, message=f"<p>Hello</p>{HOSTILE}<script>x</script>")
        )
        assert page.status_code == 200
        assert "<p>Hello</p>" in page.text
        assert HOSTILE not in page.text
        assert "<script>x" not in page.text
        assert "alert(1)&gt;" in page.text  # in the fields, as it was typed
        assert world.root.get("/accounts/1/account_notifications", include_all="1").json() == []

    def test_a_preview_of_what_cannot_be_says_why(self, visitor: Visitors) -> None:
        page = visitor("root").post(f"{HOME}/preview", **fields(subject=""))
        assert page.status_code == 422
        assert "Please fill this in." in words(page)

    @pytest.mark.parametrize("path", ["", "/preview", "/1/end", "/1/delete", "/1"])
    def test_without_its_token_it_does_nothing(self, world: World, visitor: Visitors, path: str) -> None:
        assert visitor("root").post(f"{HOME}{path}", token="forged", **fields()).status_code == 422
        assert world.sql("SELECT count(*) FROM announcements") == [(0,)]


class TestChanging:
    def test_what_is_said_is_replaced_and_whom_it_is_for(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        number = announce(world, "Old", **{"account_notification_roles[]": "NilEnrollment"})
        assert 'value="NilEnrollment" checked' in root.get(f"{HOME}/{number}").text
        page = root.follow(
            root.post(f"{HOME}/{number}", **fields(subject="New"), **{"account_notification_roles[]": ""})
        )
        assert "“New” was changed." in words(page)
        assert "For everybody" in words(page)

    def test_it_is_over_at_once(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        number = announce(world, "Now")
        assert "“Now” is over" in words(root.follow(root.post(f"{HOME}/{number}/end")))
        world.clock.advance(seconds=1)
        assert "Now" not in words(visitor("ben").get("/"))
        (one,) = world.root.get("/accounts/1/account_notifications", include_all="1").json()
        root.post(f"{HOME}/{number}/end")
        assert world.root.get(f"/accounts/1/account_notifications/{number}").json()["end_at"] == one["end_at"]

    def test_what_has_not_begun_cannot_be_over(self, world: World, visitor: Visitors) -> None:
        number = announce(world, "Later", **{"account_notification[start_at]": "2026-02-20"})
        page = visitor("root").post(f"{HOME}/{number}/end")
        assert page.status_code == 422
        assert "It has not begun yet" in words(page)

    def test_it_is_deleted_after_a_question(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        number = announce(world, "Gone")
        assert "Its text goes for good" in words(root.get(f"{HOME}/{number}/delete"))
        assert "“Gone” was deleted" in words(root.follow(root.post(f"{HOME}/{number}/delete")))
        assert root.get(f"{HOME}/{number}").status_code == 404
