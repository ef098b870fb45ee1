"""What a package carries, as values. Source: portfolio-package.md §3 to §5, brightspace-eportfolio.md §6.

HTML in these values is sanitised. In it, `package-file/<key>` stands for the bytes of the packaged thing with that key, and
`package-item/<key>` for the thing itself (keys percent-encoded): `references.py` makes and reads such addresses.
"""

from datetime import datetime
from typing import Final, TypeAlias

import msgspec

COLLECTION: Final = 100
STATIC_COLLECTION: Final = 110
DYNAMIC_COLLECTION: Final = 120
REFLECTION: Final = 200
ARTIFACT: Final = 300
FILE: Final = 310
FORM: Final = 320
LE_ARTIFACT: Final = 330
LE_COMPETENCY: Final = 331
LE_GRADE: Final = 332
LE_QUIZ: Final = 333
LE_DROPBOX: Final = 334
URL: Final = 340
PRESENTATION: Final = 400
OBJECTIVE: Final = 600
GENERIC: Final = 0

UNTITLED: Final = "Untitled"
LONGEST_TITLE: Final = 512  # characters
URL_SCHEMES: Final = frozenset({"http", "https", "mailto", "ftp", "ftps"})


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """Never changed once made."""


class Tag(msgspec.Struct, frozen=True, order=True):
    """A word somebody put on an item. private: only its owner sees it."""

    text: str
    private: bool = False


class GeoTag(Value, frozen=True):
    """Where something was made: degrees, metres, degrees, metres."""

    latitude: float | None = None
    longitude: float | None = None
    altitude: float | None = None
    bearing: float | None = None
    precision: float | None = None


class PackedFile(Value, frozen=True):
    """A file beside the XML.

    sha256: hexadecimal, "" where a foreign package does not tell it. size: bytes, None likewise. member: where it lies in the archive it was
    read from; writing chooses another. None of a reader's promises hold for the bytes before they were taken out (`streams.pieces`).
    """

    name: str
    media_type: str = "application/octet-stream"
    sha256: str = ""
    size: int | None = None
    member: str = ""


class Comment(Value, frozen=True):
    """What somebody said of an item or a page. markup: whether `text` is HTML. Who said it is never in a package."""

    key: str
    text: str
    made_at: datetime
    markup: bool = False
    has_uid: bool = True


class Member(msgspec.Struct, frozen=True):
    """One thing in a collection, in the order of the collection. added_at: None where nobody knows."""

    key: str
    added_at: datetime | None = None


class Relation(msgspec.Struct, frozen=True, order=True):
    """A Leap2A relation that no EP object has a use for, kept for the next export. name: without prefix, as `supports`."""

    name: str
    key: str


class Foreign(Value, frozen=True):
    """What a foreign package said beyond what an EP object can hold. rdf_type: without prefix.

    kept: Atom and Leap2A elements, each in exclusive canonical form, one after another.
    """

    rdf_type: str = "entry"
    kept: str = ""
    relations: tuple[Relation, ...] = ()


class Item(Value, frozen=True):
    """An EP object; a plain one is a generic artifact.

    key: its uid; of a foreign one the key by which it is known again (§7), and then has_uid is false. origin: the key of what it is a differing
    copy of. name: "" for none. description: HTML.
    """

    key: str
    type: int
    name: str
    created: datetime
    modified: datetime
    has_uid: bool = True
    description: str = ""
    tags: tuple[Tag, ...] = ()
    allow_comments: bool = True
    geo: GeoTag | None = None
    origin: str | None = None
    comments: tuple[Comment, ...] = ()
    foreign: Foreign | None = None


class FileArtifact(Item, frozen=True):
    """file: None where its bytes could not be read when it was packed."""

    file: PackedFile | None = None


class UrlArtifact(Item, frozen=True):
    url: str = ""


class FormField(Value, frozen=True):
    """kind: text, html, number, date, choice or file-name. system: worked out anew for whoever imports it."""

    label: str
    kind: str = "text"
    value: str = ""
    system: bool = False


class FormArtifact(Item, frozen=True):
    form_name: str = ""
    fields: tuple[FormField, ...] = ()


class EmbeddedFile(Value, frozen=True):
    """A file that HTML shows, or a further file of a submission. It is no EP object."""

    key: str
    file: PackedFile | None
    created: datetime
    has_uid: bool = True


class Learning(Value, frozen=True):
    """What an LE artifact comes from. kind: competency, grade, quiz, dropbox or other. score, date: as they were shown."""

    kind: str = "other"
    source: str = ""
    course: str = ""
    score: str = ""
    date: str = ""


class LEArtifact(Item, frozen=True):
    """more_files: of a submission, beyond the first."""

    learning: Learning = Learning()
    file: PackedFile | None = None
    more_files: tuple[EmbeddedFile, ...] = ()


class Collection(Item, frozen=True):
    members: tuple[Member, ...] = ()


class Rule(Value, frozen=True):
    """mode: all or any of the tags."""

    mode: str = "all"
    tags: tuple[str, ...] = ()


class DynamicCollection(Collection, frozen=True):
    """members: those it has just now; importing uses the rule alone."""

    rule: Rule = Rule()


class Reflection(Item, frozen=True):
    about: tuple[str, ...] = ()


class LearningObjective(Item, frozen=True):
    evidence: tuple[str, ...] = ()


class Block(Value, frozen=True):
    """kind: rich-text, html, item or profile. html: of the first two. item, absent: the key of an item, and whether it was left out of the
    package. fields: names of profile fields, separated by blanks."""

    kind: str
    html: str = ""
    item: str = ""
    absent: bool = False
    fields: str = ""


NO_PAGE_CONTENT: Final = "null"
TEXT_CONTENT: Final = "text"
NOTHING_ADDED: Final = "none"
BLOCKS: Final = "blocks"


class Page(Value, frozen=True):
    """One page of a presentation. section: its number, from 1. content: which of the four forms of §5.3; text and blocks are of the forms so
    called. members: what it shows without a block."""

    key: str
    name: str
    created: datetime
    modified: datetime
    has_uid: bool = True
    section: int = 1
    content: str = BLOCKS
    text: str = ""
    blocks: tuple[Block, ...] = ()
    members: tuple[str, ...] = ()
    allow_comments: bool = True
    show_comments: bool = True
    comments: tuple[Comment, ...] = ()


class Presentation(Item, frozen=True):
    """sections: their names; theme: an id or "". pages: by section, then by place."""

    banner_title: str = ""
    banner: str = ""
    theme: str = ""
    settings: tuple[tuple[str, str], ...] = ()
    sections: tuple[str, ...] = ()
    pages: tuple[Page, ...] = ()


# What a package is made of: EP objects, and after them the files that their HTML shows.
Packed: TypeAlias = Item | EmbeddedFile

CLASS_OF: Final[dict[int, type[Item]]] = {
    GENERIC: Item,
    COLLECTION: Collection,
    STATIC_COLLECTION: Collection,
    DYNAMIC_COLLECTION: DynamicCollection,
    REFLECTION: Reflection,
    ARTIFACT: Item,
    FILE: FileArtifact,
    FORM: FormArtifact,
    LE_ARTIFACT: LEArtifact,
    LE_COMPETENCY: LEArtifact,
    LE_GRADE: LEArtifact,
    LE_QUIZ: LEArtifact,
    LE_DROPBOX: LEArtifact,
    URL: UrlArtifact,
    PRESENTATION: Presentation,
    OBJECTIVE: LearningObjective,
}


def files_of(packed: Packed) -> list[tuple[str, PackedFile]]:
    """The files that lie beside the XML for one thing, each with the key by which HTML refers to it."""
    if isinstance(packed, EmbeddedFile | FileArtifact):
        return [] if packed.file is None else [(packed.key, packed.file)]
    if isinstance(packed, LEArtifact):
        first = [] if packed.file is None else [(packed.key, packed.file)]
        return first + [(one.key, one.file) for one in packed.more_files if one.file is not None]
    return []


# The order of a package (§3.8).
_RANKS: Final = {
    PRESENTATION: 0,
    COLLECTION: 1,
    STATIC_COLLECTION: 1,
    DYNAMIC_COLLECTION: 1,
    REFLECTION: 2,
    OBJECTIVE: 4,
}


def place_of(packed: Packed) -> tuple[int, datetime, str]:
    """Sort key: things stand in a package by kind, then by creation."""
    rank = 5 if isinstance(packed, EmbeddedFile) else _RANKS.get(packed.type, 3)
    return rank, packed.created, packed.key
