"""POST /api/v1/accounts/:account_id/users. Source: supporting-resources.md §1, Create."""

import threading
from typing import Any

from tests.conftest import as_each
from tests.world import World

USERS = "/accounts/1/users"


def create(world: World, **data: Any) -> Any:
    return world.root.post(USERS, {"pseudonym[unique_id]": "new@example.com", **data})


class TestCreatingAUser:
    def test_it_needs_no_more_than_a_login(self, world: World) -> None:
        reply = create(world)
        assert reply.status_code == 200
        made = reply.json()
        assert made == {
            "id": made["id"],
            "name": "new@example.com",
            "sortable_name": "new@example.com",
            "short_name": "new@example.com",
            "created_at": "2026-02-15T12:00:00Z",
            "login_id": "new@example.com",
            "sis_user_id": None,
            "integration_id": None,
            "sis_import_id": None,
            "locale": None,
            "uuid": made["uuid"],
        }
        assert made["id"] > 100

    def test_it_makes_sortable_and_short_names_from_the_name(self, world: World) -> None:
        made = create(world, **{"user[name]": "Grace Brewster Hopper"}).json()
        assert made["sortable_name"] == "Hopper, Grace Brewster"
        assert made["short_name"] == "Grace Brewster Hopper"

    def test_it_trims_the_login(self, world: World) -> None:
        assert create(world, **{"pseudonym[unique_id]": "  grace \n"}).json()["login_id"] == "grace"

    def test_it_takes_a_json_body(self, world: World) -> None:
        reply = world.root.post(USERS, json={"user": {"name": "Jay Son"}, "pseudonym": {"unique_id": "jay"}})
        assert reply.json()["name"] == "Jay Son"

    def test_it_works_below_the_root_and_makes_the_login_in_the_root(self, world: World) -> None:
        made = world.root.post(f"/accounts/{world.ids['science']}/users", {"pseudonym[unique_id]": "deep"}).json()
        (login,) = world.root.get(f"/users/{made['id']}/logins").json()
        assert login["account_id"] == 1

    def test_it_keeps_sis_ids_for_those_who_manage_them(self, world: World) -> None:
        made = create(world, **{"pseudonym[sis_user_id]": "S-1", "pseudonym[integration_id]": "I-1"}).json()
        assert (made["sis_user_id"], made["integration_id"]) == ("S-1", "I-1")
        assert world.root.get("/users/sis_user_id:S-1").json()["id"] == made["id"]
        assert world.root.get("/users/sis_login_id:NEW@example.com").json()["id"] == made["id"]

    def test_it_registers_with_a_password_or_when_told_to(self, world: World) -> None:
        plain = create(world).json()["id"]
        told = create(world, **{"pseudonym[unique_id]": "b", "user[skip_registration]": "1"}).json()["id"]
        password = create(world, **{"pseudonym[unique_id]": "c", "pseudonym[password]": "long enough"}).json()["id"]
        rows = world.sql("SELECT id, workflow_state FROM users")
        states = {row[0]: row[1] for row in rows}
        assert [states[one] for one in (plain, told, password)] == ["pre_registered", "registered", "registered"]

    def test_it_takes_the_login_for_the_address_when_it_is_one(self, world: World) -> None:
        made = create(world).json()
        assert world.root.get(f"/users/{made['id']}").json()["email"] == "new@example.com"
        other = create(
            world,
            **{"pseudonym[unique_id]": "plain", "communication_channel[address]": "else@example.com"},
        ).json()
        assert world.root.get(f"/users/{other['id']}").json()["email"] == "else@example.com"

    def test_it_leaves_an_address_unconfirmed_unless_told_otherwise(self, world: World) -> None:
        create(world)
        create(world, **{"pseudonym[unique_id]": "two@example.com", "communication_channel[skip_confirmation]": "true"})
        rows = dict(world.sql("SELECT address, workflow_state FROM communication_channels"))
        assert rows["new@example.com"] == "unconfirmed"
        assert rows["two@example.com"] == "active"

    def test_it_shows_where_to_confirm_when_asked(self, world: World) -> None:
        made = create(world, **{"communication_channel[confirmation_url]": "true"}).json()
        assert made["confirmation_url"].startswith(world.url + "/register/")

    def test_it_repeats_terms_of_use_when_they_were_sent(self, world: World) -> None:
        assert create(world, **{"user[terms_of_use]": "true"}).json()["terms_of_use"] is True

    def test_it_reads_zone_and_locale(self, world: World) -> None:
        made = create(world, **{"user[time_zone]": "Alaska", "user[locale]": "de"}).json()
        assert made["locale"] == "de"
        assert world.root.get(f"/users/{made['id']}/profile").json()["time_zone"] == "America/Juneau"

    def test_it_brings_back_a_deleted_login_when_told_to(self, world: World) -> None:
        first = create(world, **{"pseudonym[sis_user_id]": "S-1"}).json()["id"]
        world.do(
            lambda uow: _delete_logins(uow, first),
        )
        made = create(world, **{"pseudonym[sis_user_id]": "S-1", "enable_sis_reactivation": "true"}).json()
        assert made["id"] == first


async def _delete_logins(uow: Any, user_id: int) -> None:
    from quadrangle.people import logins

    await uow.update(logins, {"user_id": user_id}, workflow_state="deleted", deleted_at=uow.now)


class TestAUserThatCannotBeCreated:
    def errors(self, reply: Any) -> Any:
        assert reply.status_code == 400
        errors = reply.json()["errors"]
        assert set(errors) == {"user", "pseudonym", "observee", "pairing_code", "recaptcha"}
        return errors

    def test_it_names_a_login_that_is_taken(self, world: World) -> None:
        errors = self.errors(create(world, **{"pseudonym[unique_id]": "ADA@example.com"}))
        assert errors["pseudonym"]["unique_id"][0]["type"] == "taken"
        assert errors["user"] == {}

    def test_it_leaves_nothing_of_a_user_whose_login_is_taken(self, world: World) -> None:
        before = world.sql("SELECT count(*) FROM users")
        create(world, **{"pseudonym[unique_id]": "ada@example.com"})
        assert world.sql("SELECT count(*) FROM users") == before

    def test_it_names_a_login_that_is_missing_or_blank_or_huge(self, world: World) -> None:
        for sent in ({}, {"pseudonym[unique_id]": "   "}, {"pseudonym[unique_id]": "x" * 256}):
            reply = world.root.post(USERS, {"user[name]": "X", **sent})
            assert "unique_id" in self.errors(reply)["pseudonym"]

    def test_it_names_a_bad_password(self, world: World) -> None:
        for password in ("short", "x" * 300):
            errors = self.errors(create(world, **{"pseudonym[password]": password}))
            assert errors["pseudonym"]["password"][0]["type"] in ("too_short", "too_long")

    def test_it_names_a_sis_id_that_is_taken(self, world: World) -> None:
        create(world, **{"pseudonym[sis_user_id]": "S-1"})
        reply = create(world, **{"pseudonym[unique_id]": "other", "pseudonym[sis_user_id]": "S-1"})
        (error,) = self.errors(reply)["pseudonym"]["sis_user_id"]
        assert error["message"] == 'SIS ID "S-1" is already in use' == error["type"]

    def test_it_names_what_is_wrong_with_the_person(self, world: World) -> None:
        reply = create(world, **{"user[name]": "x" * 256, "user[time_zone]": "Mars/Olympus", "user[locale]": "?!"})
        assert set(self.errors(reply)["user"]) == {"name", "time_zone", "locale"}

    def test_it_does_not_take_texts_for_groups(self, world: World) -> None:
        assert world.root.post(USERS, {"pseudonym": "x"}).status_code == 400
        assert world.root.post(USERS, {}).status_code == 400

    def test_of_two_at_once_one_is_made(self, world: World) -> None:
        statuses: list[int] = []

        def post() -> None:
            client = world.with_token(world.tokens["root"])
            statuses.append(client.post(USERS, {"pseudonym[unique_id]": "race"}).status_code)

        threads = [threading.Thread(target=post) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(statuses) == [200, 400]

    @as_each("ada", "ben", "sub", None)
    def test_it_is_refused_to(self, world: World, who: str | None) -> None:
        reply = world.as_(who).post(USERS, {"pseudonym[unique_id]": "new"})
        assert (reply.status_code, reply.json()) == (403, {})

    def test_it_is_not_found_in_an_unknown_account(self, world: World) -> None:
        assert world.root.post("/accounts/987654/users", {"pseudonym[unique_id]": "x"}).status_code == 404


class TestRegisteringOneself:
    SENT: dict[str, str] = {  # noqa: RUF012 never changed
        "pseudonym[unique_id]": "self@example.com",
        "pseudonym[password]": "long enough",
        "user[name]": "Self Made",
        "user[terms_of_use]": "1",
    }

    def allow(self, world: World, kind: str) -> None:
        reply = world.root.put("/accounts/1", {"account[settings][self_registration_type]": kind})
        assert reply.status_code == 200

    def test_it_works_where_the_account_says_so(self, world: World) -> None:
        self.allow(world, "all")
        reply = world.anyone.post(USERS, self.SENT)
        assert reply.status_code == 200
        assert reply.json()["login_id"] == "self@example.com"

    def test_it_needs_an_address_a_password_and_consent(self, world: World) -> None:
        self.allow(world, "all")
        errors = world.anyone.post(USERS, {"pseudonym[unique_id]": "plain"}).json()["errors"]
        assert set(errors["pseudonym"]) == {"unique_id", "password"}
        assert set(errors["user"]) == {"terms_of_use"}

    def test_it_may_be_for_observers_only(self, world: World) -> None:
        self.allow(world, "observer")
        assert world.anyone.post(USERS, self.SENT).status_code == 403
        observer = {**self.SENT, "user[initial_enrollment_type]": "observer"}
        assert world.anyone.post(USERS, observer).status_code == 200
