"""Every line R1 to R42 of the contract's checklist. AD is Root, A1 the root account."""

import csv
import io
import zipfile
from typing import Any

import pytest

from tests.specs.reports.conftest import Reports

ROUTES = [
    ("R1 R2", "GET", "/accounts/:account_id/reports", "/accounts/1/reports"),
    ("R17 R18", "POST", "/accounts/:account_id/reports/:report", "/accounts/1/reports/provisioning_csv"),
    ("R27 R28", "GET", "/accounts/:account_id/reports/:report", "/accounts/1/reports/provisioning_csv"),
    ("R31 R32", "GET", "/accounts/:account_id/reports/:report/:id", "/accounts/1/reports/provisioning_csv/{id}"),
    ("R34 R35", "DELETE", "/accounts/:account_id/reports/:report/:id", "/accounts/1/reports/provisioning_csv/{id}"),
    (
        "R38 R39",
        "PUT",
        "/accounts/:account_id/reports/:report/:id/abort",
        "/accounts/1/reports/provisioning_csv/{id}/abort",
    ),
]


def scoped(reports: Reports, method: str, scope: str) -> Any:
    made = reports.world.root.post(
        "/users/self/tokens", {"token[purpose]": "one scope", "token[scopes][]": f"url:{method}|/api/v1{scope}"}
    )
    assert made.status_code == 200, made.text
    return reports.world.with_token(made.json()["token"])


@pytest.mark.parametrize(("line", "method", "scope", "path"), ROUTES, ids=[line for line, *_ in ROUTES])
def test_the_route_exists_and_has_its_scope(reports: Reports, line: str, method: str, scope: str, path: str) -> None:
    other_method, other = next((verb, one) for _, verb, one, _ in ROUTES if (verb, one) != (method, scope))
    for client, expected in (
        (reports.world.root, 200),
        (scoped(reports, method, scope), 200),
        (scoped(reports, other_method, other), 401),
    ):
        run = reports.start("provisioning_csv", users=True).json()
        answer = client.request(method, path.format(id=run["id"]))
        assert answer.status_code == expected, answer.text
    assert answer.json() == {"errors": [{"message": "Insufficient scopes on access token."}]}


@pytest.fixture
def listed(reports: Reports) -> dict[str, Any]:
    return {one["report"]: one for one in reports.world.root.get("/accounts/1/reports").json()}


class TestTheList:
    def test_r3_a_trailing_slash(self, reports: Reports) -> None:
        answer = reports.world.root.http.get("/api/v1/accounts/1/reports/")
        assert answer.status_code == 200
        assert answer.history == []

    def test_r4_r5_all_or_in_pages(self, reports: Reports) -> None:
        whole = reports.world.root.get("/accounts/1/reports")
        assert len(whole.json()) == 20
        assert "link" not in whole.headers
        page = reports.world.root.get("/accounts/1/reports", per_page=5)
        assert page.json() == whole.json()[:5]
        assert 'rel="next"' in page.headers["link"]

    def test_r6_r7_r8_names_and_titles(self, reports: Reports, listed: dict[str, Any]) -> None:
        for name, one in listed.items():
            assert one["name"] == name
            assert one["title"]
            assert reports.start(name).status_code == 200
        assert listed["grade_export_csv"]["title"] == "Grade Export"

    def test_r9_to_r12_parameters(self, listed: dict[str, Any]) -> None:
        assert listed["developer_key_report_csv"]["parameters"] is None
        for one in listed.values():
            assert one["parameters"] is None or isinstance(one["parameters"], dict)
        for told in listed["grade_export_csv"]["parameters"].values():
            assert told["description"]
            assert told["required"] in (True, False)

    def test_r13_r14_r15_the_examples(self, listed: dict[str, Any]) -> None:
        assert listed["student_assignment_outcome_map_csv"]["title"] == "Student Competency"
        # R14: as the service of today has it; account-reports.md §4 says why.
        assert set(listed["student_assignment_outcome_map_csv"]["parameters"]) == {
            "enrollment_term_id",
            "include_deleted",
        }
        assert listed["grade_export_csv"]["title"] == "Grade Export"


class TestStarting:
    def test_r16_a_term_by_its_documented_name(self, reports: Reports) -> None:
        run = reports.run("grade_export_csv", term=reports.ids["fall"])
        assert (run["status"], run["current_line"]) == ("complete", 1)
        assert run["parameters"]["extra_text"] == "Term: Fall;"
        assert reports.run("grade_export_csv", term=reports.ids["spring"])["current_line"] == 2

    def test_r19_r26_it_ends_complete(self, reports: Reports) -> None:
        run = reports.run("provisioning_csv", users=True)
        assert {"id", "report", "status", "progress", "parameters", "file_url"} <= set(run)
        assert (run["status"], run["progress"]) == ("complete", 100)

    def test_r20_r21_what_is_not_known(self, reports: Reports) -> None:
        assert reports.start("no_such_csv").status_code == 404
        assert reports.run("unused_courses_csv", nobody="knows")["status"] == "complete"

    def test_r22_a_message_unless_it_is_skipped(self, reports: Reports) -> None:
        def told() -> int:
            ((number,),) = reports.world.sql(
                "SELECT count(*) FROM notices WHERE kind = 'Report Generated' AND user_id = 1"
            )
            return int(number)

        reports.run("unused_courses_csv", skip_message=True)
        assert told() == 0
        reports.run("unused_courses_csv")
        assert told() == 1

    def test_r23_one_course(self, reports: Reports) -> None:
        rows = reports.dicts("last_user_access_csv", course_id=reports.ids["c2"])
        assert [int(row["user id"]) for row in rows] == [reports.ids["tina"]]

    def test_r24_parts_in_or_out(self, reports: Reports) -> None:
        header = reports.rows("provisioning_csv", users=False, courses=True)[0]
        assert header[0] == "canvas_course_id"

    def test_r25_the_documented_example(self, reports: Reports) -> None:
        fields = {f"parameters[{name}]": (None, "true") for name in ("users", "courses", "enrollments")}
        answer = reports.world.root.http.post("/api/v1/accounts/1/reports/provisioning_csv", files=fields)
        assert answer.status_code == 200
        reports.world.work()
        run = reports.show(answer.json())
        with zipfile.ZipFile(io.BytesIO(reports.text(run))) as archive:
            assert archive.namelist() == ["users.csv", "courses.csv", "enrollments.csv"]
            assert archive.testzip() is None


class TestRuns:
    def test_r29_r30_those_of_one_report(self, reports: Reports) -> None:
        ids = [reports.run("unused_courses_csv")["id"] for _ in range(2)]
        reports.run("public_courses_csv")
        runs = reports.world.root.get("/accounts/1/reports/unused_courses_csv").json()
        assert [run["id"] for run in runs] == ids[::-1]

    def test_r33_how_far_it_is(self, reports: Reports) -> None:
        run = reports.start("unused_courses_csv").json()
        assert (run["status"], run["progress"]) == ("created", 0)
        reports.world.work()
        assert (reports.show(run)["status"], reports.show(run)["progress"]) == ("complete", 100)

    def test_r36_r37_deleting(self, reports: Reports) -> None:
        run = reports.run("unused_courses_csv")
        path = f"/accounts/1/reports/unused_courses_csv/{run['id']}"
        assert reports.world.root.delete(path).json()["status"] == "deleted"
        assert reports.world.root.get(path).status_code == 404
        assert reports.world.root.get("/accounts/1/reports/unused_courses_csv").json() == []

    def test_r40_r41_r42_aborting(self, reports: Reports) -> None:
        run = reports.start("unused_courses_csv").json()
        path = f"/accounts/1/reports/unused_courses_csv/{run['id']}/abort"
        assert reports.world.root.put(path).json()["status"] == "aborted"
        reports.world.work()
        assert "attachment" not in reports.show(run)
        done = reports.run("unused_courses_csv")
        assert reports.world.root.put(f"/accounts/1/reports/unused_courses_csv/{done['id']}/abort").status_code == 404
        assert reports.show(done) == done


class TestTheFile:
    def test_file_url_asks_who_it_is_and_the_attachment_does_not(self, reports: Reports) -> None:
        run = reports.run("unused_courses_csv", "science", who="sub")
        path = run["file_url"].removeprefix(reports.world.url)
        for who, expected in (("sub", 200), ("root", 200), ("tina", 403), ("clerk", 403), (None, 401)):
            got = reports.world.as_(who).http.get(path)
            assert got.status_code == expected, who
        opened = reports.world.root.http.get(path)
        assert opened.headers["content-type"] == "text/csv"
        assert opened.headers["content-disposition"].startswith("attachment; filename=")
        assert next(iter(csv.reader(io.StringIO(opened.text))))[0] == "course id"
        assert reports.world.anyone.http.get(run["attachment"]["url"]).text == opened.text
        wrong = path.replace(f"/accounts/{reports.ids['science']}/", f"/accounts/{reports.ids['arts']}/")
        assert reports.world.root.http.get(wrong).status_code == 404
        assert reports.world.root.http.get(path.replace("/files/", "/files/9")).status_code == 404

    def test_string_ids(self, reports: Reports) -> None:
        run = reports.run("unused_courses_csv")
        shown = reports.world.root.http.get(
            f"/api/v1/accounts/1/reports/unused_courses_csv/{run['id']}",
            headers={"accept": "application/json+canvas-string-ids"},
        ).json()
        assert shown["id"] == str(run["id"])
        assert shown["attachment"]["folder_id"] == str(run["attachment"]["folder_id"])
