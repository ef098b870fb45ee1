"""The screen of one collected thing, where its `ViewLink` in the Brightspace family leads. Source: brightspace-eportfolio.md §6.2."""

from quadrangle import artifacts
from quadrangle.artifacts import COLLECTIONS, Item
from quadrangle.http.call import Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.errors import NotFound, Unauthenticated
from quadrangle.kernel.ids import parse_number
from quadrangle.kernel.words import _
from quadrangle.web.prose import prose
from quadrangle.web.shell import READING, show
from quadrangle.wire.spam_words import keywords_of

screens = Routes("web", "Artifact screens")


def _kind(item: Item) -> str:
    if item.eportfolio_id is not None:
        return _("Presentation")
    return {
        1: _("Collection"),
        2: _("Reflection"),
        3: _("Artifact"),
        6: _("Learning objective"),
    }[item.type // 100]


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
    return await show(
        call,
        "artifact.html",
        here="portfolios",
        policy=READING,
        kind=_kind(item),
        name=item.name,
        description=prose(item.description),
        url=item.more.url,
        file=None if item.file_name is None else (f"/files/{item.file_id}/download", item.file_name),
        portfolio=None if item.eportfolio_id is None else f"/eportfolios/{item.eportfolio_id}",
        fields=item.more.form.fields if item.more.form is not None else [],
        tags=[tag.text for tag in item.tags_for(standing.viewer_id)],
        members=[(view_path(member), member.name) for member in members],
    )


def view_path(item: Item) -> str:
    return f"/artifacts/{item.id}" if item.eportfolio_id is None else f"/eportfolios/{item.eportfolio_id}"
