"""Showing, hiding and auto-subscribing account calendars. Source: account-calendars.md §3.3, §3.4, cases 16 to 25; AC12 to AC30."""

import json
from typing import Any

import pytest

from quadrangle.accounts import ROOT_ID, create_account
from quadrangle.db import UnitOfWork
from tests.conftest import as_each
from tests.specs.calendars.conftest import FORBIDDEN, Calendars


class TestChangingOne:
    def test_visible_sets_it_and_leaves_the_other(self, calendars: Calendars) -> None:
        """AC12, AC15, AC20; case 16."""
        reply = calendars.world.root.put(calendars.at("A4"), {"visible": "true"})
        assert reply.status_code == 200
        calendar = reply.json()
        assert (calendar["visible"], calendar["auto_subscribe"]) == (True, False)
        assert calendar["can_create_calendar_events"] is True
        assert "sub_account_count" not in calendar

    def test_auto_subscribe_sets_it_and_leaves_the_other(self, calendars: Calendars) -> None:
        """AC18; case 17."""
        calendar = calendars.world.root.put(calendars.at("A2"), {"auto_subscribe": "1"}).json()
        assert (calendar["visible"], calendar["auto_subscribe"]) == (True, True)

    def test_the_two_are_independent(self, calendars: Calendars) -> None:
        """AC12's example; §1."""
        reply = calendars.world.root.put(calendars.at("A4"), {"auto_subscribe": "true"})
        assert (reply.json()["visible"], reply.json()["auto_subscribe"]) == (False, True)
        calendars.world.root.put(calendars.at("A4"), {"visible": "false", "auto_subscribe": "false"})
        assert calendars.state("A4") == (False, False)

    @pytest.mark.parametrize(
        ("sent", "visible"),
        [("banana", False), ("", False), ("YES", True), ("on", True), ("2", True), ("0", False), ("f", False)],
    )
    def test_text_is_read_as_everywhere(self, calendars: Calendars, sent: str, visible: bool) -> None:
        """Case 18."""
        assert calendars.world.root.put(calendars.at("A2"), {"visible": sent}).json()["visible"] is visible

    @pytest.mark.parametrize("body", [{}, {"visible": None}, {"visible": [True], "other": 1}])
    def test_nothing_sent_is_nothing_changed(self, calendars: Calendars, body: dict[str, Any]) -> None:
        """Case 19; null is absent."""
        reply = calendars.world.root.put(calendars.at("A2"), json=body)
        assert reply.status_code == 200
        assert calendars.state("A2") == (True, False)

    def test_a_request_without_a_body_changes_nothing(self, calendars: Calendars) -> None:
        assert calendars.world.root.put(calendars.at("A2")).json()["visible"] is True

    def test_hiding_takes_the_right_to_create_events_at_once(self, calendars: Calendars) -> None:
        """§4."""
        calendar = calendars.world.root.put(calendars.at("A2"), {"visible": "false"}).json()
        assert calendar["can_create_calendar_events"] is False

    def test_visible_lets_people_see_it(self, calendars: Calendars) -> None:
        """AC16."""
        assert calendars.world.sam.get(calendars.at("A2")).status_code == 200
        calendars.world.root.put(calendars.at("A2"), {"visible": "false"})
        assert calendars.world.sam.get(calendars.at("A2")).status_code == 403

    @pytest.mark.parametrize(
        ("who", "name", "status"),
        [
            ("tina", "A3", 403),
            ("sub", "A1", 403),
            ("sub", "A3", 200),
            ("clerk", "A2", 403),
            ("sam", "A2", 403),
            ("sub", "A4", 403),
        ],
    )
    def test_who_decides(self, calendars: Calendars, who: str, name: str, status: int) -> None:
        """AC14; case 20."""
        before = calendars.state(name)
        reply = calendars.world.as_(who).put(calendars.at(name), {"visible": "false" if before[0] else "true"})
        assert reply.status_code == status
        assert (calendars.state(name) == before) is (status == 403)

    def test_an_unknown_account_is_not_found(self, calendars: Calendars) -> None:
        assert calendars.world.sam.put("/account_calendars/999999", {"visible": "1"}).status_code == 404
        assert calendars.world.anyone.put("/account_calendars/1", {"visible": "1"}).status_code == 401


class TestChangingMany:
    def send(self, calendars: Calendars, body: Any, *, who: str = "root", top: str = "A1") -> Any:
        return calendars.world.as_(who).put(calendars.under(top), json=body)

    def test_each_entry_says_what_changes(self, calendars: Calendars) -> None:
        """AC21, AC26, AC27, AC28, AC29; case 21."""
        body = [
            {"id": calendars["A1"], "visible": True, "auto_subscribe": True},
            {"id": calendars["A2"], "visible": False},
            {"id": calendars["A4"]},
        ]
        reply = self.send(calendars, body)
        assert reply.status_code == 200
        assert reply.json() == {"message": "Updated 3 accounts"}
        states = {name: calendars.state(name) for name in calendars.ids}
        assert states == {"A1": (True, True), "A2": (False, False), "A3": (True, False), "A4": (False, False)}

    def test_one_is_said_in_the_singular(self, calendars: Calendars) -> None:
        """Case 22."""
        reply = self.send(calendars, [{"id": calendars["A2"], "visible": False}])
        assert reply.json() == {"message": "Updated 1 account"}

    @pytest.mark.parametrize(
        ("body", "says"),
        [
            ([], "Expected array of objects"),
            ({"id": ROOT_ID}, "Expected array of objects"),
            ({}, "Expected array of objects"),
            ("text", "Expected array of objects"),
            (7, "Expected array of objects"),
            (None, "Expected array of objects"),
            ([1], "Expected array of objects"),
            ([{"id": ROOT_ID}, None], "Expected array of objects"),
            ([[{"id": ROOT_ID}]], "Expected array of objects"),
            ([{}], "Missing key(s)"),
            ([{"visible": True}], "Missing key(s)"),
            ([{"id": None, "visible": True}], "Missing key(s)"),
            ([{"id": ROOT_ID, "visible": True}, {"visible": False}], "Missing key(s)"),
            ([{"id": ROOT_ID, "visible": True}, {"id": ROOT_ID, "visible": False}], "Duplicate IDs"),
            ([{"id": ROOT_ID, "visible": True}, {"id": str(ROOT_ID), "visible": False}], "Duplicate IDs"),
            ([{"id": 999999}, {"id": "999999"}], "Duplicate IDs"),
        ],
    )
    def test_what_is_wrong_is_said_in_this_order(self, calendars: Calendars, body: Any, says: str) -> None:
        """AC24, AC25; case 23."""
        reply = self.send(calendars, body)
        assert reply.status_code == 400
        assert reply.json() == {"errors": says}
        assert calendars.state("A1") == (False, False)

    def test_without_a_body_there_is_no_array(self, calendars: Calendars) -> None:
        reply = calendars.world.root.put(calendars.under("A1"))
        assert reply.json() == {"errors": "Expected array of objects"}

    def test_an_account_elsewhere_forbids_it_all(self, calendars: Calendars) -> None:
        """Case 24."""
        body = [{"id": calendars["A2"], "visible": False}, {"id": calendars["A1"], "visible": True}]
        reply = self.send(calendars, body, who="sub", top="A2")
        assert reply.status_code == 403
        assert reply.json() == FORBIDDEN
        assert calendars.state("A2") == (True, False)
        assert self.send(calendars, [{"id": calendars["A3"], "visible": False}], who="sub", top="A2").status_code == 200
        assert self.send(calendars, [{"id": 999999, "visible": True}], who="sub", top="A2").status_code == 403

    @pytest.mark.parametrize("id", ["nonsense", -1, 0, 1.5, True, "9" * 30, [1], {"a": 1}, "sis_account_id:SCI", ""])
    def test_what_is_no_id_names_no_account(self, calendars: Calendars, id: Any) -> None:
        reply = self.send(calendars, [{"id": calendars["A2"], "visible": False}, {"id": id, "visible": True}])
        assert reply.status_code == 403
        assert calendars.state("A2") == (True, False)

    def test_one_forbidden_of_a_thousand_forbids_it_all(self, calendars: Calendars) -> None:
        async def grow(uow: UnitOfWork) -> list[int]:
            return [
                await create_account(uow, name=f"Lab {number}", parent_id=calendars["A2"], root_id=ROOT_ID)
                for number in range(999)
            ]

        ids = calendars.world.do(grow)
        body = [{"id": id, "visible": True} for id in ids]
        refused = self.send(calendars, [*body, {"id": calendars["A4"], "visible": True}], who="sub", top="A2")
        assert refused.status_code == 403
        count = f"/accounts/{calendars['A2']}/visible_calendars_count"
        assert calendars.world.sub.get(count).json() == {"count": 2}
        body.append({"id": calendars["A3"], "visible": True})
        mixed = [{**one, "auto_subscribe": at % 2 == 0} for at, one in enumerate(body)]
        statements = calendars.world.statements_of(lambda: self.send(calendars, mixed, who="sub", top="A2"))
        assert statements <= 8
        assert calendars.world.sub.get(count).json() == {"count": 1001}

    def test_null_and_absence_leave_and_text_is_read(self, calendars: Calendars) -> None:
        body = [
            {"id": str(calendars["A2"]), "visible": None, "auto_subscribe": "yes", "colour": "red"},
            {"id": calendars["A3"], "visible": "banana"},
        ]
        assert self.send(calendars, body).json() == {"message": "Updated 2 accounts"}
        assert calendars.state("A2") == (True, True)
        assert calendars.state("A3") == (False, False)

    def test_json_may_be_sent_as_a_form(self, calendars: Calendars) -> None:
        """AC30; case 25: curl's default content type."""
        reply = calendars.world.root.put(
            calendars.under("A1"),
            content=json.dumps([{"id": calendars["A2"], "visible": False}]),
            headers={"content-type": "application/x-www-form-urlencoded"},
        )
        assert reply.json() == {"message": "Updated 1 account"}
        assert calendars.state("A2") == (False, False)

    def test_a_form_may_spell_it(self, calendars: Calendars) -> None:
        """§3.4."""
        text = f"_json[][id]={calendars['A1']}&_json[][visible]=true&_json[][id]={calendars['A2']}&_json[][visible]=0"
        reply = calendars.world.root.put(
            calendars.under("A1"), content=text, headers={"content-type": "application/x-www-form-urlencoded"}
        )
        assert reply.json() == {"message": "Updated 2 accounts"}
        assert (calendars.state("A1")[0], calendars.state("A2")[0]) == (True, False)

    @as_each("tina", "sam", "eve", "clerk", "sub")
    def test_it_is_refused_to(self, calendars: Calendars, who: str) -> None:
        """AC23; the right comes before the body."""
        assert self.send(calendars, [], who=who).status_code == 403
        assert calendars.world.as_(who).put("/accounts/999999/account_calendars", json=[]).status_code == 404
