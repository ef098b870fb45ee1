"""Modules, their items, and the pages they keep shut. Source: supporting-resources.md §12, pages.md §4.1."""

from typing import Any

import pytest

from tests.conftest import as_each
from tests.specs.files.conftest import uploaded
from tests.specs.pages.conftest import make, wiki
from tests.world import World


def module(world: World, name: str = "Unit 1", *, published: bool = True, **fields: Any) -> dict[str, Any]:
    sent = {"module[name]": name, "module[published]": str(published).lower()}
    sent |= {f"module[{key}]": value for key, value in fields.items()}
    reply = world.ada.post(f"{world.course}/modules", sent)
    assert reply.status_code == 200, reply.text
    made: dict[str, Any] = reply.json()
    return made


def item(world: World, module_id: int, **fields: Any) -> dict[str, Any]:
    sent = {f"module_item[{key}]": value for key, value in fields.items()}
    reply = world.ada.post(f"{world.course}/modules/{module_id}/items", sent)
    assert reply.status_code == 200, reply.text
    made: dict[str, Any] = reply.json()
    return made


class TestModules:
    def test_they_are_made_unpublished_and_last(self, world: World) -> None:
        module(world, "First")
        made = world.ada.post(f"{world.course}/modules", {"module[name]": "Second"}).json()
        assert made == {
            "id": made["id"],
            "name": "Second",
            "position": 2,
            "unlock_at": None,
            "require_sequential_progress": False,
            "prerequisite_module_ids": [],
            "published": False,
            "workflow_state": "unpublished",
            "items_count": 0,
            "items_url": f"{world.url}/api/v1{world.course}/modules/{made['id']}/items",
        }

    def test_students_see_the_published_ones(self, world: World) -> None:
        module(world, "Open")
        hidden = module(world, "Hidden", published=False)
        assert [one["name"] for one in world.ada.get(f"{world.course}/modules").json()] == ["Open", "Hidden"]
        assert [one["name"] for one in world.ben.get(f"{world.course}/modules").json()] == ["Open"]
        assert world.ben.get(f"{world.course}/modules/{hidden['id']}").status_code == 404
        assert world.eve.get(f"{world.course}/modules").status_code == 403
        assert [one["name"] for one in world.ada.get(f"{world.course}/modules", search_term="HID").json()] == ["Hidden"]
        assert world.ada.get(f"{world.course}/modules", search_term="h").status_code == 400

    def test_they_are_moved_renamed_and_published(self, world: World) -> None:
        for name in ("A", "B", "C"):
            last = module(world, name, published=False)
        changed = world.ada.put(
            f"{world.course}/modules/{last['id']}",
            {"module[position]": 1, "module[name]": "Z", "module[published]": "true"},
        ).json()
        assert (changed["position"], changed["name"], changed["published"]) == (1, "Z", True)
        listed = world.ada.get(f"{world.course}/modules").json()
        assert [(one["name"], one["position"]) for one in listed] == [("Z", 1), ("A", 2), ("B", 3)]

    def test_deleting_one_closes_the_gap_and_leaves_the_pages(self, world: World) -> None:
        first, _ = module(world, "A"), module(world, "B")
        make(world, "Page")
        item(world, first["id"], type="Page", page_url="page")
        gone = world.ada.delete(f"{world.course}/modules/{first['id']}")
        assert gone.json()["workflow_state"] == "deleted"
        assert [(one["name"], one["position"]) for one in world.ada.get(f"{world.course}/modules").json()] == [("B", 1)]
        assert world.ben.get(f"{world.course}/pages/page").status_code == 200
        assert world.ada.get(f"{world.course}/modules/{first['id']}").status_code == 404

    @pytest.mark.parametrize("name", ["", " ", "x" * 256])
    def test_they_need_a_name(self, world: World, name: str) -> None:
        reply = world.ada.post(f"{world.course}/modules", {"module[name]": name})
        assert (reply.status_code, list(reply.json()["errors"])) == (400, ["name"])
        assert world.ada.get(f"{world.course}/modules").json() == []

    @as_each("ben", "dov", "eve")
    def test_they_are_changed_by_staff_alone(self, world: World, who: str) -> None:
        made = module(world)
        at = f"{world.course}/modules"
        for reply in (
            world.as_(who).post(at, {"module[name]": "X"}),
            world.as_(who).put(f"{at}/{made['id']}", {"module[name]": "X"}),
            world.as_(who).delete(f"{at}/{made['id']}"),
            world.as_(who).post(f"{at}/{made['id']}/items", {"module_item[type]": "SubHeader"}),
        ):
            assert reply.status_code == 403


class TestItems:
    def test_a_page_item_leads_to_its_page(self, world: World) -> None:
        unit = module(world)
        make(world, "Week One")
        sent = {
            "module_item": {
                "type": "Page",
                "page_url": "week-one",
                "content_id": "x",
                "module_id": unit["id"],
                "_comments": {"a": "b"},
            }
        }
        made = world.ada.post(f"{world.course}/modules/{unit['id']}/items", None, json=sent).json()
        assert made == {
            "id": made["id"],
            "module_id": unit["id"],
            "position": 1,
            "title": "Week One",
            "indent": 0,
            "type": "Page",
            "page_url": "week-one",
            "url": f"{world.url}/api/v1{world.course}/pages/week-one",
            "html_url": f"{world.url}{world.course}/modules/items/{made['id']}",
            "published": True,
        }
        world.ada.put(f"{world.course}/pages/week-one", wiki(title="Week Two"))
        shown = world.ben.get(f"{world.course}/modules/{unit['id']}/items/{made['id']}").json()
        assert shown["page_url"] == "week-two"

    def test_deleting_the_page_deletes_its_items(self, world: World) -> None:
        unit = module(world)
        make(world, "A")
        made = item(world, unit["id"], type="Page", page_url="a")
        world.ada.delete(f"{world.course}/pages/a")
        assert world.ada.get(f"{world.course}/modules/{unit['id']}/items").json() == []
        assert world.ada.get(f"{world.course}/modules/{unit['id']}").json()["items_count"] == 0
        assert world.ada.delete(f"{world.course}/modules/{unit['id']}/items/{made['id']}").status_code == 404

    def test_other_kinds_are_kept_in_their_order(self, world: World) -> None:
        unit = module(world)
        item(world, unit["id"], type="SubHeader", title="Read", published="true")
        link = item(world, unit["id"], type="ExternalUrl", title="L", external_url="https://example.com/", new_tab="1")
        sheet = uploaded(world, "ada", world.course)["id"]
        file = item(world, unit["id"], type="File", title="F", content_id=sheet, position=1, indent=2)
        assert (link["external_url"], link["new_tab"], link["published"]) == ("https://example.com/", True, False)
        assert (file["content_id"], file["indent"], file["position"]) == (sheet, 2, 1)
        titles = [one["title"] for one in world.ada.get(f"{world.course}/modules/{unit['id']}/items").json()]
        assert titles == ["F", "Read", "L"]
        assert [one["title"] for one in world.ben.get(f"{world.course}/modules/{unit['id']}/items").json()] == ["Read"]
        listed = world.ben.get(f"{world.course}/modules", params={"include[]": "items"}).json()[0]
        assert [one["title"] for one in listed["items"]] == ["Read"]

    def test_an_item_moves_to_another_module(self, world: World) -> None:
        one, two = module(world, "A"), module(world, "B")
        made = item(world, one["id"], type="SubHeader", title="X")
        moved = world.ada.put(
            f"{world.course}/modules/{one['id']}/items/{made['id']}",
            {"module_item[module_id]": two["id"], "module_item[title]": "Y"},
        ).json()
        assert (moved["module_id"], moved["title"]) == (two["id"], "Y")
        gone = world.ada.delete(f"{world.course}/modules/{two['id']}/items/{made['id']}")
        assert gone.json()["id"] == made["id"]
        assert world.ada.get(f"{world.course}/modules/{two['id']}/items").json() == []

    @pytest.mark.parametrize(
        ("fields", "wrong"),
        [
            ({}, "type"),
            ({"type": "Quiz"}, "type"),
            ({"type": "Page", "page_url": "nope"}, "page_url"),
            ({"type": "Page"}, "page_url"),
            ({"type": "SubHeader"}, "title"),
            ({"type": "ExternalUrl", "title": "X", "external_url": "javascript:x"}, "external_url"),
            ({"type": "File", "title": "X", "content_id": "abc"}, "content_id"),
            ({"type": "File", "title": "X", "content_id": "999999"}, "content_id"),
        ],
    )
    def test_an_item_that_names_nothing_is_refused(self, world: World, fields: dict[str, str], wrong: str) -> None:
        unit = module(world)
        sent = {f"module_item[{key}]": value for key, value in fields.items()}
        reply = world.ada.post(f"{world.course}/modules/{unit['id']}/items", sent)
        assert (reply.status_code, list(reply.json()["errors"])) == (400, [wrong])


class TestPagesAModuleKeepsShut:
    def test_a_date_locks_them_for_students(self, world: World) -> None:
        """P18 P19 P20."""
        make(world, "A", body="secret", editing_roles="teachers,students")
        unit = module(world, "Later", unlock_at="2026-03-01T00:00:00Z")
        item(world, unit["id"], type="Page", page_url="a")
        page = world.ben.get(f"{world.course}/pages/a").json()
        assert page["locked_for_user"] is True
        assert page["lock_info"] == {
            "asset_string": f"wiki_page_{page['page_id']}",
            "unlock_at": "2026-03-01T00:00:00Z",
            "context_module": {"id": unit["id"], "name": "Later"},
        }
        assert page["lock_explanation"] == "This page is locked until 2026-03-01T00:00:00Z."
        assert "body" not in page
        assert "body" not in world.ben.get(f"{world.course}/pages", params={"include[]": "body"}).json()[0]
        assert "body" not in world.ben.get(f"{world.course}/pages/a/revisions/latest").json()
        assert world.ben.put(f"{world.course}/pages/a", wiki(body="x")).status_code == 403
        for who in ("ada", "root"):
            open_page = world.as_(who).get(f"{world.course}/pages/a").json()
            assert (open_page["body"], open_page["locked_for_user"]) == ("secret", False)
            assert "lock_info" not in open_page
        world.clock.set(world.clock.now().replace(month=3, day=2))
        assert world.ben.get(f"{world.course}/pages/a").json()["body"] == "secret"

    def test_a_prerequisite_that_is_not_published_locks_them(self, world: World) -> None:
        make(world, "A", body="secret")
        first = module(world, "First", published=False)
        unit = module(world, "Second", **{"prerequisite_module_ids][": first["id"]})
        assert unit["prerequisite_module_ids"] == [first["id"]]
        item(world, unit["id"], type="Page", page_url="a")
        page = world.ben.get(f"{world.course}/pages/a").json()
        assert page["lock_explanation"] == "This page is part of the module Second and hasn't been unlocked yet."
        assert "unlock_at" not in page["lock_info"]
        world.ada.put(f"{world.course}/modules/{first['id']}", {"module[published]": "true"})
        assert world.ben.get(f"{world.course}/pages/a").json()["locked_for_user"] is False

    def test_one_open_module_opens_them(self, world: World) -> None:
        make(world, "A")
        for name, when in (("Later", "2026-03-01T00:00:00Z"), ("Now", "")):
            unit = module(world, name, unlock_at=when)
            item(world, unit["id"], type="Page", page_url="a")
        assert world.ben.get(f"{world.course}/pages/a").json()["locked_for_user"] is False
        world.ada.delete(f"{world.course}/modules/{unit['id']}")
        assert world.ben.get(f"{world.course}/pages/a").json()["locked_for_user"] is True

    def test_it_still_takes_three_statements(self, world: World) -> None:
        make(world, "A")
        unit = module(world, "Later", unlock_at="2026-03-01T00:00:00Z")
        item(world, unit["id"], type="Page", page_url="a")
        assert world.statements_of(lambda: world.ben.get(f"{world.course}/pages/a")) == 3
