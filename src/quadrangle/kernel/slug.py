"""Titles to slugs, by Canvas's rules. Source: pages.md §2.1."""

import re
from functools import lru_cache
from typing import Final

from anyascii import anyascii

_KATAKANA: Final = re.compile(
    "[\u30a1-\u30fa\u30fd-\u30ff\u31f0-\u31ff\u32d0-\u32fe\u3300-\u3357\uff66-\uff6f\uff71-\uff9d]"
)
_HAN: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
_TAG: Final = re.compile(r"<[a-zA-Z/!?][^<>]*>")
_QUOTES: Final = str.maketrans(
    {"‘": "'", "’": "'", "‚": "'", "‛": "'", "“": '"', "”": '"', "„": '"', "‟": '"', "…": "..."}
)
_MONEY: Final = tuple(
    (re.compile(rf"(?<!\S){re.escape(sign)}(\d+)(?!\S)"), rf" \1 {word} ")
    for sign, word in (("$", "dollars"), ("£", "pounds"), ("€", "euros"), ("¥", "yen"))
)
_DOTS: Final = re.compile(r"\.{3,}")
_DOT: Final = re.compile(r"(?<=[^\s.])\.(?=[^\s.])")
_WORDS: Final = str.maketrans(
    {
        "&": " and ",
        "@": " at ",
        "%": " percent ",
        "+": " plus ",
        "=": " equals ",
        "*": " star ",
        "#": " number ",
        "°": " degrees ",
        "÷": " divided by ",
        "/": " slash ",
        "\\": " slash ",
    }
)
_APOSTROPHE: Final = re.compile(r"'(?=\w)")
_TO_SPACE: Final = re.compile(r'[.,:;(){}\[\]?!^"_|<>]')
_NO_SLUG: Final = re.compile(r"[^a-z0-9\s-]")


@lru_cache(maxsize=8192)  # every page that is opened has its address compared with its slug
def slugify(title: str) -> str:
    """The slug of a title, "" when nothing of it can stand in an address. A slug is its own slug."""
    if _KATAKANA.search(title):
        return "-".join(_symbols(title).split())
    text = _TAG.sub("", title).translate(_QUOTES)
    text = _punctuation(_symbols(text))
    text = _punctuation(_symbols("".join(map(_in_ascii, text))))
    text = _NO_SLUG.sub("", text.lower())
    return re.sub(r"-+", "-", "-".join(text.split())).strip("-")


@lru_cache(maxsize=8192)
def _in_ascii(char: str) -> str:
    """One character as Unidecode's tables write it: ideographs are words, pictures are nothing, `3½` is not thirty-one halves."""
    if char.isascii():
        return char
    if char == "×":
        return "x"
    found = anyascii(char)
    if len(found) > 1 and found[0] == found[-1] == ":":
        return ""  # anyascii names emoji, `:tada:`
    if _HAN.match(char):
        return f"{found} "
    return f" {found}" if "/" in found and found[0].isdigit() else found


def _symbols(text: str) -> str:
    for pattern, words in _MONEY:
        text = pattern.sub(words, text)
    text = _DOTS.sub(" dot dot dot ", text)
    return _DOT.sub(" dot ", text).translate(_WORDS)


def _punctuation(text: str) -> str:
    return _TO_SPACE.sub(" ", _APOSTROPHE.sub("", text))


def title_from_slug(slug: str) -> str:
    """`nonexistent-url` as a title: `Nonexistent Url` (pages.md §4.5)."""
    return " ".join(word[0].upper() + word[1:] for word in re.split(r"[-_\s]+", slug) if word)
