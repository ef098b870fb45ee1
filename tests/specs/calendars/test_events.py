"""Events: making, showing, changing and deleting them, and who may. Source: supporting-resources.md §10; AC16, AC17, AC19."""

from typing import Any

import pytest

from quadrangle.accounts import accounts
from quadrangle.calendars import Context, desks_of
from quadrangle.courses import courses, create_section, enrollments
from quadrangle.db import UnitOfWork
from tests.conftest import as_each
from tests.specs.calendars.conftest import FORBIDDEN, Calendars, listed, made, make, titles
from tests.world import World

PEOPLE = ("root", "sub", "ada", "tia", "dee", "ben", "cleo", "dov", "eve")
KEYS = {
    "id",
    "title",
    "start_at",
    "end_at",
    "all_day",
    "all_day_date",
    "description",
    "location_name",
    "location_address",
    "workflow_state",
    "created_at",
    "updated_at",
    "comments",
    "series_uuid",
    "rrule",
    "blackout_date",
    "type",
    "context_code",
    "all_context_codes",
    "context_name",
    "context_color",
    "parent_event_id",
    "hidden",
    "child_events_count",
    "child_events",
    "url",
    "html_url",
    "duplicates",
    "important_dates",
}


def show_account(world: World, key: str, *, visible: bool = True, auto: bool = False) -> str:
    """Make the calendar of an account visible; its code."""

    async def work(uow: UnitOfWork) -> None:
        await uow.update(
            accounts,
            {"id": world.ids[key]},
            account_calendar_visible=visible,
            account_calendar_subscription_type="auto" if auto else "manual",
        )

    world.do(work)
    return f"account_{world.ids[key]}"


def codes(world: World) -> dict[str, str]:
    """One calendar of every kind."""
    section = world.sql("SELECT id FROM course_sections WHERE course_id = :id", id=world.ids["physics"])[0][0]
    return {
        "ben": f"user_{world.ids['ben']}",
        "physics": f"course_{world.ids['physics']}",
        "section": f"course_section_{section}",
        "owls": f"group_{world.ids['owls']}",
        "science": show_account(world, "science"),
        "arts": f"account_{world.ids['arts']}",
    }


class TestMakingAnEvent:
    def test_it_answers_201_with_the_event(self, world: World) -> None:
        code = show_account(world, "science")
        event = made(
            world,
            "sub",
            code,
            "Open day",
            location_name="Main hall",
            location_address="1 Quad",
            description="<b>All</b>",
        )
        assert set(event) == KEYS
        assert event == {
            "id": event["id"],
            "title": "Open day",
            "start_at": "2026-02-15T14:00:00Z",
            "end_at": "2026-02-15T15:00:00Z",
            "all_day": False,
            "all_day_date": None,
            "description": "<b>All</b>",
            "location_name": "Main hall",
            "location_address": "1 Quad",
            "workflow_state": "active",
            "created_at": "2026-02-15T12:00:00Z",
            "updated_at": "2026-02-15T12:00:00Z",
            "comments": None,
            "series_uuid": None,
            "rrule": None,
            "blackout_date": False,
            "type": "event",
            "context_code": code,
            "all_context_codes": code,
            "context_name": "Science",
            "context_color": None,
            "parent_event_id": None,
            "hidden": False,
            "child_events_count": 0,
            "child_events": [],
            "url": f"{world.url}/api/v1/calendar_events/{event['id']}",
            "html_url": f"{world.url}/calendar?event_id={event['id']}&include_contexts={code}",
            "duplicates": [],
            "important_dates": False,
        }
        assert world.sub.get(f"/calendar_events/{event['id']}").json() == event

    @pytest.mark.parametrize(
        ("kind", "writers"),
        [
            ("ben", {"ben"}),
            ("physics", {"root", "sub", "ada", "tia", "dee"}),
            ("section", {"root", "sub", "ada", "tia", "dee"}),
            ("owls", {"ben"}),
            ("science", {"root", "sub"}),
            ("arts", set()),  # hidden: nobody, not even its administrator
        ],
    )
    def test_who_may(self, world: World, kind: str, writers: set[str]) -> None:
        code = codes(world)[kind]
        for who in PEOPLE:
            assert make(world, who, code).status_code == (201 if who in writers else 403), who
        assert make(world, "ben", code).status_code == (201 if "ben" in writers else 403)
        assert world.anyone.post("/calendar_events", {"calendar_event[context_code]": code}).status_code == 401

    def test_an_account_event_needs_a_visible_calendar(self, world: World) -> None:
        """AC17."""
        code = show_account(world, "science", visible=False)
        assert make(world, "root", code).json() == FORBIDDEN
        world.root.put(f"/account_calendars/{world.ids['science']}", {"visible": "true"})
        assert make(world, "root", code).status_code == 201

    @pytest.mark.parametrize(
        "code", ["course_999999", "user_999999", "account_999999", "group_999999", "course_section_999999", "nonsense",
                 "course_", "course_1x", "assignment_1", "", None, "account_" + "9" * 25]
    )  # fmt: skip
    def test_an_unknown_context_is_not_found(self, world: World, code: str | None) -> None:
        data = {"calendar_event[title]": "x"} | ({} if code is None else {"calendar_event[context_code]": code})
        assert world.root.post("/calendar_events", data).status_code == 404

    def test_a_deleted_context_is_not_found(self, world: World) -> None:
        async def delete(uow: UnitOfWork) -> None:
            await uow.update(courses, {"id": world.ids["physics"]}, workflow_state="deleted")

        known = codes(world)
        world.do(delete)
        for kind in ("physics", "section", "owls"):
            assert make(world, "root", known[kind]).status_code == 404

    def test_nothing_sent_is_refused(self, world: World) -> None:
        for body in ({}, {"calendar_event": "x"}, {"calendar_event": {}}):
            reply = world.ada.post("/calendar_events", json=body)
            assert reply.status_code == 400
            assert reply.json() == {"errors": [{"message": "calendar_event is missing"}]}

    def test_html_is_sanitised_like_that_of_pages(self, world: World) -> None:
        code = f"course_{world.ids['physics']}"
        event = made(
            world,
            "ada",
            code,
            "<script>alert(1)</script> & <b>bold</b>",
            description='<p onclick="x()">Hi<script>alert(1)</script><a href="javascript:x()">y</a></p>',
            location_name="<i>Hall</i>",
        )
        assert event["description"] == "<p>Hi<a>y</a></p>"
        assert event["title"] == "<script>alert(1)</script> & <b>bold</b>"  # plain text: whoever shows it escapes it
        assert event["location_name"] == "<i>Hall</i>"
        changed = world.ada.put(
            f"/calendar_events/{event['id']}", {"calendar_event[description]": "<img src=x onerror=alert(1)>"}
        )
        assert "onerror" not in changed.json()["description"]

    @pytest.mark.parametrize(("kind", "title"), [("physics", "Course Event"), ("section", "Course Section Event")])
    def test_without_a_title_it_is_called_after_its_kind(self, world: World, kind: str, title: str) -> None:
        for sent in (None, "", "   "):
            event = made(world, "ada", codes(world)[kind], sent or "", params={})
            assert event["title"] == title

    @pytest.mark.parametrize("field", ["title", "location_name", "location_address"])
    def test_long_texts_are_refused_by_attribute(self, world: World, field: str) -> None:
        data = {"calendar_event[context_code]": f"user_{world.ids['ben']}", f"calendar_event[{field}]": "x" * 256}
        reply = world.ben.post("/calendar_events", data)
        assert reply.status_code == 400
        [error] = reply.json()["errors"][field]
        assert error["type"] == "too_long"
        assert world.ben.post("/calendar_events", data | {f"calendar_event[{field}]": "ü" * 255}).status_code == 201

    def test_deeply_nested_html_is_refused(self, world: World) -> None:
        reply = make(world, "ben", f"user_{world.ids['ben']}", description="<div>" * 5000)
        assert reply.status_code == 400
        assert "description" in reply.json()["errors"]

    def test_an_end_before_the_start_is_refused_by_attribute(self, world: World) -> None:
        code = f"user_{world.ids['ben']}"
        reply = make(world, "ben", code, start_at="2026-02-15T14:00:00Z", end_at="2026-02-15T13:00:00Z")
        assert reply.status_code == 400
        assert reply.json()["errors"]["end_at"][0]["attribute"] == "end_at"
        assert listed(world, "ben", code, all_events=True) == []
        offsets = {"start_at": "2026-02-15T14:00:00+05:00", "end_at": "2026-02-15T10:00:00Z"}  # 09:00Z to 10:00Z
        assert make(world, "ben", code, **offsets).status_code == 201

    @pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
    def test_the_ends_of_time_are_refused(self, world: World, moment: str) -> None:
        assert make(world, "ben", f"user_{world.ids['ben']}", start_at=moment).status_code == 400

    def test_one_end_stands_for_both_and_none_is_undated(self, world: World) -> None:
        code = f"user_{world.ids['ben']}"
        event = made(world, "ben", code, start_at="2026-02-15T14:00:00Z")
        assert event["end_at"] == event["start_at"]
        event = made(world, "ben", code, start_at=None, end_at="2026-02-16T14:00:00Z")
        assert event["start_at"] == event["end_at"] == "2026-02-16T14:00:00Z"
        event = made(world, "ben", code, start_at=None)
        assert (event["start_at"], event["end_at"], event["all_day"]) == (None, None, False)
        event = made(world, "ben", code, start_at="whenever")
        assert event["start_at"] is None

    def test_flags_are_kept(self, world: World) -> None:
        event = made(world, "ada", f"course_{world.ids['physics']}", blackout_date="1", important_dates="1")
        assert event["blackout_date"] is True
        assert event["important_dates"] is True


class TestShowingAnEvent:
    @pytest.mark.parametrize(
        ("kind", "maker", "readers"),
        [
            ("ben", "ben", {"ben"}),
            ("physics", "ada", set(PEOPLE) - {"eve"}),
            ("section", "ada", set(PEOPLE) - {"eve"}),
            ("owls", "ben", {"ben", "ada", "tia", "dee", "root", "sub"}),
            ("science", "sub", set(PEOPLE) - {"eve"}),
        ],
    )
    def test_who_may(self, world: World, kind: str, maker: str, readers: set[str]) -> None:
        event = made(world, maker, codes(world)[kind])
        path = f"/calendar_events/{event['id']}"
        for who in PEOPLE:
            assert world.as_(who).get(path).status_code == (200 if who in readers else 403), who
            assert world.as_(who).put(path, {"calendar_event[title]": "x"}).status_code in (200, 403)
        assert world.anyone.get(path).status_code == 401

    def test_what_is_not_there(self, world: World) -> None:
        for id in ("999999", "nonsense", "9" * 30):
            assert world.root.get(f"/calendar_events/{id}").status_code == 404

    def test_keys_can_be_left_out_and_added(self, world: World) -> None:
        event = made(world, "ben", f"user_{world.ids['ben']}")
        query = {"excludes[]": ["description", "child_events", "assignment"], "includes[]": ["web_conference"]}
        shown = world.ben.get(f"/calendar_events/{event['id']}", params=query).json()
        assert set(shown) == (KEYS - {"description", "child_events"}) | {"web_conference"}


class TestTheRulesAndTheList:
    def test_they_agree(self, world: World) -> None:
        """Whoever may read a calendar may list it, and nobody else; for everybody before a calendar of every kind."""
        known = codes(world)
        for who in PEOPLE:
            for code in known.values():
                context = Context.parse(code)
                assert context is not None

                async def reads(uow: UnitOfWork, who: str = who, context: Context = context) -> bool:
                    desk = (await desks_of(uow, world.ids[who], [context])).several[context]
                    return desk is not None and desk.reads

                reply = world.as_(who).get("/calendar_events", params={"context_codes[]": code})
                assert (reply.status_code == 200) is world.do(reads), (who, code)


class TestChangingAnEvent:
    def test_what_was_not_sent_stays(self, world: World) -> None:
        event = made(world, "ada", f"course_{world.ids['physics']}", description="<p>x</p>", location_name="Hall")
        world.clock.advance(hours=1)
        reply = world.ada.put(f"/calendar_events/{event['id']}", {"calendar_event[title]": "Moved"})
        assert reply.status_code == 200
        assert reply.json() == {**event, "title": "Moved", "updated_at": "2026-02-15T13:00:00Z"}

    def test_null_and_blank_clear(self, world: World) -> None:
        event = made(world, "ada", f"course_{world.ids['physics']}", description="<p>x</p>", location_name="Hall")
        body = {"calendar_event": {"description": None, "location_name": "", "title": ""}}
        changed = world.ada.put(f"/calendar_events/{event['id']}", json=body).json()
        assert changed["description"] is None
        assert changed["location_name"] == ""
        assert changed["title"] == "Course Event"

    def test_an_end_before_the_start_changes_nothing(self, world: World) -> None:
        event = made(world, "ada", f"course_{world.ids['physics']}")
        path = f"/calendar_events/{event['id']}"
        data = {"calendar_event[start_at]": "2026-02-16T14:00:00Z", "calendar_event[title]": "x"}
        assert world.ada.put(path, data).status_code == 400
        assert world.ada.get(path).json() == event

    def test_moving_it_needs_the_right_there(self, world: World) -> None:
        known = codes(world)
        event = made(world, "ben", known["ben"])
        path = f"/calendar_events/{event['id']}"
        assert world.ben.put(path, {"calendar_event[context_code]": known["physics"]}).status_code == 403
        assert world.ben.put(path, {"calendar_event[context_code]": "course_999999"}).status_code == 404
        moved = world.ben.put(path, {"calendar_event[context_code]": known["owls"]}).json()
        assert (moved["context_code"], moved["context_name"]) == (known["owls"], "Owls")
        assert listed(world, "ben", known["owls"]) == ["Open day"]
        assert listed(world, "ben", known["ben"]) == []

    def test_of_an_account_whose_calendar_was_hidden_since(self, world: World) -> None:
        event = made(world, "root", show_account(world, "science"))
        show_account(world, "science", visible=False)
        path = f"/calendar_events/{event['id']}"
        assert world.root.get(path).status_code == 200  # administrators read the account
        assert world.root.put(path, {"calendar_event[title]": "x"}).status_code == 403
        assert world.root.delete(path).status_code == 403

    @as_each("ben", "cleo", "dov")
    def test_it_is_refused_to_who_only_reads(self, world: World, who: str) -> None:
        event = made(world, "ada", f"course_{world.ids['physics']}")
        path = f"/calendar_events/{event['id']}"
        assert world.as_(who).get(path).status_code == 200
        assert world.as_(who).put(path, {"calendar_event[title]": "x"}).json() == FORBIDDEN
        assert world.as_(who).delete(path).json() == FORBIDDEN


class TestDeletingAnEvent:
    def test_it_answers_the_event_and_is_gone(self, world: World) -> None:
        code = f"course_{world.ids['physics']}"
        event = made(world, "ada", code)
        path = f"/calendar_events/{event['id']}"
        reply = world.ada.delete(path, {"cancel_reason": "Rain"})
        assert reply.status_code == 200
        assert reply.json() == {**event, "workflow_state": "deleted"}
        for again in (world.ada.get(path), world.ada.delete(path), world.ada.put(path, {"calendar_event[title]": "x"})):
            assert again.status_code == 404
        assert listed(world, "ada", code, all_events=True) == []
        [(reason,)] = world.sql("SELECT cancel_reason FROM calendar_events")
        assert reason == "Rain"


class TestBySection:
    @pytest.fixture
    def evening(self, world: World) -> str:
        """A second section, with Cleo in it; its code."""

        async def work(uow: UnitOfWork) -> int:
            section = await create_section(uow, course_id=world.ids["physics"], root_id=1, name="Evening")
            await uow.update(enrollments, {"id": world.ids["enrollment:cleo"]}, course_section_id=section)
            return section

        return f"course_section_{world.do(work)}"

    def data(self, world: World, evening: str) -> dict[str, str]:
        return {
            "calendar_event[child_event_data][0][context_code]": codes(world)["section"],
            "calendar_event[child_event_data][0][start_at]": "2026-02-15T14:00:00Z",
            "calendar_event[child_event_data][0][end_at]": "2026-02-15T15:00:00Z",
            "calendar_event[child_event_data][1][context_code]": evening,
            "calendar_event[child_event_data][1][start_at]": "2026-02-15T19:00:00Z",
            "calendar_event[child_event_data][1][end_at]": "2026-02-15T20:00:00Z",
        }

    def test_each_section_has_the_event_at_its_time(self, world: World, evening: str) -> None:
        course = f"course_{world.ids['physics']}"
        event = made(world, "ada", course, "Lab", params=self.data(world, evening))
        assert event["hidden"] is True
        assert event["child_events_count"] == 2
        assert (event["start_at"], event["end_at"]) == ("2026-02-15T14:00:00Z", "2026-02-15T20:00:00Z")
        assert event["all_context_codes"] == f"{codes(world)['section']},{evening}"
        first, second = event["child_events"]
        assert second["context_code"] == evening
        assert second["context_name"] == "Evening"
        assert second["effective_context_code"] == course
        assert second["parent_event_id"] == event["id"]
        assert second["start_at"] == "2026-02-15T19:00:00Z"
        shown = world.cleo.get(f"/calendar_events/{second['id']}").json()
        assert shown == second
        assert world.cleo.get(f"/calendar_events/{first['id']}").status_code == 403

    def test_students_see_the_part_of_their_section(self, world: World, evening: str) -> None:
        course = f"course_{world.ids['physics']}"
        made(world, "ada", course, "Lab", params=self.data(world, evening))
        made(world, "ada", course, "For all")

        def starts(who: str) -> list[str]:
            found = world.as_(who).get("/calendar_events", params={"context_codes[]": course}).json()
            return [one["start_at"][11:13] for one in found if one["title"] == "Lab"]

        assert starts("ben") == ["14"]
        assert starts("cleo") == ["19"]
        assert starts("ada") == ["14", "14", "19"]  # with the hidden whole
        assert "For all" in listed(world, "cleo", course)
        assert listed(world, "cleo", evening) == ["Lab"]
        assert (
            world.cleo.get("/calendar_events", params={"context_codes[]": codes(world)["section"]}).status_code == 403
        )

    def test_parts_follow_the_event_and_are_replaced(self, world: World, evening: str) -> None:
        course = f"course_{world.ids['physics']}"
        event = made(world, "ada", course, "Lab", params=self.data(world, evening))
        path = f"/calendar_events/{event['id']}"
        changed = world.ada.put(path, {"calendar_event[title]": "Laboratory"}).json()
        assert [one["title"] for one in changed["child_events"]] == ["Laboratory"] * 2
        one = {name: value for name, value in self.data(world, evening).items() if "[1]" in name}
        changed = world.ada.put(path, one).json()
        assert [part["context_code"] for part in changed["child_events"]] == [evening]
        assert changed["start_at"] == "2026-02-15T19:00:00Z"
        whole = world.ada.put(path, {"calendar_event[child_event_data]": ""}).json()
        assert (whole["hidden"], whole["child_events"]) == (False, [])
        assert listed(world, "ben", course) == ["Laboratory"]

    def test_they_go_with_it(self, world: World, evening: str) -> None:
        event = made(world, "ada", f"course_{world.ids['physics']}", "Lab", params=self.data(world, evening))
        world.ada.delete(f"/calendar_events/{event['id']}")
        assert world.cleo.get(f"/calendar_events/{event['child_events'][1]['id']}").status_code == 404
        assert listed(world, "cleo", f"course_{world.ids['physics']}") == []

    @pytest.mark.parametrize("code", ["course_section_999999", "nonsense", "", "twice"])
    def test_what_is_no_section_is_refused_and_nothing_made(self, world: World, evening: str, code: str) -> None:
        course = f"course_{world.ids['physics']}"
        data = self.data(world, evening)
        data["calendar_event[child_event_data][1][context_code]"] = codes(world)["section"] if code == "twice" else code
        reply = make(world, "ada", course, params=data)
        assert reply.status_code == 400
        assert "child_event_data" in reply.json()["errors"]
        assert listed(world, "ada", course, all_events=True) == []

    def test_only_courses_have_sections(self, world: World, evening: str) -> None:
        reply = make(world, "ben", f"user_{world.ids['ben']}", params=self.data(world, evening))
        assert reply.status_code == 400


class TestSubscribing:
    def events(self, world: World, who: str = "ben") -> list[str]:
        return titles(world.as_(who).get("/calendar_events"))

    def save(self, world: World, who: str, ids: Any) -> Any:
        return world.as_(who).post(
            "/calendar_events/save_enabled_account_calendars",
            json={"enabled_account_calendars": ids, "mark_feature_as_seen": True},
        )

    def test_auto_subscribed_calendars_are_among_ones_own(self, world: World) -> None:
        """AC19."""
        made(world, "root", show_account(world, "science"), "Science day")
        assert self.events(world) == []
        show_account(world, "science", auto=True)
        assert self.events(world) == ["Science day"]
        assert self.events(world, "eve") == []  # not associated
        show_account(world, "science", visible=False, auto=True)
        assert self.events(world) == []

    def test_adding_a_calendar(self, world: World) -> None:
        made(world, "root", show_account(world, "science"), "Science day")
        reply = self.save(world, "ben", [world.ids["science"]])
        assert reply.status_code == 200
        assert reply.json() == {"status": "ok"}
        assert self.events(world) == ["Science day"]
        assert self.events(world, "cleo") == []
        self.save(world, "ben", [])
        assert self.events(world) == []

    def test_forms_and_texts_do(self, world: World) -> None:
        made(world, "root", show_account(world, "science"), "Science day")
        path = "/calendar_events/save_enabled_account_calendars"
        world.ben.post(path, {"enabled_account_calendars[]": [str(world.ids["science"]), "nonsense"]})
        assert self.events(world) == ["Science day"]
        world.ben.post(path, {"mark_feature_as_seen": "true"})
        assert self.events(world) == ["Science day"]
        world.ben.post(path, {"enabled_account_calendars[]": ""})
        assert self.events(world) == []

    def test_hidden_and_foreign_ones_are_dropped(self, world: World) -> None:
        show_account(world, "arts")
        show_account(world, "science", visible=False)
        self.save(world, "ben", [world.ids["arts"], world.ids["science"], 999999])
        assert world.sql("SELECT count(*) FROM calendar_subscriptions")[0][0] == 0
        assert (
            world.ben.get("/calendar_events", params={"context_codes[]": f"account_{world.ids['arts']}"}).status_code
            == 403
        )

    def test_one_that_is_hidden_later_waits(self, world: World) -> None:
        made(world, "root", show_account(world, "science"), "Science day")
        self.save(world, "ben", [world.ids["science"]])
        show_account(world, "science", visible=False)
        assert self.events(world) == []
        show_account(world, "science")
        assert self.events(world) == ["Science day"]

    def test_the_contexts_in_view(self, world: World) -> None:
        show_account(world, "science", auto=True)
        contexts = world.ben.get("/calendar_events/visible_contexts").json()["contexts"]
        assert [(one["asset_string"], one["name"], one["can_create_calendar_events"]) for one in contexts] == [
            (f"user_{world.ids['ben']}", "Ben Okri", True),
            (f"course_{world.ids['physics']}", "Physics", False),
            (f"group_{world.ids['owls']}", "Owls", True),
            (f"account_{world.ids['science']}", "Science", False),
        ]
        assert contexts[0]["id"] == str(world.ids["ben"])
        assert contexts[0]["type"] == "user"


def test_visible_lets_people_see_the_events(calendars: Calendars) -> None:
    """AC16."""
    world = calendars.world
    code = f"account_{calendars['A2']}"
    event = made(world, "root", code, "Fair")
    assert listed(world, "sam", code) == ["Fair"]
    calendars.set("A2", visible=False)
    assert world.sam.get("/calendar_events", params={"context_codes[]": code}).json() == FORBIDDEN
    assert world.sam.get(f"/calendar_events/{event['id']}").status_code == 403
    assert listed(world, "root", code) == ["Fair"]
