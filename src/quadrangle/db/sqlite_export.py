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

ROWS: Final = 100  # made ready together: so long nobody else runs Python
PIECE: Final = 32 * 1024  # bytes handed over together: each time the event loop has to see to it


class Export:
    """One run. It opens a connection of its own, which takes a millisecond, on its thread, and closes it at the end."""

    def __init__(self, opened: Callable[[], sqlite3.Connection], sql: str, arguments: list[Any], zone: str) -> None:
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
            connection.create_function("local_time", 1, lru_cache(4096)(self._local_time), deterministic=True)
            cursor = connection.execute(self._sql, self._arguments)
            number = 0
            made = bytearray()
            while rows := cursor.fetchmany(ROWS):
                made += csv_lines(rows)
                number += len(rows)
                if len(made) >= PIECE:
                    hand_over(bytes(made))
                    made.clear()
            if made:
                hand_over(bytes(made))
            return number

    def _local_time(self, moment: str | None) -> str | None:
        if moment is None:
            return None
        return datetime.fromisoformat(moment).astimezone(self._zone).isoformat(timespec="seconds")


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
