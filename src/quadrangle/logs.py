"""Structured logs: one JSON object a line on standard error.

What a caller sent is never written, neither query nor body nor headers: a query may hold an access token. A path is written.
"""

import asyncio
import logging
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
import structlog

from quadrangle.kernel.clock import SystemClock


def configure_logs(level: str) -> None:
    """level: debug, info, warning or error. Libraries that log through the standard library come out in the same form."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(serializer=lambda event, **_: msgspec.json.encode(event, enc_hook=str)),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers = [_Bridge()]
    root.setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level.upper()]))


class Answered(msgspec.Struct):
    """The line of one request, in the form of every other line."""

    request_id: str
    method: str
    path: str
    status: int
    ms: float
    timestamp: datetime
    event: str = "answered"
    level: str = "info"


def request_log(level: str) -> Callable[[str, str, str, int, float], None] | None:
    """What writes the line of a request, given its id, method, path, status and seconds; None where the level leaves it out.

    It goes past structlog, whose processors took as long as a statement. The lines of requests that were answered in one turn of the event
    loop are written together, at its end.
    """
    if level not in ("debug", "info"):
        return None
    encode_lines, now = msgspec.json.Encoder().encode_lines, SystemClock().now
    out = sys.stderr.buffer
    waiting: list[Answered] = []

    def write() -> None:
        out.write(encode_lines(waiting))
        waiting.clear()
        out.flush()

    def note(request_id: str, method: str, path: str, status: int, seconds: float) -> None:
        if not waiting:
            asyncio.get_running_loop().call_soon(write)
        waiting.append(Answered(request_id, method, path, status, round(seconds * 1000, 2), now()))

    return note


class _Bridge(logging.Handler):
    """Hands what a library logged to structlog."""

    def emit(self, record: logging.LogRecord) -> None:
        more: dict[str, Any] = {"exc_info": record.exc_info} if record.exc_info else {}
        structlog.get_logger().log(record.levelno, record.getMessage(), logger=record.name, **more)
