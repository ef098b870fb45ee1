"""The beginning of what a run has made, to be looked at before the file is fetched. Source: web.md W17."""

import csv
import io
import zipfile
from itertools import islice
from typing import IO, Final

import msgspec

from quadrangle.blobs import Blobs, read_blob
from quadrangle.files import AVAILABLE, File

ROWS: Final = 50
LONGEST_CELL: Final = 300  # characters that are shown of one
_ZIP: Final = "application/zip"


class Preview(msgspec.Struct, frozen=True):
    """parts: the files of a run that has several; part: the one that is shown. more: whether rows follow those that are here."""

    parts: tuple[str, ...]
    part: str | None
    header: list[str]
    rows: list[list[str]]
    more: bool


async def preview(blobs: Blobs, file: File, part: str | None = None) -> Preview | None:
    """The first rows of the file of a run; of a run with several parts those of `part`, else of the first. None: there is nothing to read."""
    if file.digest is None or file.workflow_state != AVAILABLE:
        return None

    def read(raw: IO[bytes]) -> Preview | None:
        if file.content_type != _ZIP:
            return _beginning(raw, (), None)
        with zipfile.ZipFile(raw) as archive:
            parts = tuple(archive.namelist())
            if not parts:
                return None
            name = part if part in parts else parts[0]
            with archive.open(name) as member:
                return _beginning(member, parts, name)

    return await read_blob(blobs, file.digest, file.size, read)


def _beginning(raw: IO[bytes], parts: tuple[str, ...], part: str | None) -> Preview:
    lines = csv.reader(io.TextIOWrapper(raw, "utf-8", newline=""))
    header = _shortened(next(lines, []))
    rows = [_shortened(row) for row in islice(lines, ROWS)]
    return Preview(parts, part, header, rows, more=next(lines, None) is not None)


def _shortened(row: list[str]) -> list[str]:
    return [cell if len(cell) <= LONGEST_CELL else cell[: LONGEST_CELL - 1] + "…" for cell in row]
