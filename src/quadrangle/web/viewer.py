"""A portfolio as its visitors see it: one page of it as HTML. Pure: values in, text out. Source: web.md W4, eportfolios.md §5.

    html = render(view, page, addresses, interactive=True)

view is the portfolio: its name, its author and those of its sections and pages that are open to whoever looks. page is what stands on the
page that is shown, or None where there is none. addresses is the address book: **every** address in the result comes from it, so that the
same templates make the pages of this server and those of a site that opens from a disk. interactive says that a server answers here: what
needs one (the state of the portfolio for its owner, the way into and out of the visitors' view) is left out otherwise.

The style sheet is `static/portfolio.css`, which needs no other file; there is no script.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from pathlib import PurePosixPath
from typing import Any, Final

import msgspec
from markupsafe import Markup

from quadrangle import portfolios
from quadrangle.files import AVAILABLE, File
from quadrangle.http.templates import rendered
from quadrangle.kernel.clock import zulu
from quadrangle.kernel.html import plain_text, rewritten, sanitise
from quadrangle.portfolios import NO_CONTENT, NOTHING_YET, Content
from quadrangle.web.moments import day
from quadrangle.web.prose import is_coloured, is_wide

STYLESHEET: Final = "portfolio.css"  # in static/
NAMELESS: Final = "Untitled portfolio"
UGC: Final = "ugc nofollow"  # what links say that nobody vouches for (HTML §4.6.7)
_LONGEST_SUMMARY: Final = 200  # characters
_SUMMARISED: Final = 4_000  # characters of HTML that are looked at for it
PICTURES: Final = frozenset(
    {"image/avif", "image/bmp", "image/gif", "image/jpeg", "image/png", "image/svg+xml", "image/webp"}
)
_KINDS: Final = {
    "audio": "Sound",
    "code": "Source code",
    "doc": "Document",
    "html": "Web page",
    "image": "Picture",
    "pdf": "PDF",
    "ppt": "Presentation",
    "text": "Text",
    "video": "Film",
    "xls": "Spreadsheet",
    "zip": "Archive",
}


class PageLink(msgspec.Struct, frozen=True):
    """A page, as far as one needs to know it to lead there."""

    id: int
    name: str
    slug: str
    section_slug: str


class SectionTab(msgspec.Struct, frozen=True):
    """A section with its pages in their order."""

    id: int
    name: str
    slug: str
    pages: tuple[PageLink, ...]


class State(msgspec.Struct, frozen=True):
    """What owner and moderators are told about a portfolio, in plain words. reasons: what was found in it. calm: nothing is wrong."""

    heading: str
    lines: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    calm: bool = False


class PortfolioView(msgspec.Struct, frozen=True):
    """A portfolio as somebody is shown it.

    name: None or blank where it has none. sections: those that are open to them. indexed: search engines may have it and its links count;
    otherwise every page says `noindex`, and its links `ugc nofollow`. zone: of whoever looks, for dates. state: for owner and moderators.
    preview: its owner looks at it as visitors do. theme: how it looks.
    """

    id: int
    name: str | None
    author: str
    sections: tuple[SectionTab, ...]
    public: bool = False
    indexed: bool = False
    zone: tzinfo = UTC
    state: State | None = None
    preview: bool = False
    theme: str = portfolios.THEMES[0]

    @property
    def title(self) -> str:
        return (self.name or "").strip() or NAMELESS

    @property
    def pages(self) -> list[PageLink]:
        """All pages, section by section."""
        return [page for section in self.sections for page in section.pages]


class ShownComment(msgspec.Struct, frozen=True):
    """What somebody said about a page. author: None where a package brought it, which names nobody."""

    author: str | None
    message: str
    created_at: datetime


class ShownPage(msgspec.Struct, frozen=True):
    """What stands on a page. files: those that its blocks name, by id; what is missing, or not available, is told to be gone. comments: newest
    first; None where the page shows none. older_comments: there are more."""

    id: int
    name: str
    section_id: int
    content: Content
    updated_at: datetime
    files: Mapping[int, File] = {}
    comments: tuple[ShownComment, ...] | None = None
    older_comments: bool = False


class Addresses(msgspec.Struct, frozen=True):
    """The address book of one portfolio: where everything is that a page of it refers to.

    home: of the portfolio. file: of the bytes of a file on a page, by the page's id; None where they are not to be had. submission: of a
    piece of work on a page, by the page's id and its own. written: what stands in the place of an address in an author's HTML, also in its
    styles, or None for none at all; without it these addresses stay as they are. absolute: an address of this book with its host, for
    search engines and for programs that show a preview of a link; without it nothing of the kind is said. feed: of the Atom feed. preview:
    where its owner sees it as visitors do, or, on a page that is shown so, where that ends. edit: where its owner changes it.
    """

    stylesheet: str
    home: str
    section: Callable[[SectionTab], str]
    page: Callable[[PageLink], str]
    file: Callable[[int, File], str | None]
    submission: Callable[[int, int], str | None] = lambda page_id, submission_id: None
    written: Callable[[str], str | None] | None = None
    absolute: Callable[[str], str] | None = None
    feed: str | None = None
    preview: str | None = None
    edit: str | None = None


class Block(msgspec.Struct, frozen=True):
    """One thing on a page. kind: words | nothing | picture | sound | film | file | link | gone.

    html: of words, safe to be shown. name: of a file; what a picture shows. coloured, wide: words that want light paper, or may have to be
    moved sideways. note: of a file, its kind and size.
    """

    kind: str
    html: Markup = Markup()
    name: str = ""
    address: str = ""
    note: str = ""
    coloured: bool = False
    wide: bool = False


def render(view: PortfolioView, page: ShownPage | None, addresses: Addresses, *, interactive: bool) -> str:
    """One page of a portfolio as an HTML document. See the head of this module."""
    here = None if page is None else next((one for one in view.pages if one.id == page.id), None)
    section = None if page is None else next((one for one in view.sections if one.id == page.section_id), None)
    blocks = [] if page is None else blocks_of(view, page, addresses)
    before, after = _neighbours(view, here)
    return rendered(
        "portfolio.html",
        view=view,
        page=page,
        here=here,
        section=section,
        addresses=addresses,
        interactive=interactive,
        blocks=blocks,
        before=before,
        after=after,
        title=view.title if page is None else f"{page.name} · {view.title}",
        card=_card(view, page, here, addresses, blocks),
        day=lambda moment: day(moment, view.zone),
        zulu=zulu,
    )


def blocks_of(view: PortfolioView, page: ShownPage, addresses: Addresses) -> list[Block]:
    """What stands on a page, in order; where there is nothing, one block that says so."""
    content = page.content
    if content is None:
        return [Block("nothing", name="Nothing here yet")]
    blocks = [content] if isinstance(content, str) else content
    return [_block(view, page, one, addresses) for one in blocks]


def _block(view: PortfolioView, page: ShownPage, block: Any, addresses: Addresses) -> Block:
    if isinstance(block, str):
        if block in (NOTHING_YET, NO_CONTENT):
            return Block("nothing", name=block)
        return _words(view, sanitise(block), addresses)
    if "attachment_id" in block:
        return _file(page, page.files.get(block["attachment_id"]), addresses)
    if "submission_id" in block:
        address = addresses.submission(page.id, block["submission_id"])
        return Block("gone") if address is None else Block("link", name="A piece of work", address=address)
    return _words(view, str(block.get("content") or ""), addresses)


def _words(view: PortfolioView, html: str, addresses: Addresses) -> Block:
    """html: sanitised."""
    rel = None if view.indexed else UGC
    if addresses.written is not None or rel is not None:
        html = rewritten(html, addresses.written, rel=rel)
    return Block(
        "words",
        html=Markup(html),
        coloured=is_coloured(html),
        wide=is_wide(html),
    )


def _file(page: ShownPage, file: File | None, addresses: Addresses) -> Block:
    address = None
    if file is not None and file.workflow_state == AVAILABLE:
        address = addresses.file(page.id, file)
    if file is None or address is None:
        return Block("gone")
    type_ = file.content_type
    note = f"{kind_of(file)}, {size(file.size)}"
    if type_ in PICTURES:
        # What else a picture shows nobody has said.
        return Block("picture", name=PurePosixPath(file.display_name).stem, address=address, note=note)
    kind = {"audio": "sound", "video": "film"}.get(type_.partition("/")[0], "file")
    return Block(kind, name=file.display_name, address=address, note=note)


def kind_of(file: File) -> str:
    """What kind of file it is, in a word or two: `PDF`, `Picture`."""
    return _KINDS.get(file.mime_class, "File")


def size(count: int) -> str:
    """A number of bytes for people: `12 KB`, `3.4 MB`."""
    if count < 1000:
        return f"{count} bytes"
    amount, unit = count / 1000, "KB"
    for larger in ("MB", "GB", "TB"):
        if amount < 999.5:
            break
        amount, unit = amount / 1000, larger
    return f"{amount:.1f} {unit}" if amount < 10 and unit != "KB" else f"{amount:.0f} {unit}"


def _neighbours(view: PortfolioView, here: PageLink | None) -> tuple[PageLink | None, PageLink | None]:
    pages = view.pages
    if here is None:
        return None, None
    at = pages.index(here)
    return pages[at - 1] if at else None, pages[at + 1] if at + 1 < len(pages) else None


class Card(msgspec.Struct, frozen=True):
    """What programs show of a link to a page (ogp.me). Of a portfolio that is not public they learn its name and no more."""

    title: str
    site: str
    address: str | None = None
    summary: str | None = None
    picture: str | None = None
    picture_says: str | None = None


def _card(
    view: PortfolioView, page: ShownPage | None, here: PageLink | None, addresses: Addresses, blocks: list[Block]
) -> Card | None:
    absolute = addresses.absolute
    if absolute is None:
        return None
    title = view.title if page is None else page.name
    if not view.public:
        return Card(title=title, site=view.title)
    words = next((block.html for block in blocks if block.kind == "words"), "")
    picture = next((block for block in blocks if block.kind == "picture"), None)
    return Card(
        title=title,
        site=view.title,
        address=absolute(addresses.home if here is None else addresses.page(here)),
        summary=summary(str(words)) or f"A portfolio by {view.author}",
        picture=None if picture is None else absolute(picture.address),
        picture_says=None if picture is None else picture.name,
    )


def summary(html: str) -> str:
    """The first words of a text, in one line."""
    words = " ".join(plain_text(html[:_SUMMARISED]).split())
    if len(words) <= _LONGEST_SUMMARY:
        return words
    return words[:_LONGEST_SUMMARY].rpartition(" ")[0] + " …"
