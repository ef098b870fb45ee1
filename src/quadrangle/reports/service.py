"""What happens to runs of reports: somebody starts them, aborts them, deletes them. Source: account-reports.md §1.1, §2."""

import re
from typing import Any, Final

from quadrangle.accounts import Account, Term, terms_among, terms_of
from quadrangle.db import UnitOfWork
from quadrangle.jobs import abort_job, enqueue
from quadrangle.kernel.access import Granted
from quadrangle.kernel.errors import NotFound
from quadrangle.kernel.ids import parse_ref
from quadrangle.reports import store
from quadrangle.reports.kinds import ReportKind
from quadrangle.reports.model import (
    ABORTED,
    CREATED,
    DELETED,
    EXTRA_TEXT,
    RUNNING,
    UNDER_WAY,
    ReportRun,
    RunId,
    UnknownTerm,
)
from quadrangle.reports.tables import report_runs

RUN_REPORT: Final = "run_report"
ACTIVE_TERMS: Final = "active_terms"
WAS_ABORTED: Final = "Report has been aborted"
_TERM_NAMES: Final = ("enrollment_term_id", "enrollment_term", "term")
_TERM_KINDS: Final = frozenset({"sis_term_id", "sis_integration_id"})
_TERM_WORDS: Final = frozenset({"default", "current"})


def term_asked_for(parameters: dict[str, Any]) -> Any:
    """Which terms were named, as they were sent; None: none."""
    for name in _TERM_NAMES:
        given = parameters.get(name)
        if given is not None and str(given).strip():
            return given
    return None


async def terms_named(uow: UnitOfWork, given: Any, root_id: int) -> list[Term]:
    """The terms of a root that somebody named. Raises UnknownTerm when none of them exists."""
    text = str(given).strip()
    if text == ACTIVE_TERMS:
        return await terms_of(uow, root_id, at=uow.now)
    refs = {
        ref
        for one in text.split(",")
        if (ref := parse_ref(one.strip(), kinds=_TERM_KINDS, words=_TERM_WORDS)) is not None
    }
    found = await terms_among(uow, refs, root_id, uow.now) if refs else []
    if not found:
        raise UnknownTerm(given)
    return sorted(found, key=lambda term: term.id)


async def course_named(uow: UnitOfWork, given: Any, root_id: int) -> int | None:
    """The id of a course of a root, in any state; None: there is no such course."""
    ref = parse_ref(str(given).strip(), kinds=frozenset({"sis_course_id"}))
    if ref is None or ref.kind not in store.COURSE_BY:
        return None
    value: Any = ref.number if ref.kind == "id" else ref.value
    return await uow.one(store.COURSE_BY[ref.kind], root_id=root_id, value=value)


async def start_report(
    uow: UnitOfWork, account: Granted[Account], kind: ReportKind, parameters: dict[str, Any], *, user_id: int
) -> ReportRun:
    """Ask for one run of a report over an account and all below it; it is done as a job.

    parameters: kept as they are; what the report does not know does no harm. Raises UnknownTerm. Source: account-reports.md §2.2.
    """
    root_id = account.subject.root_id
    given = term_asked_for(parameters)
    if given is not None:
        await terms_named(uow, given, root_id)
    id = await uow.insert(
        report_runs,
        account_id=account.subject.id,
        root_account_id=root_id,
        user_id=user_id,
        report_type=kind.name,
        parameters=parameters,
        workflow_state=CREATED,
        progress=0,
        created_at=uow.now,
    )
    job_id = await enqueue(uow, RUN_REPORT, lane=f"reports:{root_id}", run_id=id)
    await uow.update(report_runs, {"id": id}, job_id=job_id)
    return await reload_run(uow, id)


async def find_run(uow: UnitOfWork, account: Granted[Account], report_type: str, id: int) -> ReportRun:
    """A run of that type at exactly this account that is not deleted, or NotFound."""
    run = await uow.one(store.RUN, id=id)
    if (
        run is None
        or run.account_id != account.subject.id
        or run.report_type != report_type
        or run.workflow_state == DELETED
    ):
        raise NotFound
    return run


async def abort_report(uow: UnitOfWork, run: ReportRun, *, only_running: bool) -> ReportRun:
    """Stop a run that is not over; only_running: nor one that has not begun. NotFound for any other. Of two that ask at once, one succeeds."""
    states = (RUNNING,) if only_running else UNDER_WAY
    if run.workflow_state not in states:
        raise NotFound
    moved = await uow.update(
        report_runs,
        {"id": run.id, "workflow_state": run.workflow_state},
        workflow_state=ABORTED,
        progress=100,
        end_at=uow.now,
        parameters={**run.parameters, EXTRA_TEXT: WAS_ABORTED},
    )
    if not moved:
        raise NotFound
    await _stop_job(uow, run)
    return await reload_run(uow, run.id)


async def delete_report(uow: UnitOfWork, run: ReportRun) -> ReportRun:
    """Take a run out of sight, and stop it if it is under way. Its file stays. NotFound when somebody else was faster."""
    moved = await uow.update(report_runs, {"id": run.id, "workflow_state": run.workflow_state}, workflow_state=DELETED)
    if not moved:
        raise NotFound
    await _stop_job(uow, run)
    return await reload_run(uow, run.id)


async def _stop_job(uow: UnitOfWork, run: ReportRun) -> None:
    if run.job_id is not None:
        await abort_job(uow, run.job_id)


async def reload_run(uow: UnitOfWork, id: int) -> ReportRun:
    run = await uow.one(store.RUN, id=RunId(id))
    assert run is not None
    return run


def file_name_part(name: str) -> str:
    """A name as it can be that of a file in a ZIP."""
    return re.sub(r"[/\\\x00-\x1f:]", "_", name).strip() or "_"
