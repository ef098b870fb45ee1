"""The screen of one collected thing, where its `ViewLink` in the Brightspace family leads. Source: brightspace-eportfolio.md §6.2."""

from typing import Final

from markupsafe import Markup

from quadrangle import artifacts
from quadrangle.artifacts import COLLECTIONS, Item
from quadrangle.http.call import Call
from quadrangle.http.reply import Reply, page
from quadrangle.http.routing import Routes
from quadrangle.http.templates import rendered
from quadrangle.kernel.errors import NotFound, Unauthenticated
from quadrangle.kernel.ids import parse_number
from quadrangle.wire.spam_words import keywords_of

screens = Routes("web", "Artifact screens")

# No script, whatever somebody wrote; styles in their HTML are those that the sanitiser let pass.
POLICY: Final = (
    "default-src 'self'; script-src 'none'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data: http: https:; "
    "media-src 'self' http: https:; frame-src 'self' https:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_KINDS: Final = {
    1: "Collection",
    2: "Reflection",
    3: "Artifact",
    6: "Learning objective",
}


@screens.get("/artifacts/:id", public=True)
async def show_artifact(call: Call) -> Reply:
    """One thing that its owner has collected."""
    number = parse_number(call.path["id"])
    if call.actor is None:
        raise Unauthenticated
    if number is None:
        raise NotFound
    own = await artifacts.standing_of(call.uow, call.actor.user_id, keywords_of(call))
    standing = await artifacts.standing_before(call.uow, own, number, keywords_of(call))
    granted = artifacts.allow(standing, artifacts.VIEW)
    item = standing.item_there
    members = await artifacts.member_items(call.uow, granted) if item.type in COLLECTIONS else []
    reply = page(
        rendered(
            "artifact.html",
            site="Quadrangle",
            kind="Presentation" if item.eportfolio_id is not None else _KINDS[item.type // 100],
            name=item.name,
            description=Markup(item.description),  # sanitised when it was stored
            url=item.more.url,
            file=None if item.file_name is None else (f"/files/{item.file_id}/download", item.file_name),
            portfolio=None if item.eportfolio_id is None else f"/eportfolios/{item.eportfolio_id}",
            fields=item.more.form.fields if item.more.form is not None else [],
            tags=[tag.text for tag in item.tags_for(standing.viewer_id)],
            members=[(view_path(member), member.name) for member in members],
        )
    )
    reply.header("content-security-policy", POLICY).header("x-content-type-options", "nosniff")
    return reply.header("referrer-policy", "same-origin").header("cache-control", "private, no-store")


def view_path(item: Item) -> str:
    return f"/artifacts/{item.id}" if item.eportfolio_id is None else f"/eportfolios/{item.eportfolio_id}"
