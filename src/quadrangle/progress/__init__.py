"""How far a long change has come. The public door of this noun."""

from quadrangle.progress.model import QUEUED, Progress
from quadrangle.progress.service import begin_progress, cancel_progress, complete_progress, fail_progress, run_progress
from quadrangle.progress.store import find_progress

__all__ = [
    "QUEUED",
    "Progress",
    "begin_progress",
    "cancel_progress",
    "complete_progress",
    "fail_progress",
    "find_progress",
    "run_progress",
]
