"""Whether two packages say the same, but for ids of feeds, times and numbers of members. Source: portfolio-package.md §8.

For tests and for people who want to know what a journey has cost. Holds both packages' texts in memory. Blocks.
"""

import hashlib
from pathlib import Path
from typing import Any, Final

from quadrangle.packages.container import Container, open_container
from quadrangle.packages.entries import as_uid, canonical, child, deciding, id_of, links, rdf_type, tag_of, text_of
from quadrangle.packages.feed import ENTRY, elements
from quadrangle.packages.names import EP
from quadrangle.packages.xhtml import GENERATED

_DROPPED: Final = {("atom", name) for name in ("published", "updated", "id", "author")}
_SORTED: Final = {("atom", "category"), ("atom", "link")}
_ADDRESSES: Final = ("href", "src", "poster", "data", "cite", "longdesc")


def differences(one: Path, other: Path) -> list[str]:
    """What stands in one package and not in the other, a line each; none if their canons are equal. Raises Refused, Aborted and Damaged."""
    first, second = canon(one), canon(other)
    found = [f"only in the first: {key}" for key in first if key not in second]
    found += [f"only in the second: {key}" for key in second if key not in first]
    found += [
        f"{key}:\n  {first[key]}\n  {second[key]}" for key in first if key in second and first[key] != second[key]
    ]
    return found


def canon(path: Path) -> dict[str, str]:
    """Entries by uid, embedded files by name and SHA-256, the feed itself as "": each as text that is equal for equal meaning."""
    container = open_container(path)
    digests = {name: _digest(container, name) for name in container.others}
    names = _names(container, digests)
    told: dict[str, str] = {}
    for element in elements(container):
        if element.tag != ENTRY:
            if tag_of(element) == ("ep", "package"):
                told[""] = " ".join(f"{key}={value}" for key, value in sorted(element.attrib.items()))
            continue
        if rdf_type(element) == "person":
            continue
        key = names.get(id_of(element), id_of(element))
        told[key] = _entry(container, element, digests, names)
    return told


def _digest(container: Container, name: str) -> str:
    digest = hashlib.sha256()
    for piece in container.pieces(container.others[name]):
        digest.update(piece)
    return digest.hexdigest()


def _names(container: Container, digests: dict[str, str]) -> dict[str, str]:
    """What embedded files are called instead of their uid: by their bytes and name."""
    names = {}
    for element in elements(container):
        if element.tag == ENTRY and any(tag_of(one)[1] == "embedded" for one in deciding(element)):
            enclosure = next((link.href for link in links(element) if link.name == "enclosure"), "")
            member = container.find(enclosure)
            bytes_of = digests[member.name] if member is not None else ""
            names[id_of(element)] = f"embedded:{bytes_of}:{text_of(child(element, 'atom', 'title'))}"
    return names


def _entry(container: Container, entry: Any, digests: dict[str, str], names: dict[str, str]) -> str:
    for element in list(entry.iter()):
        if not isinstance(element.tag, str):
            continue
        for name in _ADDRESSES:
            if (value := element.get(name)) is not None:
                member = container.find(value)
                element.set(name, names.get(value, value if member is None else f"sha256:{digests[member.name]}"))
        for name in list(element.attrib):
            if name.endswith("}when_added"):
                del element.attrib[name]
        if tag_of(element) == ("ep", "embedded"):
            del element.attrib["uid"]
        if element.tag.startswith(f"{{{EP}}}") and (uid := as_uid(element.get("item"))) is not None:
            element.set("item", uid)
    _without_generated(entry)
    parts = [(tag_of(one), _written(one)) for one in entry if tag_of(one) not in _DROPPED]
    told = [text for what, text in parts if what not in _SORTED]
    return "\n".join([*told, *sorted(text for what, text in parts if what in _SORTED)])


def _without_generated(parent: Any) -> None:
    for element in list(parent):
        if GENERATED in element.get("class", "").split():
            before, tail = element.getprevious(), element.tail or ""
            if before is not None:
                before.tail = (before.tail or "") + tail
            else:
                parent.text = (parent.text or "") + tail
            parent.remove(element)
        else:
            _without_generated(element)


def _written(element: Any) -> str:
    if tag_of(element) == ("atom", "content") and not len(element) and not (element.text or ""):
        return ""  # an empty text and a div with nothing in it are the same description
    if tag_of(element) == ("atom", "content") and len(element) == 1 and not len(element[0]) and not element[0].text:
        return ""
    return canonical(element)
