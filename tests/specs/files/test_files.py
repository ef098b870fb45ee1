"""Files: listing, showing, changing, deleting, and their bytes. Source: supporting-resources.md §9.2, endpoints-clients-use.md §1 and §3."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.conftest import as_each
from tests.specs.auth.browser import Browser
from tests.specs.files.conftest import course, names, step_one, step_two, uploaded
from tests.world import NO_TLS, World

KEYS = {
    "id",
    "uuid",
    "folder_id",
    "display_name",
    "filename",
    "upload_status",
    "content-type",
    "url",
    "size",
    "created_at",
    "updated_at",
    "unlock_at",
    "locked",
    "hidden",
    "lock_at",
    "hidden_for_user",
    "thumbnail_url",
    "modified_at",
    "mime_class",
    "media_entry_id",
    "category",
    "locked_for_user",
    "visibility_level",
}


def get(url: str, **headers: str) -> httpx.Response:
    return httpx.get(url, headers={name.replace("_", "-"): value for name, value in headers.items()}, verify=NO_TLS)


class TestShowing:
    @as_each("ada", "ben", "dov", "root", "sub")
    def test_readers_of_the_course_are_shown_a_file(self, world: World, who: str) -> None:
        file = uploaded(world, "ada", course(world))
        for path in (f"/files/{file['id']}", f"{course(world)}/files/{file['id']}"):
            shown = world.as_(who).get(path)
            assert shown.status_code == 200
            assert shown.json().keys() == KEYS

    def test_others_are_not(self, world: World) -> None:
        file = uploaded(world, "ada", course(world))
        assert world.as_("eve").get(f"/files/{file['id']}").status_code == 403
        assert world.anyone.get(f"/files/{file['id']}").status_code == 401

    def test_whoever_knows_the_verifier_is(self, world: World) -> None:
        file = uploaded(world, "ada", course(world))
        path = f"/files/{file['id']}"
        assert world.as_("eve").get(path, verifier=file["uuid"]).status_code == 200
        assert world.anyone.get(path, verifier=file["uuid"]).status_code == 200
        assert world.as_("eve").get(path, verifier="x").status_code == 403

    def test_the_whole_object(self, world: World) -> None:
        file = uploaded(world, "ada", course(world), "Résumé 1.pdf", b"%PDF", content_type="application/pdf")
        shown = world.as_("ada").get(f"/files/{file['id']}").json()
        assert shown == {
            "id": file["id"],
            "uuid": file["uuid"],
            "folder_id": file["folder_id"],
            "display_name": "Résumé 1.pdf",
            "filename": "R%C3%A9sum%C3%A9+1.pdf",
            "upload_status": "success",
            "content-type": "application/pdf",
            "url": f"{world.url}/files/{file['id']}/download?download_frd=1&verifier={file['uuid']}",
            "size": 4,
            "created_at": "2026-02-15T12:00:00Z",
            "updated_at": "2026-02-15T12:00:00Z",
            "unlock_at": None,
            "locked": False,
            "hidden": False,
            "lock_at": None,
            "hidden_for_user": False,
            "thumbnail_url": None,
            "modified_at": "2026-02-15T12:00:00Z",
            "mime_class": "pdf",
            "media_entry_id": None,
            "category": "uncategorized",
            "locked_for_user": False,
            "visibility_level": "inherit",
        }

    def test_more_on_request(self, world: World) -> None:
        file = uploaded(world, "ada", course(world))
        include = {"include[]": ["user", "context_asset_string", "enhanced_preview_url", "nonsense"]}
        shown = world.as_("ben").get(f"/files/{file['id']}", params=include).json()
        assert shown["user"]["id"] == world.ids["ada"]
        assert shown["context_asset_string"] == f"course_{world.ids['physics']}"
        assert "preview_url" in shown

    @pytest.mark.parametrize("id", ["999999", "x", "0", "9" * 25])
    def test_none_there_is_not_found(self, world: World, id: str) -> None:
        assert world.as_("ada").get(f"/files/{id}").status_code == 404
        assert world.as_("ada").get(f"{course(world)}/files/{id}").status_code == 404

    def test_a_file_of_another_context_is_not_found_there(self, world: World) -> None:
        file = uploaded(world, "ben", "/users/self")
        assert world.as_("root").get(f"{course(world)}/files/{file['id']}").status_code == 404
        assert world.as_("ben").get(f"/users/self/files/{file['id']}").status_code == 200

    def test_an_address_that_needs_no_token(self, world: World) -> None:
        file = uploaded(world, "ada", course(world))
        found = world.as_("ben").get(f"/files/{file['id']}/public_url").json()["public_url"]
        assert get(found).content == b"Notes."
        assert world.as_("eve").get(f"/files/{file['id']}/public_url").status_code == 403


class TestShutting:
    @pytest.mark.parametrize(
        "change",
        [{"locked": "true"}, {"unlock_at": "2026-02-16T00:00:00Z"}, {"lock_at": "2026-02-15T11:00:00Z"}],
    )
    def test_a_shut_file_has_no_address_for_students(self, world: World, change: dict[str, str]) -> None:
        file = uploaded(world, "ada", course(world))
        assert world.as_("ada").put(f"/files/{file['id']}", change).status_code == 200
        shown = world.as_("ben").get(f"/files/{file['id']}").json()
        assert (shown["locked_for_user"], shown["url"]) == (True, "")
        assert shown["lock_info"]["asset_string"] == f"attachment_{file['id']}"
        assert shown["lock_explanation"]
        assert world.as_("ben").get(f"/files/{file['id']}/public_url").status_code == 403
        assert names(world.as_("ben").get(f"{course(world)}/files")) == []
        teacher = world.as_("ada").get(f"/files/{file['id']}").json()
        assert (teacher["locked_for_user"], teacher["url"] != "") == (False, True)
        assert names(world.as_("ada").get(f"{course(world)}/files")) == ["notes.txt"]

    def test_it_opens_by_the_clock(self, world: World) -> None:
        file = uploaded(world, "ada", course(world))
        world.as_("ada").put(
            f"/files/{file['id']}", {"unlock_at": "2026-02-15T13:00:00Z", "lock_at": "2026-02-15T14:00:00Z"}
        )
        seen = []
        for _ in range(3):
            seen.append(world.as_("ben").get(f"/files/{file['id']}").json()["locked_for_user"])
            world.clock.advance(hours=1)
        assert seen == [True, False, True]

    def test_a_hidden_one_is_not_listed_but_opens(self, world: World) -> None:
        file = uploaded(world, "ada", course(world))
        world.as_("ada").put(f"/files/{file['id']}", {"hidden": "true"})
        assert names(world.as_("ben").get(f"{course(world)}/files")) == []
        shown = world.as_("ben").get(f"/files/{file['id']}").json()
        assert (shown["hidden_for_user"], shown["locked_for_user"]) == (True, False)

    def test_what_lies_in_a_shut_folder_is_shut_however_deep(self, world: World) -> None:
        file = uploaded(world, "ada", course(world), "a.txt", b"x", parent_folder_path="exam/answers/all")
        outer = world.as_("ada").get(f"{course(world)}/folders/by_path/exam").json()[-1]
        world.as_("ada").put(f"/folders/{outer['id']}", {"locked": "true"})
        assert world.as_("ben").get(f"/files/{file['id']}").json()["url"] == ""
        assert names(world.as_("ben").get(f"{course(world)}/files")) == []
        assert world.as_("ben").get(f"/folders/{file['folder_id']}/files").status_code == 403
        assert names(world.as_("ada").get(f"/folders/{file['folder_id']}/files")) == ["a.txt"]


class TestListing:
    @pytest.fixture
    def five(self, world: World) -> World:
        for name, data in (
            ("b.png", b"x" * 30),
            ("A.pdf", b"x" * 10),
            ("c.jpg", b"x" * 20),
            ("d.txt", b""),
            ("e 100%.txt", b"x"),
        ):
            uploaded(world, "ada", course(world), name, data)
            world.clock.advance(minutes=1)
        return world

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({}, ["A.pdf", "b.png", "c.jpg", "d.txt", "e 100%.txt"]),
            ({"order": "desc"}, ["e 100%.txt", "d.txt", "c.jpg", "b.png", "A.pdf"]),
            ({"sort": "size"}, ["d.txt", "e 100%.txt", "A.pdf", "c.jpg", "b.png"]),
            ({"sort": "created_at", "order": "desc"}, ["e 100%.txt", "d.txt", "c.jpg", "A.pdf", "b.png"]),
            ({"sort": "content_type"}, ["A.pdf", "c.jpg", "b.png", "d.txt", "e 100%.txt"]),
            ({"sort": "user"}, ["b.png", "A.pdf", "c.jpg", "d.txt", "e 100%.txt"]),
            ({"sort": "nonsense"}, ["A.pdf", "b.png", "c.jpg", "d.txt", "e 100%.txt"]),
            ({"search_term": ".PNG"}, ["b.png"]),
            ({"search_term": "0%"}, ["e 100%.txt"]),
            ({"search_term": "__"}, []),
            ({"content_types[]": ["image"]}, ["b.png", "c.jpg"]),
            ({"content_types[]": ["image/png", "text/plain"]}, ["b.png", "d.txt", "e 100%.txt"]),
            ({"only[]": ["a.pdf", "D.TXT"]}, ["A.pdf", "d.txt"]),
        ],
    )
    def test_by_every_filter_and_order(self, five: World, query: dict[str, Any], found: list[str]) -> None:
        assert names(five.as_("ben").get(f"{course(five)}/files", params=query)) == found

    def test_page_by_page_with_a_last_one(self, five: World) -> None:
        reply = five.as_("ben").get(f"{course(five)}/files", per_page=2)
        assert names(reply) == ["A.pdf", "b.png"]
        assert 'rel="last"' in reply.headers["link"]
        assert "page=3" in reply.headers["link"]
        assert names(five.as_("ben").get(f"{course(five)}/files", per_page=2, page=9)) == []

    def test_a_term_of_one_letter_is_too_short(self, five: World) -> None:
        assert five.as_("ben").get(f"{course(five)}/files", search_term="a").status_code == 400

    def test_of_a_group_and_of_oneself(self, world: World) -> None:
        uploaded(world, "ben", f"/groups/{world.ids['owls']}", "owl.png")
        uploaded(world, "ben", "/users/self", "mine.txt")
        assert names(world.as_("ben").get(f"/groups/{world.ids['owls']}/files")) == ["owl.png"]
        assert names(world.as_("ben").get("/users/self/files")) == ["mine.txt"]
        assert names(world.as_("ada").get(f"/groups/{world.ids['owls']}/files")) == ["owl.png"]
        assert names(world.as_("root").get(f"/users/{world.ids['ben']}/files")) == ["mine.txt"]
        assert world.as_("cleo").get(f"/groups/{world.ids['owls']}/files").status_code == 403
        assert world.as_("ada").get(f"/users/{world.ids['ben']}/files").status_code == 403


class TestChanging:
    def test_its_name(self, world: World) -> None:
        file = uploaded(world, "ada", course(world))
        changed = world.as_("ada").put(f"/files/{file['id']}", {"name": "../better.txt"}).json()
        assert (changed["display_name"], changed["size"]) == ("better.txt", file["size"])

    def test_a_name_that_is_taken_is_a_conflict_unless_it_is_said_what_to_do(self, world: World) -> None:
        one = uploaded(world, "ada", course(world), "a.txt", b"one")
        other = uploaded(world, "ada", course(world), "b.txt", b"other")
        path = f"/files/{other['id']}"
        refused = world.as_("ada").put(path, {"name": "a.txt"})
        assert refused.status_code == 409
        assert refused.json() == {"message": "file already exists; use on_duplicate='overwrite' or 'rename'"}
        assert (
            world.as_("ada").put(path, {"name": "a.txt", "on_duplicate": "rename"}).json()["display_name"] == "a-1.txt"
        )
        assert (
            world.as_("ada").put(path, {"name": "a.txt", "on_duplicate": "overwrite"}).json()["display_name"] == "a.txt"
        )
        assert world.as_("ada").get(f"/files/{one['id']}").status_code == 404
        assert world.as_("ada").put(path, {"name": "a.txt", "on_duplicate": "x"}).status_code == 400

    def test_its_own_name_in_other_letters_is_no_conflict(self, world: World) -> None:
        file = uploaded(world, "ada", course(world), "a.txt")
        assert world.as_("ada").put(f"/files/{file['id']}", {"name": "A.txt"}).json()["display_name"] == "A.txt"

    def test_its_folder(self, world: World) -> None:
        file = uploaded(world, "ada", course(world))
        folder = world.as_("ada").post(f"{course(world)}/folders", {"name": "Week 1"}).json()
        moved = world.as_("ada").put(f"/files/{file['id']}", {"parent_folder_id": folder["id"]}).json()
        assert moved["folder_id"] == folder["id"]
        own = world.as_("ada").get("/users/self/folders/root").json()
        for wrong in (own["id"], 999999, "x"):
            assert world.as_("ada").put(f"/files/{file['id']}", {"parent_folder_id": wrong}).status_code == 404

    @pytest.mark.parametrize("fields", [{"name": ""}, {"name": "x" * 256}, {"visibility_level": "everybody"}])
    def test_nonsense_is_refused(self, world: World, fields: dict[str, str]) -> None:
        file = uploaded(world, "ada", course(world))
        assert world.as_("ada").put(f"/files/{file['id']}", fields).status_code == 400
        assert world.as_("ada").get(f"/files/{file['id']}").json() == file

    def test_nothing_sent_changes_nothing(self, world: World) -> None:
        file = uploaded(world, "ada", course(world))
        world.clock.advance(hours=1)
        assert world.as_("ada").put(f"/files/{file['id']}").json() == file

    @as_each("ben", "dov", "eve")
    def test_it_is_refused_to(self, world: World, who: str) -> None:
        file = uploaded(world, "ada", course(world))
        assert world.as_(who).put(f"/files/{file['id']}", {"name": "x"}).status_code == 403

    def test_a_copy_has_the_same_bytes(self, world: World) -> None:
        file = uploaded(world, "ada", course(world))
        folder = world.as_("ada").post(f"{course(world)}/folders", {"name": "Copies"}).json()
        path = f"/folders/{folder['id']}/copy_file"
        made = world.as_("ada").post(path, {"source_file_id": file["id"]}).json()
        assert (made["id"] != file["id"], made["display_name"], made["folder_id"]) == (True, "notes.txt", folder["id"])
        assert get(made["url"]).content == b"Notes."
        assert world.as_("ada").post(path, {"source_file_id": file["id"]}).status_code == 409
        again = world.as_("ada").post(path, {"source_file_id": file["id"], "on_duplicate": "rename"}).json()
        assert again["display_name"] == "notes-1.txt"

    def test_only_of_what_one_reads(self, world: World) -> None:
        file = uploaded(world, "cleo", "/users/self")
        root = world.as_("ben").get("/users/self/folders/root").json()
        path = f"/folders/{root['id']}/copy_file"
        assert world.as_("ben").post(path, {"source_file_id": file["id"]}).status_code == 403
        assert world.as_("ben").post(path, {"source_file_id": "x"}).status_code == 404


class TestDeleting:
    def test_it_answers_the_file_and_takes_it_away(self, world: World) -> None:
        file = uploaded(world, "ada", course(world))
        assert world.as_("ada").delete(f"/files/{file['id']}").json() == file
        assert world.as_("ada").get(f"/files/{file['id']}").status_code == 404
        assert get(file["url"]).status_code == 404
        assert world.as_("ada").delete(f"/files/{file['id']}").status_code == 404

    @as_each("ben", "dov", "eve")
    def test_it_is_refused_in_words_of_its_own(self, world: World, who: str) -> None:
        file = uploaded(world, "ada", course(world))
        refused = world.as_(who).delete(f"/files/{file['id']}")
        assert (refused.status_code, refused.json()) == (401, {"message": "Unauthorized to delete this file"})

    def test_items_of_modules_go_with_it(self, world: World) -> None:
        file = uploaded(world, "ada", course(world))
        module = world.as_("ada").post(f"{course(world)}/modules", {"module[name]": "Unit"}).json()
        items = f"{course(world)}/modules/{module['id']}/items"
        item = world.as_("ada").post(items, {"module_item[type]": "File", "module_item[content_id]": file["id"]}).json()
        assert (item["title"], item["content_id"]) == ("notes.txt", file["id"])
        assert world.as_("ada").get(item["url"].removeprefix(world.url)).status_code == 200
        world.as_("ada").delete(f"/files/{file['id']}")
        assert world.as_("ada").get(items).json() == []


class TestTheBytes:
    def test_they_come_with_the_name_and_no_rights(self, world: World) -> None:
        file = uploaded(world, "ada", course(world), 'Ein "Bär".html', b"<script>1</script>", content_type="text/html")
        reply = get(file["url"].replace("download_frd=1&", ""))
        assert reply.headers["content-disposition"] == (
            "attachment; filename=\"Ein _B_r_.html\"; filename*=UTF-8''Ein%20%22B%C3%A4r%22.html"
        )
        assert reply.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert reply.headers["x-content-type-options"] == "nosniff"

    @pytest.mark.parametrize(
        ("name", "shown"),
        [("a.png", True), ("a.pdf", True), ("a.txt", True), ("a.mp3", True), ("a.svg", False), ("a.html", False),
         ("a.js", False), ("a.xml", False), ("a.swf", False), ("a", False)],
    )  # fmt: skip
    def test_only_harmless_ones_are_shown_in_the_browser(self, world: World, name: str, shown: bool) -> None:
        file = uploaded(world, "ada", course(world), name)
        reply = get(file["url"].replace("download_frd=1&", ""))
        assert reply.headers["content-disposition"].startswith("inline" if shown else "attachment")
        assert get(file["url"]).headers["content-disposition"].startswith("attachment")

    @pytest.mark.parametrize(
        ("asked", "status", "content", "said"),
        [
            ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
            ("bytes=7-", 206, b"789", "bytes 7-9/10"),
            ("bytes=-4", 206, b"6789", "bytes 6-9/10"),
            ("bytes=-40", 206, b"0123456789", "bytes 0-9/10"),
            ("bytes=5-500", 206, b"56789", "bytes 5-9/10"),
            ("bytes=9-9", 206, b"9", "bytes 9-9/10"),
            ("bytes=10-", 416, b"", "bytes */10"),
            ("bytes=-0", 416, b"", "bytes */10"),
            ("bytes=4-2", 200, b"0123456789", None),
            ("bytes=0-1,4-5", 200, b"0123456789", None),
            ("bytes=a-b", 200, b"0123456789", None),
            ("items=0-3", 200, b"0123456789", None),
            ("bytes=-", 200, b"0123456789", None),
        ],
    )
    def test_a_part_of_them(self, world: World, asked: str, status: int, content: bytes, said: str | None) -> None:
        file = uploaded(world, "ada", course(world), "a.bin", b"0123456789")
        reply = get(file["url"], range=asked)
        assert (reply.status_code, reply.content, reply.headers.get("content-range")) == (status, content, said)

    def test_a_part_of_what_is_another_file_by_now_is_everything(self, world: World) -> None:
        file = uploaded(world, "ada", course(world), "a.bin", b"0123456789")
        tag = get(file["url"]).headers["etag"]
        assert get(file["url"], range="bytes=0-3", if_range=tag).status_code == 206
        assert get(file["url"], range="bytes=0-3", if_range='"other"').status_code == 200

    def test_what_one_has_is_not_sent_again(self, world: World) -> None:
        file = uploaded(world, "ada", course(world))
        tag = get(file["url"]).headers["etag"]
        again = get(file["url"], if_none_match=tag)
        assert (again.status_code, again.content) == (304, b"")

    def test_a_head_request_tells_their_length(self, world: World) -> None:
        file = uploaded(world, "ada", course(world))
        reply = httpx.head(file["url"], verify=NO_TLS)
        assert (reply.status_code, reply.headers["content-length"], reply.content) == (200, "6", b"")

    def test_without_the_verifier_they_are_for_readers(self, world: World) -> None:
        file = uploaded(world, "ada", course(world))
        plain = f"{world.url}/files/{file['id']}/download"
        assert get(plain).status_code == 401
        assert get(f"{plain}?verifier=x").status_code == 401
        path = f"/courses/{world.ids['physics']}/files/{file['id']}/preview"
        for who, status in (("ben", 200), ("eve", 403)):
            browser = Browser(world)
            browser.sign_in(who)
            assert browser.get(path).status_code == status

    def test_of_a_file_that_is_arriving_there_are_none(self, world: World) -> None:
        location = step_two(step_one(world, "ada", course(world)).json(), b"x").headers["location"]
        number, _, uuid = location.split("/files/")[1].partition("/create_success?uuid=")
        assert get(f"{world.url}/files/{number}/download?verifier={uuid}").status_code == 404


class TestManyAtOnce:
    def test_the_same_folder_asked_for_by_ten_is_one(self, world: World) -> None:
        """endpoints-clients-use.md §3.10."""

        def ask(_: int) -> int:
            reply = httpx.post(
                f"{world.url}/api/v1{course(world)}/folders",
                headers={"authorization": f"Bearer {world.tokens['ada']}"},
                data={"name": "Slides", "parent_folder_path": "Week 1"},
                verify=NO_TLS,
                timeout=30,
            )
            assert reply.status_code == 200, reply.text
            return int(reply.json()["id"])

        with ThreadPoolExecutor(10) as pool:
            assert len(set(pool.map(ask, range(10)))) == 1

    def test_uploads_beside_each_other_do_not_mix(self, world: World) -> None:
        def send(number: int) -> tuple[int, bytes]:
            data = bytes([number]) * 500_000
            file = uploaded(world, "ada", course(world), f"{number}.bin", data)
            return number, get(file["url"]).content[:1]

        world.as_("ada")
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(send, range(8))) == [(number, bytes([number])) for number in range(8)]
