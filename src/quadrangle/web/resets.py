"""A new password for somebody who has lost theirs: the address an administrator makes, and what it opens. Source: web.md "Signing in"."""

from typing import Any, Final

from quadrangle import tokens
from quadrangle.accounts import letterhead
from quadrangle.db.uow import reading
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply, page
from quadrangle.http.routing import Routes
from quadrangle.http.templates import rendered
from quadrangle.kernel.errors import Invalid, NotFound
from quadrangle.kernel.params import Absent, Params, text
from quadrangle.kernel.words import _
from quadrangle.people import LOGIN, LOGINS_OF, Login, hash_password, password_problems
from quadrangle.tokens import Reset
from quadrangle.web.forms import form_on
from quadrangle.web.settings.frame import ask_first
from quadrangle.web.shell import POLICY, guarded, show
from quadrangle.wire.canvas.ids import number_for
from quadrangle.wire.canvas.sessions import sign_in_token, with_sign_in_token
from quadrangle.wire.canvas.users import visible_person

screens = Routes("web", "Passwords")

_MAKE: Final = "/users/:id/reset_password"
_USE: Final = "/login/reset/:secret"
_MOST_LOGINS: Final = 20


class Wish(Params):
    login_id: str | None | Absent = text("Which of the person's logins.")


@screens.get(_MAKE)
async def ask_for_reset(call: Call) -> Reply:
    """Whether somebody is to choose a new password."""
    if (asks := ask_first(call, call.raw_path)) is not None:
        return asks
    person, _known = await visible_person(call, call.path["id"])
    found = await call.uow.all(LOGINS_OF.at("user_id"), owner=person.id, limit=_MOST_LOGINS, offset=0)
    local = [login for login in found if login.authentication_provider_id is None]
    for login in local[:1]:
        await tokens.allow_reset(call.uow, call.user().user_id, login)
    if not local:
        raise NotFound
    return await show(call, "resets/make.html", here="accounts", person=person, logins=local)


@screens.post(_MAKE)
async def make_reset(call: Call, asked: Asked[Wish]) -> Reply:
    """Make the address at which somebody chooses a new password, and show it once."""
    if (asks := ask_first(call, call.raw_path)) is not None:
        return asks
    person, _known = await visible_person(call, call.path["id"])
    login: Login | None = await call.uow.one(LOGIN, id=number_for(asked.read().login_id or ""))
    if login is None or login.user_id != person.id:
        raise NotFound
    user_id: int = call.user().user_id
    granted = await tokens.allow_reset(call.uow, user_id, login)
    secret = await tokens.issue_reset(call.uow, call.app.digest, granted, made_by=user_id)
    return await show(
        call,
        "resets/made.html",
        here="accounts",
        person=person,
        login=login,
        address=f"{call.base_url}/login/reset/{secret}",
        days=tokens.RESET_LIFE.days,
    )


# --- what the address opens


class Chosen(Params):
    password: str | None | Absent = text("The new password.")
    password_again: str | None | Absent = text("The same once more.")


async def _opened(call: Call) -> Reset:
    found = await tokens.find_reset(call.uow, call.app.digest, call.path["secret"])
    if found is None:
        raise NotFound
    return found


async def _alone(call: Call, template: str, **values: Any) -> Reply:
    """A page outside the frame, whose links would carry the secret address along."""
    head = await letterhead(call.uow, None)
    reply = guarded(page(rendered(template, site=head.campus, **values)), POLICY)
    return reply.header("x-robots-tag", "noindex")


@screens.get(_USE, public=True, secret_path=True)
async def choose_password(call: Call) -> Reply:
    """Choose a new password."""
    reset = await _opened(call)
    csrf = sign_in_token(call)
    form = form_on(call, _USE, password="", password_again="")
    reply = await _alone(call, "resets/choose.html", reset=reset, form=form, csrf=csrf, secret=call.path["secret"])
    return with_sign_in_token(reply, call, csrf)


async def _hash(call: Call) -> None:
    """Hash it before the transaction; not for whoever only guesses at addresses."""
    async with reading(call.app.database, call.app.clock) as uow:
        known = await tokens.find_reset(uow, call.app.digest, call.path["secret"])
    password = Chosen.read(call.tree, call.reading()).password or ""
    if known is not None and not password_problems(password):
        call.notes["password_digest"] = await hash_password(password)


@screens.post(_USE, public=True, secret_path=True, again=choose_password, prepare=_hash)
async def set_password(call: Call, asked: Asked[Chosen]) -> Reply:
    """Set the new password."""
    reset, sent = await _opened(call), asked.read()
    tokens.check_reset(reset, sent.password or "", sent.password_again or "")
    digest: str | None = call.notes.get("password_digest")
    if digest is None:
        raise Invalid.field(
            "password", _("Please type it again.")
        )  # the address was made while the form was on its way
    await tokens.use_reset(call.uow, reset, new_digest=digest)
    return await _alone(call, "resets/chosen.html", reset=reset)
