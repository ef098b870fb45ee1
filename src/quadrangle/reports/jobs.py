"""Doing a run. Source: account-reports.md §1.1, §1.2."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any, Final

import msgspec
import structlog

from quadrangle.accounts import reload as reload_account
from quadrangle.accounts import terms_of
from quadrangle.blobs import Blob, store_bytes
from quadrangle.db import UnitOfWork
from quadrangle.files import ACCOUNT, RENAME, Arrival, Owner, keep_file, root_of
from quadrangle.jobs import Kind, Running, attempting
from quadrangle.kernel.params import truthy
from quadrangle.people import notices
from quadrangle.reports import store
from quadrangle.reports.kinds import COURSE, Part, ReportKind
from quadrangle.reports.model import COMPLETE, CREATED, EXTRA_TEXT, RUNNING, CannotBeDone, ReportRun, UnknownTerm
from quadrangle.reports.provisioning import chosen_parts
from quadrangle.reports.scope import Scope
from quadrangle.reports.service import RUN_REPORT, course_named, file_name_part, reload_run, term_asked_for, terms_named
from quadrangle.reports.tables import report_runs
from quadrangle.reports.writing import Writer

SEEN_AGAIN: Final = 0.5  # seconds between two notes of how far a run has come
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_log = structlog.get_logger("quadrangle.reports")


class _Stopped(Exception):
    """Somebody aborted or deleted the run."""


def run_reports(catalogue: Mapping[str, ReportKind]) -> Kind:
    """The kind of job that does runs of these reports."""

    async def run(running: Running) -> None:
        await _Doing(running, catalogue).run()

    return Kind(RUN_REPORT, run, given_up=_given_up)


class _Doing:
    """One attempt at one run."""

    def __init__(self, running: Running, catalogue: Mapping[str, ReportKind]) -> None:
        self._running = running
        self._catalogue = catalogue
        self._id = int(running.payload["run_id"])
        self._noted_at = time.monotonic()

    async def run(self) -> None:
        async with attempting("report", _log, over=_Stopped, cannot=(CannotBeDone, UnknownTerm), run=self._id):
            await self._do()

    async def _do(self) -> None:
        async with self._running.change() as uow:
            begun = await uow.update(
                report_runs, {"id": self._id, "workflow_state": CREATED}, workflow_state=RUNNING, start_at=uow.now
            )
            run = await reload_run(uow, self._id)
            if not begun and run.workflow_state != RUNNING:
                raise _Stopped
        kind = self._catalogue[run.report_type]
        if kind.prepare is not None:
            run = await self._write_back(run, kind.prepare(run.parameters, self._running.clock.now()))
        async with self._running.reading() as uow:
            scope, text = await _scope(uow, run, kind)
        parts = await asyncio.to_thread(kind.parts, scope)
        zipped = kind.zipped or len(parts) > 1
        async with self._running.blobs.incoming() as incoming:
            writer = Writer(self._running.database, incoming, zone=scope.zone, advanced=self._advanced)
            if parts:
                await writer.write(_told_apart(parts), zipped=zipped, now=scope.now)
            blob = await store_bytes(self._running.database, self._running.clock, self._running.blobs, incoming)
        await self._complete(run, text, blob, zipped=zipped, lines=writer.lines)

    async def _write_back(self, run: ReportRun, parameters: dict[str, Any]) -> ReportRun:
        async with self._running.change() as uow:
            await uow.update(report_runs, {"id": run.id, "workflow_state": RUNNING}, parameters=parameters)
            return await reload_run(uow, run.id)

    async def _advanced(self, lines: int, expected: int) -> None:
        """Note how far it has come, now and then. A run that was stopped meanwhile goes no further."""
        now = time.monotonic()
        if now - self._noted_at < SEEN_AGAIN:
            return
        self._noted_at = now
        percent = min(99, lines * 100 // max(expected, lines, 1))
        async with self._running.change() as uow:
            if not await uow.run(store.ADVANCE, which=self._id, line=lines or None, total=expected, percent=percent):
                raise _Stopped

    async def _complete(self, run: ReportRun, text: str, blob: Blob, *, zipped: bool, lines: int) -> None:
        suffix, type_ = ("zip", "application/zip") if zipped else ("csv", "text/csv")
        async with self._running.last_change() as uow:
            day = f"{uow.now.day:02}_{_MONTHS[uow.now.month - 1]}_{uow.now.year}"
            owner = Owner(ACCOUNT, run.account_id)
            arrival = Arrival(
                owner=owner,
                folder_id=(await root_of(uow, owner)).id,
                name=f"{run.report_type}_{day}_{run.id}.{suffix}",
                content_type=type_,
                user_id=None,
                on_duplicate=RENAME,
            )
            file = await keep_file(uow, arrival, blob)
            moved = await uow.update(
                report_runs,
                {"id": run.id, "workflow_state": RUNNING},
                workflow_state=COMPLETE,
                progress=100,
                current_line=lines,
                total_lines=lines,
                file_id=file.id,
                end_at=uow.now,
                parameters={**run.parameters, EXTRA_TEXT: text} if text else run.parameters,
            )
            if not moved:
                raise _Stopped
            if not truthy(run.parameters.get("skip_message")):
                await _tell(uow, run, f"{self._catalogue[run.report_type].title} is ready", f"{lines} lines.")


async def _given_up(uow: UnitOfWork, payload: dict[str, Any], why: str) -> None:
    run = await reload_run(uow, int(payload["run_id"]))
    kept = {**run.parameters, EXTRA_TEXT: why}
    if await uow.run(store.GIVE_UP, which=run.id, at=uow.now, kept=kept) and not truthy(kept.get("skip_message")):
        await _tell(uow, run, f"{run.report_type} could not be made", why)


async def _tell(uow: UnitOfWork, run: ReportRun, subject: str, body: str) -> None:
    await uow.insert(
        notices,
        user_id=run.user_id,
        kind="Report Generated",
        subject=subject,
        body=body,
        path=f"/accounts/{run.account_id}/reports/{run.report_type}/{run.id}",
        created_at=uow.now,
    )


async def _scope(uow: UnitOfWork, run: ReportRun, kind: ReportKind) -> tuple[Scope, str]:
    """What the run is about, and what it says of that. Raises UnknownTerm, CannotBeDone."""
    root = await reload_account(uow, run.root_account_id)
    given = term_asked_for(run.parameters) if kind.by_term else None
    terms = None if given is None else await terms_named(uow, given, root.id)
    course_id = None
    wanted = run.parameters.get(COURSE.name)
    if kind.by_course and wanted is not None and str(wanted).strip():
        course_id = await course_named(uow, wanted, root.id)
        if course_id is None:
            raise CannotBeDone(f"There is no course '{wanted}'.")
    deleted = kind.tells_deleted and truthy(run.parameters.get("include_deleted"))
    names = [term.name for term in (terms if terms is not None else await terms_of(uow, root.id))]
    scope = Scope(
        account_id=run.account_id,
        root_id=root.id,
        term_ids=None if terms is None else tuple(term.id for term in terms),
        term_names=tuple(names),
        course_id=course_id,
        include_deleted=deleted,
        parameters=run.parameters,
        root_settings=root.settings,
        zone=root.default_time_zone or "UTC",
        now=uow.now,
    )
    said = []
    if kind.by_term:
        said.append(f"Term: {'All Terms' if terms is None else ', '.join(names)};")
    if deleted:
        said.append("Include Deleted Objects;")
    if kind.names_parts:
        said.append("Reports: " + "".join(f"{name} " for name in chosen_parts(run.parameters)))
    return scope, " ".join(said)


def _told_apart(parts: list[Part]) -> list[Part]:
    """Parts with names that files can have, each its own."""
    taken: set[str] = set()
    told = []
    for part in parts:
        name = plain = file_name_part(part.name)
        number = 1
        while name.lower() in taken:
            number += 1
            name = f"{plain} ({number})"
        taken.add(name.lower())
        told.append(msgspec.structs.replace(part, name=name))
    return told
