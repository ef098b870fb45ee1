"""`/profile/settings`: name, language, time zone. Source: web.md W19."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from quadrangle.courses import Acquaintance, acquaintance
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.errors import Invalid
from quadrangle.kernel.words import _
from quadrangle.people import Person
from quadrangle.web.flash import done
from quadrangle.web.forms import form_on
from quadrangle.web.settings.frame import HOME, show_tab
from quadrangle.wire.canvas.users import UserEdit, may_rename, person_for, revise

screens = Routes("web", "Settings")

_AREAS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@cache
def zones() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The time zones of the world, by continent or ocean."""
    every = sorted(available_timezones())
    return tuple((area, tuple(one for one in every if one.startswith(f"{area}/"))) for area in _AREAS)


def _languages(chosen: str | None) -> list[tuple[str, str]]:
    """Those there are words in, and the one that was chosen."""
    known = {"": _("As your campus has it"), "en": "English"}
    return list(known.items() if not chosen or chosen in known else {**known, chosen: chosen}.items())


async def _oneself(call: Call) -> tuple[Person, Acquaintance]:
    user_id: int = call.user().user_id
    return await person_for(call, str(user_id)), await acquaintance(call.uow, user_id, user_id)


@screens.get(HOME)
async def show_profile(call: Call) -> Reply:
    """About you."""
    person, known = await _oneself(call)
    zone = person.time_zone or ""
    fields: dict[str, Any] = {
        "name": person.name,
        "short_name": person.short_name,
        "pronouns": person.pronouns or "",
        "locale": person.locale or "",
        "time_zone": zone,
    }
    return await show_tab(
        call,
        "profile.html",
        HOME,
        person=person,
        may_rename=await may_rename(call, known),
        languages=_languages(person.locale),
        zones=zones(),
        further_zone=zone if zone and not any(zone in several for _area, several in zones()) else None,
        campus_zone=call.notes["account_zone"] or "UTC",
        form=form_on(call, HOME, group="user", **fields),
    )


@screens.post(HOME, again=show_profile)
async def change_profile(call: Call, asked: Asked[UserEdit]) -> Reply:
    """Change what is said about you."""
    person, known = await _oneself(call)
    edit = asked.read()
    for name in ("name", "short_name"):
        if name in edit.sent and not (getattr(edit, name) or "").strip():
            raise Invalid.field(name, "can't be blank", "blank")  # which the API would pass over in silence
    await revise(call, person, known, asked)
    return done(call, HOME, _("Your changes were saved."))
