"""What two versions of a page say differently: words added and removed, in one text or in two beside each other. Pure.

Texts are compared block by block, blocks within blocks, and what two blocks have in common by words (lxml.html.diff). That takes a time which
grows with the square of their number; beyond a limit a block is told to be another as a whole.
"""

from collections import Counter
from collections.abc import Iterable
from difflib import SequenceMatcher
from html import escape
from typing import Final, NamedTuple

import msgspec
from lxml.html import HtmlElement, fragment_fromstring, tostring
from lxml.html.diff import htmldiff

from quadrangle.kernel.html import sanitise

MOST_PAIRS: Final = 1_000_000  # of words that are held against each other: 30 ms
MOST_BLOCKS: Final = 2_500  # pairs of blocks among which those are looked for that belong together
ALIKE: Final = 0.3  # the share of words that two blocks have in common which belong together
_OUR_MARKS: Final = {"ins": "u", "del": "s"}  # what an author marked so must not look like a difference
# What may hold nothing but certain children: the mark of a difference stands inside these, not around them.
_PARTS: Final = frozenset(("caption", "dd", "dt", "li", "td", "th"))
_FRAMES: Final = frozenset(("dl", "ol", "table", "tbody", "tfoot", "thead", "tr", "ul"))
_OTHERS: Final = """
    address article aside blockquote details div figcaption figure footer h1 h2 h3 h4 h5 h6 header hr main nav p pre section summary
"""
_BLOCKS: Final = _PARTS | _FRAMES | frozenset(_OTHERS.split())
_INSIDE: Final = "\ue000"  # stands for the contents of an element; taken out of what is compared


class Comparison(msgspec.Struct, frozen=True):
    """HTML, sanitised, in which `ins` and `del` are differences and nothing else. inline: both texts in one. before, after: each with what
    the other does not say. title: both titles in one. added, removed: numbers of words. marked: something differs that is seen in the text,
    a picture for instance; alike: nothing differs, not even in how it looks."""

    title: str
    inline: str
    before: str
    after: str
    added: int
    removed: int
    marked: bool
    alike: bool


class _Views(NamedTuple):
    """A piece of the result, as each way of showing it has it."""

    inline: str
    before: str
    after: str


class _Block(msgspec.Struct):
    """An element, or a run of text and inline elements between two of them."""

    tag: str
    html: str
    element: HtmlElement | None = None
    words: Counter[str] | None = None

    @property
    def holds_blocks(self) -> bool:
        return self.element is not None and any(child.tag in _BLOCKS for child in self.element)

    def counted(self) -> Counter[str]:
        if self.words is None:
            text = self.html if self.element is None else " ".join(self.element.itertext())
            self.words = Counter(text.split())
        return self.words


def compared(old_title: str, old: str | None, new_title: str, new: str | None) -> Comparison:
    """old, new: the HTML of two versions."""
    views = _Comparing().of(_blocks(_tree(old)), _blocks(_tree(new)))
    marks = _tree(views.inline)
    title = _Comparing().leaves(_Block("", escape(old_title)), _Block("", escape(new_title))).inline
    return Comparison(
        title=sanitise(title),
        inline=sanitise(views.inline),
        before=sanitise(views.before),
        after=sanitise(views.after),
        added=_words_in(marks, "ins"),
        removed=_words_in(marks, "del"),
        marked=old_title != new_title or next(marks.iter("ins", "del"), None) is not None,
        alike=old_title == new_title and (old or "") == (new or ""),
    )


class _Comparing:
    """One comparison, which has so much time and no more."""

    def __init__(self) -> None:
        self._pairs_left = MOST_PAIRS

    def of(self, before: list[_Block], after: list[_Block]) -> _Views:
        pieces: list[_Views] = []
        for verb, i, to_i, j, to_j in SequenceMatcher(
            None, [one.html for one in before], [one.html for one in after]
        ).get_opcodes():
            if verb == "equal":
                pieces += [_Views(one.html, one.html, one.html) for one in after[j:to_j]]
            else:
                pieces += self._replaced(before[i:to_i], after[j:to_j])
        return _joined(pieces)

    def _replaced(self, before: list[_Block], after: list[_Block]) -> Iterable[_Views]:
        i = j = 0
        for with_i, with_j in [*_belonging(before, after), (len(before), len(after))]:
            yield from (_gone(one) for one in before[i:with_i])
            yield from (_come(one) for one in after[j:with_j])
            if with_i < len(before):
                yield self._both(before[with_i], after[with_j])
            i, j = with_i + 1, with_j + 1

    def _both(self, old: _Block, new: _Block) -> _Views:
        if old.element is None or new.element is None or not (old.holds_blocks or new.holds_blocks):
            return self.leaves(old, new)
        inside = self.of(_blocks(old.element), _blocks(new.element))
        ours, theirs = _around(new.element), _around(old.element)
        return _Views(inside.inline.join(ours), inside.before.join(theirs), inside.after.join(ours))

    def leaves(self, old: _Block, new: _Block) -> _Views:
        """Two texts, word by word."""
        pairs = old.counted().total() * new.counted().total()
        if not 0 < pairs <= self._pairs_left:
            return _joined([_gone(old), _come(new)])
        self._pairs_left -= pairs
        (theirs, was), (ours, now) = _opened(old), _opened(new)
        try:
            inline, backwards = htmldiff(was, now), htmldiff(now, was)
        except (AttributeError, IndexError, ValueError):  # lxml 6.1 stumbles over deletions that cut elements in two
            return _joined([_gone(old), _come(new)])
        before, after = _own_side(backwards, "del"), _own_side(inline, "ins")
        if (_said(before), _said(after)) != (
            _said(was),
            _said(now),
        ):  # and loses words in blocks within inline elements
            return _joined([_gone(old), _come(new)])
        return _Views(inline.join(ours), before.join(theirs), after.join(ours))


def _tree(html: str | None) -> HtmlElement:
    root: HtmlElement = fragment_fromstring((html or "").replace(_INSIDE, ""), create_parent="div")
    return root


def _blocks(parent: HtmlElement) -> list[_Block]:
    found: list[_Block] = []
    run = escape(parent.text or "")
    for child in parent:
        if child.tag not in _BLOCKS:
            run += tostring(_unmarked(child), encoding="unicode")
            continue
        if run.strip():
            found.append(_Block("", run))
        found.append(_Block(child.tag, tostring(_unmarked(child), encoding="unicode", with_tail=False), child))
        run = escape(child.tail or "")
    return [*found, _Block("", run)] if run.strip() else found


def _unmarked(element: HtmlElement) -> HtmlElement:
    for one in element.iter(*_OUR_MARKS):
        one.tag = _OUR_MARKS[str(one.tag)]
    return element


def _belonging(before: list[_Block], after: list[_Block]) -> list[tuple[int, int]]:
    """Which blocks are versions of each other: of all ways that keep their order, the one with most words in common."""
    if len(before) == len(after) == 1 and before[0].tag == after[0].tag:
        return [(0, 0)]
    if len(before) * len(after) > MOST_BLOCKS:
        return []
    best = [[0.0] * (len(after) + 1) for _ in range(len(before) + 1)]
    alike = [[_likeness(old, new) for new in after] for old in before]
    for i in reversed(range(len(before))):
        for j in reversed(range(len(after))):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], alike[i][j] + best[i + 1][j + 1])
    found: list[tuple[int, int]] = []
    i = j = 0
    while i < len(before) and j < len(after):
        if alike[i][j] and best[i][j] == alike[i][j] + best[i + 1][j + 1]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return found


def _likeness(old: _Block, new: _Block) -> float:
    """Zero for those that cannot belong together."""
    if old.tag != new.tag and {old.tag, new.tag} & (_PARTS | _FRAMES):
        return 0.0
    words = old.counted().total() + new.counted().total()
    share = 2 * (old.counted() & new.counted()).total() / words if words else float(old.tag == new.tag)
    return share if share >= ALIKE else 0.0


def _gone(block: _Block) -> _Views:
    marked = _marked(block, "del")
    return _Views(marked, marked, "")


def _come(block: _Block) -> _Views:
    marked = _marked(block, "ins")
    return _Views(marked, "", marked)


def _marked(block: _Block, mark: str) -> str:
    """The whole of it as a difference."""
    element = block.element
    if element is None or block.tag not in _PARTS | _FRAMES:
        return f"<{mark}>{block.html}</{mark}>"
    if block.holds_blocks:
        return "".join(_marked(inner, mark) for inner in _blocks(element)).join(_around(element))
    around, inside = _opened(block)
    return f"<{mark}>{inside}</{mark}>".join(around)


def _opened(block: _Block) -> tuple[tuple[str, str], str]:
    """What is around its contents, and these."""
    start, end = ("", "") if block.element is None else _around(block.element)
    return (start, end), block.html.removeprefix(start).removesuffix(end)


def _around(element: HtmlElement) -> tuple[str, str]:
    """What stands before and after its contents."""
    alone = element.makeelement(element.tag, dict(element.attrib))
    alone.text = _INSIDE
    start, _, end = tostring(alone, encoding="unicode").partition(_INSIDE)
    return start, end


def _joined(pieces: Iterable[_Views]) -> _Views:
    several = list(pieces)
    return _Views(*("\n".join(view) for view in zip(*several, strict=True))) if several else _Views("", "", "")


def _own_side(html: str, ins_is: str) -> str:
    """What one side says. ins_is: what its own words are marked with."""
    root = _tree(html)
    for element in list(root.iter("del")):
        element.drop_tree()
    for element in root.iter("ins"):
        element.tag = ins_is
    return escape(root.text or "") + "".join(tostring(child, encoding="unicode") for child in root)


def _said(html: str) -> str:
    """The words, which lxml sets apart by blanks of its own."""
    return "".join("".join(_tree(html).itertext()).split())


def _words_in(root: HtmlElement, tag: str) -> int:
    return sum(len(element.text_content().split()) for element in root.iter(tag))
