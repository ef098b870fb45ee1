"""Pictures that people at Northfield drew: charts, the same bytes every time."""

import struct
import zlib
from collections.abc import Sequence
from typing import Final

WIDTH: Final = 480  # pixels
HEIGHT: Final = 240
_PAPER: Final = (253, 253, 251)
_LINE: Final = (90, 98, 106)


def bars(values: Sequence[int], ink: tuple[int, int, int] = (31, 95, 168)) -> bytes:
    """A bar for each value, as a PNG (ISO/IEC 15948)."""
    rows = [[_PAPER] * WIDTH for _ in range(HEIGHT)]
    floor, left, right = HEIGHT - 20, 20, WIDTH - 20
    step = (right - left) / len(values)
    for number, value in enumerate(values):
        begin, end = round(left + step * (number + 0.15)), round(left + step * (number + 0.85))
        top = floor - round((floor - 20) * value / max(values))
        for y in range(top, floor):
            rows[y][begin:end] = [ink] * (end - begin)
    for y in range(floor, floor + 2):
        rows[y][left:right] = [_LINE] * (right - left)
    raw = b"".join(b"\0" + bytes(part for pixel in row for part in pixel) for row in rows)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(raw, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
