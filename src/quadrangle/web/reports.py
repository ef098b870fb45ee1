"""`/accounts/:id/reports`: what can be asked, asking, and what came of it. Source: web.md W17, account-reports.md."""

from typing import Any, Final

import msgspec

from quadrangle import reports
from quadrangle.accounts import Account, Term, terms_of
from quadrangle.blobs import StorageUnavailable
from quadrangle.catalogue import REPORTS
from quadrangle.courses import AccountStanding
from quadrangle.files import AVAILABLE, File, find_file
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.access import Granted
from quadrangle.kernel.errors import NotFound
from quadrangle.kernel.paging import cut
from quadrangle.kernel.params import truthy
from quadrangle.kernel.words import _
from quadrangle.reports import Parameter, Preview, ReportKind, ReportRun
from quadrangle.web import report_words as words
from quadrangle.web.administration import administration, show_admin
from quadrangle.web.flash import done
from quadrangle.web.forms import form_on
from quadrangle.web.moments import Moments
from quadrangle.web.shell import csrf_of, part, shell_of
from quadrangle.wire.canvas.ids import account_standing_for, number_for
from quadrangle.wire.canvas.reports import Start

screens = Routes("web", "Report screens")

_HOME: Final = "/accounts/:account_id/reports"
_HISTORY: Final = 20  # runs on one page
_BY_DEFAULT: Final = ("users", "courses", "enrollments")  # of the parts, so that a hasty run has something in it


class Entry(msgspec.Struct, frozen=True):
    """One report of the catalogue."""

    name: str
    title: str
    tells: str
    last: ReportRun | None


class Shown(msgspec.Struct, frozen=True):
    """A run in words. file: where it is fetched; said: what was asked for, and what the run says of it."""

    run: ReportRun
    title: str
    address: str
    state: str
    kind: str
    file: File | None
    download: str | None
    took: str
    asked: list[tuple[str, str]]
    said: str

    @property
    def under_way(self) -> bool:
        return self.run.workflow_state in reports.UNDER_WAY


async def _here(call: Call) -> tuple[AccountStanding, Granted[Account]]:
    standing = await account_standing_for(call, call.path["account_id"])
    return standing, reports.allow_reports(standing.rights, standing.account)


def _kind(call: Call) -> ReportKind:
    kind = REPORTS.get(call.path["report"])
    if kind is None:
        raise NotFound
    return kind


@screens.get(_HOME)
async def catalogue(call: Call) -> Reply:
    """The reports that can be asked for."""
    standing, account = await _here(call)
    runs = await call.uow.all(reports.LAST_RUNS, account_id=account.subject.id)
    last = {run.report_type: run for run in runs}
    groups = [(label, [_entry(REPORTS[name], last.get(name)) for name in names]) for label, names in words.groups()]
    return await show_admin(
        call, "admin_reports.html", administration(standing, "reports"), groups=groups, state_of=words.state_of
    )


def _entry(kind: ReportKind, last: ReportRun | None) -> Entry:
    return Entry(kind.name, words.name_of(kind), words.tells(kind), last)


@screens.get(f"{_HOME}/:report")
async def ask(call: Call) -> Reply:
    """One report: what can be said to it, and its runs."""
    standing, account = await _here(call)
    kind = _kind(call)
    terms = await terms_of(call.uow, standing.account.root_id) if kind.by_term else []
    window = msgspec.structs.replace(call.window(), size=_HISTORY)
    key = {"account_id": account.subject.id, "report_type": kind.name}
    runs = await call.uow.all(reports.RUNS_WITH_AUTHORS, **key, limit=window.limit, offset=window.offset)
    title, base = words.name_of(kind), f"/accounts/{standing.account.id}/reports/{kind.name}"
    return await show_admin(
        call,
        "admin_report.html",
        administration(standing, "reports", (title, None)),
        kind=kind,
        title=title,
        tells=words.tells(kind),
        form=form_on(
            call, f"{_HOME}/:report", group="parameters", **{one.key: _unsaid(one) for one in kind.parameters}
        ),
        parts=[one for one in kind.parameters if one.takes == "part"],
        others=[one for one in kind.parameters if one.takes != "part"],
        terms=_choices_of_term(terms),
        words=words,
        history=cut(runs, window),
        state_of=words.state_of,
        address=lambda number: f"{base}?page={number}",
        base=base,
    )


def _unsaid(parameter: Parameter) -> Any:
    """What a field holds before anybody has said anything."""
    return {"flag": False, "part": parameter.key in _BY_DEFAULT, "several": ()}.get(parameter.takes, "")


def _choices_of_term(terms: list[Term]) -> list[tuple[str, str]]:
    named = [(str(term.id), term.name) for term in terms]
    return [("", _("All terms")), ("active_terms", _("Terms that are on now")), *named]


@screens.post(f"{_HOME}/:report", again=ask)
async def start(call: Call, asked: Asked[Start]) -> Reply:
    """Ask for one run."""
    standing, account = await _here(call)
    kind = _kind(call)
    sent = asked.read().parameters
    said = _said(kind, sent if isinstance(sent, dict) else {})
    run = await reports.start_report(call.uow, account, kind, said, user_id=call.user().user_id)
    return done(
        call, _address(standing.account, run), _("The report is being made. You may leave this page; it goes on.")
    )


def _said(kind: ReportKind, sent: dict[str, Any]) -> dict[str, Any]:
    """What was filled in: a field that was left empty says nothing."""
    said: dict[str, Any] = {}
    for one in kind.parameters:
        given = sent.get(one.key)
        if one.takes in ("flag", "part"):
            if truthy(given):
                said[one.key] = True
        elif isinstance(given, list):
            if chosen := [text for text in given if text]:
                said[one.key] = chosen
        elif isinstance(given, str) and given.strip():
            said[one.key] = given.strip()
    return said


# --- one run


def _address(account: Account, run: ReportRun) -> str:
    return f"/accounts/{account.id}/reports/{run.report_type}/{run.id}"


async def _shown(call: Call, account: Account, kind: ReportKind, run: ReportRun) -> Shown:
    file = None if run.file_id is None else await find_file(call.uow, run.file_id)
    if file is not None and file.workflow_state != AVAILABLE:
        file = None
    state, badge = words.state_of(run.workflow_state)
    return Shown(
        run=run,
        title=words.name_of(kind),
        address=_address(account, run),
        state=state,
        kind=badge,
        file=file,
        download=None if file is None else f"/accounts/{account.id}/files/{file.id}/download",
        took=_seconds(run.run_time(call.now)),
        asked=_in_words(kind, run.parameters),
        said=str(run.parameters.get(reports.EXTRA_TEXT) or ""),
    )


def _seconds(seconds: float) -> str:
    minutes, rest = divmod(round(max(seconds, 0)), 60)
    if minutes:
        return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": rest}
    return _("%(seconds)s s") % {"seconds": rest}


def _in_words(kind: ReportKind, parameters: dict[str, Any]) -> list[tuple[str, str]]:
    """What was asked for, as far as the report knows it."""
    told = []
    parts = [words.label_of(one) for one in kind.parameters if one.takes == "part" and truthy(parameters.get(one.key))]
    if parts:
        told.append((_("In it"), ", ".join(parts)))
    for one in kind.parameters:
        given = parameters.get(one.key)
        if given is None or one.takes == "part" or (one.takes == "flag" and not truthy(given)):
            continue
        if one.takes == "flag":
            value = _("yes")
        elif one.takes == "terms" and given == "active_terms":
            value = _("Terms that are on now")
        else:
            several = given if isinstance(given, list) else [given]
            value = ", ".join(words.word_of(str(each)) for each in several)
        told.append((words.label_of(one), value))
    return told


async def _run(call: Call, account: Granted[Account], kind: ReportKind) -> ReportRun:
    return await reports.find_run(call.uow, account, kind.name, number_for(call.path["id"]))


@screens.get(f"{_HOME}/:report/:id", work="none")
async def follow(call: Call) -> Reply:
    """How far a run has come, and what came of it."""
    async with call.read_only():
        standing, account = await _here(call)
        kind = _kind(call)
        shown = await _shown(call, standing.account, kind, await _run(call, account, kind))
        shell = await shell_of(call, "accounts")
    title, base = shown.title, f"/accounts/{standing.account.id}/reports/{kind.name}"
    return await show_admin(
        call,
        "admin_run.html",
        administration(standing, "reports", (title, base), (_("Run %(id)s") % {"id": shown.run.id}, None)),
        shell=shell,
        shown=shown,
        csrf=shell.csrf,
        preview=await _preview(call, shown),
        again=base,
        lost=lost(),
    )


@screens.get(f"{_HOME}/:report/:id/progress", work="none")
async def progress(call: Call) -> Reply:
    """The same, as the piece of the page that changes."""
    async with call.read_only():
        standing, account = await _here(call)
        kind = _kind(call)
        shown = await _shown(call, standing.account, kind, await _run(call, account, kind))
    return part(
        "admin_run_state.html",
        shown=shown,
        csrf=csrf_of(call),
        preview=await _preview(call, shown),
        say=Moments(call.zone, call.now),
    )


async def _preview(call: Call, shown: Shown) -> Preview | None:
    if shown.file is None:
        return None
    wanted = call.tree.get("part")
    try:
        return await reports.preview(call.app.blobs, shown.file, wanted if isinstance(wanted, str) else None)
    except StorageUnavailable:
        return None


@screens.post(f"{_HOME}/:report/:id/abort")
async def abort(call: Call) -> Reply:
    """Stop a run. One that was over meanwhile stays as it is."""
    standing, account = await _here(call)
    kind = _kind(call)
    run = await _run(call, account, kind)
    if run.workflow_state not in reports.UNDER_WAY:
        return done(call, _address(standing.account, run), _("It was over already."), "warn")
    await reports.abort_report(call.uow, run, only_running=False)
    return done(call, _address(standing.account, run), _("The report was stopped."))


@screens.get(f"{_HOME}/:report/:id/delete")
async def ask_before_delete(call: Call) -> Reply:
    """Where no scripts run: what will be lost."""
    standing, account = await _here(call)
    kind = _kind(call)
    address = _address(standing.account, await _run(call, account, kind))
    return await show_admin(
        call,
        "admin_sure.html",
        administration(standing, "reports", (words.name_of(kind), address), (_("Delete"), None)),
        title=_("Delete this run?"),
        says=lost(),
        action=f"{address}/delete",
        verb=_("Delete it"),
        back=address,
    )


def lost() -> str:
    return _(
        "Its file goes out of sight for everybody, and cannot be brought back. You can make the report again at any time."
    )


@screens.post(f"{_HOME}/:report/:id/delete")
async def delete(call: Call) -> Reply:
    """Take a run and its file out of sight."""
    standing, account = await _here(call)
    kind = _kind(call)
    await reports.delete_report(call.uow, await _run(call, account, kind))
    return done(call, f"/accounts/{standing.account.id}/reports/{kind.name}", _("The run was deleted."))
