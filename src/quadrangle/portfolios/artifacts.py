"""What somebody has collected. A portfolio is one of these things; a file becomes one when it is first placed on a page.

Source: portfolio-package.md §5.2.
"""

from quadrangle.db import UnitOfWork
from quadrangle.kernel.access import Granted
from quadrangle.kernel.clock import whole_seconds
from quadrangle.kernel.digest import random_uuid
from quadrangle.kernel.errors import Invalid
from quadrangle.portfolios import store
from quadrangle.portfolios.access import Standing
from quadrangle.portfolios.content import placed_files, stands_on
from quadrangle.portfolios.model import FILE_ARTIFACT, PRESENTATION, THEMES, Content, theme_in
from quadrangle.portfolios.moderation import change
from quadrangle.portfolios.tables import portfolio_objects


async def register_portfolio(uow: UnitOfWork, user_id: int, portfolio_id: int) -> None:
    """The id of a new portfolio in the Brightspace family."""
    await _register(uow, user_id, PRESENTATION, eportfolio_id=portfolio_id)


async def theme_of(uow: UnitOfWork, portfolio_id: int) -> str:
    """How a portfolio looks."""
    details = await uow.one(store.DETAILS_OF, eportfolio_id=portfolio_id)
    return theme_in(details)


async def choose_theme(uow: UnitOfWork, granted: Granted[Standing], theme: str) -> None:
    """How it looks from now on. Raises Invalid for a theme that there is not."""
    portfolio = granted.subject.portfolio_there
    if theme not in THEMES:
        raise Invalid.field("theme", "is not included in the list", "inclusion")
    details = await uow.one(store.DETAILS_OF, eportfolio_id=portfolio.id)
    if theme_in(details) == theme:
        return
    at = whole_seconds(uow.now)
    await uow.update(
        portfolio_objects, {"eportfolio_id": portfolio.id}, details=(details or {}) | {"theme": theme}, modified_at=at
    )
    await change(uow, portfolio)


async def register_files(uow: UnitOfWork, owner_id: int, content: Content) -> None:
    """The owner's files that stand on a page are artifacts: one for each file, found again wherever else it is placed."""
    placed = placed_files(content)
    if not placed or not await _missing(uow, owner_id, placed):
        return
    # Two pages that place a file at the same time: whoever comes second to its row finds it registered.
    there = await uow.all(store.LOCK_OWN_FILES, owner_id=owner_id, ids=sorted(set(placed)))
    missing = await _missing(uow, owner_id, placed)
    for file_id in there:
        if file_id in missing:
            await _register(uow, owner_id, FILE_ARTIFACT, file_id=file_id)


async def shows_on_a_page(uow: UnitOfWork, portfolio_id: int, *, item_id: int, file_id: int | None, name: str) -> bool:
    """Whether a block on a page of a portfolio shows a thing, by its name. Whose it is, the caller has looked at."""
    pages = await uow.all(store.CONTENTS_PLACING, eportfolio_id=portfolio_id)
    return any(stands_on(page.content, item_id=item_id, file_id=file_id, name=name) for page in pages)


async def has_beside(uow: UnitOfWork, portfolio_id: int, item_id: int) -> bool:
    """Whether a thing belongs to a page of a portfolio without a block; who reads the page is not shown it."""
    return await uow.one(store.IS_BESIDE, eportfolio_id=portfolio_id, item_id=item_id) is not None


async def _missing(uow: UnitOfWork, owner_id: int, file_ids: list[int]) -> set[int]:
    known = await uow.all(store.REGISTERED, owner_id=owner_id, ids=sorted(set(file_ids)))
    return set(file_ids).difference(known)


async def _register(uow: UnitOfWork, user_id: int, kind: int, **what: object) -> None:
    now = whole_seconds(uow.now)
    await uow.insert(
        portfolio_objects,
        uid=random_uuid(),
        user_id=user_id,
        type=kind,
        description="",
        allow_comments=True,
        details={},
        created_at=now,
        modified_at=now,
        **what,
    )
