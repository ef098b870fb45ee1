"""The earlier versions of a page of a portfolio. Source: web.md W5, eportfolios.md §4 "Page history"."""

from typing import Final

from quadrangle import portfolios
from quadrangle.files import files_by_id
from quadrangle.http.call import Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.words import _
from quadrangle.web.blocks import blocks_of, file_ids, shown
from quadrangle.web.portfolio_editing import PAGE, before, entry_here, home_of, led_back, show_of
from quadrangle.web.shell import READING
from quadrangle.wire.canvas.ids import number_for

screens = Routes("web", "ePortfolio history")

HISTORY: Final = f"{PAGE}/history"
AT_ONCE: Final = 50


@screens.get(HISTORY)
async def history(call: Call) -> Reply:
    """The versions of a page, newest first."""
    granted = await before(call)
    entry = await entry_here(call, granted)
    asked = call.tree.get("page")
    last = max(1, -(-entry.lock_version // AT_ONCE))
    number = min(max(int(asked), 1), last) if isinstance(asked, str) and asked.isdecimal() and len(asked) < 9 else 1
    versions = await portfolios.revisions_of(call.uow, granted, entry, limit=AT_ONCE, offset=(number - 1) * AT_ONCE)
    address = f"{home_of(granted)}/pages/{entry.id}"
    return await show_of(
        call,
        granted,
        "portfolio_edit/history.html",
        entry=entry,
        address=address,
        versions=versions,
        number=number,
        last=last,
        page_at=lambda number: f"{address}/history?page={number}",
    )


@screens.get(f"{HISTORY}/:number")
async def version(call: Call) -> Reply:
    """One version of a page."""
    granted = await before(call)
    entry = await entry_here(call, granted)
    found = await portfolios.revision_named(call.uow, granted, entry, number_for(call.path["number"]))
    blocks = blocks_of(found.content)
    files = await files_by_id(call.uow, file_ids(blocks))
    owner_id = granted.subject.facts.user_id
    own = {id: one for id, one in files.items() if (one.context_type, one.context_id) == ("User", owner_id)}
    return await show_of(
        call,
        granted,
        "portfolio_edit/version.html",
        policy=READING,
        entry=entry,
        address=f"{home_of(granted)}/pages/{entry.id}",
        version=found,
        blocks=shown(blocks, own, entry.eportfolio_id, entry.id),
    )


@screens.post(f"{HISTORY}/:number")
async def restore(call: Call) -> Reply:
    """Make an earlier version the present one; that is a version too, so that it can be undone the same way."""
    granted = await before(call)
    entry = await entry_here(call, granted)
    found = await portfolios.revision_named(call.uow, granted, entry, number_for(call.path["number"]))
    await portfolios.restore_revision(call.uow, granted, entry, found)
    words = _("Version %(num)s is back. What stood here until now is version %(before)s, should you want that.")
    to = f"{home_of(granted)}/pages/{entry.id}"
    return await led_back(call, granted, to, words % {"num": found.number, "before": entry.lock_version})
