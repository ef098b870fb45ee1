"""An ePortfolio as an open package to be downloaded. Source: portfolio-package.md §0, §5.2; eportfolios.md §6."""

from typing import Final

from msgspec import UNSET, Struct, field

from quadrangle import portfolios, transfers
from quadrangle.files import File, find_file
from quadrangle.http.call import Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.clock import zulu
from quadrangle.transfers import Transfer
from quadrangle.wire.canvas.eportfolio_paths import granted_here, twice
from quadrangle.wire.canvas.file_json import download_url
from quadrangle.wire.canvas.shapes import Maybe, Time

routes = Routes("canvas", "ePortfolio packages")
_both = twice(routes)

_STATES: Final = {
    transfers.QUEUED: "queued",
    transfers.PROCESSING: "processing",
    transfers.COMPLETE: "complete",
    transfers.WITH_ERRORS: "complete_with_errors",
    transfers.ABORTED: "aborted",
}


class ProblemJson(Struct, frozen=True):
    """What could not be taken along. ref: what it is about."""

    code: str
    ref: str
    text: str


class PackageJson(Struct, frozen=True, kw_only=True):
    """The package, or how far it has come: `queued`, `processing`, `complete`, `complete_with_errors`, `aborted`.

    size in bytes, and url, once it is there.
    """

    id: int
    workflow_state: str
    filename: str
    content_type: str = field(name="content-type", default="application/zip")
    size: int | None
    created_at: Time
    updated_at: Time
    problems: list[ProblemJson]
    url: str | Maybe = UNSET


def package_json(transfer: Transfer, file: File | None, base_url: str) -> PackageJson:
    """file: the package, once it is there."""
    return PackageJson(
        id=transfer.id,
        workflow_state=_STATES[transfer.state],
        filename=transfer.name,
        size=None if file is None else file.size,
        created_at=zulu(transfer.created_at),
        updated_at=zulu(transfer.ended_at or transfer.created_at),
        problems=[ProblemJson(one.code, one.ref, one.text) for one in transfer.troubles],
        url=UNSET if file is None else download_url(base_url, file),
    )


@_both("GET", "/eportfolios/:id/package", gives=PackageJson, work="write", public=False)
async def package_portfolio(call: Call) -> Reply:
    """Have one's ePortfolio packed with the files on its pages, to keep it or take it elsewhere, also while it counts as spam."""
    granted = await granted_here(call, portfolios.EXPORT)
    transfer = await transfers.package_of(call.uow, granted, call.base_url)
    file = None if transfer.file_id is None else await find_file(call.uow, transfer.file_id)
    return Reply(200, package_json(transfer, file, call.base_url))
