"""Calendars and events through the published Python client, unmodified. Source: real-clients.md §2, §3, §7, §8."""

import pytest
from canvasapi.exceptions import BadRequest, Forbidden

from tests.contracts.client import Clients, has
from tests.specs.calendars.conftest import Calendars
from tests.world import World


class TestAccountCalendars:
    def test_ones_own(self, calendars: Calendars) -> None:
        api = Clients(calendars.world)
        assert [one.name for one in api.sam.get_account_calendars()] == ["Physics", "Science"]
        assert [one.name for one in api.sam.get_account_calendars(search_term="sci")] == ["Science"]
        with pytest.raises(BadRequest):
            list(api.sam.get_account_calendars(search_term="s"))

    def test_of_an_account(self, calendars: Calendars) -> None:
        account = Clients(calendars.world).account("root")
        calendar = account.get_account_calendar()
        has(calendar, "id", "name", "visible", "calendar_event_url")
        assert calendar.visible is False
        assert [one.name for one in account.get_all_account_calendars()] == ["Root U", "Arts", "Science"]
        assert [one.name for one in account.get_all_account_calendars(filter="visible")] == ["Physics", "Science"]
        assert account.update_account_calendar_visibility(visible=True, auto_subscribe=True).auto_subscribe is True

    def test_many_at_once(self, calendars: Calendars) -> None:
        api = Clients(calendars.world)
        wish = [{"id": 1, "visible": True}, {"id": calendars["A2"], "visible": False}]
        answer = api.account("root").update_many_account_calendars_visibility(_json=wish)
        assert answer.message == "Updated 2 accounts"
        assert calendars.state("A1")[0] is True
        assert calendars.state("A2")[0] is False
        with pytest.raises(Forbidden):
            api.account("sam").update_many_account_calendars_visibility(_json=wish)


class TestEvents:
    def test_their_whole_life(self, calendars: Calendars) -> None:
        api = Clients(calendars.world)
        code = f"account_{calendars['A2']}"
        event = api.root.create_calendar_event(
            {
                "context_code": code,
                "title": "Fair",
                "start_at": "2026-02-15T14:00:00Z",
                "end_at": "2026-02-15T16:00:00Z",
            }
        )
        has(event, "id", "title")
        [found] = api.sam.get_calendar_events(context_codes=[code], start_date="2026-02-01", end_date="2026-03-01")
        assert found.id == event.id
        assert api.sam.get_calendar_event(event.id).title == "Fair"
        event.edit(calendar_event={"title": "Science fair", "location_name": "Quad"})
        assert api.sam.get_calendar_event(event.id).location_name == "Quad"
        assert event.delete(cancel_reason="Rain").workflow_state == "deleted"
        assert list(api.sam.get_calendar_events(context_codes=[code], all_events=True)) == []

    def test_a_long_list_is_followed_page_by_page(self, world: World) -> None:
        api = Clients(world)
        rule = {"count": 120, "interval": 1, "frequency": "daily"}
        api.ben.create_calendar_event(
            {
                "context_code": f"user_{world.ids['ben']}",
                "title": "Run",
                "start_at": "2026-03-01T06:00:00Z",
                "duplicate": rule,
            }
        )
        assert len(list(api.ben.get_calendar_events(all_events=True))) == 121
        ben = api.root.get_user(world.ids["ben"])
        assert len(list(ben.get_calendar_events_for_user(all_events=True))) == 121

    def test_a_series_as_a_whole(self, world: World) -> None:
        api = Clients(world)
        event = api.ada.create_calendar_event(
            {
                "context_code": f"course_{world.ids['physics']}",
                "title": "Lecture",
                "start_at": "2026-03-02T09:00:00Z",
                "rrule": "FREQ=WEEKLY;COUNT=4",
            }
        )
        event.edit(calendar_event={"title": "Talk"}, which="all")
        listed = api.ben.get_calendar_events(context_codes=[f"course_{world.ids['physics']}"], all_events=True)
        assert [one.title for one in listed] == ["Talk"] * 4
        assert event.delete(which="all").workflow_state == "deleted"
