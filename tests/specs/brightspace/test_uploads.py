"""Files that come in pieces. Source: brightspace-eportfolio.md §6.4, `/artifacts/file/new`, §6.5."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from quadrangle.jobs import enqueue
from tests.conftest import as_each
from tests.specs.brightspace.ep import EP, NOT_AUTHORIZED, Person
from tests.world import World

NEW = "/artifacts/file/new"
DATA = b"high water, low water, and what lies between"


@pytest.fixture
def ben(world: World) -> Person:
    return Person(world, "ben")


@pytest.fixture
def cleo(world: World) -> Person:
    return Person(world, "cleo")


def begin(
    person: Person, size: int | str = len(DATA), name: str | bytes = "tides.txt", kind: str = "text/plain"
) -> httpx.Response:
    headers = {"X-Upload-Content-Type": kind, "X-Upload-Content-Length": str(size), "X-Upload-File-Name": name}
    return person.ask("POST", NEW, headers=headers)


def key_of(person: Person, **how: Any) -> str:
    reply = begin(person, **how)
    assert reply.status_code == 308, reply.text
    return reply.headers["location"].rpartition("/")[2]


def send(
    person: Person, key: str, start: int, end: int, *, data: bytes = DATA, total: int | None = None
) -> httpx.Response:
    """Bytes from `start` up to `end` (not included)."""
    said = f"bytes {start}-{end - 1}/{len(data) if total is None else total}"
    return person.ask("POST", f"{NEW}/{key}", content=data[start:end], headers={"Content-Range": said})


def told(reply: httpx.Response) -> tuple[int, str | None, bytes]:
    return reply.status_code, reply.headers.get("range"), reply.content


def clear_away(world: World) -> None:
    world.do(lambda uow: enqueue(uow, "clear_away_files", key="clear_away_files"))
    world.work()


def collect(person: Person, key: str, name: str = "Tides") -> Any:
    return person.post(NEW, {"ObjectId": 0, "Name": name, "Description": "<p>Raw</p>", "UploadKey": key})


class TestAnUploadInPieces:
    def test_goes_from_its_beginning_to_an_artifact(self, world: World, ben: Person) -> None:
        reply = begin(ben)
        assert told(reply) == (308, None, b"")
        place, key = reply.headers["location"], reply.headers["location"].rpartition("/")[2]
        assert place.endswith(f"{EP}{NEW}/{key}")
        assert place.startswith("http")
        assert told(send(ben, key, 0, 10)) == (308, "0-9", b"")
        assert told(send(ben, key, 10, 11)) == (308, "0-10", b"")
        assert told(send(ben, key, 11, len(DATA))) == (200, None, b"")
        assert ben.get("/objects/my/")["Items"] == []
        made = collect(ben, key)
        shown = [
            made[name]
            for name in ("Name", "Description", "ObjectTypeId", "FileName", "FileSize", "Extension", "UploadKey")
        ]
        assert shown == ["Tides", "<p>Raw</p>", 310, "tides.txt", len(DATA), ".txt", None]
        content = ben.ask("GET", f"/object/{made['ObjectId']}/content")
        assert (content.content, content.headers["content-type"].partition(";")[0]) == (DATA, "text/plain")
        assert [one["display_name"] for one in world.ben.get("/users/self/files").json()] == ["tides.txt"]
        assert ben.status("POST", NEW, json={"Name": "Again", "UploadKey": key}) == 404
        assert send(ben, key, 0, 10).status_code == 404
        assert world.sql("SELECT count(*) FROM upload_pieces")[0][0] == 0

    def test_comes_in_one_piece_or_is_empty(self, ben: Person) -> None:
        key = key_of(ben)
        assert send(ben, key, 0, len(DATA)).status_code == 200
        assert collect(ben, key)["FileSize"] == len(DATA)
        assert collect(ben, key_of(ben, size=0))["FileSize"] == 0

    def test_has_a_name_in_any_letters(self, ben: Person) -> None:
        key = key_of(ben, size=0, name="Gezeiten ü.txt".encode())
        assert collect(ben, key)["FileName"] == "Gezeiten ü.txt"

    def test_says_how_far_it_has_come(self, ben: Person) -> None:
        key, ask = key_of(ben), {"Content-Range": f"bytes */{len(DATA)}"}
        assert told(ben.ask("POST", f"{NEW}/{key}", headers=ask)) == (308, None, b"")
        send(ben, key, 0, 10)
        assert told(ben.ask("POST", f"{NEW}/{key}", headers=ask)) == (308, "0-9", b"")
        send(ben, key, 10, len(DATA))
        assert told(ben.ask("POST", f"{NEW}/{key}", headers=ask)) == (200, None, b"")

    def test_passes_over_what_has_come_already(self, ben: Person) -> None:
        key = key_of(ben)
        send(ben, key, 0, 20)
        assert told(send(ben, key, 0, 20)) == (308, "0-19", b"")
        assert told(send(ben, key, 5, 15)) == (308, "0-19", b"")
        assert told(send(ben, key, 15, 30)) == (308, "0-29", b"")
        assert send(ben, key, 0, len(DATA)).status_code == 200
        assert send(ben, key, 0, len(DATA)).status_code == 200
        made = collect(ben, key)
        assert ben.ask("GET", f"/object/{made['ObjectId']}/content").content == DATA

    def test_refuses_pieces_that_do_not_follow_or_are_not_what_they_say(self, ben: Person) -> None:
        key = key_of(ben)
        send(ben, key, 0, 10)
        size = len(DATA)
        assert send(ben, key, 11, 20).status_code == 400
        assert send(ben, key, 10, 20, total=size + 1).status_code == 400
        for said in (
            "bytes 10-19",
            f"bytes 19-10/{size}",
            f"bytes 10-{size}/{size}",
            f"bytes -5/{size}",
            "",
            "bytes 10-19/*",
            f"lines 10-19/{size}",
        ):
            reply = ben.ask("POST", f"{NEW}/{key}", content=DATA[10:20], headers={"Content-Range": said})
            assert (reply.status_code, reply.headers["content-type"]) == (400, "application/problem+json"), said
        for short_or_long in (DATA[10:19], DATA[10:21], b""):
            headers = {"Content-Range": f"bytes 10-19/{size}"}
            assert ben.status("POST", f"{NEW}/{key}", content=short_or_long, headers=headers) == 400
        assert ben.status("POST", f"{NEW}/{key}", content=DATA[10:20]) == 400
        assert told(send(ben, key, 10, 20)) == (308, "0-19", b"")

    def test_keeps_one_of_several_that_come_at_once(self, ben: Person) -> None:
        key = key_of(ben)
        with ThreadPoolExecutor(4) as pool:
            replies = list(pool.map(lambda _: told(send(ben, key, 0, 10)), range(4)))
        assert replies == [(308, "0-9", b"")] * 4
        assert send(ben, key, 10, len(DATA)).status_code == 200
        made = collect(ben, key)
        assert ben.ask("GET", f"/object/{made['ObjectId']}/content").content == DATA

    def test_goes_on_beside_another_one(self, ben: Person) -> None:
        one, other = key_of(ben), key_of(ben, size=4)
        send(ben, one, 0, 10)
        assert send(ben, other, 0, 4, data=b"four").status_code == 200
        assert send(ben, one, 10, len(DATA)).status_code == 200
        assert [collect(ben, key)["FileName"] for key in (one, other)] == ["tides.txt", "tides-1.txt"]

    @pytest.mark.parametrize("size", ["", "x", "-1", "1.5", "1" * 16])
    def test_begins_with_a_size(self, ben: Person, size: str) -> None:
        assert begin(ben, size).status_code == 400
        assert ben.status("POST", NEW, headers={"X-Upload-File-Name": "x"}) == 400
        assert ben.status("POST", NEW, headers={"X-Upload-Content-Length": "1"}) == 400
        assert begin(ben, name="x" * 300).status_code == 400

    def test_begins_where_there_is_room_for_it_beside_the_others_that_have_begun(
        self, world: World, ben: Person
    ) -> None:
        world.root.put("/accounts/1", json={"account": {"default_user_storage_quota_mb": 1}})
        assert begin(ben, 1024 * 1024 + 1).status_code == 400
        key_of(ben, size=1024 * 1024 - 10)
        assert begin(ben, 11).status_code == 400
        assert begin(ben, 10).status_code == 308
        world.clock.advance(days=1, seconds=1)
        assert begin(ben, 11).status_code == 308

    def test_becomes_no_file_where_there_is_no_room_any_more(self, world: World, ben: Person) -> None:
        world.root.put("/accounts/1", json={"account": {"default_user_storage_quota_mb": 1}})
        key = key_of(ben)
        send(ben, key, 0, len(DATA))
        ben.upload(data=b"x" * (1024 * 1024))
        assert ben.status("POST", NEW, json={"Name": "x", "UploadKey": key}) == 400
        ben.world.ben.delete(f"/files/{world.ben.get('/users/self/files').json()[0]['id']}")
        assert collect(ben, key)["FileSize"] == len(DATA)

    def test_no_more_than_a_hundred_of_one_person_have_begun(self, ben: Person, cleo: Person) -> None:
        for _ in range(100):
            key_of(ben, size=1)
        assert begin(ben, 1).status_code == 400
        assert begin(cleo, 1).status_code == 308

    @pytest.mark.parametrize(
        "body",
        [{}, {"Name": "x"}, {"Name": "x", "UploadKey": None}, {"Name": "x", "UploadKey": ""}, {"UploadKey": "KEY"},
         {"Name": " ", "UploadKey": "KEY"}, {"Name": "x", "UploadKey": 5}, {"Name": "x", "ObjectId": 5, "UploadKey": "KEY"}],
    )  # fmt: skip
    def test_becomes_an_artifact_by_a_form_alone(self, ben: Person, body: dict[str, Any]) -> None:
        key = key_of(ben, size=0)
        sent = {name: key if value == "KEY" else value for name, value in body.items()}
        assert ben.status("POST", NEW, json=sent) == 400
        assert collect(ben, key)

    def test_becomes_none_before_its_last_byte_has_come(self, ben: Person) -> None:
        key = key_of(ben)
        send(ben, key, 0, 10)
        assert ben.status("POST", NEW, json={"Name": "x", "UploadKey": key}) == 400
        assert ben.status("POST", NEW, json={"Name": "x", "UploadKey": "no-such-key"}) == 404

    def test_becomes_one_where_several_ask_at_once(self, ben: Person) -> None:
        key = key_of(ben)
        send(ben, key, 0, len(DATA))
        form = {"Name": "x", "UploadKey": key}
        with ThreadPoolExecutor(3) as pool:
            statuses = sorted(pool.map(lambda _: ben.status("POST", NEW, json=form), range(3)))
        assert statuses == [200, 404, 404]
        assert len(ben.get("/objects/my/")["Items"]) == 1

    @as_each("ada", "cleo", "dov", "eve", "root", "sub")
    def test_is_its_senders_alone(self, ben: Person, who: str) -> None:
        key, person = key_of(ben), Person(ben.world, who)
        assert send(person, key, 0, 10).status_code == 404
        send(ben, key, 0, len(DATA))
        assert person.status("POST", NEW, json={"Name": "x", "UploadKey": key}) == 404
        assert collect(ben, key)

    def test_nobody_begins_one(self, ben: Person) -> None:
        nobody, key = Person(ben.world, None), key_of(ben)
        assert begin(nobody).status_code == send(nobody, key, 0, 10).status_code == 401
        assert nobody.status("POST", NEW, json={"Name": "x", "UploadKey": key}) == 401

    def test_with_the_tool_off_everybody_is_refused(self, ben: Person) -> None:
        key = key_of(ben)
        ben.world.root.put("/accounts/1", json={"account": {"settings": {"enable_eportfolios": False}}})
        for reply in (
            begin(ben),
            begin(ben, "x"),
            send(ben, key, 0, 10),
            send(ben, "x", 9, 10),
            ben.ask("POST", NEW, content=b"{"),
        ):
            assert (reply.status_code, reply.content) == (403, NOT_AUTHORIZED)

    def test_is_given_up_a_day_after_its_last_piece_and_its_bytes_are_let_go(self, world: World, ben: Person) -> None:
        key, dead = key_of(ben), key_of(ben)
        send(ben, dead, 0, 11)
        world.clock.advance(hours=23)
        send(ben, key, 0, 10)
        world.clock.advance(hours=2)
        assert send(ben, dead, 11, 20).status_code == 404
        clear_away(world)
        assert [row[0] for row in world.sql("SELECT key FROM uploads")] == [key]
        assert world.sql("SELECT count(*) FROM blobs")[0][0] == 1
        assert send(ben, key, 10, len(DATA)).status_code == 200
        made = collect(ben, key)
        world.clock.advance(hours=3)
        clear_away(world)
        assert world.sql("SELECT count(*) FROM blobs")[0][0] == 1
        assert ben.ask("GET", f"/object/{made['ObjectId']}/content").content == DATA
