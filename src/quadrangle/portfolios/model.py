"""ePortfolios, sections, entries, comments and links as values, and the words they are spoken of in. Source: eportfolios.md §1."""

from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

import msgspec

from quadrangle.kernel.clock import whole_seconds
from quadrangle.kernel.errors import Conflict, FieldError, Invalid, LimitReached
from quadrangle.kernel.params import ABSENT, Absent

ACTIVE: Final = "active"
DELETED: Final = "deleted"

FLAGGED: Final = "flagged_as_possible_spam"
SPAM: Final = "marked_as_spam"
SAFE: Final = "marked_as_safe"
SPAM_ORDER: Final = {FLAGGED: 1, SPAM: 2, SAFE: 3}  # as the moderators' list has them
BY_SCORE: Final = "score"  # who asked for a review that has not come yet
BY_AUTHOR: Final = "author"
VERDICTS: Final = (SAFE, SPAM)  # what a moderator may say over the documented API

LONGEST_NAME: Final = 255  # characters
LONGEST_COMMENT: Final = 10_000  # characters
MOST_COMMENTS: Final = 100  # that are shown with an entry
LONGEST_ENTRY: Final = 1_000_000  # characters in all blocks of an entry
UNDO_DAYS: Final = 30

FIRST_SECTION: Final = "Home"
FIRST_ENTRY: Final = "Welcome"
NEW_ENTRY: Final = "New Page"
SECTION_NAME: Final = "Section Name"
ENTRY_NAME: Final = "Page Name"
NOTHING_YET: Final = "Nothing entered yet"
NO_CONTENT: Final = "No Content Added Yet"

# Fixed words that follow `/eportfolios/:id/` in addresses: no section can be called so.
RESERVED: Final = frozenset(
    {
        "categories",
        "comments",
        "edit",
        "entries",
        "export",
        "import",
        "links",
        "moderate",
        "new",
        "package",
        "pages",
        "restore",
        "review",
    }
)

TO_BE_ZIPPED: Final = "to_be_zipped"  # states of a web site made of a portfolio
ZIPPING: Final = "zipping"
ZIPPED: Final = "zipped"
ERRORED: Final = "errored"

NONE_YET: Final = 0  # as the id of a row that is about to be made

# How a portfolio looks. The first is that of portfolios that chose none; those that other systems name are passed over.
THEMES: Final = ("plain", "sea", "meadow", "dusk", "clay", "ink")

PRESENTATION: Final = 400  # EPOBJ_T
FILE_ARTIFACT: Final = 310

# The type of a page's content: null, a bare text, or a list of blocks (eportfolios.md §5).
Content: TypeAlias = Any


class Reason(msgspec.Struct, frozen=True):
    """Why something looks like spam. points: of a score; None for a keyword. says: in plain words, for author and moderators."""

    code: str
    says: str
    points: int | None = None


class EPortfolio(msgspec.Struct, frozen=True):
    """One person's portfolio."""

    id: int
    user_id: int
    name: str | None
    public: bool
    workflow_state: str
    deleted_at: datetime | None
    deleted_by: int | None
    spam_status: str | None
    review: str | None
    created_at: datetime
    updated_at: datetime

    @property
    def deleted(self) -> bool:
        return self.workflow_state == DELETED

    @property
    def is_spam(self) -> bool:
        return self.spam_status in (FLAGGED, SPAM)


class ShelvedPortfolio(EPortfolio, frozen=True, array_like=True):
    """A portfolio with what its author is told of it at a glance. links: private ones that open it now."""

    links: int
    pages: int


class JudgedPortfolio(EPortfolio, frozen=True):
    """A portfolio as moderators see it: with its author and the reasons that were found."""

    spam_reasons: list[dict[str, Any]] | None
    review_at: datetime | None
    author: str


class PortfolioSection(msgspec.Struct, frozen=True):
    """Some entries of a portfolio under one name."""

    id: int
    eportfolio_id: int
    name: str
    slug: str
    position: int
    created_at: datetime
    updated_at: datetime


class Entry(msgspec.Struct, frozen=True):
    """One page of a portfolio. category_slug: the slug of its section. lock_version: the number of its newest revision."""

    id: int
    uid: str
    eportfolio_id: int
    section_id: int
    name: str
    slug: str
    position: int
    allow_comments: bool
    show_comments: bool
    lock_version: int
    created_at: datetime
    updated_at: datetime
    category_slug: str
    content: Content


class OutlinedSection(msgspec.Struct, frozen=True, array_like=True):
    """A section, as far as one needs to know it to lead there."""

    id: int
    position: int
    name: str
    slug: str


class OutlinedEntry(msgspec.Struct, frozen=True, array_like=True):
    """An entry, likewise."""

    id: int
    section_id: int
    position: int
    name: str
    slug: str


class Outline(msgspec.Struct, frozen=True):
    """The sections of a portfolio, and the entries of each by its id, all in their order."""

    sections: list[OutlinedSection]
    entries: dict[int, list[OutlinedEntry]]

    @property
    def complete(self) -> bool:
        """There is a section, and an entry in the first one (eportfolios.md §1, "Defaults")."""
        return bool(self.sections) and self.sections[0].id in self.entries


def outline_of(sections: list[OutlinedSection], entries: list[OutlinedEntry]) -> Outline:
    """From both in any order."""
    found: dict[int, list[OutlinedEntry]] = {}
    for entry in sorted(entries, key=lambda one: (one.position, one.id)):
        found.setdefault(entry.section_id, []).append(entry)
    return Outline(sorted(sections, key=lambda one: (one.position, one.id)), found)


class SaidComment(msgspec.Struct, frozen=True, array_like=True):
    """A comment with the name of whoever made it, if that is known."""

    id: int
    message: str
    created_at: datetime
    author: str | None


def theme_in(details: dict[str, Any] | None) -> str:
    """The theme that the details of a presentation name, if it is one of ours."""
    chosen = (details or {}).get("theme")
    return chosen if chosen in THEMES else THEMES[0]


class VisitedEntry(Entry, frozen=True):
    """An entry as it is visited: with the outline of its portfolio, and the newest comments where they are shown. details: of the portfolio
    as a collected thing."""

    sections: list[OutlinedSection]
    entries: list[OutlinedEntry]
    said: list[SaidComment]
    details: dict[str, Any] | None

    @property
    def theme(self) -> str:
        return theme_in(self.details)

    @property
    def outline(self) -> Outline:
        return outline_of(self.sections, self.entries)

    @property
    def comments(self) -> list[SaidComment]:
        """The newest, newest first."""
        return sorted(self.said, key=lambda one: -one.id)[:MOST_COMMENTS]

    @property
    def has_older_comments(self) -> bool:
        """There are more than are shown."""
        return len(self.said) > MOST_COMMENTS


class EntryRevision(msgspec.Struct, frozen=True):
    """One saved version of an entry."""

    number: int
    name: str
    user_id: int
    created_at: datetime
    content: Content


class EntryScore(msgspec.Struct, frozen=True):
    """What the score found on an entry. reasons: each a Reason."""

    id: int
    name: str
    score: int
    reasons: list[dict[str, Any]]


class PageComment(msgspec.Struct, frozen=True):
    """What somebody said about an entry. user_id is None for a comment that came with a package."""

    id: int
    entry_id: int
    user_id: int | None
    message: str
    created_at: datetime


class SiteExport(msgspec.Struct, frozen=True):
    """A web site made of a portfolio, or on its way. shows: the portfolio's `updated_at` at that moment. error: in plain words."""

    id: int
    eportfolio_id: int
    user_id: int
    workflow_state: str
    percent: int
    shows: datetime | None
    file_id: int | None
    error: str | None
    created_at: datetime
    ended_at: datetime | None

    @property
    def over(self) -> bool:
        return self.workflow_state in (ZIPPED, ERRORED)


class Link(msgspec.Struct, frozen=True):
    """A private link. section_id: the only section it opens; None for all."""

    id: int
    section_id: int | None
    name: str | None
    verifier: str
    expires_at: datetime | None
    created_at: datetime

    def open(self, now: datetime) -> bool:
        return self.expires_at is None or self.expires_at > now


class PortfolioChange(msgspec.Struct, frozen=True):
    """What an author says of a portfolio as a whole; ABSENT stays as it is."""

    name: str | None | Absent = ABSENT
    public: bool | Absent = ABSENT


class EntryChange(msgspec.Struct, frozen=True):
    """What an author says of an entry; ABSENT stays as it is. lock_version: the version it was written against."""

    name: str | None | Absent = ABSENT
    section_id: int | Absent = ABSENT
    allow_comments: bool | Absent = ABSENT
    show_comments: bool | Absent = ABSENT
    content: Content | Absent = ABSENT
    lock_version: int | None = None


class LinkChange(msgspec.Struct, frozen=True):
    """What an author says of a link. renew: the old address stops working at once."""

    name: str | None | Absent = ABSENT
    section_id: int | None | Absent = ABSENT
    expires_at: datetime | None | Absent = ABSENT
    renew: bool = False


class PageChangedMeanwhile(Conflict):
    """Somebody saved the entry after the version this change was written against."""

    code = "page_changed_meanwhile"
    says = "page changed meanwhile"

    def __init__(self, current: Entry, yours: Entry) -> None:
        self.current = current
        self.yours = yours
        super().__init__()


class GuessedTooOften(LimitReached):
    """Too many wrong verifiers came from one address."""

    code = "verifier_guessed"
    says = "Too many wrong links were tried from here. Wait a minute."


def too_long(field: str, longest: int) -> FieldError:
    return FieldError(field, f"is too long (maximum is {longest} characters)", "too_long")


def check_name(name: object) -> None:
    if isinstance(name, str) and len(name) > LONGEST_NAME:
        raise Invalid(too_long("name", LONGEST_NAME))


def later(now: datetime, before: datetime) -> datetime:
    """The moment of a change: whole seconds, and never the one before's, so that everybody sees that something changed."""
    return max(whole_seconds(now), before + timedelta(seconds=1))
