"""ePortfolio objects of every type: lists, content, comments, tags. Source: brightspace-eportfolio.md §6.4."""

from collections.abc import Awaitable, Callable, Collection
from typing import Any, Final

import msgspec

from quadrangle import artifacts
from quadrangle.artifacts import (
    ALL_OF_THEM,
    MINE,
    ON_OBJECTIVE,
    ON_REFLECTION,
    OTHERS,
    WITH_FILE,
    Comment,
    ItemChange,
    Standing,
    Tag,
)
from quadrangle.db import UnitOfWork
from quadrangle.files import AVAILABLE, File, find_file
from quadrangle.http.body import tree_from_body
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.access import Granted
from quadrangle.kernel.errors import Malformed, NotFound
from quadrangle.kernel.params import Absent, Params, text
from quadrangle.wire.brightspace.asking import (
    EP,
    Along,
    Listing,
    Page,
    Several,
    WithComments,
    granted_along,
    granted_at,
    number_at,
    own_eportfolio,
)
from quadrangle.wire.brightspace.bodies import json_body
from quadrangle.wire.brightspace.routing import brightspace
from quadrangle.wire.brightspace.shapes import (
    EpComment,
    EpCommentPage,
    EpObject,
    EpObjectPage,
    EpTag,
    PagingInfo,
    comment_json,
    object_json,
    paging,
    tags_from,
    tags_json,
)
from quadrangle.wire.handing_over import hand_over
from quadrangle.wire.spam_words import keywords_of

routes = brightspace("ePortfolio objects")

_TAGS: Final = list[EpTag]
_TAGS_BY_ID: Final = dict[str, list[EpTag]]
_MOST_COMPLETED: Final = 20  # tags
_OWNERSHIP: Final = {"1": ALL_OF_THEM, "2": MINE, "3": OTHERS}
_KINDS: Final = {"": [ON_REFLECTION, ON_OBJECTIVE], "1": [ON_REFLECTION], "2": [ON_OBJECTIVE]}


class WhichAssociations(Params):
    """Which kind of associations is asked for."""

    type: str | None | Absent = text("1: reflections on it; 2: learning objectives of it; both when absent.")

    @property
    def kinds(self) -> list[int]:
        found = _KINDS.get(self.type or "")
        if found is None:
            raise Malformed("The type of an association is 1 or 2.")
        return found


class CommentForm(msgspec.Struct, frozen=True, rename="pascal"):
    """What is said, as HTML."""

    body: str


class TagBeginning(msgspec.Struct, frozen=True, rename="pascal"):
    """With what a tag begins."""

    text: str


def nothing() -> Reply:
    """200 and no body."""
    return Reply(200, b"", content_type=b"text/plain; charset=utf-8")


# --- looking


@routes.get(f"{EP}/objects/my", gives=EpObjectPage)
async def list_own_objects(call: Call, asked: Asked[Listing]) -> Reply:
    """The objects of the caller, by id."""
    own = await own_eportfolio(call)
    wanted = asked.read()
    wanted.check()
    after, size = wanted.after, wanted.size
    items = await artifacts.items_of(call.uow, own, after=after, limit=size + 1)
    shown = items[:size]
    said = await artifacts.comments_among(call.uow, [item.id for item in shown]) if wanted.comments else {}
    rows = [object_json(artifacts.before_own(own.subject, item), said.get(item.id)) for item in shown]
    return Reply(200, EpObjectPage(paging([item.id for item in items], size), rows))


@routes.get(f"{EP}/object/:objectId", gives=EpObject)
async def show_object(call: Call, asked: Asked[WithComments]) -> Reply:
    """What all objects have in common, of one of any type."""
    return Reply(200, object_json(*await shown(call, asked.read())))


@routes.get(f"{EP}/object", gives=EpObject)
async def show_object_along(call: Call, way: Asked[Along], asked: Asked[WithComments]) -> Reply:
    """The same of an object that a context chain leads to."""
    own = await own_eportfolio(call)
    granted = await granted_along(call, own, way.read().ids, artifacts.VIEW)
    return Reply(200, object_json(granted.subject, await said_of(call, granted.subject.item_there.id, asked.read())))


async def shown(
    call: Call, wanted: WithComments, kinds: Collection[int] | None = None
) -> tuple[Standing, list[Comment] | None]:
    """The caller before the thing that the path names, which they may see, and what was said of it where they ask for that."""
    granted = await granted_at(call, await own_eportfolio(call), artifacts.VIEW, kinds=kinds)
    return granted.subject, await said_of(call, granted.subject.item_there.id, wanted)


async def revised(call: Call, own: Granted[Standing], granted: Granted[Standing], wish: ItemChange) -> Standing:
    """The caller before a thing of theirs as they have just described it anew."""
    return artifacts.before_own(own.subject, await artifacts.revise_item(call.uow, granted, wish))


def deleting(routes: Routes, template: str, kinds: Collection[int], what: str) -> None:
    """A route that deletes things of some kinds. template: below the family's own path."""

    async def delete(call: Call) -> Reply:
        own = await own_eportfolio(call)
        await artifacts.delete_item(call.uow, await granted_at(call, own, artifacts.DELETE, kinds=kinds))
        return nothing()

    delete.__doc__ = f"Delete {what}."
    routes.delete(f"{EP}/{template}")(delete)


async def said_of(call: Call, item_id: int, wanted: WithComments) -> list[Comment] | None:
    """What was said of a thing that the caller was shown, where they ask for it."""
    if not wanted.comments:
        return None
    return (await artifacts.comments_among(call.uow, [item_id]))[item_id]


@routes.get(f"{EP}/object/:objectId/content", work="none")
async def show_content(call: Call) -> Reply:
    """The bytes of a file artifact, or of what was handed in."""
    async with call.read_only():
        own = await own_eportfolio(call)
        file = await _file_of(call, await granted_at(call, own, artifacts.VIEW, kinds=WITH_FILE))
    return await hand_over(call, file, attachment=True)


@routes.get(f"{EP}/object/content", work="none")
async def show_content_along(call: Call, way: Asked[Along]) -> Reply:
    """The same of an object that a context chain leads to."""
    async with call.read_only():
        own = await own_eportfolio(call)
        file = await _file_of(call, await granted_along(call, own, way.read().ids, artifacts.VIEW, kinds=WITH_FILE))
    return await hand_over(call, file, attachment=True)


async def _file_of(call: Call, granted: Granted[Standing]) -> File:
    item = granted.subject.item_there
    file = None if item.file_id is None else await find_file(call.uow, item.file_id)
    if file is None or file.workflow_state != AVAILABLE:
        raise NotFound
    return file


@routes.get(f"{EP}/object/:objectId/associations", gives=EpObjectPage)
async def list_associations(call: Call, asked: Asked[WhichAssociations]) -> Reply:
    """The reflections on an object, and the learning objectives it is associated with, in a single page."""
    own = await own_eportfolio(call)
    kinds = asked.read().kinds
    granted = await granted_at(call, own, artifacts.VIEW)
    items = await artifacts.associated_with(call.uow, granted, kinds)
    rows = [object_json(artifacts.before_own(own.subject, item)) for item in items]
    return Reply(200, EpObjectPage(PagingInfo(str(items[-1].id) if items else "", False), rows))


# --- comments


@routes.get(f"{EP}/object/:objectId/comments", gives=EpCommentPage)
async def list_comments(call: Call, asked: Asked[Page]) -> Reply:
    """What was said of an object, the oldest first. Its owner has read it then."""
    own = await own_eportfolio(call)
    wanted = asked.read()
    wanted.check()
    return await _comments_page(call, await granted_at(call, own, artifacts.SEE_COMMENTS), wanted)


@routes.get(f"{EP}/object/comments", gives=EpCommentPage)
async def list_comments_along(call: Call, way: Asked[Along], asked: Asked[Page]) -> Reply:
    """The same of an object that a context chain leads to."""
    own = await own_eportfolio(call)
    wanted = asked.read()
    wanted.check()
    return await _comments_page(call, await granted_along(call, own, way.read().ids, artifacts.SEE_COMMENTS), wanted)


async def _comments_page(call: Call, granted: Granted[Standing], wanted: Page) -> Reply:
    after, size = wanted.after, wanted.size
    found = await artifacts.comments_on(call.uow, granted, after=after, limit=size + 1)
    shown = found[:size]
    if shown and granted.subject.item_there.unread and granted.subject.owns:
        call.write()
        await artifacts.note_read(call.uow, granted, shown[-1].id)
    page = EpCommentPage(paging([one.id for one in found], size), [comment_json(one) for one in shown])
    return Reply(200, page)


@routes.get(f"{EP}/objects/:objectsFilter/comments/:commentsFilter", gives=EpCommentPage)
async def list_comments_between(call: Call, asked: Asked[Page]) -> Reply:
    """What was said of the caller's objects, and by the caller of those of others, the oldest first.

    Each filter is 1 all, 2 mine, 3 of others: of whose objects, and by whom. What others say to one another is not among it [O]. Nothing
    counts as read by that.
    """
    own = await own_eportfolio(call)
    things, authors = (_OWNERSHIP.get(call.path[name]) for name in ("objectsFilter", "commentsFilter"))
    if things is None or authors is None:
        raise NotFound
    wanted = asked.read()
    after, size = wanted.after, wanted.size
    found = await artifacts.comments_between(call.uow, own, things, authors, after=after, limit=size + 1)
    page = EpCommentPage(paging([one.id for one in found], size), [comment_json(one) for one in found[:size]])
    return Reply(200, page)


@routes.post(f"{EP}/object/:objectId/comments/new", gives=EpComment, takes=CommentForm | str)
async def add_comment(call: Call) -> Reply:
    """Say something of an object: as JSON, or in a form field `comment`."""
    own = await own_eportfolio(call)
    body = _comment_sent(call)
    granted = await granted_at(call, own, artifacts.ADD_COMMENTS)
    return Reply(200, comment_json(await artifacts.add_comment(call.uow, granted, body)))


@routes.post(f"{EP}/object/comments/new", gives=EpComment, takes=CommentForm | str)
async def add_comment_along(call: Call, way: Asked[Along]) -> Reply:
    """Say something of an object that a context chain leads to."""
    own = await own_eportfolio(call)
    body = _comment_sent(call)
    granted = await granted_along(call, own, way.read().ids, artifacts.ADD_COMMENTS)
    return Reply(200, comment_json(await artifacts.add_comment(call.uow, granted, body)))


def _comment_sent(call: Call) -> str:
    kind = (call.header("content-type") or "").partition(";")[0].strip().lower()
    if kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        body: Any = tree_from_body(call.body, call.header("content-type") or "").get("comment")
    else:
        sent = json_body(call, CommentForm | str)
        body = sent.body if isinstance(sent, CommentForm) else sent
    if not isinstance(body, str):
        raise Malformed("A comment has a text.")
    return body


@routes.delete(f"{EP}/object/:objectId/comment/:commentId")
async def remove_comment(call: Call) -> Reply:
    """Take a comment away: the owner of the object, or who wrote it."""
    own = await own_eportfolio(call)
    granted = await granted_at(call, own, artifacts.VIEW)
    await artifacts.remove_comment(call.uow, granted, number_at(call, "commentId"))
    return nothing()


@routes.delete(f"{EP}/object/comment/:commentId")
async def remove_comment_along(call: Call, way: Asked[Along]) -> Reply:
    """Take a comment away from an object that a context chain leads to."""
    own = await own_eportfolio(call)
    granted = await granted_along(call, own, way.read().ids, artifacts.VIEW)
    await artifacts.remove_comment(call.uow, granted, number_at(call, "commentId"))
    return nothing()


# --- tags


@routes.get(f"{EP}/object/:objectId/tags", gives=_TAGS)
async def list_tags(call: Call) -> Reply:
    """The tags of an object; private ones only for its owner."""
    own = await own_eportfolio(call)
    granted = await granted_at(call, own, artifacts.VIEW)
    return Reply(200, tags_json(granted.subject))


@routes.get(f"{EP}/objects/tags", gives=_TAGS_BY_ID)
async def list_tags_of_several(call: Call, asked: Asked[Several]) -> Reply:
    """The tags of several objects, by id; those that are not there are passed over, unless none is."""
    own = await own_eportfolio(call)
    ids = asked.read().ids
    standings = await artifacts.standings_before(call.uow, own, ids, keywords_of(call))
    if not standings:
        raise NotFound
    granted = [artifacts.allow(standing, artifacts.VIEW) for standing in standings]
    return Reply(200, {str(one.subject.item_there.id): tags_json(one.subject) for one in granted})


@routes.post(f"{EP}/objects/tags/add", gives=_TAGS_BY_ID, takes=_TAGS)
async def add_tags_to_several(call: Call, asked: Asked[Several]) -> Reply:
    """Put tags on several objects; what is named is found, and answered, as of their list.

    Source: §6.4 names the route; its form is ours [O]: ids in the query as of the list, tags in the body as for one object.
    """
    return await _retag(call, asked, artifacts.add_tags)


@routes.post(f"{EP}/objects/tags/remove", gives=_TAGS_BY_ID, takes=_TAGS)
async def remove_tags_from_several(call: Call, asked: Asked[Several]) -> Reply:
    """Take tags off several objects, in whatever case they stand there.

    Source: as for adding them [O].
    """
    return await _retag(call, asked, artifacts.remove_tags)


async def _retag(
    call: Call,
    asked: Asked[Several],
    change: Callable[[UnitOfWork, Granted[Standing], list[Tag]], Awaitable[list[Tag]]],
) -> Reply:
    """All of them, or none where one may not be changed."""
    own = await own_eportfolio(call)
    ids, sent = asked.read().ids, tags_from(json_body(call, _TAGS))
    standings = await artifacts.standings_before(call.uow, own, ids, keywords_of(call), lock=True)
    if not standings:
        raise NotFound
    granted = [artifacts.allow(standing, artifacts.EDIT) for standing in standings]
    left = {str(one.subject.item_there.id): await change(call.uow, one, sent) for one in granted}
    return Reply(200, {id: [EpTag(tag.text, tag.type) for tag in tags] for id, tags in left.items()})


@routes.post(f"{EP}/tags/autocomplete", gives=_TAGS, takes=TagBeginning | str, work="read")
async def complete_tag(call: Call) -> Reply:
    """The tags on the caller's objects that begin with a text, in whatever case, twenty at most.

    Source: §6.4 names the route; its form is ours [O]: `{"Text": …}`, or the text alone.
    """
    own = await own_eportfolio(call)
    sent = json_body(call, TagBeginning | str)
    beginning = sent.text if isinstance(sent, TagBeginning) else sent
    found = await artifacts.tags_like(call.uow, own, beginning.strip(), limit=_MOST_COMPLETED)
    return Reply(200, [EpTag(tag.text, tag.type) for tag in found])


@routes.post(f"{EP}/object/:objectId/tags/add", gives=_TAGS, takes=_TAGS)
async def add_tags(call: Call) -> Reply:
    """Put tags on an object."""
    own = await own_eportfolio(call)
    sent = tags_from(json_body(call, _TAGS))
    granted = await granted_at(call, own, artifacts.EDIT)
    tags = await artifacts.add_tags(call.uow, granted, sent)
    return Reply(200, [EpTag(tag.text, tag.type) for tag in tags])


@routes.post(f"{EP}/object/:objectId/tags/remove", gives=_TAGS, takes=_TAGS)
async def remove_tags(call: Call) -> Reply:
    """Take tags off an object, in whatever case they stand there."""
    own = await own_eportfolio(call)
    sent = tags_from(json_body(call, _TAGS))
    granted = await granted_at(call, own, artifacts.EDIT)
    tags = await artifacts.remove_tags(call.uow, granted, sent)
    return Reply(200, [EpTag(tag.text, tag.type) for tag in tags])
