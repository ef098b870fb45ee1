"""What comes of an attempt that fails: it is over, never can succeed, or is tried again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from quadrangle.blobs import StorageUnavailable
from quadrangle.db import is_passing
from quadrangle.jobs.model import Hopeless, LeaseLost


@asynccontextmanager
async def attempting(
    what: str,
    log: Any,
    *,
    over: type[Exception],
    cannot: tuple[type[Exception], ...] = (),
    again: bool = False,
    **about: Any,
) -> AsyncIterator[None]:
    """`async with attempting("report", log, over=Stopped, run=7):` …

    over: raised inside when nothing is left to do. cannot: it never can be done, and the text says why. What passes by itself, a lost lease, a
    storage or database that does not answer, goes on to be tried again; with `again` so does everything. about: noted with a failure nobody
    expected. Raises Hopeless.
    """
    try:
        yield
    except over:
        return
    except (LeaseLost, StorageUnavailable):
        raise  # tried again
    except cannot as error:
        raise Hopeless(str(error)) from error
    except Exception as error:
        if again or is_passing(error):
            raise
        log.exception(f"{what} failed", **about)
        raise Hopeless(f"The {what} failed: {type(error).__name__}.") from error
