"""Ids in every form, wherever a path or a parameter takes one. Source: conventions.md §4."""

from typing import Any

import pytest

from quadrangle.accounts import accounts
from quadrangle.courses import courses
from quadrangle.groups import groups
from quadrangle.people import logins
from tests.world import World

NOT_THERE = {"errors": [{"message": "The specified resource does not exist."}]}
STRANGE = "CS/101.11é?x"


def name_everything(world: World) -> None:
    async def work(uow: Any) -> None:
        await uow.update(courses, {"id": world.ids["physics"]}, sis_source_id=STRANGE, integration_id="int 1")
        await uow.update(logins, {"user_id": world.ids["ben"]}, sis_user_id=STRANGE, integration_id="int-ben")
        await uow.update(groups, {"id": world.ids["owls"]}, sis_source_id=STRANGE)
        await uow.update(accounts, {"id": world.ids["science"]}, integration_id="int:sci")

    world.do(work)


class TestACourse:
    @pytest.mark.parametrize(
        "reference",
        [
            "sis_course_id:CS%2F101%2E11%C3%A9%3Fx",
            "sis_course_id%3ACS%2F101.11%C3%A9%3Fx",
            "sis_integration_id:int%201",
            "hex:sis_course_id:" + STRANGE.encode().hex(),
            "hex:sis_integration_id:" + b"int 1".hex(),
        ],
    )
    def test_it_is_found_by(self, world: World, reference: str) -> None:
        name_everything(world)
        for path in (f"/courses/{reference}", f"/courses/{reference}.json", f"/courses/{reference}/"):
            reply = world.ada.get(path)
            assert reply.status_code == 200
            assert reply.json()["id"] == world.ids["physics"]
        assert world.ada.get(f"/courses/{reference}/groups").json()[0]["id"] == world.ids["owls"]

    def test_it_is_found_by_number_with_blanks_and_by_uuid(self, world: World) -> None:
        id = world.ids["physics"]
        uuid = world.sql("SELECT uuid FROM courses")[0][0]
        for reference in (f"{id}", f"%20{id}%20", f"0{id}", f"uuid:{uuid}"):
            assert world.ada.get(f"/courses/{reference}").json()["id"] == id

    @pytest.mark.parametrize(
        "reference",
        [
            "9223372036854775807", "9223372036854775808", "9" * 19, "9" * 20, "9" * 400, "-1", "+1", "1.5", "0", "abc", "self", "default",
            "sis_course_id:", "sis_course_id:nothing", "sis_course_id", "sis_user_id:x", "lti_context_id:x", "uuid:short", "uuid:" + "x" * 40,
            "hex:sis_course_id:zz", "hex:sis_course_id:00", "hex:sis_course_id:ff", "hex:lti_context_id:61", "hex:", ":", "%20", "a%2Fb",
            "%D9%A1", "1%20OR%201=1", "sis_course_id:%27%20OR%201=1--", "%25", "100%",
        ],
    )  # fmt: skip
    def test_it_is_not_found_by(self, world: World, reference: str) -> None:
        reply = world.root.get(f"/courses/{reference}")
        assert (reply.status_code, reply.json()) == (404, NOT_THERE)
        assert world.root.get(f"/courses/{reference}/groups").status_code == 404


class TestAUser:
    def test_it_is_found_by(self, world: World) -> None:
        name_everything(world)
        uuid = world.sql("SELECT uuid FROM users WHERE id = :id", id=world.ids["ben"])[0][0]
        for reference in (
            "self",
            "sis_user_id:CS%2F101%2E11%C3%A9%3Fx",
            "sis_login_id:Ben@Example.COM",
            "sis_integration_id:int-ben",
            f"uuid:{uuid}",
            "hex:sis_login_id:" + b"ben@example.com".hex(),
        ):
            assert world.ben.get(f"{world.group}/users/{reference}").json()["user_id"] == world.ids["ben"]

    @pytest.mark.parametrize(
        "reference", ["x", "lti_user_id:1", "lti_1_1_id:1", "lti_1_3_id:1", "lti_context_id:1", "sis_login_id:nobody"]
    )
    def test_it_is_not_found_by(self, world: World, reference: str) -> None:
        assert world.ben.get(f"{world.group}/users/{reference}").status_code == 404

    def test_a_parameter_takes_the_same_forms(self, world: World) -> None:
        for reference in ("sis_login_id:CLEO@example.com", str(world.ids["cleo"]), f" {world.ids['cleo']} "):
            made = world.ada.post(world.group + "/memberships", {"user_id": reference})
            assert made.json()["user_id"] == world.ids["cleo"]


class TestAnAccount:
    def test_it_is_found_by(self, world: World) -> None:
        name_everything(world)
        for reference in ("self", "default", "1"):
            assert world.root.get(f"/accounts/{reference}/groups").status_code == 200
        for reference in ("sis_account_id:SCI", "sis_account_id%3ASCI", "sis_integration_id:int:sci"):
            assert world.sub.get(f"/accounts/{reference}/groups").status_code == 200

    @pytest.mark.parametrize("reference", ["x", "sis_account_id:x", "lti_context_id:1", "999999"])
    def test_it_is_not_found_by(self, world: World, reference: str) -> None:
        assert world.root.get(f"/accounts/{reference}/groups").status_code == 404

    def test_site_admin_is_an_account_of_its_own(self, world: World) -> None:
        assert world.root.get("/accounts/site_admin/groups").status_code == 403


class TestAGroup:
    def test_it_is_found_by(self, world: World) -> None:
        name_everything(world)
        for reference in ("sis_group_id:CS%2F101%2E11%C3%A9%3Fx", "hex:sis_group_id:" + STRANGE.encode().hex()):
            assert world.ada.get(f"/groups/{reference}").json()["id"] == world.ids["owls"]


class TestStringIds:
    ACCEPT = "text/html, application/json+canvas-string-ids, */*"

    def test_every_id_becomes_text_and_nothing_else(self, world: World) -> None:
        reply = world.ada.request(
            "GET", world.course + "/groups", params={"include[]": "users"}, headers={"accept": self.ACCEPT}
        )
        group = reply.json()[0]
        assert reply.headers["content-type"] == "application/json; charset=utf-8"
        assert group["id"] == str(world.ids["owls"])
        assert group["course_id"] == str(world.ids["physics"])
        assert group["group_category_id"] == str(world.ids["birds"])
        assert group["users"][0]["id"] == str(world.ids["ben"])
        assert (group["members_count"], group["sis_group_id"], group["max_membership"]) == (1, None, None)
        assert 'rel="current"' in reply.headers["link"]

    def test_others_get_numbers(self, world: World) -> None:
        reply = world.ada.request("GET", world.group, headers={"accept": "application/json"})
        assert reply.json()["id"] == world.ids["owls"]


class TestTheOrderOfChecks:
    def test_what_is_not_there_comes_before_what_is_forbidden(self, world: World) -> None:
        assert world.eve.get("/courses/999999").status_code == 404
        assert world.eve.get(world.course).status_code == 403
        assert world.anyone.get("/courses/999999/groups").status_code == 401
