"""Enrollment terms. Source: supporting-resources.md §7, conventions.md §4.1."""

from typing import Any

import pytest

from quadrangle.accounts import role_overrides
from tests.conftest import as_each
from tests.world import World

KEYS = {
    "id",
    "name",
    "start_at",
    "end_at",
    "created_at",
    "workflow_state",
    "grading_period_group_id",
    "sis_term_id",
    "sis_import_id",
}


def send(world: World, path: str = "", method: str = "POST", who: str = "root", **fields: Any) -> Any:
    data = {f"enrollment_term[{name}]": value for name, value in fields.items()}
    return world.as_(who).request(method, f"/accounts/1/terms{path}", data=data)


class TestListing:
    def test_it_stands_under_a_key_of_its_own_latest_first(self, campus: World) -> None:
        reply = campus.root.get("/accounts/1/terms")
        assert set(reply.json()) == {"enrollment_terms"}
        terms = reply.json()["enrollment_terms"]
        assert [term["name"] for term in terms] == ["Default Term", "Spring", "Fall"]
        assert all(set(term) == KEYS for term in terms)
        assert terms[2]["sis_term_id"] == "F25"
        assert terms[2]["start_at"] == "2025-08-25T00:00:00Z"
        assert terms[0]["start_at"] is None
        assert 'rel="last"' in reply.headers["link"]

    def test_it_pages(self, campus: World) -> None:
        reply = campus.root.get("/accounts/1/terms", per_page=2, page=2)
        assert [term["name"] for term in reply.json()["enrollment_terms"]] == ["Fall"]
        assert 'rel="prev"' in reply.headers["link"]
        assert campus.root.get("/accounts/1/terms", page=7).json() == {"enrollment_terms": []}

    def test_it_shows_states(self, campus: World) -> None:
        gone = send(campus, name="Gone").json()["id"]
        campus.root.delete(f"/accounts/1/terms/{gone}")

        def names(**query: Any) -> list[str]:
            return [term["name"] for term in campus.root.get("/accounts/1/terms", **query).json()["enrollment_terms"]]

        assert "Gone" not in names()
        assert names(workflow_state="deleted") == ["Gone"]
        assert len(names(params={"workflow_state[]": "all"})) == 4
        assert len(names(params={"workflow_state[]": ["active", "deleted"]})) == 4
        assert names(workflow_state="asleep") == []

    def test_it_includes_overrides_and_finds_names(self, campus: World) -> None:
        terms = campus.root.get("/accounts/1/terms", params={"include[]": "overrides", "term_name": "sPrI"}).json()[
            "enrollment_terms"
        ]
        assert [term["name"] for term in terms] == ["Spring"]
        assert terms[0]["overrides"] == {}
        assert campus.root.get("/accounts/1/terms", term_name="%").json() == {"enrollment_terms": []}

    def test_it_hides_sis_keys_from_a_teacher(self, campus: World) -> None:
        terms = campus.tina.get("/accounts/1/terms").json()["enrollment_terms"]
        assert set(terms[0]) == KEYS - {"sis_term_id", "sis_import_id"}

    def test_it_belongs_to_roots(self, campus: World) -> None:
        path = f"/accounts/{campus.ids['science']}/terms"
        for reply in (
            campus.root.get(path),
            campus.root.get(f"{path}/default"),
            campus.root.post(path, {"enrollment_term[name]": "x"}),
            campus.root.delete(f"{path}/default"),
        ):
            assert reply.status_code == 400
            assert reply.json() == {"message": "Terms only belong to root_accounts."}

    def test_it_needs_somebody(self, campus: World) -> None:
        assert campus.anyone.get("/accounts/1/terms").status_code == 401


class TestShowing:
    @pytest.mark.parametrize("reference", ["fall", "sis_term_id:F25", "hex:sis_term_id:463235"])
    def test_it_is_found_with_its_overrides(self, campus: World, reference: str) -> None:
        wanted = campus.ids["fall"] if reference == "fall" else reference
        term = campus.root.get(f"/accounts/self/terms/{wanted}").json()
        assert term["id"] == campus.ids["fall"]
        assert set(term) == KEYS | {"overrides"}

    def test_default_and_current_are_names(self, campus: World) -> None:
        assert campus.root.get("/accounts/1/terms/default").json()["name"] == "Default Term"
        assert campus.root.get("/accounts/1/terms/current").json()["name"] == "Spring"

    def test_none_or_several_current_ones_are_not_found(self, campus: World) -> None:
        send(campus, name="Open end", start_at="2026-02-01")
        assert campus.root.get("/accounts/1/terms/current").status_code == 404
        campus.clock.advance(days=-40)
        assert campus.root.get("/accounts/1/terms/current").status_code == 404

    @pytest.mark.parametrize("reference", ["999999", "abc", "sis_term_id:none", "sis_course_id:x", "9" * 25])
    def test_it_does_not_find(self, campus: World, reference: str) -> None:
        assert campus.root.get(f"/accounts/1/terms/{reference}").status_code == 404

    @as_each("sam", "eve")
    def test_it_is_refused_to(self, campus: World, who: str) -> None:
        assert campus.as_(who).get("/accounts/1/terms/default").status_code == 403


class TestCreating:
    def test_it_answers_the_term(self, campus: World) -> None:
        reply = send(
            campus,
            name="Summer",
            start_at="2026-06-01T08:00:00+02:00",
            end_at="2026-08-31",
            sis_term_id="S26",
            **{"overrides][StudentEnrollment][end_at": "2026-08-01T00:00:00Z"},
        )
        assert reply.status_code == 200
        term = reply.json()
        assert (term["name"], term["sis_term_id"], term["workflow_state"]) == ("Summer", "S26", "active")
        assert term["start_at"] == "2026-06-01T06:00:00Z"
        assert term["end_at"] == "2026-09-01T05:59:59Z"  # the end of that day in Denver
        assert term["overrides"] == {"StudentEnrollment": {"start_at": None, "end_at": "2026-08-01T00:00:00Z"}}
        assert campus.root.get("/accounts/1/terms/sis_term_id:S26").json() == term

    def test_a_plain_date_is_read_in_the_zone_of_the_root(self, campus: World) -> None:
        assert send(campus, name="x", start_at="2026-01-01").json()["start_at"] == "2026-01-01T07:00:00Z"
        assert send(campus, name="y", start_at="soon").json()["start_at"] is None

    @pytest.mark.parametrize("body", [{}, {"enrollment_term": {}}, {"enrollment_term": "x"}, {"enrollment_term": None}])
    def test_it_needs_its_group(self, campus: World, body: dict[str, Any]) -> None:
        reply = campus.root.post("/accounts/1/terms", json=body)
        assert (reply.status_code, reply.json()) == (400, {"errors": [{"message": "enrollment_term is missing"}]})

    @pytest.mark.parametrize("kind", ["ObserverEnrollment", "StudentViewEnrollment", "King"])
    def test_it_knows_four_types_of_override(self, campus: World, kind: str) -> None:
        reply = send(campus, name="x", **{f"overrides][{kind}][start_at": "2026-01-01"})
        assert (reply.status_code, reply.json()) == (400, {"message": "Invalid enrollment type in overrides"})

    @pytest.mark.parametrize("prefix", ["", "overrides][TaEnrollment]["])
    def test_it_does_not_end_before_it_begins(self, campus: World, prefix: str) -> None:
        reply = send(campus, name="x", **{f"{prefix}start_at": "2026-02-01", f"{prefix}end_at": "2026-01-01"})
        assert reply.status_code == 400
        assert reply.json()["errors"]["base"][0]["message"] == "End dates cannot be before start dates"

    def test_a_sis_id_is_taken_once(self, campus: World) -> None:
        reply = send(campus, name="x", sis_term_id="F25")
        assert reply.status_code == 400
        assert reply.json()["errors"]["sis_source_id"][0]["message"] == 'SIS ID "F25" is already in use'

    def test_nothing_is_endless(self, campus: World) -> None:
        reply = send(campus, name="x" * 256, sis_term_id="y" * 256)
        assert set(reply.json()["errors"]) == {"name", "sis_source_id"}

    @as_each("tina", "sam", "clerk", "sub")
    def test_it_is_refused_to(self, campus: World, who: str) -> None:
        assert send(campus, who=who, name="x").status_code == 403
        assert send(campus, "/default", "PUT", who, name="x").status_code == 403
        assert campus.as_(who).delete("/accounts/1/terms/default").status_code == 403

    def test_sis_ids_are_for_those_who_manage_them(self, campus: World) -> None:
        campus.do(
            lambda uow: uow.insert(
                role_overrides,
                account_id=1,
                role_id=campus.ids["role:Clerk"],
                permission="manage_account_settings",
                enabled=True,
                locked=False,
                applies_to_self=True,
                applies_to_descendants=True,
                created_at=uow.now,
                updated_at=uow.now,
            )
        )
        assert send(campus, who="clerk", name="x").status_code == 200
        assert send(campus, who="clerk", name="x", sis_term_id="X").status_code == 403
        assert send(campus, "/sis_term_id:F25", "PUT", "clerk", sis_term_id="F25", name="Autumn").status_code == 200


class TestRevising:
    def test_it_writes_what_was_sent(self, campus: World) -> None:
        term = send(campus, "/sis_term_id:F25", "PUT", name="Autumn").json()
        assert (term["name"], term["start_at"], term["sis_term_id"]) == ("Autumn", "2025-08-25T00:00:00Z", "F25")
        term = send(campus, "/sis_term_id:F25", "PUT", start_at="", sis_term_id="").json()
        assert (term["start_at"], term["end_at"], term["sis_term_id"]) == (None, "2025-12-19T00:00:00Z", None)
        assert campus.root.get("/accounts/1/terms", term_name="autumn").json()["enrollment_terms"]

    def test_it_compares_with_what_is_stored(self, campus: World) -> None:
        reply = send(campus, f"/{campus.ids['fall']}", "PUT", start_at="2026-01-01")
        assert reply.status_code == 400
        assert "base" in reply.json()["errors"]

    def test_an_override_with_open_ends_is_none(self, campus: World) -> None:
        path = f"/{campus.ids['fall']}"
        day = "2025-09-01T00:00:00Z"
        term = send(campus, path, "PUT", **{"overrides][TeacherEnrollment][start_at": day}).json()
        assert term["overrides"] == {"TeacherEnrollment": {"start_at": day, "end_at": None}}
        term = send(campus, path, "PUT", name="Fall").json()
        assert "TeacherEnrollment" in term["overrides"]
        term = send(campus, path, "PUT", **{"overrides][TeacherEnrollment][start_at": ""}).json()
        assert term["overrides"] == {}


class TestDeleting:
    def test_it_is_gone_and_frees_its_sis_id(self, campus: World) -> None:
        made = send(campus, name="Gone", sis_term_id="G").json()["id"]
        reply = campus.root.delete(f"/accounts/1/terms/{made}")
        assert (reply.status_code, reply.json()["workflow_state"]) == (200, "deleted")
        assert campus.root.get(f"/accounts/1/terms/{made}").status_code == 404
        assert campus.root.delete(f"/accounts/1/terms/{made}").status_code == 404
        assert send(campus, f"/{made}", "PUT", name="x").status_code == 404
        assert send(campus, name="Again", sis_term_id="G").status_code == 200

    def test_the_default_term_stays(self, campus: World) -> None:
        reply = campus.root.delete("/accounts/1/terms/default")
        assert reply.status_code == 400
        assert reply.json()["errors"]["workflow_state"][0]["message"] == "Cannot delete the default term"

    def test_a_term_with_courses_stays(self, campus: World) -> None:
        reply = campus.root.delete(f"/accounts/1/terms/{campus.ids['spring']}")
        assert reply.status_code == 400
        assert reply.json()["errors"]["workflow_state"][0]["message"] == "Cannot delete a term with active courses"
