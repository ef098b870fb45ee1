"""Events that repeat, and copies of events. Source: supporting-resources.md §10."""

from typing import Any

import pytest

from quadrangle.db import UnitOfWork
from quadrangle.people import users
from tests.specs.calendars.conftest import listed, made, make
from tests.world import World


@pytest.fixture
def denver(world: World) -> str:
    """Ada lives in Denver; her own calendar."""

    async def work(uow: UnitOfWork) -> None:
        await uow.update(users, {"id": world.ids["ada"]}, time_zone="America/Denver")

    world.do(work)
    return f"user_{world.ids['ada']}"


def all_of(world: World, code: str, **query: Any) -> list[dict[str, Any]]:
    reply = world.ada.get(
        "/calendar_events", params={"context_codes[]": code, "all_events": "1", "per_page": 100, **query}
    )
    assert reply.status_code == 200
    found: list[dict[str, Any]] = reply.json()
    return found


def starts(world: World, code: str) -> list[str]:
    return [one["start_at"] for one in all_of(world, code)]


def series(world: World, code: str, rule: str, start: str = "2026-03-02T09:00:00", **more: Any) -> Any:
    """A series that begins on a Monday in March, at nine in Denver."""
    return made(world, "ada", code, "Seminar", start_at=start, rrule=rule, **more)


class TestMakingASeries:
    def test_each_event_is_one_of_its_own(self, world: World, denver: str) -> None:
        head = series(world, denver, "FREQ=WEEKLY;COUNT=3", end_at="2026-03-02T10:30:00")
        assert head["rrule"] == "FREQ=WEEKLY;COUNT=3"
        assert head["start_at"] == "2026-03-02T16:00:00Z"
        found = all_of(world, denver)
        assert {one["series_uuid"] for one in found} == {head["series_uuid"]}
        assert len({one["id"] for one in found}) == 3
        assert [one["title"] for one in found] == ["Seminar"] * 3

    def test_it_keeps_the_time_on_the_wall_when_clocks_change(self, world: World, denver: str) -> None:
        """Denver leaves winter time on 8 March 2026 and comes back to it on 1 November."""
        series(world, denver, "FREQ=WEEKLY;COUNT=3", end_at="2026-03-02T17:00:00")
        found = all_of(world, denver)
        assert [(one["start_at"], one["end_at"]) for one in found] == [
            ("2026-03-02T16:00:00Z", "2026-03-03T00:00:00Z"),
            ("2026-03-09T15:00:00Z", "2026-03-09T23:00:00Z"),
            ("2026-03-16T15:00:00Z", "2026-03-16T23:00:00Z"),
        ]

    def test_the_zone_of_the_event_counts(self, world: World, denver: str) -> None:
        series(world, denver, "FREQ=WEEKLY;COUNT=2", start="2026-03-23T09:00:00Z", time_zone_edited="Europe/Berlin")
        assert starts(world, denver) == ["2026-03-23T09:00:00Z", "2026-03-30T08:00:00Z"]

    def test_whole_days_stay_days(self, world: World, denver: str) -> None:
        series(world, denver, "FREQ=DAILY;COUNT=3", start="2026-03-07", all_day="1")
        assert [one["all_day_date"] for one in all_of(world, denver)] == ["2026-03-07", "2026-03-08", "2026-03-09"]
        assert starts(world, denver) == ["2026-03-07T07:00:00Z", "2026-03-08T07:00:00Z", "2026-03-09T06:00:00Z"]

    @pytest.mark.parametrize(
        ("rule", "days"),
        [
            ("FREQ=DAILY;INTERVAL=2;COUNT=3", ["03-02", "03-04", "03-06"]),
            ("RRULE:FREQ=DAILY;COUNT=2", ["03-02", "03-03"]),
            ("freq=weekly;byday=mo,we;count=4;", ["03-02", "03-04", "03-09", "03-11"]),
            ("FREQ=WEEKLY;BYDAY=TU;COUNT=2", ["03-03", "03-10"]),
            ("FREQ=WEEKLY;UNTIL=20260316", ["03-02", "03-09", "03-16"]),
            ("FREQ=WEEKLY;UNTIL=20260316T145959Z", ["03-02", "03-09"]),
            ("FREQ=WEEKLY;UNTIL=20260316T150000Z", ["03-02", "03-09", "03-16"]),
            ("FREQ=MONTHLY;BYDAY=1MO;COUNT=3", ["03-02", "04-06", "05-04"]),
            ("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=2", ["03-31", "05-31"]),
            ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=2", ["03-31", "04-30"]),
            ("FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=1;COUNT=1", ["04-01"]),
        ],
    )
    def test_rules(self, world: World, denver: str, rule: str, days: list[str]) -> None:
        series(world, denver, rule)
        assert [one[5:10] for one in starts(world, denver)] == days

    def test_a_leap_day_comes_every_four_years(self, world: World, denver: str) -> None:
        series(world, denver, "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=2")
        assert [one[:10] for one in starts(world, denver)] == ["2028-02-29", "2032-02-29"]

    @pytest.mark.parametrize(
        "rule",
        [
            "nonsense", "FREQ=SECONDLY;COUNT=3", "FREQ=HOURLY;COUNT=3", "FREQ=WEEKLY", "COUNT=3", "FREQ=WEEKLY;COUNT=0",
            "FREQ=WEEKLY;COUNT=-1", "FREQ=WEEKLY;COUNT=x", "FREQ=WEEKLY;COUNT=3;UNTIL=20260316", "FREQ=WEEKLY;UNTIL=soon",
            "FREQ=WEEKLY;UNTIL=20261350", "FREQ=WEEKLY;UNTIL=20260101", "FREQ=WEEKLY;INTERVAL=0;COUNT=3",
            "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=3", "FREQ=WEEKLY;BYDAY=XX;COUNT=3", "FREQ=MONTHLY;BYDAY=9MO;COUNT=3",
            "FREQ=MONTHLY;BYMONTHDAY=0;COUNT=3", "FREQ=DAILY;BYMONTH=13;COUNT=3", "FREQ=DAILY;BYHOUR=1;COUNT=3",
            "FREQ=DAILY;COUNT=3;COUNT=4", "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=9;COUNT=2", "FREQ=DAILY;COUNT=3\nDTSTART:20200101",
            "FREQ=DAILY;WKST=9;COUNT=3", "FREQ=DAILY;COUNT=201", "FREQ=DAILY;UNTIL=20270101", "FREQ=DAILY;COUNT=" + "9" * 400,
        ],
    )  # fmt: skip
    def test_bad_ones_are_refused_in_words_and_nothing_is_made(self, world: World, denver: str, rule: str) -> None:
        reply = make(world, "ada", denver, start_at="2026-03-02T09:00:00", rrule=rule)
        assert reply.status_code == 400
        assert set(reply.json()) == {"message"}
        assert starts(world, denver) == []

    def test_two_hundred_are_the_most(self, world: World, denver: str) -> None:
        series(world, denver, "FREQ=DAILY;COUNT=200")
        assert len(all_of(world, denver)) == 100
        assert world.sql("SELECT count(*) FROM calendar_events")[0][0] == 200

    def test_it_needs_a_date(self, world: World, denver: str) -> None:
        assert make(world, "ada", denver, start_at=None, rrule="FREQ=DAILY;COUNT=2").status_code == 400

    @pytest.mark.parametrize(
        ("rule", "words"),
        [
            ("FREQ=DAILY;COUNT=3", "Daily, 3 times"),
            ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;COUNT=4", "Every 2 weeks on Mon, Wed, 4 times"),
            ("FREQ=MONTHLY;BYDAY=1MO;COUNT=2", "Monthly on the first Mon, 2 times"),
            ("FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20260630", "Monthly on the last Fri, until Jun 30, 2026"),
            ("FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=1;COUNT=2", "Annually in Apr on day 1, 2 times"),
        ],
    )
    def test_it_is_told_in_words_when_asked(self, world: World, denver: str, rule: str, words: str) -> None:
        series(world, denver, rule)
        found = all_of(world, denver, **{"includes[]": "series_natural_language"})
        assert found[0]["series_natural_language"] == words
        assert "series_natural_language" not in all_of(world, denver)[0]


class TestChangingASeries:
    @pytest.fixture
    def week(self, world: World, denver: str) -> list[int]:
        """Ids of five Mondays from 2 March 2026, nine to ten in Denver."""
        series(world, denver, "FREQ=WEEKLY;COUNT=5", end_at="2026-03-02T10:00:00")
        return [one["id"] for one in all_of(world, denver)]

    def put(self, world: World, id: int, which: str | None = None, **fields: str) -> Any:
        data = {f"calendar_event[{name}]": value for name, value in fields.items()}
        return world.ada.put(f"/calendar_events/{id}", data | ({} if which is None else {"which": which}))

    @pytest.mark.parametrize(
        ("which", "changed"), [(None, [2]), ("one", [2]), ("following", [2, 3, 4]), ("all", [0, 1, 2, 3, 4])]
    )
    def test_which_says_how_many(
        self, world: World, denver: str, week: list[int], which: str | None, changed: list[int]
    ) -> None:
        reply = self.put(world, week[2], which, title="Colloquium")
        assert reply.status_code == 200
        assert reply.json()["id"] == week[2]
        found = [one["title"] for one in all_of(world, denver)]
        assert [at for at, title in enumerate(found) if title == "Colloquium"] == changed
        assert starts(world, denver)[0] == "2026-03-02T16:00:00Z"

    def test_moving_moves_by_the_clock_on_the_wall(self, world: World, denver: str, week: list[int]) -> None:
        self.put(world, week[1], "all", start_at="2026-03-10T08:00:00", end_at="2026-03-10T08:45:00")
        found = all_of(world, denver)
        assert [one["id"] for one in found] == week
        assert [one["start_at"] for one in found] == [
            "2026-03-03T15:00:00Z",  # a Tuesday at eight, in winter time
            "2026-03-10T14:00:00Z",
            "2026-03-17T14:00:00Z",
            "2026-03-24T14:00:00Z",
            "2026-03-31T14:00:00Z",
        ]
        assert found[4]["end_at"] == "2026-03-31T14:45:00Z"

    def test_another_rule_lays_the_rest_out_anew(self, world: World, denver: str, week: list[int]) -> None:
        reply = self.put(world, week[2], "following", rrule="FREQ=WEEKLY;BYDAY=MO,TH;COUNT=5", title="Twice a week")
        assert reply.json()["rrule"] == "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=5"
        found = all_of(world, denver)
        assert [one["start_at"][5:10] for one in found] == [
            "03-02",
            "03-09",
            "03-16",
            "03-19",
            "03-23",
            "03-26",
            "03-30",
        ]
        assert [one["title"] for one in found[2:]] == ["Twice a week"] * 5
        assert found[0]["series_uuid"] != found[2]["series_uuid"]
        assert {one["series_uuid"] for one in found[2:]} == {found[2]["series_uuid"]}
        assert {one["end_at"][11:13] for one in found[2:]} == {"16"}

    def test_a_shorter_one_drops_what_is_over(self, world: World, denver: str, week: list[int]) -> None:
        self.put(world, week[0], "all", rrule="FREQ=WEEKLY;COUNT=2")
        assert [one["id"] for one in all_of(world, denver)] == week[:2]
        assert world.ada.get(f"/calendar_events/{week[3]}").status_code == 404

    def test_one_event_alone_cannot_repeat_otherwise(self, world: World, denver: str, week: list[int]) -> None:
        assert self.put(world, week[2], rrule="FREQ=DAILY;COUNT=2").status_code == 400
        assert self.put(world, week[2], rrule="FREQ=WEEKLY;COUNT=5", title="x").status_code == 200
        assert self.put(world, week[2], "all", rrule="FREQ=DAILY;COUNT=201").status_code == 400
        assert len(starts(world, denver)) == 5

    def test_a_blank_rule_ends_the_series(self, world: World, denver: str, week: list[int]) -> None:
        event = self.put(world, week[1], "one", rrule="").json()
        assert (event["series_uuid"], event["rrule"]) == (None, None)
        assert len(starts(world, denver)) == 5
        self.put(world, week[2], "following", rrule="")
        assert [one["id"] for one in all_of(world, denver)] == week[:3]

    def test_an_event_becomes_a_series(self, world: World, denver: str) -> None:
        event = made(world, "ada", denver, "Seminar", start_at="2026-03-02T09:00:00", location_name="Hall")
        changed = self.put(world, event["id"], rrule="FREQ=DAILY;COUNT=3").json()
        assert changed["id"] == event["id"]
        found = all_of(world, denver)
        assert [one["location_name"] for one in found] == ["Hall"] * 3
        assert {one["series_uuid"] for one in found} == {changed["series_uuid"]}

    def test_a_series_stays_in_its_calendar(self, world: World, denver: str, week: list[int]) -> None:
        reply = self.put(world, week[0], "all", context_code=f"course_{world.ids['physics']}")
        assert reply.status_code == 400
        assert "context_code" in reply.json()["errors"]

    @pytest.mark.parametrize("which", ["some", "ALL", "one "])
    def test_no_other_word_is_known(self, world: World, denver: str, week: list[int], which: str) -> None:
        assert self.put(world, week[0], which, title="x").json() == {"message": f"Invalid parameter which='{which}'"}
        assert world.ada.delete(f"/calendar_events/{week[0]}", {"which": which}).status_code == 400
        assert listed(world, "ada", denver, all_events=1) == ["Seminar"] * 5

    @pytest.mark.parametrize(
        ("which", "left"), [(None, [0, 1, 3, 4]), ("one", [0, 1, 3, 4]), ("following", [0, 1]), ("all", [])]
    )
    def test_deleting(self, world: World, denver: str, week: list[int], which: str | None, left: list[int]) -> None:
        reply = world.ada.delete(f"/calendar_events/{week[2]}", {} if which is None else {"which": which})
        assert reply.status_code == 200
        assert (reply.json()["id"], reply.json()["workflow_state"]) == (week[2], "deleted")
        assert [one["id"] for one in all_of(world, denver)] == [week[at] for at in left]

    def test_which_means_nothing_to_a_single_event(self, world: World, denver: str) -> None:
        event, other = made(world, "ada", denver, "One"), made(world, "ada", denver, "Other")
        assert world.ada.delete(f"/calendar_events/{event['id']}", {"which": "all"}).status_code == 200
        assert [one["id"] for one in all_of(world, denver)] == [other["id"]]


class TestCopies:
    def copies(self, **fields: Any) -> dict[str, str]:
        return {f"calendar_event[duplicate][{name}]": str(value) for name, value in fields.items()}

    def test_they_come_with_the_event(self, world: World, denver: str) -> None:
        params = self.copies(count=2, interval=1, frequency="weekly", append_iterator="true")
        event = made(world, "ada", denver, "Lab", start_at="2026-03-02T09:00:00", params=params)
        assert event["title"] == "Lab 1"
        assert [(one["title"], one["start_at"]) for one in event["duplicates"]] == [
            ("Lab 2", "2026-03-09T15:00:00Z"),  # at nine, in summer time
            ("Lab 3", "2026-03-16T15:00:00Z"),
        ]
        assert event["series_uuid"] is None
        assert len(starts(world, denver)) == 3

    @pytest.mark.parametrize(
        ("frequency", "interval", "days"),
        [("daily", 3, ["01-31", "02-03", "02-06"]), ("monthly", 1, ["01-31", "02-28", "03-31"]), (None, None, ["01-31", "02-07", "02-14"])],
    )  # fmt: skip
    def test_frequencies(
        self, world: World, denver: str, frequency: str | None, interval: int | None, days: list[str]
    ) -> None:
        params = self.copies(count=2, **({} if frequency is None else {"frequency": frequency, "interval": interval}))
        made(world, "ada", denver, "Lab", start_at="2026-01-31T09:00:00", params=params)
        assert [one[5:10] for one in starts(world, denver)] == days
        assert listed(world, "ada", denver, all_events=1) == ["Lab"] * 3

    @pytest.mark.parametrize("fields", [{"count": 201}, {"count": "9" * 30}, {"count": 2, "frequency": "hourly"},
                                        {"count": 200, "frequency": "monthly", "interval": 10000}])  # fmt: skip
    def test_too_many_and_unknown_ones_are_refused_in_words(
        self, world: World, denver: str, fields: dict[str, Any]
    ) -> None:
        reply = make(world, "ada", denver, params=self.copies(**fields))
        assert reply.status_code == 400
        assert set(reply.json()) == {"message"}
        assert starts(world, denver) == []

    @pytest.mark.parametrize("fields", [{"count": 0}, {"count": -3}, {"count": "none"}])
    def test_none_are_none(self, world: World, denver: str, fields: dict[str, Any]) -> None:
        assert made(world, "ada", denver, params=self.copies(**fields))["duplicates"] == []

    def test_undated_ones_are_copied_undated(self, world: World, denver: str) -> None:
        event = made(world, "ada", denver, "Some day", start_at=None, params=self.copies(count=2))
        assert [one["start_at"] for one in event["duplicates"]] == [None, None]
        reply = make(world, "ada", denver, "x", start_at=None, params=self.copies(count=201))
        assert reply.status_code == 400
