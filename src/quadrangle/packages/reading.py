"""Reading a package into values. Source: portfolio-package.md §2, §3, §6.

`read` goes through the feed once for what is related to what; `Reading.items` goes through it again and gives each item as soon as its pages and
comments have come, so that no more than that is held. Both block and belong on a thread: `streams.py` brings their values to those who await.
"""

import mimetypes
import re
from collections.abc import Collection as Known
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import msgspec

from quadrangle.kernel.html import plain_text
from quadrangle.packages import model
from quadrangle.packages.container import Container
from quadrangle.packages.entries import (
    COMMENT,
    EMBEDDED,
    OBJECT,
    PAGE,
    as_uid,
    categories,
    child,
    content,
    deciding,
    kept_of,
    markup,
    moment,
    tag_of,
    text_of,
)
from quadrangle.packages.feed import ENTRY, elements
from quadrangle.packages.kinds import leap2_type
from quadrangle.packages.limits import NOTHING_IMPORTED, Aborted, Problem
from quadrangle.packages.model import (
    Block,
    Comment,
    EmbeddedFile,
    Foreign,
    FormField,
    GeoTag,
    Item,
    Learning,
    Member,
    Packed,
    PackedFile,
    Page,
    Relation,
    Rule,
    Tag,
)
from quadrangle.packages.names import INVERSES, XHTML, expanded, term, xml_text
from quadrangle.packages.outline import (
    FAILED,
    NOTHING,
    Attached,
    Outline,
    Part,
    Plan,
    is_collection,
    object_key,
    plan_of,
)
from quadrangle.packages.references import file_in, item_in, to_file, to_item

FIRST_SECTION: Final = "Home"
_LARGEST_FOREIGN: Final = 64 * 1024  # bytes
_SCHEMES: Final = ("http:", "https:", "mailto:", "ftp:", "ftps:", "tel:", "data:")
_NUMBERED: Final = re.compile(r"\d+-")
_MEDIA_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+\-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+\-]{0,63}\Z")
_FIELD_KINDS: Final = ("text", "html", "number", "date", "choice", "file-name")
_LEARNING_KINDS: Final = ("competency", "grade", "quiz", "dropbox", "other")
_BLOCK_KINDS: Final = ("rich-text", "html", "item", "profile")
_PAGE_CONTENTS: Final = (model.NO_PAGE_CONTENT, model.TEXT_CONTENT, model.NOTHING_ADDED, model.BLOCKS)
_KNOWN_PARTS: Final = {
    *("geo", "banner", "theme", "setting", "section", "form", "le", "rule", "foreign", "field", "tag", "block"),
    *("object", "page", "comment", "embedded"),
}


def read(container: Container, now: datetime) -> "Reading":
    """A package whose container has been found good. now: the time of the import, which nothing in it may be later than. Raises Aborted."""
    return Reading(container, plan_of(container), now)


class Reading:
    """What is in a package, read as often as it is asked for.

    own: whether it was written by a system that speaks as ours does. Problems grow while `items` is read. Keys that something in the package
    speaks of without having it are in `missing`: some may be items that the owner already has.
    """

    def __init__(self, container: Container, plan: Plan, now: datetime) -> None:
        self.container = container
        self.own = plan.own
        self.missing = frozenset(
            key for key in plan.relations.targets() if key not in plan.by_key and key not in plan.extra_of
        )
        self.objects = plan.denoted
        self._plan = plan
        self._now = now

    def problems(self) -> list[Problem]:
        return self._plan.problems.found()

    def keys(self) -> list[str]:
        """Of everything that can be recognised: items, pages and comments."""
        found = [one.key for one in self._plan.outlines if one.becomes in (OBJECT, PAGE, COMMENT, EMBEDDED)]
        return found + list(self._plan.extra_of)

    def items(self, known: Known[str] = ()) -> Iterator[Packed]:
        """Each item once, whole, in the order in which they are complete: in our own packages, that of the package.

        known: those of `missing` that the owner has; relations to the others are dropped. Relations speak of keys, of whatever comes before or
        after. Raises Aborted if there were items and none is left.
        """
        given = 0
        for packed in _Maker(self._plan, self._now, known).all():
            given += isinstance(packed, Item)
            yield packed
        if self.objects and not given:
            raise Aborted(NOTHING_IMPORTED, "None of the items can be imported.")


class _Draft(msgspec.Struct):
    """An item whose pages, comments or further files have not all come. made: what its own entry says; None until it comes."""

    waiting: int
    made: Item | None = None


class _Maker:
    def __init__(self, plan: Plan, now: datetime, known: Known[str]) -> None:
        self._plan = plan
        self._now = now
        self._known = known
        self._drafts: dict[str, _Draft] = {}
        self._pages: dict[str, Page] = {}
        self._comments: dict[str, Comment] = {}
        self._files: dict[str, EmbeddedFile] = {}
        self._say = plan.problems.add
        self._scope: dict[str | None, str] = {}

    # --- the second reading -------------------------------------------------------------------------------------------

    def all(self) -> Iterator[Packed]:
        number = -1
        for entry in elements(self._plan.container):
            if not isinstance(entry.tag, str) or entry.tag != ENTRY:
                continue
            number += 1
            outline = self._plan.outlines[number]
            if outline.becomes in (FAILED, NOTHING):
                continue
            self._scope = dict(entry.nsmap)
            self._unknown_elements(outline, entry)
            yield from self._entry(outline, entry)

    def _entry(self, outline: Outline, entry: Any) -> Iterator[Packed]:
        key = outline.key
        if outline.becomes == COMMENT:
            self._comments[key] = self._comment(outline, entry)
            on = self._plan.commented[key]
            for owner in self._plan.parents.get(on) or [on]:
                yield from self._came(owner)
        elif outline.becomes == PAGE:
            page = self._page(outline, entry)
            self._pages[key] = page
            for owner in self._plan.parents[key]:
                yield from self._came(owner)
        elif outline.becomes == EMBEDDED:
            yield from self._embedded(outline, entry)
        else:
            draft = self._draft(key)
            draft.made = self._item(outline, entry)
            yield from self._extras(outline, draft.made)
            yield from self._came(key)

    def _draft(self, key: str) -> _Draft:
        draft = self._drafts.get(key)
        if draft is None:
            plan = self._plan
            pages = plan.pages.get(key, [])
            about = [key, *pages]
            comments = sum(len(plan.comments.get(one, ())) for one in about)
            draft = _Draft(1 + len(pages) + comments + len(plan.more_files.get(key, ())))
            self._drafts[key] = draft
        return draft

    def _came(self, key: str) -> Iterator[Packed]:
        there = self._plan.by_key[key]
        if there.becomes == FAILED:
            return
        draft = self._draft(key)
        draft.waiting -= 1
        if draft.waiting:
            return
        del self._drafts[key]
        assert draft.made is not None
        yield self._whole(draft.made)

    def _whole(self, item: Item) -> Item:
        changes: dict[str, Any] = {"comments": self._comments_of(item.key)}
        if isinstance(item, model.Presentation) and item.key in self._plan.pages:
            changes["pages"] = self._numbered(item)
            if not item.sections and changes["pages"]:
                changes["sections"] = (FIRST_SECTION,)
        if isinstance(item, model.LEArtifact):
            changes["more_files"] = tuple(self._files.pop(key) for key in self._plan.more_files.get(item.key, ()))
        return msgspec.structs.replace(item, **changes)

    def _numbered(self, item: model.Presentation) -> tuple[Page, ...]:
        sections = max(1, len(item.sections))
        found = []
        for key in self._plan.pages[item.key]:
            page = self._pages[key]
            copied = self._plan.parents[key][0] != item.key
            if copied:
                page = msgspec.structs.replace(page, key=f"{key}#{item.key}", has_uid=False, comments=())
            if page.section > sections or page.section < 1:
                page = msgspec.structs.replace(page, section=1)
            if not copied:
                page = msgspec.structs.replace(page, comments=self._comments_of(key))
            if len(self._plan.parents[key]) == 1:
                del self._pages[key]
            found.append(page)
        return tuple(sorted(found, key=lambda one: one.section))

    def _comments_of(self, key: str) -> tuple[Comment, ...]:
        found = [self._comments.pop(one) for one in self._plan.comments.get(key, ()) if one in self._comments]
        return tuple(sorted(found, key=lambda one: one.made_at))

    def _embedded(self, outline: Outline, entry: Any) -> Iterator[Packed]:
        created, _ = self._times(outline, entry)
        file = self._packed(outline.file)
        if file is not None and (named := text_of(child(entry, "atom", "title"))):
            file = msgspec.structs.replace(file, name=named)  # where it lies, it may have another name
        made = EmbeddedFile(key=outline.key, file=file, created=created, has_uid=outline.own)
        owner = self._plan.part_of.get(outline.key)
        if owner is None:
            if made.file is not None:
                yield made
            return
        self._files[outline.key] = made
        yield from self._came(owner)

    # --- items --------------------------------------------------------------------------------------------------------

    def _item(self, outline: Outline, entry: Any) -> Item:
        element = deciding(entry)[0] if outline.own else None
        created, modified = self._times(outline, entry)
        common: dict[str, Any] = {
            "key": outline.key,
            "has_uid": outline.own,
            "type": outline.type,
            "name": self._name(outline, entry, element),
            "created": created,
            "modified": modified,
            "tags": _tags(entry),
        }
        if element is not None:
            common |= {
                "allow_comments": element.get("allow-comments", "true") != "false",
                "origin": element.get("origin"),
                "geo": _geo(_part(element, "geo")),
            }
        summary = child(entry, "atom", "summary")
        written = self._html(outline, child(entry, "atom", "content"))
        beside = False
        if not written and summary is not None and not outline.own:
            written = self._html(outline, summary)
        elif summary is not None and text_of(summary).strip():
            beside = True
        made = model.CLASS_OF[outline.type]
        if not outline.own and outline.type == model.PRESENTATION and outline.selection == "Webpage":
            common |= self._alone(outline, common, written)
            description = self._html(outline, summary) if summary is not None else ""
            written, beside = description, False
        item = made(description=written, **common, **self._particular(outline, element))
        foreign = self._from_us(outline, element) if outline.own else self._from_others(outline, entry, item, beside)
        return msgspec.structs.replace(item, foreign=foreign) if foreign is not None else item

    def _particular(self, outline: Outline, element: Any) -> dict[str, Any]:
        kind = outline.type
        if kind == model.FILE:
            return {"file": self._packed(outline.file)}
        if kind == model.URL:
            return {"url": (outline.url or "").strip()}
        if is_collection(outline):
            members = tuple(Member(key, moment(part.added)) for key, part in self._targets(outline, "has_part"))
            if kind != model.DYNAMIC_COLLECTION:
                return {"members": members}
            rule = _part(element, "rule")
            tags = () if rule is None else tuple(text_of(one) for one in rule if tag_of(one) == ("ep", "tag"))
            mode = "any" if rule is not None and rule.get("mode") == "any" else "all"
            return {"members": members, "rule": Rule(mode=mode, tags=tags)}
        if kind == model.REFLECTION:
            return {"about": tuple(key for key, _ in self._targets(outline, "reflects_on"))}
        if kind == model.OBJECTIVE:
            return {"evidence": tuple(key for key, _ in self._targets(outline, "has_evidence"))}
        if kind == model.FORM:
            return self._form(outline, element)
        if model.LE_ARTIFACT <= kind <= model.LE_DROPBOX:
            return {"learning": _learning(_part(element, "le")), "file": self._packed(outline.file)}
        if kind == model.PRESENTATION and element is not None:
            return self._presented(outline, element)
        return {}

    def _targets(self, outline: Outline, name: str) -> list[tuple[str, Part]]:
        """The objects a relation leads to, each once. What is not here and not known is dropped with a warning."""
        found: dict[str, Part] = {}
        for part in self._plan.relations.of(name, outline.key):
            key = self._object(outline, part.key)
            if key is not None and key != outline.key:
                found.setdefault(key, part)
        return list(found.items())

    def _object(self, outline: Outline, key: str) -> str | None:
        there = self._plan.by_key.get(key)
        if key in self._plan.extra_of or (there is None and key in self._known):
            return key
        if there is None or there.becomes == FAILED:
            self._say("relation-dangling", outline.ref, f"{key[:200]} is not here; the link is dropped.")
            return None
        found = object_key(self._plan, key)
        if found is None:
            self._say("relation-ignored", outline.ref, f"{key[:200]} is nothing that can be related to.")
        elif self._plan.by_key[found].becomes == FAILED:
            return None
        return found

    def _form(self, outline: Outline, element: Any) -> dict[str, Any]:
        form = _part(element, "form")
        if form is None:
            return {}
        fields = []
        for one in form:
            if tag_of(one) != ("ep", "field"):
                continue
            kind = one.get("kind", "text")
            kind = kind if kind in _FIELD_KINDS else "text"
            value = self._inside(outline, one) if kind == "html" else text_of(one)
            fields.append(
                FormField(label=one.get("label", ""), kind=kind, value=value, system=one.get("system") == "true")
            )
        return {"form_name": form.get("name", ""), "fields": tuple(fields)}

    def _inside(self, outline: Outline, element: Any) -> str:
        inside = next((one for one in element if one.tag == f"{{{XHTML}}}div"), None)
        if inside is None:
            return ""
        written = markup(inside, self._address, drop_generated=self._plan.own)
        if written.changed:
            self._say("html-changed", outline.ref, "Its HTML had parts that are not allowed.")
        return written.html

    def _presented(self, outline: Outline, element: Any) -> dict[str, Any]:
        banner, theme = _part(element, "banner"), _part(element, "theme")
        sections = [one for one in element if tag_of(one) == ("ep", "section")]
        return {
            "banner_title": "" if banner is None else banner.get("title", ""),
            "banner": "" if banner is None else self._inside(outline, banner),
            "theme": "" if theme is None else theme.get("id", ""),
            "settings": tuple(
                (one.get("name", ""), one.get("value", "")) for one in element if tag_of(one) == ("ep", "setting")
            ),
            "sections": tuple(one.get("name", "") for one in sections),
        }

    def _alone(self, outline: Outline, common: dict[str, Any], written: str) -> dict[str, Any]:
        """A page that is in no presentation: one of its own, with the page in it."""
        page = Page(
            key=f"{outline.key}#page",
            has_uid=False,
            name=common["name"],
            created=common["created"],
            modified=common["modified"],
            blocks=(Block(kind="html", html=written),) if written else (),
            members=tuple(key for key, _ in self._targets(outline, "has_part")),
        )
        return {"sections": (FIRST_SECTION,), "pages": (page,)}

    def _extras(self, outline: Outline, item: Item) -> Iterator[Packed]:
        """Files of an entry that has no place for them: each a file artifact of its own."""
        extras = dict.fromkeys(self._plan.extras.get(outline.key, ()))
        for one in outline.more:
            if one.member is None or f"{outline.key}#{one.member.name}" not in extras:
                continue
            del extras[f"{outline.key}#{one.member.name}"]
            file = self._packed(one)
            assert file is not None
            yield model.FileArtifact(
                key=f"{outline.key}#{one.member.name}",
                has_uid=False,
                type=model.FILE,
                name=file.name[: model.LONGEST_TITLE],
                created=item.created,
                modified=item.modified,
                file=file,
            )

    # --- pages and comments -------------------------------------------------------------------------------------------

    def _page(self, outline: Outline, entry: Any) -> Page:
        element = deciding(entry)[0] if outline.own else None
        created, modified = self._times(outline, entry)
        common: dict[str, Any] = {
            "key": outline.key,
            "has_uid": outline.own,
            "name": self._name(outline, entry, element),
            "created": created,
            "modified": modified,
        }
        members = [key for key, _ in self._targets(outline, "has_part")]
        if element is None:
            written = self._html(outline, child(entry, "atom", "content"))
            alone = (Block(kind="html", html=written),) if written else ()
            return Page(**common, blocks=alone, members=tuple(members))
        form = element.get("content", model.BLOCKS)
        form = form if form in _PAGE_CONTENTS else model.BLOCKS
        found = child(entry, "atom", "content")
        blocks = self._blocks(outline, element, found) if form == model.BLOCKS else ()
        shown = {block.item for block in blocks if block.kind == "item"}
        return Page(
            **common,
            section=outline.section,
            content=form,
            text=text_of(found) if form == model.TEXT_CONTENT else "",
            blocks=blocks,
            members=tuple(key for key in members if key not in shown),
            allow_comments=element.get("allow-comments", "true") != "false",
            show_comments=element.get("show-comments", "true") != "false",
        )

    def _blocks(self, outline: Outline, element: Any, found: Any) -> tuple[Block, ...]:
        inside = None if found is None else next((one for one in found if one.tag == f"{{{XHTML}}}div"), None)
        texts = (
            {}
            if inside is None
            else {one.get("id"): one for one in inside if "ep-block" in one.get("class", "").split()}
        )
        blocks = []
        for one in element:
            if tag_of(one) != ("ep", "block"):
                continue
            kind = one.get("kind", "")
            if kind == "item":
                key = as_uid(one.get("item")) or (one.get("item") or "")
                here = key in self._plan.by_key and self._plan.by_key[key].becomes == OBJECT
                if not here and key not in self._known:
                    self._say("item-absent", outline.ref, f"It shows {key[:100]}, which is not here.")
                    continue
                blocks.append(Block(kind=kind, item=key, absent=not here))
            elif kind == "profile":
                blocks.append(Block(kind=kind, fields=one.get("fields", "")))
            elif kind in _BLOCK_KINDS:
                place = texts.get(one.get("id"))
                html = "" if place is None else self._markup(outline, place)
                blocks.append(Block(kind=kind, html=html))
            else:
                self._say("element-unknown", f"ep:block kind {kind[:40]!r}", "This kind of block is not known.")
        return tuple(blocks)

    def _markup(self, outline: Outline, place: Any) -> str:
        written = markup(place, self._address, drop_generated=self._plan.own)
        if written.changed:
            self._say("html-changed", outline.ref, "Its HTML had parts that are not allowed.")
        return written.html

    def _comment(self, outline: Outline, entry: Any) -> Comment:
        created, _ = self._times(outline, entry)
        found = child(entry, "atom", "content")
        written = content(found, self._address, drop_generated=self._plan.own)
        return Comment(
            key=outline.key,
            has_uid=outline.own,
            text=written.html if written.plain is None else written.plain,
            markup=written.plain is None,
            made_at=created,
        )

    # --- parts of entries ---------------------------------------------------------------------------------------------

    def _name(self, outline: Outline, entry: Any, element: Any) -> str:
        if element is not None and element.get("untitled") == "true":
            return ""
        written = child(entry, "atom", "title")
        title = text_of(written)
        if not outline.own:
            title = plain_text(title) if written is not None and written.get("type") == "html" else title.strip()
        if not title.strip():
            self._say("title-missing", outline.ref, "It has no title.")
            return model.UNTITLED
        return title[: model.LONGEST_TITLE]

    def _times(self, outline: Outline, entry: Any) -> tuple[datetime, datetime]:
        published, updated = child(entry, "atom", "published"), child(entry, "atom", "updated")
        modified = self._time(outline, text_of(updated))
        created = modified if published is None else self._time(outline, text_of(published))
        return created, modified

    def _time(self, outline: Outline, written: str) -> datetime:
        found = moment(written)
        if found is None or found > self._now:
            self._say("timestamp-invalid", outline.ref, "A time is missing, wrong or in the future; now is taken.")
            return self._now.replace(microsecond=0)
        return found

    def _html(self, outline: Outline, element: Any) -> str:
        written = content(element, self._address, drop_generated=self._plan.own)
        if written.changed:
            self._say("html-changed", outline.ref, "Its HTML had parts that are not allowed.")
        return written.html

    def _address(self, address: str) -> str | None:
        """What an address in HTML becomes: a packaged thing, itself, or in foreign packages nothing if it leads nowhere."""
        plain = address.strip()
        if file_in(plain) is not None or item_in(plain) is not None:
            return None
        there = self._plan.by_id.get(plain)
        if there is None and ":" in plain:
            there = self._plan.by_id.get(expanded(plain, self._scope))
        if there is not None and there.becomes in (OBJECT, PAGE):
            return to_item(there.key)
        if plain.lower().startswith("urn:uuid:") and (uid := as_uid(plain[9:])) is not None:
            return to_item(uid)
        if plain.lower().startswith(_SCHEMES) or plain.startswith(("#", "//")):
            return address
        member = self._plan.container.find(plain)
        if member is not None and member.name in self._plan.holders:
            return to_file(self._plan.holders[member.name])
        return address if self._plan.own else None

    def _packed(self, attached: Attached | None) -> PackedFile | None:
        if attached is None or attached.member is None:
            return None
        own = self._plan.own
        name = attached.member.name.rpartition("/")[2]
        if own:
            name = _NUMBERED.sub("", name, count=1) if _NUMBERED.match(name) else name
        return PackedFile(
            name=name,
            media_type=_media_type(attached.media_type, name),
            sha256=attached.sha256 or "",
            size=attached.member.size if attached.length is None else attached.length,
            member=attached.member.name,
        )

    def _from_us(self, outline: Outline, element: Any) -> Foreign | None:
        found = _part(element, "foreign")
        if found is None:
            return None
        _, kind = term(found.get("rdf-type", "entry"), found.nsmap)
        relations, kept = [], []
        for one in found:
            href = one.get("href", "") if tag_of(one) == ("atom", "link") else ""
            if href.startswith("urn:uuid:") and as_uid(href[9:]) is not None:
                _, name = term(one.get("rel", ""), one.nsmap)
                key = self._object(outline, str(as_uid(href[9:])))
                if key is not None and name in INVERSES:
                    relations.append(Relation(name, key))
            else:
                kept.append(one)
        return self._kept(outline, kind, kept, relations)

    def _from_others(self, outline: Outline, entry: Any, item: Item, beside: bool) -> Foreign | None:
        """What the item itself has no place for (§6.5, 5)."""
        kind, category = leap2_type(item)
        kept = []
        for one in entry:
            prefix, name = tag_of(one)
            if (
                prefix in ("leap2", "dcterms")
                or (prefix == "atom" and (name == "rights" or (name == "summary" and beside)))
                or (prefix == "atom" and name == "link" and one.get("rel") in ("alternate", "license", "via"))
            ):
                kept.append(one)
        for element, found in zip(
            [one for one in entry if tag_of(one) == ("atom", "category") and one.get("term") is not None],
            categories(entry),
            strict=True,
        ):
            if found.scheme not in ("", "private") and (found.scheme, found.term) != category:
                kept.append(element)
        used = {"shown"}
        if is_collection(outline) or outline.type == model.PRESENTATION:
            used.add("has_part")
        if outline.type == model.REFLECTION:
            used.add("reflects_on")
        if outline.type == model.OBJECTIVE:
            used.add("has_evidence")
        relations = [
            Relation(name if name in INVERSES else "related", key)
            for name in self._plan.relations.names()
            if name not in used
            for key, _ in self._targets(outline, name)
        ]
        if not kept and not relations and outline.rdf == kind:
            return None
        return self._kept(outline, outline.rdf, kept, relations)

    def _kept(self, outline: Outline, kind: str, elements: list[Any], relations: list[Relation]) -> Foreign:
        kept = kept_of(elements)
        if len(kept.encode()) > _LARGEST_FOREIGN:
            self._say("foreign-dropped", outline.ref, "What this system does not know of it is more than 64 KiB.")
            kept = ""
        return Foreign(rdf_type=xml_text(kind), kept=kept, relations=tuple(sorted(set(relations))))

    def _unknown_elements(self, outline: Outline, entry: Any) -> None:
        for one in entry:
            prefix, _ = tag_of(one)
            if prefix == "ep":
                self._unknown_parts(one)
            elif prefix == "" and isinstance(one.tag, str):
                self._say("element-unknown", one.tag[:200], "This element is not known.")

    def _unknown_parts(self, element: Any) -> None:
        _, name = tag_of(element)
        if name not in _KNOWN_PARTS:
            self._say("element-unknown", f"ep:{name}"[:100], "This element is not known.")
        for one in element if name != "foreign" else ():
            if tag_of(one)[0] == "ep":
                self._unknown_parts(one)


def _part(element: Any, name: str) -> Any:
    return None if element is None else child(element, "ep", name)


def _tags(entry: Any) -> tuple[Tag, ...]:
    found: dict[Tag, None] = {}
    for one in categories(entry):
        if one.scheme in ("", "private"):
            text = (one.label or one.term).strip()
            if text:
                found[Tag(text, one.scheme == "private")] = None
    return tuple(sorted(found))


def _geo(element: Any) -> GeoTag | None:
    if element is None:
        return None
    values: dict[str, float] = {}
    for name in ("latitude", "longitude", "altitude", "bearing", "precision"):
        try:
            value = float(element.get(name, ""))
        except ValueError:
            continue
        if abs(value) < 1e12:
            values[name] = value
    return GeoTag(**values)


def _learning(element: Any) -> Learning:
    if element is None:
        return Learning()
    kind = element.get("kind", "other")
    return Learning(
        kind=kind if kind in _LEARNING_KINDS else "other",
        **{name: element.get(name, "") for name in ("source", "course", "score", "date")},
    )


def _media_type(written: str | None, name: str) -> str:
    """From the enclosure if well-formed, else by extension (§6.5, 9)."""
    written = (written or "").strip().lower()
    if _MEDIA_TYPE.match(written):
        return written
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
