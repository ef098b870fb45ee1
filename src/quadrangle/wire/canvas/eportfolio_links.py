"""Private links of ePortfolios, as a browser carries them. Source: eportfolios.md §4, "Links".

A private link opens a portfolio for the rest of a visit. What was opened is kept in a cookie of the browser, as a keyed digest of the link's
verifier: a link that is renewed, has expired or is gone opens nothing any more, whoever opened it before.
"""

import time
from collections.abc import Sequence
from typing import Final

from quadrangle import portfolios
from quadrangle.http.call import Call
from quadrangle.http.csrf import set_cookie
from quadrangle.http.reply import Reply
from quadrangle.kernel.params import as_text
from quadrangle.portfolios import GuessedTooOften, Link, Opened
from quadrangle.wire.canvas.family import CanvasFamily

COOKIE: Final = "_eportfolios"
MOST_KEPT: Final = 20  # opened links in one browser; the oldest are forgotten first
_USE: Final = "eportfolio_link"
_BROUGHT: Final = "eportfolio_verifier"


def _proofs(call: Call) -> list[str]:
    return [one for one in (call.cookie(COOKIE) or "").split(".") if one]


def _verifier(call: Call) -> str | None:
    sent = as_text(call.tree.get("verifier"))
    return sent or None


async def opened_in(call: Call, portfolio_id: int) -> tuple[Opened | None, str | None]:
    """What the visitor's links open, and the proof of one they bring just now. Raises GuessedTooOften."""
    proofs, verifier = _proofs(call), _verifier(call)
    if not proofs and verifier is None:
        return None, None
    links = await portfolios.links_of(call.uow, portfolio_id)
    new = None if verifier is None else _checked(call, links, verifier)

    def digest(text: str) -> str:
        return call.app.digest(text, use=_USE)[:32]

    fresh = None if new is None else digest(new.verifier)
    kept = proofs if fresh is None else [*proofs, fresh]
    return portfolios.opened_by(links, kept, digest, call.now), None if fresh in proofs else fresh


def _checked(call: Call, links: Sequence[Link], verifier: str) -> Link | None:
    """The link somebody brings; a wrong one is passed over, and counted."""
    family = call.app.families["canvas"]
    assert isinstance(family, CanvasFamily)
    guesses = family.guesses
    now = time.monotonic()
    if not guesses.begin(call.address, now):
        raise GuessedTooOften
    found = portfolios.link_with(links, verifier, call.now)
    if found is not None:
        guesses.succeeded(call.address, now)
        call.notes[_BROUGHT] = verifier
    return found


def brought_by(call: Call) -> str | None:
    """The verifier of the link that a visitor comes with, if it is one."""
    verifier: str | None = call.notes.get(_BROUGHT)
    return verifier


def remember(call: Call, reply: Reply, proof: str | None) -> Reply:
    """proof: of what was opened just now; None: nothing."""
    if proof is not None:
        kept = [*_proofs(call), proof][-MOST_KEPT:]
        set_cookie(reply, call, COOKIE, ".".join(kept))
    return reply
