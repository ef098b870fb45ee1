"""The links behind an account's Help button. Pure. Source: accounts.md §5.8."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from quadrangle.kernel.params import as_text, truthy

AUDIENCES: Final = ("user", "student", "teacher", "admin", "observer", "unenrolled")
DEFAULT_NAME: Final = "Help"
DEFAULT_ICON: Final = "help"


class HelpLink(msgspec.Struct, frozen=True):
    """One link. available_to: who is shown it, of AUDIENCES."""

    id: str
    text: str
    subtext: str | None
    url: str
    type: str
    available_to: tuple[str, ...]
    is_featured: bool = False
    is_new: bool = False
    feature_headline: str | None = None


DEFAULT_LINKS: Final = (
    HelpLink(
        "instructor_question",
        "Ask Your Instructor a Question",
        "Questions are submitted to your instructor",
        "#teacher_feedback",
        "default",
        ("student",),
    ),
    HelpLink(
        "search_the_canvas_guides",
        "Search the Canvas Guides",
        "Find answers to common questions",
        "https://community.canvaslms.com/t5/Canvas/ct-p/canvas",
        "default",
        AUDIENCES,
    ),
    HelpLink(
        "report_a_problem",
        "Report a Problem",
        "If Canvas misbehaves, tell us about it",
        "#create_ticket",
        "default",
        AUDIENCES,
    ),
)
_MOST: Final = 100


def effective_links(settings: Mapping[str, Any]) -> list[HelpLink]:
    """The account's own links, or the default ones; the featured one first."""
    stored = settings.get("custom_help_links")
    links = msgspec.convert(stored, list[HelpLink]) if stored else list(DEFAULT_LINKS)
    return sorted(links, key=lambda link: not link.is_featured)


def links_from(sent: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Links as they are stored. Raises ValueError, in words for people, for links that cannot be."""
    if len(sent) > _MOST:
        raise ValueError(f"has more than {_MOST} links")
    links = [_link_from(one, number) for number, one in enumerate(sent)]
    if sum(link.is_featured for link in links) > 1:
        raise ValueError("at most one featured link is allowed")
    if sum(link.is_new for link in links) > 1:
        raise ValueError("at most one new link is allowed")
    if any(link.is_featured and link.is_new for link in links):
        raise ValueError("a link cannot be featured and new")
    return [msgspec.to_builtins(link) for link in links]


def _link_from(sent: Mapping[str, Any], number: int) -> HelpLink:
    text, url = _text(sent, "text"), _text(sent, "url")
    if not text or not url:
        raise ValueError("every link needs a text and a url")
    if not url.lower().startswith(("http://", "https://", "mailto:", "tel:", "#", "/")):
        raise ValueError("a link's url must be a web address")
    wanted = sent.get("available_to")
    audiences = tuple(one for one in AUDIENCES if one in wanted) if isinstance(wanted, list) else AUDIENCES
    return HelpLink(
        id=_text(sent, "id") or f"link{number + 1}",
        text=text,
        subtext=_text(sent, "subtext"),
        url=url,
        type="default" if sent.get("type") == "default" else "custom",
        available_to=audiences,
        is_featured=truthy(sent.get("is_featured")),
        is_new=truthy(sent.get("is_new")),
        feature_headline=_text(sent, "feature_headline"),
    )


def _text(sent: Mapping[str, Any], name: str) -> str | None:
    value = sent.get(name)
    if isinstance(value, dict | list):
        raise ValueError(f"{name} is not a text")
    text = as_text(value)
    if text is not None and len(text) > 1000:
        raise ValueError(f"{name} is too long (maximum is 1000 characters)")
    return text.strip() if text else None
