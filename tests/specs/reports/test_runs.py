"""What may be asked, and what goes wrong. Source: account-reports.md §1.1, §2, §5; the issue "Jobs, files and account reports"."""

from typing import Any

import pytest
from canvasapi import Canvas

from quadrangle.courses import course_sections, courses
from quadrangle.people import users
from tests.specs.reports.conftest import Reports

# Cells that programs stumble over; every one comes back as it was.
CELLS = [
    '=HYPERLINK("http://x.example")',
    "+1",
    "-1",
    "@SUM(A1)",
    'He said "no", twice',
    "two\nlines",
    "a\rreturn",
    "both\r\nof them",
    "tab\there",
    "bell\x07",
    " blanks around ",
    "📚 émoji",
    "שלום, עולם",
    "\\.",
    "'quoted'",
    "semi;colon",
    "100%",
    "{$1}",
]


class TestCells:
    def test_whatever_stands_in_a_name_comes_back_as_it_was(self, reports: Reports) -> None:
        ids = []

        async def make(uow: Any) -> None:
            for number, cell in enumerate(CELLS):
                id = await uow.insert(
                    users,
                    uuid=f"cell-{number}",
                    name=cell,
                    sortable_name=cell,
                    sortable_key=cell,
                    short_name=cell,
                    search_key=cell,
                    calendar_secret=f"cell-{number}",
                    workflow_state="registered",
                    created_at=uow.now,
                    updated_at=uow.now,
                )
                from quadrangle.people import create_login

                await create_login(uow, user_id=id, account_id=1, unique_id=f"cell{number}@example.com")
                ids.append(id)

        reports.world.do(make)
        rows = {int(row["canvas_user_id"]): row for row in reports.dicts("provisioning_csv", users=True)}
        for id, cell in zip(ids, CELLS, strict=True):
            assert rows[id]["full_name"] == cell
            assert rows[id]["sortable_name"] == cell

    def test_both_engines_write_the_same_bytes(self, reports: Reports) -> None:
        async def name(uow: Any) -> None:
            for number, key in enumerate(("c1", "c2", "c3")):
                await uow.update(courses, {"id": reports.ids[key]}, name=CELLS[4 + number], course_code="")

        reports.world.do(name)
        text = reports.text(reports.run("unused_courses_csv")).decode()
        lines = [line.split(",", 4)[1:] for line in text.split("\n") if line.startswith(str(reports.ids["c2"]))]
        assert f'{reports.ids["c1"]},MECH,,"He said ""no"", twice",active,2026-02-15T05:00:00-07:00\n' in text
        assert f'{reports.ids["c2"]},,,"two\nlines",active,2026-02-15T05:00:00-07:00\n' in text
        assert f'{reports.ids["c3"]},,,"a\rreturn",unpublished,2026-02-15T05:00:00-07:00\n' in text
        assert lines


class TestParameters:
    @pytest.mark.parametrize("sent", [None, "text", 5, [], ["users"], True])
    def test_what_is_no_object_is_none(self, reports: Reports, sent: Any) -> None:
        answer = reports.world.root.request("POST", "/accounts/1/reports/unused_courses_csv", json={"parameters": sent})
        assert (answer.status_code, answer.json()["parameters"]) == (200, {})

    @pytest.mark.parametrize(
        ("report", "parameters", "says"),
        [
            ("zero_activity_csv", {"start_at": "soon"}, "start_at 'soon' is no date."),
            ("students_with_no_submissions_csv", {"end_at": "32.13."}, "end_at '32.13.' is no date."),
            ("last_user_access_csv", {"course_id": "sis_course_id:NOPE"}, "There is no course 'sis_course_id:NOPE'."),
            ("last_user_access_csv", {"course_id": {"a": 1}}, "There is no course '{'a': 1}'."),
        ],
    )
    def test_what_cannot_be_done_ends_as_an_error_that_says_why(
        self, reports: Reports, report: str, parameters: dict[str, Any], says: str
    ) -> None:
        run = reports.run(report, **parameters)
        assert (run["status"], run["progress"], run["parameters"]["extra_text"]) == ("error", 100, says)
        assert "attachment" not in run

    @pytest.mark.parametrize("named", ["999999", "sis_term_id:X", "nonsense", ",,,", "-1", "9" * 40, {"a": "b"}, [1]])
    def test_terms_that_do_not_exist(self, reports: Reports, named: Any) -> None:
        answer = reports.start("unused_courses_csv", enrollment_term_id=named)
        assert answer.status_code == 400
        assert answer.json() == {"error": f"invalid enrollment_term_id '{named}'"}
        assert reports.world.sql("SELECT count(*) FROM report_runs") == [(0,)]
        assert reports.world.sql("SELECT count(*) FROM jobs WHERE kind = 'run_report'") == [(0,)]

    def test_ten_thousand_terms_are_one_statement(self, reports: Reports) -> None:
        few, many = (
            reports.world.statements_of(
                lambda number=number: reports.start(
                    "unused_courses_csv",
                    enrollment_term_id=",".join(map(str, [reports.ids["fall"], *range(9000, 9000 + number)])),
                )
            )
            for number in (1, 10_000)
        )
        assert few == many

    def test_a_term_of_another_root(self, reports: Reports) -> None:
        from quadrangle.accounts import SITE_ADMIN_ID, create_term

        other = reports.world.do(lambda uow: create_term(uow, root_id=SITE_ADMIN_ID, name="Elsewhere"))
        assert reports.start("unused_courses_csv", enrollment_term_id=other).status_code == 400

    def test_active_terms(self, reports: Reports) -> None:
        """Default Term (open ends) and Spring contain the moment; Fall is over."""
        run = reports.run("provisioning_csv", courses=True, enrollment_term_id="active_terms")
        assert run["parameters"]["extra_text"].startswith("Term: Default Term, Spring;")
        rows = reports.dicts("provisioning_csv", courses=True, enrollment_term_id="active_terms")
        assert reports.ids["c2"] not in {int(row["canvas_course_id"]) for row in rows}

    def test_ids_of_accounts_in_every_form(self, reports: Reports) -> None:
        root = reports.world.root
        assert root.post("/accounts/self/reports/unused_courses_csv").status_code == 200
        assert root.post("/accounts/sis_account_id:SCI/reports/unused_courses_csv").status_code == 200
        assert root.post("/accounts/999999/reports/unused_courses_csv").status_code == 404
        assert root.get("/accounts/self/reports/unused_courses_csv/last").status_code == 404


class TestSubAccounts:
    def test_courses_and_people_of_the_account_alone(self, reports: Reports) -> None:
        ids = reports.ids
        listed = {int(row["course id"]) for row in reports.dicts("unused_courses_csv", "science")}
        assert listed == {ids[key] for key in ("c1", "c2", "c4", "c6", "c7")}
        people = {int(row["canvas_user_id"]) for row in reports.dicts("provisioning_csv", "physics_dept", users=True)}
        assert people == {ids["tina"], ids["sam"]}
        with_members = {int(row["canvas_user_id"]) for row in reports.dicts("provisioning_csv", "science", users=True)}
        assert {ids["tina"], ids["sam"], ids["sub"]} <= with_members
        assert ids["eve"] not in with_members
        tokens = {int(row["user id"]) for row in reports.dicts("user_access_tokens_csv", "physics_dept")}
        assert tokens == {ids["tina"], ids["sam"]}


class TestRunning:
    def test_one_at_a_time_in_the_order_they_were_asked_for(self, reports: Reports) -> None:
        runs = [reports.start("unused_courses_csv").json()["id"] for _ in range(3)]
        reports.start("unused_courses_csv", "science")
        lanes = reports.world.sql("SELECT lane, count(*) FROM jobs WHERE kind = 'run_report' GROUP BY lane")
        assert lanes == [("reports:1", 4)]
        reports.world.work()
        files = [reports.world.sql(f"SELECT file_id FROM report_runs WHERE id = {id}")[0][0] for id in runs]
        assert files == sorted(files)

    def test_waiting_and_running_times(self, reports: Reports) -> None:
        run = reports.start("unused_courses_csv").json()
        reports.world.clock.advance(seconds=90)
        assert reports.show(run)["run_time"] == 90.0
        reports.world.work()
        done = reports.show(run)
        assert (done["run_time"], done["started_at"], done["ended_at"]) == (
            0.0,
            "2026-02-15T12:01:30Z",
            "2026-02-15T12:01:30Z",
        )

    def test_a_deleted_run_that_waits_never_runs(self, reports: Reports) -> None:
        run = reports.start("unused_courses_csv").json()
        assert reports.world.root.delete(f"/accounts/1/reports/unused_courses_csv/{run['id']}").status_code == 200
        reports.world.work()
        assert reports.world.sql(f"SELECT file_id, workflow_state FROM report_runs WHERE id = {run['id']}") == [
            (None, "deleted")
        ]

    def test_bytes_of_reports_stay_when_others_are_cleared_away(self, reports: Reports) -> None:
        from quadrangle.jobs import enqueue

        run = reports.run("unused_courses_csv")
        before = reports.text(run)
        reports.world.clock.advance(days=2)
        reports.world.do(lambda uow: enqueue(uow, "clear_away_files"))
        reports.world.work()
        assert reports.text(run) == before

    def test_a_statement_a_list_of_runs(self, reports: Reports) -> None:
        def asked() -> int:
            return reports.world.statements_of(lambda: reports.world.root.get("/accounts/1/reports/unused_courses_csv"))

        reports.run("unused_courses_csv")
        one = asked()
        for _ in range(5):
            reports.run("unused_courses_csv")
        assert asked() == one


class TestSections:
    def test_a_cross_listed_section(self, reports: Reports) -> None:
        ids = reports.ids
        (section,) = reports.world.sql(f"SELECT id FROM course_sections WHERE course_id = {ids['c1']}")
        reports.world.do(
            lambda uow: uow.update(
                course_sections,
                {"id": section[0]},
                course_id=ids["c7"],
                nonxlist_course_id=ids["c1"],
                sis_source_id="SEC",
            )
        )
        (row,) = reports.dicts("provisioning_csv", xlist=True)
        assert (row["canvas_xlist_course_id"], row["section_id"], row["nonxlist_course_id"], row["status"]) == (
            str(ids["c7"]),
            "SEC",
            "MECH",
            "active",
        )
        sections = {row["canvas_section_id"]: row for row in reports.dicts("provisioning_csv", sections=True)}
        assert sections[str(section[0])]["course_id"] == "MECH"


class TestGroups:
    def test_groups_their_categories_and_members(self, reports: Reports) -> None:
        from quadrangle.groups import add_member, create_group, create_group_category

        ids = reports.ids

        async def make(uow: Any) -> tuple[int, int]:
            category = await create_group_category(uow, course_id=ids["c1"], root_id=1, name="Teams")
            group = await create_group(uow, category_id=category, name="Reds")
            await add_member(uow, group_id=group, user_id=ids["sam"])
            return category, group

        category, group = reports.world.do(make)
        parts = reports.parts("provisioning_csv", groups=True, group_membership=True, group_categories=True)
        assert list(parts) == ["groups.csv", "group_membership.csv", "group_categories.csv"]
        mine = next(row for row in parts["groups.csv"] if row[0] == str(group))
        assert mine == [
            *(str(group), "", str(category), "", "", "", str(ids["c1"]), "MECH", "Reds", "available", "false"),
            *(str(ids["c1"]), "Course", ""),
        ]
        assert [str(group), "", str(ids["sam"]), "s4", "accepted", "false"] in parts["group_membership.csv"]
        assert [str(category), "", str(ids["c1"]), "Course", "Teams", "", "", "", "", "active"] in parts[
            "group_categories.csv"
        ]


class TestTheClient:
    def test_an_administrator_starts_watches_and_downloads(self, reports: Reports) -> None:
        canvas = Canvas(reports.world.url, reports.world.tokens["root"])
        account = canvas.get_account(1)
        assert "provisioning_csv" in [one.report for one in account.get_reports()]
        run = account.create_report("provisioning_csv", parameters={"users": True, "courses": True})
        assert run.status == "created"
        reports.world.work()
        done = account.get_report("provisioning_csv", run.id)
        assert (done.status, done.progress) == ("complete", 100)
        assert done.attachment["content-type"] == "application/zip"
        file = canvas.get_current_user()._requester.request("GET", _url=done.attachment["url"], use_auth=False)
        assert file.content[:2] == b"PK"
        assert [one.id for one in account.get_index_of_reports("provisioning_csv")] == [run.id]
        assert done.delete_report().status == "deleted"
        assert list(account.get_index_of_reports("provisioning_csv")) == []
