"""`url`: the server fetches a file from elsewhere. Source: supporting-resources.md §9.1 and §11."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from quadrangle.files import NotFetched
from quadrangle.files.fetching import open_address
from tests.specs.files.conftest import course, names, step_one, stored
from tests.world import World

PICTURE = b"\x89PNG" + bytes(300_000)


class Elsewhere(BaseHTTPRequestHandler):
    """Somebody's web server."""

    def do_GET(self) -> None:
        path = self.path
        if path.startswith("/to/"):
            self._answer(302, b"", location=path.removeprefix("/to/").replace("|", "/"))
        elif path == "/loop":
            self._answer(302, b"", location="/loop")
        elif path == "/broken":
            self.send_response(200)
            self.send_header("content-length", "1000")
            self.end_headers()
            self.wfile.write(b"half")
        elif path in ("/404", "/503"):
            self._answer(int(path[1:]), b"no")
        else:
            self._answer(200, PICTURE, **{"content-type": "image/png"})

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        return None


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def inside(world: World) -> World:
    """A campus whose operator lets it fetch from this machine."""
    world.use(fetch_networks=("127.0.0.0/8",))
    return world


def progress_of(world: World, answer: Any) -> Any:
    assert answer.status_code == 200, answer.text
    id = answer.json()["progress"]["id"]
    return world.ada.get(f"/progress/{id}").json()


class TestFetching:
    def test_it_comes_after_the_answer(self, inside: World, elsewhere: str) -> None:
        answer = step_one(inside, "ada", course(inside), "cat.png", url=f"{elsewhere}/pictures/1")
        assert set(answer.json()) == {"progress"}
        waits = answer.json()["progress"]
        assert (waits["workflow_state"], waits["tag"], waits["context_type"]) == ("queued", "upload_via_url", "Course")
        assert names(inside.ada.get(f"{course(inside)}/files")) == []
        inside.work()
        done = progress_of(inside, answer)
        assert (done["workflow_state"], done["completion"]) == ("completed", 100.0)
        file = inside.ada.get(f"/files/{done['results']['id']}").json()
        assert (file["display_name"], file["content-type"], file["size"]) == ("cat.png", "image/png", len(PICTURE))
        assert inside.anyone.http.get(file["url"]).content == PICTURE

    def test_without_a_name_it_has_that_of_the_address(self, inside: World, elsewhere: str) -> None:
        answer = inside.ada.post(f"{course(inside)}/files", {"url": f"{elsewhere}/a/two%20cats.png?size=1"})
        inside.work()
        assert progress_of(inside, answer)["workflow_state"] == "completed"
        assert names(inside.ada.get(f"{course(inside)}/files")) == ["two cats.png"]

    def test_it_follows_where_it_is_led(self, inside: World, elsewhere: str) -> None:
        answer = step_one(inside, "ada", course(inside), "cat.png", url=f"{elsewhere}/to/|pictures|2")
        inside.work()
        assert progress_of(inside, answer)["workflow_state"] == "completed"

    @pytest.mark.parametrize(
        ("path", "says"),
        [
            ("/404", "The address answers 404."),
            ("/loop", "The address leads on and on."),
            ("/to/ftp:||x.example|a", "Only addresses with http:// or https:// are fetched."),
        ],
    )
    def test_what_is_no_file_fails_at_once(self, inside: World, elsewhere: str, path: str, says: str) -> None:
        answer = step_one(inside, "ada", course(inside), "cat.png", url=elsewhere + path)
        inside.work()
        failed = progress_of(inside, answer)
        assert (failed["workflow_state"], failed["message"]) == ("failed", says)
        assert "results" not in failed
        assert stored(inside) == []

    @pytest.mark.parametrize(
        ("path", "says"),
        [
            ("/503", "The file could not be fetched: The address answers 503."),
            ("/broken", "The file could not be fetched: it broke off."),
        ],
    )
    def test_what_may_work_later_is_tried_three_times(
        self, inside: World, elsewhere: str, path: str, says: str
    ) -> None:
        answer = step_one(inside, "ada", course(inside), "cat.png", url=elsewhere + path)
        for _ in range(3):
            assert inside.work() == 1
            inside.clock.advance(minutes=1)
        failed = progress_of(inside, answer)
        assert (failed["workflow_state"], failed["message"]) == ("failed", says)
        assert inside.work() == 0
        assert stored(inside) == []

    def test_more_than_there_is_room_for(self, inside: World, elsewhere: str) -> None:
        inside.root.put(course(inside), {"course[storage_quota_mb]": "0"})
        inside.sql(f"UPDATE courses SET storage_quota = 200000 WHERE id = {inside.ids['physics']}")
        answer = step_one(inside, "ada", course(inside), "cat.png", url=f"{elsewhere}/1")
        inside.work()
        assert progress_of(inside, answer)["message"] == "file size exceeds quota"
        assert names(inside.ada.get(f"{course(inside)}/files")) == []

    def test_one_that_was_cancelled_does_not_come(self, inside: World, elsewhere: str) -> None:
        answer = step_one(inside, "ada", course(inside), "cat.png", url=f"{elsewhere}/1")
        inside.ada.post(f"/progress/{answer.json()['progress']['id']}/cancel", {"message": "never mind"})
        inside.work()
        assert progress_of(inside, answer)["message"] == "never mind"
        assert names(inside.ada.get(f"{course(inside)}/files")) == []

    def test_who_may_not_add_files_may_not_have_them_fetched(self, inside: World, elsewhere: str) -> None:
        assert step_one(inside, "ben", course(inside), "cat.png", url=f"{elsewhere}/1").status_code == 403
        assert inside.work() == 0


class TestOurOwnNetwork:
    def test_it_is_not_reached(self, world: World, elsewhere: str) -> None:
        answer = step_one(world, "ada", course(world), "cat.png", url=f"{elsewhere}/1")
        world.work()
        assert progress_of(world, answer)["message"] == "Addresses within the network of this server are not fetched."

    @pytest.mark.parametrize(
        "address",
        [
            "http://localhost:1/",
            "http://127.1:1/",
            "http://0.0.0.0:1/",
            "http://10.0.0.1/",
            "http://192.168.1.1/",
            "http://169.254.169.254/latest/meta-data/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:10.0.0.1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[2002:7f00:1::]/",
            "http://[fe80::1]/",
            "http://2130706433/",
        ],
    )
    def test_by_no_name(self, address: str) -> None:
        with pytest.raises(NotFetched):
            open_address(address)

    def test_nor_by_being_led_there(self, elsewhere: str) -> None:
        from ipaddress import ip_network

        with pytest.raises(NotFetched, match="within the network"):
            open_address(f"{elsewhere}/to/http:||10.0.0.1|", [ip_network("127.0.0.0/8")])
