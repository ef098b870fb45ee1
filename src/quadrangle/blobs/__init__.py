"""One door to bytes: what files, reports and portfolios hold, stored once by its SHA-256. The public door of this package."""

from quadrangle.blobs.archive import Archive
from quadrangle.blobs.incoming import Incoming
from quadrangle.blobs.ledger import UNUSED_FOR, Blob, forget_if_unused, old_blobs, store_all, store_bytes
from quadrangle.blobs.problems import StorageProblem, StorageUnavailable
from quadrangle.blobs.reading import read_blob
from quadrangle.blobs.store import Blobs, open_blobs
from quadrangle.blobs.tables import blobs

__all__ = [
    "UNUSED_FOR",
    "Archive",
    "Blob",
    "Blobs",
    "Incoming",
    "StorageProblem",
    "StorageUnavailable",
    "blobs",
    "forget_if_unused",
    "old_blobs",
    "open_blobs",
    "read_blob",
    "store_all",
    "store_bytes",
]
