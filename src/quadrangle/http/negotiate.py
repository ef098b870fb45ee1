"""What kind of answer somebody would rather have (RFC 9110 §12.5.1)."""

import re
from functools import lru_cache
from typing import Final

_QUALITY: Final = re.compile(r";\s*q\s*=\s*([0-9.]{1,5})", re.IGNORECASE)


def prefers_html(accept: bytes | None) -> bool:
    """Whether a page for people is wanted more than JSON, as by browsers; whoever says nothing, or takes anything, gets JSON."""
    return accept is not None and _prefers_html(accept)


@lru_cache(maxsize=256)
def _prefers_html(accept: bytes) -> bool:
    said = _qualities(accept.decode("latin-1"))
    return _quality(said, "text/html") > _quality(said, "application/json")


def _qualities(accept: str) -> dict[str, float]:
    said: dict[str, float] = {}
    for part in accept.split(","):
        name = part.partition(";")[0].strip().lower()
        quality = _QUALITY.search(part)
        try:
            said[name] = 1.0 if quality is None else float(quality[1])
        except ValueError:
            said[name] = 0.0
    return said


def _quality(said: dict[str, float], name: str) -> float:
    """What is said of the most specific range that the type is in."""
    ranges = (name, f"{name.partition('/')[0]}/*", "*/*")
    return next((said[one] for one in ranges if one in said), 0.0)
