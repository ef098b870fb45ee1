"""A run of a report."""

from datetime import datetime
from typing import Any, Final, NewType

import msgspec

from quadrangle.kernel.errors import Invalid

RunId = NewType("RunId", int)

CREATED: Final = "created"
RUNNING: Final = "running"
COMPILING: Final = "compiling"
COMPLETE: Final = "complete"
ERROR: Final = "error"
ABORTED: Final = "aborted"
DELETED: Final = "deleted"
UNDER_WAY: Final = (CREATED, RUNNING, COMPILING)

EXTRA_TEXT: Final = "extra_text"


class ReportRun(msgspec.Struct, frozen=True):
    """One asking. parameters: as they were sent, and what the run wrote into them. progress in percent; current_line counts headers."""

    id: RunId
    account_id: int
    root_account_id: int
    user_id: int
    report_type: str
    parameters: dict[str, Any]
    workflow_state: str
    progress: int
    current_line: int | None
    total_lines: int | None
    file_id: int | None
    job_id: int | None
    created_at: datetime
    start_at: datetime | None
    end_at: datetime | None

    def run_time(self, now: datetime) -> float:
        """Seconds it waited, runs or ran."""
        return ((self.end_at or now) - (self.start_at or self.created_at)).total_seconds()


class AskedRun(ReportRun, frozen=True):
    """A run with the name of who asked for it."""

    author: str


class UnknownTerm(Invalid):
    """None of the terms that were named exists."""

    code = "report_term_unknown"

    def __init__(self, given: object) -> None:
        self.says = f"invalid enrollment_term_id '{given}'"
        super().__init__()


class CannotBeDone(Exception):
    """What was asked for cannot be told; the text says why."""
