"""How things look in the Brightspace family, and what clients send of them. Source: brightspace-eportfolio.md §6.2, §6.3."""

from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Annotated, Any, Final, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType

from quadrangle import artifacts
from quadrangle.artifacts import Banner, Comment, GeoTag, Item, ItemChange, Standing, Tag
from quadrangle.kernel.errors import Malformed
from quadrangle.kernel.params import ABSENT
from quadrangle.wire.brightspace.users import names_of

UtcDateTime: TypeAlias = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]

_FORM_CONTEXT: Final = 5  # instead of the hundreds of a type, for a form


def utc(moment: datetime) -> str:
    """`2026-02-15T12:00:00.000Z`: always three digits."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:23] + "Z"


def utc_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else utc(moment)


# --- what is answered


class PagingInfo(Struct, frozen=True, rename="pascal"):
    bookmark: str
    has_more_items: bool


class EpTag(Struct, frozen=True, rename="pascal"):
    """type: 0 public, 1 private."""

    text: str
    type: int = 0


class EpGeoTag(Struct, frozen=True, rename="pascal"):
    latitude: float | None = None
    longitude: float | None = None
    altitude: float | None = None
    bearing: float | None = None
    precision: float | None = None


class EpObjectComment(Struct, frozen=True, rename="pascal"):
    """A comment inside an object."""

    comment_id: int
    user_id: int
    first_name: str
    last_name: str
    comment_body: str
    created_date: UtcDateTime
    commented_object_id: int
    context_object_id: int
    context_object_type_id: int


class EpComment(Struct, frozen=True, rename="pascal"):
    """The same comment for itself."""

    object_id: int
    comment_id: int
    user_id: int
    created_date: UtcDateTime | None
    body: str


class EpObject(Struct, frozen=True, rename="pascal"):
    """What all objects have in common. comments: None where they were not asked for."""

    object_id: int
    user_id: int
    object_type_id: int
    name: str
    description: str
    view_link: str
    allow_comments: bool
    comments_count: int
    has_unread_comments: bool
    created: UtcDateTime
    modified: UtcDateTime
    geo_tag: EpGeoTag | None
    tags: list[EpTag]
    comments: list[EpObjectComment] | None
    permissions: list[int]


class EpFileArtifact(EpObject, frozen=True, rename="pascal"):
    """file_size in bytes; extension with its dot."""

    file_size: int
    file_name: str
    extension: str
    upload_key: str | None


class EpUrlArtifact(EpObject, frozen=True, rename="pascal"):
    url: str


class EpCollection(EpObject, frozen=True, rename="pascal"):
    """items: None where contents were not asked for."""

    items_count: int
    item_ids: list[int]
    items: list[EpObject] | None


class EpPresentation(EpObject, frozen=True, rename="pascal"):
    banner_title: str
    banner_description: str


class EpObjectPage(Struct, frozen=True, rename="pascal"):
    paging_info: PagingInfo
    items: list[EpObject]


class EpCommentPage(Struct, frozen=True, rename="pascal"):
    paging_info: PagingInfo
    items: list[EpComment]


def paging(ids: list[int], size: int) -> PagingInfo:
    """Of a page of at most `size`, from the ids of what was found with one more."""
    shown = ids[:size]
    return PagingInfo(str(shown[-1]) if shown else "", len(ids) > size)


def object_json(standing: Standing, said: list[Comment] | None = None) -> EpObject:
    return EpObject(**_common(standing, said))


def file_json(standing: Standing, said: list[Comment] | None = None) -> EpFileArtifact:
    item = standing.item_there
    name = item.file_name or ""
    more: dict[str, Any] = {
        "file_size": item.file_size or 0,
        "file_name": name,
        "extension": PurePosixPath(name).suffix,
        "upload_key": None,
    }
    return EpFileArtifact(**_common(standing, said), **more)


def link_json(standing: Standing, said: list[Comment] | None = None) -> EpUrlArtifact:
    return EpUrlArtifact(**_common(standing, said), url=standing.item_there.more.url or "")


def collection_json(
    standing: Standing, ids: list[int], said: list[Comment] | None = None, items: list[EpObject] | None = None
) -> EpCollection:
    return EpCollection(**_common(standing, said), items_count=len(ids), item_ids=ids, items=items)


def presentation_json(standing: Standing, said: list[Comment] | None = None) -> EpPresentation:
    banner = standing.item_there.more.banner or Banner()
    return EpPresentation(**_common(standing, said), banner_title=banner.title, banner_description=banner.description)


def tags_json(standing: Standing) -> list[EpTag]:
    return [EpTag(tag.text, tag.type) for tag in standing.item_there.tags_for(standing.viewer_id)]


def comment_json(comment: Comment) -> EpComment:
    return EpComment(
        object_id=comment.item_id,
        comment_id=comment.id,
        user_id=comment.user_id or 0,
        created_date=utc(comment.created_at),
        body=comment.body,
    )


def _common(standing: Standing, said: list[Comment] | None) -> dict[str, Any]:
    """said: what was said of it, where that was asked for."""
    item = standing.item_there
    geo = item.more.geo
    shows = said is not None and artifacts.may(standing, artifacts.SEE_COMMENTS)
    return {
        "object_id": item.id,
        "user_id": item.user_id,
        "object_type_id": item.type,
        "name": item.name,
        "description": item.description,
        "view_link": _view_link(standing),
        "allow_comments": item.allow_comments,
        "comments_count": item.comments_count,
        "has_unread_comments": item.unread and standing.owns,
        "created": utc(item.created_at),
        "modified": utc(item.modified_at),
        "geo_tag": None
        if geo is None
        else EpGeoTag(geo.latitude, geo.longitude, geo.altitude, geo.bearing, geo.precision),
        "tags": tags_json(standing),
        "comments": [_said_json(item, comment) for comment in said or []] if shows else None,
        "permissions": artifacts.rights_on(standing),
    }


def _said_json(item: Item, comment: Comment) -> EpObjectComment:
    first, last = names_of(comment.author) if comment.author is not None else ("", "")
    return EpObjectComment(
        comment_id=comment.id,
        user_id=comment.user_id or 0,
        first_name=first,
        last_name=last,
        comment_body=comment.body,
        created_date=utc(comment.created_at),
        commented_object_id=item.id,
        context_object_id=item.id,
        context_object_type_id=_FORM_CONTEXT if item.type == artifacts.FORM_ARTIFACT else item.type // 100 * 100,
    )


def _view_link(standing: Standing) -> str:
    """With a question mark, as a client appends `&pageId=…`. What somebody sees on a presentation of somebody else's, they see there alone."""
    item, chain = standing.item_there, standing.chain
    place = item if chain is None or standing.owns else chain.root.item_there
    if place.eportfolio_id is not None:
        return f"/eportfolios/{place.eportfolio_id}?object={item.id}"
    return f"/artifacts/{item.id}?object={item.id}"


# --- what is sent


class ObjectForm(Struct, frozen=True, rename="pascal"):
    """What a client says of an object. object_id: 0 for a new one. tags: None stays as it is."""

    name: str
    object_id: int = 0
    description: str | None = ""
    allow_comments: bool | None = True
    geo_tag: EpGeoTag | UnsetType | None = UNSET
    tags: list[EpTag] | None = None

    def change(self, object_id: int = 0) -> ItemChange:
        """object_id: the one in the path, 0 for a new object. Raises Malformed for that of another one."""
        if self.object_id not in (0, object_id):
            raise Malformed("ObjectId is not the one in the path.")
        geo = self.geo_tag
        return ItemChange(
            name=self.name,
            description=self.description or "",
            allow_comments=self.allow_comments is not False,
            geo=ABSENT
            if isinstance(geo, UnsetType)
            else None
            if geo is None
            else GeoTag(geo.latitude, geo.longitude, geo.altitude, geo.bearing, geo.precision),
            tags=ABSENT if self.tags is None else tags_from(self.tags),
            **self._more(),
        )

    def _more(self) -> dict[str, Any]:
        return {}


class LinkForm(ObjectForm, frozen=True, rename="pascal"):
    """url: http, https, mailto, ftp or ftps; for a new link there must be one."""

    url: str | UnsetType = UNSET

    def _more(self) -> dict[str, Any]:
        return {} if isinstance(self.url, UnsetType) else {"url": self.url}


class PresentationForm(ObjectForm, frozen=True, rename="pascal"):
    """What stands over it stays as it is where nothing is said of it."""

    banner_title: str | UnsetType | None = UNSET
    banner_description: str | UnsetType | None = UNSET

    def banner(self, before: Banner) -> Banner | None:
        """None where nothing was said."""
        title, description = self.banner_title, self.banner_description
        if isinstance(title, UnsetType) and isinstance(description, UnsetType):
            return None
        return Banner(
            before.title if isinstance(title, UnsetType) else title or "",
            before.description if isinstance(description, UnsetType) else description or "",
        )


def tags_from(sent: list[EpTag]) -> list[Tag]:
    return [Tag(tag.text, tag.type) for tag in sent]
