"""ePortfolios in the Canvas family: the documented routes, and how a portfolio looks. Source: eportfolios.md §3."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from quadrangle import portfolios
from quadrangle.files import AVAILABLE, File, files_by_id
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.access import Granted
from quadrangle.kernel.clock import zulu, zulu_or_none
from quadrangle.kernel.errors import NotFound
from quadrangle.kernel.paging import cut
from quadrangle.kernel.params import Absent, Params, anything, text, truthy, words
from quadrangle.portfolios import Entry, EPortfolio, Opened, Standing
from quadrangle.wire.canvas.errors import refuse
from quadrangle.wire.canvas.ids import find_user_for, number_for, viewer_of
from quadrangle.wire.canvas.shapes import Time
from quadrangle.wire.spam_words import keywords_of

routes = Routes("canvas", "ePortfolios")

_WRONG_STATUS: Final = 'spam_status must be one of ["marked_as_safe", "marked_as_spam"]'


# --- what is sent


class PortfolioList(Params):
    """Which of a user's portfolios are listed. The reference names `deleted`, real clients send `include[]` (eportfolios.md §3.2)."""

    include: tuple[str, ...] = words("`deleted`, for moderators: also those that were deleted.", choices=("deleted",))
    deleted: Any = anything(
        "The same switch as the reference names it: `deleted`.", schema={"type": "string", "enum": ["deleted"]}
    )

    @property
    def with_deleted(self) -> bool:
        return "deleted" in self.include or self.deleted == "deleted" or truthy(self.deleted)


class SpamStatus(Params):
    """What a moderator says of a portfolio."""

    spam_status: str | None | Absent = text("The verdict.", choices=portfolios.VERDICTS)

    @property
    def verdict(self) -> str:
        if self.spam_status not in portfolios.VERDICTS:
            raise refuse(Reply(400, {"error": _WRONG_STATUS}))
        return str(self.spam_status)


# --- what is answered


class EPortfolioJson(Struct, frozen=True):
    """A portfolio. Source: eportfolios.md §3.1."""

    id: int
    user_id: int
    name: str | None
    public: bool
    created_at: Time
    updated_at: Time
    workflow_state: str
    deleted_at: Time | None
    spam_status: str | None


class EPortfolioPageJson(Struct, frozen=True):
    """A page of a portfolio; `content` is one HTML text, or with `reference = hosted` the value as it is stored. Source: eportfolios.md §3.1."""

    id: int
    eportfolio_id: int
    position: int
    name: str
    content: Any
    created_at: Time
    updated_at: Time


def eportfolio_json(portfolio: EPortfolio) -> EPortfolioJson:
    return EPortfolioJson(
        id=portfolio.id,
        user_id=portfolio.user_id,
        name=portfolio.name,
        public=portfolio.public,
        created_at=zulu(portfolio.created_at),
        updated_at=zulu(portfolio.updated_at),
        workflow_state=portfolio.workflow_state,
        deleted_at=zulu_or_none(portfolio.deleted_at),
        spam_status=portfolio.spam_status,
    )


def page_json(call: Call, entry: Entry, placed: Mapping[int, File], *, hosted: bool) -> EPortfolioPageJson:
    """placed: the files that stand on it."""

    def link_of(file_id: int) -> tuple[str, str] | None:
        file = placed.get(file_id)
        if file is None or file.workflow_state != AVAILABLE:
            return None
        base = f"{call.base_url}/eportfolios/{entry.eportfolio_id}"
        return f"{base}/entries/{entry.id}/files/{file.uuid}", file.display_name

    return EPortfolioPageJson(
        id=entry.id,
        eportfolio_id=entry.eportfolio_id,
        position=entry.position,
        name=entry.name,
        content=entry.content if hosted else portfolios.html_of(entry.content, link_of),
        created_at=zulu(entry.created_at),
        updated_at=zulu(entry.updated_at),
    )


# --- finding


async def standing_in(call: Call, text: str, *, lock: bool = False, opened: Opened | None = None) -> Standing:
    """The caller before the portfolio that the path names, in any state, or NotFound."""
    return await portfolios.standing_before(
        call.uow, number_for(text), viewer_of(call), keywords_of(call), lock=lock, opened=opened
    )


async def granted_on(call: Call, right: str, *, name: str = "eportfolio_id") -> Granted[Standing]:
    """Proof that the caller may do this with the portfolio in the path. name: of the path's parameter."""
    standing = await standing_in(call, call.path[name], lock=call.writing)
    return portfolios.allow(standing, right)


async def standing_to(call: Call, text: str) -> Standing:
    """The caller before the person whom the path names, or NotFound."""
    user_id = call.user().user_id if text == "self" else None
    if user_id is None:
        user = await find_user_for(call, text)
        if user is None:
            raise NotFound
        user_id = user.id
    return await portfolios.standing_to(call.uow, user_id, viewer_of(call), keywords_of(call))


# --- a user's portfolios


@routes.get("/api/v1/users/:user_id/eportfolios", gives=list[EPortfolioJson], paged=True)
async def list_portfolios(call: Call, asked: Asked[PortfolioList]) -> Reply:
    """List the ePortfolios of a user, the one that rested longest first."""
    granted = portfolios.allow(await standing_to(call, call.path["user_id"]), portfolios.LIST)
    window = call.window()
    rows, total = await portfolios.portfolios_of(
        call.uow, granted, deleted=asked.read().with_deleted, limit=window.limit, offset=window.offset
    )
    part = cut(rows, window, total)
    return Reply(200, part.map([eportfolio_json(row) for row in part.items]))


@routes.put("/api/v1/users/:user_id/eportfolios", gives=str)
async def moderate_portfolios(call: Call, asked: Asked[SpamStatus]) -> Reply:
    """Set the spam status of all active ePortfolios of a user."""
    granted = portfolios.allow(await standing_to(call, call.path["user_id"]), portfolios.MODERATE_ALL)
    await portfolios.moderate_all(call.uow, granted, asked.read().verdict)
    return Reply(200, "success")


# --- one portfolio


@routes.get("/api/v1/eportfolios/:id", gives=EPortfolioJson)
async def show_portfolio(call: Call) -> Reply:
    """Show an ePortfolio."""
    granted = await granted_on(call, portfolios.READ, name="id")
    return Reply(200, eportfolio_json(granted.subject.portfolio_there))


@routes.delete("/api/v1/eportfolios/:id", gives=EPortfolioJson)
async def delete_portfolio(call: Call) -> Reply:
    """Mark an ePortfolio as deleted."""
    granted = await granted_on(call, portfolios.DELETE, name="id")
    return Reply(200, eportfolio_json(await portfolios.delete_portfolio(call.uow, granted)))


@routes.get("/api/v1/eportfolios/:eportfolio_id/pages", gives=list[EPortfolioPageJson], paged=True)
async def list_pages(call: Call) -> Reply:
    """List the pages of an ePortfolio: the first of every section, then the second."""
    granted = await granted_on(call, portfolios.READ)
    window = call.window()
    rows, total = await portfolios.entries_of(call.uow, granted, limit=window.limit, offset=window.offset)
    part = cut(rows, window, total)
    hosted = call.app.settings.reference == "hosted"
    named = set[int]() if hosted else {id for row in part.items for id in portfolios.placed_files(row.content)}
    placed = await files_by_id(call.uow, named)
    return Reply(200, part.map([page_json(call, row, placed, hosted=hosted) for row in part.items]))


@routes.put("/api/v1/eportfolios/:eportfolio_id/moderate", gives=EPortfolioJson)
async def moderate_portfolio(call: Call, asked: Asked[SpamStatus]) -> Reply:
    """Set the spam status of an ePortfolio."""
    granted = await granted_on(call, portfolios.MODERATE)
    return Reply(200, eportfolio_json(await portfolios.moderate(call.uow, granted, asked.read().verdict)))


@routes.put("/api/v1/eportfolios/:eportfolio_id/restore", gives=EPortfolioJson)
async def restore_portfolio(call: Call) -> Reply:
    """Bring back a deleted ePortfolio."""
    granted = await granted_on(call, portfolios.RESTORE)
    return Reply(200, eportfolio_json(await portfolios.restore_portfolio(call.uow, granted)))
