"""Who is asking. Source: brightspace-eportfolio.md §1.4, §2.2."""

import msgspec

from quadrangle.http.call import Call
from quadrangle.http.reply import Reply
from quadrangle.kernel.errors import Forbidden, NotFound
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


@routes.get("/d2l/auth/api/cancel", public=True, work="none")
async def refuse_key(call: Call) -> Reply:
    """What a program sees of a user who let no application act for them."""
    raise Forbidden


def names_of(sortable_name: str) -> tuple[str, str]:
    """First and last name, from "Last, First"."""
    last, comma, first = sortable_name.partition(",")
    return (first.strip(), last.strip()) if comma else (sortable_name, "")


def who_json(person: Person) -> WhoAmI:
    first, last = names_of(person.sortable_name)
    return WhoAmI(
        identifier=str(person.id),
        first_name=first,
        last_name=last,
        unique_name=person.unique_id or "",
        profile_identifier=person.uuid,
        pronouns=person.pronouns,
    )
