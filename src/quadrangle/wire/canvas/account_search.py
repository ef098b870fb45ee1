"""Account domain lookups: where a campus is. Source: accounts.md §5.14."""

from urllib.parse import urlsplit

from msgspec import Struct

from quadrangle.accounts import ROOT_ID, DirectoryEntry, Lookup, look_up, reload
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.params import Absent, Params, text

routes = Routes("canvas", "Account domain lookups")


class DomainJson(Struct, frozen=True):
    """A campus that was found. distance: always null, as nobody's place is asked for."""

    name: str
    domain: str
    distance: float | None
    authentication_provider: str | None


class Search(Params):
    name: str | None | Absent = text("Part of the campus's name.")
    domain: str | None | Absent = text("Part of its domain.")
    search_term: str | None | Absent = text("Part of either.")
    latitude: str | None | Absent = text("Accepted.")
    longitude: str | None | Absent = text("Accepted.")


@routes.get("/api/v1/accounts/search", gives=list[DomainJson], public=True)
async def search_account_domains(call: Call, asked: Asked[Search]) -> Reply:
    """Find up to five campuses by name or domain."""
    wanted, settings = asked.read(), call.app.settings
    root = await reload(call.uow, ROOT_ID)
    here = DirectoryEntry(root.name, urlsplit(settings.base_url).netloc, "canvas")
    directory = [
        DirectoryEntry(one.name, one.domain, one.authentication_provider) for one in settings.account_directory
    ]
    lookup = Lookup(name=wanted.name or "", domain=wanted.domain or "", either=wanted.search_term or "")
    found = look_up([*directory, here], lookup)
    return Reply(200, [DomainJson(one.name, one.domain, None, one.authentication_provider) for one in found])
