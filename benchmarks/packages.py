"""Portfolio packages: beside `zlib` at level 6 over the same bytes, and how much memory a large one takes.

`python -m benchmarks.packages [--quick]` runs this alone; with a direction, a number of items and a path it is one process that does it once.
"""

import asyncio
import hashlib
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from quadrangle.blobs import Archive, open_blobs
from quadrangle.packages import Head, Limits, Packed, PackedFile, files_of, open_container, pieces, read, write_package
from quadrangle.packages.model import FileArtifact, Reflection

MOMENT: Final = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
BUDGET_WRITING: Final = 1.0  # times the plain deflate
BUDGET_READING: Final = 2.0
BUDGET_GROWTH: Final = 96.0  # MB
ITEMS: Final = 100
BYTES: Final = 10_000_000
LARGE: Final = 10_000  # items
LIMITS: Final = Limits(upload=2 << 30)  # a gigabyte of files is more than an upload may be
LARGE_FILE: Final = 125_000  # bytes; four fifths of the items have one
_WORDS: Final = b"tide height hour harbour measured again after the storm at noon by both of us with a rule and a rope "


class PackageFigures(msgspec.Struct):
    """Seconds, medians, of 100 items with 10 MB: half of the bytes text, half already packed. Growth in MB, of
    one process for each direction."""

    deflate: float
    writing: float
    reading: float
    items: int
    gigabytes: float
    writing_grew: float
    reading_grew: float
    large_writing: float
    large_reading: float

    def budgets(self) -> list[tuple[str, str, str, bool]]:
        """Name, figure, budget, kept."""
        written, had = self.writing / self.deflate, self.reading / self.deflate
        size = f"{self.items:,} items, {self.gigabytes:.1f} GB"
        return [
            (
                f"writing {ITEMS} items, 10 MB",
                f"{written:.2f} × deflate 6 ({self.deflate:.2f} → {self.writing:.2f} s)",
                f"≤ {BUDGET_WRITING:.0f} ×",
                written <= BUDGET_WRITING,
            ),
            ("reading them", f"{had:.2f} × ({self.reading:.2f} s)", f"≤ {BUDGET_READING:.0f} ×", had <= BUDGET_READING),
            (
                f"writing {size}, memory grows",
                f"{self.writing_grew:.0f} MB ({self.large_writing:.1f} s)",
                f"< {BUDGET_GROWTH:.0f} MB",
                self.writing_grew < BUDGET_GROWTH,
            ),
            (
                "reading it, memory grows",
                f"{self.reading_grew:.0f} MB ({self.large_reading:.1f} s)",
                f"< {BUDGET_GROWTH:.0f} MB",
                self.reading_grew < BUDGET_GROWTH,
            ),
        ]


def _uid(number: int) -> str:
    return f"6f0d0000-0000-4000-8000-{number:012}"


def _content(number: int, size: int) -> bytes:
    """Text, or bytes that do not shrink, in turns."""
    if number % 2:
        return hashlib.shake_256(str(number).encode()).digest(size)
    lines = (b"%d %s\n" % (number * n * 7919 % 100_003, _WORDS[n % 40 :]) for n in range(size // 60 + 1))
    return b"".join(lines)[:size]


class Made:
    """A source that makes everything when it is asked: reflections, and file artifacts with `size` bytes each. every: of how many items one is a
    reflection. Contents are few and known beforehand: making them is no part of what is measured."""

    def __init__(self, items: int, size: int, *, every: int) -> None:
        self._items = items
        self._every = every
        self.contents = [_content(number, size) for number in range(20)]
        self._digests = [hashlib.sha256(one).hexdigest() for one in self.contents]
        self._by_digest = dict(zip(self._digests, self.contents, strict=True))

    async def items(self) -> AsyncIterator[Packed]:
        text = "<p>" + "What the tides taught me, again. " * 40 + "</p>"
        reflections = self._items // self._every
        for number in range(reflections):
            when = MOMENT + timedelta(seconds=number)
            about = (_uid(reflections + number), _uid(self._items - 1))
            yield Reflection(
                key=_uid(number),
                type=200,
                name=f"Day {number}",
                created=when,
                modified=when,
                description=text,
                about=about,
            )
        for number in range(reflections, self._items):
            when = MOMENT + timedelta(seconds=number)
            which = number % len(self.contents)
            file = PackedFile(
                name=f"tides {number}.csv",
                media_type="text/csv",
                sha256=self._digests[which],
                size=len(self.contents[which]),
            )
            yield FileArtifact(
                key=_uid(number),
                type=310,
                name=f"Tides {number}",
                created=when,
                modified=when,
                description=text,
                file=file,
            )

    async def bytes_of(self, file: PackedFile) -> AsyncIterator[bytes]:
        content = self._by_digest[file.sha256]
        for start in range(0, len(content), 256 * 1024):
            yield content[start : start + 256 * 1024]


async def write_to(source: Made, folder: Path, target: Path) -> float:
    began = time.perf_counter()
    async with open_blobs(f"file://{folder}").incoming() as incoming:
        archive = Archive(incoming, MOMENT)
        head = Head(
            feed_id=_uid(10**11), display_name="Ada", person_uid=_uid(10**11 + 1), person_since=MOMENT, made_at=MOMENT
        )
        await write_package(archive, head, source)
        await archive.finish()
        await incoming.finish()
        seconds = time.perf_counter() - began
        assert incoming.path is not None
        await asyncio.to_thread(shutil.copy, incoming.path, target)
    return seconds


def _read(path: Path) -> float:
    """All that an import does before it has a database: every check, every value, every byte."""
    began = time.perf_counter()
    container = open_container(path, LIMITS)
    reading = read(container, MOMENT + timedelta(days=1))
    for packed in reading.items():
        for _, file in files_of(packed):
            for _ in pieces(container, file):
                pass
    assert not [one for one in reading.problems() if one.error]
    return time.perf_counter() - began


def deflate_all(contents: list[bytes]) -> float:
    began = time.perf_counter()
    for content in contents:
        zlib.compress(content, 6)
    return time.perf_counter() - began


def now_mb() -> float:
    """Resident memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


def most_mb() -> float:
    """The most it ever was. What getrusage says of that includes the process that started this one."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6


def _large(direction: str, items: int, path: Path) -> None:
    """One direction in a process of its own, after a small package has brought in all code: the most it takes beyond that."""
    small = Made(10, LARGE_FILE, every=5)
    folder = path.parent
    asyncio.run(write_to(small, folder, folder / "small.zip"))
    _read(folder / "small.zip")
    source = Made(items, LARGE_FILE, every=5)
    before = now_mb()
    seconds = asyncio.run(write_to(source, folder, path)) if direction == "write" else _read(path)
    print(json.dumps([seconds, most_mb() - before, path.stat().st_size]))


def _in_a_process(direction: str, items: int, path: Path) -> list[float]:
    command = [sys.executable, "-m", "benchmarks.packages", direction, str(items), str(path)]
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    return [float(one) for one in json.loads(told.stdout)]


def measure(*, quick: bool) -> PackageFigures:
    times = 3 if quick else 7
    items = LARGE // 10 if quick else LARGE
    source = Made(ITEMS, BYTES // (ITEMS - ITEMS // 5), every=5)
    contents = [source.contents[number % len(source.contents)] for number in range(ITEMS // 5, ITEMS)]
    deflate, writing, reading = [], [], []
    with tempfile.TemporaryDirectory(prefix="quad-bench-") as name:
        folder = Path(name)
        for _ in range(times):  # in turns, as a machine is never as quiet as one thinks
            deflate.append(deflate_all(contents))
            writing.append(asyncio.run(write_to(source, folder, folder / "p.zip")))
            reading.append(_read(folder / "p.zip"))
        wrote = _in_a_process("write", items, folder / "large.zip")
        had = _in_a_process("read", items, folder / "large.zip")
    return PackageFigures(
        *(statistics.median(one) for one in (deflate, writing, reading)),
        items=items,
        gigabytes=items * 4 // 5 * LARGE_FILE / 1e9,
        writing_grew=wrote[1],
        reading_grew=had[1],
        large_writing=wrote[0],
        large_reading=had[0],
    )


def as_table(found: PackageFigures) -> str:
    lines = ["packages", ""]
    for name, figure, budget, kept in found.budgets():
        lines.append(f"  {name:<44}{figure:<38}{budget:<10}{'kept' if kept else 'MISSED'}".rstrip())
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    if len(sys.argv) > 3:
        _large(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
    else:
        print(as_table(measure(quick="--quick" in sys.argv)))
