"""`/profile/settings/apps`: the applications that may act for one, by token or by ID key. Source: web.md W19."""

from quadrangle.http.call import Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.access import Granted, authorise
from quadrangle.kernel.words import _
from quadrangle.people import Actor
from quadrangle.tokens import (
    ACTIVE,
    DELETE,
    LIST,
    RULES,
    TokenStanding,
    apps_of,
    end_app_of,
    end_key_of_user,
    keys_of_user,
    standing_before,
)
from quadrangle.web.flash import done
from quadrangle.web.settings.frame import APPS, ask_first, show_tab
from quadrangle.wire.canvas.ids import number_for

screens = Routes("web", "Settings")


async def _granted(call: Call, right: str) -> Granted[TokenStanding]:
    actor: Actor = call.user()
    standing = await standing_before(call.uow, actor, actor.user_id, right)
    return authorise(RULES, right, standing, standing)


@screens.get(APPS)
async def list_apps(call: Call) -> Reply:
    """The applications that may act for one."""
    if (asks := ask_first(call, APPS)) is not None:
        return asks
    by = await _granted(call, LIST)
    return await show_tab(
        call,
        "apps.html",
        APPS,
        apps=await apps_of(call.uow, by),
        keys=[(key, key.app_state == ACTIVE) for key in await keys_of_user(call.uow, by)],
    )


@screens.post(f"{APPS}/:id/end")
async def end_app(call: Call) -> Reply:
    """Let an application act for one no longer."""
    if (asks := ask_first(call, APPS)) is not None:
        return asks
    await end_app_of(call.uow, await _granted(call, DELETE), number_for(call.path["id"]))
    return done(call, APPS, _("It may act for you no longer."))


@screens.post(f"{APPS}/keys/:token_id/end")
async def end_key(call: Call) -> Reply:
    """End one's ID key for an application."""
    if (asks := ask_first(call, APPS)) is not None:
        return asks
    await end_key_of_user(call.uow, await _granted(call, DELETE), call.path["token_id"])
    return done(call, APPS, _("The key works no longer."))
