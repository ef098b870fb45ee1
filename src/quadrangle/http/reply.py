"""What a handler answers with, and how it becomes bytes."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec

from quadrangle.kernel.paging import Slice

_encode = msgspec.json.Encoder().encode


class Streamed(msgspec.Struct):
    """Bytes that are sent as they are read. length: their number; what falls short of it breaks the connection."""

    pieces: AsyncIterator[bytes]
    length: int


async def streamed(pieces: AsyncIterator[bytes], length: int) -> Streamed:
    """The first piece is read at once, so that what cannot be read at all fails before anything is answered."""
    first = await anext(pieces, b"")
    return Streamed(_chained(first, pieces), length)


async def _chained(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece


class Reply(msgspec.Struct):
    """A status and a body: a struct, dict, list or Slice becomes JSON; bytes stay as they are with `content_type`, as does what is streamed."""

    status: int = 200
    body: Any = None
    headers: list[tuple[bytes, bytes]] = msgspec.field(default_factory=list)
    content_type: bytes | None = None
    wrap: str | None = None  # the key a list stands under, for the few endpoints that wrap

    def header(self, name: str, value: str) -> "Reply":
        self.headers.append((name.lower().encode("latin-1"), value.encode("latin-1", "replace")))
        return self

    def plain(self) -> Any:
        """The body as it is encoded, paging and wrapping undone."""
        body = self.body.items if isinstance(self.body, Slice) else self.body
        return {self.wrap: body} if self.wrap is not None else body

    def encoded(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        if isinstance(self.body, Streamed):
            return b""
        return _encode(self.plain())


def text(body: str, status: int = 200, content_type: str = "text/plain; charset=utf-8") -> Reply:
    return Reply(status, body.encode(), content_type=content_type.encode())


def page(html: str, status: int = 200) -> Reply:
    return text(html, status, "text/html; charset=utf-8")


def redirect(to: str, status: int = 302) -> Reply:
    return Reply(status, b"", content_type=b"text/html; charset=utf-8").header("location", to)


def with_string_ids(value: Any) -> Any:
    """Integers under `id`, `ids`, `…_id` and `…_ids` as text, at every depth (conventions.md §4.3)."""
    return _stringed(msgspec.to_builtins(value))


def _stringed(value: Any) -> Any:
    if isinstance(value, list):
        return [_stringed(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _id_text(inner) if key in ("id", "ids") or key.endswith(("_id", "_ids")) else _stringed(inner)
        for key, inner in value.items()
    }


def _id_text(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return [_id_text(item) for item in value]
    return _stringed(value)
