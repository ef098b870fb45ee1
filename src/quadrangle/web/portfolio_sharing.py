"""Who can see a portfolio, and what it is called and looks like. Source: web.md W5, eportfolios.md §4 "Links"."""

from datetime import datetime
from typing import Any, Final

import msgspec

from quadrangle import portfolios
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.access import Granted
from quadrangle.kernel.errors import Invalid
from quadrangle.kernel.ids import parse_number
from quadrangle.kernel.params import ABSENT, Absent, Params, flag, moment, text
from quadrangle.kernel.words import _
from quadrangle.portfolios import Link, LinkChange, PortfolioChange, Standing
from quadrangle.web.flash import done
from quadrangle.web.forms import form_on
from quadrangle.web.portfolio_editing import EDIT, before, home_of, led_back, show_of
from quadrangle.wire.canvas.ids import number_for

screens = Routes("web", "ePortfolio sharing")

SHARE: Final = f"{EDIT}/share"
SETTINGS: Final = f"{EDIT}/settings"
LINKS: Final = f"{SHARE}/links"


class Audience(Params, group="eportfolio"):
    """Who may see it."""

    public: bool | Absent = flag("Everybody.")


class LinkForm(Params, group="link"):
    """A secret link."""

    name: str | None | Absent = text("Who it is for.", max=portfolios.LONGEST_NAME)
    section_id: str | None | Absent = text("The only section it opens.")
    expires_at: datetime | None | Absent = moment("The last day on which it works.", end=True)

    def change(self, typed: Any) -> LinkChange:
        """typed: the text of the date, as one that cannot be read must not open something for ever."""
        if self.expires_at is None and isinstance(typed, str) and typed.strip():
            raise Invalid.field("expires_at", "invalid", "invalid")
        section = parse_number(self.section_id) if isinstance(self.section_id, str) and self.section_id else None
        return LinkChange(name=self.name, section_id=section, expires_at=self.expires_at)


class Look(Params, group="eportfolio"):
    """What it is called and looks like."""

    name: str | None | Absent = text("Its name.", max=portfolios.LONGEST_NAME)
    theme: str | None | Absent = text("Its look.", choices=portfolios.THEMES)


class ShownLink(msgspec.Struct, frozen=True):
    """A link in plain words. opens: the section it opens alone; None for all. over: it does not work any more."""

    id: int
    name: str
    address: str
    opens: str | None
    expires_at: datetime | None
    over: bool


# --- sharing


@screens.get(SHARE)
async def share(call: Call) -> Reply:
    """Who can see a portfolio."""
    granted = await before(call)
    portfolio = granted.subject.portfolio_there
    sections = await portfolios.sections_of(call.uow, portfolio.id)
    names = {section.id: section.name for section in sections}
    links = [_shown(call, granted, one, names) for one in await portfolios.links_of(call.uow, portfolio.id)]
    working = [one for one in links if not one.over]
    return await show_of(
        call,
        granted,
        "portfolio_edit/share.html",
        public=portfolio.public,
        reviewed=granted.subject.facts.reviewed,
        address=f"{call.base_url}/eportfolios/{portfolio.id}",
        links=links,
        working=len(working),
        audience=form_on(call, SHARE, group="eportfolio", public="1" if portfolio.public else "0"),
        form=form_on(call, LINKS, group="link", name="", section_id="", expires_at=""),
        choices=[("", _("The whole portfolio")), *((str(id), name) for id, name in names.items())],
    )


def _shown(call: Call, granted: Granted[Standing], link: Link, names: dict[int, str]) -> ShownLink:
    return ShownLink(
        id=link.id,
        name=link.name or _("Secret link"),
        address=f"{call.base_url}/eportfolios/{granted.subject.portfolio_there.id}?verifier={link.verifier}",
        opens=None if link.section_id is None else names.get(link.section_id),
        expires_at=link.expires_at,
        over=not link.open(call.now),
    )


@screens.post(SHARE, again=share)
async def change_audience(call: Call, asked: Asked[Audience]) -> Reply:
    """Open a portfolio to everybody, or close it again."""
    granted = await before(call)
    wanted = asked.read().public
    await portfolios.revise_portfolio(call.uow, granted, PortfolioChange(public=wanted))
    words = (
        _("Everybody can see this now.")
        if wanted is True
        else _("Now only you can see this, and whoever has a link that works.")
    )
    return await led_back(call, granted, f"{home_of(granted)}/share", words)


@screens.post(LINKS, again=share)
async def add_link(call: Call, asked: Asked[LinkForm]) -> Reply:
    """Make a secret link."""
    granted = await before(call)
    wish = asked.read().change(_typed(call))
    await portfolios.add_link(call.uow, granted, wish)
    return done(call, f"{home_of(granted)}/share", _("The link is ready. Copy it, and send it to whom you like."))


def _typed(call: Call) -> Any:
    sent = call.tree.get("link")
    return sent.get("expires_at") if isinstance(sent, dict) else None


async def _link(call: Call, granted: Granted[Standing]) -> Link:
    return await portfolios.link_named(call.uow, granted, number_for(call.path["lid"]))


@screens.post(f"{LINKS}/:lid", again=share)
async def limit_link(call: Call, asked: Asked[LinkForm]) -> Reply:
    """Change until when a link works."""
    granted = await before(call)
    expires_at = asked.read().change(_typed(call)).expires_at
    wish = LinkChange(expires_at=None if expires_at is ABSENT else expires_at)
    await portfolios.change_link(call.uow, granted, await _link(call, granted), wish)
    return done(call, f"{home_of(granted)}/share", _("Changed."))


@screens.post(f"{LINKS}/:lid/renew")
async def renew_link(call: Call) -> Reply:
    """Give a link a new address; the old one stops."""
    granted = await before(call)
    await portfolios.change_link(call.uow, granted, await _link(call, granted), LinkChange(renew=True))
    words = _("The link has a new address. The old one opens nothing any more.")
    return done(call, f"{home_of(granted)}/share", words)


@screens.post(f"{LINKS}/:lid/delete")
async def remove_link(call: Call) -> Reply:
    """Take a link away."""
    granted = await before(call)
    await portfolios.remove_link(call.uow, granted, await _link(call, granted))
    return done(call, f"{home_of(granted)}/share", _("The link is gone, and opens nothing any more."))


# --- name and look


@screens.get(SETTINGS)
async def settings(call: Call) -> Reply:
    """What a portfolio is called and looks like."""
    granted = await before(call)
    portfolio = granted.subject.portfolio_there
    theme = await portfolios.theme_of(call.uow, portfolio.id)
    return await show_of(
        call,
        granted,
        "portfolio_edit/settings.html",
        number=portfolio.id,
        form=form_on(call, SETTINGS, group="eportfolio", name=portfolio.name or "", theme=theme),
        themes=list(zip(portfolios.THEMES, _looks(), strict=True)),
    )


def _looks() -> tuple[str, ...]:
    """In the order of THEMES."""
    return _("Plain"), _("Sea"), _("Meadow"), _("Dusk"), _("Clay"), _("Ink")


@screens.post(SETTINGS, again=settings)
async def change_settings(call: Call, asked: Asked[Look]) -> Reply:
    """Rename a portfolio, or give it another look."""
    granted = await before(call)
    wanted = asked.read()
    if not (wanted.name or "").strip():
        raise Invalid.field("name", "can't be blank", "blank")  # a card without a name could not be told from another
    if isinstance(wanted.theme, str):
        await portfolios.choose_theme(call.uow, granted, wanted.theme)
    now = await before(call)  # its time has moved on
    await portfolios.revise_portfolio(call.uow, now, PortfolioChange(name=wanted.name))
    return await led_back(call, granted, f"{home_of(granted)}/settings", _("Saved."))
