"""Which events a list holds: dates and zones, codes, order, pages. Source: supporting-resources.md §10, conventions.md §5.4 and §7."""

from typing import Any

import pytest

from quadrangle.accounts import accounts
from quadrangle.courses import create_course, enroll
from quadrangle.db import UnitOfWork
from quadrangle.people import users
from tests.specs.calendars.conftest import FORBIDDEN, listed, made, titles
from tests.world import World

START = "2026-02-15T{:02}:00:00Z"


@pytest.fixture
def mine(world: World) -> str:
    return f"user_{world.ids['ben']}"


def put(world: World, mine: str, title: str, start: str | None, end: str | None = None, **more: Any) -> dict[str, Any]:
    event: dict[str, Any] = made(world, "ben", mine, title, start_at=start, end_at=end, **more)
    return event


def live_in(world: World, zone: str) -> None:
    async def work(uow: UnitOfWork) -> None:
        await uow.update(users, {"id": world.ids["ben"]}, time_zone=zone)

    world.do(work)


class TestDates:
    @pytest.fixture
    def week(self, world: World, mine: str) -> str:
        put(world, mine, "yesterday", "2026-02-14T10:00:00Z")
        put(world, mine, "today", "2026-02-15T10:00:00Z")
        put(world, mine, "tomorrow", "2026-02-16T10:00:00Z")
        put(world, mine, "all week", "2026-02-12T10:00:00Z", "2026-02-19T10:00:00Z")
        put(world, mine, "some day", None)
        live_in(world, "UTC")
        return mine

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({}, ["all week", "today"]),
            ({"start_date": "2026-02-16"}, ["all week", "tomorrow"]),
            ({"start_date": "2026-02-14", "end_date": "2026-02-16"}, ["all week", "yesterday", "today", "tomorrow"]),
            ({"start_date": "2026-02-14T12:00:00Z", "end_date": "2026-02-15T12:00:00Z"}, ["all week", "today"]),
            ({"start_date": "2026-02-14T12:00:00Z"}, ["all week"]),
            ({"end_date": "2026-02-16"}, ["all week", "today", "tomorrow"]),
            ({"start_date": "2026-02-16", "end_date": "2026-02-14"}, ["all week", "tomorrow"]),
            ({"start_date": "2026-02-16T09:00:00Z", "end_date": "2026-02-14T10:00:00Z"}, ["all week", "tomorrow"]),
            ({"start_date": "2026-02-20", "end_date": "2026-03-20"}, []),
            ({"undated": "true"}, ["some day"]),
            ({"undated": "true", "start_date": "2026-02-14"}, ["some day"]),
            ({"all_events": "true"}, ["all week", "yesterday", "today", "tomorrow", "some day"]),
            (
                {"all_events": "true", "start_date": "2026-02-16"},
                ["all week", "yesterday", "today", "tomorrow", "some day"],
            ),
            ({"type": "event"}, ["all week", "today"]),
            ({"type": "assignment"}, []),
            ({"start_date": "2026/2/14", "end_date": "2026.02.14"}, ["all week", "yesterday"]),
            ({"start_date": "2026 02 14"}, ["all week", "yesterday"]),
            ({"start_date": "", "end_date": ""}, ["all week", "today"]),
            ({"start_date": "2026-02-15T10:00:00.5+01:00", "end_date": "2026-02-15T11:00:00"}, ["all week", "today"]),
        ],
    )
    def test_the_range(self, world: World, week: str, query: dict[str, str], found: list[str]) -> None:
        assert listed(world, "ben", week, **query) == found

    @pytest.mark.parametrize(
        "sent", ["tomorrow", "2026-13-01", "2026-02-30", "20260215", "2026-02-15T10:00Z", "2026-02-15 10:00:00",
                 "2026-02-15T25:00:00Z", "0001-01-01", "9999-12-31", "2026-02-15T10:00:00+99:00", "１２３４-01-01"]
    )  # fmt: skip
    def test_what_is_no_date_is_refused(self, world: World, mine: str, sent: str) -> None:
        for name in ("start_date", "end_date"):
            reply = world.ben.get("/calendar_events", params={"context_codes[]": mine, name: sent})
            assert reply.status_code == 400
            assert reply.json() == {"errors": {name: f"Invalid date or invalid datetime for {name}"}}
        reply = world.ben.get("/calendar_events", params={"start_date": sent, "end_date": sent})
        assert set(reply.json()["errors"]) == {"start_date", "end_date"}

    def test_a_refusal_comes_before_the_dates(self, world: World) -> None:
        code = f"course_{world.ids['physics']}"
        assert world.eve.get("/calendar_events", params={"context_codes[]": code, "start_date": "x"}).status_code == 403

    def test_what_ends_as_the_range_begins_is_over(self, world: World, mine: str) -> None:
        live_in(world, "UTC")
        put(world, mine, "until midnight", "2026-02-14T22:00:00Z", "2026-02-15T00:00:00Z")
        put(world, mine, "at midnight", "2026-02-15T00:00:00Z")
        assert listed(world, "ben", mine) == ["at midnight"]

    def test_only_important_and_blackout_dates(self, world: World, mine: str) -> None:
        put(world, mine, "plain", START.format(9))
        put(world, mine, "important", START.format(10), important_dates="1")
        put(world, mine, "closed", START.format(11), blackout_date="1")
        assert listed(world, "ben", mine, important_dates="true") == ["important"]
        assert listed(world, "ben", mine, blackout_date="true") == ["closed"]
        assert listed(world, "ben", mine, blackout_date="false") == ["plain", "important", "closed"]


class TestZones:
    def test_today_is_the_callers(self, world: World, mine: str) -> None:
        """12:00 UTC on the 15th is the 16th in Auckland and the 15th in Denver."""
        put(world, mine, "late", "2026-02-16T04:00:00Z")  # 21:00 on the 15th in Denver
        put(world, mine, "early", "2026-02-15T10:00:00Z")  # 23:00 on the 15th in Auckland
        put(world, mine, "next", "2026-02-16T12:00:00Z")
        live_in(world, "America/Denver")
        assert listed(world, "ben", mine) == ["early", "late"]
        live_in(world, "Pacific/Auckland")
        assert listed(world, "ben", mine) == ["late"]
        assert listed(world, "ben", mine, start_date="2026-02-17") == ["next"]

    def test_a_time_without_a_zone_is_the_callers(self, world: World, mine: str) -> None:
        live_in(world, "America/Denver")
        event = put(world, mine, "x", "2026-02-15T09:00:00")
        assert event["start_at"] == "2026-02-15T16:00:00Z"
        event = put(world, mine, "x", "2026-07-15T09:00:00")
        assert event["start_at"] == "2026-07-15T15:00:00Z"

    def test_an_hour_that_is_left_out_is_the_one_after_it(self, world: World, mine: str) -> None:
        """Clocks in Denver go from 2:00 to 3:00 on 8 March 2026, and through 1:30 twice on 1 November."""
        live_in(world, "America/Denver")
        assert put(world, mine, "x", "2026-03-08T02:30:00")["start_at"] == "2026-03-08T09:30:00Z"
        assert put(world, mine, "x", "2026-11-01T01:30:00")["start_at"] == "2026-11-01T07:30:00Z"

    def test_the_day_the_clocks_change_is_shorter_or_longer(self, world: World, mine: str) -> None:
        live_in(world, "America/Denver")
        put(world, mine, "first", "2026-03-08T00:00:00")
        put(world, mine, "last", "2026-03-08T23:59:59")
        put(world, mine, "next", "2026-03-09T00:00:00")
        assert listed(world, "ben", mine, start_date="2026-03-08") == ["first", "last"]
        put(world, mine, "long", "2026-11-01T23:30:00")
        assert listed(world, "ben", mine, start_date="2026-11-01") == ["long"]

    def test_a_whole_day_is_one_of_its_own_zone(self, world: World, mine: str) -> None:
        live_in(world, "America/Denver")
        event = put(world, mine, "x", "2026-03-08T15:00:00Z", all_day="1")
        assert (event["start_at"], event["all_day_date"]) == ("2026-03-08T07:00:00Z", "2026-03-08")
        event = put(world, mine, "x", "2026-03-08T15:00:00Z", all_day="1", time_zone_edited="Asia/Tokyo")
        assert (event["start_at"], event["all_day_date"]) == ("2026-03-08T15:00:00Z", "2026-03-09")
        event = put(world, mine, "x", "2026-03-08T15:00:00Z", all_day="1", time_zone_edited="Mars/Olympus")
        assert event["all_day_date"] == "2026-03-08"

    def test_midnight_to_midnight_is_a_whole_day(self, world: World, mine: str) -> None:
        live_in(world, "America/Denver")
        event = put(world, mine, "x", "2026-03-01", "2026-03-01")
        assert (event["all_day"], event["all_day_date"]) == (True, "2026-03-01")
        path = f"/calendar_events/{event['id']}"
        moved = world.ben.put(path, {"calendar_event[start_at]": "2026-03-03", "calendar_event[end_at]": "2026-03-04"})
        assert (moved.json()["all_day"], moved.json()["all_day_date"]) == (True, "2026-03-03")
        timed = world.ben.put(path, {"calendar_event[end_at]": "2026-03-04T10:00:00"}).json()
        assert (timed["all_day"], timed["all_day_date"]) == (False, None)
        assert world.ben.put(path, {"calendar_event[all_day]": "1"}).json()["end_at"] == "2026-03-04T07:00:00Z"


class TestCodes:
    def test_several_calendars_make_one_list(self, world: World, mine: str) -> None:
        made(world, "ada", f"course_{world.ids['physics']}", "Lecture", start_at=START.format(13))
        made(world, "ben", f"group_{world.ids['owls']}", "Owls meet", start_at=START.format(12))
        put(world, mine, "Dentist", START.format(14))
        codes = [mine, f"course_{world.ids['physics']}", f"group_{world.ids['owls']}"]
        assert listed(world, "ben", *codes) == ["Owls meet", "Lecture", "Dentist"]
        assert listed(world, "ben") == ["Dentist"]
        one = world.ben.get("/calendar_events", params={"context_codes": codes[1]})
        assert titles(one) == ["Lecture"]

    def test_one_that_is_not_allowed_refuses_all(self, world: World, mine: str) -> None:
        for code in (f"user_{world.ids['ada']}", f"account_{world.ids['science']}", "course_999999", "nonsense", ""):
            reply = world.ben.get("/calendar_events", params={"context_codes[]": [mine, code]})
            assert reply.status_code == 403, code
            assert reply.json() == FORBIDDEN

    def test_the_first_ten_are_used(self, world: World, mine: str) -> None:
        async def grow(uow: UnitOfWork) -> list[int]:
            ids = []
            for number in range(11):
                course = await create_course(
                    uow, account_id=1, root_id=1, name=f"C{number}", course_code="C", state="available"
                )
                role = world.ids["role:TeacherEnrollment"]
                await enroll(
                    uow,
                    course_id=course,
                    user_id=world.ids["ben"],
                    type="TeacherEnrollment",
                    role_id=role,
                    state="active",
                )
                ids.append(course)
            return ids

        codes = [f"course_{id}" for id in world.do(grow)]
        for number, code in enumerate(codes):
            made(world, "ben", code, f"E{number}", start_at=START.format(number + 8))
        assert listed(world, "ben", *codes, per_page=50) == [f"E{number}" for number in range(10)]
        assert len(listed(world, "ben", *codes[:10], codes[10], per_page=50)) == 10
        ten_and_a_stranger = [*codes[:10], f"course_{world.ids['physics']}", f"user_{world.ids['ada']}"]
        assert len(listed(world, "ben", *ten_and_a_stranger, per_page=50)) == 10
        world.root.put("/accounts/1", {"account[settings][calendar_contexts_limit]": "2"})
        assert listed(world, "ben", *codes) == ["E0", "E1"]

    def test_it_wants_a_user(self, world: World) -> None:
        assert world.anyone.get("/calendar_events").status_code == 401


class TestOfAUser:
    def test_who_looks_into_it(self, world: World, mine: str) -> None:
        put(world, mine, "Dentist", START.format(14))
        path = f"/users/{world.ids['ben']}/calendar_events"
        assert titles(world.ben.get(path)) == ["Dentist"]
        assert titles(world.ben.get("/users/self/calendar_events")) == ["Dentist"]
        assert titles(world.dov.get(path)) == ["Dentist"]  # observes Ben
        assert titles(world.root.get(path)) == ["Dentist"]
        assert world.ada.get(path).status_code == 403  # teaches him, no more
        assert world.cleo.get(path).status_code == 404
        assert world.anyone.get(path).status_code == 401
        assert world.root.get("/users/999999/calendar_events").status_code == 404

    def test_codes_are_those_both_may_read(self, world: World, mine: str) -> None:
        made(world, "ada", f"course_{world.ids['physics']}", "Lecture", start_at=START.format(13))
        path = f"/users/{world.ids['ben']}/calendar_events"
        query = {"context_codes[]": [mine, f"course_{world.ids['physics']}"]}
        assert titles(world.dov.get(path, params=query)) == ["Lecture"]
        query = {"context_codes[]": [f"group_{world.ids['owls']}"]}
        assert world.dov.get(path, params=query).status_code == 403
        assert titles(world.root.get(path, params=query)) == []
        query = {"context_codes[]": [f"user_{world.ids['dov']}"]}
        assert world.dov.get(path, params=query).status_code == 403


class TestPages:
    def test_pages_follow_bookmarks_through_equal_times_and_undated_ones(self, world: World, mine: str) -> None:
        for number in range(3):
            put(world, mine, f"same {number}", START.format(10))
        put(world, mine, "later", START.format(11))
        for number in range(3):
            put(world, mine, f"some day {number}", None)
        expected = ["same 0", "same 1", "same 2", "later", "some day 0", "some day 1", "some day 2"]
        for size in (1, 2, 3, 4, 100):
            found: list[str] = []
            url = f"/calendar_events?context_codes[]={mine}&all_events=1&per_page={size}"
            while url:
                reply = world.ben.get(url)
                found += titles(reply)
                assert not {"prev", "last"} & set(reply.links)
                url = reply.links.get("next", {}).get("url", "").removeprefix(world.url)
                assert "page=bookmark" in url or not url
            assert found == expected

    @pytest.mark.parametrize("page", ["bookmark:x", "bookmark:WyJ4IiwxXQ", "bookmark:WzEsMV0", "0", "-1", "x"])
    def test_an_unknown_bookmark_is_not_found(self, world: World, page: str) -> None:
        assert world.ben.get("/calendar_events", page=page).status_code == 404

    def test_an_empty_list_has_its_links(self, world: World) -> None:
        for query in ({}, {"type": "assignment"}):
            reply = world.ben.get("/calendar_events", params=query)
            assert reply.json() == []
            assert {"current", "first"} <= set(reply.links)


class TestStatements:
    def test_a_list_takes_two_of_its_own_however_long(self, world: World, mine: str) -> None:
        course = f"course_{world.ids['physics']}"
        for number in range(12):
            made(world, "ada", course, f"L{number}", start_at=START.format(number))

        def read(*codes: str) -> int:
            def act() -> None:
                world.ben.get("/calendar_events", params={"context_codes[]": list(codes), "per_page": 100})

            act()
            return world.statements_of(act)

        assert read(course) <= 3
        assert read(mine) <= 3
        assert read() <= 3
        assert read(course, mine) <= 3

        async def show(uow: UnitOfWork) -> None:
            await uow.update(accounts, {"id": world.ids["science"]}, account_calendar_visible=True)

        world.do(show)
        assert read(f"account_{world.ids['science']}") <= 3
