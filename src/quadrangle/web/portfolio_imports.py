"""`/eportfolios/import`: a package comes, is looked into, and is imported when its owner says so. Source: web.md W6, portfolio-package.md §6.

What has come waits as a transfer that is no import yet (`transfers.keep_arrival`): a reload shows it again, and after a day it is forgotten.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from quadrangle import artifacts, portfolios, transfers
from quadrangle.artifacts import PRESENTATION
from quadrangle.blobs import Blob, store_bytes
from quadrangle.bounds import bounds_of, package_limits
from quadrangle.http.call import Call
from quadrangle.http.reply import Reply, redirect
from quadrangle.http.routing import Routes
from quadrangle.http.upload import receive_upload
from quadrangle.kernel.access import Granted
from quadrangle.kernel.errors import Invalid, Malformed, TooLarge
from quadrangle.kernel.words import _, counted
from quadrangle.portfolios import Standing
from quadrangle.transfers import ARRIVAL, Contents, NoTask, Transfer, Trouble
from quadrangle.web.flash import done
from quadrangle.web.forms import form_on
from quadrangle.web.shell import part, show
from quadrangle.web.viewer import size
from quadrangle.wire.canvas.ids import number_for
from quadrangle.wire.spam_words import keywords_of

screens = Routes("web", "ePortfolio imports")

HOME: Final = "/eportfolios/import"
_LATELY: Final = 5
_USUAL: Final = "person-ignored"  # every package names whose it was, and whoever brings it in stays who they are


class Sent(msgspec.Struct, frozen=True):
    """A package that has come, or why it is none."""

    blob: Blob | None = None
    name: str = ""
    contents: Contents | None = None
    wrong: str = ""


class Group(msgspec.Struct, frozen=True):
    """Things of one kind. names: of the first; total: how many there are."""

    title: str
    names: list[str]
    total: int


class Arrived(msgspec.Struct, frozen=True):
    """One thing that came. href: where it is now, if it has a place."""

    name: str
    kind: str
    href: str | None


async def _granted(call: Call) -> Granted[Standing]:
    user_id: int = call.user().user_id
    return portfolios.allow(
        await portfolios.standing_to(call.uow, user_id, user_id, keywords_of(call)), portfolios.LIST
    )


# --- choosing


@screens.get(HOME)
async def choose_package(call: Call) -> Reply:
    """Bring a package in."""
    granted = await _granted(call)
    lately = await transfers.imports_of(call.uow, granted, limit=_LATELY)
    return await show(
        call,
        "portfolio_import/choose.html",
        here="portfolios",
        form=form_on(call, HOME, file=""),
        lately=[(one, *_state(one)) for one in lately],
        may_make=portfolios.may(granted.subject, portfolios.CREATE),
        largest=size(call.app.settings.package_upload),
    )


def _state(transfer: Transfer) -> tuple[str, str]:
    """In words, and how they are shown."""
    if transfer.kind == ARRIVAL:
        return _("Waits for you to look into it"), "accent"
    return {
        transfers.COMPLETE: (_("Came in"), "good"),
        transfers.WITH_ERRORS: (_("Came in, but not all of it"), "warn"),
        transfers.ABORTED: (_("Did not come in"), "bad"),
    }.get(transfer.state, (_("On its way"), "accent"))


async def _receive(call: Call) -> None:
    """The bytes come, and are read, before the unit of work that keeps them. The form's token stands in its address or a header, as nothing
    else is read before them."""
    async with call.read_only():
        await _granted(call)
    try:
        call.notes["sent"] = await _looked_into(call)
    except TooLarge:
        largest = size(call.app.settings.package_upload)
        call.notes["sent"] = Sent(wrong=_("This is larger than a package may be here: %(size)s.") % {"size": largest})
    except Malformed as refused:
        call.notes["sent"] = Sent(wrong=_("This is no package that can be brought in. %(why)s") % {"why": refused})


async def _looked_into(call: Call) -> Sent:
    from quadrangle.packages import Aborted  # lxml is large: not before a package comes

    app = call.app
    assert call.receive is not None
    async with app.blobs.incoming() as incoming:
        received = await receive_upload(
            call.receive,
            call.header("content-type") or "",
            incoming,
            lambda fields: app.settings.package_upload,
            single=True,
            file_name="file",
        )
        await incoming.finish()
        assert incoming.path is not None
        try:
            contents = await transfers.look_into(incoming.path, package_limits(app.settings), app.clock)
        except Aborted as aborted:
            return Sent(wrong=_("This package cannot be read. %(why)s") % {"why": aborted.text})
        blob = await store_bytes(app.database, app.clock, app.blobs, incoming)
    name = re.split(r"[/\\]", received.filename)[-1].strip()[:255] or "package.zip"
    return Sent(blob, name, contents)


@screens.post(HOME, again=choose_package, streams=True, prepare=_receive)
async def look_into_package(call: Call) -> Reply:
    """Send a package, to see what is in it."""
    sent: Sent = call.notes["sent"]
    if sent.blob is None or sent.contents is None:
        raise Invalid.field("file", sent.wrong)
    granted = await _granted(call)
    try:
        made = await transfers.keep_arrival(
            call.uow,
            granted,
            sent.blob,
            name=sent.name,
            base_url=call.base_url,
            contents=sent.contents,
            bounds=bounds_of(call.app.settings),
        )
    except NoTask:
        raise Invalid.field(
            "file", _("Too many packages of yours are on their way. Wait until one has come.")
        ) from None
    return redirect(f"{HOME}/{made}", 303).header("cache-control", "no-store")


# --- looking, and following


@screens.get(f"{HOME}/:number")
async def show_package(call: Call) -> Reply:
    """What is in a package, how far it is, or what came of it."""
    granted = await _granted(call)
    transfer = await _found(call, granted)
    if transfer.kind == ARRIVAL:
        return await _show_contents(call, granted, transfer)
    return await show(
        call, "portfolio_import/progress.html", here="portfolios", **await _progress(call, granted, transfer)
    )


async def _found(call: Call, granted: Granted[Standing]) -> Transfer:
    return await transfers.find_arrival(call.uow, granted, number_for(call.path["number"]))


async def _show_contents(call: Call, granted: Granted[Standing], transfer: Transfer) -> Reply:
    contents = transfer.contents
    assert contents is not None
    return await show(
        call,
        "portfolio_import/contents.html",
        here="portfolios",
        transfer=transfer,
        address=f"{HOME}/{transfer.id}",
        contents=contents,
        size=size,
        counts=_counts(contents),
        groups=_groups(contents),
        errors=[one for one in contents.troubles if one.error],
        warnings=[one for one in contents.troubles if not one.error and one.code != _USUAL],
        may_make=portfolios.may(granted.subject, portfolios.CREATE),
        more_portfolios=contents.counts.get(str(PRESENTATION), 0) - len(contents.portfolios),
    )


def _counts(contents: Contents) -> list[str]:
    """`2 portfolios`, `7 pages`, `3 files`, `1 other thing`."""
    found = contents.counts
    files = found.get(str(artifacts.FILE_ARTIFACT), 0)
    whole, pages = found.get(str(PRESENTATION), 0), found.get("pages", 0)
    others = sum(number for kind, number in found.items() if kind != "pages") - whole - files
    said = [
        (whole, counted("%(num)s portfolio", "%(num)s portfolios", whole)),
        (pages, counted("%(num)s page", "%(num)s pages", pages)),
        (files, counted("%(num)s file", "%(num)s files", files)),
        (others, counted("%(num)s other thing", "%(num)s other things", others)),
    ]
    return [words % {"num": number} for number, words in said if number]


def _groups(contents: Contents) -> list[Group]:
    by: dict[str, list[str]] = {}
    totals: dict[str, int] = {}
    for thing in contents.things:
        by.setdefault(_kind(thing.type), []).append(thing.name or _("Untitled"))
    for kind, number in contents.counts.items():
        if kind not in ("pages", str(PRESENTATION), str(artifacts.FILE_ARTIFACT)):
            totals[_kind(int(kind))] = totals.get(_kind(int(kind)), 0) + number
    return [Group(title, by.get(title, []), number) for title, number in totals.items()]


def _kind(number: int) -> str:
    if number in artifacts.COLLECTIONS:
        return _("Collection")
    return {
        artifacts.PRESENTATION: _("Portfolio"),
        artifacts.FILE_ARTIFACT: _("File"),
        artifacts.REFLECTION: _("Reflection"),
        artifacts.URL_ARTIFACT: _("Link"),
        artifacts.FORM_ARTIFACT: _("Form"),
        artifacts.OBJECTIVE: _("Learning objective"),
    }.get(number, _("Artifact"))


@screens.post(f"{HOME}/:number/begin")
async def begin(call: Call) -> Reply:
    """Import what was looked into."""
    granted = await _granted(call)
    transfer = await _found(call, granted)
    await transfers.begin_import(call.uow, granted, transfer)
    return redirect(f"{HOME}/{transfer.id}", 303).header("cache-control", "no-store")


@screens.post(f"{HOME}/:number/drop")
async def drop(call: Call) -> Reply:
    """Let a package go that was looked into."""
    granted = await _granted(call)
    await transfers.drop_arrival(call.uow, granted, await _found(call, granted))
    return done(call, HOME, _("The package was forgotten. Nothing of it came in."))


@screens.get(f"{HOME}/:number/progress")
async def import_progress(call: Call) -> Reply:
    """How far an import is, as the piece of the page that changes."""
    granted = await _granted(call)
    return part("portfolio_import/progress_part.html", **await _progress(call, granted, await _found(call, granted)))


async def _progress(call: Call, granted: Granted[Standing], transfer: Transfer) -> dict[str, Any]:
    report = transfer.reported
    shown = [one.id for one in report.things if one.type == PRESENTATION]
    items = await artifacts.items_among(call.uow, transfer.owner_id, shown)
    things: dict[str, list[Arrived]] = {}
    for one in sorted(report.things, key=lambda one: one.type != PRESENTATION):
        item = items.get(one.id)
        href = f"/artifacts/{one.id}" if item is None else f"/eportfolios/{item.eportfolio_id}"
        things.setdefault(one.fate, []).append(Arrived(one.name or _("Untitled"), _kind(one.type), href))
    return {
        "transfer": transfer,
        "address": f"{HOME}/{transfer.id}",
        "percent": None if not transfer.total else min(transfer.done * 100 / transfer.total, 99),
        "report": report,
        "came": things.get("create", []),
        "recognised": things.get("recognise", []),
        "copies": things.get("copy", []),
        "errors": _named(transfer, error=True),
        "warnings": _named(transfer, error=False),
        "aborted": transfer.state == transfers.ABORTED,
        "partly": transfer.state == transfers.WITH_ERRORS,
        "troubled": [one.text for one in transfer.troubles],
    }


def _named(transfer: Transfer, *, error: bool) -> list[Trouble]:
    """What went wrong, with the name of what it is about, where that is known."""
    names = {} if transfer.contents is None else transfer.contents.names
    return _first(
        msgspec.structs.replace(one, ref=names.get(one.ref, ""))
        for one in transfer.troubles
        if one.error is error and one.code != _USUAL
    )


def _first(troubles: Iterable[Trouble], most: int = 200) -> list[Trouble]:
    return list(dict.fromkeys(troubles))[:most]
