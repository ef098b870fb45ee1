"""How files come in. Source: supporting-resources.md §9.1, conventions.md §9.3."""

import time
from datetime import timedelta
from typing import Any

import httpx
import pytest

from quadrangle.accounts import accounts
from quadrangle.db import UnitOfWork
from tests.conftest import as_each
from tests.specs.files.conftest import course, names, step_one, step_two, stored, uploaded
from tests.world import NO_TLS, World


class TestTheThreeSteps:
    def test_they_bring_a_file_into_its_folder(self, world: World) -> None:
        announced = step_one(world, "ada", course(world), "notes.txt", size=6, content_type="text/plain").json()
        assert announced["file_param"] == "file"
        assert announced["upload_url"].startswith(world.url)
        assert announced["upload_params"]
        sent = step_two(announced, b"Notes.")
        assert (sent.status_code, sent.content) == (302, b"")
        assert names(world.as_("ada").get(f"{course(world)}/files")) == []
        done = httpx.get(sent.headers["location"], verify=NO_TLS).json()
        assert {name: done[name] for name in ("display_name", "size", "content-type", "locked", "upload_status")} == {
            "display_name": "notes.txt",
            "size": 6,
            "content-type": "text/plain",
            "locked": False,
            "upload_status": "success",
        }
        assert names(world.as_("ada").get(f"{course(world)}/files")) == ["notes.txt"]
        assert httpx.get(done["url"], verify=NO_TLS).content == b"Notes."

    def test_the_third_works_once(self, world: World) -> None:
        sent = step_two(step_one(world, "ada", course(world)).json(), b"Notes.")
        assert httpx.get(sent.headers["location"], verify=NO_TLS).status_code == 200
        again = httpx.get(sent.headers["location"], verify=NO_TLS)
        assert (again.status_code, again.content) == (400, b"")

    @pytest.mark.parametrize(
        "change", [("uuid=", "uuid=x"), ("/files/", "/files/9"), ("/files/", "/files/x"), ("uuid=", "other=")]
    )
    def test_the_third_needs_the_pair_it_was_given(self, world: World, change: tuple[str, str]) -> None:
        location = step_two(step_one(world, "ada", course(world)).json(), b"Notes.").headers["location"]
        refused = httpx.get(location.replace(*change), verify=NO_TLS)
        assert (refused.status_code, refused.content) == (400, b"")

    def test_the_third_takes_any_token_or_none(self, world: World) -> None:
        """One tool follows with the token, another without (endpoints-clients-use.md §1)."""
        for headers in ({}, {"authorization": f"Bearer {world.tokens['ben']}"}, {"authorization": "Bearer nonsense"}):
            location = step_two(step_one(world, "ada", course(world)).json(), b"Notes.").headers["location"]
            assert httpx.get(location, headers=headers, verify=NO_TLS).status_code == 200

    def test_it_may_be_posted(self, world: World) -> None:
        location = step_two(step_one(world, "ada", course(world)).json(), b"Notes.").headers["location"]
        assert httpx.post(location, verify=NO_TLS).json()["display_name"] == "notes.txt"

    def test_what_was_asked_for_at_first_is_included_at_last(self, world: World) -> None:
        fields = {"success_include[]": ["context_asset_string"]}
        found = uploaded(world, "ada", course(world), "notes.txt", b"x", **fields)
        assert found["context_asset_string"] == f"course_{world.ids['physics']}"

    def test_pages_from_elsewhere_may_send(self, world: World) -> None:
        """conventions.md §9.3."""
        announced = step_one(world, "ada", course(world)).json()
        asked = httpx.options(announced["upload_url"], verify=NO_TLS)
        sent = step_two(announced, b"Notes.")
        done = httpx.get(sent.headers["location"], verify=NO_TLS)
        for reply in (asked, sent, done):
            assert reply.headers["access-control-allow-origin"] == "*"
            assert reply.headers["access-control-allow-methods"] == "POST, PUT, DELETE, GET, OPTIONS"


class TestAnnouncing:
    @as_each("ada", "tia", "dee", "root", "sub")
    def test_staff_and_administrators_may(self, world: World, who: str) -> None:
        assert step_one(world, who, course(world)).status_code == 200

    @as_each("ben", "cleo", "dov", "eve")
    def test_others_may_not(self, world: World, who: str) -> None:
        assert step_one(world, who, course(world)).status_code == 403

    def test_nobody_may_not(self, world: World) -> None:
        assert step_one(world, None, course(world)).status_code == 401

    def test_everybody_among_their_own_and_members_in_their_group(self, world: World) -> None:
        assert uploaded(world, "ben", "/users/self")["display_name"] == "notes.txt"
        assert step_one(world, "ben", f"/groups/{world.ids['owls']}").status_code == 200
        assert step_one(world, "cleo", f"/groups/{world.ids['owls']}").status_code == 403
        assert step_one(world, "ada", f"/users/{world.ids['ben']}").status_code == 403

    @pytest.mark.parametrize(
        ("fields", "says"),
        [
            ({"parent_folder_id": "1", "parent_folder_path": "a"}, "Can't set folder path and folder id"),
            ({"on_duplicate": "replace"}, "invalid on_duplicate option"),
            ({"size": str(600 * 1024 * 1024)}, "file size exceeds quota"),
            ({"url": "ftp://example.com/a.png"}, "Only addresses with http:// or https:// are fetched."),
            ({"url": "http://[x"}, "The address cannot be read."),
        ],
    )
    def test_what_cannot_be_is_said_in_words(self, world: World, fields: dict[str, str], says: str) -> None:
        refused = step_one(world, "ada", course(world), **fields)
        assert (refused.status_code, refused.json()) == (400, {"message": says})

    @pytest.mark.parametrize("name", ["", "   ", "..", ".", "/", "\x00", "a/..", "a" * 256])
    def test_names_that_cannot_be(self, world: World, name: str) -> None:
        refused = step_one(world, "ada", course(world), name)
        assert refused.status_code == 400
        assert "errors" in refused.json()

    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\ada\\essay.doc", "essay.doc"),
            ("a\x07b\x1f.txt", "ab.txt"),
            ("🍰 recipe.pdf", "🍰 recipe.pdf"),
            ("‮gpj.exe", "gpj.exe"),
            ("  trimmed.txt  ", "trimmed.txt"),
            ("'; DROP TABLE files; --", "'; DROP TABLE files; --"),
        ],
    )
    def test_names_are_made_harmless(self, world: World, sent: str, kept: str) -> None:
        found = uploaded(world, "ada", course(world), sent)
        assert found["display_name"] == kept
        assert httpx.get(found["url"], verify=NO_TLS).content == b"Notes."

    def test_a_missing_folder_of_an_id_is_not_found(self, world: World) -> None:
        assert step_one(world, "ada", course(world), parent_folder_id="999999").status_code == 404
        own = world.as_("ada").get("/users/self/folders/root").json()["id"]
        assert step_one(world, "ada", course(world), parent_folder_id=own).status_code == 404

    def test_a_path_is_made(self, world: World) -> None:
        found = uploaded(world, "ada", course(world), "a.txt", b"x", parent_folder_path="week 1/slides")
        folder = world.as_("ada").get(f"/folders/{found['folder_id']}").json()
        assert folder["full_name"] == "course files/week 1/slides"

    def test_into_a_folder_by_its_own_path(self, world: World) -> None:
        folder = world.as_("ada").post(f"{course(world)}/folders", {"name": "Slides"}).json()
        found = uploaded(world, "ada", f"/folders/{folder['id']}", "a.txt")
        assert found["folder_id"] == folder["id"]
        assert step_one(world, "ben", f"/folders/{folder['id']}").status_code == 403
        assert step_one(world, "ada", "/folders/999999").status_code == 404

    def test_without_a_folder_it_is_unfiled(self, world: World) -> None:
        found = uploaded(world, "ada", course(world))
        folder = world.as_("ada").get(f"/folders/{found['folder_id']}").json()
        assert folder["full_name"] == "course files/unfiled"


class TestSending:
    @pytest.mark.parametrize(
        "change",
        [
            {"signature": "0" * 64},
            {"policy": "e30="},
            {"policy": "\x00"},
            {"filename": "other.txt"},
            {"content_type": "text/html"},
            None,
        ],
    )
    def test_only_what_was_announced(self, world: World, change: dict[str, str] | None) -> None:
        announced = step_one(world, "ada", course(world)).json()
        params = {} if change is None else announced["upload_params"] | change
        refused = step_two(announced, b"Notes.", params=params)
        assert (refused.status_code, refused.content) == (400, b"")
        assert stored(world) == []

    def test_no_later_than_half_an_hour(self, world: World) -> None:
        announced = step_one(world, "ada", course(world)).json()
        world.clock.advance(minutes=29)
        assert step_two(announced, b"Notes.").status_code == 302
        world.clock.advance(minutes=2)
        assert step_two(announced, b"Notes.").status_code == 400

    def test_no_more_than_was_said(self, world: World) -> None:
        announced = step_one(world, "ada", course(world), size=5).json()
        refused = step_two(announced, b"Notes.")
        assert (refused.status_code, refused.content) == (400, b"")
        assert stored(world) == []
        assert step_two(announced, b"Note.").status_code == 302

    def test_an_empty_file(self, world: World) -> None:
        found = uploaded(world, "ada", course(world), "empty.txt", b"")
        assert found["size"] == 0
        assert httpx.get(found["url"], verify=NO_TLS).content == b""

    def test_many_megabytes_arrive_whole(self, world: World) -> None:
        data = bytes(range(256)) * 4 * 1024 * 12
        found = uploaded(world, "ada", course(world), "film.mp4", data, size=len(data))
        assert (found["size"], found["mime_class"]) == (len(data), "video")
        assert httpx.get(found["url"], verify=NO_TLS, timeout=60).content == data

    @pytest.mark.parametrize(
        ("content_type", "body"),
        [
            ("text/plain", b"Notes."),
            ("multipart/form-data", b"--x\r\n"),
            ("multipart/form-data; boundary=x", b""),
            ("multipart/form-data; boundary=x", b"garbage"),
            (
                "multipart/form-data; boundary=x",
                b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n',
            ),
            (
                "multipart/form-data; boundary=x",
                b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nb',
            ),
            ("application/json", b"{}"),
        ],
    )
    def test_what_is_no_upload(self, world: World, content_type: str, body: bytes) -> None:
        refused = httpx.post(
            f"{world.url}/files_api", content=body, headers={"content-type": content_type}, verify=NO_TLS
        )
        assert (refused.status_code, refused.content) == (400, b"")
        assert stored(world) == []

    def test_fields_without_end(self, world: World) -> None:
        announced = step_one(world, "ada", course(world)).json()
        params = {"big": "x" * 200_000} | announced["upload_params"]
        assert step_two(announced, b"Notes.", params=params).status_code == 400
        params = {f"f{n}": "x" for n in range(200)} | announced["upload_params"]
        assert step_two(announced, b"Notes.", params=params).status_code == 400

    def test_a_body_that_breaks_off_leaves_nothing(self, world: World) -> None:
        announced = step_one(world, "ada", course(world)).json()
        boundary = "frontier"
        head = "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in announced["upload_params"].items()
        )
        head += f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'

        def pieces() -> Any:
            yield head.encode()
            yield b"x" * 300_000
            raise ConnectionError

        with pytest.raises(ConnectionError):
            httpx.post(
                announced["upload_url"],
                content=pieces(),
                headers={"content-type": f"multipart/form-data; boundary={boundary}"},
                verify=NO_TLS,
            )
        assert names(world.as_("ada").get(f"{course(world)}/files")) == []
        for _ in range(100):  # the server hears of it a moment later
            if not stored(world):
                break
            time.sleep(0.05)
        assert stored(world) == []

    def test_a_type_that_lies_is_only_a_claim(self, world: World) -> None:
        found = uploaded(world, "ada", course(world), "a.png", b"<script>alert(1)</script>", content_type="image/png")
        reply = httpx.get(found["url"], verify=NO_TLS)
        assert reply.headers["content-type"] == "image/png"
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert "script" not in reply.headers["content-security-policy"]

    @pytest.mark.parametrize(
        ("name", "claim", "kind", "mime_class"),
        [
            ("a.pdf", None, "application/pdf", "pdf"),
            ("a.docx", None, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "doc"),
            ("a.jpg", "", "image/jpeg", "image"),
            ("a", None, "application/octet-stream", "file"),
            ("a.zip", "application/zip", "application/zip", "zip"),
            ("a.txt", "nonsense", "text/plain", "text"),
            ("a.csv", "text/csv; charset=utf-8", "text/csv", "file"),
            ("a.html", "text/html\r\nX-Evil: 1", "text/html", "html"),
        ],
    )
    def test_its_type_is_what_was_said_or_what_the_name_says(
        self, world: World, name: str, claim: str | None, kind: str, mime_class: str
    ) -> None:
        fields = {} if claim is None else {"content_type": claim}
        found = uploaded(world, "ada", course(world), name, b"x", **fields)
        assert (found["content-type"], found["mime_class"]) == (kind, mime_class)


class TestNamesThatAreTaken:
    def test_the_new_file_takes_the_place_of_the_old_one(self, world: World) -> None:
        old = uploaded(world, "ada", course(world), "a.txt", b"old")
        new = uploaded(world, "ada", course(world), "A.TXT", b"new")
        listed = world.as_("ada").get(f"{course(world)}/files").json()
        assert [one["id"] for one in listed] == [new["id"]]
        assert world.as_("ada").get(f"/files/{old['id']}").status_code == 404

    def test_or_it_is_given_another(self, world: World) -> None:
        for wanted in ("a.txt", "a-1.txt", "a-2.txt"):
            assert uploaded(world, "ada", course(world), "a.txt", b"x", on_duplicate="rename")["display_name"] == wanted

    def test_two_at_once_are_both_kept(self, world: World) -> None:
        both = [
            step_two(step_one(world, "ada", course(world), "a.txt", on_duplicate="rename").json(), b"x") for _ in "ab"
        ]
        for sent in both:
            assert httpx.get(sent.headers["location"], verify=NO_TLS).status_code == 200
        assert names(world.as_("ada").get(f"{course(world)}/files")) == ["a-1.txt", "a.txt"]


class TestRoom:
    @pytest.fixture
    def little_room(self, world: World) -> World:
        async def work(uow: UnitOfWork) -> None:
            await uow.update(accounts, {"id": 1}, default_user_storage_quota=1024 * 1024)

        world.do(work)
        return world

    def test_it_is_told(self, little_room: World) -> None:
        uploaded(little_room, "ben", "/users/self", "a.bin", b"x" * 1000)
        found = little_room.as_("ben").get("/users/self/files/quota").json()
        assert found == {"quota": 1024 * 1024, "quota_used": 1000}

    def test_what_does_not_fit_is_refused_at_once(self, little_room: World) -> None:
        refused = step_one(little_room, "ben", "/users/self", size=1024 * 1024 + 1)
        assert (refused.status_code, refused.json()) == (400, {"message": "file size exceeds quota"})

    def test_and_when_it_was_not_said(self, little_room: World) -> None:
        announced = step_one(little_room, "ben", "/users/self").json()
        assert step_two(announced, b"x" * (1024 * 1024 + 1)).status_code == 400
        assert stored(little_room) == []

    def test_two_that_fit_alone_but_not_together(self, little_room: World) -> None:
        half = b"x" * (700 * 1024)
        one, other = (step_one(little_room, "ben", "/users/self", f"{n}.bin").json() for n in "ab")
        first = step_two(one, half)
        httpx.get(first.headers["location"], verify=NO_TLS)
        refused = step_two(other, half)
        assert (refused.status_code, refused.json()) == (400, {"message": "file size exceeds quota"})

    def test_a_course_has_its_own(self, world: World) -> None:
        world.root.put(course(world), {"course[storage_quota_mb]": "2"})
        assert world.as_("ada").get(f"{course(world)}/files/quota").json()["quota"] == 2 * 1024 * 1024

    @as_each("ben", "dov", "eve")
    def test_it_is_told_to_those_who_may_add(self, world: World, who: str) -> None:
        assert world.as_(who).get(f"{course(world)}/files/quota").status_code == 403


class TestClearingAway:
    def test_what_never_took_its_place_goes_with_its_bytes(self, world: World) -> None:
        from quadrangle import files

        step_two(step_one(world, "ada", course(world)).json(), b"Stranded.")
        kept = uploaded(world, "ada", course(world), "kept.txt", b"Kept.")
        world.clock.advance(hours=2)
        assert world.do(files.forget_stranded) == 1
        old, _ = world.do(lambda uow: files.old_bytes(uow, limit=10, offset=0))
        assert len(old) == 1
        assert world.do(lambda uow: files.remove_bytes(uow, world.app.blobs, old[0])) is True
        assert len(stored(world)) == 1
        assert httpx.get(kept["url"], verify=NO_TLS).content == b"Kept."

    def test_bytes_that_somebody_sends_again_are_young_again(self, world: World) -> None:
        from quadrangle import files

        step_two(step_one(world, "ada", course(world)).json(), b"Twice.")
        world.clock.advance(hours=2)
        world.do(files.forget_stranded)
        old, _ = world.do(lambda uow: files.old_bytes(uow, limit=10, offset=0))
        again = uploaded(world, "ada", course(world), "again.txt", b"Twice.")
        assert world.do(lambda uow: files.remove_bytes(uow, world.app.blobs, old[0])) is False
        assert httpx.get(again["url"], verify=NO_TLS).content == b"Twice."

    def test_bytes_of_deleted_files_stay_for_thirty_days(self, world: World) -> None:
        from quadrangle import files

        file = uploaded(world, "ada", course(world))
        world.as_("ada").delete(f"/files/{file['id']}")
        world.clock.advance(days=29)
        assert world.do(files.let_go_of_old_bytes) == 0
        world.clock.advance(days=2)
        assert world.do(files.let_go_of_old_bytes) == 1
        old, _ = world.do(lambda uow: files.old_bytes(uow, limit=10, offset=0))
        for digest in old:
            world.do(lambda uow, digest=digest: files.remove_bytes(uow, world.app.blobs, digest))
        assert stored(world) == []


def test_the_clock_of_a_policy_is_the_servers(world: World) -> None:
    """A client whose clock is wrong sends the same fields: nothing of its clock is asked."""
    announced = step_one(world, "ada", course(world)).json()
    world.clock.advance(seconds=timedelta(minutes=30).total_seconds())
    assert step_two(announced, b"x").status_code == 400
