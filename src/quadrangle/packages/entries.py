"""What one entry of a feed says, in words that no longer depend on prefixes and dialects. Pure. Source: portfolio-package.md §2."""

import re
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import msgspec
from lxml import etree
from lxml import html as lxml_html

from quadrangle.kernel.html import plain_text, sanitise, too_deep
from quadrangle.packages.names import (
    ATOM,
    CATEGORIES,
    DCTERMS,
    EP,
    LEAP2,
    MAHARA,
    PRIVATE_TAG,
    RDF,
    RELATIONS,
    THREADING,
    XHTML,
    expanded,
    prefix_of,
    term,
)
from quadrangle.packages.xhtml import paragraphs, to_html

OBJECT: Final = "object"
PAGE: Final = "page"
COMMENT: Final = "comment"
EMBEDDED: Final = "embedded"
_DECIDING: Final = (OBJECT, PAGE, COMMENT, EMBEDDED)
_PREFERRED: Final = {
    "leap2": LEAP2,
    "categories": CATEGORIES,
    "dcterms": DCTERMS,
    "rdf": RDF,
    "atom": ATOM,
    "ep": EP,
    "thr": THREADING,
    "mahara": MAHARA,
}


class Link(msgspec.Struct):
    """A link of an entry. name: of a Leap2A relation or of Atom. target: `href` as a full URI. added: as written."""

    name: str
    href: str
    target: str
    order: int | None = None
    added: str | None = None
    media_type: str | None = None
    length: str | None = None
    sha256: str | None = None


class Category(msgspec.Struct):
    """scheme: "" for a tag, `private` for a private one, the name of a Leap2A scheme in lower case, or else a full URI."""

    scheme: str
    term: str
    label: str
    known: bool


def tag_of(element: Any) -> tuple[str, str]:
    """Prefix of §2.1 and local name; the prefix of an unknown namespace is ""."""
    return _split(element.tag)


@lru_cache(maxsize=4096)
def _split(tag: str) -> tuple[str, str]:
    namespace, _, name = tag[1:].rpartition("}") if tag[0] == "{" else ("", "", tag)
    return prefix_of(namespace) or "", name


def child(entry: Any, prefix: str, name: str) -> Any:
    for element in entry:
        if tag_of(element) == (prefix, name):
            return element
    return None


def text_of(element: Any) -> str:
    return "" if element is None else "".join(element.itertext())


def id_of(entry: Any) -> str:
    return text_of(child(entry, "atom", "id")).strip()


def rdf_type(entry: Any) -> str | None:
    """Without prefix; None where there is no type, "" for one of an unknown namespace."""
    element = child(entry, "rdf", "type")
    if element is None:
        return None
    written = element.get(f"{{{RDF}}}resource") or element.get("resource") or text_of(element)
    prefix, local = term(written, element.nsmap)
    return local.lower() if prefix in ("leap2", None) else ""


def deciding(entry: Any) -> list[Any]:
    """The elements of our namespace that say what an entry is: one at most in a sound package."""
    return [element for element in entry if tag_of(element) in [("ep", name) for name in _DECIDING]]


def links(entry: Any) -> list[Link]:
    found = []
    for element in entry:
        prefix, name = tag_of(element)
        if (prefix, name) == ("atom", "link") and element.get("href") is not None:
            found.append(_link(element))
        elif (prefix, name) == ("thr", "in-reply-to") and element.get("ref") is not None:
            ref = element.get("ref").strip()
            found.append(Link("in-reply-to", ref, expanded(ref, element.nsmap)))
    return found


def _link(element: Any) -> Link:
    prefix, local = term(element.get("rel") or "alternate", element.nsmap)
    known = prefix in ("leap2", None) and local in RELATIONS
    name = local if known or prefix is None else element.get("rel")
    href = element.get("href").strip()
    order = _foreign_attribute(element, "leap2", "display_order")
    return Link(
        name,
        href,
        expanded(href, element.nsmap),
        int(order) if order is not None and re.fullmatch(r"\s*-?\d{1,9}\s*", order, re.ASCII) else None,
        _foreign_attribute(element, "leap2", "when_added"),
        element.get("type"),
        element.get("length"),
        element.get(f"{{{EP}}}sha256"),
    )


def _foreign_attribute(element: Any, prefix: str, name: str) -> str | None:
    for key, value in element.attrib.items():
        if key[0] == "{" and key.endswith(name):
            namespace, _, local = key[1:].rpartition("}")
            if local == name and prefix_of(namespace) == prefix:
                return str(value)
    return None


def categories(entry: Any) -> list[Category]:
    return [
        _category(element)
        for element in entry
        if tag_of(element) == ("atom", "category") and element.get("term") is not None
    ]


def _category(element: Any) -> Category:
    written = (element.get("scheme") or "").strip()
    value, label = element.get("term"), element.get("label") or ""
    if not written:
        return Category("", value, label, True)
    if written == PRIVATE_TAG:
        return Category("private", value, label, True)
    prefix, local = term(written, element.nsmap)
    if prefix == "categories":
        return Category(local.rstrip("#/").lower(), value, label, True)
    base, _, last = written.rstrip("#/").rpartition("/")
    if prefix_of(base) == "categories":
        return Category(last.lower(), value, label, True)
    return Category(written, value, label, False)


def is_mahara_comment(entry: Any) -> bool:
    for element in entry:
        if tag_of(element) == ("mahara", "artefactplugin"):
            values = {key.rpartition("}")[2]: value for key, value in element.attrib.items()}
            return values.get("type") == "comment" and values.get("plugin") == "comment"
    return False


def as_uid(written: str | None) -> str | None:
    """A UUID in its canonical form; None for what is none."""
    try:
        return str(uuid.UUID((written or "").strip()))
    except ValueError:
        return None


def moment(written: str | None) -> datetime | None:
    """An RFC 3339 time as UTC, whole seconds; one without a zone is taken as UTC."""
    try:
        found = datetime.fromisoformat((written or "").strip())
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return found.replace(microsecond=0) if found.year > 1 else None


class Written(msgspec.Struct):
    """The content of an element. plain: of a text, which has no markup; html: as sanitised HTML. changed: whether sanitising took something
    away."""

    plain: str | None
    html: str
    changed: bool = False


def content(element: Any, address: Callable[[str], str | None], *, drop_generated: bool) -> Written:
    """A text construct of Atom (RFC 4287 §3.1) as HTML. address: what stands in the place of an address; None for none."""
    if element is None:
        return Written("", "")
    kind = (element.get("type") or "text").strip().lower()
    if kind in ("xhtml", "application/xhtml+xml"):
        inside = next((one for one in element if one.tag == f"{{{XHTML}}}div"), None)
        inside = element if inside is None else inside
        return markup(inside, address, drop_generated=drop_generated)
    plain = text_of(element)
    if kind in ("html", "text/html"):
        if not plain.strip():
            return Written(None, "")
        if too_deep(plain):
            return Written(None, paragraphs(plain_text(plain)), changed=True)
        try:
            tree = lxml_html.fragment_fromstring(plain, create_parent="div")
        except (etree.LxmlError, ValueError, AssertionError):
            return Written(None, sanitise(plain), changed=True)
        return markup(tree, address, drop_generated=drop_generated)
    return Written(plain, paragraphs(plain))


def markup(inside: Any, address: Callable[[str], str | None], *, drop_generated: bool) -> Written:
    """What stands inside an element, as sanitised HTML; what no sanitiser should be given, as its text alone."""
    written = to_html(inside, address, drop_generated=drop_generated)
    if "<" not in written:
        return Written(None, written)
    if too_deep(written):
        return Written(None, paragraphs(text_of(inside)), changed=True)
    clean = sanitise(written)
    return Written(None, clean, clean != written)


def kept_of(elements: Iterable[Any]) -> str:
    """Elements of Atom, Leap2A and Dublin Core, each in exclusive canonical form in our own namespaces, one after another."""
    return "".join(canonical(one) for one in elements)


def canonical(element: Any) -> str:
    """An element in exclusive canonical form, whatever the dialect of its feed was."""
    return str(etree.tostring(portable(element), method="c14n", exclusive=True, with_tail=False).decode())


def portable(element: Any) -> Any:
    """The same element without a tie to the prefixes and dialect of its feed."""
    made = etree.Element(
        _portable_name(element.tag), nsmap={"leap2": LEAP2, "dcterms": DCTERMS, "rdf": RDF, None: ATOM}
    )
    for key, value in element.attrib.items():
        made.set(_portable_name(key), value)
    if tag_of(element) == ("atom", "category"):
        found = _category(element)
        if found.known and found.scheme not in ("", "private"):
            scheme = element.get("scheme").strip().rstrip("#/")
            made.set("scheme", f"categories:{re.split(r'[:/#]', scheme)[-1]}#")
    made.text = element.text
    for one in element:
        if isinstance(one.tag, str):
            copied = portable(one)
            copied.tail = one.tail
            made.append(copied)
    return made


_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:.")


def _portable_name(name: str) -> str:
    """A namespace that is no absolute address has no canonical form: it is left out."""
    if name[0] != "{":
        return name
    namespace, _, local = name[1:].rpartition("}")
    prefix = prefix_of(namespace)
    if prefix in _PREFERRED:
        return f"{{{_PREFERRED[prefix]}}}{local}"
    return f"{{{namespace}}}{local}" if _ABSOLUTE.match(namespace) else local
