"""The calendar. Source: web.md W12, account-calendars.md, supporting-resources.md §10."""

import re
from collections.abc import Callable
from datetime import date
from html import unescape
from zoneinfo import ZoneInfo

import pytest

from quadrangle.accounts import accounts
from quadrangle.db import UnitOfWork
from tests.specs.web.conftest import Visitor, words
from tests.world import World

Visitors = Callable[[str | None], Visitor]

HOME = "/calendar"
NASTY = "<script>alert(1)</script>"


def event(world: World, who: str, context: str, title: str, start: str = "2026-02-20T10:00Z", **more: str) -> int:
    fields = {"context_code": context, "title": title, "start_at": start, **more}
    reply = world.as_(who).post(
        "/calendar_events", {f"calendar_event[{name}]": value for name, value in fields.items()}
    )
    assert reply.status_code == 201, reply.text
    number: int = reply.json()["id"]
    return number


def opened(world: World, account: str, *, auto: bool = False) -> str:
    """Make the calendar of an account visible; its code."""
    number = 1 if account == "root" else world.ids[account]

    async def work(uow: UnitOfWork) -> None:
        kind = "auto" if auto else "manual"
        values = {"account_calendar_visible": True, "account_calendar_subscription_type": kind}
        await uow.update(accounts, {"id": number}, **values)

    world.do(work)
    return f"account_{number}"


def feed_of(page: object) -> str:
    found = re.search(r'id="feed-address" value="([^"]*)"', page.text)  # type: ignore[attr-defined]
    assert found is not None
    return unescape(found[1])


class TestTheMonth:
    def test_it_shows_ones_own_events_and_those_of_ones_courses(self, world: World, visitor: Visitors) -> None:
        event(world, "ben", f"user_{world.ids['ben']}", "Dentist")
        event(world, "ada", f"course_{world.ids['physics']}", "Low water")
        event(world, "ada", f"user_{world.ids['ada']}", "Staff meeting")
        says = words(visitor("ben").get(HOME))
        assert "February 2026" in says
        assert "Dentist" in says
        assert "Low water" in says
        assert "Staff meeting" not in says
        assert "Low water" not in words(visitor("eve").get(HOME))

    def test_it_goes_back_and_on(self, world: World, visitor: Visitors) -> None:
        event(world, "ben", f"user_{world.ids['ben']}", "Dentist", "2026-03-20T10:00Z")
        ben = visitor("ben")
        page = ben.get(HOME)
        assert "Dentist" not in words(page)
        assert "month=2026-03" in page.text
        assert "Dentist" in words(ben.get(f"{HOME}?month=2026-03"))

    @pytest.mark.parametrize("month", ["", "2026-13", "x", "0000-01", "9999-12", "2026-02-01", "99999-01"])
    def test_what_is_no_month_is_this_one(self, visitor: Visitors, month: str) -> None:
        assert "February 2026" in words(visitor("ben").get(f"{HOME}?month={month}"))

    @pytest.mark.parametrize("month", ["1900-01", "9000-12"])
    def test_it_has_ends(self, visitor: Visitors, month: str) -> None:
        assert visitor("ben").get(f"{HOME}?month={month}").status_code == 200

    def test_whole_days_and_long_events_stand_at_each_of_their_days(self, world: World, visitor: Visitors) -> None:
        own = f"user_{world.ids['ben']}"
        event(world, "ben", own, "Field trip", "2026-02-10T00:00-07:00", end_at="2026-02-12T23:00-07:00")
        event(world, "ben", own, "Day off", "2026-02-17T00:00-07:00", all_day="1")
        event(world, "ben", own, "Late show", "2026-02-24T20:00-07:00", end_at="2026-02-25T00:00-07:00")
        page = visitor("ben").get(HOME)
        assert page.text.count(">Field trip</a>") + page.text.count(" Field trip</a>") == 3
        assert words(page).count("Day off") == 1
        assert words(page).count("Late show") == 1

    def test_a_full_day_leads_to_the_list(self, world: World, visitor: Visitors) -> None:
        for number in range(6):
            event(world, "ben", f"user_{world.ids['ben']}", f"Talk {number}")
        page = visitor("ben").get(HOME)
        assert "3 more" in words(page)
        assert "view=agenda&amp;month=2026-02#d20" in page.text

    def test_an_event_of_a_course_that_differs_by_section_stands_there_once_for_each(
        self, world: World, visitor: Visitors
    ) -> None:
        section = world.sql("SELECT id FROM course_sections")[0][0]
        fields = {
            "context_code": f"course_{world.ids['physics']}",
            "title": "Lab",
            "child_event_data[0][context_code]": f"course_section_{section}",
            "child_event_data[0][start_at]": "2026-02-18T10:00Z",
            "child_event_data[0][end_at]": "2026-02-18T12:00Z",
        }
        sent = {re.sub(r"^(\w+)", r"calendar_event[\1]", name): value for name, value in fields.items()}
        assert world.ada.post("/calendar_events", sent).status_code == 201
        assert words(visitor("ada").get(HOME)).count("Lab") == 1


class TestTheList:
    def test_it_tells_more_of_each_event(self, world: World, visitor: Visitors) -> None:
        more = {"location_name": "Room 7", "description": f"<p>Bring <b>boots</b>.</p>{NASTY}"}
        event(world, "ben", f"user_{world.ids['ben']}", NASTY, end_at="2026-02-20T11:30Z", **more)
        page = visitor("ben").get(f"{HOME}?view=agenda")
        says = words(page)
        assert "20 February 2026, 03:00 – 04:30" in says  # by the clock of the campus, in Denver
        assert "Room 7" in says
        assert "<p>Bring <b>boots</b>.</p>" in page.text
        assert NASTY not in page.text

    def test_it_says_so_when_there_is_nothing(self, visitor: Visitors) -> None:
        assert "Nothing in this month" in words(visitor("eve").get(f"{HOME}?view=agenda"))

    def test_it_has_what_began_before_the_month(self, world: World, visitor: Visitors) -> None:
        own = f"user_{world.ids['ben']}"
        event(world, "ben", own, "Expedition", "2026-01-20T10:00Z", end_at="2026-02-03T10:00Z")
        assert "Expedition" in words(visitor("ben").get(f"{HOME}?view=agenda"))
        assert "Expedition" not in words(visitor("ben").get(f"{HOME}?view=agenda&month=2026-03"))


class TestOneEvent:
    def test_it_opens_where_clients_link_to_it(self, world: World, visitor: Visitors) -> None:
        number = event(world, "ada", f"course_{world.ids['physics']}", "Low water", location_address="1 Shore Road")
        address = world.ada.get(f"/calendar_events/{number}").json()["html_url"].removeprefix(world.url)
        says = words(visitor("ben").get(address))
        assert "Low water" in says
        assert "1 Shore Road" in says
        assert "20 February 2026, 03:00" in says
        assert visitor("eve").get(address).status_code == 403
        assert visitor("ben").get(f"{HOME}?event_id=999999").status_code == 404
        assert visitor("ben").get(f"{HOME}?event_id=x").status_code == 404

    def test_one_without_a_date_says_so(self, world: World, visitor: Visitors) -> None:
        number = event(world, "ben", f"user_{world.ids['ben']}", "Some day", "")
        assert "No date yet" in words(visitor("ben").get(f"{HOME}?event_id={number}"))

    def test_that_of_an_account_is_found_at_the_address_its_calendar_gives(
        self, world: World, visitor: Visitors
    ) -> None:
        code = opened(world, "science")
        number = event(world, "root", code, "Open day")
        template = world.root.get(f"/account_calendars/{world.ids['science']}").json()["calendar_event_url"]
        reply = visitor("ben").get(template.replace("%7B%7B%20id%20%7D%7D", str(number)))
        assert "Open day" in words(visitor("ben").get(reply.headers["location"]))


class TestCalendarsOfAccounts:
    def test_one_is_added_and_taken_away(self, world: World, visitor: Visitors) -> None:
        event(world, "root", opened(world, "science"), "Open day")
        ben = visitor("ben")
        assert "Open day" not in words(ben.get(HOME))
        where = f"{HOME}/accounts/{world.ids['science']}"
        for _ in range(2):
            reply = ben.post(f"{where}/subscribe")
            page = ben.follow(reply)
            assert "“Science” is in your calendar now." in words(page)
            assert "Open day" in words(page)
        for _ in range(2):
            assert "Open day" not in words(ben.follow(ben.post(f"{where}/unsubscribe")))

    def test_one_that_everybody_has_stays(self, world: World, visitor: Visitors) -> None:
        event(world, "root", opened(world, "root", auto=True), "Commencement")
        ben = visitor("ben")
        assert "For everybody" in words(ben.get(HOME))
        ben.post(f"{HOME}/accounts/1/unsubscribe")
        assert "Commencement" in words(ben.get(HOME))

    def test_one_that_is_hidden_or_of_no_account_of_ones_own_is_not_there(
        self, world: World, visitor: Visitors
    ) -> None:
        opened(world, "arts")
        ben = visitor("ben")
        assert "Arts" not in words(ben.get(HOME))
        for account in (world.ids["arts"], world.ids["science"], 999999, "x"):
            assert ben.post(f"{HOME}/accounts/{account}/subscribe").status_code == 404

    def test_one_that_is_hidden_later_shows_nothing_more(self, world: World, visitor: Visitors) -> None:
        event(world, "root", opened(world, "science"), "Open day")
        ben = visitor("ben")
        ben.follow(ben.post(f"{HOME}/accounts/{world.ids['science']}/subscribe"))
        world.root.put(f"/account_calendars/{world.ids['science']}", {"visible": "0"})
        says = words(ben.get(HOME))
        assert "Open day" not in says
        assert "Science" not in says


class TestTheFeed:
    def test_it_shows_what_the_calendar_shows_of_ones_own_and_of_accounts(
        self, world: World, visitor: Visitors
    ) -> None:
        event(world, "root", opened(world, "science"), "Open day")
        event(world, "ben", f"user_{world.ids['ben']}", "Dentist")
        ben = visitor("ben")
        ben.post(f"{HOME}/accounts/{world.ids['science']}/subscribe")
        feed = world.anyone.http.get(feed_of(ben.get(HOME)))
        assert "SUMMARY:Open day" in feed.text
        assert "SUMMARY:Dentist" in feed.text

    def test_a_new_address_ends_the_old_one(self, world: World, visitor: Visitors) -> None:
        ben, ada = visitor("ben"), visitor("ada")
        old, theirs = feed_of(ben.get(HOME)), feed_of(ada.get(HOME))
        page = ben.follow(ben.post(f"{HOME}/feed"))
        assert "new address" in words(page)
        new = feed_of(page)
        statuses = [world.anyone.http.get(address).status_code for address in (old, new, theirs)]
        assert statuses == [404, 200, 200]
        assert world.ben.get("/users/self/profile").json()["calendar"]["ics"] == new


class TestTheScreen:
    @pytest.mark.parametrize("view", ["month", "agenda"])
    def test_it_costs_five_statements_at_most(self, world: World, visitor: Visitors, view: str) -> None:
        ben = visitor("ben")
        ben.get(HOME)
        # The session is one more, which every request has.
        assert world.statements_of(lambda: ben.get(f"{HOME}?view={view}")) <= 6

    def test_it_asks_to_sign_in(self, visitor: Visitors) -> None:
        assert visitor(None).get(HOME).status_code == 401

    @pytest.mark.parametrize("path", ["/accounts/1/subscribe", "/accounts/1/unsubscribe", "/feed"])
    def test_a_form_without_its_token_is_refused(self, visitor: Visitors, path: str) -> None:
        assert visitor("ben").post(HOME + path, token="").status_code == 422

    def test_today_is_marked_by_the_readers_clock(self, world: World, visitor: Visitors) -> None:
        world.ben.put("/users/self", {"user[time_zone]": "Pacific/Kiritimati"})
        day = world.clock.now().astimezone(ZoneInfo("Pacific/Kiritimati")).date()
        assert day == date(2026, 2, 16)
        assert "Today, 16 February 2026" in words(visitor("ben").get(HOME))
