"""The history of a page. Source: pages.md §4.9 and §10; worked cases 32 to 38."""

import threading

import pytest

from tests.specs.pages.conftest import make, wiki
from tests.world import World


@pytest.fixture
def history(world: World) -> str:
    """A page with three revisions: of an unknown editor, of Ada, of Tia; published."""
    make(world, "One", body="first")
    world.clock.advance(minutes=1)
    world.ada.put(f"{world.course}/pages/one", wiki(body="second"))
    world.clock.advance(minutes=1)
    world.tia.put(f"{world.course}/pages/one", wiki(title="Three", body="third"))
    world.sql("UPDATE page_revisions SET user_id = NULL WHERE number = 1")
    return f"{world.course}/pages/three"


class TestListingRevisions:
    def test_it_names_them_newest_first_without_text(self, world: World, history: str) -> None:
        """Case 32. P23 P24 P25 P26 P30 P108 P110 P112."""
        reply = world.ada.get(f"{history}/revisions")
        rows = reply.json()
        assert [row["revision_id"] for row in rows] == [3, 2, 1]
        assert [row["latest"] for row in rows] == [True, False, False]
        assert rows[0]["edited_by"]["id"] == world.ids["tia"]
        assert "edited_by" not in rows[2]
        assert [row["updated_at"] for row in rows] == [
            "2026-02-15T12:02:00Z",
            "2026-02-15T12:01:00Z",
            "2026-02-15T12:00:00Z",
        ]
        assert all(set(row) <= {"revision_id", "updated_at", "latest", "edited_by"} for row in rows)
        first = world.ada.get(f"{history}/revisions", per_page=1)
        assert len(first.json()) == 1
        assert 'rel="next"' in first.headers["link"]
        second = world.ada.get(f"{history}/revisions", per_page=1, page=2).json()
        assert [row["revision_id"] for row in second] == [2]
        assert world.ada.get(f"{history}/revisions", per_page=1, page=7).json() == []

    def test_it_takes_no_more_statements_than_a_page(self, world: World, history: str) -> None:
        assert world.statements_of(lambda: world.ada.get(f"{history}/revisions")) == 3
        assert world.statements_of(lambda: world.ada.get(f"{history}/revisions", per_page=100)) == 3

    def test_a_refusal_comes_before_a_page_without_a_number(self, world: World, history: str) -> None:
        assert world.ben.get(f"{history}/revisions", page="x").status_code == 403
        assert world.ada.get(f"{world.course}/pages/none/revisions", page="x").json() == {"message": "page not found"}
        assert world.ada.get(f"{history}/revisions", page="x").status_code == 404

    def test_it_is_for_those_who_may_edit(self, world: World, history: str) -> None:
        """Case 35. P111 P117."""
        assert world.ben.get(f"{history}/revisions").status_code == 403
        assert world.ben.get(f"{history}/revisions/3").status_code == 403
        latest = world.ben.get(f"{history}/revisions/latest")
        assert (latest.status_code, latest.json()["body"]) == (200, "third")


class TestShowingARevision:
    def test_it_can_leave_the_text_out(self, world: World, history: str) -> None:
        """Case 33. P27 P28 P29 P31 P113 P115 P118 P119."""
        summary = world.ada.get(f"{history}/revisions/latest", summary=True).json()
        assert set(summary) == {"revision_id", "latest", "updated_at", "edited_by"}
        first = world.ada.get(f"{history}/revisions/1").json()
        assert (first["title"], first["url"], first["body"], first["latest"]) == ("One", "one", "first", False)
        assert "body" in world.ada.get(f"{history}/revisions/1", summary=False).json()
        assert "body" not in world.ada.get(f"{history}/revisions/1", summary=1).json()

    def test_one_that_is_not_there_is_not_found(self, world: World, history: str) -> None:
        """Case 37. P123."""
        for number in ("99", "0", "x", "1x", "-1", "99999999999999999999"):
            assert world.ada.get(f"{history}/revisions/{number}").status_code == 404
            assert world.ada.post(f"{history}/revisions/{number}").status_code == 404
        assert world.ben.get(f"{history}/revisions/99").status_code == 404


class TestRevertingAPage:
    def test_it_brings_back_title_and_body_as_a_new_revision(self, world: World, history: str) -> None:
        """Case 34. P120 P122 P124."""
        world.ada.put(history, wiki(editing_roles="teachers,students"))
        reply = world.ada.post(f"{history}/revisions/2")
        assert reply.status_code == 200
        made = reply.json()
        assert (made["revision_id"], made["latest"], made["body"], made["title"]) == (4, True, "second", "One")
        page = world.ada.get(history).json()
        assert (page["url"], page["title"], page["body"]) == ("one", "One", "second")
        assert (page["published"], page["editing_roles"]) == (True, "teachers,students")
        assert page["last_edited_by"]["id"] == world.ids["ada"]

    def test_it_adds_nothing_when_nothing_differs(self, world: World, history: str) -> None:
        assert world.ada.post(f"{history}/revisions/3").json()["revision_id"] == 3

    def test_it_takes_another_address_when_the_old_one_is_taken_meanwhile(self, world: World) -> None:
        world.root.put("/accounts/1", {"account[settings][permanent_page_links]": "false"})
        make(world, "Old", body="x")
        world.ada.put(f"{world.course}/pages/old", wiki(title="New"))
        make(world, "Old")
        assert world.ada.post(f"{world.course}/pages/new/revisions/1").json()["url"] == "old-2"

    def test_it_keeps_the_front_page(self, world: World, history: str) -> None:
        world.ada.put(history, wiki(front_page=True))
        world.ada.post(f"{history}/revisions/1")
        assert world.ben.get(f"{world.course}/front_page").json()["url"] == "one"


class TestWhatMakesARevision:
    def test_states_and_roles_make_none_and_text_makes_one(self, world: World) -> None:
        """Case 38."""
        make(world, "A", body="x")

        def count() -> int:
            return len(world.ada.get(f"{world.course}/pages/a/revisions").json())

        for fields in (
            {"published": False},
            {"published": True},
            {"editing_roles": "teachers,students"},
            {"front_page": True},
            {"body": "x"},
            {"title": "A"},
            {"notify_of_update": True},
        ):
            world.ada.put(f"{world.course}/pages/a", wiki(**fields))
            assert count() == 1, fields
        world.ada.put(f"{world.course}/pages/a", wiki(body="y"))
        assert count() == 2
        world.ada.put(f"{world.course}/pages/a", wiki(student_todo_at="2026-05-01T00:00:00Z"))
        assert count() == 3
        world.ada.put(f"{world.course}/pages/a", wiki(student_planner_checkbox=False))
        assert count() == 4
        assert world.ada.get(f"{world.course}/pages/a").json()["todo_date"] is None

    def test_a_group_keeps_a_history_too(self, world: World) -> None:
        """P109 P114 P116 P121."""
        make(world, "A", who="ben", context=world.group, body="x")
        world.ben.put(f"{world.group}/pages/a", wiki(body="y"))
        assert [row["revision_id"] for row in world.ben.get(f"{world.group}/pages/a/revisions").json()] == [2, 1]
        assert world.ben.get(f"{world.group}/pages/a/revisions/latest").json()["body"] == "y"
        assert world.ben.get(f"{world.group}/pages/a/revisions/1").json()["body"] == "x"
        assert world.ben.post(f"{world.group}/pages/a/revisions/1").json()["body"] == "x"


class TestManyWriters:
    def test_every_write_on_one_page_keeps_its_own_revision(self, world: World) -> None:
        make(world, "A", body="start")
        clients = [world.with_token(world.tokens[who]) for who in ("ada", "tia", "dee", "root")]

        def write(client: object, name: int) -> None:
            for turn in range(5):
                reply = client.put(f"{world.course}/pages/a", wiki(body=f"{name} {turn}"))  # type: ignore[attr-defined]
                assert reply.status_code == 200

        run_together([lambda c=client, n=name: write(c, n) for name, client in enumerate(clients)])
        rows = world.ada.get(f"{world.course}/pages/a/revisions", per_page=100).json()
        assert [row["revision_id"] for row in rows] == list(range(21, 0, -1))
        stored = {row[0] for row in world.sql("SELECT body FROM page_revisions")}
        assert stored == {"start"} | {f"{name} {turn}" for name in range(4) for turn in range(5)}

    def test_creating_one_title_at_once_gives_every_page_its_own_address(self, world: World) -> None:
        clients = [world.with_token(world.tokens["ada"]) for _ in range(6)]
        urls: list[str] = []
        run_together(
            [
                lambda c=client: urls.append(c.post(f"{world.course}/pages", wiki(title="Same")).json()["url"])
                for client in clients
            ]
        )
        assert sorted(urls) == ["same", *(f"same-{number}" for number in range(2, 7))]

    def test_putting_one_new_page_at_once_makes_one_page(self, world: World) -> None:
        clients = [world.with_token(world.tokens["ada"]) for _ in range(4)]
        run_together([lambda c=client: c.put(f"{world.course}/pages/new", wiki(body="x")) for client in clients])
        assert len(world.ada.get(f"{world.course}/pages").json()) == 1


def run_together(jobs: list) -> None:  # type: ignore[type-arg]
    """Run every job in a thread of its own; the first failure is raised."""
    failures: list[BaseException] = []

    def guarded(job: object) -> None:
        try:
            job()  # type: ignore[operator]
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=guarded, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
