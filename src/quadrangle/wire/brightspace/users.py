"""Who is asking. Source: brightspace-eportfolio.md §1.4."""

import msgspec

from quadrangle.http.call import Call
from quadrangle.http.reply import Reply
from quadrangle.kernel.errors import NotFound
from quadrangle.people import PERSON, Person
from quadrangle.wire.brightspace.routing import brightspace

routes = brightspace("users")


class WhoAmI(msgspec.Struct, frozen=True, rename="pascal"):
    """identifier: text here, although it is a number everywhere else in this API."""

    identifier: str
    first_name: str
    last_name: str
    unique_name: str
    profile_identifier: str
    pronouns: str | None


@routes.get("/d2l/api/lp/:version/users/whoami", gives=WhoAmI)
async def whoami(call: Call) -> Reply:
    """Who the caller is."""
    person = await call.uow.one(PERSON, id=call.user().user_id)
    if person is None:
        raise NotFound
    return Reply(200, who_json(person))


def who_json(person: Person) -> WhoAmI:
    last, comma, first = person.sortable_name.partition(",")
    return WhoAmI(
        identifier=str(person.id),
        first_name=first.strip() if comma else person.sortable_name,
        last_name=last.strip() if comma else "",
        unique_name=person.unique_id or "",
        profile_identifier=person.uuid,
        pronouns=person.pronouns,
    )
