"""Feeds: the calendar of a person or a course for the programs people keep their days in. Source: supporting-resources.md §10; RFC 5545."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from icalendar import Calendar

from tests.conftest import as_each
from tests.specs.calendars.conftest import Calendars, made
from tests.specs.calendars.test_events import show_account
from tests.world import World


def address(world: World, who: str) -> str:
    """The address of somebody's own feed, as they are told."""
    found: str = world.as_(who).get("/users/self/profile").json()["calendar"]["ics"]
    return found


def course_address(world: World, who: str = "ada") -> str:
    found: str = world.as_(who).get(f"/courses/{world.ids['physics']}").json()["calendar"]["ics"]
    return found


def opened(url: str) -> list[Any]:
    """The events of a feed, asked for without a token."""
    reply = httpx.get(url)
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"] == "text/calendar; charset=utf-8"
    return list(Calendar.from_ical(reply.content).walk("VEVENT"))


def summaries(url: str) -> list[str]:
    return [str(event["SUMMARY"]) for event in opened(url)]


class TestTheFeedOfAPerson:
    def test_it_opens_without_a_token_and_holds_their_own_events(self, world: World) -> None:
        made(world, "ben", f"user_{world.ids['ben']}", "Dentist")
        made(world, "cleo", f"user_{world.ids['cleo']}", "Swimming")
        assert summaries(address(world, "ben")) == ["Dentist"]
        assert summaries(address(world, "cleo")) == ["Swimming"]

    def test_it_is_named_after_the_person(self, world: World) -> None:
        calendar: Any = Calendar.from_ical(httpx.get(address(world, "ben")).content)
        name = world.as_("ben").get("/users/self").json()["name"]
        assert str(calendar["X-WR-CALNAME"]) == f"{name} Calendar"
        assert str(calendar["VERSION"]) == "2.0"
        assert "PRODID" in calendar

    def test_an_account_calendar_one_has_added_is_in_it_as_long_as_it_is_shown(self, world: World) -> None:
        code = show_account(world, "root")
        made(world, "root", code, "Open day")
        assert summaries(address(world, "ben")) == []
        world.as_("ben").post(
            "/calendar_events/save_enabled_account_calendars", {"enabled_account_calendars[]": world.ids["root"]}
        )
        assert summaries(address(world, "ben")) == ["Open day"]
        show_account(world, "root", visible=False)
        assert summaries(address(world, "ben")) == []

    def test_an_account_calendar_everybody_is_subscribed_to_is_in_it(self, world: World) -> None:
        made(world, "root", show_account(world, "root", auto=True), "Open day")
        assert summaries(address(world, "ben")) == ["Open day"]

    def test_events_of_ones_courses_are_in_the_feeds_of_those(self, world: World) -> None:
        made(world, "ada", f"course_{world.ids['physics']}", "Lecture")
        assert summaries(address(world, "ben")) == []
        assert summaries(course_address(world)) == ["Lecture"]

    def test_nobody_else_is_told_the_address(self, world: World) -> None:
        profile = world.root.get(f"/users/{world.ids['ben']}/profile").json()
        assert "calendar" not in profile


class TestTheFeedOfACourse:
    def test_teachers_and_students_are_told_one_address(self, world: World) -> None:
        assert course_address(world, "ada") == course_address(world, "ben")

    def test_what_sections_have_at_times_of_their_own_stands_there_once_for_each(self, world: World) -> None:
        section = (
            world.as_("root")
            .post(f"/courses/{world.ids['physics']}/sections", {"course_section[name]": "Evening"})
            .json()["id"]
        )
        params = {
            "calendar_event[child_event_data][0][context_code]": f"course_section_{section}",
            "calendar_event[child_event_data][0][start_at]": "2026-02-16T18:00:00Z",
            "calendar_event[child_event_data][0][end_at]": "2026-02-16T19:00:00Z",
        }
        made(world, "ada", f"course_{world.ids['physics']}", "Seminar", params=params)
        [event] = opened(course_address(world))
        assert event["DTSTART"].dt == datetime(2026, 2, 16, 18, tzinfo=UTC)
        assert event["CATEGORIES"].cats == ["Evening"]

    def test_it_ends_with_the_course(self, world: World) -> None:
        url = course_address(world)
        world.root.delete(f"/courses/{world.ids['physics']}", params={"event": "delete"})
        assert httpx.get(url).status_code == 404


class TestOneEvent:
    def test_times_texts_and_places_arrive(self, world: World) -> None:
        event = made(
            world,
            "ben",
            f"user_{world.ids['ben']}",
            "Tea; cake, and \\ more 🍰",
            description="<p>Bring <b>cups</b> &amp; plates.</p><ul><li>one</li><li>two</li></ul>",
            location_name="Main quad",
            location_address="1 College Road",
        )
        [shown] = opened(address(world, "ben"))
        assert str(shown["SUMMARY"]) == "Tea; cake, and \\ more 🍰"
        assert str(shown["DESCRIPTION"]) == "Bring cups & plates.\n- one\n- two"
        assert "<b>cups</b>" in str(shown["X-ALT-DESC"])
        assert str(shown["LOCATION"]) == "Main quad, 1 College Road"
        assert shown["DTSTART"].dt == datetime(2026, 2, 15, 14, tzinfo=UTC)
        assert shown["DTEND"].dt == datetime(2026, 2, 15, 15, tzinfo=UTC)
        assert str(shown["URL"]) == event["html_url"]
        assert str(shown["UID"]).startswith(f"event-calendar-event-{event['id']}@")

    def test_a_whole_day_is_a_date_by_the_clock_of_its_zone(self, world: World) -> None:
        made(
            world,
            "ben",
            f"user_{world.ids['ben']}",
            "Birthday",
            start_at="2026-02-20",
            all_day="true",
            time_zone_edited="Pacific/Auckland",
        )
        [shown] = opened(address(world, "ben"))
        day = date.fromisoformat(
            world.as_("ben").get("/calendar_events", params={"all_events": "true"}).json()[0]["all_day_date"]
        )
        assert shown["DTSTART"].dt == day
        assert (shown["DTEND"].dt - day).days == 1

    def test_every_event_of_a_series_is_there_at_its_hour(self, world: World) -> None:
        made(
            world,
            "ben",
            f"user_{world.ids['ben']}",
            "Run",
            start_at="2026-03-02T09:00:00",
            end_at="2026-03-02T10:00:00",
            time_zone_edited="America/Denver",
            rrule="FREQ=WEEKLY;BYDAY=MO;COUNT=3",
        )
        moments = [event["DTSTART"].dt for event in opened(address(world, "ben"))]
        # Clocks go forward on 8 March.
        assert moments == [datetime(2026, 3, day, hour, tzinfo=UTC) for day, hour in ((2, 16), (9, 15), (16, 15))]
        assert len({str(event["UID"]) for event in opened(address(world, "ben"))}) == 3

    def test_what_is_deleted_undated_or_long_over_is_not_there(self, world: World) -> None:
        own = f"user_{world.ids['ben']}"
        gone = made(world, "ben", own, "Gone")
        world.as_("ben").delete(f"/calendar_events/{gone['id']}")
        made(world, "ben", own, "Some day", start_at=None)
        made(world, "ben", own, "Long ago", start_at="2025-12-01T10:00:00Z", end_at="2025-12-01T11:00:00Z")
        made(world, "ben", own, "Far off", start_at="2027-12-01T10:00:00Z", end_at="2027-12-01T11:00:00Z")
        made(world, "ben", own, "Last month", start_at="2026-01-20T10:00:00Z", end_at="2026-01-20T11:00:00Z")
        assert summaries(address(world, "ben")) == ["Last month"]


class TestTheAddress:
    @pytest.mark.parametrize(
        "change",
        [
            lambda url: url[:-5] + ("a" if url[-5] != "a" else "b") + ".ics",
            lambda url: url.removesuffix(".ics"),
            lambda url: url.replace("user_", "group_"),
            lambda url: url.replace("user_", "course_"),
            lambda url: url.replace("user_", "user_9"),
            lambda url: url.replace("user_", "user_99999999999999999999"),
            lambda url: url.rsplit("_", 1)[0] + "_.ics",
            lambda url: url.rsplit("_", 1)[0] + ".ics",
            lambda url: url.rsplit("_", 1)[0] + "_%00%FF.ics",
            lambda url: url.rsplit("_", 1)[0] + "_" + "x" * 5_000 + ".ics",
        ],
    )
    def test_any_other_is_not_found(self, world: World, change: Callable[[str], str]) -> None:
        reply = httpx.get(change(address(world, "ben")))
        assert reply.status_code in (400, 404)
        assert "BEGIN:VCALENDAR" not in reply.text

    @as_each("ben", "dov")
    def test_it_holds_whatever_token_is_sent(self, world: World, who: str) -> None:
        made(world, "ben", f"user_{world.ids['ben']}", "Dentist")
        reply = httpx.get(address(world, "ben"), headers={"authorization": f"Bearer {world.tokens[who]}"})
        assert "SUMMARY:Dentist" in reply.text

    def test_what_has_not_changed_is_not_sent_again(self, world: World) -> None:
        url = address(world, "ben")
        tag = httpx.get(url).headers["etag"]
        again = httpx.get(url, headers={"if-none-match": tag})
        assert (again.status_code, again.content) == (304, b"")
        made(world, "ben", f"user_{world.ids['ben']}", "Dentist")
        assert httpx.get(url, headers={"if-none-match": tag}).status_code == 200

    def test_a_head_request_says_as_much(self, world: World) -> None:
        reply = httpx.head(address(world, "ben"))
        assert (reply.status_code, reply.headers["content-type"]) == (200, "text/calendar; charset=utf-8")


def test_a_feed_stops_at_a_thousand_events(calendars: Calendars) -> None:
    world = calendars.world
    own = f"user_{world.ids['ben']}"
    for month in range(2, 8):
        made(world, "ben", own, "Daily", start_at=f"2026-{month:02}-20T09:00:00Z", rrule="FREQ=DAILY;COUNT=200")
    assert len(opened(address(world, "ben"))) == 1_000
