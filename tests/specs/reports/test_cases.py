"""The worked cases of account-reports.md, by their numbers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from quadrangle.courses import courses, enrollments
from quadrangle.portfolios import eportfolios
from quadrangle.tokens import access_tokens
from tests.specs.reports.conftest import Reports, ids_in

WORLD_COURSE = "physics"  # of the small world, deleted at the start


def change(reports: Reports, table: Any, id: int, **values: Any) -> None:
    reports.world.do(lambda uow: uow.update(table, {"id": id}, **values))


class TestTheCatalogue:
    def test_case_1_twenty_reports_by_title(self, reports: Reports) -> None:
        path = f"/accounts/{reports.ids['root']}/reports"
        listed = reports.world.root.get(path).json()
        assert len(listed) == 20
        titles = [one["title"] for one in listed]
        assert titles == sorted(titles)
        assert (titles[0], titles[-1]) == ("Course Storage", "Zero Activity")
        grades = next(one for one in listed if one["report"] == "grade_export_csv")
        assert set(grades["parameters"]) == {"enrollment_term_id", "include_deleted"}
        assert {one["required"] for one in grades["parameters"].values()} == {False}
        assert grades["last_run"] is None
        page = reports.world.root.get(path, per_page=5)
        assert len(page.json()) == 5
        assert 'rel="next"' in page.headers["link"]

    def test_case_2_and_3_parameters(self, reports: Reports) -> None:
        listed = reports.world.root.get(f"/accounts/{reports.ids['root']}/reports").json()
        told = {one["report"]: one["parameters"] for one in listed}
        assert told["developer_key_report_csv"] is None
        assert told["mgp_grade_export_csv"]["enrollment_term_id"]["required"] is True

    def test_case_4_who_may(self, reports: Reports) -> None:
        world, ids = reports.world, reports.ids
        answers = {
            (who, account): world.as_(who).get(f"/accounts/{ids[account]}/reports").status_code
            for who, account in (
                ("tina", "root"),
                ("clerk", "root"),
                (None, "root"),
                ("sub", "science"),
                ("sub", "root"),
            )
        }
        assert answers == {
            ("tina", "root"): 403,
            ("clerk", "root"): 403,
            (None, "root"): 401,
            ("sub", "science"): 200,
            ("sub", "root"): 403,
        }


class TestARun:
    def test_case_5_to_7(self, reports: Reports) -> None:
        started = reports.start("unpublished_courses_csv").json()
        assert started["status"] == "created"
        assert started["progress"] == 0
        assert started["started_at"] is started["file_url"] is started["current_line"] is None
        assert "attachment" not in started
        assert started["parameters"] == {}
        reports.world.work()
        run = reports.show(started)
        root, id = reports.ids["root"], run["id"]
        assert (run["status"], run["progress"], run["current_line"]) == ("complete", 100, 3)
        file = run["attachment"]
        assert run["file_url"] == f"{reports.world.url}/accounts/{root}/files/{file['id']}/download"
        assert file["filename"] == f"unpublished_courses_csv_15_Feb_2026_{id}.csv"
        assert file["display_name"] == file["filename"]
        assert file["content-type"] == "text/csv"
        assert file["mime_class"] == "file"
        assert run["parameters"] == {"extra_text": "Term: All Terms;"}
        c3, c6 = reports.ids["c3"], reports.ids["c6"]
        assert reports.text(run).decode() == (
            f"id,sis id,short name,name,start date,end date\n{c3},,ART1,Drawing,,\n{c6},,BIO,Biology Master,,\n"
        )

    def test_case_8_an_empty_result_is_complete(self, reports: Reports) -> None:
        run = reports.run("unpublished_courses_csv", enrollment_term_id=reports.ids["fall"])
        assert (run["status"], run["current_line"]) == ("complete", 1)
        assert reports.text(run) == b"id,sis id,short name,name,start date,end date\n"
        assert run["parameters"]["extra_text"] == "Term: Fall;"

    def test_case_9_an_unknown_report(self, reports: Reports) -> None:
        base = f"/accounts/{reports.ids['root']}/reports/bad_report_csv"
        assert reports.start("bad_report_csv").status_code == 404
        listed = reports.world.root.get(base)
        assert (listed.status_code, listed.json()) == (200, [])
        assert reports.world.root.get(f"{base}/1").status_code == 404

    def test_case_10_terms(self, reports: Reports) -> None:
        refused = reports.start("grade_export_csv", enrollment_term_id="sis_term_id:nope")
        assert refused.status_code == 400
        assert refused.json() == {"error": "invalid enrollment_term_id 'sis_term_id:nope'"}
        fall = reports.ids["fall"]
        for fine in ("", f"{fall},999999", "active_terms", "sis_term_id:F25"):
            assert reports.start("grade_export_csv", enrollment_term_id=fine).status_code == 200, fine
        number = reports.start("grade_export_csv", enrollment_term_id=fall).json()
        assert number["parameters"]["enrollment_term_id"] == fall
        form = reports.world.root.post(
            f"/accounts/{reports.ids['root']}/reports/grade_export_csv",
            {"parameters[enrollment_term_id]": str(fall)},
        ).json()
        assert form["parameters"]["enrollment_term_id"] == str(fall)


class TestCourseLists:
    def test_case_11_public_courses(self, reports: Reports) -> None:
        assert ids_in(reports.rows("public_courses_csv")) == [reports.ids["c4"], reports.ids["c7"]]
        assert len(reports.rows("public_courses_csv", "arts")) == 1

    @pytest.mark.parametrize(("day", "listed"), [("2026-02-01", True), ("2026-01-01", False)])
    def test_case_12_recently_deleted(self, reports: Reports, day: str, listed: bool) -> None:
        c5 = reports.ids["c5"]
        change(reports, courses, c5, updated_at=datetime.fromisoformat(day).replace(tzinfo=UTC))
        assert (c5 in ids_in(reports.rows("recently_deleted_courses_csv"))) is listed

    def test_case_13_unused_courses(self, reports: Reports) -> None:
        rows = reports.dicts("unused_courses_csv")
        expected = {
            "c1": "active",
            "c2": "active",
            "c3": "unpublished",
            "c4": "concluded",
            "c6": "unpublished",
            "c7": "active",
        }
        assert [(int(row["course id"]), row["status"]) for row in rows] == [
            (reports.ids[key], status) for key, status in expected.items()
        ]
        assert rows[0]["created at"] == "2026-02-15T05:00:00-07:00"

    def test_a_course_with_anything_in_it_is_used(self, reports: Reports) -> None:
        root, ids = reports.world.root, reports.ids
        root.post(f"/courses/{ids['c1']}/pages", {"wiki_page[title]": "One"})
        root.post(f"/courses/{ids['c2']}/modules", {"module[name]": "One"})
        announced = root.post(f"/courses/{ids['c7']}/files", {"name": "a.txt", "size": "1"}).json()
        sent = reports.world.anyone.http.post(
            announced["upload_url"], data=announced["upload_params"], files={"file": ("a.txt", b"a")}
        )
        root.http.get(sent.headers["location"])
        assert ids_in(reports.rows("unused_courses_csv")) == [ids["c3"], ids["c4"], ids["c6"]]
        storage = {row["id"]: row for row in reports.dicts("course_storage_csv")}
        assert storage[str(ids["c7"])]["account sis id"] == "SCI"
        assert storage[str(ids["c7"])]["storage used in MB"] == "0.00"
        assert str(ids["c5"]) not in storage


class TestProvisioning:
    def test_case_14_users(self, reports: Reports) -> None:
        run = reports.run("provisioning_csv", users=True)
        assert run["attachment"]["content-type"] == "text/csv"
        assert run["parameters"]["extra_text"] == "Term: All Terms; Reports: users "
        rows = reports.dicts("provisioning_csv", users=True)
        assert len(rows) == len(reports.world.sql("SELECT id FROM logins"))
        tina = next(row for row in rows if row["user_id"] == "t3")
        assert tina == {
            "canvas_user_id": str(reports.ids["tina"]),
            "user_id": "t3",
            "integration_id": "",
            "authentication_provider_id": "",
            "login_id": "tina@example.com",
            "first_name": "Tina",
            "last_name": "Teach",
            "full_name": "Tina Teach",
            "sortable_name": "Teach, Tina",
            "short_name": "Tina Teach",
            "email": "",
            "status": "active",
            "created_by_sis": "false",
        }

    def test_case_15_several_parts_are_a_zip(self, reports: Reports) -> None:
        run = reports.run("provisioning_csv", users="true", courses="1", enrollments="on")
        assert run["attachment"]["content-type"] == "application/zip"
        assert run["attachment"]["filename"].endswith(f"_{run['id']}.zip")
        assert run["parameters"]["extra_text"].endswith("Reports: users courses enrollments ")
        parts = reports.parts("provisioning_csv", users=True, courses=True, enrollments=True)
        assert list(parts) == ["users.csv", "courses.csv", "enrollments.csv"]

    @pytest.mark.parametrize("parameters", [{"users": "false", "courses": 0}, {}])
    def test_case_16_nothing_asked_for(self, reports: Reports, parameters: dict[str, Any]) -> None:
        run = reports.run("provisioning_csv", **parameters)
        assert (run["status"], run["progress"], run["file_url"]) == ("error", 100, None)
        assert "attachment" not in run
        assert run["ended_at"] is not None
        assert run["parameters"]["extra_text"].startswith("Nothing was asked for")

    def test_case_17_and_18_courses(self, reports: Reports) -> None:
        ids = reports.ids
        rows = {int(row["canvas_course_id"]): row for row in reports.dicts("provisioning_csv", courses=True)}
        assert list(rows) == [ids[key] for key in ("c1", "c2", "c3", "c6", "c7")]
        assert rows[ids["c7"]]["canvas_blueprint_course_id"] == str(ids["c6"])
        assert rows[ids["c7"]]["blueprint_course_id"] == ""
        c1 = rows[ids["c1"]]
        assert (c1["course_id"], c1["account_id"], c1["status"]) == ("MECH", "PHY", "active")
        for updated, listed in ((119, True), (121, False)):
            change(reports, courses, ids["c5"], updated_at=reports.world.clock.now() - timedelta(days=updated))
            with_deleted = {
                int(row["canvas_course_id"]): row["status"]
                for row in reports.dicts("provisioning_csv", courses=True, include_deleted=True)
            }
            assert with_deleted[ids["c4"]] == "concluded"
            assert (ids["c5"] in with_deleted) is listed

    def test_case_19_enrollments(self, reports: Reports) -> None:
        ids = reports.ids
        rows = reports.dicts("provisioning_csv", enrollments=True)
        mine = [
            (int(row["canvas_course_id"]), int(row["canvas_user_id"]), row["role"], row["base_role_type"])
            for row in rows
        ]
        assert mine == [
            (ids["c1"], ids["tina"], "teacher", "TeacherEnrollment"),
            (ids["c2"], ids["tina"], "teacher", "TeacherEnrollment"),
            (ids["c1"], ids["sam"], "student", "StudentEnrollment"),
        ]
        only = reports.dicts("provisioning_csv", enrollments=True, enrollment_filter=["StudentEnrollment"])
        assert [int(row["canvas_user_id"]) for row in only] == [ids["sam"]]

    def test_case_20_accounts(self, reports: Reports) -> None:
        ids = reports.ids
        rows = reports.dicts("provisioning_csv", accounts=True)
        assert [int(row["canvas_account_id"]) for row in rows] == [ids["science"], ids["arts"], ids["physics_dept"]]
        assert rows[2]["parent_account_id"] == "SCI"
        below = reports.dicts("provisioning_csv", "science", accounts=True)
        assert [int(row["canvas_account_id"]) for row in below] == [ids["physics_dept"]]

    def test_case_21_terms(self, reports: Reports) -> None:
        rows = {row["name"]: row for row in reports.dicts("provisioning_csv", terms=True)}
        assert set(rows) == {"Default Term", "Fall", "Spring"}
        assert rows["Fall"]["start_date"] == "2025-08-24T18:00:00-06:00"
        assert rows["Fall"]["end_date"] == "2025-12-18T17:00:00-07:00"
        assert rows["Default Term"]["start_date"] == ""

    def test_case_22_the_sis_export(self, reports: Reports) -> None:
        assert reports.rows("sis_export_csv", accounts=True) == [
            ["account_id", "parent_account_id", "name", "status"],
            ["SCI", "", "Science", "active"],
            ["PHY", "SCI", "Physics", "active"],
        ]
        courses_ = reports.dicts("sis_export_csv", courses=True)
        assert [(row["course_id"], row["status"]) for row in courses_] == [("MECH", "active")]
        people = reports.dicts("sis_export_csv", users=True)
        assert [(row["user_id"], row["password"]) for row in people] == [("t3", ""), ("s4", "")]

    def test_case_23_admins(self, reports: Reports) -> None:
        ids = reports.ids
        rows = reports.dicts("provisioning_csv", admins=True)
        assert {(int(row["canvas_user_id"]), row["role"]) for row in rows} == {
            (1, "AccountAdmin"),
            (ids["sub"], "AccountAdmin"),
            (ids["clerk"], "Clerk"),
        }
        below = reports.dicts("provisioning_csv", "science", admins=True)
        assert [int(row["canvas_user_id"]) for row in below] == [ids["sub"]]


class TestGrades:
    def test_case_24(self, reports: Reports) -> None:
        (row,) = reports.dicts("grade_export_csv")
        assert (row["student name"], row["student sis"], row["course id"], row["term"], row["enrollment state"]) == (
            "Sam Study",
            "s4",
            str(reports.ids["c1"]),
            "Spring",
            "active",
        )
        assert "" not in (row["section"], row["section id"])
        change(reports, enrollments, self._of_sam(reports), workflow_state="completed")
        (row,) = reports.dicts("grade_export_csv")
        assert row["enrollment state"] == "concluded"

    def test_case_25(self, reports: Reports) -> None:
        change(reports, enrollments, self._of_sam(reports), workflow_state="deleted")
        states = {
            row["enrollment state"]
            for row in reports.dicts("grade_export_csv", include_deleted=True)
            if row["student id"] == str(reports.ids["sam"])
        }
        assert states == {"deleted"}
        assert reports.dicts("grade_export_csv") == []

    @staticmethod
    def _of_sam(reports: Reports) -> int:
        (row,) = reports.world.sql(f"SELECT id FROM enrollments WHERE user_id = {reports.ids['sam']}")
        return int(row[0])

    def test_a_term_without_grading_periods_says_so(self, reports: Reports) -> None:
        said = [["no grading periods configured for this term"]]
        parts = reports.parts("mgp_grade_export_csv")
        assert parts == {"Default Term.csv": said, "Fall.csv": said, "Spring.csv": said}
        one = reports.parts("mgp_grade_export_csv", enrollment_term_id=reports.ids["fall"])
        assert one == {"Fall.csv": said}


class TestActivity:
    def test_case_26_zero_activity(self, reports: Reports) -> None:
        ids = reports.ids

        def found(**parameters: Any) -> list[tuple[int, int]]:
            rows = reports.dicts("zero_activity_csv", **parameters)
            return [(int(row["user id"]), int(row["course id"])) for row in rows]

        assert found() == [(ids["sam"], ids["c1"])]
        when = datetime(2026, 2, 10, tzinfo=UTC)
        change(reports, enrollments, TestGrades._of_sam(reports), last_activity_at=when)
        assert found() == []
        assert found(start_at="2026-02-12") == [(ids["sam"], ids["c1"])]

    def test_case_27_students_without_submissions(self, reports: Reports) -> None:
        ids = reports.ids
        run = reports.run("students_with_no_submissions_csv")
        assert run["parameters"]["start_at"] == "2026-02-01T12:00:00Z"
        assert run["parameters"]["end_at"] == "2026-02-15T12:00:00Z"
        rows = reports.dicts("students_with_no_submissions_csv", include_enrollment_state=True)
        assert [(int(row["user id"]), int(row["course id"]), row["enrollment state"]) for row in rows] == [
            (ids["sam"], ids["c1"], "active")
        ]
        longer = reports.run("students_with_no_submissions_csv", start_at="2026-01-01", end_at="2026-02-15")
        assert longer["parameters"]["start_at"] == "2026-02-01T00:00:00Z"
        assert len(reports.rows("students_with_no_submissions_csv", enrollment_state=["completed"])) == 1

    def test_case_28_last_access(self, reports: Reports) -> None:
        ids = reports.ids
        rows = {int(row["user id"]): row for row in reports.dicts("last_user_access_csv")}
        assert len(rows) == len(reports.world.sql("SELECT id FROM logins"))
        assert rows[ids["sam"]]["last access at"] == rows[ids["sam"]]["last ip"] == ""
        assert rows[1]["last access at"].endswith("-07:00")  # it was asked with a token
        there = reports.dicts("last_user_access_csv", course_id=ids["c1"])
        assert {int(row["user id"]) for row in there} == {ids["tina"], ids["sam"]}
        by_sis = reports.dicts("last_user_access_csv", course_id="sis_course_id:MECH")
        assert by_sis == there

    def test_last_activity(self, reports: Reports) -> None:
        assert reports.dicts("last_enrollment_activity_csv") == []
        when = datetime(2026, 2, 10, tzinfo=UTC)
        change(reports, enrollments, TestGrades._of_sam(reports), last_activity_at=when)
        sam = {
            "user id": str(reports.ids["sam"]),
            "user name": "Study, Sam",
            "last activity at": "2026-02-09T17:00:00-07:00",
        }
        assert reports.dicts("last_enrollment_activity_csv") == [sam]
        # A course that was asked for counts only within the account.
        assert reports.dicts("last_enrollment_activity_csv", "arts", course_id=reports.ids["c1"]) == []

    def test_case_29_tokens(self, reports: Reports) -> None:
        rows = [row for row in reports.dicts("user_access_tokens_csv") if row["user id"] == str(reports.ids["sam"])]
        (hint,) = reports.world.sql(f"SELECT token_hint FROM access_tokens WHERE user_id = {reports.ids['sam']}")
        assert rows == [
            {
                "user id": str(reports.ids["sam"]),
                "user name": "Study, Sam",
                "token hint": hint[0],
                "creation": "2026-02-15T05:00:00-07:00",
                "expiration": "never",
                "last used": "never",
                "dev key id": "",
                "dev key name": "User-Generated",
                "status": "active",
            }
        ]

    def test_tokens_that_are_gone(self, reports: Reports) -> None:
        (token,) = reports.world.sql(f"SELECT id FROM access_tokens WHERE user_id = {reports.ids['sam']}")
        yesterday = reports.world.clock.now() - timedelta(days=1)

        def of_sam(**parameters: Any) -> list[str]:
            rows = reports.dicts("user_access_tokens_csv", **parameters)
            return [row["status"] for row in rows if row["user id"] == str(reports.ids["sam"])]

        change(reports, access_tokens, token[0], permanent_expires_at=yesterday)
        assert of_sam() == ["expired"]
        change(reports, access_tokens, token[0], workflow_state="deleted")
        assert of_sam() == ["deleted"]
        assert of_sam(exclude_deleted_and_expired=True) == []


class TestPortfolios:
    def test_case_30(self, reports: Reports) -> None:
        async def make(uow: Any) -> None:
            for name, state in (("Mine", "active"), ("Gone", "deleted")):
                await uow.insert(
                    eportfolios,
                    user_id=reports.ids["sam"],
                    name=name,
                    public=state == "active",
                    workflow_state=state,
                    created_at=uow.now,
                    updated_at=uow.now,
                )

        reports.world.do(make)
        (mine,) = reports.dicts("eportfolio_report_csv")
        assert (mine["eportfolio_name"], mine["author_name"], mine["is_public"]) == ("Mine", "Sam Study", "true")
        assert mine["created_at"] == "2026-02-15 12:00:00 UTC"
        (gone,) = reports.dicts("eportfolio_report_csv", include_deleted=True)
        assert (gone["eportfolio_name"], gone["workflow_state"]) == ("Gone", "deleted")
        assert reports.dicts("eportfolio_report_csv", no_enrollments=True) == []


class TestWhatIsNotKept:
    @pytest.mark.parametrize(
        ("report", "lines"),
        [
            ("lti_report_csv", 1),
            ("outcome_export_csv", 1),
            ("outcome_results_csv", 2),
            ("student_assignment_outcome_map_csv", 2),
        ],
    )
    def test_it_is_told_and_complete(self, reports: Reports, report: str, lines: int) -> None:
        rows = reports.rows(report)
        assert len(rows) == lines
        if lines == 2:
            assert rows[1] == ["No outcomes found"]

    def test_developer_keys(self, reports: Reports) -> None:
        from quadrangle.tokens import developer_keys

        async def make(uow: Any) -> None:
            for name, scopes in (("All", []), ("Some", ["url:GET|/api/v1/courses", "url:GET|/api/v1/accounts"])):
                await uow.insert(
                    developer_keys,
                    name=name,
                    client_id=name,
                    redirect_uri="https://x.example",
                    scopes=scopes,
                    require_scopes=bool(scopes),
                    allow_includes=True,
                    trusted=False,
                    workflow_state="active",
                    created_at=uow.now,
                )

        reports.world.do(make)
        rows = reports.rows("developer_key_report_csv")
        assert [row[1] for row in rows[1:]] == ["All", "Some"]
        assert rows[1][4:] == ["API Key", "None", "Allow", "All"]
        assert rows[2][7] == "url:GET|/api/v1/courses url:GET|/api/v1/accounts"


class TestRuns:
    def test_case_31_the_newest_first(self, reports: Reports) -> None:
        first = reports.run("unpublished_courses_csv")
        second = reports.run("unpublished_courses_csv")
        base = f"/accounts/{reports.ids['root']}/reports"
        listed = reports.world.root.get(f"{base}/unpublished_courses_csv").json()
        assert [run["id"] for run in listed] == [second["id"], first["id"]]
        page = reports.world.root.get(f"{base}/unpublished_courses_csv", per_page=1)
        assert len(page.json()) == 1
        assert 'rel="next"' in page.headers["link"]
        catalogue = reports.world.root.get(base).json()
        last = next(one for one in catalogue if one["report"] == "unpublished_courses_csv")["last_run"]
        assert last == listed[0]
        elsewhere = f"/accounts/{reports.ids['science']}/reports/unpublished_courses_csv"
        assert reports.world.sub.get(elsewhere).json() == []
        assert reports.world.sub.get(f"{elsewhere}/{first['id']}").status_code == 404

    def abort(self, reports: Reports, run: dict[str, Any]) -> Any:
        return reports.world.root.put(f"/accounts/{reports.ids['root']}/reports/{run['report']}/{run['id']}/abort")

    def test_case_32_aborting(self, reports: Reports) -> None:
        run = reports.start("unpublished_courses_csv").json()
        aborted = self.abort(reports, run)
        assert aborted.status_code == 200
        assert (aborted.json()["status"], aborted.json()["progress"]) == ("aborted", 100)
        assert aborted.json()["parameters"]["extra_text"] == "Report has been aborted"
        assert reports.world.work() == 0
        after = reports.show(run)
        assert (after["status"], after["started_at"], after["file_url"]) == ("aborted", None, None)
        assert after["ended_at"] is not None
        assert self.abort(reports, run).status_code == 404
        done = reports.run("unpublished_courses_csv")
        assert self.abort(reports, done).status_code == 404
        assert reports.show(done) == done

    def test_case_32_a_running_one(self, reports: Reports) -> None:
        from quadrangle.reports import report_runs

        run = reports.start("unpublished_courses_csv").json()
        change(reports, report_runs, run["id"], workflow_state="running", start_at=reports.world.clock.now())
        assert self.abort(reports, run).json()["status"] == "aborted"
        assert self.abort(reports, run).status_code == 404

    def test_case_32_as_the_hosted_service_does(self, reports: Reports) -> None:
        run = reports.start("unpublished_courses_csv").json()
        reports.world.use(reference="hosted")
        assert self.abort(reports, run).status_code == 404
        assert reports.show(run)["status"] == "created"

    def test_case_33_deleting(self, reports: Reports) -> None:
        first, run = reports.run("unpublished_courses_csv"), reports.run("unpublished_courses_csv")
        base = f"/accounts/{reports.ids['root']}/reports"
        path = f"{base}/unpublished_courses_csv/{run['id']}"
        deleted = reports.world.root.delete(path)
        assert (deleted.status_code, deleted.json()["status"]) == (200, "deleted")
        assert deleted.json()["file_url"] == run["file_url"]
        assert reports.world.root.get(path).status_code == 404
        assert [one["id"] for one in reports.world.root.get(f"{base}/unpublished_courses_csv").json()] == [first["id"]]
        last = next(one for one in reports.world.root.get(base).json() if one["report"] == "unpublished_courses_csv")[
            "last_run"
        ]
        assert last["id"] == first["id"]
        assert reports.world.root.delete(path).status_code == 404
        assert reports.world.anyone.http.get(run["attachment"]["url"]).status_code == 200

    def test_case_34_another_type(self, reports: Reports) -> None:
        run = reports.run("unpublished_courses_csv")
        path = f"/accounts/{reports.ids['root']}/reports/public_courses_csv/{run['id']}"
        assert reports.world.root.delete(path).status_code == 404
        assert reports.show(run)["status"] == "complete"

    def test_case_35_a_course_that_does_not_exist(self, reports: Reports) -> None:
        started = reports.start("last_user_access_csv", course_id="999999")
        assert (started.status_code, started.json()["status"]) == (200, "created")
        reports.world.work()
        ended = reports.show(started.json())
        assert (ended["status"], ended["progress"]) == ("error", 100)
        assert ended["parameters"]["extra_text"] == "There is no course '999999'."

    def test_case_36_what_a_report_does_not_know(self, reports: Reports) -> None:
        run = reports.run("unpublished_courses_csv", foo="bar", deep={"er": [1, None]})
        assert (run["parameters"]["foo"], run["parameters"]["deep"]) == ("bar", {"er": [1, None]})
