"""Collected things as values, and the words they are spoken of in. Source: brightspace-eportfolio.md §6."""

import re
import unicodedata
from datetime import datetime
from html import escape
from typing import Any, Final

import msgspec

from quadrangle.kernel.errors import FieldError, Invalid
from quadrangle.kernel.html import LONGEST, too_deep, well_formed
from quadrangle.kernel.params import ABSENT, Absent

# EPOBJ_T
COLLECTION: Final = 100
STATIC_COLLECTION: Final = 110
DYNAMIC_COLLECTION: Final = 120
REFLECTION: Final = 200
ARTIFACT: Final = 300
FILE_ARTIFACT: Final = 310
FORM_ARTIFACT: Final = 320
LE_ARTIFACT: Final = 330
DROPBOX_ARTIFACT: Final = 334
URL_ARTIFACT: Final = 340
PRESENTATION: Final = 400
OBJECTIVE: Final = 600
COLLECTIONS: Final = frozenset({COLLECTION, STATIC_COLLECTION, DYNAMIC_COLLECTION})
ARTIFACTS: Final = frozenset({ARTIFACT, FILE_ARTIFACT, FORM_ARTIFACT, *range(LE_ARTIFACT, 335), URL_ARTIFACT})
WITH_FILE: Final = frozenset({FILE_ARTIFACT, DROPBOX_ARTIFACT})
KINDS: Final = frozenset({*COLLECTIONS, REFLECTION, *ARTIFACTS, PRESENTATION, OBJECTIVE})

PUBLIC: Final = 0  # TAG_T
PRIVATE: Final = 1

ON_REFLECTION: Final = 1  # EPASSOC_T
ON_OBJECTIVE: Final = 2

ALL_OF_THEM: Final = 1  # OWNERSHIPFILTER_T
MINE: Final = 2
OTHERS: Final = 3

ALL: Final = "all"  # how a dynamic collection chooses
ANY: Final = "any"

LONGEST_NAME: Final = 512  # characters
LONGEST_URL: Final = 8_192
LONGEST_TAG: Final = 255
_LONGEST_KEY: Final = 2_000  # bytes
MOST_TAGS: Final = 500  # on one thing
UNDO_DAYS: Final = 30
UNTITLED: Final = "Untitled"

_URL: Final = re.compile(r"(?:https?|ftps?)://[^\s/?#\\][^\s\\]*|mailto:[^\s]+", re.IGNORECASE)
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]")


# --- what a type has of its own


class GeoTag(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where something was: degrees; altitude and precision in metres."""

    latitude: float | None = None
    longitude: float | None = None
    altitude: float | None = None
    bearing: float | None = None
    precision: float | None = None


class FormField(msgspec.Struct, frozen=True, omit_defaults=True):
    """One field of a form. kind: text, html, number, date, choice or file-name. system: filled in by the server."""

    label: str
    kind: str = "text"
    value: str = ""
    system: bool = False


class Form(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was filled in, in the order of the form."""

    name: str = ""
    fields: list[FormField] = []


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where in a course something comes from. kind: competency, grade, quiz, dropbox or other; date as it was given."""

    kind: str
    source: str = ""
    course: str = ""
    score: str = ""
    date: str = ""


class Banner(msgspec.Struct, frozen=True, omit_defaults=True):
    """What stands over a presentation; description is HTML."""

    title: str = ""
    description: str = ""


class Rule(msgspec.Struct, frozen=True):
    """What a dynamic collection consists of. mode: things that carry `all` or `any` of the tags, as texts."""

    mode: str
    tags: list[str]


class Details(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a thing has beyond what all have. Which of it, its type says.

    url: of a 340. form: of a 320. source: of a 33x; files: further files of a 334. banner, theme, settings: of a 400. rule: of a 120. geo: of
    any. foreign: what a package of another system said that nothing here has a place for, kept as it was (portfolio-package.md §6.5).
    """

    url: str | None = None
    form: Form | None = None
    source: Source | None = None
    files: list[int] = []
    banner: Banner | None = None
    theme: str | None = None
    settings: list[tuple[str, str]] = []
    rule: Rule | None = None
    geo: GeoTag | None = None
    foreign: dict[str, Any] | None = None


# --- the things


class Tag(msgspec.Struct, frozen=True, array_like=True):
    """A word on a thing. type: PUBLIC or PRIVATE, which only its owner sees."""

    text: str
    type: int = PUBLIC


class Item(msgspec.Struct, frozen=True):
    """One collected thing: an artifact, a reflection, a collection, a presentation, a learning objective.

    own_name: None where its portfolio or its file gives the name. touched_at: when it was changed as a collected thing. file_*: of the file of a
    310 or 334. unread: somebody else said something that its owner has not been shown.
    """

    id: int
    uid: str
    user_id: int
    type: int
    eportfolio_id: int | None
    file_id: int | None
    own_name: str | None
    description: str
    allow_comments: bool
    details: dict[str, Any]
    origin: str | None
    created_at: datetime
    touched_at: datetime
    deleted_at: datetime | None
    portfolio_name: str | None
    portfolio_at: datetime | None
    portfolio_spam: str | None
    file_name: str | None
    file_type: str | None
    file_size: int | None
    file_digest: str | None
    tags: list[Tag]
    comments_count: int
    unread: bool

    @property
    def untitled(self) -> bool:
        return not (self._said or "").strip()

    @property
    def name(self) -> str:
        return UNTITLED if self.untitled else self._said or ""

    @property
    def _said(self) -> str | None:
        if self.eportfolio_id is not None:
            return self.portfolio_name
        return self.file_name if self.own_name is None else self.own_name

    @property
    def modified_at(self) -> datetime:
        return self.touched_at if self.portfolio_at is None else max(self.touched_at, self.portfolio_at)

    @property
    def more(self) -> Details:
        return msgspec.convert(self.details, Details)

    def tags_for(self, viewer_id: int | None) -> list[Tag]:
        """The tags somebody sees, in the order of the alphabet."""
        seen = [tag for tag in self.tags if tag.type == PUBLIC or viewer_id == self.user_id]
        return sorted(seen, key=lambda tag: (tag_key(tag.text), tag.type))


def shown_on_page(item_id: int, name: str, description: str, url: str | None) -> str:
    """A thing that stands on a page, read only: what its owner sees is that it is there, and what it says (portfolio-package.md §5.3).
    description: sanitised HTML."""
    title = escape(name, quote=False)
    if url is not None:
        title = f'<a href="{escape(url)}">{title}</a>'
    return f'<div class="ep-item" data-ep-item="{item_id}"><p><strong>{title}</strong></p>{description}</div>'


class Comment(msgspec.Struct, frozen=True):
    """What somebody said of a thing, as HTML. user_id, author: None where it came with a package. author: the sortable name, "Last, First"."""

    id: int
    uid: str
    item_id: int
    user_id: int | None
    created_at: datetime
    body: str
    author: str | None


class Member(msgspec.Struct, frozen=True):
    """A thing in a static collection."""

    collection_id: int
    item_id: int
    position: int
    added_at: datetime


class Association(msgspec.Struct, frozen=True):
    """A reflection on a thing, or an objective it is evidence of. kind: ON_REFLECTION or ON_OBJECTIVE."""

    source_id: int
    item_id: int
    kind: int
    created_at: datetime


class ItemChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a thing; ABSENT stays as it is. tags: all of them."""

    name: str | Absent = ABSENT
    description: str | Absent = ABSENT
    allow_comments: bool | Absent = ABSENT
    tags: list[Tag] | Absent = ABSENT
    geo: GeoTag | None | Absent = ABSENT
    url: str | Absent = ABSENT
    banner: Banner | Absent = ABSENT
    rule: Rule | Absent = ABSENT


# --- what may be said


def _too_long(field: str, longest: int) -> Invalid:
    return Invalid(FieldError(field, f"is too long (maximum is {longest} characters)", "too_long"))


def one_line(text: str) -> str:
    """Text without what no line and no XML document can hold."""
    return _UNPRINTABLE.sub("", text).strip()


def checked_name(sent: str, longest: int = LONGEST_NAME) -> str:
    name = checked_line(sent, "name", longest)
    if not name:
        raise Invalid.field("name", "can't be blank", "blank")
    return name


def checked_line(sent: str, field: str, longest: int = LONGEST_NAME) -> str:
    text = one_line(sent)
    if len(text) > longest:
        raise _too_long(field, longest)
    return text


def checked_html(sent: str, field: str) -> str:
    """HTML as it is stored: nothing that executes, and well-formed, so that it comes back from a package as it was."""
    if len(sent) > LONGEST:
        raise _too_long(field, LONGEST)
    if too_deep(sent):
        raise Invalid(FieldError(field, "is nested too deeply", "too_deep"))
    return well_formed(sent)


def checked_url(sent: str) -> str:
    """An address with one of the schemes a link may have: http, https, mailto, ftp, ftps."""
    url = sent.strip()
    if len(url) > LONGEST_URL:
        raise _too_long("url", LONGEST_URL)
    if _UNPRINTABLE.search(url) or not _URL.fullmatch(url):
        raise Invalid.field("url", "is not an address a link may have", "invalid")
    return url


def tag_key(text: str) -> str:
    """By which tags are compared."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def checked_tags(sent: list[Tag]) -> list[Tag]:
    """The tags without blanks around them, each once: of several that differ in case alone the first counts."""
    found: dict[tuple[str, int], Tag] = {}
    for tag in sent:
        text = one_line(tag.text)
        if not text:
            raise Invalid.field("tags", "can't be blank", "blank")
        # Some characters become three of four bytes in a key, and PostgreSQL's indexes hold no more than 2,700.
        if len(text) > LONGEST_TAG or len(tag_key(text).encode()) > _LONGEST_KEY:
            raise _too_long("tags", LONGEST_TAG)
        if tag.type not in (PUBLIC, PRIVATE):
            raise Invalid.field("tags", "is of no known type", "invalid")
        found.setdefault((tag_key(text), tag.type), Tag(text, tag.type))
    if len(found) > MOST_TAGS:
        raise Invalid.field("tags", f"are too many (maximum is {MOST_TAGS})", "too_many")
    return list(found.values())
