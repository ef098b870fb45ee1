"""Who may do what with what somebody has collected. Source: brightspace-eportfolio.md §5.11, §6; portfolio-package.md §5.2.

A presentation is a portfolio: who may do what with it, the table of portfolios decides. Everything else is its owner's alone, but for what
stands on the page of a presentation: whoever reads that sees it there, and through a chain of ids that ends with the presentation.
"""

from collections.abc import Mapping
from typing import Final, NoReturn

from quadrangle import portfolios
from quadrangle.artifacts.model import PRESENTATION, Item
from quadrangle.kernel.access import Granted, Predicate, Rows, authorise, permits
from quadrangle.kernel.errors import Forbidden, Unauthenticated
from quadrangle.portfolios import ACTIVE, EPortfolio

USE: Final = "use"  # one's own ePortfolio: listing, adding
PRESENT: Final = "present"  # to make one more presentation
VIEW: Final = "view"
SEE_COMMENTS: Final = "see comments"
ADD_COMMENTS: Final = "add comments"
ASSESS: Final = "assess"
EDIT: Final = "edit"
DELETE: Final = "delete"

# OBJRIGHT_T
_NUMBERS: Final[Mapping[int, str]] = {1: VIEW, 2: SEE_COMMENTS, 3: ADD_COMMENTS, 4: ASSESS, 5: ASSESS, 6: EDIT}


class Chain:
    """How a thing was reached: through what it is said to be in, up to a root.

    root: the actor before that. holds: each is in the next indeed. shown: a page of the root shows the thing itself to its readers. What a
    collection on a page holds, and what is said of it in reflections, its page does not show.
    """

    __slots__ = ("holds", "root", "shown")

    def __init__(self, root: "Standing", *, holds: bool, shown: bool) -> None:
        self.root = root
        self.holds = holds
        self.shown = shown


class Standing:
    """Somebody before their own ePortfolio, and before one thing where there is one.

    own: what they are to themselves. item: the thing in question, be it theirs or not. shown: what they are to its portfolio, where it is one.
    chain: how they reached it, where that is not by its id alone.
    """

    __slots__ = ("chain", "item", "own", "shown")

    def __init__(
        self,
        own: portfolios.Standing,
        item: Item | None = None,
        shown: portfolios.Standing | None = None,
        chain: Chain | None = None,
    ) -> None:
        self.own = own
        self.item = item
        self.shown = shown
        self.chain = chain

    @property
    def viewer_id(self) -> int | None:
        return self.own.viewer_id

    @property
    def item_there(self) -> Item:
        """The thing, where there must be one."""
        assert self.item is not None
        return self.item

    @property
    def owns(self) -> bool:
        return self.item is not None and self.item.user_id == self.viewer_id

    def portfolio_allows(self, right: str) -> bool:
        return self.shown is not None and portfolios.may(self.shown, right)


def before_own(own: Standing, item: Item) -> Standing:
    """The same person before one of their own things that is there, as of a list: what decides is known already."""
    assert item.user_id == own.viewer_id
    if item.eportfolio_id is None:
        return Standing(own.own, item)
    portfolio = EPortfolio(
        id=item.eportfolio_id,
        user_id=item.user_id,
        name=item.portfolio_name,
        public=False,  # which decides nothing before its owner
        workflow_state=ACTIVE,
        deleted_at=None,
        deleted_by=None,
        spam_status=item.portfolio_spam,
        review=None,
        created_at=item.created_at,
        updated_at=item.portfolio_at or item.created_at,
    )
    themselves = own.own
    return Standing(
        themselves,
        item,
        portfolios.Standing(themselves.facts, themselves.viewer_id, themselves.now, portfolio, words=themselves.words),
    )


# --- predicates: each a clause that is true or false


def tool_on(standing: Standing) -> bool:
    """ePortfolios are on for the actor."""
    return standing.own.enabled


def no_test_user(standing: Standing) -> bool:
    return portfolios.no_test_user(standing.own)


def actor_signed_in(standing: Standing) -> bool:
    return standing.viewer_id is not None


def actor_owns(standing: Standing) -> bool:
    return standing.owns


def is_no_presentation(standing: Standing) -> bool:
    return standing.item_there.type != PRESENTATION


def actor_may_have_one_more(standing: Standing) -> bool:
    """The table of portfolios lets the actor make one."""
    return portfolios.may(standing.own, portfolios.CREATE)


def portfolio_readable(standing: Standing) -> bool:
    return standing.portfolio_allows(portfolios.READ)


def portfolio_open_to_words(standing: Standing) -> bool:
    """The actor may comment on the pages of the portfolio."""
    return standing.portfolio_allows(portfolios.COMMENT)


def portfolio_editable(standing: Standing) -> bool:
    return standing.portfolio_allows(portfolios.UPDATE)


def portfolio_deletable(standing: Standing) -> bool:
    return standing.portfolio_allows(portfolios.DELETE)


def reached_truly(standing: Standing) -> bool:
    """By its id alone, or through a chain each of whose things is in the next, up to one that the actor may see."""
    chain = standing.chain
    return chain is None or (chain.holds and may(chain.root, VIEW))


def on_a_page_of_the_root(standing: Standing) -> bool:
    """Whoever reads the presentation at the end of the chain is shown the thing there."""
    return standing.chain is not None and standing.chain.shown


def root_readable(standing: Standing) -> bool:
    return standing.chain is not None and portfolio_readable(standing.chain.root)


def root_open_to_words(standing: Standing) -> bool:
    return standing.chain is not None and portfolio_open_to_words(standing.chain.root)


# A presentation is never opened by another one on whose page it stands.
_SHOWN: Final[tuple[Predicate[Standing], ...]] = (is_no_presentation, on_a_page_of_the_root, root_readable)
_OWN: Final[tuple[Predicate[Standing], ...]] = (actor_owns, is_no_presentation)
_TABLE: Mapping[str, tuple[tuple[Predicate[Standing], ...], ...]] = {
    USE: ((),),
    PRESENT: ((actor_may_have_one_more,),),
    VIEW: (_OWN, (portfolio_readable,), _SHOWN),
    SEE_COMMENTS: (_OWN, (portfolio_readable,), _SHOWN),
    ADD_COMMENTS: (_OWN, (portfolio_open_to_words,), (*_SHOWN, root_open_to_words)),
    ASSESS: (_OWN, (actor_owns, portfolio_readable)),
    EDIT: (_OWN, (actor_owns, portfolio_editable)),
    DELETE: (_OWN, (portfolio_deletable,)),
}
RULES: Final[Mapping[str, Rows[Standing]]] = {
    right: [[tool_on, actor_signed_in, no_test_user, reached_truly, *row] for row in rows]
    for right, rows in _TABLE.items()
}


def may(standing: Standing, right: str) -> bool:
    return permits(RULES, right, standing)


def allow(standing: Standing, right: str) -> Granted[Standing]:
    """Proof of a right; otherwise Forbidden, or Unauthenticated for nobody."""
    if not permits(RULES, right, standing):
        refuse(standing)
    return authorise(RULES, right, standing, standing)


def refuse(standing: Standing) -> NoReturn:
    raise Unauthenticated if standing.viewer_id is None else Forbidden


def rights_on(standing: Standing) -> list[int]:
    """The rights that the actor holds on the thing, by their numbers (OBJRIGHT_T)."""
    return [number for number, right in _NUMBERS.items() if may(standing, right)]
