"""A multipart body whose file goes to the disk as it comes; the fields before it are few and small."""

from collections.abc import Callable
from typing import Any, Final

import msgspec
from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from quadrangle.blobs import Incoming
from quadrangle.http.body import Disconnected, Receive
from quadrangle.kernel.errors import Malformed, TooLarge
from quadrangle.kernel.params import text_from

MOST_FIELDS: Final = 100
LONGEST_FIELDS: Final = 64 * 1024  # bytes of all fields and of the headers of parts together


class FilePart(msgspec.Struct, frozen=True):
    """What the file part says of itself; both may be wrong. fields: all others by name and value, also those after it, in their order."""

    filename: str
    content_type: str
    fields: tuple[tuple[str, str], ...] = ()


async def receive_upload(
    receive: Receive,
    content_type: str,
    incoming: Incoming,
    accept: Callable[[dict[str, str]], int],
    *,
    single: bool = False,
    file_name: str | None = None,
    most_fields: int = MOST_FIELDS,
) -> FilePart:
    """Read the body up to its end, and the file in it into `incoming`.

    accept: is told the fields before the file once it begins, and says how many bytes it may have; what it raises ends the upload. single:
    there may not be a second file. file_name: the part of this name is the file, whatever else it says of itself, and all others are fields;
    without it, parts with a file name are files. Raises Malformed for a body that is not multipart, holds no file, too many fields or ends in
    the middle, TooLarge, Disconnected.
    """
    kind, options = parse_options_header(content_type.encode("latin-1"))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise Malformed("An upload is multipart/form-data with a boundary.")
    reader = _Reader(file_name, most_fields)
    parser = MultipartParser(boundary, reader.callbacks())  # type: ignore[arg-type]
    limit: int | None = None
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        try:
            parser.write(message.get("body", b""))
        except FormParserError:
            raise Malformed("The multipart body could not be read.") from None
        if reader.file is not None:
            if limit is None:
                limit = accept(dict(reader.fields))
            if incoming.size + len(reader.data) > limit:
                raise TooLarge("The file is larger than was said.")
            if reader.data:
                await incoming.write(bytes(reader.data))
                reader.data.clear()
        if not message.get("more_body"):
            break
    if not reader.ended:
        raise Malformed("The multipart body ends in the middle.")
    if reader.file is None:
        raise Malformed("The multipart body holds no file.")
    if single and reader.files > 1:
        raise Malformed("The multipart body holds more than one file.")
    return msgspec.structs.replace(reader.file, fields=tuple(reader.fields))


async def receive_bytes(receive: Receive, incoming: Incoming, size: int, *, skip: int = 0) -> None:
    """Read a body of exactly `size` bytes into `incoming`, but for its first `skip` ones. Raises Malformed for more or fewer, Disconnected."""
    come = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        piece = message.get("body", b"")
        if come + len(piece) > size:
            break
        if come + len(piece) > skip:
            await incoming.write(memoryview(piece)[max(skip - come, 0) :])
        come += len(piece)
        if not message.get("more_body"):
            if come == size:
                return
            break
    raise Malformed("The body does not have as many bytes as its range.")


class _Reader:
    """Collects fields, and the data of the first file until somebody takes it away."""

    def __init__(self, file_name: str | None, most_fields: int) -> None:
        self._file_name = None if file_name is None else file_name.encode()
        self._most_fields = most_fields
        self.fields: list[tuple[str, str]] = []
        self.file: FilePart | None = None
        self.files = 0
        self.data = bytearray()
        self.ended = False
        self._reading_file = False
        self._weight = 0
        self._headers: dict[str, bytes] = {}
        self._name = self._header = b""
        self._field: bytes | None = None
        self._value = bytearray()

    def callbacks(self) -> dict[str, Callable[..., Any]]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._part_data,
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def _weigh(self, size: int) -> None:
        self._weight += size
        if self._weight > LONGEST_FIELDS:
            raise Malformed(f"The fields of an upload are larger than {LONGEST_FIELDS} bytes.")

    def _begin(self) -> None:
        self._headers, self._field, self._reading_file = {}, None, False
        self._value.clear()

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._weigh(end - start)
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._weigh(end - start)
        self._header += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._name.decode("latin-1").lower()] = self._header
        self._name = self._header = b""

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get("content-disposition", b""))
        name = options.get(b"name", b"")
        is_file = b"filename" in options if self._file_name is None else name == self._file_name
        if not is_file:
            self._field = name
            if len(self.fields) >= self._most_fields:
                raise Malformed(f"More than {self._most_fields} fields.")
            return
        self.files += 1
        if self.file is None:
            kind = self._headers.get("content-type", b"").decode("latin-1").strip()
            self.file = FilePart(options.get(b"filename", b"").decode("utf-8", "replace"), kind)
            self._reading_file = True

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._reading_file:
            self.data += data[start:end]
        elif self._field is not None:
            self._weigh(end - start)
            self._value += data[start:end]

    def _end(self) -> None:
        if self._field is not None:
            self.fields.append((text_from(self._field), text_from(bytes(self._value))))

    def _finish(self) -> None:
        self.ended = True
