"""Asking for reports, and what comes of it. Source: web.md W17, account-reports.md."""

from collections.abc import Callable

import httpx
import pytest

from quadrangle.catalogue import REPORTS
from quadrangle.web import report_words
from tests.specs.web.conftest import Visitor, words
from tests.world import World

Visitors = Callable[[str | None], Visitor]
HOME = "/accounts/1/reports"
HOSTILE = "<img src=x onerror=alert(1)>"


def start(visitor: Visitor, report: str = "provisioning_csv", **parameters: str) -> str:
    """The address of the run."""
    said = {f"parameters[{name}]": value for name, value in parameters.items()} or {"parameters[users]": "1"}
    reply = visitor.post(f"{HOME}/{report}", **said)
    assert reply.status_code == 303, reply.text
    address: str = reply.headers["location"]
    return address


class TestTheCatalogue:
    def test_it_tells_of_every_report_in_plain_words(self, visitor: Visitors) -> None:
        named = [name for _, names in report_words.groups() for name in names]
        assert sorted(named) == sorted(REPORTS)
        said = words(visitor("root").get(HOME))
        for kind in REPORTS.values():
            assert report_words.name_of(kind) in said
            assert report_words.tells(kind) in said
            assert report_words.tells(kind) != kind.title
        assert "_csv" not in said

    def test_every_parameter_has_words(self) -> None:
        told = {one.key: report_words.label_of(one) for kind in REPORTS.values() for one in kind.parameters}
        described = {one.description for kind in REPORTS.values() for one in kind.parameters}
        assert not described & set(told.values())

    def test_it_shows_how_the_last_run_stands(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        start(root)
        assert "Waiting" in words(root.get(HOME))
        world.work()
        assert "Ready" in words(root.get(HOME))

    @pytest.mark.parametrize("who", ["ada", "ben", "eve"])
    def test_it_is_refused_to_whoever_is_no_administrator(self, visitor: Visitors, who: str) -> None:
        for path in (HOME, f"{HOME}/provisioning_csv"):
            assert visitor(who).get(path).status_code == 403
        assert visitor(who).post(f"{HOME}/provisioning_csv").status_code == 403

    def test_an_administrator_of_a_sub_account_has_those_of_theirs(self, world: World, visitor: Visitors) -> None:
        assert visitor("sub").get(f"/accounts/{world.ids['science']}/reports").status_code == 200
        assert visitor("sub").get(HOME).status_code == 403

    def test_whoever_is_not_signed_in_is_led_to_signing_in(self, visitor: Visitors) -> None:
        assert "Please sign in" in words(visitor(None).get(HOME))

    @pytest.mark.parametrize(
        "path",
        ["/accounts/999/reports", f"{HOME}/nothing_csv", f"{HOME}/provisioning_csv/1", f"{HOME}/provisioning_csv/x"],
    )
    def test_what_is_not_there_is_not_found(self, visitor: Visitors, path: str) -> None:
        assert visitor("root").get(path).status_code == 404

    def test_it_costs_four_statements(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        root.get(HOME)
        assert world.statements_of(lambda: root.get(HOME)) <= 4


class TestAsking:
    @pytest.mark.parametrize("report", REPORTS)
    def test_there_is_a_form_for_every_report(self, world: World, visitor: Visitors, report: str) -> None:
        root = visitor("root")
        page = root.get(f"{HOME}/{report}")
        assert page.status_code == 200
        for one in REPORTS[report].parameters:
            assert f'name="parameters[{one.key}]' in page.text
        assert world.statements_of(lambda: root.get(f"{HOME}/{report}")) <= 5

    def test_it_starts_a_run_with_what_was_filled_in_alone(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        fields = {
            "enrollment_term_id": "",
            "users": "1",
            "courses": "0",
            "include_deleted": "1",
            "enrollment_filter][": "StudentEnrollment",
        }
        address = start(root, **fields)
        run = world.root.get(address).json()
        assert run["parameters"] == {
            "users": True,
            "include_deleted": True,
            "enrollment_filter": ["StudentEnrollment"],
        }
        assert "The report is being made" in words(root.get(address))

    def test_what_is_not_accepted_stays_in_the_form(self, visitor: Visitors) -> None:
        page = visitor("root").post(
            f"{HOME}/last_user_access_csv",
            **{"parameters[enrollment_term_id]": "999999", "parameters[course_id]": HOSTILE},
        )
        assert page.status_code == 422
        assert "invalid enrollment_term_id '999999'" in words(page)
        assert 'value="&lt;img src=x onerror=alert(1)&gt;"' in page.text
        assert HOSTILE not in page.text

    def test_without_its_token_it_starts_nothing(self, world: World, visitor: Visitors) -> None:
        for path in ("provisioning_csv", "provisioning_csv/1/abort", "provisioning_csv/1/delete"):
            assert visitor("root").post(f"{HOME}/{path}", token="forged").status_code == 422
        assert world.sql("SELECT count(*) FROM report_runs") == [(0,)]

    def test_whatever_is_sent_is_read_or_left_out(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        reply = root.post(f"{HOME}/unused_courses_csv", parameters="x")
        assert world.root.get(reply.headers["location"]).json()["parameters"] == {}
        address = start(root, "grade_export_csv", nonsense="1", include_deleted="maybe")
        assert world.root.get(address).json()["parameters"] == {}


class TestARun:
    def test_it_waits_is_made_and_is_shown_with_its_first_rows(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        address = start(root)
        waiting = root.get(address)
        assert "Waiting for its turn" in words(waiting)
        assert f'hx-get="{address}/progress"' in waiting.text
        world.work()
        page = root.get(address)
        assert "hx-get" not in page.text
        said = words(page)
        assert "It is ready" in said
        assert "canvas_user_id" in said
        assert "Ada Byron" in said
        assert "These are all rows" in said
        (link,) = [part.split('"')[0] for part in page.text.split('href="') if "/download" in part]
        got = root.get(link)
        assert got.headers["content-disposition"].startswith("attachment")
        assert got.text.startswith("canvas_user_id,")

    def test_the_piece_that_changes_says_the_same(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        address = start(root)
        assert "hx-get" in root.get(f"{address}/progress").text
        world.work()
        piece = root.get(f"{address}/progress")
        assert "hx-get" not in piece.text
        assert "Download" in words(piece)
        assert "<html" not in piece.text

    def test_of_several_lists_each_can_be_looked_at(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        address = start(root, users="1", courses="1")
        world.work()
        assert "canvas_user_id" in words(root.get(address))
        assert "canvas_course_id" in words(root.get(f"{address}?part=courses.csv"))
        assert "canvas_user_id" in words(root.get(f"{address}?part=../etc/passwd"))

    def test_fifty_rows_are_shown_of_many_and_markup_is_words(self, world: World, visitor: Visitors) -> None:
        for number in range(60):
            world.root.post(
                "/accounts/1/users",
                {"user[name]": f"{HOSTILE} {number}", "pseudonym[unique_id]": f"x{number}@example.com"},
            )
        root = visitor("root")
        address = start(root)
        world.work()
        page = root.get(address)
        assert page.text.count("<tr>") == 51
        assert "These are the first 50 rows" in words(page)
        assert HOSTILE not in page.text
        assert HOSTILE in words(page)

    def test_an_empty_list_says_so(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        address = start(root, "public_courses_csv")
        world.work()
        assert "Nothing was found" in words(root.get(address))

    def test_what_could_not_be_made_says_why(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        address = start(root, "last_user_access_csv", course_id=HOSTILE)
        world.work()
        page = root.get(address)
        assert "It could not be made" in words(page)
        assert f"There is no course '{HOSTILE}'" in words(page)
        assert HOSTILE not in page.text

    def test_it_is_stopped(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        address = start(root)
        assert "The report was stopped" in words(root.follow(root.post(f"{address}/abort")))
        assert "It was over already" in words(root.follow(root.post(f"{address}/abort")))
        world.work()
        assert world.root.get(address).json()["status"] == "aborted"
        assert "It was stopped. There is no file." in words(root.get(address))

    def test_it_is_deleted_after_a_question(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        address = start(root)
        assert "Its file goes out of sight" in words(root.get(f"{address}/delete"))
        assert "The run was deleted" in words(root.follow(root.post(f"{address}/delete")))
        assert root.get(address).status_code == 404
        assert root.post(f"{address}/delete").status_code == 404

    def test_the_runs_stand_below_the_form(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        world.sql("UPDATE users SET name = :name WHERE id = 1 RETURNING id", name=HOSTILE)
        for _ in range(21):
            start(root)
        page = root.get(f"{HOME}/provisioning_csv")
        assert page.text.count("Waiting") == 20
        assert HOSTILE in words(page)
        assert root.get(f"{HOME}/provisioning_csv?page=2").text.count("Waiting") == 1

    @pytest.mark.parametrize("who", ["ada", "sub", "eve"])
    def test_it_is_refused_to_others(self, world: World, visitor: Visitors, who: str) -> None:
        address = start(visitor("root"))
        other = visitor(who)
        replies: list[httpx.Response] = [
            other.get(address),
            other.get(f"{address}/progress"),
            other.get(f"{address}/delete"),
        ]
        replies += [other.post(f"{address}/abort"), other.post(f"{address}/delete")]
        assert [reply.status_code for reply in replies] == [403] * 5
        assert world.root.get(address).json()["status"] == "created"
