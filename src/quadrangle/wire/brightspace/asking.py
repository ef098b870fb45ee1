"""What routes of ePortfolio objects ask for, and how the things in their paths are found.

Everything is refused to whom ePortfolios are off for, before anything else is looked at; what was sent is read before what it is about is
looked for. Source: brightspace-eportfolio.md §3, §4.3.
"""

import re
from collections.abc import Collection
from typing import Final

from quadrangle import artifacts
from quadrangle.artifacts import Standing
from quadrangle.http.call import Call
from quadrangle.kernel.access import Granted
from quadrangle.kernel.errors import Malformed, NotFound
from quadrangle.kernel.ids import LARGEST_ID
from quadrangle.kernel.params import Absent, Params, text
from quadrangle.wire.spam_words import keywords_of

EP: Final = "/d2l/api/eP/:version"
USUAL_PAGE: Final = 100
LARGEST_PAGE: Final = 1000
MOST_ASKED: Final = 100  # objects at a time
LONGEST_CHAIN: Final = 20  # ids

_ID: Final = re.compile(r"[0-9]{1,19}")
_COUNT: Final = re.compile(r"[0-9]+")


class WithComments(Params):
    """Whether what was said of a thing comes along."""

    c: str | None | Absent = text("Include comments: `true` in any case, or `1`.")

    @property
    def comments(self) -> bool:
        return is_true(self.c)


class Along(Params):
    """How an object is reached whose id the path does not name."""

    context: str | None | Absent = text(
        "A context chain: ids, comma separated, from the object through what it is in up to a presentation, or to something of one's own."
    )

    @property
    def ids(self) -> list[int]:
        """The object first. Raises Malformed for what is no chain, or too long a one."""
        sent = [one for one in (part.strip() for part in (self.context or "").split(",")) if one]
        if not 0 < len(sent) <= LONGEST_CHAIN or not all(_ID.fullmatch(one) for one in sent):
            raise Malformed(f"context is a chain of between one and {LONGEST_CHAIN} ids of objects, comma separated.")
        ids = [min(int(one), LARGEST_ID) for one in sent]
        if len(set(ids)) < len(ids):
            raise Malformed("context leads through nothing twice.")
        return ids


class Page(Params):
    """Which page of a list is asked for."""

    bookmark: str | None | Absent = text("Where the page before ended: its `PagingInfo.Bookmark`.")
    pagesize: str | None | Absent = text("How many items a page has: 100 unless told, 1000 at most.")

    @property
    def after(self) -> int:
        """Raises Malformed for what no page ended with."""
        if not self.bookmark:
            return 0
        if not _ID.fullmatch(self.bookmark):
            raise Malformed("The bookmark is none of this list.")
        return min(int(self.bookmark), LARGEST_ID)

    @property
    def size(self) -> int:
        """Raises Malformed for anything but a whole number above 0."""
        if not self.pagesize:
            return USUAL_PAGE
        if not _COUNT.fullmatch(self.pagesize) or not self.pagesize.strip("0"):
            raise Malformed("The page size must be a whole number from 1 on.")
        return min(int(self.pagesize[:10]), LARGEST_PAGE) if len(self.pagesize.lstrip("0")) < 10 else LARGEST_PAGE

    def check(self) -> None:
        """Raises Malformed, before anything is looked for."""
        _ = self.after, self.size


class Listing(Page):
    """Which of one's own things are asked for."""

    q: str | None | Absent = text("A filter; none can be used yet.")
    c: str | None | Absent = text("Include comments: `true` in any case, or `1`.")

    @property
    def comments(self) -> bool:
        return is_true(self.c)

    def check(self) -> None:
        super().check()
        if self.q:
            raise Malformed("Filters (q) are not served.")


class Several(Params):
    """Which objects are asked about."""

    objects: str | None | Absent = text("Ids of at most 100 objects, comma separated.")

    @property
    def ids(self) -> list[int]:
        """Raises Malformed for what is no list of ids, or too long a one."""
        sent = [one for one in (part.strip() for part in (self.objects or "").split(",")) if one]
        if not 0 < len(sent) <= MOST_ASKED or not all(_ID.fullmatch(one) for one in sent):
            raise Malformed(f"objects is a list of between one and {MOST_ASKED} ids of objects, comma separated.")
        return list({min(int(one), LARGEST_ID) for one in sent})


def is_true(sent: str | None | Absent) -> bool:
    return isinstance(sent, str) and (sent == "1" or sent.lower() == "true")


async def own_eportfolio(call: Call) -> Granted[Standing]:
    """Proof that the caller may use theirs."""
    standing = await artifacts.standing_of(call.uow, call.user().user_id, keywords_of(call), lock=call.writing)
    return artifacts.allow(standing, artifacts.USE)


async def standing_at(
    call: Call, own: Granted[Standing], name: str, *, kinds: Collection[int] | None = None
) -> Standing:
    """The caller before the thing that the path names; NotFound, also where it is of another kind."""
    return await artifacts.standing_before(
        call.uow, own.subject, number_at(call, name), keywords_of(call), kinds=kinds, lock=call.writing
    )


async def granted_at(
    call: Call, own: Granted[Standing], right: str, *, name: str = "objectId", kinds: Collection[int] | None = None
) -> Granted[Standing]:
    """Proof that the caller may do this with the thing that the path names."""
    return artifacts.allow(await standing_at(call, own, name, kinds=kinds), right)


async def granted_along(
    call: Call, own: Granted[Standing], ids: list[int], right: str, *, kinds: Collection[int] | None = None
) -> Granted[Standing]:
    """Proof that the caller may do this with the first thing of a chain."""
    standing = await artifacts.standing_along(
        call.uow, own.subject, ids, keywords_of(call), kinds=kinds, lock=call.writing
    )
    return artifacts.allow(standing, right)


def number_at(call: Call, name: str) -> int:
    """The number in the path, or NotFound."""
    sent = call.path[name]
    if not _ID.fullmatch(sent) or int(sent) > LARGEST_ID:
        raise NotFound
    return int(sent)
