"""Removing and restoring users of an account. Source: accounts.md §5.10 to §5.12; worked cases 47 and 48."""

from typing import Any

import pytest

from quadrangle.accounts import ROOT_ID, add_admin
from quadrangle.db import UnitOfWork
from quadrangle.people import create_login
from tests.conftest import as_each
from tests.specs.accounts.conftest import add_custom_role, add_person
from tests.specs.portfolios.conftest import make
from tests.world import World

REFUSED = {"status": "unauthorized", "errors": [{"message": "user not authorized to perform that action"}]}


def students(world: World) -> int:
    shown = world.root.get("/accounts/1/courses?include[]=total_students&search_term=mechanics").json()
    count: int = shown[0]["total_students"]
    return count


def remove(world: World, person: str, who: str = "root", account: str = "1") -> Any:
    return world.as_(who).delete(f"/accounts/{account}/users/{world.ids[person]}")


def restore(world: World, person: str, who: str = "root", account: str = "1") -> Any:
    return world.as_(who).put(f"/accounts/{account}/users/{world.ids[person]}/restore")


@pytest.fixture
def registrar(campus: World) -> World:
    """Rita may manage logins, and nothing else."""

    async def work(uow: UnitOfWork) -> None:
        user_id = await add_person(uow, campus, "rita", "Rita Registrar")
        role = await add_custom_role(uow, campus, "Registrar", ROOT_ID)
        await add_admin(uow, account_id=ROOT_ID, user_id=user_id, role_id=role)

    campus.do(work)
    role = campus.ids["role:Registrar"]
    on = {"permissions[manage_user_logins][explicit]": "1", "permissions[manage_user_logins][enabled]": "1"}
    assert campus.root.put(f"/accounts/1/roles/{role}", on).status_code == 200
    return campus


class TestRemovingAUser:
    def test_it_ends_what_they_were_in_the_account(self, campus: World) -> None:
        """Case 47."""
        assert students(campus) == 1
        reply = remove(campus, "sam")
        assert reply.status_code == 200
        user = reply.json()
        assert {"id", "name", "created_at", "sortable_name", "short_name"} <= set(user)
        assert (user["id"], user["name"]) == (campus.ids["sam"], "Sam Study")
        assert students(campus) == 0
        assert campus.sam.get("/users/self").status_code == 401
        assert remove(campus, "sam").status_code == 404

    def test_nobody_is_removed_from_a_sub_account(self, campus: World) -> None:
        """Case 47: accounts that are no root have no users to remove."""
        assert remove(campus, "tina", account=str(campus.ids["science"])).status_code == 404
        assert campus.tina.get("/users/self").status_code == 200

    def test_the_user_may_be_named_in_every_way(self, campus: World) -> None:
        assert campus.root.delete("/accounts/self/users/sis_user_id:t3").status_code == 200
        assert campus.root.delete("/accounts/1/users/sis_login_id:SAM@example.com").status_code == 200

    @pytest.mark.parametrize("user", ["999999", "nobody", "sis_user_id:none"])
    def test_an_unknown_one_is_not_found(self, campus: World, user: str) -> None:
        assert campus.root.delete(f"/accounts/1/users/{user}").status_code == 404

    @as_each("sub", "clerk", "tina", "sam", "eve")
    def test_it_is_refused_to(self, campus: World, who: str) -> None:
        """Who manages logins is an administrator of the root; removing oneself takes the same right."""
        reply = remove(campus, "eve", who=who)
        assert (reply.status_code, reply.json()) == (403, REFUSED)
        assert campus.eve.get("/users/self").status_code == 200

    def test_it_is_refused_towards_somebody_who_may_more(self, registrar: World) -> None:
        assert remove(registrar, "root", who="rita").status_code == 403
        assert remove(registrar, "sub", who="rita").status_code == 403
        assert remove(registrar, "eve", who="rita").status_code == 200

    def test_sis_logins_are_for_who_manages_sis_data(self, registrar: World) -> None:
        assert remove(registrar, "tina", who="rita").status_code == 403
        assert registrar.tina.get("/users/self").status_code == 200
        assert remove(registrar, "tina").status_code == 200

    def test_one_may_remove_oneself(self, registrar: World) -> None:
        assert registrar.as_("rita").delete("/accounts/1/users/self").status_code == 200
        assert registrar.as_("rita").get("/users/self").status_code == 401

    def test_admin_roles_end_in_the_whole_tree(self, campus: World) -> None:
        assert remove(campus, "sub").status_code == 200
        admins = campus.root.get(f"/accounts/{campus.ids['science']}/admins").json()
        assert admins == []

    def test_they_leave_their_groups_and_another_leads(self, world: World) -> None:
        category = world.ids["birds"]
        ben, cleo = world.ids["ben"], world.ids["cleo"]
        assert world.ada.put(f"/group_categories/{category}", {"auto_leader": "first"}).status_code == 200
        assert world.ada.post(f"{world.group}/memberships", {"user_id": cleo}).status_code == 200
        world.sql("UPDATE groups SET leader_id = :ben", ben=ben)
        assert remove(world, "ben").status_code == 200
        assert [one["id"] for one in world.ada.get(f"{world.group}/users").json()] == [cleo]
        assert world.ada.get(world.group).json()["leader"]["id"] == cleo

    def test_nobody_observes_them_any_more(self, world: World) -> None:
        assert remove(world, "ben").status_code == 200
        left = world.root.get(f"{world.course}/users", params={"enrollment_type[]": "observer"}).json()
        assert left == []

    def test_their_portfolios_are_deleted(self, world: World) -> None:
        path = f"/eportfolios/{make(world, 'ben', 'Mine', public=True)}"
        assert world.cleo.get(path).status_code == 200
        assert remove(world, "ben").status_code == 200
        assert world.cleo.get(path).status_code != 200
        states = world.sql("SELECT workflow_state FROM eportfolios WHERE user_id = :id", id=world.ids["ben"])
        assert states == [("deleted",)]

    def test_the_record_stays_and_is_written_to_no_more(self, world: World) -> None:
        ben = world.ids["ben"]
        world.root.put(f"/users/{ben}", {"user[email]": "ben@example.com"})
        assert remove(world, "ben").status_code == 200
        assert world.sql("SELECT workflow_state FROM users WHERE id = :id", id=ben) == [("registered",)]
        states = world.sql("SELECT workflow_state FROM communication_channels WHERE user_id = :id", id=ben)
        assert states == [("retired",)]

    def test_their_login_can_be_given_again(self, campus: World) -> None:
        assert remove(campus, "sam").status_code == 200
        made = campus.root.post(
            "/accounts/1/users", {"user[name]": "Sam Other", "pseudonym[unique_id]": "sam@example.com"}
        )
        assert made.status_code == 200


class TestRestoringAUser:
    def test_it_brings_the_login_back_and_nothing_else(self, campus: World) -> None:
        """Case 48."""
        assert remove(campus, "sam").status_code == 200
        reply = restore(campus, "sam")
        assert reply.status_code == 200
        assert (reply.json()["id"], reply.json()["sis_user_id"]) == (campus.ids["sam"], "s4")
        assert students(campus) == 0
        assert campus.sam.get("/users/self").status_code == 200

    def test_who_is_there_is_not_restored(self, campus: World) -> None:
        """Case 48."""
        reply = restore(campus, "tina")
        assert (reply.status_code, reply.json()) == (400, {"errors": "User not deleted"})

    def test_admin_roles_do_not_come_back(self, campus: World) -> None:
        remove(campus, "sub")
        assert restore(campus, "sub").status_code == 200
        assert campus.sub.get("/accounts").json() == []

    def test_the_login_deleted_last_comes_back(self, campus: World) -> None:
        sam = campus.ids["sam"]

        async def second(uow: UnitOfWork) -> None:
            await create_login(uow, user_id=sam, account_id=ROOT_ID, unique_id="sam2@example.com", position=2)

        campus.do(second)
        [first, later] = campus.root.get(f"/users/{sam}/logins").json()
        assert campus.root.delete(f"/users/{sam}/logins/{first['id']}").status_code == 200
        campus.clock.advance(minutes=1)
        assert remove(campus, "sam").status_code == 200
        assert restore(campus, "sam").status_code == 200
        assert [one["unique_id"] for one in campus.root.get(f"/users/{sam}/logins").json()] == [later["unique_id"]]

    def test_a_name_that_was_given_away_is_said(self, campus: World) -> None:
        remove(campus, "eve")
        campus.root.post("/accounts/1/users", {"pseudonym[unique_id]": "eve@example.com"})
        reply = restore(campus, "eve")
        assert reply.status_code == 400
        assert set(reply.json()["errors"]) == {"unique_id"}

    def test_it_is_checked_in_this_order(self, campus: World) -> None:
        assert restore(campus, "tina", account=str(campus.ids["science"])).status_code == 404
        assert campus.tina.put("/accounts/1/users/999999/restore").status_code == 404
        assert restore(campus, "sam", who="tina").status_code == 403

    def test_it_is_refused_towards_somebody_who_may_more(self, registrar: World) -> None:
        assert restore(registrar, "root", who="rita").status_code == 403

    def test_a_deleted_record_becomes_registered(self, campus: World) -> None:
        remove(campus, "sam")
        campus.sql("UPDATE users SET workflow_state = 'deleted' WHERE id = :id", id=campus.ids["sam"])
        assert restore(campus, "sam").status_code == 200
        assert campus.root.get(f"/users/{campus.ids['sam']}").status_code == 200


PROGRESS = {
    "id", "context_id", "context_type", "user_id", "tag", "completion", "workflow_state", "created_at", "updated_at",
    "message", "url",
}  # fmt: skip


class TestManyAtOnce:
    def test_several_are_removed(self, campus: World) -> None:
        users = [campus.ids["sam"], campus.ids["eve"]]
        reply = campus.root.delete("/accounts/1/users", {"user_ids[]": users})
        assert reply.status_code == 200
        progress = reply.json()
        assert set(progress) == PROGRESS
        assert (progress["context_type"], progress["context_id"]) == ("Account", ROOT_ID)
        assert (progress["workflow_state"], progress["completion"]) == ("completed", 100)
        assert campus.root.get(progress["url"].removeprefix(campus.url)).json() == progress
        assert campus.sam.get("/users/self").status_code == campus.eve.get("/users/self").status_code == 401
        assert students(campus) == 0

    def test_suspending_and_letting_in_again(self, campus: World) -> None:
        users = {"user_ids[]": [campus.ids["sam"], campus.ids["eve"]]}
        for event, status in (("suspend", 401), ("unsuspend", 200)):
            reply = campus.root.put("/accounts/1/users/bulk_update", {**users, "user[event]": event})
            assert reply.json()["workflow_state"] == "completed"
            assert campus.sam.get("/users/self").status_code == status

    def test_many_cost_no_more_statements_than_few(self, campus: World) -> None:
        def ask(*who: str) -> None:
            users = {"user_ids[]": [campus.ids[one] for one in who], "user[event]": "unsuspend"}
            assert campus.root.put("/accounts/1/users/bulk_update", users).status_code == 200

        ask("sam")
        many = campus.statements_of(lambda: ask("sam", "eve", "tina", "ben", "cleo", "ada"))
        assert many == campus.statements_of(lambda: ask("sam"))

    @pytest.mark.parametrize(
        ("others", "status"), [(["root"], 403), (["sub"], 403), (["nobody"], 404), (["eve", "tina"], 403)]
    )
    def test_one_that_may_not_be_removed_keeps_all(self, registrar: World, others: list[str], status: int) -> None:
        users = [registrar.ids["eve"], *(registrar.ids.get(one, 999999) for one in others)]
        rita = registrar.as_("rita")
        assert rita.delete("/accounts/1/users", {"user_ids[]": users}).status_code == status
        assert registrar.eve.get("/users/self").status_code == 200

    def test_one_who_may_more_is_not_suspended_nor_oneself(self, registrar: World) -> None:
        rita = registrar.as_("rita")
        for other in ("root", "rita"):
            users = {"user_ids[]": [registrar.ids["eve"], registrar.ids[other]], "user[event]": "suspend"}
            assert rita.put("/accounts/1/users/bulk_update", users).status_code == 403
        assert registrar.eve.get("/users/self").status_code == 200

    @pytest.mark.parametrize(
        ("data", "error"),
        [
            ({}, [{"message": "user_ids is missing"}]),
            ({"user_ids[]": ""}, [{"message": "user_ids is missing"}]),
        ],
    )
    def test_somebody_must_be_named(self, campus: World, data: dict[str, str], error: Any) -> None:
        for reply in (
            campus.root.delete("/accounts/1/users", data),
            campus.root.put("/accounts/1/users/bulk_update", {**data, "user[event]": "suspend"}),
        ):
            assert (reply.status_code, reply.json()["errors"]) == (400, error)

    @pytest.mark.parametrize("event", [None, "", "promote"])
    def test_the_event_must_be_one(self, campus: World, event: str | None) -> None:
        data = {"user_ids[]": [campus.ids["sam"]], **({"user[event]": event} if event is not None else {})}
        reply = campus.root.put("/accounts/1/users/bulk_update", data)
        assert reply.status_code == 400
        assert reply.json()["errors"]["event"][0]["type"] == "inclusion"

    @as_each("sub", "clerk", "tina", "sam")
    def test_it_is_refused_to(self, campus: World, who: str) -> None:
        users = {"user_ids[]": [campus.ids["eve"]], "user[event]": "suspend"}
        assert campus.as_(who).delete("/accounts/1/users", users).status_code == 403
        assert campus.as_(who).put("/accounts/1/users/bulk_update", users).status_code == 403

    def test_a_sub_account_has_no_users_of_its_own(self, campus: World) -> None:
        path = f"/accounts/{campus.ids['science']}/users"
        users = {"user_ids[]": [campus.ids["eve"]], "user[event]": "suspend"}
        assert campus.root.delete(path, users).status_code == 404
        assert campus.root.put(f"{path}/bulk_update", users).status_code == 404
