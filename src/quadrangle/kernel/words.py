"""Words for people go through a catalogue: `_("Sign in")` is that text in the language of whoever reads it, English where there is none."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from gettext import NullTranslations

_catalogue: ContextVar[NullTranslations] = ContextVar("_catalogue", default=NullTranslations())  # noqa: B039 never changed


def _(text: str) -> str:
    return _catalogue.get().gettext(text)


def counted(one: str, many: str, number: int) -> str:
    """`one` or `many`, as the language counts; either may hold `%(num)s`."""
    return _catalogue.get().ngettext(one, many, number)


@contextmanager
def speaking(catalogue: NullTranslations) -> Iterator[None]:
    """Within the block, in this task only, texts come from that catalogue."""
    token = _catalogue.set(catalogue)
    try:
        yield
    finally:
        _catalogue.reset(token)
