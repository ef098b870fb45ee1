"""ePortfolio data export: declare what, follow the task, fetch the package. Source: brightspace-eportfolio.md §5.3 to §5.6.

The three routes of a task appeared in EP 10.4.0 and 2.4 is obsolete as of EP 10.7.0; `export/new/all` appeared in LMS 10.4.0 and 2.4 is obsolete
as of LMS 10.7.0.
"""

import unicodedata
from typing import Final
from urllib.parse import quote

import msgspec

from quadrangle import portfolios, transfers
from quadrangle.bounds import bounds_of
from quadrangle.files import find_file
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply, streamed
from quadrangle.kernel.access import Granted
from quadrangle.kernel.errors import Malformed, NotFound
from quadrangle.kernel.params import Absent, Params, text
from quadrangle.portfolios import Standing, keywords
from quadrangle.transfers import ExportWish, Transfer
from quadrangle.wire.brightspace.asking import EP, is_true, number_at
from quadrangle.wire.brightspace.bodies import json_body
from quadrangle.wire.brightspace.routing import brightspace

routes = brightspace("exports")


class Listed(msgspec.Struct, frozen=True, rename="pascal"):
    """The courtesy form of a list."""

    object_ids: list[int]


_BODY: Final = list[int] | Listed


class Packing(Params):
    """How a package is written."""

    dialect: str | None | Absent = text("`standard`, or `mahara22`, whose namespaces Mahara 22 reads.")

    @property
    def chosen(self) -> str:
        """Raises Malformed for what is none."""
        dialect = self.dialect or transfers.DIALECTS[0]
        if dialect not in transfers.DIALECTS:
            raise Malformed(f"dialect is one of {', '.join(transfers.DIALECTS)}.")
        return dialect


class Flags(Packing):
    """What is exported beside a list: all that is one step away from it in one of these ways."""

    forms: str | None | Absent = text("Include all form items.", key="includeFormsItems")
    associated_reflections: str | None | Absent = text(
        "Include reflections associated with the objects. Deprecated since API version 2.1 (EP v4.0.0).",
        key="includeAssociatedReflections",
    )
    reflections_associations: str | None | Absent = text(
        "Include objects associated with reflections of the list. Deprecated since API version 2.1 (EP v4.0.0).",
        key="includeReflectionsAssociations",
    )
    associated_items: str | None | Absent = text(
        "Include objects associated with those of the list; since API version 2.1 (EP v4.0.0).",
        key="includeAssociatedItems",
    )


class ProblemJson(msgspec.Struct, frozen=True, rename="pascal"):
    """What went wrong with one thing. error: something is missing because of it."""

    code: str
    ref: str
    text: str
    error: bool


# --- asking


async def owner(call: Call) -> Granted[Standing]:
    """The caller before their own ePortfolio; Forbidden where the tool is switched off, which comes before anything else (§4.3)."""
    me = call.user().user_id
    return portfolios.allow(await portfolios.standing_to(call.uow, me, me, keywords((), ())), portfolios.LIST)


async def _start(call: Call, granted: Granted[Standing], wish: ExportWish) -> Reply:
    settings = call.app.settings
    made = await transfers.start_export(
        call.uow,
        granted,
        wish,
        base_url=call.base_url,
        zone=settings.brightspace_time_zone,
        bounds=bounds_of(settings),
    )
    return Reply(200, made)


@routes.post(f"{EP}/export/new", gives=int, takes=_BODY)
async def export_some(call: Call, asked: Asked[Flags]) -> Reply:
    """Export the objects of a list, and what is one step away from them as the flags say; answers the id of the task."""
    granted = await owner(call)
    flags = asked.read()
    dialect, body = flags.chosen, json_body(call, _BODY)
    ids = body.object_ids if isinstance(body, Listed) else body
    most = call.app.settings.transfer_ids
    if not ids or len(ids) > most:
        raise Malformed(f"Between one and {most} object ids are exported at a time.")
    wish = ExportWish(
        object_ids=tuple(dict.fromkeys(ids)),
        forms=is_true(flags.forms),
        associated_reflections=is_true(flags.associated_reflections),
        reflections_associations=is_true(flags.reflections_associations),
        associated_items=is_true(flags.associated_items),
        dialect=dialect,
    )
    return await _start(call, granted, wish)


@routes.post(f"{EP}/export/new/all", gives=int)
async def export_all(call: Call, asked: Asked[Packing]) -> Reply:
    """Export everything the caller owns; answers the id of the task."""
    granted = await owner(call)
    return await _start(call, granted, ExportWish(dialect=asked.read().chosen))


# --- following


async def task_of(call: Call, kind: str) -> Transfer:
    """The task of this kind that the path names, for its owner alone (§5.5, §5.9)."""
    granted = await owner(call)
    return await transfers.find_transfer(call.uow, kind, number_at(call, "task"), granted.subject.facts.user_id)


@routes.get(f"{EP}/export/:task/status", gives=int)
async def export_status(call: Call) -> Reply:
    """How far an export has come: 0 queued, 4 processing, 2 complete, 3 complete with errors, 1 aborted."""
    return status_json(await task_of(call, transfers.EXPORT))


@routes.get(f"{EP}/export/:task/problems", gives=list[ProblemJson])
async def export_problems(call: Call) -> Reply:
    """What could not be taken along."""
    return problems_json(await task_of(call, transfers.EXPORT))


def status_json(transfer: Transfer) -> Reply:
    return Reply(200, transfer.state).header("cache-control", "no-store")


def problems_json(transfer: Transfer) -> Reply:
    told = [ProblemJson(one.code, one.ref, one.text, one.error) for one in transfer.troubles]
    return Reply(200, told).header("cache-control", "no-store")


@routes.get(f"{EP}/export/:task/package", work="none")
async def export_package(call: Call) -> Reply:
    """The package of an export that is complete, with or without errors, for as long as it is kept."""
    async with call.read_only():
        transfer = await task_of(call, transfers.EXPORT)
        file = None if transfer.file_id is None else await find_file(call.uow, transfer.file_id)
    if transfer.state not in transfers.WITH_PACKAGE or file is None or file.digest is None:
        raise NotFound("There is no package.")
    reply = Reply(content_type=b"application/zip")
    reply.header("content-disposition", disposition(transfer.name)).header("cache-control", "private, no-store")
    reply.body = await streamed(call.app.blobs.stream(file.digest), file.size)
    return reply


def disposition(name: str) -> str:
    """The exact name where it is not plain ASCII, with a fallback beside it (§5.6)."""
    if name.isascii():
        return f'attachment; filename="{name}"'
    plain = "".join(one for one in unicodedata.normalize("NFD", name) if not unicodedata.combining(one))
    fallback = "".join(one if one.isascii() else "_" for one in plain)
    return f"attachment; filename=\"{fallback}\"; filename*=UTF-8''{quote(name, safe='')}"
