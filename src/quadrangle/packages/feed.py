"""The main file as a stream of elements, with everything dangerous off. Source: portfolio-package.md §2.2, §6.2.

No DOCTYPE at all, so no entity but the five; nothing is fetched or included; the tree never holds more than one entry. Blocks: for a thread.
"""

import codecs
import re
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from quadrangle.packages.container import Container
from quadrangle.packages.limits import (
    DOCTYPE,
    ENCODING,
    MAIN_FILE_DAMAGED,
    NOT_A_FEED,
    NOT_WELL_FORMED,
    TOO_DEEP,
    TOO_LARGE,
    Aborted,
    Damaged,
)
from quadrangle.packages.names import ATOM

FEED: Final = f"{{{ATOM}}}feed"
ENTRY: Final = f"{{{ATOM}}}entry"
_LONGEST_PROLOG: Final = 64 * 1024  # characters
_FED: Final = 64 * 1024
_PROLOG: Final = re.compile(r"(?:\s+|<!--.*?-->|<\?.*?\?>)*", re.DOTALL)
_DECLARED: Final = re.compile(r"""<\?xml[^>]*?encoding\s*=\s*["']([^"']*)["']""")


def elements(container: Container) -> Iterator[Any]:
    """Each child of the feed when it is complete, as an lxml element that is good until the next one is asked for.

    Raises Aborted for what is no well-formed feed, at whatever point that shows.
    """
    parser = etree.XMLPullParser(
        events=("start", "end"),
        tag=(FEED, ENTRY),
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    root: Any = None
    markup = 0
    try:
        for text in _text(container):
            markup += text.count("<") + text.count("=")
            parser.feed(text.encode())
            for event, element in parser.read_events():
                if root is None:
                    root = element
                    _is_feed(root)
                elif event == "end" and element.getparent() is root:
                    markup = 0
                    yield from _done(root, element)
            if markup > container.limits.markup:
                raise Aborted(TOO_LARGE, "An entry has too much markup.")
        closed = parser.close()
    except etree.XMLSyntaxError as error:
        if "depth" in str(error).lower():
            raise Aborted(TOO_DEEP, "The XML is nested too deeply.") from error
        raise Aborted(NOT_WELL_FORMED, f"The XML is not well-formed: {error}") from error
    _is_feed(closed)
    yield from list(closed)


def _done(root: Any, entry: Any) -> Iterator[Any]:
    """What stands before an entry, and the entry; then they are forgotten."""
    while (first := root[0]) is not entry:
        yield first
        root.remove(first)
    yield entry
    root.remove(entry)


def _is_feed(root: Any) -> None:
    if root.tag != FEED or root.getparent() is not None:
        raise Aborted(NOT_A_FEED, "The main file is no Atom feed.")


def _text(container: Container) -> Iterator[str]:
    """The main file in pieces, its prolog looked at. Whatever encoding it names, it is UTF-8 or UTF-16."""
    pieces = _decoded(container)
    prolog = ""
    for piece in pieces:
        prolog += piece
        begun = _PROLOG.match(prolog)
        rest = prolog[begun.end() if begun else 0 :]
        if re.match(r"<[^!?]", rest):
            break
        if rest[:9].upper() == "<!DOCTYPE":
            raise Aborted(DOCTYPE, "The XML has a DOCTYPE.")
        if len(prolog) > _LONGEST_PROLOG or (rest and not "<!DOCTYPE".startswith(rest[:9].upper()) and rest[0] != "<"):
            raise Aborted(NOT_WELL_FORMED, "The XML does not begin with an element.")
    declared = _DECLARED.match(prolog)
    if declared is not None and not re.match(r"utf-?(8|16)|us-ascii\Z", declared[1], re.IGNORECASE):
        raise Aborted(ENCODING, f"The XML is in {declared[1][:40]}, not in UTF-8 or UTF-16.")
    for start in range(0, len(prolog), _FED):
        yield prolog[start : start + _FED]
    for piece in pieces:
        yield from (piece[start : start + _FED] for start in range(0, len(piece), _FED))


def _decoded(container: Container) -> Iterator[str]:
    decoder: codecs.IncrementalDecoder | None = None
    try:
        for piece in container.pieces(container.main):
            if decoder is None:
                decoder = codecs.getincrementaldecoder(_encoding(piece))()
            yield decoder.decode(piece)
        if decoder is not None:
            yield decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise Aborted(ENCODING, "The XML is neither UTF-8 nor UTF-16.") from error
    except Damaged as error:
        raise Aborted(MAIN_FILE_DAMAGED, str(error)) from error


def _encoding(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if head.startswith(b"<\0"):
        return "utf-16-le"
    if head.startswith(b"\0<"):
        return "utf-16-be"
    return "utf-8-sig"
