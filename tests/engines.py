"""The two engines the tests run on: files of SQLite, and a real PostgreSQL started for this run."""

import atexit
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path

ENGINES = ("sqlite", "postgresql")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def binary(name: str) -> str:
    """A PostgreSQL program from PATH or Debian's versioned folder."""
    found = shutil.which(name)
    if found is not None:
        return found
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / name).exists():
            return str(folder / name)
    raise RuntimeError(f"{name} is missing: install PostgreSQL (Debian: apt-get install postgresql)")


def _unprivileged() -> dict[str, int]:
    """PostgreSQL refuses to run as root; then it runs as `postgres`, or `nobody`."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid}
    return {}


class Postgres:
    """One throw-away server in a temporary folder; durable only as far as a test of durability asks (`durable`)."""

    def __init__(self, *, durable: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="quad-pg-"))
        self.as_user = _unprivileged()
        if self.as_user:
            os.chown(self.folder, self.as_user["user"], self.as_user["group"])
        self.port = free_port()
        data = self.folder / "data"
        subprocess.run(
            [
                binary("initdb"),
                "-D",
                str(data),
                "-U",
                "quad",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-locale",
                "-N",
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.folder,
            **self.as_user,  # type: ignore[call-overload]
        )
        self.options = ["-c", f"port={self.port}", "-c", "listen_addresses=127.0.0.1", "-k", str(self.folder)]
        self.options += ["-c", "max_connections=200", "-c", "autovacuum=off"]
        if not durable:
            self.options += ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
        self.start()

    def start(self) -> None:
        """Returns once it lets people in."""
        self.process = subprocess.Popen(
            [binary("postgres"), "-D", str(self.folder / "data"), *self.options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder,
            **self.as_user,  # type: ignore[call-overload]
        )
        deadline = time.monotonic() + 30
        # It listens before it lets anybody in; an open port is not enough.
        ready = [binary("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while subprocess.run(ready).returncode != 0:
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise RuntimeError("PostgreSQL did not start")
            time.sleep(0.02)

    def kill(self) -> None:
        """As a power cut would; what it leaves running notices by itself and goes, before it can be started again."""
        self.process.kill()
        self.process.wait()
        time.sleep(0.5)

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://quad@127.0.0.1:{self.port}/{database}"

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


@cache
def postgres() -> Postgres:
    """The server of this test process."""
    server = Postgres()
    atexit.register(server.stop)
    return server
