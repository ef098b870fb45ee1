"""Users of the Canvas family. Source: supporting-resources.md §1."""

from msgspec import UNSET, Struct

from quadrangle.http.call import Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.clock import zulu
from quadrangle.people import User
from quadrangle.wire.canvas.ids import user_for
from quadrangle.wire.canvas.shapes import Maybe, Time

routes = Routes("canvas", "Users")


class UserJson(Struct, frozen=True):
    """A user; the keys after `short_name` depend on who asks and where."""

    id: int
    name: str
    created_at: Time
    sortable_name: str
    short_name: str
    avatar_url: str | Maybe = UNSET
    pronouns: str | Maybe = UNSET


def user_json(user: User) -> UserJson:
    return UserJson(
        id=user.id,
        name=user.name,
        created_at=zulu(user.created_at),
        sortable_name=user.sortable_name,
        short_name=user.short_name,
        pronouns=user.pronouns or UNSET,
    )


@routes.get("/api/v1/users/:id", gives=UserJson)
async def show_user(call: Call) -> Reply:
    """Show a user."""
    return Reply(200, user_json(await user_for(call, call.path["id"])))
