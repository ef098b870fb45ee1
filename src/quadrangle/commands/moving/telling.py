"""How far something has come, on standard error: a bar on a terminal, elsewhere a line now and then."""

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

import typer

if TYPE_CHECKING:
    from rich.progress import Progress

EVERY: Final = 10.0  # seconds between lines


class Telling:
    """`with Telling("Exporting", "objects") as tell: tell(3, 10)`. quiet: nothing is told. now: seconds, of whichever beginning."""

    def __init__(
        self,
        what: str,
        unit: str,
        *,
        quiet: bool = False,
        terminal: bool | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._what = what
        self._unit = unit
        self._quiet = quiet
        self._terminal = sys.stderr.isatty() if terminal is None else terminal
        self._now = now
        self._told_at = now()
        self._bar: Progress | None = None
        self._task: Any = None

    def __enter__(self) -> Self:
        if self._terminal and not self._quiet:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                TextColumn("{task.fields[said]}"),
                TimeElapsedColumn(),
            )
            self._bar = Progress(*columns, console=Console(stderr=True, force_terminal=True), transient=True)
            self._task = self._bar.add_task(self._what, total=None, said="")
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, done: int, total: int | None, said: str = "") -> None:
        """said: more words. total: None while nobody knows it."""
        if self._quiet:
            return
        how_far = f"{done:,} {self._unit}" if total is None else f"{done:,} of {total:,} {self._unit}"
        if said:
            how_far = f"{how_far}, {said}"
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=total, said=how_far)
        elif self._now() - self._told_at >= EVERY:
            self._told_at = self._now()
            typer.echo(f"{self._what}: {how_far}", err=True)


def size(number: int) -> str:
    """Bytes for people."""
    if number < 1_000_000:
        return f"{number / 1_000:,.1f} kB"
    return f"{number / 1_000_000:,.1f} MB" if number < 1_000_000_000 else f"{number / 1_000_000_000:,.2f} GB"
