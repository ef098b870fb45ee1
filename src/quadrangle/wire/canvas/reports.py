"""Account reports of the Canvas family. Source: account-reports.md §1 and §2."""

from typing import Any, Final

from msgspec import UNSET, Struct

from quadrangle import reports
from quadrangle.accounts import Account, rights_at
from quadrangle.catalogue import REPORTS
from quadrangle.files import ACCOUNT, AVAILABLE, File, files_by_id, find_file
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.access import Granted
from quadrangle.kernel.clock import zulu, zulu_or_none
from quadrangle.kernel.errors import NotFound
from quadrangle.kernel.paging import cut
from quadrangle.kernel.params import Params, anything, words
from quadrangle.reports import ReportKind, ReportRun
from quadrangle.wire.canvas.file_json import FileJson, file_json
from quadrangle.wire.canvas.ids import account_for, number_for
from quadrangle.wire.canvas.shapes import Maybe, Time
from quadrangle.wire.handing_over import hand_over

routes = Routes("canvas", "Account reports")

_BASE: Final = "/api/v1/accounts/:account_id/reports"


class ReportJson(Struct, frozen=True, kw_only=True):
    """One run of a report. `attachment` is there once there is a file."""

    id: int
    report: str
    status: str
    progress: int
    current_line: int | None
    parameters: dict[str, Any]
    created_at: Time
    started_at: Time | None
    ended_at: Time | None
    run_time: float | None
    file_url: str | None
    attachment: FileJson | Maybe = UNSET


class ParameterJson(Struct, frozen=True):
    """What can be said of one parameter."""

    required: bool
    description: str


class AvailableReportJson(Struct, frozen=True):
    """A report that can be started. parameters: null for one without any; last_run: the newest at this account."""

    report: str
    name: str
    title: str
    parameters: dict[str, ParameterJson] | None
    last_run: ReportJson | None
    description_html: str | Maybe = UNSET
    parameters_html: str | Maybe = UNSET


def report_json(call: Call, run: ReportRun, file: File | None) -> ReportJson:
    return ReportJson(
        id=run.id,
        report=run.report_type,
        status=run.workflow_state,
        progress=run.progress,
        current_line=run.current_line,
        parameters=run.parameters,
        created_at=zulu(run.created_at),
        started_at=zulu_or_none(run.start_at),
        ended_at=zulu_or_none(run.end_at),
        run_time=run.run_time(call.now),
        file_url=None if file is None else f"{call.base_url}/accounts/{run.account_id}/files/{file.id}/download",
        attachment=UNSET if file is None else file_json(call, file, locked=False),
    )


def available_json(call: Call, kind: ReportKind, last: ReportJson | None) -> AvailableReportJson:
    told = {one.name: ParameterJson(one.required, one.description) for one in kind.parameters}
    return AvailableReportJson(kind.name, kind.name, kind.title, told or None, last)


async def _account(call: Call) -> Granted[Account]:
    """The account of the path for somebody who reads its reports."""
    account = await account_for(call, call.path["account_id"])
    rights = await rights_at(call.uow, call.user().user_id, account)
    return reports.allow_reports(rights, account)


async def _shown(call: Call, runs: list[ReportRun]) -> list[ReportJson]:
    """Runs with their files; one statement."""
    found = await files_by_id(call.uow, {run.file_id for run in runs if run.file_id is not None})
    return [report_json(call, run, None if run.file_id is None else found.get(run.file_id)) for run in runs]


async def _one(call: Call, run: ReportRun) -> Reply:
    (shown,) = await _shown(call, [run])
    return Reply(200, shown)


async def _run(call: Call, account: Granted[Account]) -> ReportRun:
    return await reports.find_run(call.uow, account, call.path["report"], number_for(call.path["id"]))


class Listing(Params):
    include: tuple[str, ...] = words("Further keys.", choices=("description_html", "parameters_html"))


@routes.get(_BASE, gives=list[AvailableReportJson])
async def list_reports(call: Call, asked: Asked[Listing]) -> Reply:
    """List the reports that can be started, each with its last run here: all at once, or in pages when pages are asked for."""
    account = (await _account(call)).subject
    last = await call.uow.all(reports.LAST_RUNS, account_id=account.id)
    shown = dict(zip((run.report_type for run in last), await _shown(call, last), strict=True))
    entries = [available_json(call, kind, shown.get(kind.name)) for kind in REPORTS.values()]
    if "page" in call.tree or "per_page" in call.tree:
        return Reply(200, call.paged(entries))
    return Reply(200, entries)


class Start(Params):
    """What to ask for."""

    parameters: Any = anything(
        "What the report is to tell; see the list of reports. `skip_message`: do not tell me when it is ready.",
        schema={"type": "object", "additionalProperties": True},
    )


@routes.post(f"{_BASE}/:report", gives=ReportJson)
async def start_report(call: Call, asked: Asked[Start]) -> Reply:
    """Start a report; it is made after the answer."""
    account = await _account(call)
    kind = REPORTS.get(call.path["report"])
    if kind is None:
        raise NotFound
    sent = asked.read().parameters
    parameters = sent if isinstance(sent, dict) else {}
    run = await reports.start_report(call.uow, account, kind, parameters, user_id=call.user().user_id)
    return Reply(200, report_json(call, run, None))


@routes.get(f"{_BASE}/:report", gives=list[ReportJson], paged=True)
async def list_runs(call: Call) -> Reply:
    """List the runs of one report at this account, the newest first."""
    account = (await _account(call)).subject
    window = call.window()
    key = {"account_id": account.id, "report_type": call.path["report"]}
    rows = await call.uow.all(reports.RUNS, **key, limit=window.limit, offset=window.offset)
    total = await call.uow.one(reports.COUNT_RUNS, **key)
    part = cut(rows, window, total=total)
    return Reply(200, part.map(await _shown(call, list(part.items))))


@routes.get(f"{_BASE}/:report/:id", gives=ReportJson)
async def show_run(call: Call) -> Reply:
    """Show how far a run has come, and its file once there is one."""
    return await _one(call, await _run(call, await _account(call)))


@routes.delete(f"{_BASE}/:report/:id", gives=ReportJson)
async def delete_run(call: Call) -> Reply:
    """Delete a run; if it is under way, it stops. Addresses of its file that were handed out go on working."""
    run = await _run(call, await _account(call))
    return await _one(call, await reports.delete_report(call.uow, run))


@routes.put(f"{_BASE}/:report/:id/abort", gives=ReportJson)
async def abort_run(call: Call) -> Reply:
    """Stop a run that is under way."""
    run = await _run(call, await _account(call))
    only_running = call.app.settings.reference == "hosted"
    return await _one(call, await reports.abort_report(call.uow, run, only_running=only_running))


@routes.get("/accounts/:account_id/files/:file_id/download", public=True, work="none")
async def download_report(call: Call) -> Reply:
    """Hand over the file of a report to somebody who reads the reports of the account."""
    async with call.read_only():
        account = (await _account(call)).subject
        file = await find_file(call.uow, number_for(call.path["file_id"]))
        mine = file is not None and (file.context_type, file.context_id) == (ACCOUNT, account.id)
        if file is None or not mine or file.workflow_state != AVAILABLE:
            raise NotFound
    return await hand_over(call, file, attachment=True)
