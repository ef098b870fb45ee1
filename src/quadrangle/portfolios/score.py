"""How much a page looks like spam, with the reasons in plain words. Pure. Source: eportfolios.md §6, the score beside the keywords.

Points of the reasons add up. A young account is a reason beside others, never one alone.
"""

import re
from datetime import datetime, timedelta
from hashlib import blake2b
from html import unescape
from typing import Final

from quadrangle.portfolios.model import Content, Reason
from quadrangle.portfolios.spam import texts_of

SUSPICIOUS: Final = 60  # points from which something is done
YOUNG: Final = timedelta(days=7)
LONGEST_LOOK: Final = 100_000  # characters of a page that are looked at

# Content is sanitised before it is weighed: names are lower-case, attributes stand in double quotes, and every element is closed. No pattern
# here may look past the end of its tag: one that did took twenty seconds for a page of empty paragraphs.
_LINK: Final = re.compile(r'<a\s[^<>]*?href="https?://(?:[^/?#"<>\s]*@)?([^/?#"<>:\s]+)[^<>]*>', re.IGNORECASE)
_TAG: Final = re.compile(r"<(/?)(\w*)[^<>]*>")
_BREAK: Final = re.compile(r"</(?:p|div|li|h[1-6]|td|blockquote|section|article)>|<br\s*/?>", re.IGNORECASE)
_STYLED: Final = re.compile(r'<\w+\b[^<>]*?\sstyle="([^"<>]*)"')
_VOID: Final = frozenset({"area", "br", "col", "embed", "hr", "img", "input", "param", "source", "track", "wbr"})
_HIDES: Final = re.compile(
    r"display:\s*none|visibility:\s*hidden|opacity:\s*0(?:\.0\d*)?(?![\d.])|font-size:\s*[01](?:\.\d+)?(?:px|pt|%|em)?(?![\d.])"
    r"|(?:left|top|text-indent|margin-left):\s*-\d{3,}",
    re.IGNORECASE,
)
_COLOUR: Final = re.compile(r"(?<![\w-])(background-color|background|color):\s*([#\w]+)", re.IGNORECASE)
_PASSAGE: Final = 120  # characters from which a paragraph is worth remembering
_PASSAGES: Final = 12  # of one page


def passages_of(content: Content) -> list[str]:
    """Digests of the longer paragraphs of a page, the same for the same words whatever their markup."""
    found: dict[str, None] = {}
    for paragraph in _BREAK.split(_joined(content)):
        if len(paragraph) < _PASSAGE:
            continue  # what it says is no longer than how it is written
        words = _words(paragraph).casefold()
        if len(words) >= _PASSAGE:
            found[blake2b(words.encode(), digest_size=12).hexdigest()] = None
            if len(found) == _PASSAGES:
                break
    return list(found)


def reasons_of(content: Content, *, author_since: datetime, now: datetime, repeated_by: int) -> list[Reason]:
    """Why a page looks like spam; empty when it does not.

    author_since: when the author came. repeated_by: how many others have a paragraph of it in a portfolio of theirs.
    """
    html = _joined(content)
    links = _links(html)
    reasons = [
        reason
        for reason in (_density(html, links), _farm(links), _hidden(html), _repeated(repeated_by))
        if reason is not None
    ]
    if reasons and author_since > now - YOUNG:
        reasons.append(Reason("new_account", "The account is younger than a week.", 20))
    return reasons


def points_of(reasons: list[Reason]) -> int:
    return sum(reason.points or 0 for reason in reasons)


def _joined(content: Content) -> str:
    return "\n".join(texts_of(content))[:LONGEST_LOOK]


def _links(html: str) -> list[tuple[str, str]]:
    """The links to other sites: host and words of each."""
    links = []
    for piece in html.split("</a>")[:-1]:
        start = piece.rfind("<a ")
        found = _LINK.match(piece, start) if start >= 0 else None
        if found is not None:
            links.append((found[1].lower(), _words(piece[found.end() :])))
    return links


def hosts_linked(content: Content) -> list[str]:
    """The hosts of other sites that a page leads to."""
    return sorted({host for host, _ in _links(_joined(content))})


def _words(html: str) -> str:
    return " ".join(unescape(_TAG.sub(" ", html) if "<" in html else html).split())


def _density(html: str, links: list[tuple[str, str]]) -> Reason | None:
    if len(links) < 3:
        return None
    share = sum(len(text) for _, text in links) / max(1, len(_words(html)))
    if share < 0.5:
        return None
    return Reason("link_density", f"{share:.0%} of the words on a page are links to other sites.", 40)


def _farm(links: list[tuple[str, str]]) -> Reason | None:
    hosts = {host for host, _ in links}
    if len(links) < 25 and len(hosts) < 12:
        return None
    return Reason("link_farm", f"A page holds {len(links)} links to {len(hosts)} other sites.", 40)


def _hidden(html: str) -> Reason | None:
    if 'style="' not in html:
        return None
    hiding = {found.start() for found in _STYLED.finditer(html) if _hides(unescape(found[1]))}
    if hiding and _text_inside(html, hiding):
        return Reason("hidden_text", "A page holds text that its readers cannot see.", 60)
    return None


def _hides(style: str) -> bool:
    colours = {name.lower(): value.lower() for name, value in _COLOUR.findall(style)}
    background = colours.get("background-color", colours.get("background"))
    return _HIDES.search(style) is not None or (background is not None and background == colours.get("color"))


def _text_inside(html: str, starts: set[int]) -> bool:
    """Whether words stand in one of the elements that begin there; one pass, however they are nested."""
    depth = seen = 0
    for tag in _TAG.finditer(html):
        if depth and unescape(html[seen : tag.start()]).strip():
            return True
        seen = tag.end()
        if tag[2] in _VOID:
            continue
        if depth:
            depth += -1 if tag[1] else 1
        elif tag.start() in starts:
            depth = 1
    return bool(depth and unescape(html[seen:]).strip())


def _repeated(by: int) -> Reason | None:
    if by < 2:
        return None
    return Reason("repeated_text", f"The same text stands in portfolios of {by} other people.", 40)
