"""Account calendars through the published Python client, unmodified. Source: real-clients.md §2, §3, §8."""

import pytest
from canvasapi.exceptions import BadRequest, Forbidden

from tests.contracts.client import Clients, has
from tests.specs.calendars.conftest import Calendars


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
