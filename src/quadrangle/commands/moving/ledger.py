"""What runs over many people have begun and ended, kept in their folder: a run that was killed is gone on with by the next.

`<name>.jsonl` has a line of JSON for each; an end is on the disk before anything is built on it. One run at a time holds the folder.
"""

import asyncio
import fcntl
import os
from pathlib import Path
from typing import BinaryIO, Final, Self

import msgspec

from quadrangle.commands.common import fail
from quadrangle.commands.moving.at_work import settle_folder

COMPLETE: Final = "complete"
WITH_ERRORS: Final = "complete with errors"
NOTHING: Final = "nothing"
FAILED: Final = "failed"
DONE: Final = (COMPLETE, WITH_ERRORS)


class Opening(msgspec.Struct, frozen=True, tag_field="line", tag="opening"):
    """The first line. campus: the uuid of its root account."""

    campus: str
    dialect: str = ""


class Run(msgspec.Struct, frozen=True, tag_field="line", tag="run"):
    """worker: its name in the table of jobs; when the next run holds the folder, it is gone."""

    worker: str


class Begun(msgspec.Struct, frozen=True, tag_field="line", tag="begun"):
    """key: whose, and for imports from which file."""

    key: str
    transfer_id: int


class Ended(msgspec.Struct, frozen=True, tag_field="line", tag="ended", omit_defaults=True):
    """What came of one package. user: as `quad import` finds them. bytes: of the package. why: what is missing, and the reason."""

    key: str
    user_id: int
    user: str
    name: str
    state: str
    file: str = ""
    bytes: int = 0
    objects: int = 0
    created: int = 0
    recognised: int = 0
    copied: int = 0
    warnings: int = 0
    why: str = ""

    @property
    def done(self) -> bool:
        return self.state in DONE


Line = Opening | Run | Begun | Ended
_DECODER: Final = msgspec.json.Decoder(Line)


class Ledger:
    """`with Ledger(folder, "export", again=False) as ledger:` Fails in one line when another run is at work, or the folder cannot be written."""

    def __init__(self, folder: Path, name: str, *, again: bool) -> None:
        self._folder = folder
        self._lock_path = folder / f".{name}.lock"
        self.path = folder / f"{name}.jsonl"
        self._again = again
        self._lock: BinaryIO | None = None
        self._file: BinaryIO | None = None
        self.opening: Opening | None = None
        self.workers: list[str] = []
        self.begun: dict[str, Begun] = {}
        self.ended: dict[str, Ended] = {}

    def __enter__(self) -> Self:
        try:
            self._lock = self._lock_path.open("ab")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            whole = self._read()
            self._file = self.path.open("ab")
            self._file.truncate(whole)  # a line that a power cut tore
            settle_folder(self._folder)
        except BlockingIOError:
            fail(f"Another run is at work in {self._folder}.")
        except OSError as error:
            fail(f"{self._folder} cannot be written: {error.strerror or error}.")
        return self

    def __exit__(self, *_: object) -> None:
        for one in (self._file, self._lock):
            if one is not None:
                one.close()

    def _read(self) -> int:
        """Take in what is there; how many bytes of it are whole lines."""
        if not self.path.exists():
            return 0
        whole = 0
        for number, line in enumerate(self.path.read_bytes().splitlines(keepends=True), 1):
            if not line.endswith(b"\n"):
                break
            try:
                self._take(_DECODER.decode(line))
            except msgspec.MsgspecError:
                if not self._again:
                    fail(f"{self.path} cannot be read: line {number} is damaged. --again begins anew.")
            whole += len(line)
        if self._again:
            self.opening, self.begun, self.ended = None, {}, {}
            return 0
        return whole

    def _take(self, line: Line) -> None:
        if isinstance(line, Opening):
            self.opening = line
        elif isinstance(line, Run):
            self.workers.append(line.worker)
        elif isinstance(line, Begun):
            self.begun[line.key] = line
        else:
            self.ended[line.key] = line
            self.begun.pop(line.key, None)

    def note(self, line: Line) -> None:
        """Raises OSError."""
        assert self._file is not None
        self._file.write(msgspec.json.encode(line) + b"\n")
        self._file.flush()
        self._take(line)

    async def settle(self, line: Line) -> None:
        """Note it, and wait until it is on the disk. Raises OSError."""
        self.note(line)
        assert self._file is not None
        await asyncio.to_thread(os.fsync, self._file.fileno())
