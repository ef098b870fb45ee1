"""What is said of collected things: comments, by those who may; tags, by their owner."""

from collections.abc import Collection
from typing import Any

from quadrangle.artifacts import store
from quadrangle.artifacts.access import Standing
from quadrangle.artifacts.model import MOST_TAGS, OTHERS, Comment, Tag, checked_html, checked_tags, tag_key
from quadrangle.artifacts.service import put_tags, touch
from quadrangle.artifacts.tables import portfolio_comments
from quadrangle.db import UnitOfWork
from quadrangle.kernel.access import Granted
from quadrangle.kernel.clock import whole_seconds
from quadrangle.kernel.digest import random_uuid
from quadrangle.kernel.errors import Forbidden, Invalid, NotFound
from quadrangle.kernel.html import plain_text
from quadrangle.kernel.text import like

# --- comments


async def comments_on(uow: UnitOfWork, granted: Granted[Standing], *, after: int, limit: int) -> list[Comment]:
    """What was said of a thing, the oldest first: those that come after an id. One statement."""
    return await uow.all(store.COMMENTS_ON, item_id=granted.subject.item_there.id, after=after, limit=limit)


async def comments_among(uow: UnitOfWork, ids: Collection[int]) -> dict[int, list[Comment]]:
    """The same of several things that somebody was shown; one statement, none for no ids."""
    found: dict[int, list[Comment]] = {id: [] for id in ids}
    for comment in await uow.all(store.COMMENTS_AMONG, ids=sorted(ids)) if ids else []:
        found[comment.item_id].append(comment)
    return found


async def comments_between(
    uow: UnitOfWork, granted: Granted[Standing], things: int, authors: int, *, after: int, limit: int
) -> list[Comment]:
    """What was said of one's own things, and what one said oneself of things of others, the oldest first: those that come after an id.

    things, authors: of whose things, and by whom (ALL_OF_THEM, MINE, OTHERS). What others say to one another is not among it. One statement.
    """
    if things == authors == OTHERS:
        return []
    viewer_id = granted.subject.viewer_id
    return await uow.all(store.COMMENTS_BETWEEN.at((things, authors)), viewer_id=viewer_id, after=after, limit=limit)


async def note_read(uow: UnitOfWork, granted: Granted[Standing], newest: int) -> None:
    """The owner has been shown what was said up to this comment; for anybody else this is nothing."""
    if granted.subject.owns:
        await uow.run(store.NOTE_READ, item_id=granted.subject.item_there.id, to=newest)


async def add_comment(uow: UnitOfWork, granted: Granted[Standing], html: str) -> Comment:
    """Say something of a thing that allows it. Raises Forbidden where it does not, Invalid where nothing is said."""
    item = granted.subject.item_there
    if not item.allow_comments:
        raise Forbidden
    body = checked_html(html, "body")
    if not plain_text(body) and "<img" not in body:
        raise Invalid.field("body", "can't be blank", "blank")
    values: dict[str, Any] = {
        "uid": random_uuid(),
        "item_id": item.id,
        "user_id": granted.subject.viewer_id,
        "created_at": whole_seconds(uow.now),
        "body": body,
    }
    made = await uow.insert(portfolio_comments, **values)
    found = await uow.one(store.COMMENT, item_id=item.id, comment_id=made)
    assert found is not None
    return found


async def remove_comment(uow: UnitOfWork, granted: Granted[Standing], comment_id: int) -> None:
    """Take a comment away for good: the owner of the thing, or who wrote it. NotFound where the thing has no such comment."""
    standing = granted.subject
    comment = await uow.one(store.COMMENT, item_id=standing.item_there.id, comment_id=comment_id)
    if comment is None:
        raise NotFound
    if not standing.owns and comment.user_id != standing.viewer_id:
        raise Forbidden
    await uow.run(store.REMOVE_COMMENT, comment_id=comment_id)


# --- tags


async def add_tags(uow: UnitOfWork, granted: Granted[Standing], sent: list[Tag]) -> list[Tag]:
    """Put more tags on a thing; those it has in another case already stay as they are. Returns all of them."""
    item = granted.subject.item_there
    there = {(tag_key(tag.text), tag.type): tag for tag in item.tags}
    new = [tag for tag in checked_tags(sent) if (tag_key(tag.text), tag.type) not in there]
    if len(there) + len(new) > MOST_TAGS:
        raise Invalid.field("tags", f"are too many (maximum is {MOST_TAGS})", "too_many")
    await put_tags(uow, item.user_id, item.id, new)
    if new:
        await touch(uow, item.id)
    return _sorted([*item.tags, *new])


async def tags_like(uow: UnitOfWork, granted: Granted[Standing], beginning: str, *, limit: int) -> list[Tag]:
    """The tags with which one has marked things, that begin so, in whatever case. One statement."""
    pattern = like(tag_key(beginning)).removeprefix("%")
    return await uow.all(store.TAGS_LIKE, owner_id=granted.subject.viewer_id, beginning=pattern, limit=limit)


async def remove_tags(uow: UnitOfWork, granted: Granted[Standing], sent: list[Tag]) -> list[Tag]:
    """Take tags off a thing, in whatever case they stand there; of the other type they stay. Returns what is left."""
    item = granted.subject.item_there
    doomed = {(tag_key(tag.text), tag.type) for tag in checked_tags(sent)}
    left = [tag for tag in item.tags if (tag_key(tag.text), tag.type) not in doomed]
    for key, kind in sorted(doomed):
        await uow.run(store.REMOVE_TAG, item_id=item.id, key=key, type=kind)
    if len(left) < len(item.tags):
        await touch(uow, item.id)
    return _sorted(left)


def _sorted(tags: list[Tag]) -> list[Tag]:
    return sorted(tags, key=lambda tag: (tag_key(tag.text), tag.type))
