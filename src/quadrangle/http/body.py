"""Request bodies: received up to a limit, then read as one parameter tree whatever their encoding (conventions.md §5.1)."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec
from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from quadrangle.kernel.errors import Malformed, TooLarge
from quadrangle.kernel.params import MAX_KEYS, Tree, nest, pairs_from, text_from, tree_from_json

Receive = Callable[[], Awaitable[dict[str, Any]]]


class Disconnected(Exception):
    """The client went away before it had sent its request."""


class Upload(msgspec.Struct, frozen=True):
    """A file part of a multipart body."""

    filename: str
    content_type: str
    data: bytes


async def receive_body(receive: Receive, headers: dict[bytes, bytes], limit: int) -> bytes:
    """The whole body. Raises TooLarge as soon as it is known to be over `limit` bytes, Disconnected when it never ends."""
    declared = headers.get(b"content-length")
    if declared is None and b"transfer-encoding" not in headers:
        return b""
    if declared is not None and declared.isdigit() and int(declared) > limit:
        raise TooLarge(f"The request body is larger than {limit} bytes.")
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        piece = message.get("body", b"")
        size += len(piece)
        if size > limit:
            raise TooLarge(f"The request body is larger than {limit} bytes.")
        pieces.append(piece)
        if not message.get("more_body"):
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)


_FORM: Final = "application/x-www-form-urlencoded"


def tree_from_body(raw: bytes, content_type: str) -> Tree:
    """The tree of a body. A type that carries no parameters (text, XML) is an empty tree, as in Rails."""
    if not raw:
        return {}
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        return tree_from_json(raw)
    if kind in ("", _FORM):
        if raw[:1] in b"[{":
            try:
                return tree_from_json(raw)
            except Malformed:
                pass  # not JSON after all: the form text it was declared to be
        return nest(pairs_from(raw))
    if kind == "multipart/form-data":
        return nest(_parts(raw, content_type))
    return {}


def _parts(raw: bytes, content_type: str) -> list[tuple[str, Any]]:
    _, options = parse_options_header(content_type.encode("latin-1"))
    boundary = options.get(b"boundary")
    if not boundary:
        raise Malformed("The multipart body has no boundary.")
    reader = _PartReader()
    try:
        parser = MultipartParser(boundary, reader.callbacks())  # type: ignore[arg-type]
        parser.write(raw)
        parser.finalize()
    except FormParserError:
        raise Malformed("The multipart body could not be read.") from None
    if not reader.ended:
        raise Malformed("The multipart body ends in the middle.")
    return reader.pairs


class _PartReader:
    """Collects the parts that python-multipart's callbacks announce."""

    def __init__(self) -> None:
        self.pairs: list[tuple[str, Any]] = []
        self.ended = False
        self._headers: dict[str, bytes] = {}
        self._name = self._value = b""
        self._data = bytearray()

    def callbacks(self) -> dict[str, Callable[..., None]]:
        return {
            "on_part_begin": self._begin,
            "on_part_data": lambda data, start, end: self._data.extend(data[start:end]),
            "on_part_end": self._end,
            "on_header_field": self._field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_end": self._finish,
        }

    def _begin(self) -> None:
        if len(self.pairs) >= MAX_KEYS:
            raise Malformed(f"More than {MAX_KEYS} parameters.")
        self._headers, self._data = {}, bytearray()

    def _field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._name.decode("latin-1").lower()] = self._value
        self._name = self._value = b""

    def _end(self) -> None:
        _, options = parse_options_header(self._headers.get("content-disposition", b""))
        name = text_from(options.get(b"name", b""))
        if b"filename" in options:
            kind = self._headers.get("content-type", b"application/octet-stream").decode("latin-1")
            self.pairs.append((name, Upload(text_from(options[b"filename"]), kind, bytes(self._data))))
        else:
            self.pairs.append((name, text_from(bytes(self._data))))

    def _finish(self) -> None:
        self.ended = True
