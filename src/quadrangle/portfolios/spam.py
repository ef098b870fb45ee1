"""The keywords that flag a portfolio. Pure. Source: eportfolios.md §6."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from quadrangle.portfolios.model import Content, Reason

_NEVER: Final = re.compile(r"(?!)")


class Keywords:
    """Two lists of words: one for names, one for what stands on pages. Words of the one do not count in the other."""

    __slots__ = ("_in_content", "_in_titles")

    def __init__(self, titles: Iterable[str] = (), content: Iterable[str] = ()) -> None:
        self._in_titles = _any_of(titles)
        self._in_content = _any_of(content)

    def in_title(self, name: str | None) -> Reason | None:
        found = self._in_titles.search(name or "")
        return Reason("title_keyword", f"A name holds the word “{found[0]}”.") if found else None

    def in_content(self, content: Content) -> Reason | None:
        for text in texts_of(content):
            found = self._in_content.search(text)
            if found:
                return Reason("content_keyword", f"A page holds the word “{found[0]}”.")
        return None


@lru_cache(maxsize=64)
def keywords(titles: tuple[str, ...], content: tuple[str, ...]) -> Keywords:
    """Both lists as they are configured; each is compiled once."""
    return Keywords(titles, content)


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Whole words, whatever their case; longer ones first, so that what is told is the whole of what was found."""
    wanted = sorted({word.strip() for word in words if word.strip()}, key=lambda word: (-len(word), word))
    if not wanted:
        return _NEVER
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, wanted))})(?!\w)", re.IGNORECASE)


def texts_of(content: Content) -> list[str]:
    """The raw texts of a page: bare ones, and the `content` of its blocks."""
    blocks = content if isinstance(content, list) else [content]
    found = [block.get("content") if isinstance(block, dict) else block for block in blocks]
    return [text for text in found if isinstance(text, str)]
