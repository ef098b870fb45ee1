"""The HTML that people may leave here. The server is the boundary: what comes out of `sanitise` carries nothing that executes.

Source: pages.md §8. nh3 parses as browsers do and keeps the allow-list; protocols by element and the values of styles are ours.
"""

import re
import threading
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any, Final

import nh3

LONGEST: Final = 511_999  # characters
DEEPEST: Final = 400  # open elements; browsers give up at 512

_TEXT: Final = (
    "a abbr address article aside b bdi bdo blockquote br caption center cite code col colgroup data dd del details dfn div dl dt em "
    "figcaption figure font footer h1 h2 h3 h4 h5 h6 header hgroup hr i ins kbd li main mark meter nav ol p pre progress q rp rt ruby "
    "s samp section small span strike strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr"
)
_MEDIA: Final = "audio embed iframe img map area object param picture source track video"
_MATH: Final = (
    "math maction annotation menclose merror mfenced mfrac mi mlabeledtr mlongdiv mmultiscripts mn mo mover mpadded mphantom "
    "mprescripts mroot mrow ms mscarries mscarry msgroup msline mspace msqrt msrow mstack mstyle msub msubsup msup mtable mtd mtext "
    "mtr munder munderover none semantics"
)
_TAGS: Final = frozenset(f"{_TEXT} {_MEDIA} {_MATH}".split())

_CELL: Final = "align valign colspan rowspan headers scope width height abbr"
_ATTRIBUTES: Final[dict[str, set[str]]] = {
    "*": {"id", "class", "style", "title", "role", "lang", "dir"},
    "a": {"href", "target", "rel", "name", "hreflang", "type", "download"},
    "area": {"href", "target", "alt", "coords", "shape"},
    "audio": {"src", "controls", "loop", "muted", "preload", "autoplay"},
    "blockquote": {"cite"},
    "col": {"span", "width", "align"},
    "colgroup": {"span", "width", "align"},
    "data": {"value"},
    "del": {"cite", "datetime"},
    "details": {"open"},
    "div": {"align"},
    "embed": {"src", "type", "width", "height", "allowfullscreen"},
    "font": {"color", "face", "size"},
    "h1": {"align"},
    "h2": {"align"},
    "h3": {"align"},
    "hr": {"align", "size", "width"},
    "iframe": {
        "src",
        "name",
        "width",
        "height",
        "allow",
        "allowfullscreen",
        "frameborder",
        "scrolling",
        "loading",
        "align",
    },
    "img": {"src", "alt", "width", "height", "align", "border", "usemap", "longdesc", "loading", "hspace", "vspace"},
    "ins": {"cite", "datetime"},
    "li": {"value", "type"},
    "map": {"name"},
    "meter": {"value", "min", "max", "low", "high", "optimum"},
    "object": {"data", "type", "width", "height", "name"},
    "ol": {"start", "type", "reversed"},
    "p": {"align"},
    "param": {"name", "value"},
    "progress": {"value", "max"},
    "q": {"cite"},
    "source": {"src", "type", "media"},
    "table": {"align", "border", "cellpadding", "cellspacing", "summary", "width", "height"},
    "tbody": {"align", "valign"},
    "td": set(_CELL.split()),
    "tfoot": {"align", "valign"},
    "th": set(_CELL.split()),
    "thead": {"align", "valign"},
    "time": {"datetime"},
    "tr": {"align", "valign", "height"},
    "track": {"src", "kind", "label", "srclang", "default"},
    "ul": {"type"},
    "video": {"src", "controls", "loop", "muted", "preload", "autoplay", "poster", "width", "height", "playsinline"},
    **{
        name: {
            "display",
            "mathvariant",
            "mathsize",
            "mathcolor",
            "mathbackground",
            "displaystyle",
            "scriptlevel",
            "open",
            "close",
            "separators",
        }
        | {
            "columnalign",
            "rowalign",
            "columnspan",
            "rowspan",
            "stretchy",
            "fence",
            "separator",
            "lspace",
            "rspace",
            "linethickness",
            "width",
            "height",
            "depth",
        }
        | {"accent", "accentunder", "notation", "encoding"}
        for name in _MATH.split()
    },
}

_LINK_SCHEMES: Final = frozenset({"http", "https", "ftp", "mailto", "tel"})
_MEDIA_SCHEMES: Final = frozenset({"http", "https"})
_MEDIA_ATTRIBUTES: Final = frozenset({"src", "data", "poster", "longdesc"})

_ADDRESSES: Final = frozenset({"cite", "data", "href", "longdesc", "poster", "src"})

_STYLES: Final = frozenset(
    [
        "background",
        "background-color",
        "background-image",
        "background-position",
        "background-repeat",
        "background-size",
        "border",
        "border-bottom",
        "border-bottom-color",
        "border-bottom-style",
        "border-bottom-width",
        "border-collapse",
        "border-color",
        "border-left",
        "border-left-color",
        "border-left-style",
        "border-left-width",
        "border-radius",
        "border-right",
        "border-right-color",
        "border-right-style",
        "border-right-width",
        "border-spacing",
        "border-style",
        "border-top",
        "border-top-color",
        "border-top-style",
        "border-top-width",
        "border-width",
        "bottom",
        "box-shadow",
        "clear",
        "color",
        "column-count",
        "column-gap",
        "cursor",
        "direction",
        "display",
        "flex",
        "flex-basis",
        "flex-direction",
        "flex-flow",
        "flex-grow",
        "flex-shrink",
        "flex-wrap",
        "float",
        "font",
        "font-family",
        "font-size",
        "font-style",
        "font-variant",
        "font-weight",
        "gap",
        "grid-column",
        "grid-row",
        "grid-template-columns",
        "height",
        "justify-content",
        "align-items",
        "align-content",
        "align-self",
        "left",
        "letter-spacing",
        "line-height",
        "list-style",
        "list-style-position",
        "list-style-type",
        "margin",
        "margin-bottom",
        "margin-left",
        "margin-right",
        "margin-top",
        "max-height",
        "max-width",
        "min-height",
        "min-width",
        "object-fit",
        "opacity",
        "order",
        "overflow",
        "overflow-x",
        "overflow-y",
        "padding",
        "padding-bottom",
        "padding-left",
        "padding-right",
        "padding-top",
        "position",
        "right",
        "text-align",
        "text-decoration",
        "text-indent",
        "text-shadow",
        "text-transform",
        "top",
        "vertical-align",
        "visibility",
        "white-space",
        "width",
        "word-break",
        "word-spacing",
        "word-wrap",
        "z-index",
    ]
)
_DECLARATION: Final = re.compile(r"""\s*((?:[^;"'(]|"[^"]*"|'[^']*'|\([^()]*\))*)(?:;|\Z)""")
_FUNCTION: Final = re.compile(r"([\w-]+)\s*\(")
_URL: Final = re.compile(r"""url\(\s*(["']?)([^"'()]*)\1\s*\)""", re.IGNORECASE)
_SCHEME: Final = re.compile(r"\s*([a-z][a-z0-9+.\-]*)\s*:", re.IGNORECASE)
_IGNORED_IN_URL: Final = re.compile(r"[\x00-\x20]")


def sanitise(html: str) -> str:
    """`html` without anything outside the allow-list; sanitising twice changes nothing more."""
    cleaned = _clean(html)
    # Dropping an element can bring two others together that a parser reads differently; nearly always this is one comparison.
    for _ in range(3):
        again = _clean(cleaned)
        if again == cleaned:
            break
        cleaned = again
    return cleaned


_UNFIT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")  # for an XML document
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")


def well_formed(html: str) -> str:
    """The same as `sanitise`, of what an XML document can hold too: it comes back from one as it went in."""
    cleaned = sanitise(_UNFIT.sub("", html.replace("\r\n", "\n").replace("\r", "\n"))).strip()
    # Entities such as &#1; become characters only now.
    fit = _UNFIT.sub("", cleaned).replace("\r", "\n")
    again = _naming().clean(fit)
    return sanitise(again) if again != cleaned else cleaned


def rewritten(html: str, address: Callable[[str], str | None] | None, *, rel: str | None = None) -> str:
    """Sanitised HTML with other addresses, also in styles.

    address: what stands in the place of an address, or None for none at all; without it they stay. rel: what each link says of where it
    leads (HTML §4.6.7).
    """
    if address is None:
        return _saying(rel).clean(html)
    if rel is None and "=" not in html:
        return html  # no attribute, so no address
    _asked.address = address
    return _leading(rel).clean(html)


class _Asked(threading.local):
    """What stands in the place of an address, for the thread that is just rewriting: a cleaner is made once, not for each text."""

    address: Callable[[str], str | None]


_asked: Final = _Asked()


def _other_address(tag: str, name: str, value: str) -> str | None:
    address = _asked.address
    if name in _ADDRESSES:
        return address(value)
    if name == "style" and "url(" in value.lower():
        return _URL.sub(lambda found: f"url({found[1]}{address(found[2]) or ''}{found[1]})", value)
    return value


def _clean(html: str) -> str:
    return _saying(None).clean(html)


@lru_cache(maxsize=8)
def _saying(rel: str | None) -> nh3.Cleaner:
    return _cleaner(_attribute, rel)


@lru_cache(maxsize=8)
def _leading(rel: str | None) -> nh3.Cleaner:
    return _cleaner(_other_address, rel)


@lru_cache(maxsize=1)
def _naming() -> nh3.Cleaner:
    return _cleaner(lambda tag, name, value: _attribute(tag, name, value) if _NAME.fullmatch(name) else None, None)


def _cleaner(attribute: Callable[[str, str, str], str | None], rel: str | None) -> nh3.Cleaner:
    """It takes 0.2 ms to make one, and a tenth of that to clean a page with it: what can be kept is kept."""
    return nh3.Cleaner(
        tags=set(_TAGS),
        clean_content_tags={"script", "style"},
        attributes=_ATTRIBUTES,
        attribute_filter=attribute,
        generic_attribute_prefixes={"aria-", "data-"},
        url_schemes=set(_LINK_SCHEMES),
        set_tag_attribute_values=None if rel is None else {"a": {"rel": rel}, "area": {"rel": rel}},
        link_rel=None,
        strip_comments=True,
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "style":
        return _style(value) or None
    if name in _MEDIA_ATTRIBUTES and tag != "a" and not _allowed(value, _MEDIA_SCHEMES):
        return None
    if tag == "param" and not _allowed(value, _MEDIA_SCHEMES):
        return None
    return value


def _allowed(url: str, schemes: frozenset[str]) -> bool:
    found = _SCHEME.match(_IGNORED_IN_URL.sub("", url))
    return found is None or found[1].lower() in schemes


def _style(text: str) -> str:
    """The declarations that may stay; where all may, the text as it was sent, which tools compare with what they read back."""
    kept = []
    for declaration in _DECLARATION.findall(text):
        name, colon, value = declaration.partition(":")
        if colon and name.strip().lower() in _STYLES and _style_value(value):
            kept.append(f"{name.strip().lower()}: {value.strip()}")
    left = "; ".join(kept)
    return text if left and _squeezed(text) == _squeezed(left) else left


def _squeezed(style: str) -> str:
    return "".join(style.split()).rstrip(";").lower()


def _style_value(value: str) -> bool:
    """No escapes, no comments, no function but url(), and that one of a harmless protocol."""
    if not value.strip() or any(sign in value for sign in ("\\", "/*", "@", "<", "{", "}")):
        return False
    if any(name.lower() != "url" for name in _FUNCTION.findall(value)):
        return False
    if not all(_allowed(url, _MEDIA_SCHEMES) for _, url in _URL.findall(value)):
        return False
    return ":" not in _URL.sub("", value) and "(" not in _URL.sub("", value)


_MOST_REOPENED: Final = 100_000
_FORMATTING: Final = frozenset(
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"]
)
_ELEMENT: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")
# Void elements, and those whose end a parser supplies by itself: they cannot pile up.
_NEVER_DEEP: Final = frozenset(
    [
        "area",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
        "p",
        "li",
        "dt",
        "dd",
        "td",
        "th",
        "tr",
        "option",
        "thead",
        "tbody",
        "tfoot",
    ]
)


def too_deep(html: str) -> bool:
    """Whether more elements stand open at once, or would be opened again on the way, than a parser should be given.

    Counted on the raw text: a hundred thousand open elements must not reach the parser at all, it takes seconds over them. An end closes
    only what has its name, as it does for the parser; and what an outer end cuts short is counted on, as the parser opens it again: a `<b>`
    that nobody closes in every paragraph that follows, so that six thousand characters of text became a million.
    """
    open_now, formatting, reopened, of_name = 0, 0, 0, Counter[str]()
    for closing, written in _ELEMENT.findall(html):
        name = written.lower()
        if name in _FORMATTING:
            if not closing:
                formatting += 1
            elif of_name[name]:
                formatting -= 1
        else:
            reopened += formatting
            if reopened > _MOST_REOPENED:
                return True
        if name in _NEVER_DEEP:
            continue
        if closing:
            if of_name[name]:
                of_name[name] -= 1
                open_now -= 1
        else:
            of_name[name] += 1
            open_now += 1
            if open_now > DEEPEST:
                return True
    return False


_ENDS_A_LINE: Final = re.compile(
    r"(address|article|aside|blockquote|d[dlt]|div|fig(caption|ure)|footer|h[1-6r]|header|li|nav|[ou]l|p|pre|section|table|tr)\Z"
)


class _Plain(HTMLParser):
    """Collects the text of what it is fed: blocks in lines of their own, items of lists with a dash."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br" or _ENDS_A_LINE.match(tag):
            self.found.append("\n- " if tag == "li" else "\n")
        elif tag == "td":
            self.found.append(" ")
        elif tag == "img":
            self.found.append(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        if _ENDS_A_LINE.match(tag):
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        self.found.append(re.sub(r"\s+", " ", data))


def plain_text(html: str) -> str:
    """What sanitised HTML says, line by line, for where there is no markup."""
    parser = _Plain()
    parser.feed(html)
    parser.close()
    lines = (line.strip() for line in "".join(parser.found).split("\n"))
    return "\n".join(line for line in lines if line)


def sanitise_tree(value: Any) -> Any:
    """The same for every text inside plain data, as the blocks of a block page are."""
    if isinstance(value, str):
        return sanitise(value) if "<" in value else value
    if isinstance(value, list):
        return [sanitise_tree(item) for item in value]
    if isinstance(value, dict):
        return {key: sanitise_tree(item) for key, item in value.items()}
    return value
