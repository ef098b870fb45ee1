"""ePortfolio data import: send a package, follow the task. Source: brightspace-eportfolio.md §5.7 to §5.11.

The three routes appeared in LMS 10.4.0 and 2.4 is obsolete as of LMS 10.7.0.
"""

import asyncio
import re
from typing import Final

import msgspec

from quadrangle import portfolios, transfers
from quadrangle.blobs import Blob, Incoming, store_bytes
from quadrangle.bounds import bounds_of, package_limits
from quadrangle.http.call import Call
from quadrangle.http.reply import Reply
from quadrangle.http.upload import FilePart, receive_upload
from quadrangle.kernel.errors import Forbidden, Malformed, TooLarge
from quadrangle.kernel.ids import LARGEST_ID
from quadrangle.transfers import NoTask, Target
from quadrangle.wire.brightspace.asking import EP
from quadrangle.wire.brightspace.exports import ProblemJson, owner, problems_json, status_json, task_of
from quadrangle.wire.brightspace.routing import brightspace
from quadrangle.wire.spam_words import keywords_of

routes = brightspace("imports")

_FILE: Final = "file"
_USER_ID: Final = re.compile(r"[0-9]{1,19}")

_TOO_MANY: Final = "Too many imports of this user are waiting."

SUCCESS: Final = "Success"
PARTIAL: Final = "PartialSuccess"
FAILURE: Final = "Failure"


class EpImportJobResponse(msgspec.Struct, frozen=True, rename="pascal"):
    """EP.EpImportJobResponse: for whom the package is imported, and for whom not, and why not: the last two lists are paired."""

    import_job_result_type: str
    successful_job_ids: list[int]
    failed_user_ids: list[int]
    error_messages: list[str]


class Sent(msgspec.Struct, frozen=True):
    """A package that has come. targets: user ids in the order they were sent, or the caller's."""

    blob: Blob
    name: str
    targets: list[int]


# --- the package comes


async def _receive(call: Call) -> None:
    """The package is judged by its container alone, and kept before the unit of work that queues its import."""
    app, settings = call.app, call.app.settings
    me = call.user().user_id
    async with call.read_only():
        await owner(call)
        may_name_others = await transfers.may_name_others(call.uow, me)

    def accept(fields: dict[str, str]) -> int:
        _targets(me, tuple(fields.items()), may_name_others)
        return settings.package_upload

    assert call.receive is not None
    async with app.blobs.incoming() as incoming:
        try:
            part = await receive_upload(
                call.receive,
                call.header("content-type") or "",
                incoming,
                accept,
                single=True,
                file_name=_FILE,
                most_fields=settings.transfer_targets,
            )
        except TooLarge:
            raise Malformed(f"A package has at most {settings.package_upload} bytes.") from None
        targets = _targets(me, part.fields, may_name_others)
        blob = await _judged(call, incoming)
    call.notes["sent"] = Sent(blob, _name(part), targets)


async def _judged(call: Call, incoming: Incoming) -> Blob:
    """Raises Refused (portfolio-package.md §6.1)."""
    from quadrangle.packages import open_container  # lxml is large: not before a package comes

    await incoming.finish()
    assert incoming.path is not None
    await asyncio.to_thread(open_container, incoming.path, package_limits(call.app.settings))
    return await store_bytes(call.app.database, call.app.clock, call.app.blobs, incoming)


def _targets(me: int, fields: tuple[tuple[str, str], ...], may_name_others: bool) -> list[int]:
    """Every field names a target, whatever it is called. Raises Malformed for what is no id, Forbidden for somebody else's."""
    sent = [value.strip() for _, value in fields]
    for one in sent:
        if not _USER_ID.fullmatch(one):
            raise Malformed(f"{one[:40]!r} is no user id.")
    targets = [int(one) for one in sent] or [me]
    if not may_name_others and any(one != me for one in targets):
        raise Forbidden
    return targets


def _name(part: FilePart) -> str:
    return re.split(r"[/\\]", part.filename)[-1].strip()[:255] or "package.zip"


# --- it is queued


async def _start(call: Call, sent: Sent, target_id: int) -> int:
    """Raises Forbidden where the tool is switched off for the target, NoTask."""
    standing = await portfolios.standing_to(call.uow, target_id, target_id, keywords_of(call))
    granted = portfolios.allow(standing, portfolios.LIST)
    return await transfers.start_import(
        call.uow,
        granted,
        sent.blob,
        creator_id=call.user().user_id,
        name=sent.name,
        base_url=call.base_url,
        bounds=bounds_of(call.app.settings),
    )


async def _found(call: Call, sent: Sent) -> dict[int, Target]:
    possible = {one for one in sent.targets if one <= LARGEST_ID}
    return await transfers.targets_of(call.uow, call.user().user_id, possible)


@routes.post(f"{EP}/import/new", gives=list[int], streams=True, prepare=_receive)
async def import_package(call: Call) -> Reply:
    """Import a package, for the caller or for each of the users named: all or none. Answers the ids of the tasks in their order."""
    sent: Sent = call.notes["sent"]
    found = await _found(call, sent)
    if any(not target.reached for target in found.values()):
        raise Forbidden
    if any(one not in found or not found[one].usable for one in sent.targets):
        raise NoTask
    made: dict[int, int] = {}
    for target in sent.targets:
        if target not in made:
            try:
                made[target] = await _start(call, sent, target)
            except Forbidden:
                raise NoTask from None
    return Reply(200, [made[target] for target in sent.targets])


@routes.post(f"{EP}/import/newwithdetails", gives=EpImportJobResponse, streams=True, prepare=_receive)
async def import_package_with_details(call: Call) -> Reply:
    """The same for all for whom it is possible; tells for whom it is not, and why."""
    sent: Sent = call.notes["sent"]
    found = await _found(call, sent)
    made: dict[int, int | str] = {}
    for target in sent.targets:
        if target not in made:
            made[target] = await _task_or_reason(call, sent, target, found.get(target))
    if all(one == _TOO_MANY for one in made.values()):
        raise NoTask
    told = [(target, made[target]) for target in sent.targets]
    tasks = [one for _, one in told if isinstance(one, int)]
    refused = [(target, one) for target, one in told if isinstance(one, str)]
    response = EpImportJobResponse(
        import_job_result_type=SUCCESS if not refused else PARTIAL if tasks else FAILURE,
        successful_job_ids=tasks,
        failed_user_ids=[target for target, _ in refused],
        error_messages=[why for _, why in refused],
    )
    return Reply(200, response)


async def _task_or_reason(call: Call, sent: Sent, target_id: int, target: Target | None) -> int | str:
    if target is None or (target.reached and not target.usable):
        return "There is no such user."
    if not target.reached:
        return "You may not import for this user."
    try:
        return await _start(call, sent, target_id)
    except Forbidden:
        return "ePortfolios are switched off for this user."
    except NoTask:
        return _TOO_MANY


# --- following


@routes.get(f"{EP}/import/:task/status", gives=int)
async def import_status(call: Call) -> Reply:
    """How far an import has come: 0 queued, 4 processing, 2 complete, 3 complete with errors, 1 aborted."""
    return status_json(await task_of(call, transfers.IMPORT))


@routes.get(f"{EP}/import/:task/problems", gives=list[ProblemJson])
async def import_problems(call: Call) -> Reply:
    """What could not be imported, and what came otherwise than it was."""
    return problems_json(await task_of(call, transfers.IMPORT))
