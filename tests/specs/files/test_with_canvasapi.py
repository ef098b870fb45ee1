"""Files through the published Python client, unmodified. Source: real-clients.md §7."""

from pathlib import Path

import pytest
from canvasapi.exceptions import Conflict

from tests.contracts.client import Clients
from tests.world import World


class TestFiles:
    def test_up_and_down(self, world: World, tmp_path: Path) -> None:
        api = Clients(world)
        sent = tmp_path / "essay 1.txt"
        sent.write_bytes(b"It was a dark and stormy night.")
        course = api.ada.get_course(world.ids["physics"])
        ok, answer = course.upload(str(sent), parent_folder_path="drafts")
        assert ok is True
        assert answer["url"]
        file = course.get_file(answer["id"])
        assert (file.display_name, file.size) == ("essay 1.txt", 31)
        assert file.get_contents() == "It was a dark and stormy night."
        file.download(str(tmp_path / "again.txt"))
        assert (tmp_path / "again.txt").read_bytes() == sent.read_bytes()

    def test_through_every_context(self, world: World, tmp_path: Path) -> None:
        api = Clients(world)
        path = tmp_path / "a.txt"
        path.write_text("A")
        for home in (
            api.ben.get_current_user(),
            api.ben.get_group(world.ids["owls"]),
            api.ada.get_course(world.ids["physics"]),
        ):
            ok, answer = home.upload(str(path))
            assert ok is True
            assert [one.id for one in home.get_files()] == [answer["id"]]
            folder = home.create_folder("Inner")
            assert folder.full_name.endswith("/Inner")
            assert [one.id for one in home.resolve_path("Inner")][-1] == folder.id
            assert home.get_folder(folder.id).id == folder.id
            assert len(list(home.get_folders())) == 3
            quota = home.get_file_quota()
            assert quota["quota_used"] == 1

    def test_folders_and_files_change_and_go(self, world: World, tmp_path: Path) -> None:
        api = Clients(world)
        path = tmp_path / "a.txt"
        path.write_text("A")
        course = api.ada.get_course(world.ids["physics"])
        folder = course.create_folder("Week 1")
        ok, answer = folder.upload(str(path))
        assert ok is True
        assert [one.display_name for one in folder.get_files()] == ["a.txt"]
        inner = folder.create_folder("Slides")
        assert [one.id for one in folder.get_folders()] == [inner.id]
        copied = inner.copy_file(answer["id"])
        assert copied.display_name == "a.txt"
        with pytest.raises(Conflict):
            inner.copy_file(answer["id"])
        file = api.ada.get_file(answer["id"])
        file.update(name="b.txt")
        assert api.ada.get_file(answer["id"]).display_name == "b.txt"
        file.delete()
        assert folder.update(name="Week one").name == "Week one"
        folder.delete(force=True)
        assert list(course.get_files()) == []
