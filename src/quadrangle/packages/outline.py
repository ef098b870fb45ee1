"""The first reading of a package: what there is, what it becomes, and what is related to what, without its texts.

Source: portfolio-package.md §6.3 to §6.5. Texts are read a second time, entry by entry (`reading.py`): a feed may be larger than memory should
be.
"""

from collections import defaultdict
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from quadrangle.packages import model
from quadrangle.packages.container import Container, MemberFile
from quadrangle.packages.entries import (
    COMMENT,
    EMBEDDED,
    OBJECT,
    PAGE,
    Link,
    as_uid,
    categories,
    child,
    deciding,
    id_of,
    is_mahara_comment,
    links,
    rdf_type,
    tag_of,
    text_of,
)
from quadrangle.packages.feed import ENTRY, elements
from quadrangle.packages.limits import FORMAT, TOO_LARGE, TOO_MANY_ENTRIES, VERSION, Aborted, Problems
from quadrangle.packages.names import (
    CATEGORY_SCHEMES,
    RELATIONS,
    TYPES,
    expanded,
    origin_key,
    version_accepted,
)

NOTHING: Final = "nothing"  # an entry that becomes nothing, without being wrong
FAILED: Final = "failed"
_LATER: Final = 1 << 40  # the place of a part that names none
_MOST_STEPS: Final = 2_000_000  # spent on looking for cycles; what is left then counts as one
_HOLDERS: Final = ("resource", "publication")


class Attached(msgspec.Struct):
    """A file beside the XML. member: None where the archive has none of that name."""

    href: str
    member: MemberFile | None
    media_type: str | None = None
    length: int | None = None
    sha256: str | None = None


class Outline(msgspec.Struct):
    """An entry without its texts. becomes: object, page, comment, embedded, nothing or failed. `own`: an element of our namespace decided."""

    number: int
    ref: str
    key: str
    becomes: str
    own: bool = False
    type: int = model.ARTIFACT
    rdf: str = "entry"
    selection: str = ""
    reflecting: bool = False
    mahara_comment: bool = False
    section: int = 1
    place: int = 0
    links: list[Link] = []
    file: Attached | None = None
    more: list[Attached] = []
    url: str | None = None
    missing_file: bool = False


class Part(msgspec.Struct):
    """The far end of a relation, in the order of the near one."""

    key: str
    order: int | None
    place: int
    added: str | None


class Relations:
    """Every relation in its forward direction, from whichever end it was told."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, dict[str, Part]]] = defaultdict(lambda: defaultdict(dict))
        self._places = 0

    def add(self, name: str, subject: str, target: str, order: int | None = None, added: str | None = None) -> None:
        self._places += 1
        parts = self._found[name][subject]
        there = parts.get(target)
        if there is None:
            parts[target] = Part(target, order, self._places, added)
            return
        if there.order is None:
            there.order = order
        if there.added is None:
            there.added = added

    def of(self, name: str, subject: str) -> list[Part]:
        found = self._found.get(name, {}).get(subject, {})
        return sorted(found.values(), key=lambda one: (_LATER if one.order is None else one.order, one.place))

    def drop(self, name: str, subject: str, target: str) -> None:
        self._found[name][subject].pop(target, None)

    def subjects(self, name: str) -> list[str]:
        return list(self._found.get(name, ()))

    def names(self) -> list[str]:
        return list(self._found)

    def targets(self) -> set[str]:
        return {key for by_subject in self._found.values() for parts in by_subject.values() for key in parts}


class Plan:
    """A feed as outlines and relations.

    by_id: outlines by the full id of their entry; by_key: by their key. pages: of each presentation; parents: the other way. comments: on each
    item or page; commented: the other way. more_files: embedded files that belong to a submission; part_of: the other way. extras: keys of
    files that become artifacts of their own, by the entry that has them; extra_of: the other way. holders: of each member, the key of what
    holds it. denoted: how many entries and files stand for items, also those that failed.
    """

    def __init__(self, container: Container) -> None:
        self.container = container
        self.problems = Problems()
        self.own = False
        self.scope = ""
        self.outlines: list[Outline] = []
        self.by_id: dict[str, Outline] = {}
        self.by_key: dict[str, Outline] = {}
        self.relations = Relations()
        self.parents: dict[str, list[str]] = defaultdict(list)
        self.pages: dict[str, list[str]] = {}
        self.comments: dict[str, list[str]] = defaultdict(list)
        self.commented: dict[str, str] = {}
        self.more_files: dict[str, list[str]] = defaultdict(list)
        self.part_of: dict[str, str] = {}
        self.extras: dict[str, list[str]] = defaultdict(list)
        self.extra_of: dict[str, str] = {}
        self.holders: dict[str, str] = {}
        self.denoted = 0
        self.unfit = 0

    def fail(self, outline: Outline, code: str, text: str) -> None:
        if outline.becomes != FAILED:
            self.unfit += outline.becomes == OBJECT
            outline.becomes = FAILED
            self.problems.add(code, outline.ref, text)


def plan_of(container: Container) -> Plan:
    """Raises Aborted."""
    plan = Plan(container)
    count = 0
    for element in elements(container):
        if not isinstance(element.tag, str):
            continue
        if element.tag == ENTRY:
            if len(plan.outlines) >= container.limits.entries:
                raise Aborted(TOO_MANY_ENTRIES, f"The feed has more than {container.limits.entries} entries.")
            plan.outlines.append(_outlined(plan, element))
            count += len(plan.outlines[-1].links)
            if count > container.limits.links:
                raise Aborted(TOO_LARGE, f"The feed has more than {container.limits.links} links.")
        else:
            _of_the_feed(plan, element)
    _relate(plan)
    _decide(plan)
    _attach(plan)
    _gather(plan)
    _cut_cycles(plan)
    for outline in plan.outlines:
        outline.links = []  # all is said in relations by now, and this is most of what an outline takes
    plan.denoted = (
        plan.unfit + sum(1 for one in plan.outlines if one.becomes == OBJECT) + sum(map(len, plan.extras.values()))
    )
    return plan


def _of_the_feed(plan: Plan, element: Any) -> None:
    what = tag_of(element)
    if what == ("leap2", "version") and not version_accepted(text_of(element)):
        raise Aborted(VERSION, f"{text_of(element).strip()[:100]!r} is no version of Leap2A that can be read.")
    if what == ("ep", "package"):
        plan.own = True
        plan.scope = element.get("scope", "")
        written = element.get("format", "").strip()
        if written != "1":
            raise Aborted(FORMAT, f"Packages of format {written[:20]!r} cannot be read.")
    elif what[0] == "ep" and what[1] != "problem":
        plan.problems.add("element-unknown", f"ep:{what[1]}"[:100], "This element is not known.")


# --- one entry --------------------------------------------------------------------------------------------------------


def _outlined(plan: Plan, entry: Any) -> Outline:
    number = len(plan.outlines)
    written = id_of(entry)
    full = expanded(written, entry.nsmap)
    ref = full[:200] or f"entry {number + 1}"
    outline = Outline(number, ref, full, OBJECT, links=links(entry))
    _typed(plan, outline, entry)
    decided = deciding(entry)
    if len(decided) > 1:
        plan.fail(outline, "invalid-item", "It is said to be several things at once.")
    elif decided:
        _own(plan, outline, decided[0])
    else:
        if outline.rdf == "person":
            outline.becomes = NOTHING
            if not plan.own or number > 0:
                plan.problems.add("person-ignored", ref, "Persons are not imported.")
        outline.key = origin_key(written, entry.nsmap)
    if not full:
        if outline.becomes not in (NOTHING, FAILED):
            plan.fail(outline, "no-id", "The entry has no id.")
        outline.key = f"#{number}"
        return outline
    if full in plan.by_id:
        if outline.becomes != NOTHING:
            plan.fail(outline, "duplicate-id", "Another entry has the same id.")
        outline.key = f"#{number}"
        return outline
    plan.by_id[full] = outline
    if outline.becomes == FAILED:
        outline.key = f"#{number}"
    elif outline.key in plan.by_key:
        if outline.own:
            plan.fail(outline, "duplicate-id", "Another entry has the same uid.")
            outline.key = f"#{number}"
        else:
            outline.key = full if full not in plan.by_key else f"{full}#{number}"
    plan.by_key[outline.key] = outline
    title = text_of(child(entry, "atom", "title"))
    if outline.becomes in (OBJECT, PAGE) and len(title) > model.LONGEST_TITLE:
        plan.fail(outline, "invalid-item", f"Its title has more than {model.LONGEST_TITLE} characters.")
    return outline


def _typed(plan: Plan, outline: Outline, entry: Any) -> None:
    found = rdf_type(entry)
    if found is not None and found not in TYPES:
        plan.problems.add("type-unknown", outline.ref, "Its type is not known; it becomes an artifact.")
    outline.rdf = found if found in TYPES else "entry"
    for category in categories(entry):
        if category.scheme == "selection_type":
            outline.selection = category.term
        elif category.scheme == "learning_cycle":
            outline.reflecting |= category.term == "Reflecting"
        if not category.known or (category.scheme not in ("", "private") and category.scheme not in CATEGORY_SCHEMES):
            plan.problems.add("category-unknown", category.scheme[:200], "This kind of category is not known.")
    outline.mahara_comment = is_mahara_comment(entry)
    source = child(entry, "atom", "content")
    if source is not None and source.get("src"):
        outline.links.append(
            Link(
                "enclosure", source.get("src"), expanded(source.get("src"), entry.nsmap), media_type=source.get("type")
            )
        )


def _own(plan: Plan, outline: Outline, element: Any) -> None:
    outline.own = True
    outline.becomes = tag_of(element)[1]
    uid = as_uid(element.get("uid"))
    if uid is None:
        plan.fail(outline, "invalid-item", "Its uid is no UUID.")
        return
    outline.key = uid
    if outline.becomes == OBJECT:
        written = element.get("type", "")
        if not (written.isascii() and written.isdigit() and len(written) < 5 and int(written) in model.CLASS_OF):
            plan.fail(outline, "invalid-item", "Its type is none of an ePortfolio.")
            return
        outline.type = int(written)
        outline.missing_file = element.get("missing-file") == "true"
    elif outline.becomes == PAGE:
        outline.section = _whole(element.get("section"), 1)
        outline.place = _whole(element.get("position"), _LATER)
        for block in element:
            if tag_of(block) == ("ep", "block") and block.get("kind") == "item" and block.get("item"):
                plan.relations.add("shown", uid, as_uid(block.get("item")) or block.get("item"))


def _whole(written: str | None, otherwise: int) -> int:
    written = (written or "").strip()
    return int(written) if written.isascii() and written.isdigit() and len(written) < 9 else otherwise


# --- what is related to what ------------------------------------------------------------------------------------------


def _key_at(plan: Plan, link: Link) -> str:
    """Of the thing a link leads to, whether it is here or not."""
    there = plan.by_id.get(link.target) or plan.by_id.get(link.href)
    if there is not None:
        return there.key
    if link.target.lower().startswith("urn:uuid:") and (uid := as_uid(link.target[9:])) is not None:
        return uid
    return origin_key(link.href, {}) if link.href == link.target else link.target


def _relate(plan: Plan) -> None:
    for outline in plan.outlines:
        if outline.becomes in (FAILED, NOTHING):
            continue
        for link in outline.links:
            known = RELATIONS.get(link.name)
            if known is None:
                continue
            name, forward = known
            other = _key_at(plan, link)
            near, far = (outline.key, other) if forward else (other, outline.key)
            if near == far:
                code = "relation-cycle" if name == "has_part" else "relation-ignored"
                plan.problems.add(code, outline.ref, "It is related to itself.")
                continue
            plan.relations.add(name, near, far, link.order, link.added)


def _decide(plan: Plan) -> None:
    """What each foreign entry becomes; first match wins (§6.5, 2)."""
    in_blogs = {
        part.key
        for outline in plan.outlines
        if outline.rdf == "selection" and outline.selection == "Blog" and not outline.own
        for part in plan.relations.of("has_part", outline.key)
    }
    for outline in plan.outlines:
        if outline.own or outline.becomes != OBJECT:
            continue
        about = plan.relations.of("reflects_on", outline.key)
        if outline.mahara_comment and len(about) == 1:
            outline.becomes = COMMENT
        elif outline.rdf == "selection":
            outline.type = {"Website": model.PRESENTATION, "Webpage": model.PRESENTATION}.get(
                outline.selection, model.STATIC_COLLECTION
            )
        elif outline.rdf in _HOLDERS and _enclosures(plan, outline):
            outline.type = model.FILE
        elif outline.rdf in _HOLDERS and (url := _remote(outline)) is not None:
            outline.type, outline.url = model.URL, url
        elif outline.rdf == "ability":
            outline.type = model.OBJECTIVE
        elif outline.rdf == "entry" and (about or outline.key in in_blogs or outline.reflecting):
            outline.type = model.REFLECTION
        else:
            outline.type = model.ARTIFACT


def _enclosures(plan: Plan, outline: Outline) -> list[Link]:
    """Those that name a file: neither an entry nor a place on the web."""
    return [
        link
        for link in outline.links
        if link.name == "enclosure"
        and link.target not in plan.by_id
        and link.href not in plan.by_id
        and not _on_the_web(link.href)
    ]


def _on_the_web(href: str) -> bool:
    return href.strip().lower().startswith(("http://", "https://"))


def _remote(outline: Outline) -> str | None:
    for name in ("self", "enclosure"):
        for link in outline.links:
            if link.name == name and _on_the_web(link.href):
                return link.href
    return None


# --- files ------------------------------------------------------------------------------------------------------------


def _attach(plan: Plan) -> None:
    for outline in plan.outlines:
        if outline.becomes in (FAILED, NOTHING):
            continue
        for link in outline.links:
            if link.name != "enclosure":
                continue
            if link.target in plan.by_id or link.href in plan.by_id:
                plan.problems.add("relation-ignored", outline.ref, "Its enclosure is another entry; kept as related.")
                other = _key_at(plan, link)
                if other != outline.key:
                    plan.relations.add("related", outline.key, other)
            elif _on_the_web(link.href) and outline.type == model.URL and outline.url == link.href:
                plan.problems.add("remote-enclosure", outline.ref, "Its file lies elsewhere; the address is kept.")
        files = [_attached(plan, link) for link in _enclosures(plan, outline)]
        if outline.becomes == EMBEDDED or (
            outline.becomes == OBJECT and (outline.type == model.FILE or _learned(outline))
        ):
            outline.file, files = (files[0] if files else None), files[1:]
            _check_first(plan, outline)
        if outline.becomes == OBJECT:
            outline.more = files
        if outline.becomes == OBJECT and outline.own and outline.type == model.URL:
            outline.url = next((link.href for link in outline.links if link.name == "self"), None)
        if outline.becomes == OBJECT and outline.type == model.URL and not _allowed(outline.url):
            plan.fail(outline, "forbidden-url", "Its address is of a kind that is not allowed.")
    for outline in plan.outlines:
        if outline.becomes == FAILED:
            continue
        if outline.file is not None and outline.file.member is not None:
            plan.holders.setdefault(outline.file.member.name, outline.key)
        for number, one in enumerate(outline.more):
            if one.member is None:
                plan.problems.add("attachment-missing", outline.ref, f"{one.href[:200]} is not in the archive.")
                continue
            key = f"{outline.key}#{one.member.name}"
            if key in plan.by_key or any(other.member == one.member for other in outline.more[:number]):
                continue
            plan.extras[outline.key].append(key)
            plan.extra_of[key] = outline.key
            plan.holders.setdefault(one.member.name, key)
            plan.relations.add("related", outline.key, key)
    for name in plan.container.others:
        if name not in plan.holders:
            plan.problems.add("file-unreferenced", name, "No entry refers to this file; it is not imported.")


def _learned(outline: Outline) -> bool:
    return model.LE_ARTIFACT <= outline.type <= model.LE_DROPBOX


def _check_first(plan: Plan, outline: Outline) -> None:
    """A file artifact without its file is nothing; others are imported without."""
    if outline.file is not None and outline.file.member is None:
        says = f"{outline.file.href[:200]} is not in the archive."
        if outline.type == model.FILE and outline.becomes == OBJECT:
            plan.fail(outline, "attachment-missing", says)
        else:
            plan.problems.add("attachment-missing", outline.ref, says)
        outline.file = None
        if outline.becomes == EMBEDDED:
            outline.becomes = NOTHING
    elif outline.file is None and outline.becomes == OBJECT and outline.type == model.FILE and not outline.missing_file:
        plan.fail(outline, "attachment-missing", "It names no file.")


def _attached(plan: Plan, link: Link) -> Attached:
    length = (link.length or "").strip()
    return Attached(
        link.href,
        plan.container.find(link.href),
        link.media_type,
        int(length) if length.isascii() and length.isdigit() and len(length) < 16 else None,
        (link.sha256 or "").strip().lower() or None,
    )


def _allowed(url: str | None) -> bool:
    try:
        return url is not None and urlsplit(url.strip()).scheme.lower() in model.URL_SCHEMES
    except ValueError:
        return False


# --- pages and comments -----------------------------------------------------------------------------------------------


def _gather(plan: Plan) -> None:
    """Which pages a presentation has, and what a comment is on."""
    for outline in plan.outlines:
        if outline.becomes != OBJECT or outline.type != model.PRESENTATION:
            continue
        if not outline.own and outline.selection == "Webpage":
            continue
        pages = []
        for part in plan.relations.of("has_part", outline.key):
            there = plan.by_key.get(part.key)
            if there is not None and _may_be_page(there):
                pages.append(there)
                plan.relations.drop("has_part", outline.key, part.key)
        if outline.own:
            pages.sort(key=lambda one: (one.section, one.place))
        for page in pages:
            if plan.parents[page.key]:
                plan.problems.add("page-shared", page.ref, "It is in two presentations; the second gets a copy.")
            plan.parents[page.key].append(outline.key)
        plan.pages[outline.key] = [page.key for page in pages]
    for outline in plan.outlines:
        if outline.becomes == FAILED and outline.type == model.PRESENTATION:
            for part in plan.relations.of("has_part", outline.key):
                its = plan.by_key.get(part.key)
                if its is not None and its.own and its.becomes == PAGE and not plan.parents[its.key]:
                    its.becomes = FAILED
    for outline in plan.outlines:
        if plan.parents.get(outline.key) and outline.becomes == OBJECT:
            outline.becomes = PAGE
        elif outline.becomes == PAGE and not plan.parents.get(outline.key):
            # A page on its own becomes a presentation of one page, ours like anybody's.
            outline.becomes, outline.type, outline.own = OBJECT, model.PRESENTATION, False
            outline.selection = "Webpage"
    for outline in plan.outlines:
        if outline.becomes == COMMENT:
            _comment(plan, outline)
        elif outline.becomes == OBJECT and _learned(outline):
            for part in plan.relations.of("has_part", outline.key):
                there = plan.by_key.get(part.key)
                if (
                    there is not None
                    and there.becomes == EMBEDDED
                    and there.file is not None
                    and there.key not in plan.part_of
                ):
                    plan.more_files[outline.key].append(there.key)
                    plan.part_of[there.key] = outline.key


def _may_be_page(outline: Outline) -> bool:
    if outline.own:
        return outline.becomes == PAGE
    return outline.becomes in (OBJECT, PAGE) and outline.rdf == "selection" and outline.selection == "Webpage"


def _comment(plan: Plan, outline: Outline) -> None:
    about = [*plan.relations.of("reflects_on", outline.key), *plan.relations.of("in-reply-to", outline.key)]
    for part in about:
        there = plan.by_key.get(part.key)
        if there is not None and there.becomes in (OBJECT, PAGE):
            plan.comments[there.key].append(outline.key)
            plan.commented[outline.key] = there.key
            return
    outline.becomes = NOTHING
    plan.problems.add("relation-dangling", outline.ref, "What it is a comment on is not here.")


def object_key(plan: Plan, key: str) -> str | None:
    """The key of the object that stands for what has `key`: a page is spoken of by its presentation. None where no object does."""
    there = plan.by_key.get(key)
    if there is None or there.becomes == OBJECT:
        return key
    if there.becomes == PAGE and plan.parents.get(key):
        return plan.parents[key][0]
    return None


def is_collection(outline: Outline | None) -> bool:
    return (
        outline is not None and outline.becomes == OBJECT and issubclass(model.CLASS_OF[outline.type], model.Collection)
    )


def _cut_cycles(plan: Plan) -> None:
    """A collection that would contain itself loses the link that closes the cycle, in document order."""
    below: dict[str, list[str]] = defaultdict(list)
    above: dict[str, list[str]] = defaultdict(list)
    steps = 0
    for outline in plan.outlines:
        if not is_collection(outline):
            continue
        for part in plan.relations.of("has_part", outline.key):
            if not is_collection(plan.by_key.get(part.key)):
                continue
            closes, taken = _reaches(below, above, part.key, outline.key)
            steps += taken
            if closes or steps > _MOST_STEPS:
                plan.relations.drop("has_part", outline.key, part.key)
                plan.problems.add("relation-cycle", outline.ref, "It would contain itself; that link is dropped.")
            else:
                below[outline.key].append(part.key)
                above[part.key].append(outline.key)


def _reaches(below: dict[str, list[str]], above: dict[str, list[str]], start: str, end: str) -> tuple[bool, int]:
    """Whether a way down leads from start to end, and the steps it took to find out: looked for from both ends in turns, as one is mostly
    short."""
    near, far = _Search(below, start), _Search(above, end)
    while near.front and far.front:
        one, other = (near, far) if len(near.front) <= len(far.front) else (far, near)
        if one.meets(other.reached):
            return True, near.steps + far.steps
    return False, near.steps + far.steps


class _Search:
    def __init__(self, edges: dict[str, list[str]], start: str) -> None:
        self._edges = edges
        self.reached = {start}
        self.front = [start]
        self.steps = 0

    def meets(self, goal: set[str]) -> bool:
        following = []
        for one in self.front:
            for there in self._edges.get(one, ()):
                self.steps += 1
                if there in goal:
                    return True
                if there not in self.reached:
                    self.reached.add(there)
                    following.append(there)
        self.front = following
        return False
