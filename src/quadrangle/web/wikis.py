"""What the screens of pages share: a route below a course and below a group, and where things stand there."""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec

from quadrangle import pages
from quadrangle.http.call import Call
from quadrangle.http.reply import Reply, redirect
from quadrangle.http.routing import Handler, Routes
from quadrangle.kernel.words import _
from quadrangle.pages import Page, PageSummary, Wiki
from quadrangle.web.courses import code_of, name_of
from quadrangle.wire.canvas.pages import wiki_for

CONTEXTS: Final = ("courses/:course_id", "groups/:group_id")
_LONGEST_CALLED: Final = 80  # characters of a title in a sentence


def both(screens: Routes, method: str, rest: str, **options: Any) -> Callable[[Handler], Handler]:
    """The same screen below a course and below a group."""

    def register(handler: Handler) -> Handler:
        for context in CONTEXTS:
            screens.add(method, f"/{context}/{rest}", **options)(handler)
        return handler

    return register


class Context(msgspec.Struct, frozen=True):
    """A course or group as the screens of its pages show it. code: a second name of it. home, pages: paths."""

    wiki: Wiki
    name: str
    code: str | None
    home: str

    @property
    def pages(self) -> str:
        return f"{self.home}/pages"

    @property
    def sees_list(self) -> bool:
        return not self.wiki.tab_hidden

    @property
    def start(self) -> str:
        """Where one goes when a page is done with."""
        return self.pages if self.sees_list else self.home

    @property
    def new(self) -> str:
        """Where a page is begun: no title gives a page this address."""
        return f"{self.home}/new_page"

    def page(self, page: PageSummary | str) -> str:
        """Where a page, or one of this address, is read."""
        return f"{self.pages}/{quote(page if isinstance(page, str) else page.url, safe='')}"

    def lasting(self, page: PageSummary) -> str:
        """The same whatever becomes of its title, and of it."""
        return f"{self.pages}/page_id:{page.id}"

    def template(self, rest: str) -> str:
        """The template of a route here, which says what form was sent."""
        return f"/{CONTEXTS[0 if self.wiki.in_course else 1]}/{rest}"

    def roles(self, stored: str | None) -> str:
        """Who may edit a page, in words."""
        roles = frozenset((self.wiki.default_roles if stored is None else stored).replace(" ", "").split(","))
        members = _("everybody in the course") if self.wiki.in_course else _("members of the group")
        named = [
            words
            for role, words in (
                ("teachers", _("teachers")),
                ("students", _("students")),
                ("members", members),
                ("public", _("everybody who can read it")),
            )
            if role in roles
        ]
        text = _(" and ").join([", ".join(named[:-1]), named[-1]]) if len(named) > 1 else "".join(named)
        return (text or _("teachers"))[:1].upper() + (text or _("teachers"))[1:]


async def context_for(call: Call) -> Context:
    """The course or group in the path, for whoever may read it. One statement."""
    wiki = await wiki_for(call)
    pages.allow(wiki, pages.LIST)
    home = f"/courses/{wiki.context_id}" if wiki.in_course else f"/groups/{wiki.context_id}"
    return Context(wiki, name_of(wiki), code_of(wiki), home)


async def page_for(call: Call, context: Context) -> Page:
    return await pages.page_named(call.uow, context.wiki, call.path["url_or_id"])


def moved(call: Call, context: Context, page: PageSummary, rest: str = "") -> Reply | None:
    """Where a page is that was asked for under an earlier address, or another name of it."""
    if call.path["url_or_id"] == page.url or page.deleted:
        return None
    query = urlencode([(name, value or "") for name, value in call.query])
    to = context.page(page) + rest + (f"?{query}" if query else "")
    return redirect(to).header("cache-control", "no-store")


def called(page: PageSummary) -> str:
    """Its title, as far as it fits a sentence."""
    title = page.title
    return title if len(title) <= _LONGEST_CALLED else f"{title[: _LONGEST_CALLED - 1]}…"
