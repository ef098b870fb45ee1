"""`/`: what is new for whoever is signed in; for everybody else what this is, and where to sign in. Source: web.md W2."""

from typing import Final

import msgspec

from quadrangle import announcements, calendars, pages, portfolios
from quadrangle.accounts import ROOT_ID
from quadrangle.announcements import Announcement
from quadrangle.calendars import Event
from quadrangle.http.call import Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.errors import Forbidden
from quadrangle.kernel.ids import Ref
from quadrangle.kernel.words import _
from quadrangle.pages import NewsOfPage, Wiki
from quadrangle.settings import data_folder
from quadrangle.web.courses import MyCourse, my_courses
from quadrangle.web.flash import done
from quadrangle.web.prose import prose
from quadrangle.web.shell import POLICY, READING, show
from quadrangle.wire.canvas.ids import number_for
from quadrangle.wire.canvas.sessions import sign_in_token, with_sign_in_token
from quadrangle.wire.spam_words import keywords_of

screens = Routes("web", "Home")

_SHOWN = 6  # courses, portfolios, changed pages, events
_AHEAD = 30  # days
HUES: Final = {"warning": "warn", "error": "bad", "information": "", "question": "", "calendar": ""}


@screens.get("/", public=True)
async def home(call: Call) -> Reply:
    """Where one begins."""
    if call.actor is None:
        return await _front_page(call)
    user_id: int = call.actor.user_id
    told = await _announcements(call, user_id)
    mine = [one for one in await my_courses(call) if one.open]
    changed = await _changed(call, mine)
    return await show(
        call,
        "home.html",
        here="home",
        policy=READING if told else POLICY,
        told=[(one, prose(one.message), HUES.get(one.icon, "")) for one in told],
        shelf=await _shelf(call, user_id),
        courses=mine[:_SHOWN],
        more_courses=len(mine) > _SHOWN,
        changed=[(one, next(course.name for course in mine if course.id == one.context_id)) for one in changed],
        events=await _events(call, user_id, mine),
    )


async def _announcements(call: Call, user_id: int) -> list[Announcement]:
    hosted = call.app.settings.reference == "hosted"
    reader = await announcements.reader_at(call.uow, Ref("id", str(ROOT_ID)), user_id, hosted=hosted)
    return [] if reader is None else await announcements.current(call.uow, reader)


async def _shelf(call: Call, user_id: int) -> portfolios.Shelf | None:
    """None: there are no portfolios for them."""
    try:
        return await portfolios.shelf_of(call.uow, user_id, keywords_of(call))
    except Forbidden:
        return None


async def _changed(call: Call, mine: list[MyCourse]) -> list[NewsOfPage]:
    wikis = [Wiki(one.standing, one.standing.course.root_settings, call.now) for one in mine]
    readable = [pages.allow(wiki, pages.LIST) for wiki in wikis if pages.may(wiki, pages.LIST) and not wiki.tab_hidden]
    return await pages.changed_lately(call.uow, readable, limit=_SHOWN)


async def _events(call: Call, user_id: int, mine: list[MyCourse]) -> list[Event]:
    standings = [one.standing for one in mine]
    return await calendars.coming_up(call.uow, user_id, standings, days=_AHEAD, limit=_SHOWN)


@screens.post("/announcements/:id/dismiss")
async def dismiss(call: Call) -> Reply:
    """Close an announcement for oneself."""
    user_id: int = call.user().user_id
    announcement = await announcements.find_announcement(call.uow, number_for(call.path["id"]), user_id)
    await announcements.dismiss(call.uow, announcement, user_id)
    return done(call, "/", _("You will not see that again."))


# --- before somebody has signed in


class DemoLogin(msgspec.Struct):
    """One person of the demo campus."""

    name: str
    login: str
    password: str
    role: str

    @property
    def kind(self) -> str:
        """`student`, without the courses that follow."""
        return self.role.partition(" of ")[0]


class _Summary(msgspec.Struct):
    logins: list[DemoLogin]


class _Demo(msgspec.Struct):
    """What `quad demo` keeps beside the data."""

    database_url: str
    summary: _Summary


async def _front_page(call: Call) -> Reply:
    token = sign_in_token(call)
    return with_sign_in_token(await show(call, "front.html", csrf=token, logins=_demo_logins(call)), call, token)


def _demo_logins(call: Call) -> list[DemoLogin]:
    """One login of every kind, on a server that is there to try."""
    settings = call.app.settings
    if not settings.demo:
        return []
    try:
        kept = msgspec.json.decode((data_folder(settings) / "demo.json").read_bytes(), type=_Demo)
    except (OSError, msgspec.MsgspecError):
        return []
    if kept.database_url != settings.database_url:
        return []
    kinds: dict[str, DemoLogin] = {}
    for one in kept.summary.logins:
        if one.kind.islower() and ";" not in one.role:
            kinds.setdefault(one.kind, one)
    return list(kinds.values())
