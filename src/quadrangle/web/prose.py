"""HTML that people wrote, as it stands on a screen: it was sanitised when it was stored."""

import re
from typing import Final

import msgspec
from markupsafe import Markup

# Colours that an author chose were chosen for white paper.
_COLOURED: Final = re.compile(
    r"""\sstyle="(?:[^"]*[;\s])?(?:background|background-color|color)\s*:|<font[^>]*\scolor=""", re.IGNORECASE
)
# What may be wider than a telephone and must not be squeezed.
_WIDE: Final = re.compile(r"<(?:table|pre|mtable)[\s>]", re.IGNORECASE)


class Prose(msgspec.Struct, frozen=True):
    """coloured: it needs white paper under it. wide: it may have to be scrolled."""

    html: Markup
    coloured: bool
    wide: bool


def prose(html: str | None) -> Prose:
    """html: sanitised."""
    text = html or ""
    return Prose(Markup(text), is_coloured(text), is_wide(text))


def is_coloured(html: str) -> bool:
    return _COLOURED.search(html) is not None


def is_wide(html: str) -> bool:
    return _WIDE.search(html) is not None
