"""Namespaces, terms and names of members. Source: portfolio-package.md §1.1, §2.1, §2.4 to §2.6."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, Literal, TypeAlias

ATOM: Final = "http://www.w3.org/2005/Atom"
XHTML: Final = "http://www.w3.org/1999/xhtml"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DCTERMS: Final = "http://purl.org/dc/terms/"
THREADING: Final = "http://purl.org/syndication/thread/1.0"
LEAP2: Final = "http://terms.leapspecs.org/"
CATEGORIES: Final = "http://wiki.leapspecs.org/2A/categories/"
MAHARA: Final = "http://wiki.mahara.org/Developer_Area/Import%2F%2FExport/LEAP_Extensions#"
EP: Final = "urn:learning-portfolio:ep:1"
PRIVATE_TAG: Final = f"{EP}#private-tag"

LEAP2_OF_MAHARA_22: Final = "https://web.archive.org/web/20100503000634/http://terms.leapspecs.org"
MAHARA_22: Final = "https://wiki.mahara.org/wiki/Developer_Area/Import//Export/LEAP_Extensions"

Dialect: TypeAlias = Literal["standard", "mahara22"]
STANDARD: Final[Dialect] = "standard"

VERSION: Final = "http://www.leapspecs.org/2010-07/2A/"


def prefixes(dialect: Dialect) -> dict[str | None, str]:
    """Every namespace of a package by its prefix. Mahara 22 reads no other addresses than these of its own."""
    old = dialect == "mahara22"
    return {
        None: ATOM,
        "rdf": RDF,
        "leap2": LEAP2_OF_MAHARA_22 if old else LEAP2,
        "categories": CATEGORIES,
        "dcterms": DCTERMS,
        "thr": THREADING,
        "mahara": MAHARA_22 if old else MAHARA,
        "ep": EP,
    }


# --- reading namespaces -----------------------------------------------------------------------------------------------

_COPY: Final = re.compile(r"https?://web\.archive\.org/web/\d+(?:[a-z]{2}_)?/", re.IGNORECASE)


def normal(uri: str) -> str:
    """What is compared of a namespace: not its web-archive copy, port 80, scheme, last slash or hash, nor case."""
    uri = _COPY.sub("", uri.strip(), count=1).replace(":80/", "/", 1)
    uri = re.sub(r"\Ahttps:", "http:", uri, flags=re.IGNORECASE)
    return re.sub(r"[/#]\Z", "", uri).lower()


_KNOWN: Final = {
    normal(uri): prefix
    for prefix, uris in {
        "leap2": (
            LEAP2,
            "http://www.cetis.org.uk/leap2/terms/",
            "http://wiki.cetis.ac.uk/2009-03/LEAP2A_predicates#",
            "http://wiki.cetis.ac.uk/2009-03/Leap2A_predicates#",
            "http://wiki.cetis.ac.uk/2009-03/LEAP2A_types#",
            "http://wiki.cetis.ac.uk/2009-03/Leap2A_types#",
        ),
        "categories": (
            CATEGORIES,
            "http://www.cetis.org.uk/leap2/a/categories/",
            "http://www.leapspecs.org/2A/categories",
            "http://wiki.cetis.ac.uk/2009-03/Leap2A_categories/",
        ),
        "rdf": (RDF,),
        "dcterms": (DCTERMS,),
        "thr": (THREADING,),
        "mahara": (MAHARA, MAHARA_22),
        "ep": (EP,),
        "atom": (ATOM,),
        "xhtml": (XHTML,),
    }.items()
    for uri in uris
}

_VERSIONS: Final = {
    normal(uri) for uri in (VERSION, "http://wiki.leapspecs.org/2A/", "http://www.leapspecs.org/2009-03/2A/")
}
_OLD: Final = normal("http://wiki.cetis.ac.uk/2009-03")


@lru_cache(maxsize=1024)
def prefix_of(uri: str) -> str | None:
    """The prefix of §2.1 by which a namespace is known; None for any other."""
    return _KNOWN.get(normal(uri))


def version_accepted(uri: str) -> bool:
    plain = normal(uri)
    return plain in _VERSIONS or plain == _OLD or plain.startswith(_OLD + "/")


_CURIE: Final = re.compile(r"\[?([A-Za-z_][\w.\-]*):([^\s\[\]]*)\]?\Z")
_LITERAL: Final = {"leap2": LEAP2, "categories": CATEGORIES}


def term(written: str, declared: Mapping[str | None, str]) -> tuple[str | None, str]:
    """A word of `rel`, `rdf:resource` or `scheme` as (prefix, local part); the prefix is None for a bare word and "" for an unknown namespace.

    declared: the namespaces in scope.
    """
    written = written.strip()
    found = _CURIE.match(written)
    if found is None:
        return (None, written) if re.fullmatch(r"[\w.\-]+", written) else ("", written)
    prefix, local = found.groups()
    uri = declared.get(prefix) or _LITERAL.get(prefix)
    if uri is not None and not local.startswith("//"):
        known = prefix_of(uri)
        return (known, local) if known is not None else ("", uri + local)
    whole = written.strip("[]")
    cut = max(whole.rstrip("/#").rfind("/"), whole.rstrip("/#").rfind("#")) + 1
    known = prefix_of(whole[:cut])
    return (known, whole[cut:]) if known is not None else ("", whole)


def expanded(written: str, declared: Mapping[str | None, str]) -> str:
    """An id as a full URI: a CURIE whose prefix is declared is resolved."""
    written = written.strip()
    found = _CURIE.match(written)
    if found is not None and not found[2].startswith("//") and (uri := declared.get(found[1])) is not None:
        return uri + found[2]
    return written


_HOST: Final = re.compile(r"[a-z][a-z0-9+.\-]*://[^/?#]*", re.IGNORECASE)


def origin_key(written: str, declared: Mapping[str | None, str]) -> str:
    """By what a foreign entry is known again. Mahara writes the time of the export into the prefix's address: only its host counts (§7)."""
    written = written.strip()
    found = _CURIE.match(written)
    if found is not None and not found[2].startswith("//") and (uri := declared.get(found[1])) is not None:
        host = _HOST.match(uri)
        return f"{host[0].lower() if host else uri}#{found[2]}"
    return written


TYPES: Final = frozenset(
    {
        *("entry", "ability", "achievement", "activity", "affiliation", "meeting"),
        *("organization", "person", "plan", "resource", "publication", "selection"),
    }
)

# Each relation by itself and by its inverse: (the forward one, whether it points forward).
RELATIONS: Final = {
    name: (forward, name == forward)
    for forward, backward in {
        "has_part": "is_part_of",
        "reflects_on": "reflected_on_by",
        "supports": "supported_by",
        "has_evidence": "is_evidence_of",
        "has_agenda": "is_agenda_of",
        "has_outcome": "is_outcome_of",
        "attends": "attended_by",
        "related": "related",
        "in-reply-to": "replies",
    }.items()
    for name in (forward, backward)
}
INVERSES: Final = {
    "has_part": "is_part_of",
    "reflects_on": "reflected_on_by",
    "supports": "supported_by",
    "has_evidence": "is_evidence_of",
    "has_agenda": "is_agenda_of",
    "has_outcome": "is_outcome_of",
    "attends": "attended_by",
    "related": "related",
}

CATEGORY_SCHEMES: Final = frozenset(
    {
        *("selection_type", "resource_type", "learning_cycle", "person_type", "audience"),
        *("readiness", "priority", "swot", "life_area", "common_item", "check"),
    }
)

# --- members ----------------------------------------------------------------------------------------------------------

_NOT_IN_NAMES: Final = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|\ud800-\udfff]')
_LONGEST_NAME: Final = 150  # bytes


def member_name(number: int, name: str) -> str:
    """Where the `number`th attachment lies (§1.1)."""
    clean = _NOT_IN_NAMES.sub("_", unicodedata.normalize("NFC", name)).lstrip(".")
    stem, dot, extension = clean.rpartition(".")
    if dot and stem and len(extension.encode()) < 20:
        room = _LONGEST_NAME - len(extension.encode()) - 1
        clean = f"{_cut(stem, room)}.{extension}"
    return f"files/{number}-{_cut(clean, _LONGEST_NAME) or 'file'}"


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore")


_NOT_IN_TERMS: Final = re.compile(r"[^A-Za-z0-9-]+|--+")


def tag_term(text: str) -> str:
    """A tag as a term: `field work` becomes `field-work`."""
    return re.sub(r"-+", "-", _NOT_IN_TERMS.sub("-", text))


_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def xml_text(text: str) -> str:
    """Without the characters that no XML can hold."""
    return _NOT_XML.sub("", text)
