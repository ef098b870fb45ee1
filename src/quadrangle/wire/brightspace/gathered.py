"""Reflections, collections, presentations and learning objectives. Source: brightspace-eportfolio.md §6.3, §6.4."""

from typing import Final

import msgspec

from quadrangle import artifacts
from quadrangle.artifacts import COLLECTIONS, OBJECTIVE, PRESENTATION, REFLECTION, Banner, Item, ItemChange, Standing
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.kernel.access import Granted
from quadrangle.kernel.params import ABSENT
from quadrangle.wire.brightspace.asking import EP, WithComments, granted_at, number_at, own_eportfolio
from quadrangle.wire.brightspace.bodies import json_body
from quadrangle.wire.brightspace.objects import deleting, nothing, revised, said_of, shown
from quadrangle.wire.brightspace.routing import brightspace
from quadrangle.wire.brightspace.shapes import (
    EpCollection,
    EpObject,
    EpPresentation,
    ObjectForm,
    PresentationForm,
    collection_json,
    object_json,
    presentation_json,
)

routes = brightspace("ePortfolio collections, reflections, presentations")

_REFLECTION: Final = frozenset({REFLECTION})
_PRESENTATION: Final = frozenset({PRESENTATION})
_OBJECTIVE: Final = frozenset({OBJECTIVE})


# --- what reflections and learning objectives have in common


@routes.post(f"{EP}/reflections/new", gives=EpObject, takes=ObjectForm)
async def add_reflection(call: Call) -> Reply:
    """Write a reflection."""
    own = await own_eportfolio(call)
    made = await artifacts.add_reflection(call.uow, own, json_body(call, ObjectForm).change())
    return Reply(200, object_json(artifacts.before_own(own.subject, made)))


def _plain(template: str, kinds: frozenset[int], what: str) -> None:
    """Showing, revising and deleting what has nothing but what all objects have."""

    async def show(call: Call, asked: Asked[WithComments]) -> Reply:
        return Reply(200, object_json(*await shown(call, asked.read(), kinds)))

    async def revise(call: Call) -> Reply:
        own = await own_eportfolio(call)
        wish = json_body(call, ObjectForm).change(number_at(call, "objectId"))
        granted = await granted_at(call, own, artifacts.EDIT, kinds=kinds)
        return Reply(200, object_json(await revised(call, own, granted, wish)))

    show.__doc__, revise.__doc__ = f"Show {what}.", f"Describe {what} anew."
    routes.get(f"{EP}/{template}", gives=EpObject)(show)
    routes.post(f"{EP}/{template}", gives=EpObject, takes=ObjectForm)(revise)
    deleting(routes, template, kinds, what)


_plain("reflection/:objectId", _REFLECTION, "a reflection")
_plain("learningobjective/:objectId", _OBJECTIVE, "a learning objective")


def _associating(template: str, kinds: frozenset[int], source: str, what: str) -> None:
    async def both(call: Call) -> tuple[Granted[Standing], Granted[Standing]]:
        own = await own_eportfolio(call)
        about = await granted_at(call, own, artifacts.EDIT, name=source, kinds=kinds)
        return about, await granted_at(call, own, artifacts.VIEW)

    async def associate(call: Call) -> Reply:
        await artifacts.associate(call.uow, *await both(call))
        return nothing()

    async def dissociate(call: Call) -> Reply:
        await artifacts.dissociate(call.uow, *await both(call))
        return nothing()

    associate.__doc__, dissociate.__doc__ = f"Associate {what} with an object.", f"Undo that {what} is about an object."
    routes.post(f"{EP}/{template}")(associate)
    routes.delete(f"{EP}/{template}")(dissociate)


_associating("reflection/:reflectionId/on/:objectId", _REFLECTION, "reflectionId", "a reflection")
_associating("learningobjective/:objectiveId/association/:objectId", _OBJECTIVE, "objectiveId", "a learning objective")


# --- collections


@routes.post(f"{EP}/collections/new", gives=EpCollection, takes=ObjectForm)
async def add_collection(call: Call) -> Reply:
    """Make a collection; its members are added one by one."""
    own = await own_eportfolio(call)
    made = await artifacts.add_collection(call.uow, own, json_body(call, ObjectForm).change())
    return Reply(200, collection_json(artifacts.before_own(own.subject, made), []))


@routes.get(f"{EP}/collection/:objectId", gives=EpCollection)
async def show_collection(call: Call, asked: Asked[WithComments]) -> Reply:
    """A collection without its contents."""
    own = await own_eportfolio(call)
    granted = await granted_at(call, own, artifacts.VIEW, kinds=COLLECTIONS)
    ids = await artifacts.members_of(call.uow, granted)
    said = await said_of(call, granted.subject.item_there.id, asked.read())
    return Reply(200, collection_json(granted.subject, ids, said))


@routes.get(f"{EP}/collection/:objectId/contents", gives=EpCollection)
async def show_contents(call: Call, asked: Asked[WithComments]) -> Reply:
    """A collection with its contents."""
    own = await own_eportfolio(call)
    granted = await granted_at(call, own, artifacts.VIEW, kinds=COLLECTIONS)
    found: list[Item] = await artifacts.member_items(call.uow, granted)
    itself, ids = granted.subject.item_there.id, [item.id for item in found]
    said = await artifacts.comments_among(call.uow, [itself, *ids]) if asked.read().comments else {}
    items = [object_json(artifacts.before_own(own.subject, item), said.get(item.id)) for item in found]
    return Reply(200, collection_json(granted.subject, ids, said.get(itself), items))


@routes.post(f"{EP}/collection/:objectId", gives=EpCollection, takes=ObjectForm)
async def revise_collection(call: Call) -> Reply:
    """Describe a collection anew."""
    own = await own_eportfolio(call)
    wish = json_body(call, ObjectForm).change(number_at(call, "objectId"))
    granted = await granted_at(call, own, artifacts.EDIT, kinds=COLLECTIONS)
    ids = await artifacts.members_of(call.uow, granted)
    return Reply(200, collection_json(await revised(call, own, granted, wish), ids))


deleting(routes, "collection/:objectId", COLLECTIONS, "a collection; its members stay")


async def _collection_and_member(call: Call) -> tuple[Granted[Standing], Granted[Standing]]:
    own = await own_eportfolio(call)
    collection = await granted_at(call, own, artifacts.EDIT, name="collectionId", kinds=COLLECTIONS)
    return collection, await granted_at(call, own, artifacts.VIEW)


@routes.post(f"{EP}/collection/:collectionId/add/:objectId")
async def add_to_collection(call: Call) -> Reply:
    """Put an object at the end of a collection."""
    await artifacts.collect_item(call.uow, *await _collection_and_member(call))
    return nothing()


@routes.post(f"{EP}/collection/:collectionId/remove/:objectId")
async def remove_from_collection(call: Call) -> Reply:
    """Take an object out of a collection."""
    await artifacts.take_out(call.uow, *await _collection_and_member(call))
    return nothing()


# --- presentations


@routes.post(f"{EP}/presentations/new", gives=EpPresentation, takes=PresentationForm)
async def add_presentation(call: Call) -> Reply:
    """Make a presentation: an ePortfolio, where its owner may have one more."""
    own = await own_eportfolio(call)
    own = artifacts.allow(own.subject, artifacts.PRESENT)
    form = json_body(call, PresentationForm)
    made = await artifacts.add_presentation(call.uow, own, _with_banner(form, form.change(), Banner()))
    return Reply(200, presentation_json(artifacts.before_own(own.subject, made)))


def _with_banner(form: PresentationForm, wish: ItemChange, before: Banner) -> ItemChange:
    banner = form.banner(before)
    return msgspec.structs.replace(wish, banner=ABSENT if banner is None else banner)


@routes.get(f"{EP}/presentation/:objectId", gives=EpPresentation)
async def show_presentation(call: Call, asked: Asked[WithComments]) -> Reply:
    """A presentation."""
    return Reply(200, presentation_json(*await shown(call, asked.read(), _PRESENTATION)))


@routes.post(f"{EP}/presentation/:objectId", gives=EpPresentation, takes=PresentationForm)
async def revise_presentation(call: Call) -> Reply:
    """Describe a presentation anew; its name is the ePortfolio's."""
    own = await own_eportfolio(call)
    form = json_body(call, PresentationForm)
    wish = form.change(number_at(call, "objectId"))
    granted = await granted_at(call, own, artifacts.EDIT, kinds=_PRESENTATION)
    before = granted.subject.item_there.more.banner or Banner()
    return Reply(200, presentation_json(await revised(call, own, granted, _with_banner(form, wish, before))))


deleting(routes, "presentation/:objectId", _PRESENTATION, "a presentation")
