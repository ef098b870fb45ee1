"""Portfolios leave as packages, and come in. The public door of this noun."""

from quadrangle.transfers.jobs import EXPORT_PACKAGES, forget_packages, import_packages
from quadrangle.transfers.model import (
    ABORTED,
    COMPLETE,
    EXPORT,
    IMPORT,
    PROCESSING,
    QUEUED,
    WITH_ERRORS,
    WITH_PACKAGE,
    Bounds,
    ExportWish,
    Landed,
    NoTask,
    NothingToExport,
    ObjectsOfOthers,
    Report,
    Transfer,
    Trouble,
)
from quadrangle.transfers.reach import Target, may_name_others, targets_of
from quadrangle.transfers.service import find_transfer, package_of, start_export, start_import

__all__ = [
    "ABORTED",
    "COMPLETE",
    "EXPORT",
    "EXPORT_PACKAGES",
    "IMPORT",
    "PROCESSING",
    "QUEUED",
    "WITH_ERRORS",
    "WITH_PACKAGE",
    "Bounds",
    "ExportWish",
    "Landed",
    "NoTask",
    "NothingToExport",
    "ObjectsOfOthers",
    "Report",
    "Target",
    "Transfer",
    "Trouble",
    "find_transfer",
    "forget_packages",
    "import_packages",
    "may_name_others",
    "package_of",
    "start_export",
    "start_import",
    "targets_of",
]
