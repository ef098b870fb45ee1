"""Who may do what with a portfolio. Source: eportfolios.md §2; `RULES` is its table."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NoReturn

import msgspec

from quadrangle.accounts import ROOT_ID, SITE_ADMIN_ID, HeldRole, Override, RoleRights, root_setting
from quadrangle.kernel.access import Granted, Predicate, Rows, authorise, permits
from quadrangle.kernel.errors import Forbidden, Unauthenticated
from quadrangle.portfolios.model import NONE_YET, UNDO_DAYS, EPortfolio
from quadrangle.portfolios.spam import Keywords

READ: Final = "read"
UPDATE: Final = "update"  # and manage: the two are one in the table
DELETE: Final = "delete"
MODERATE: Final = "moderate"
RESTORE: Final = "restore"
COMMENT: Final = "comment"
FOLLOW: Final = "follow"  # by a feed
EXPORT: Final = "export"  # as a package
TAKE_BACK: Final = "take back"
ASK: Final = "ask for review"
CREATE: Final = "create"
LIST: Final = "list"
MODERATE_ALL: Final = "moderate all"

MODERATOR: Final = "moderate_user_content"


class Step(msgspec.Struct, frozen=True, array_like=True):
    """One account of the chain above an account a person belongs to; distance 0 is that account itself."""

    account_id: int
    ancestor_id: int
    distance: int


class OwnerFacts(msgspec.Struct, frozen=True):
    """An owner, and what the viewer is to them: everything the table needs to know of the two.

    places: where the owner belongs. held, overrides: the viewer's admin roles anywhere, and what is said of `moderate_user_content` for them.
    reviewed: one of the owner's portfolios was marked as safe.
    """

    user_id: int
    author: str
    author_since: datetime
    root_settings: dict[str, Any] | None
    places: list[Step]
    held: list[HeldRole]
    overrides: list[Override]
    viewer_is_test: bool
    reviewed: bool
    has_spam: bool
    has_place: bool


class Opened(msgspec.Struct, frozen=True):
    """What private links have opened in this session. sections: None is the whole portfolio."""

    sections: frozenset[int] | None = None

    def covers(self, section_id: int) -> bool:
        return self.sections is None or section_id in self.sections


def moderates(places: Iterable[Step], held: Sequence[HeldRole], overrides: Sequence[Override]) -> bool:
    """Whether the holder of `held` has moderate_user_content on any account of `places`, or above them: association climbs the chain."""
    if not held:
        return False
    chains: dict[int, list[Step]] = {}
    for step in places:
        chains.setdefault(step.account_id, []).append(step)
    tried: set[int] = set()
    for steps in chains.values():
        chain = [step.ancestor_id for step in sorted(steps, key=lambda step: -step.distance)]
        for end, account_id in enumerate(chain, 1):
            if account_id in tried:
                continue
            tried.add(account_id)
            above = set(chain[:end])
            roles = [role for role in held if role.held_at in above or role.held_at == SITE_ADMIN_ID]
            if roles and RoleRights(roles, chain[:end], overrides).may(MODERATOR):
                return True
    return False


class Standing:
    """A viewer before an owner, and before one of the owner's portfolios where there is one.

    viewer_id: None is anonymous. opened: what a private link has opened, on the web only. section_id: the section in question, where it is
    about one. words: what the server is told to look for in what authors write.
    """

    __slots__ = ("_moderates", "facts", "now", "opened", "portfolio", "section_id", "viewer_id", "words")

    def __init__(
        self,
        facts: OwnerFacts,
        viewer_id: int | None,
        now: datetime,
        portfolio: EPortfolio | None = None,
        *,
        words: Keywords,
        opened: Opened | None = None,
        section_id: int | None = None,
    ) -> None:
        self.facts = facts
        self.viewer_id = viewer_id
        self.now = now
        self.portfolio = portfolio
        self.opened = opened
        self.section_id = section_id
        self.words = words
        self._moderates: bool | None = None

    def inside(self, section_id: int) -> "Standing":
        """The same viewer before one section of the portfolio: a link may open that one alone."""
        return Standing(
            self.facts,
            self.viewer_id,
            self.now,
            self.portfolio,
            words=self.words,
            opened=self.opened,
            section_id=section_id,
        )

    @property
    def portfolio_there(self) -> EPortfolio:
        """The portfolio, where there must be one."""
        assert self.portfolio is not None
        return self.portfolio

    @property
    def owns(self) -> bool:
        return self.viewer_id == self.facts.user_id

    @property
    def holds_moderation(self) -> bool:
        """moderate_user_content over the owner, be it oneself."""
        if self._moderates is None:
            facts = self.facts
            self._moderates = moderates(facts.places, facts.held, facts.overrides)
        return self._moderates

    @property
    def enabled(self) -> bool:
        """ePortfolios are on for the owner: they belong to no root account, or theirs has not switched them off."""
        settings = self.facts.root_settings
        at_root = any(step.ancestor_id == ROOT_ID for step in self.facts.places)
        return not at_root or settings is None or bool(root_setting(settings, "enable_eportfolios"))

    @property
    def score_mode(self) -> str:
        """off, review or flag: what comes of a high score."""
        return str(root_setting(self.facts.root_settings or {}, "eportfolio_score"))


# --- predicates: each a clause that is true or false


def portfolio_active(standing: Standing) -> bool:
    return standing.portfolio is not None and not standing.portfolio.deleted


def portfolio_public(standing: Standing) -> bool:
    return standing.portfolio is not None and standing.portfolio.public


def not_spam(standing: Standing) -> bool:
    return standing.portfolio is not None and not standing.portfolio.is_spam


def tool_on(standing: Standing) -> bool:
    return standing.enabled


def actor_owns(standing: Standing) -> bool:
    return standing.owns


def actor_signed_in(standing: Standing) -> bool:
    return standing.viewer_id is not None


def actor_moderates_owner(standing: Standing) -> bool:
    return not standing.owns and standing.holds_moderation


def actor_holds_moderation(standing: Standing) -> bool:
    """Over oneself too: moderating all of somebody's portfolios does not exclude one's own (§3.7)."""
    return standing.holds_moderation


def link_opened(standing: Standing) -> bool:
    opened = standing.opened
    return opened is not None and (standing.section_id is None or opened.covers(standing.section_id))


def no_spam_anywhere(standing: Standing) -> bool:
    return not standing.facts.has_spam


def has_place(standing: Standing) -> bool:
    """An enrollment or an account role."""
    return standing.facts.has_place


def deleted_by_owner(standing: Standing) -> bool:
    portfolio = standing.portfolio
    return portfolio is not None and portfolio.deleted and portfolio.deleted_by == standing.facts.user_id


def deleted_lately(standing: Standing) -> bool:
    at = standing.portfolio.deleted_at if standing.portfolio is not None else None
    return at is not None and at > standing.now - timedelta(days=UNDO_DAYS)


def no_test_user(standing: Standing) -> bool:
    """Student-view test users are refused everywhere."""
    return not standing.facts.viewer_is_test


_READ: tuple[tuple[Predicate[Standing], ...], ...] = (
    (portfolio_active, tool_on, actor_owns),
    (portfolio_active, actor_moderates_owner),
    (portfolio_active, tool_on, portfolio_public, not_spam),
    (portfolio_active, tool_on, link_opened, not_spam),
)
_OWN: tuple[Predicate[Standing], ...] = (portfolio_active, tool_on, actor_owns)
_TABLE: Mapping[str, tuple[tuple[Predicate[Standing], ...], ...]] = {
    READ: _READ,
    UPDATE: ((*_OWN, not_spam),),
    DELETE: (_OWN, (portfolio_active, actor_moderates_owner)),
    MODERATE: ((portfolio_active, actor_moderates_owner),),
    RESTORE: ((actor_moderates_owner,),),
    COMMENT: tuple((actor_signed_in, *row) for row in _READ),
    FOLLOW: (
        (portfolio_active, tool_on, not_spam, portfolio_public),
        (portfolio_active, tool_on, not_spam, link_opened),
    ),
    EXPORT: (_OWN,),
    ASK: (_OWN,),
    TAKE_BACK: ((tool_on, actor_owns, deleted_by_owner, deleted_lately),),
    CREATE: ((tool_on, actor_owns, no_spam_anywhere, has_place),),
    LIST: ((tool_on, actor_owns), (actor_moderates_owner,)),
    MODERATE_ALL: ((actor_holds_moderation,),),
}
RULES: Final[Mapping[str, Rows[Standing]]] = {
    right: [[no_test_user, *row] for row in rows] for right, rows in _TABLE.items()
}


def may(standing: Standing, right: str) -> bool:
    return permits(RULES, right, standing)


def allow(standing: Standing, right: str) -> Granted[Standing]:
    """Proof of a right; otherwise Forbidden, or Unauthenticated for an anonymous viewer."""
    if not permits(RULES, right, standing):
        refuse(standing)
    return authorise(RULES, right, standing, standing)


def reads_all(standing: Standing) -> bool:
    """Whether the viewer may read every section, and not only those that links have opened."""
    return may(standing.inside(NONE_YET), READ)


def may_be_listed(standing: Standing) -> bool:
    """Whether search engines may have the portfolio, and its links count (eportfolios.md §6): somebody has looked at what its author makes."""
    return standing.facts.reviewed and portfolio_public(standing) and not_spam(standing)


def refuse(standing: Standing) -> NoReturn:
    raise Unauthenticated if standing.viewer_id is None else Forbidden
