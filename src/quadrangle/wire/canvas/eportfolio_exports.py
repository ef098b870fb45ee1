"""An ePortfolio as a web site to be downloaded. Source: eportfolios.md §4.19."""

from msgspec import UNSET, Struct, field
from msgspec.structs import asdict

from quadrangle import portfolios
from quadrangle.files import File, find_file
from quadrangle.http.call import Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.clock import zulu
from quadrangle.portfolios import SiteExport
from quadrangle.wire.canvas.eportfolio_paths import granted_here, twice
from quadrangle.wire.canvas.file_json import download_url
from quadrangle.wire.canvas.shapes import Maybe, Time

routes = Routes("canvas", "ePortfolio exports")
_both = twice(routes)


class ExportJson(Struct, frozen=True, kw_only=True):
    """The archive, or how far it has come: `to_be_zipped`, `zipping`, `zipped`, `errored`.

    progress: percent. size in bytes, and url, once it is zipped; message: why it failed.
    """

    id: int
    workflow_state: str
    progress: int
    display_name: str
    filename: str
    content_type: str = field(name="content-type", default="application/zip")
    size: int | None
    created_at: Time
    updated_at: Time
    url: str | Maybe = UNSET
    message: str | Maybe = UNSET


class ExportRoot(ExportJson, frozen=True, kw_only=True):
    """The same again under the name it has in Canvas."""

    attachment: ExportJson


def export_root(export: SiteExport, file: File | None, base_url: str) -> ExportRoot:
    """file: the archive, once it is there."""
    shown = ExportJson(
        id=export.id,
        workflow_state=export.workflow_state,
        progress=export.percent,
        display_name=portfolios.ARCHIVE_NAME,
        filename=portfolios.ARCHIVE_NAME,
        size=None if file is None else file.size,
        created_at=zulu(export.created_at),
        updated_at=zulu(export.ended_at or export.created_at),
        url=UNSET if file is None else download_url(base_url, file),
        message=export.error or UNSET,
    )
    return ExportRoot(**asdict(shown), attachment=shown)


@_both("GET", "/eportfolios/:id/export", gives=ExportRoot, work="write", public=False)
async def export_portfolio(call: Call) -> Reply:
    """Have one's ePortfolio made into a web site, one ZIP that opens without a server; asked again, it tells how far that is."""
    granted = await granted_here(call, portfolios.UPDATE)
    export = await portfolios.ask_for_site(call.uow, granted, call.base_url)
    file = None if export.file_id is None else await find_file(call.uow, export.file_id)
    return Reply(200, export_root(export, file, call.base_url))
