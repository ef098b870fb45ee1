"""Folders: listing, showing, making, moving, deleting. Source: supporting-resources.md §9.3, endpoints-clients-use.md §1."""

from typing import Any

import pytest

from tests.conftest import as_each
from tests.specs.files.conftest import course, names, uploaded
from tests.world import World


def folder(world: World, name: str, who: str = "ada", **fields: Any) -> Any:
    reply = world.as_(who).post(f"{course(world)}/folders", {"name": name, **fields})
    assert reply.status_code == 200, reply.text
    return reply.json()


def full_names(reply: Any) -> list[str]:
    assert reply.status_code == 200, reply.text
    return [one["full_name"] for one in reply.json()]


class TestTheRoot:
    @pytest.mark.parametrize(
        ("who", "context", "name"),
        [
            ("ben", "/courses/{physics}", "course files"),
            ("ben", "/users/self", "my files"),
            ("ben", "/groups/{owls}", "files"),
        ],
    )
    def test_every_context_has_one(self, world: World, who: str, context: str, name: str) -> None:
        path = context.format(physics=world.ids["physics"], owls=world.ids["owls"])
        found = world.as_(who).get(f"{path}/folders/root").json()
        assert (found["name"], found["full_name"], found["parent_folder_id"]) == (name, name, None)
        assert world.as_(who).get(f"{path}/folders/root").json() == found
        assert world.as_(who).get(f"/folders/{found['id']}").json() == found

    def test_the_whole_object(self, world: World) -> None:
        found = world.as_("ada").get(f"{course(world)}/folders/root").json()
        assert found == {
            "id": found["id"],
            "name": "course files",
            "full_name": "course files",
            "context_id": world.ids["physics"],
            "context_type": "Course",
            "parent_folder_id": None,
            "created_at": "2026-02-15T12:00:00Z",
            "updated_at": "2026-02-15T12:00:00Z",
            "lock_at": None,
            "unlock_at": None,
            "position": 1,
            "locked": False,
            "folders_url": f"{world.url}/api/v1/folders/{found['id']}/folders",
            "files_url": f"{world.url}/api/v1/folders/{found['id']}/files",
            "files_count": 0,
            "folders_count": 0,
            "hidden": False,
            "locked_for_user": False,
            "hidden_for_user": False,
            "for_submissions": False,
            "can_upload": True,
        }

    @pytest.mark.parametrize(("method", "fields"), [("DELETE", {"force": "true"}), ("PUT", {"name": "x"})])
    def test_it_stays(self, world: World, method: str, fields: dict[str, str]) -> None:
        root = world.as_("ada").get(f"{course(world)}/folders/root").json()
        refused = world.as_("ada").request(method, f"/folders/{root['id']}", data=fields)
        assert refused.status_code == 400
        assert refused.json()["message"].startswith("The root folder cannot be")


class TestMaking:
    def test_it_lies_in_the_root_unless_said_otherwise(self, world: World) -> None:
        outer = folder(world, "Week 1")
        inner = folder(world, "Slides", parent_folder_id=outer["id"])
        by_path = folder(world, "Notes", parent_folder_path="Week 1/Slides/More")
        beside = world.as_("ada").post(f"/folders/{outer['id']}/folders", {"name": "Sheets"}).json()
        assert [one["full_name"] for one in (outer, inner, by_path, beside)] == [
            "course files/Week 1",
            "course files/Week 1/Slides",
            "course files/Week 1/Slides/More/Notes",
            "course files/Week 1/Sheets",
        ]

    def test_the_same_name_is_the_same_folder(self, world: World) -> None:
        assert folder(world, "Slides")["id"] == folder(world, "slides")["id"]

    @pytest.mark.parametrize("name", ["", " ", ".", "..", "a/b", "x" * 256, "\x00"])
    def test_names_that_cannot_be(self, world: World, name: str) -> None:
        assert world.as_("ada").post(f"{course(world)}/folders", {"name": name}).status_code == 400

    def test_no_deeper_than_forty(self, world: World) -> None:
        path = "/".join("d" for _ in range(41))
        refused = world.as_("ada").post(f"{course(world)}/folders", {"name": "x", "parent_folder_path": path})
        assert refused.status_code == 400

    def test_a_parent_of_elsewhere_is_not_found(self, world: World) -> None:
        own = world.as_("ada").get("/users/self/folders/root").json()["id"]
        for wrong in (own, 999999, "x"):
            reply = world.as_("ada").post(f"{course(world)}/folders", {"name": "x", "parent_folder_id": wrong})
            assert reply.status_code == 404

    @as_each("ben", "dov", "eve")
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        assert world.as_(who).post(f"{course(world)}/folders", {"name": "x"}).status_code == 403


class TestListing:
    def test_all_of_a_context_by_their_whole_names(self, world: World) -> None:
        folder(world, "b")
        folder(world, "a", parent_folder_path="c")
        found = full_names(world.as_("ben").get(f"{course(world)}/folders"))
        assert found == ["course files", "course files/b", "course files/c", "course files/c/a"]

    def test_those_in_one_and_what_lies_in_it(self, world: World) -> None:
        outer = folder(world, "Week 1")
        folder(world, "Slides", parent_folder_id=outer["id"])
        uploaded(world, "ada", course(world), "a.txt", b"x", parent_folder_id=outer["id"])
        path = f"/folders/{outer['id']}"
        assert full_names(world.as_("ben").get(f"{path}/folders")) == ["course files/Week 1/Slides"]
        assert names(world.as_("ben").get(f"{path}/files")) == ["a.txt"]
        shown = world.as_("ben").get(path).json()
        assert (shown["files_count"], shown["folders_count"], shown["can_upload"]) == (1, 1, False)

    def test_the_folders_along_a_path(self, world: World) -> None:
        folder(world, "Slides %", parent_folder_path="Week 1")
        for path, found in (
            ("", ["course files"]),
            ("/Week%201", ["course files", "course files/Week 1"]),
            ("/Week%201/Slides%20%25", ["course files", "course files/Week 1", "course files/Week 1/Slides %"]),
        ):
            assert full_names(world.as_("ben").get(f"{course(world)}/folders/by_path{path}")) == found
        assert world.as_("ben").get(f"{course(world)}/folders/by_path/Week%202").status_code == 404

    def test_hidden_and_shut_ones_are_left_out_for_readers(self, world: World) -> None:
        for name, fields in (("open", {}), ("hidden", {"hidden": "true"}), ("shut", {"locked": "true"})):
            folder(world, name, **fields)
        assert len(full_names(world.as_("ada").get(f"{course(world)}/folders"))) == 4
        assert full_names(world.as_("ben").get(f"{course(world)}/folders")) == ["course files", "course files/open"]
        assert world.as_("ben").get(f"{course(world)}/folders/by_path/shut").status_code == 404

    def test_page_by_page(self, world: World) -> None:
        for number in range(5):
            folder(world, f"f{number}")
        reply = world.as_("ada").get(f"{course(world)}/folders", per_page=2, page=3)
        assert full_names(reply) == ["course files/f3", "course files/f4"]
        assert 'rel="last"' in reply.headers["link"]

    @as_each("eve", None)
    def test_they_are_refused_to(self, world: World, who: str | None) -> None:
        root = world.as_("ada").get(f"{course(world)}/folders/root").json()["id"]
        for path in (
            f"{course(world)}/folders",
            f"{course(world)}/folders/root",
            f"/folders/{root}",
            f"/folders/{root}/files",
        ):
            assert world.as_(who).get(path).status_code == (403 if who else 401)

    @pytest.mark.parametrize("id", ["999999", "x", "9" * 25])
    def test_none_there_is_not_found(self, world: World, id: str) -> None:
        for path in (
            f"/folders/{id}",
            f"/folders/{id}/files",
            f"/folders/{id}/folders",
            f"{course(world)}/folders/{id}",
        ):
            assert world.as_("ada").get(path).status_code == 404


class TestChanging:
    def test_a_new_name_is_in_the_names_of_all_below(self, world: World) -> None:
        folder(world, "c", parent_folder_path="a/b")
        outer = world.as_("ada").get(f"{course(world)}/folders/by_path/a").json()[-1]
        assert world.as_("ada").put(f"/folders/{outer['id']}", {"name": "z%"}).json()["full_name"] == "course files/z%"
        assert full_names(world.as_("ada").get(f"{course(world)}/folders")) == [
            "course files",
            "course files/z%",
            "course files/z%/b",
            "course files/z%/b/c",
        ]

    def test_it_moves_with_all_below(self, world: World) -> None:
        folder(world, "c", parent_folder_path="a/b")
        target = folder(world, "target")
        inner = world.as_("ada").get(f"{course(world)}/folders/by_path/a/b").json()[-1]
        moved = world.as_("ada").put(f"/folders/{inner['id']}", {"parent_folder_id": target["id"]}).json()
        assert (moved["full_name"], moved["parent_folder_id"]) == ("course files/target/b", target["id"])
        assert (
            full_names(world.as_("ada").get(f"{course(world)}/folders/by_path/target/b/c"))[-1]
            == "course files/target/b/c"
        )

    def test_never_into_itself(self, world: World) -> None:
        folder(world, "b", parent_folder_path="a")
        outer, inner = world.as_("ada").get(f"{course(world)}/folders/by_path/a/b").json()[1:]
        for into in (outer["id"], inner["id"]):
            refused = world.as_("ada").put(f"/folders/{outer['id']}", {"parent_folder_id": into})
            assert refused.status_code == 400
            assert "parent_folder_id" in refused.json()["errors"]

    def test_a_name_that_is_taken_is_a_conflict(self, world: World) -> None:
        folder(world, "a")
        other = folder(world, "b")
        assert world.as_("ada").put(f"/folders/{other['id']}", {"name": "A"}).status_code == 409
        assert world.as_("ada").put(f"/folders/{other['id']}", {"name": "B"}).json()["name"] == "B"

    def test_only_what_was_sent(self, world: World) -> None:
        made = folder(world, "a", hidden="true", position="3")
        changed = world.as_("ada").put(f"/folders/{made['id']}", {"locked": "true"}).json()
        assert (changed["hidden"], changed["locked"], changed["position"]) == (True, True, 3)

    @as_each("ben", "dov", "eve")
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        made = folder(world, "a")
        assert world.as_(who).put(f"/folders/{made['id']}", {"name": "x"}).status_code == 403
        assert world.as_(who).delete(f"/folders/{made['id']}").status_code == 403


class TestDeleting:
    def test_an_empty_one_goes(self, world: World) -> None:
        made = folder(world, "a")
        assert world.as_("ada").delete(f"/folders/{made['id']}").json()["id"] == made["id"]
        assert world.as_("ada").get(f"/folders/{made['id']}").status_code == 404
        assert folder(world, "a")["id"] != made["id"]

    def test_a_full_one_stays_unless_forced(self, world: World) -> None:
        file = uploaded(world, "ada", course(world), "a.txt", b"x", parent_folder_path="a/b")
        outer = world.as_("ada").get(f"{course(world)}/folders/by_path/a").json()[-1]
        refused = world.as_("ada").delete(f"/folders/{outer['id']}")
        assert (refused.status_code, "force" in refused.json()["message"]) == (400, True)
        assert world.as_("ada").get(f"/files/{file['id']}").status_code == 200
        assert world.as_("ada").request("DELETE", f"/folders/{outer['id']}", data={"force": "true"}).status_code == 200
        assert world.as_("ada").get(f"/files/{file['id']}").status_code == 404
        assert world.as_("ada").get(f"/folders/{file['folder_id']}").status_code == 404
