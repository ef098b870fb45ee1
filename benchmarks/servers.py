"""The servers under load, each a process of its own, and what can be seen of them from outside."""

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Self

from tests.engines import free_port

from benchmarks.load import request

KEY = "a key for benchmarks"
ADMIN_TOKEN = "admin-token-of-the-bench"
TOKEN = "benchmark-token-0123456789"
STUDENT_TOKEN = "student-token-of-the-bench"


class Serving:
    """One server process, from its start until `stop`. started_in: seconds from the start of the process to its first answer."""

    def __init__(self, command: list[str], environment: dict[str, str], path: str) -> None:
        self.port = free_port()
        began = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", *command, "--port", str(self.port)],
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._ask_until_answered(path)
        self.started_in = time.perf_counter() - began

    def _ask_until_answered(self, path: str) -> None:
        deadline = time.monotonic() + 30
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 5) as connection:
                    connection.sendall(request("GET", path, TOKEN))
                    if connection.recv(65536).startswith(b"HTTP/1.1 200"):
                        return
                    raise RuntimeError(f"{path} was not answered with 200")
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("the server did not start") from None
                time.sleep(0.002)

    def resident(self) -> float:
        """Resident memory now, in MB."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise RuntimeError("no VmRSS: memory can be measured on Linux only")

    def cpu_seconds(self) -> float:
        """Processor time the server has used since it began."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class Watching:
    """The largest resident memory of a server while a block runs, looked at 20 times a second."""

    def __init__(self, server: Serving) -> None:
        self._server = server
        self._done = threading.Event()
        self.largest = 0.0

    def _look(self) -> None:
        while not self._done.wait(0.05):
            self.largest = max(self.largest, self._server.resident())

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        self.largest = max(self.largest, self._server.resident())


def quadrangle(database_url: str, path: str, **settings: str) -> Serving:
    """`quad serve` as people run it, but with throttling off: it would refuse 32 connections of one token."""
    environment = {"QUAD_THROTTLE": "false", "QUAD_SECRET_KEY": KEY}
    environment |= {f"QUAD_{name.upper()}": value for name, value in settings.items()}
    return Serving(["quadrangle", "serve", "--database", database_url], environment, path)


def bare(database_url: str, page_id: int) -> Serving:
    """The bare application on the same server program with the same options."""
    command = ["uvicorn", "benchmarks.bare:app", "--log-level", "warning", "--no-access-log", "--no-server-header"]
    return Serving(command, {"BARE_DATABASE_URL": database_url, "BARE_PAGE_ID": str(page_id)}, "/")
