"""The portfolio package: what it carries as values, and the way between those and a ZIP. The public door of this package."""

from quadrangle.packages.comparing import canon, differences
from quadrangle.packages.container import Container, open_container
from quadrangle.packages.hashing import content_hash
from quadrangle.packages.identity import Fate, Kept, fate_of
from quadrangle.packages.limits import Aborted, Damaged, Limits, Problem, Refused
from quadrangle.packages.model import (
    Block,
    Comment,
    EmbeddedFile,
    FileArtifact,
    Item,
    Packed,
    PackedFile,
    Page,
    Presentation,
    files_of,
    place_of,
)
from quadrangle.packages.names import Dialect
from quadrangle.packages.reading import Reading, read
from quadrangle.packages.references import (
    file_in,
    files_in,
    item_in,
    items_in,
    to_file,
    to_item,
    with_files,
    with_items,
)
from quadrangle.packages.streams import on_thread, pieces
from quadrangle.packages.writing import Head, PackedProblem, Source, write_package

__all__ = [
    "Aborted",
    "Block",
    "Comment",
    "Container",
    "Damaged",
    "Dialect",
    "EmbeddedFile",
    "Fate",
    "FileArtifact",
    "Head",
    "Item",
    "Kept",
    "Limits",
    "Packed",
    "PackedFile",
    "PackedProblem",
    "Page",
    "Presentation",
    "Problem",
    "Reading",
    "Refused",
    "Source",
    "canon",
    "content_hash",
    "differences",
    "fate_of",
    "file_in",
    "files_in",
    "files_of",
    "item_in",
    "items_in",
    "on_thread",
    "open_container",
    "pieces",
    "place_of",
    "read",
    "to_file",
    "to_item",
    "with_files",
    "with_items",
    "write_package",
]
