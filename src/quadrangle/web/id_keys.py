"""The browser's way to a user token of an application that signs with ID keys. Source: brightspace-eportfolio.md §2.2.

Whatever is wrong with what an application asks for is answered in its own words, `Invalid token`, and nobody is led anywhere.
"""

from typing import Final
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from quadrangle.db.uow import reading, writing
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply, redirect
from quadrangle.http.routing import Routes
from quadrangle.http.templates import render
from quadrangle.kernel.errors import Unauthenticated
from quadrangle.kernel.ids import Ref
from quadrangle.kernel.params import Absent, Params, text
from quadrangle.people import Actor, find_user
from quadrangle.tokens import IdApp, find_asking_app, give_key_pair, with_query
from quadrangle.wire.brightspace.errors import SignatureRefused, reply_for
from quadrangle.wire.canvas.sessions import LONGEST_RETURN, site_name

screens = Routes("web", "Brightspace: user tokens", any_case=True, refusals=("text/plain", "text/html"))

PATH: Final = "/d2l/auth/api/token"
CANCEL: Final = "/d2l/auth/api/cancel"


class KeyAsked(Params):
    """What an application asks of a user, through their browser."""

    x_a: str | None | Absent = text("Id of the application.")
    x_b: str | None | Absent = text("Signature of the target, as it is, with the application's key.")
    x_target: str | None | Absent = text("Where the user token goes: below the application's trusted URL.")
    x_state: str | None | Absent = text("Comes back as it was sent.")
    type: str | None | Absent = text("`mobile`, or nothing; the page is the same.", choices=("mobile",))


class Wish(msgspec.Struct, frozen=True):
    """A request for a user token that is in order. fields: what carries it through the pages."""

    app: IdApp
    target: str
    fields: dict[str, str]

    @property
    def address(self) -> str:
        return f"{PATH}?{urlencode(self.fields, quote_via=quote)}"


@screens.get(PATH, public=True, work="none")
async def ask_user(call: Call, asked: Asked[KeyAsked]) -> Reply:
    """Ask the user, who signs in first, to let an application act for them."""
    wish = await _wish(call, asked.read())
    if wish is None:
        return _refused(call)
    actor: Actor | None = call.actor
    if actor is None or actor.session is None:
        return redirect(f"/login?return_to={quote(wish.address, safe='')}")
    async with reading(call.app.database, call.app.clock) as uow:
        user = await find_user(uow, Ref("id", str(actor.user_id)))
    return render(
        "consent.html",
        site=await site_name(call),
        app=wish.app.name,
        user=user.name if user is not None else "",
        purpose=None,
        scopes=[],
        only_who=False,
        destination=urlsplit(wish.target).netloc,
        csrf=actor.session.csrf_token,
        action=PATH,
        fields=list(wish.fields.items()),
        deny=CANCEL,
    )


@screens.post(PATH, work="none")
async def give_key(call: Call, asked: Asked[KeyAsked]) -> Reply:
    """The user lets the application: back to it with a user token."""
    actor: Actor = call.user()
    if actor.session is None:
        raise Unauthenticated
    wish = await _wish(call, asked.read())
    if wish is None:
        return _refused(call)
    life = call.app.settings.brightspace_key_life
    async with writing(call.app.database, call.app.clock) as uow:
        token_id, key = await give_key_pair(uow, call.app.digest, wish.app, user_id=actor.user_id, life=life)
    values = {"x_a": token_id, "x_b": key}
    if "x_state" in wish.fields:
        values["x_state"] = wish.fields["x_state"]
    back = redirect(with_query(wish.target, values))
    return back.header("cache-control", "no-store").header("referrer-policy", "no-referrer")


@screens.get(CANCEL, public=True, work="none")
async def cancel(call: Call) -> Reply:
    """The user does not let the application: whoever asked learns nothing."""
    return render(
        "error.html",
        403,
        site=await site_name(call),
        heading="Nothing was allowed",
        next_step="The application was told nothing and cannot act for you. You can close this page.",
        report=None,
        sign_in=None,
        signed_in=call.actor is not None,
        kept=[],
        long=[],
    )


async def _wish(call: Call, params: KeyAsked) -> Wish | None:
    """None: what is asked for is not in order, or too long to come back to after signing in."""
    sent = {name: getattr(params, name) for name in KeyAsked.fields}
    fields = {name: value for name, value in sent.items() if isinstance(value, str) and value}
    app_id, proof, target = (fields.get(name, "") for name in ("x_a", "x_b", "x_target"))
    async with reading(call.app.database, call.app.clock) as uow:
        app = await find_asking_app(uow, call.app.digest, app_id=app_id, target=target, proof=proof)
    if app is None:
        return None
    wish = Wish(app, target, fields)
    return wish if len(wish.address) <= LONGEST_RETURN else None


def _refused(call: Call) -> Reply:
    reply = reply_for(SignatureRefused(), call.raw_path)
    return reply.header("cache-control", "no-store").header("x-content-type-options", "nosniff")
