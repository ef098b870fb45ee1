"""Private links: who holds one may read, for as long as it stands. Source: eportfolios.md §4, "Links" and "Beyond Canvas"."""

from collections.abc import Callable, Iterable
from datetime import datetime

import msgspec

from quadrangle.db import UnitOfWork
from quadrangle.kernel.access import Granted
from quadrangle.kernel.clock import whole_seconds
from quadrangle.kernel.digest import random_text, same
from quadrangle.kernel.errors import NotFound
from quadrangle.kernel.params import ABSENT
from quadrangle.portfolios import store
from quadrangle.portfolios.access import Opened, Standing
from quadrangle.portfolios.model import Link, LinkChange, check_name
from quadrangle.portfolios.tables import eportfolio_links

VERIFIER = 40  # characters of 62: 238 bits


async def links_of(uow: UnitOfWork, portfolio_id: int) -> list[Link]:
    """All links of a portfolio, the one that was made with it first. For their owner, and for comparing what a visitor brings."""
    return await uow.all(store.LINKS_OF, eportfolio_id=portfolio_id)


def opened_by(
    links: Iterable[Link], proofs: Iterable[str], digest: Callable[[str], str], now: datetime
) -> Opened | None:
    """What the proofs that a session keeps still open. digest: how a verifier becomes a proof."""
    known = list(proofs)
    found = [link for link in links if link.open(now) and any(same(digest(link.verifier), proof) for proof in known)]
    if not found:
        return None
    sections = frozenset(link.section_id for link in found if link.section_id is not None)
    return Opened() if any(link.section_id is None for link in found) else Opened(sections)


def link_with(links: Iterable[Link], verifier: str, now: datetime) -> Link | None:
    """The link whose verifier somebody brings; every one is compared, and each in constant time."""
    found = [link for link in links if same(link.verifier, verifier) and link.open(now)]
    return found[0] if found else None


async def add_first_link(uow: UnitOfWork, portfolio_id: int) -> None:
    """The link a portfolio is made with: its verifier is what Canvas calls the portfolio's uuid."""
    await _add(uow, portfolio_id, LinkChange())


async def add_link(uow: UnitOfWork, granted: Granted[Standing], wish: LinkChange) -> Link:
    """One more link; nothing that is not said of it limits it."""
    portfolio_id = granted.subject.portfolio_there.id
    await _check(uow, portfolio_id, wish)
    return await link_named(uow, granted, await _add(uow, portfolio_id, wish))


async def _add(uow: UnitOfWork, portfolio_id: int, wish: LinkChange) -> int:
    return await uow.insert(
        eportfolio_links,
        eportfolio_id=portfolio_id,
        name=wish.name or None,
        section_id=wish.section_id or None,
        expires_at=wish.expires_at or None,
        verifier=random_text(VERIFIER),
        created_at=whole_seconds(uow.now),
    )


async def link_named(uow: UnitOfWork, granted: Granted[Standing], link_id: int) -> Link:
    """One link of the portfolio, or NotFound."""
    link = await uow.one(store.LINK, eportfolio_id=granted.subject.portfolio_there.id, link_id=link_id)
    if link is None:
        raise NotFound
    return link


async def change_link(uow: UnitOfWork, granted: Granted[Standing], link: Link, wish: LinkChange) -> Link:
    """Name, limit or renew a link. With a new verifier the old address stops at once, wherever it was opened."""
    await _check(uow, granted.subject.portfolio_there.id, wish)
    asked = {"name": wish.name, "section_id": wish.section_id, "expires_at": wish.expires_at}
    values = {name: value or None for name, value in asked.items() if value is not ABSENT}
    if wish.renew:
        values["verifier"] = random_text(VERIFIER)
    await uow.update(eportfolio_links, {"id": link.id}, **values)
    return msgspec.structs.replace(link, **values)


async def remove_link(uow: UnitOfWork, granted: Granted[Standing], link: Link) -> None:
    await uow.run(store.REMOVE.at(eportfolio_links), doomed=link.id)


async def _check(uow: UnitOfWork, portfolio_id: int, wish: LinkChange) -> None:
    check_name(wish.name)
    if wish.section_id:
        section = await uow.one(store.SECTION_BY.at("id"), eportfolio_id=portfolio_id, value=wish.section_id)
        if section is None:
            raise NotFound
