"""The rows of one statement as CSV, made by a thread with a connection of its own."""

import asyncio
import contextlib
import csv
import io
import sqlite3
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

ROWS: Final = 25  # made ready together: so long nobody else runs Python
PIECE: Final = 32 * 1024  # bytes handed over together: each time the event loop has to see to it


class Export:
    """One run. It opens a connection of its own, which takes a millisecond, on its thread, and closes it at the end.

    times: columns that hold moments, which are told in the zone; what is no moment stays.
    """

    def __init__(
        self, opened: Callable[[], sqlite3.Connection], sql: str, arguments: list[Any], zone: str, times: list[int]
    ) -> None:
        self._times = times
        self._told = lru_cache(4096)(self._tell)
        self._opened = opened
        self._connection: sqlite3.Connection | None = None
        self._sql = sql
        self._arguments = arguments
        self._zone = ZoneInfo(zone)

    async def run(self, write: Callable[[bytes], Awaitable[None]]) -> int:
        loop = asyncio.get_running_loop()

        def hand_over(piece: bytes) -> None:
            asyncio.run_coroutine_threadsafe(_awaited(write(piece)), loop).result()

        # A thread of its own: of those that all share, some must be left to put away what is handed over.
        thread = ThreadPoolExecutor(1)
        work = loop.run_in_executor(thread, self._write, hand_over)
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            if self._connection is not None:
                with contextlib.suppress(sqlite3.ProgrammingError):  # it has just been closed
                    self._connection.interrupt()
            await asyncio.wait([work])
            raise
        finally:
            thread.shutdown()

    def _write(self, hand_over: Callable[[bytes], None]) -> int:
        with contextlib.closing(self._opened()) as connection:
            self._connection = connection
            cursor = connection.execute(self._sql, self._arguments)
            number = 0
            made = bytearray()
            while rows := cursor.fetchmany(ROWS):
                made += csv_lines(self._local(rows) if self._times else rows)
                number += len(rows)
                if len(made) >= PIECE:
                    hand_over(bytes(made))
                    made.clear()
            if made:
                hand_over(bytes(made))
            return number

    def _local(self, rows: list[Any]) -> list[Any]:
        local = []
        for row in rows:
            cells = list(row)
            for at in self._times:
                if cells[at] is not None:
                    cells[at] = self._told(cells[at])
            local.append(cells)
        return local

    def _tell(self, moment: str) -> str:
        try:
            return datetime.fromisoformat(moment).astimezone(self._zone).isoformat(timespec="seconds")
        except ValueError:
            return moment


async def _awaited(work: Awaitable[None]) -> None:
    await work


def csv_lines(rows: Iterable[Iterable[Any]]) -> bytes:
    """Rows as PostgreSQL's COPY writes them. csv alone leaves a carriage return without quotes, which ends the line for most programs."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    made = text.getvalue()
    if "\r" in made:
        made = "".join(",".join(map(_cell, row)) + "\n" for row in rows)
    return made.encode("utf-8", "replace")


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    if any(char in text for char in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text
