"""Account reports: what can be asked, and each asking. The public door of this noun."""

from quadrangle.reports import activity, course_lists, grades, outcomes, portfolios, provisioning
from quadrangle.reports.access import READ_REPORTS, allow_reports
from quadrangle.reports.jobs import run_reports
from quadrangle.reports.kinds import COURSE, TERM, WITH_DELETED, Parameter, Part, ReportKind, one_part
from quadrangle.reports.model import (
    ABORTED,
    COMPLETE,
    CREATED,
    DELETED,
    ERROR,
    EXTRA_TEXT,
    RUNNING,
    UNDER_WAY,
    AskedRun,
    ReportRun,
    UnknownTerm,
)
from quadrangle.reports.preview import ROWS as PREVIEWED_ROWS
from quadrangle.reports.preview import Preview, preview
from quadrangle.reports.scope import Scope
from quadrangle.reports.service import abort_report, delete_report, find_run, start_report
from quadrangle.reports.store import COUNT_RUNS, LAST_RUNS, RUN, RUNS, RUNS_WITH_AUTHORS
from quadrangle.reports.tables import report_runs

KINDS = (
    *activity.KINDS,
    *course_lists.KINDS,
    *grades.KINDS,
    *outcomes.KINDS,
    *portfolios.KINDS,
    *provisioning.KINDS,
)
"""Every report but those that later nouns add; all of them: quadrangle.catalogue."""

__all__ = [
    "ABORTED",
    "COMPLETE",
    "COUNT_RUNS",
    "COURSE",
    "CREATED",
    "DELETED",
    "ERROR",
    "EXTRA_TEXT",
    "KINDS",
    "LAST_RUNS",
    "PREVIEWED_ROWS",
    "READ_REPORTS",
    "RUN",
    "RUNNING",
    "RUNS",
    "RUNS_WITH_AUTHORS",
    "TERM",
    "UNDER_WAY",
    "WITH_DELETED",
    "AskedRun",
    "Parameter",
    "Part",
    "Preview",
    "ReportKind",
    "ReportRun",
    "Scope",
    "UnknownTerm",
    "abort_report",
    "allow_reports",
    "delete_report",
    "find_run",
    "one_part",
    "preview",
    "report_runs",
    "run_reports",
    "start_report",
]
