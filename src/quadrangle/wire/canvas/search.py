"""Search terms as the Canvas family takes them. Source: conventions.md §10."""

from quadrangle.kernel.params import Absent
from quadrangle.kernel.text import search_term_of
from quadrangle.wire.canvas.errors import search_too_short


def term_of(sent: str | None | Absent, *, least: int) -> str | None:
    """The term, None when blank; raises the 400 of the family for one that is too short."""
    term = search_term_of(sent if isinstance(sent, str) else None)
    if term is not None and len(term) < least:
        raise search_too_short(least)
    return term
