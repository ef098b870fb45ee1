"""One colour of its own for every campus, as a style sheet that is kept for ever: its address says all that is in it.

The colour is made darker on light ground, and lighter on dark, until words in it can be read (WCAG 2.2, 1.4.3).
"""

import re
from typing import Final

from quadrangle.http.call import Call
from quadrangle.http.reply import Reply, text
from quadrangle.http.routing import Routes
from quadrangle.http.static import FOREVER
from quadrangle.kernel.errors import NotFound

screens = Routes("web", "Styles")

Colour = tuple[int, int, int]
_HEX: Final = re.compile(r"[0-9a-f]{6}\Z")
_BLACK: Final[Colour] = (0, 0, 0)
_WHITE: Final[Colour] = (255, 255, 255)
# The grounds of quad.css on which the accent stands: --sunk, which is nearest to it in both schemes, and --raised.
_LIGHT: Final[Colour] = (242, 242, 238)
_LIGHT_RAISED: Final[Colour] = (255, 255, 255)
_DARK: Final[Colour] = (34, 39, 44)
_DARK_RAISED: Final[Colour] = (27, 31, 35)
READABLE: Final = 5.0  # to one; 4.5 is asked for, and the wash behind a badge takes some of it


def address(colour: str | None) -> str | None:
    """Where the style sheet of a colour such as `#1f5fa8` is."""
    return None if colour is None or not _HEX.match(colour.removeprefix("#")) else f"/accent/{colour[1:]}.css"


@screens.get("/accent/:name", public=True, work="none")
async def accent(call: Call) -> Reply:
    """The style sheet of a colour."""
    name = call.path["name"].removesuffix(".css")
    if not _HEX.match(name):
        raise NotFound
    reply = text(style(name), content_type="text/css; charset=utf-8")
    return reply.header("cache-control", FOREVER).header("x-content-type-options", "nosniff")


def style(name: str) -> str:
    """name: six hexadecimal digits."""
    chosen = (int(name[:2], 16), int(name[2:4], 16), int(name[4:], 16))
    light, dark = readable(chosen, _LIGHT, _BLACK), readable(chosen, _DARK, _WHITE)
    return (
        f":root {{ {_tokens(light, _BLACK, _LIGHT_RAISED, on=_WHITE)} }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ {_tokens(dark, _WHITE, _DARK_RAISED, on=(14, 18, 22))} }} }}\n"
    )


def _tokens(accent: Colour, stronger: Colour, ground: Colour, *, on: Colour) -> str:
    strong, wash = _mixed(accent, stronger, 0.25), _mixed(accent, ground, 0.9)
    return f"--accent: {_hex(accent)}; --accent-strong: {_hex(strong)}; --accent-wash: {_hex(wash)}; --on-accent: {_hex(on)};"


def readable(colour: Colour, ground: Colour, towards: Colour) -> Colour:
    """The colour, moved as little as need be."""
    for step in range(21):
        moved = _mixed(colour, towards, step / 20)
        if contrast(moved, ground) >= READABLE:
            return moved
    return towards


def _mixed(colour: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, other, strict=True))
    return red, green, blue


def contrast(one: Colour, other: Colour) -> float:
    """WCAG 2.2, "contrast ratio"."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (one / 255 for one in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
