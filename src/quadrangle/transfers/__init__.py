"""Portfolios leave as packages, and come in. The public door of this noun."""

from quadrangle.transfers.jobs import EXPORT_PACKAGES, FORGET_PACKAGES
from quadrangle.transfers.model import (
    ABORTED,
    COMPLETE,
    EXPORT,
    IMPORT,
    MOST_IDS,
    PROCESSING,
    QUEUED,
    WITH_ERRORS,
    WITH_PACKAGE,
    ExportWish,
    NoTask,
    NothingToExport,
    ObjectsOfOthers,
    Transfer,
    Trouble,
)
from quadrangle.transfers.service import find_transfer, package_of, start_export

__all__ = [
    "ABORTED",
    "COMPLETE",
    "EXPORT",
    "EXPORT_PACKAGES",
    "FORGET_PACKAGES",
    "IMPORT",
    "MOST_IDS",
    "PROCESSING",
    "QUEUED",
    "WITH_ERRORS",
    "WITH_PACKAGE",
    "ExportWish",
    "NoTask",
    "NothingToExport",
    "ObjectsOfOthers",
    "Transfer",
    "Trouble",
    "find_transfer",
    "package_of",
    "start_export",
]
