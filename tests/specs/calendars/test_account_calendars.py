"""Reading account calendars. Source: account-calendars.md §2, §3, worked cases 1 to 15 and 26 to 31; AC1 to AC11, AC31 to AC47."""

from typing import Any

import pytest

from quadrangle.accounts import ROOT_ID, accounts, add_admin, create_account
from quadrangle.courses import is_associated
from quadrangle.db import UnitOfWork
from quadrangle.kernel.digest import Digester
from quadrangle.tokens import issue_token
from tests.conftest import as_each
from tests.specs.calendars.conftest import FORBIDDEN, Calendars
from tests.world import KEY, World

KEYS = {
    "id",
    "name",
    "parent_account_id",
    "root_account_id",
    "visible",
    "auto_subscribe",
    "asset_string",
    "type",
    "calendar_event_url",
    "can_create_calendar_events",
    "create_calendar_event_url",
    "new_calendar_event_url",
}
OWN = "/account_calendars"


class TestListingOnesOwn:
    def test_it_holds_visible_calendars_of_associated_accounts_by_name(self, calendars: Calendars) -> None:
        """AC1, AC3, AC5; case 1."""
        reply = calendars.world.sam.get(OWN)
        assert calendars.listed(reply) == ["A3", "A2"]
        assert reply.headers["x-total-count"] == "2"

    @as_each("eve", "root")
    def test_it_is_empty_for_who_is_associated_with_hidden_ones_only(self, calendars: Calendars, who: str) -> None:
        """Cases 2 and 3."""
        assert calendars.world.as_(who).get(OWN).json() == []

    def test_an_administrator_is_not_associated_with_what_lies_below(self, calendars: Calendars) -> None:
        """AC6; case 4."""
        calendars.set("A1", visible=True)
        assert calendars.listed(calendars.world.root.get(OWN)) == ["A1"]
        assert calendars.listed(calendars.world.sub.get(OWN)) == ["A1", "A2"]

    def test_a_hidden_one_leaves_it(self, calendars: Calendars) -> None:
        """AC5, AC6."""
        calendars.set("A2", visible=False)
        calendars.set("A4", visible=True)
        assert calendars.listed(calendars.world.sam.get(OWN)) == ["A3"]

    def test_a_search_finds_part_of_a_name_in_any_case(self, calendars: Calendars) -> None:
        """AC7; case 5."""
        assert calendars.listed(calendars.world.sam.get(OWN, search_term="phy")) == ["A3"]
        assert calendars.listed(calendars.world.sam.get(OWN, search_term=" CIENCE ")) == ["A2"]
        assert calendars.listed(calendars.world.sam.get(OWN, search_term="arts")) == []

    @pytest.mark.parametrize("term", ["p", "é", " x "])
    def test_a_search_needs_two_characters(self, calendars: Calendars, term: str) -> None:
        """AC8; case 6."""
        reply = calendars.world.sam.get(OWN, search_term=term)
        assert reply.status_code == 400
        assert reply.json()["errors"][0]["message"] == "2 or more characters is required"

    @pytest.mark.parametrize("term", ["", "  "])
    def test_a_blank_search_is_none(self, calendars: Calendars, term: str) -> None:
        """Case 7."""
        assert calendars.listed(calendars.world.sam.get(OWN, search_term=term)) == ["A3", "A2"]

    @pytest.mark.parametrize("term", ["%%", "__", "\\\\", "P%s", "S_ience"])
    def test_wildcards_stand_for_themselves(self, calendars: Calendars, term: str) -> None:
        assert calendars.listed(calendars.world.sam.get(OWN, search_term=term)) == []

    def test_it_is_paged_and_counted(self, calendars: Calendars) -> None:
        """AC4; case 8."""
        reply = calendars.world.sam.get(OWN, per_page=1)
        assert calendars.listed(reply) == ["A3"]
        assert reply.headers["x-total-count"] == "2"
        assert set(reply.links) == {"current", "next", "first", "last"}
        second = calendars.world.sam.get(reply.links["next"]["url"].removeprefix(calendars.world.url))
        assert calendars.listed(second) == ["A2"]
        assert "next" not in second.links
        beyond = calendars.world.sam.get(OWN, per_page=1, page=7)
        assert beyond.json() == []
        assert beyond.headers["x-total-count"] == "2"

    def test_the_hosted_service_wraps_it(self, calendars: Calendars) -> None:
        """Case 1; conventions.md §12."""
        calendars.world.use(account_calendars_shape="object")
        reply = calendars.world.sam.get(OWN, per_page=1)
        body = reply.json()
        assert [one["id"] for one in body["account_calendars"]] == [calendars["A3"]]
        assert body["total_results"] == 2
        assert reply.headers["x-total-count"] == "2"
        assert "next" in reply.links
        calendars.world.use(reference="hosted")
        assert calendars.world.sam.get(OWN).json()["total_results"] == 2
        calendars.world.use(reference="hosted", account_calendars_shape="list")
        assert calendars.listed(calendars.world.sam.get(OWN)) == ["A3", "A2"]

    def test_an_entry_has_these_keys(self, calendars: Calendars) -> None:
        """Case 9."""
        entry = calendars.world.sam.get(OWN).json()[0]
        id = calendars["A3"]
        assert entry == {
            "id": id,
            "name": "Physics",
            "parent_account_id": calendars["A2"],
            "root_account_id": ROOT_ID,
            "visible": True,
            "auto_subscribe": False,
            "asset_string": f"account_{id}",
            "type": "account",
            "calendar_event_url": f"/accounts/{id}/calendar_events/%7B%7B%20id%20%7D%7D",
            "can_create_calendar_events": False,
            "create_calendar_event_url": f"/accounts/{id}/calendar_events",
            "new_calendar_event_url": f"/accounts/{id}/calendar_events/new",
        }

    def test_an_administrator_may_create_events_on_a_visible_one(self, calendars: Calendars) -> None:
        [entry] = calendars.world.sub.get(OWN).json()
        assert entry["id"] == calendars["A2"]
        assert entry["can_create_calendar_events"] is True

    def test_a_deleted_account_leaves_every_list_and_count(self, calendars: Calendars) -> None:
        """§4."""

        async def delete(uow: UnitOfWork) -> None:
            await uow.update(accounts, {"id": calendars["A3"]}, workflow_state="deleted")

        calendars.world.do(delete)
        assert calendars.listed(calendars.world.sam.get(OWN)) == ["A2"]
        root = calendars.world.root
        assert root.get(f"/accounts/{ROOT_ID}/visible_calendars_count").json() == {"count": 1}
        [science] = [one for one in root.get(calendars.under("A1")).json() if one["id"] == calendars["A2"]]
        assert science["sub_account_count"] == 0
        assert root.get(calendars.at("A3")).status_code == 404
        assert root.put(calendars.at("A3"), {"visible": "1"}).status_code == 404

    def test_it_takes_two_statements_however_many_there_are(self, calendars: Calendars) -> None:
        async def grow(uow: UnitOfWork) -> None:
            for number in range(30):
                account_id = await create_account(uow, name=f"Lab {number}", parent_id=calendars["A3"], root_id=ROOT_ID)
                await uow.update(accounts, {"id": account_id}, account_calendar_visible=True)
                await add_admin(
                    uow,
                    account_id=account_id,
                    user_id=calendars.world.ids["sub"],
                    role_id=calendars.world.ids["role:AccountAdmin"],
                )

        calendars.world.do(grow)
        sub = calendars.world.sub
        sub.get(OWN)
        assert calendars.world.statements_of(lambda: sub.get(OWN, per_page=100)) <= 2
        assert len(sub.get(OWN, per_page=100).json()) == 32
        assert calendars.world.statements_of(lambda: sub.get(calendars.under("A2"), filter="visible")) <= 3

    def test_the_list_and_the_rule_agree(self, calendars: Calendars) -> None:
        """Whoever finds a calendar in the list may be shown it, and the other way about but for those who only administer."""
        calendars.set("A1", visible=True)
        ids = calendars.world.ids

        async def associations(uow: UnitOfWork, who: str) -> set[str]:
            return {name for name, id in calendars.ids.items() if await is_associated(uow, ids[who], id)}

        for who in ("root", "sub", "tina", "sam", "eve", "clerk", "ada", "ben", "dov"):
            mine = calendars.world.do(lambda uow, who=who: associations(uow, who))
            visible = {name for name in calendars.ids if calendars.state(name)[0]}
            listed = set(calendars.listed(calendars.world.as_(who).get(OWN)))
            assert listed == mine & visible
            for name in listed:
                assert calendars.world.as_(who).get(calendars.at(name)).status_code == 200


class TestShowingOne:
    def test_to_an_associated_person_when_visible(self, calendars: Calendars) -> None:
        """AC9, AC11; case 10."""
        reply = calendars.world.sam.get(calendars.at("A3"))
        assert reply.status_code == 200
        calendar = reply.json()
        assert set(calendar) == KEYS
        assert calendar["visible"] is True
        assert calendar["auto_subscribe"] is False
        assert calendar["parent_account_id"] == calendars["A2"]
        assert calendar["root_account_id"] == ROOT_ID

    @pytest.mark.parametrize(
        ("who", "name", "status"),
        [
            ("sam", "A1", 403),  # case 11: hidden
            ("root", "A4", 200),  # case 12
            ("eve", "A2", 403),  # case 13: not associated
            ("clerk", "A2", 200),  # case 15: reads through a membership above
            ("clerk", "A4", 403),  # case 15
            ("tina", "A3", 200),
            ("sub", "A4", 403),
        ],
    )
    def test_who_may_see_which(self, calendars: Calendars, who: str, name: str, status: int) -> None:
        reply = calendars.world.as_(who).get(calendars.at(name))
        assert reply.status_code == status
        if status == 403:
            assert reply.json() == FORBIDDEN
        else:
            assert reply.json()["visible"] is (name != "A4")

    def test_an_unknown_account_comes_before_any_refusal(self, calendars: Calendars) -> None:
        """Case 14; §3."""
        for who in ("sam", "eve", "root"):
            assert calendars.world.as_(who).get("/account_calendars/999999").status_code == 404
        assert calendars.world.sam.get("/account_calendars/nonsense").status_code == 404

    def test_path_ids_accept_every_form(self, calendars: Calendars) -> None:
        """§4."""
        root = calendars.world.root
        assert root.get("/account_calendars/sis_account_id:PHY").json()["id"] == calendars["A3"]
        assert root.get("/account_calendars/self").json()["id"] == ROOT_ID
        assert calendars.world.sam.get("/accounts/sis_account_id:SCI/account_calendars").status_code == 403
        assert calendars.listed(root.get("/accounts/sis_account_id:SCI/account_calendars")) == ["A2", "A3"]

    @pytest.mark.parametrize(
        "path",
        [
            "/account_calendars",
            "/account_calendars/1",
            "/accounts/1/account_calendars",
            "/accounts/1/visible_calendars_count",
        ],
    )
    def test_nobody_is_shown_nothing(self, calendars: Calendars, path: str) -> None:
        assert calendars.world.anyone.get(path).status_code == 401


class TestListingAll:
    def test_the_account_comes_first_then_its_children_by_name(self, calendars: Calendars) -> None:
        """AC31, AC34, AC44; case 26."""
        reply = calendars.world.root.get(calendars.under("A1"))
        assert calendars.listed(reply) == ["A1", "A4", "A2"]
        assert [one["sub_account_count"] for one in reply.json()] == [2, 0, 1]
        assert set(reply.json()[0]) == KEYS | {"sub_account_count"}

    def test_a_name_that_sorts_late_does_not_move_the_account_down(self, calendars: Calendars) -> None:
        assert calendars.listed(calendars.world.sub.get(calendars.under("A2"))) == ["A2", "A3"]

    def test_hidden_ones_are_there(self, calendars: Calendars) -> None:
        """AC35."""
        calendars.set("A2", visible=False)
        assert [one["visible"] for one in calendars.world.root.get(calendars.under("A1")).json()] == [False] * 3

    def test_it_is_paged(self, calendars: Calendars) -> None:
        """AC36."""
        reply = calendars.world.root.get(calendars.under("A1"), per_page=1)
        assert calendars.listed(reply) == ["A1"]
        assert {"next", "last"} <= set(reply.links)
        assert calendars.listed(calendars.world.root.get(calendars.under("A1"), per_page=1, page=2)) == ["A4"]

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ({"filter": "visible"}, ["A3", "A2"]),  # case 27
            ({"filter": "hidden"}, ["A4", "A1"]),
            ({"search_term": "ic"}, ["A3"]),  # case 28
            ({"search_term": "physics"}, ["A3"]),
            ({"search_term": "sc", "filter": "hidden"}, []),
            ({"search_term": "sc", "filter": "visible"}, ["A2"]),
            ({"search_term": "root"}, ["A1"]),
            ({"filter": ""}, ["A1", "A4", "A2"]),
            ({"filter": "", "search_term": ""}, ["A1", "A4", "A2"]),
        ],
    )
    def test_looking_for_something_reaches_the_whole_tree(
        self, calendars: Calendars, query: dict[str, Any], names: list[str]
    ) -> None:
        """AC37, AC39, AC40, AC41, AC43."""
        assert calendars.listed(calendars.world.root.get(calendars.under("A1"), **query)) == names

    @pytest.mark.parametrize("filter", ["rando", "Visible", "visible hidden"])
    def test_no_other_filter_is_allowed(self, calendars: Calendars, filter: str) -> None:
        """AC42; case 29."""
        reply = calendars.world.root.get(calendars.under("A1"), filter=filter)
        assert reply.status_code == 400
        assert reply.json() == {"errors": "Expected filter param to be one of: visible, hidden"}
        assert calendars.world.tina.get(calendars.under("A1"), filter=filter).status_code == 403

    def test_a_search_needs_two_characters(self, calendars: Calendars) -> None:
        """AC38."""
        assert calendars.world.root.get(calendars.under("A1"), search_term="a").status_code == 400

    def test_a_right_below_does_not_reach_up(self, calendars: Calendars) -> None:
        """Case 30; §4."""
        assert calendars.world.sub.get(calendars.under("A1")).status_code == 403
        assert calendars.world.sub.get(calendars.under("A4")).status_code == 403

    @as_each("tina", "sam", "eve", "clerk")
    def test_it_is_refused_to(self, calendars: Calendars, who: str) -> None:
        """AC33."""
        assert calendars.world.as_(who).get(calendars.under("A1")).json() == FORBIDDEN

    def test_a_role_that_lost_the_right_above_keeps_it_where_it_has_another(self, calendars: Calendars) -> None:
        """§4: switched off at the root, an administrator of the sub-account still decides there."""
        world = calendars.world
        world.root.put(
            f"/accounts/1/roles/{world.ids['role:Clerk']}",
            {"permissions[manage_account_calendar_visibility][enabled]": "0"},
        )

        async def appoint(uow: UnitOfWork) -> None:
            role = world.ids["role:AccountAdmin"]
            await add_admin(uow, account_id=calendars["A2"], user_id=world.ids["clerk"], role_id=role)

        world.do(appoint)
        assert world.clerk.get(calendars.under("A1")).status_code == 403
        assert calendars.listed(world.clerk.get(calendars.under("A2"))) == ["A2", "A3"]


class TestCountingVisibleOnes:
    def test_it_counts_the_account_and_everything_below(self, calendars: Calendars) -> None:
        """AC45, AC47; case 31."""
        root = calendars.world.root
        assert root.get("/accounts/1/visible_calendars_count").json() == {"count": 2}
        assert root.get(f"/accounts/{calendars['A4']}/visible_calendars_count").json() == {"count": 0}
        assert calendars.world.sub.get(f"/accounts/{calendars['A2']}/visible_calendars_count").json() == {"count": 2}

    def test_it_is_refused_and_not_found(self, calendars: Calendars) -> None:
        assert calendars.world.sam.get("/accounts/1/visible_calendars_count").status_code == 403
        assert calendars.world.root.get("/accounts/999999/visible_calendars_count").status_code == 404


SCOPED = [
    ("GET", "/account_calendars", "/account_calendars"),  # AC2
    ("GET", "/account_calendars/:account_id", "/account_calendars/1"),  # AC10
    ("PUT", "/account_calendars/:account_id", "/account_calendars/1"),  # AC13
    ("PUT", "/accounts/:account_id/account_calendars", "/accounts/1/account_calendars"),  # AC22
    ("GET", "/accounts/:account_id/account_calendars", "/accounts/1/account_calendars"),  # AC32
    ("GET", "/accounts/:account_id/visible_calendars_count", "/accounts/1/visible_calendars_count"),  # AC46
]


@pytest.mark.parametrize(("method", "template", "path"), SCOPED)
def test_a_scope_opens_its_route_and_no_other(campus: World, method: str, template: str, path: str) -> None:
    """AC2, AC10, AC13, AC22, AC32, AC46."""

    async def limited(uow: UnitOfWork, scope: str) -> str:
        _, secret = await issue_token(uow, Digester(KEY), user_id=1, purpose="scoped", scopes=[scope])
        return secret

    body = {"_json[][id]": "1"} if method == "PUT" else None
    good = campus.with_token(campus.do(lambda uow: limited(uow, f"url:{method}|/api/v1{template}")))
    other = campus.with_token(campus.do(lambda uow: limited(uow, "url:GET|/api/v1/courses")))
    assert good.request(method, path, data=body).status_code == 200
    assert other.request(method, path, data=body).status_code == 401
