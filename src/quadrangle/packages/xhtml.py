"""Between the HTML that is stored and the XHTML that a package holds. Pure.

Both directions keep every text and attribute of sanitised HTML, so that what is sanitised again on the way back is what was there.
"""

import re
from collections.abc import Callable
from html import escape, unescape
from typing import Any, Final

from quadrangle.packages.names import XHTML, xml_text

DEEPEST: Final = 230  # open elements in one text: a parser gives a whole document 256
GENERATED: Final = "ep-generated"

_VOID: Final = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
_TOKEN: Final = re.compile(
    r"""<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s+[^\s"'<>/=]+(?:\s*=\s*"[^"]*")?)*)\s*/?>|<!--.*?-->|<|[^<]+""", re.DOTALL
)
_ATTRIBUTE: Final = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*"([^"]*)")?""")
_ADDRESSES: Final = frozenset({"cite", "data", "href", "longdesc", "poster", "src"})
_IN_STYLES: Final = re.compile(r"package-(?:file|item)/[\w%.~\-]+")
_URL: Final = re.compile(r"""url\(\s*(["']?)([^"'()]*)\1\s*\)""", re.IGNORECASE)
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*\Z")
_FRAME: Final = re.compile(r'(<iframe(?:[^>"]|"[^"]*")*>).*?(?=</iframe|\Z)', re.IGNORECASE | re.DOTALL)


def text(plain: str) -> str:
    """As the content of an element."""
    return xml_text(plain).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def attribute(plain: str) -> str:
    """As the value of an attribute between double quotes; blanks of every kind survive."""
    return text(plain).replace('"', "&quot;").replace("\t", "&#9;").replace("\n", "&#10;")


def from_html(html: str, address: Callable[[str], str] = str) -> str:
    """Sanitised HTML as well-formed XML elements of no stated namespace. address: what stands in the place of an address.

    What stands deeper than DEEPEST loses its elements and keeps its text; attributes whose names XML cannot write are left out.
    """
    if "<" not in html:
        return text(unescape(html))
    if "<iframe" in html:
        html = _FRAME.sub(r"\1", html)  # what is in one is no HTML, and nobody sees it
    made: list[str] = []
    open_now: list[str] = []
    for found in _TOKEN.finditer(html):
        closing, name = found[1], found[2]
        if name is None:
            if not found[0].startswith("<!--"):
                made.append(text(unescape(found[0])))
            continue
        name = name.lower()
        shown = None if len(open_now) >= DEEPEST else name
        if closing:
            _close(name, open_now, made)
        elif name in _VOID:
            if shown:
                made.append(f"<{name}{_attributes(found[3], address)}/>")
        else:
            if shown:
                made.append(f"<{name}{_attributes(found[3], address)}>")
            open_now.append(name if shown else f"({name})")
    while open_now:
        _close(open_now[-1].strip("()"), open_now, made)
    return "".join(made)


def _close(name: str, open_now: list[str], made: list[str]) -> None:
    if name not in open_now and f"({name})" not in open_now:
        return
    while open_now:
        last = open_now.pop()
        if not last.startswith("("):
            made.append(f"</{last}>")
        if last.strip("()") == name:
            return


def _attributes(written: str, address: Callable[[str], str]) -> str:
    if not written:
        return ""
    kept: dict[str, str] = {}
    for name, value in _ATTRIBUTE.findall(written):
        if _NAME.match(name) and name.lower() != "xmlns":
            kept.setdefault(name, value)
    return "".join(f' {name}="{attribute(_value(name, unescape(value), address))}"' for name, value in kept.items())


def _value(name: str, value: str, address: Callable[[str], str]) -> str:
    if name in _ADDRESSES:
        return address(value)
    if name == "style" and "package-" in value:
        return _IN_STYLES.sub(lambda found: address(found[0]), value)
    return value


def to_html(parent: Any, address: Callable[[str], str | None], *, drop_generated: bool) -> str:
    """What stands inside an lxml element, as HTML that is still to be sanitised.

    address: what stands in the place of an address; None for none. drop_generated: without the elements that are made anew at each export.
    """
    made: list[str] = [_html_text(parent.text)]
    _children(parent, address, drop_generated, made)
    return "".join(made)


def _children(parent: Any, address: Callable[[str], str | None], drop_generated: bool, made: list[str]) -> None:
    for child in parent:
        if isinstance(child.tag, str) and not (drop_generated and GENERATED in child.get("class", "").split()):
            name = child.tag.rpartition("}")[2]
            made.append(f"<{name}")
            for key, value in child.attrib.items():
                if key.startswith("{"):
                    continue
                found: str | None = value
                if key in _ADDRESSES:
                    found = address(value)
                elif key == "style" and "url(" in value.lower():
                    found = _URL.sub(lambda one: f"url({one[1]}{address(one[2]) or ''}{one[1]})", value)
                if found is not None:
                    made.append(f' {key}="{_html_text(found).replace(chr(34), "&quot;")}"')
            made.append(">")
            if name not in _VOID:
                made.append(_html_text(child.text))
                _children(child, address, drop_generated, made)
                made.append(f"</{name}>")
        made.append(_html_text(child.tail))


def _html_text(plain: str | None) -> str:
    if not plain:
        return ""
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\xa0", "&nbsp;")


def paragraphs(plain: str) -> str:
    """Text as HTML: a blank line begins a paragraph, a single one a line (§6.5, 4)."""
    parts = (part.strip() for part in re.split(r"\n[ \t]*\n", plain.replace("\r\n", "\n").replace("\r", "\n")))
    return "".join("<p>" + escape(part, quote=False).replace("\n", "<br>") + "</p>" for part in parts if part)


def div(inside: str) -> str:
    return f'<div xmlns="{XHTML}">{inside}</div>'
