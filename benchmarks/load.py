"""A small load generator: keep-alive connections on one epoll loop, one request in flight on each.

It costs about 20 µs a request, so that it and a server of one process fit on two cores; every machine with Python has it, so figures
compare. Each connection takes its requests from an iterator of its own: a body can differ each time.
"""

import select
import socket
import time
from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec


class Measured(msgspec.Struct, frozen=True):
    """What one run showed. Times in milliseconds; statuses counts answers by status code; answered counts those of the warm-up too."""

    requests: int
    answered: int
    seconds: float
    per_second: float
    p50: float
    p99: float
    worst: float
    statuses: dict[str, int]
    cpu: float = 0.0  # microseconds of the server process a request

    @property
    def all_fine(self) -> bool:
        return set(self.statuses) == {"200"}


class _Connection:
    __slots__ = ("buffer", "needed", "requests", "sent_at", "socket")

    def __init__(self, host: str, port: int, requests: Iterator[bytes]) -> None:
        self.socket = socket.create_connection((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.requests = requests
        self.buffer = b""
        self.needed = 0
        self.sent_at = 0.0

    def ask(self) -> None:
        self.buffer, self.needed = b"", 0
        self.sent_at = time.perf_counter()
        self.socket.sendall(next(self.requests))

    def answered(self) -> bool:
        """Take what has arrived; True once the whole answer has. Raises ConnectionError when the server hung up."""
        piece = self.socket.recv(262_144)
        if not piece:
            raise ConnectionError(f"the server hung up after {self.buffer[:200]!r}")
        self.buffer = self.buffer + piece if self.buffer else piece
        if not self.needed:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return False
            head = self.buffer[:end].lower()
            at = head.find(b"\r\ncontent-length:")
            if at < 0:
                raise ConnectionError(f"an answer without length: {head!r}")
            length = head[at + 17 :].partition(b"\r\n")[0]
            self.needed = end + 4 + int(length)
        return len(self.buffer) >= self.needed


def request(
    method: str, path: str, token: str, body: bytes = b"", host: str = "127.0.0.1", accept: str = "*/*"
) -> bytes:
    """One request as bytes; a body goes as a form."""
    lines = [
        f"{method} {path} HTTP/1.1",
        f"host: {host}",
        f"authorization: Bearer {token}",
        f"accept: {accept}",
        "user-agent: quadrangle-bench",
    ]
    if method != "GET":
        lines += [f"content-length: {len(body)}"]
        if body:
            lines += ["content-type: application/x-www-form-urlencoded"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def run(host: str, port: int, requests: Iterable[Iterator[bytes]], seconds: float, *, warm_up: float = 0.3) -> Measured:
    """Load one server for `seconds` after `warm_up`, with as many connections as there are iterators of requests."""
    connections = {}
    poll = select.epoll()
    for each in requests:
        connection = _Connection(host, port, each)
        connections[connection.socket.fileno()] = connection
        poll.register(connection.socket, select.EPOLLIN)
    latencies: list[float] = []
    statuses: Counter[str] = Counter()
    clock = time.perf_counter
    begins = clock() + warm_up
    ends = begins + seconds
    for connection in connections.values():
        connection.ask()
    running = len(connections)
    answered = 0
    while running:
        for fileno, _ in poll.poll(30):
            connection = connections[fileno]
            if not connection.answered():
                continue
            now = clock()
            answered += 1
            if begins <= now < ends:
                latencies.append(now - connection.sent_at)
                statuses[connection.buffer[9:12].decode()] += 1
            if now < ends:
                connection.ask()
            else:
                running -= 1
    for connection in connections.values():
        connection.socket.close()
    poll.close()
    latencies.sort()
    count = len(latencies)
    if not count:
        raise RuntimeError("nothing was answered")
    return Measured(
        requests=count,
        answered=answered,
        seconds=seconds,
        per_second=count / seconds,
        p50=latencies[count // 2] * 1000,
        p99=latencies[min(count - 1, count * 99 // 100)] * 1000,
        worst=latencies[-1] * 1000,
        statuses=dict(statuses),
    )
