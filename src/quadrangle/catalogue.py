"""Every report there is, from whichever noun it comes. Source: account-reports.md §4."""

from typing import Final

from quadrangle import reports, tokens
from quadrangle.reports import ReportKind

REPORTS: Final[dict[str, ReportKind]] = {
    kind.name: kind for kind in sorted((*reports.KINDS, *tokens.REPORTS), key=lambda kind: kind.title)
}
