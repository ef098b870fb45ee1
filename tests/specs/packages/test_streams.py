"""What blocks is brought to those who await, in pieces. Source: portfolio-package.md §6; ARCHITECTURE §3."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from quadrangle.packages import Aborted, Damaged, files_of, on_thread, open_container, pieces, read
from tests.specs.packages.making import NOW, entry, feed, opened, uid, write
from tests.specs.packages.portfolios import PICTURE, TIDES, everything


def test_an_import_reads_everything_while_others_go_on(tmp_path: Path) -> None:
    path = write(tmp_path / "p.zip", everything(), [TIDES, PICTURE])

    async def run() -> tuple[list[str], list[bytes]]:
        container = await asyncio.to_thread(open_container, path)
        reading = await asyncio.to_thread(read, container, NOW)
        keys, contents = [], []
        async for packed in on_thread(reading.items()):
            keys.append(packed.key)
            for _, file in files_of(packed):
                contents.append(await asyncio.to_thread(b"".join, pieces(container, file)))
        return keys, contents

    keys, contents = asyncio.run(run())
    assert sorted(keys) == sorted(one.key for one in everything())
    assert sorted(contents) == sorted([TIDES, PICTURE, TIDES, PICTURE])


def test_values_are_made_by_threads_some_at_a_time() -> None:
    made: list[int] = []

    def values() -> Iterator[int]:
        for number in range(10):
            assert threading.current_thread() is not threading.main_thread()
            made.append(number)
            yield number

    async def run() -> None:
        seen = 0
        async for number in on_thread(values(), at_once=3):
            assert number == seen
            seen += 1
            assert len(made) <= seen + 2
        assert seen == 10

    asyncio.run(run())


def test_an_error_comes_after_what_preceded_it(tmp_path: Path) -> None:
    container = opened(tmp_path, feed(entry("urn:x:1"), "<a></b>").encode())

    async def run() -> None:
        await asyncio.to_thread(read, container, NOW)

    with pytest.raises(Aborted):
        asyncio.run(run())

    def values() -> Iterator[int]:
        yield 1
        raise Damaged("after one")

    async def take() -> None:
        async for number in on_thread(values()):
            seen.append(number)

    seen: list[int] = []
    with pytest.raises(Damaged):
        asyncio.run(take())
    assert seen == [1]


def test_bytes_that_are_not_what_was_said_are_damaged_for_those_who_await_too(tmp_path: Path) -> None:
    container = open_container(write(tmp_path / "p.zip", everything(), [TIDES, PICTURE]))
    (one,) = [packed for packed in read(container, NOW).items() if packed.key == uid(9)]
    ((_, file),) = files_of(one)

    async def run() -> None:
        wrong = msgspec.structs.replace(file, sha256="0" * 64)
        async for _ in on_thread(pieces(container, wrong)):
            pass

    with pytest.raises(Damaged):
        asyncio.run(run())


def test_several_threads_may_read_at_once(tmp_path: Path) -> None:
    container = open_container(write(tmp_path / "p.zip", everything(), [TIDES, PICTURE]))
    reading = read(container, NOW)

    async def run() -> list[list[str]]:
        async def keys() -> list[str]:
            return [one.key async for one in on_thread(reading.items(), at_once=1)]

        return await asyncio.gather(*[keys() for _ in range(4)])

    first, *others = asyncio.run(run())
    assert all(one == first for one in others)
