"""How answers leave `quad serve`, seen at the socket: joined, in order, none held back. Source: quadrangle/http/wire.py."""

import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.databases import fresh_database
from tests.process import Serving, quad_json
from tests.world import NO_TLS

ADMIN = "a-token-of-our-own"
HEAD = f"Host: x\r\nAuthorization: Bearer {ADMIN}\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder: Path = tmp_path_factory.mktemp("answers")
    with fresh_database("sqlite", folder) as url:
        quad_json("init", "--database", url, "--admin-token", ADMIN, folder=folder)
        arguments = ("--database", url, "--storage", f"file://{folder / 'files'}")
        with Serving(*arguments, folder=folder, QUAD_THROTTLE="false") as serving:
            yield serving


def talk(server: Serving, *pieces: str, answers: int = 1) -> list[bytes]:
    """Send pieces over one connection and read so many answers, each with its body."""
    with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
        for piece in pieces:
            connection.sendall(piece.encode())
        data, found = b"", []
        while len(found) < answers:
            head, end, rest = data.partition(b"\r\n\r\n")
            lower = head.lower()
            length = 0
            if b"content-length: " in lower and not pieces[0].startswith("HEAD"):
                length = int(lower.partition(b"content-length: ")[2].partition(b"\r\n")[0])
            if end and len(rest) >= length:
                found.append(head + end + rest[:length])
                data = rest[length:]
                continue
            more = connection.recv(65536)
            assert more, data
            data += more
        assert data == b""
        return found


def test_requests_that_come_together_are_answered_in_their_order(server: Serving) -> None:
    paths = ["/healthz", "/api/v1/users/self", "/api/v1/accounts/1", "/nowhere", "/api/v1/users/self"]
    answers = talk(server, "".join(f"GET {path} HTTP/1.1\r\n{HEAD}\r\n" for path in paths), answers=len(paths))
    assert [answer.split(b" ")[1] for answer in answers] == [b"200", b"200", b"200", b"404", b"200"]
    assert b'"status":"ok"' in answers[0]
    assert b'"name":"Quadrangle"' in answers[2]


def test_head_is_answered_though_it_has_no_body(server: Serving) -> None:
    (answer,) = talk(server, f"HEAD /api/v1/users/self HTTP/1.1\r\n{HEAD}\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"\r\n\r\n")


def test_who_asks_whether_to_go_on_is_told_at_once(server: Serving) -> None:
    with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
        body = "user[name]=Ada"
        form = "Content-Type: application/x-www-form-urlencoded\r\n"
        connection.sendall(
            f"PUT /api/v1/users/self HTTP/1.1\r\n{HEAD}{form}Expect: 100-continue\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        )
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
        connection.sendall(body.encode())
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_a_connection_that_is_to_be_closed_is_answered_first(server: Serving) -> None:
    with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
        connection.sendall(f"GET /healthz HTTP/1.1\r\n{HEAD}Connection: close\r\n\r\n".encode())
        data = b""
        while piece := connection.recv(65536):
            data += piece
    assert data.endswith(b'{"status":"ok"}')


def test_what_is_no_http_is_told_so(server: Serving) -> None:
    with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
        connection.sendall(b"NONSENSE\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 400 ")


def test_many_at_once_each_get_their_own(server: Serving) -> None:
    with httpx.Client(base_url=server.url, headers={"authorization": f"Bearer {ADMIN}"}, verify=NO_TLS) as client:

        def ask(number: int) -> bool:
            if number % 3:
                return bool(client.get("/api/v1/users/self").json()["id"] == 1)
            return client.get(f"/nowhere/{number}").status_code == 404

        with ThreadPoolExecutor(24) as pool:
            assert all(pool.map(ask, range(600)))


def test_large_files_come_whole(server: Serving) -> None:
    data = os.urandom(3_000_000)
    with httpx.Client(base_url=server.url, headers={"authorization": f"Bearer {ADMIN}"}, verify=NO_TLS) as client:
        announced = client.post("/api/v1/users/self/files", data={"name": "a.bin", "size": len(data)}).json()
        sent = httpx.post(announced["upload_url"], data=announced["upload_params"], files={"file": data}, verify=NO_TLS)
        file = httpx.get(sent.headers["location"], verify=NO_TLS).json()

        def load(_: int) -> bool:
            return httpx.get(file["url"], verify=NO_TLS).content == data

        with ThreadPoolExecutor(6) as pool:
            assert all(pool.map(load, range(12)))
