"""`quad` as people run it: a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from tests.engines import free_port

QUAD = [sys.executable, "-m", "quadrangle"]


def environment(**more: str) -> dict[str, str]:
    """The environment without settings of the machine's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QUAD_")}
    return {**kept, "QUAD_SECRET_KEY": "a key for tests", **more}


def quad(*arguments: str, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [*QUAD, *arguments],
        cwd=folder,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def quad_json(*arguments: str, folder: Path, **settings: str) -> Any:
    """The one JSON object a command prints with `--json`."""
    done = quad(*arguments, "--json", folder=folder, **settings)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class Serving:
    """`quad serve` on a free port, from the moment it answers; `with` stops it. seconds: from start to the first answer."""

    def __init__(self, *arguments: str, folder: Path, **settings: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / f"serve-{self.port}.log"
        started = time.perf_counter()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*QUAD, "serve", "--port", str(self.port), *arguments],
                cwd=folder,
                env=environment(**settings),
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        while True:
            try:
                httpx.get(self.url + "/healthz")
                break
            except httpx.TransportError:
                if self.process.poll() is not None or time.perf_counter() - started > 60:
                    self.kill()
                    raise RuntimeError("quad serve did not start: " + self.log.read_text()) from None
                time.sleep(0.005)
        self.seconds = time.perf_counter() - started

    def kill(self) -> None:
        """As a power cut would: no word of warning."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def __enter__(self) -> "Serving":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.stop()

    def lines(self) -> list[dict[str, Any]]:
        """What it has logged so far."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]
