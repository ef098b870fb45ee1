"""The decisions of a page change, without I/O: states, schedules, front page, refused fields, titles of copies."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec

from quadrangle.kernel.errors import FieldError, Invalid
from quadrangle.kernel.html import LONGEST, too_deep
from quadrangle.kernel.params import ABSENT
from quadrangle.kernel.slug import slugify
from quadrangle.pages.access import split_roles, unknown_roles
from quadrangle.pages.model import ACTIVE, LONGEST_TITLE, UNPUBLISHED, FieldsRefused, Page, PageChange, wrong

FRONT_STAYS: Final = "The front page cannot be unpublished"


class State(msgspec.Struct, frozen=True):
    """Whether a page is published, and when it will be."""

    workflow_state: str
    publish_at: datetime | None
    publishes_at: datetime | None


def first_state(change: PageChange, *, initial: str, scheduling: bool, now: datetime) -> State:
    """The state of a new page (pages.md §4.3 and §7). initial: what it is when nobody says otherwise."""
    state = initial if change.published is ABSENT else ACTIVE if change.published else UNPUBLISHED
    moment = None if change.publish_at is ABSENT else change.publish_at
    if moment is None or not scheduling:
        return State(state, moment, None)
    return State(UNPUBLISHED, moment, moment) if moment > now else State(ACTIVE, moment, None)


def next_state(page: Page, change: PageChange, *, scheduling: bool, now: datetime) -> State:
    """The state of an existing page after a change (pages.md §7)."""
    active = page.active(now)
    state = ACTIVE if active else UNPUBLISHED
    pending = None if active else page.publishes_at
    if change.published is not ABSENT and change.published is not active:
        return State(ACTIVE if change.published else UNPUBLISHED, None, None)
    if change.publish_at is ABSENT or change.publish_at == page.publish_at:
        return State(state, page.publish_at, pending)
    moment = change.publish_at
    if not scheduling:
        return State(state, moment, pending)
    if moment is None:
        return State(UNPUBLISHED, None, None)
    return State(UNPUBLISHED, moment, moment) if moment > now else State(ACTIVE, moment, None)


def state_again(publish_at: datetime | None, *, published: bool, scheduling: bool, now: datetime) -> State:
    """The state of a page that was deleted and is taken back."""
    if published:
        return State(ACTIVE, publish_at, None)
    waits = scheduling and publish_at is not None and publish_at > now
    return State(UNPUBLISHED, publish_at, publish_at if waits else None)


def check_roles(change: PageChange) -> None:
    if isinstance(change.editing_roles, str) and unknown_roles(change.editing_roles):
        raise Invalid(wrong("editing_roles", "The provided editing roles are invalid"))


def check_fields(
    change: PageChange, *, active: bool, roles: str, is_front: bool, title: str | None, may_retitle: bool
) -> None:
    """Refuse the fields that a caller without full update may not change. title: of an existing page, else None."""
    refused: list[FieldError] = []

    def refuse(field: str, what: str) -> None:
        refused.append(wrong(field, f"You are not allowed to {what}"))

    if change.published is not ABSENT and change.published is not active:
        refuse("published", "update the published state of this wiki page")
    sent = change.editing_roles
    if sent is not ABSENT and split_roles(sent or "") != split_roles(roles):
        refuse("editing_roles", "update the editing roles of this wiki page")
    if title is not None and change.title is not ABSENT and not may_retitle and change.title != title:
        refuse("title", "update the title of this wiki page")
    if change.front_page is not ABSENT and change.front_page is not is_front:
        refuse("front_page", "change the wiki front page")
    if refused:
        raise FieldsRefused(*refused)


def check_front_page(change: PageChange, state: State, *, is_front: bool) -> None:
    """The front page is published, and stays so (pages.md §6)."""
    active = state.workflow_state == ACTIVE
    if active:
        return
    wants = change.front_page is True
    if is_front:
        if change.front_page is False and change.published is False:
            raise Invalid(wrong("published", "cannot unpublish front page"))
        errors = [wrong("published", FRONT_STAYS)]
        raise Invalid(*([wrong("front_page", FRONT_STAYS)] if wants else []), *errors)
    if wants:
        errors = [wrong("published", FRONT_STAYS)] if change.published is False else []
        raise Invalid(wrong("front_page", FRONT_STAYS), *errors)


def check_title(title: object) -> None:
    if not isinstance(title, str) or not title.strip():
        raise Invalid(wrong("title", "Title can't be blank"))
    if len(title) > LONGEST_TITLE:
        raise Invalid(wrong("title", f"Title can't exceed {LONGEST_TITLE} characters"))
    if not slugify(title):
        raise Invalid(wrong("title", "Title must contain at least one letter or number"))


def check_body(body: object) -> None:
    if not isinstance(body, str):
        return
    if len(body) > LONGEST:
        raise Invalid(FieldError("body", f"is too long (maximum is {LONGEST} characters)", "too_long"))
    if too_deep(body):
        raise Invalid(wrong("body", "is nested too deeply"))


def free_slug(wanted: str, held: Iterable[str]) -> str:
    """`wanted`, or the first of `wanted-2`, `wanted-3`, … that nobody holds (pages.md §2.2)."""
    taken = set(held)
    if wanted not in taken:
        return wanted
    number = 2
    while f"{wanted}-{number}" in taken:
        number += 1
    return f"{wanted}-{number}"


def free_title(wanted: str, held: Iterable[str]) -> str:
    """The title under which a page can be kept when old slugs do not count and `wanted` is taken (pages.md §2.3, off)."""
    taken = set(held)
    if slugify(wanted) not in taken:
        return wanted
    if re.search(r"-\d+\Z", wanted):
        raise Invalid(wrong("title", "A page with this title already exists. Please choose a different title."))
    number = 2
    while True:
        suffix = f"-{number}"
        title = wanted[: LONGEST_TITLE - len(suffix)] + suffix
        if slugify(title) not in taken:
            return title
        number += 1


_COPY: Final = re.compile(r"copy(?:-(\d+))?\Z")
_NUMBER: Final = re.compile(r"[\s-]*\d+\Z")
_LONGEST_COPIED: Final = LONGEST_TITLE - len(" Copy")


def normal_title(title: str) -> str:
    return title.lower().replace(" ", "-")


def copy_stem(title: str) -> str:
    """What every title that `copy_title` may have to avoid has in it, but for hyphens in place of blanks."""
    return _NUMBER.sub("", title) if _COPY.search(normal_title(title)) else title[:_LONGEST_COPIED]


def copy_title(title: str, held: Iterable[str]) -> str:
    """The title of a duplicate (pages.md §4.7). held: titles of the wiki's live pages."""
    taken = {normal_title(one) for one in held}
    found = _COPY.search(normal_title(title))
    candidate = title if found else f"{title[:_LONGEST_COPIED]} Copy"
    number = int(found[1]) + 1 if found and found[1] else 2
    if normal_title(candidate) not in taken:
        return candidate
    base = _NUMBER.sub("", candidate) if found and found[1] else candidate
    while normal_title(f"{base} {number}") in taken:
        number += 1
    suffix = f" {number}"
    return base[: LONGEST_TITLE - len(suffix)] + suffix
