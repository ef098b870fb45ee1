"""Taking a portfolio along: as a web site that opens without a server, and as a package. Source: web.md W5, eportfolios.md §4.19, §6."""

from typing import Any, Final

from quadrangle import portfolios, transfers
from quadrangle.files import find_file
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply, redirect
from quadrangle.http.routing import Routes
from quadrangle.kernel.access import Granted
from quadrangle.kernel.errors import NotFound
from quadrangle.kernel.params import Absent, Params, text
from quadrangle.kernel.words import _
from quadrangle.portfolios import Standing
from quadrangle.transfers import DIALECTS
from quadrangle.web.flash import done
from quadrangle.web.forms import form_on
from quadrangle.web.portfolio_editing import EDIT, before, home_of, show_of
from quadrangle.web.shell import part
from quadrangle.wire.canvas.file_json import download_url

screens = Routes("web", "ePortfolio take-out")

EXPORT: Final = f"{EDIT}/export"


class Packing(Params):
    """How a package is written."""

    dialect: str | None | Absent = text("For whom.", choices=DIALECTS)


@screens.get(EXPORT)
async def take_out(call: Call) -> Reply:
    """A portfolio to be kept, or taken elsewhere."""
    granted = await before(call, portfolios.EXPORT)
    may_site = portfolios.may(granted.subject, portfolios.UPDATE)
    package = await _package(call, granted)
    return await show_of(
        call,
        granted,
        "portfolio_edit/export.html",
        form=form_on(call, f"{EXPORT}/package", dialect=package["dialect"]),
        may_site=may_site,
        **(await _site(call, granted) if may_site else {"web_site": None}),
        **package,
    )


async def _site(call: Call, granted: Granted[Standing]) -> dict[str, Any]:
    found = await portfolios.site_of(call.uow, portfolios.allow(granted.subject, portfolios.UPDATE))
    return {"web_site": found}


async def _package(call: Call, granted: Granted[Standing]) -> dict[str, Any]:
    found = await transfers.last_package_of(call.uow, granted)
    return {"package": found, "dialect": DIALECTS[0] if found is None else found.dialect}


@screens.get(f"{EXPORT}/site")
async def site_progress(call: Call) -> Reply:
    """How far the site is."""
    granted = await before(call, portfolios.UPDATE)
    return part("portfolio_edit/export_site.html", home=home_of(granted), **await _site(call, granted))


@screens.get(f"{EXPORT}/package")
async def package_progress(call: Call) -> Reply:
    """How far the package is."""
    granted = await before(call, portfolios.EXPORT)
    return part("portfolio_edit/export_package.html", home=home_of(granted), **await _package(call, granted))


@screens.get(f"{EXPORT}/site/download")
async def download_site(call: Call) -> Reply:
    """Lead to the bytes of the site."""
    granted = await before(call, portfolios.UPDATE)
    found = await portfolios.site_of(call.uow, granted)
    return await _to_file(call, None if found is None else found.file_id)


@screens.get(f"{EXPORT}/package/download")
async def download_package(call: Call) -> Reply:
    """Lead to the bytes of the package."""
    granted = await before(call, portfolios.EXPORT)
    found = await transfers.last_package_of(call.uow, granted)
    return await _to_file(call, None if found is None else found.file_id)


async def _to_file(call: Call, file_id: int | None) -> Reply:
    file = None if file_id is None else await find_file(call.uow, file_id)
    if file is None:
        raise NotFound
    return redirect(download_url("", file)).header("cache-control", "no-store")


@screens.post(f"{EXPORT}/site")
async def make_site(call: Call) -> Reply:
    """Have a web site made."""
    granted = await before(call, portfolios.UPDATE)
    await portfolios.ask_for_site(call.uow, granted, call.base_url)
    return done(call, f"{home_of(granted)}/export", _("The site is being made. You may go on meanwhile."))


@screens.post(f"{EXPORT}/package", again=take_out)
async def make_package(call: Call, asked: Asked[Packing]) -> Reply:
    """Have a package made."""
    granted = await before(call, portfolios.EXPORT)
    wanted = asked.read().dialect
    dialect = wanted if wanted in DIALECTS else DIALECTS[0]
    await transfers.package_of(call.uow, granted, call.base_url, dialect=str(dialect))
    return done(call, f"{home_of(granted)}/export", _("The package is being made. You may go on meanwhile."))
