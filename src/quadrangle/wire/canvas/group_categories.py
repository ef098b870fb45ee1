"""Group categories of the Canvas family. Source: supporting-resources.md §6, endpoints-clients-use.md §1."""

from typing import Any

from msgspec import Struct

from quadrangle.accounts import rights_at
from quadrangle.groups import (
    ADD,
    AUTO_LEADERS,
    CATEGORIES_OF,
    COUNT_CATEGORIES_OF,
    DELETE,
    EDIT,
    MANAGE_ANY,
    READ,
    SECTIONS_OF_USERS,
    SELF_SIGNUPS,
    CategoryStanding,
    Listing,
    NotAList,
    People,
    assign_unassigned,
    category_standing,
    category_view,
    create_group,
    create_group_category,
    delete_category,
    fill_with_groups,
    import_members,
    revise_category,
)
from quadrangle.http.body import Upload
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.errors import NotFound
from quadrangle.kernel.ids import parse_ref
from quadrangle.kernel.paging import cut
from quadrangle.kernel.params import ABSENT, Absent, Params, anything, flag, integer, text
from quadrangle.people import Person
from quadrangle.progress import begin_progress, complete_progress, fail_progress
from quadrangle.wire.canvas.errors import message, refuse
from quadrangle.wire.canvas.groups import (
    NEEDS_MANAGE_SIS,
    GroupCategoryJson,
    GroupEdit,
    GroupJson,
    PeopleAsked,
    Sis,
    category_json,
    group_changes,
    list_groups,
    list_people,
    made_group,
    sis_of,
)
from quadrangle.wire.canvas.ids import account_for, course_for
from quadrangle.wire.canvas.progress import ProgressJson, progress_json
from quadrangle.wire.canvas.users import UserJson, sees_of

routes = Routes("canvas", "Group categories")

CATEGORY_KINDS = frozenset({"sis_group_category_id"})


async def category_for(call: Call) -> CategoryStanding:
    """The category of the path with the caller's standing before it, or NotFound."""
    ref = parse_ref(call.path["group_category_id"], kinds=CATEGORY_KINDS)
    standing = None if ref is None else await category_standing(call.uow, ref, call.user().user_id)
    if standing is None:
        raise NotFound
    return standing


async def _answer(call: Call, category_id: int, sis: Sis) -> Reply:
    return Reply(200, category_json(await category_view(call.uow, category_id, call.user().user_id), sis))


# --- the categories of a course or an account -------------------------------------------------------------------------


async def _list(call: Call, context_type: str, context_id: int, sis: Sis) -> Reply:
    window = call.window()
    context: dict[str, Any] = {"context_type": context_type, "context_id": context_id}
    rows = await call.uow.all(
        CATEGORIES_OF, user_id=call.user().user_id, limit=window.limit, offset=window.offset, **context
    )
    total = await call.uow.one(COUNT_CATEGORIES_OF, **context)
    part = cut(rows, window, total)
    return Reply(200, part.map([category_json(one, sis, counts=False) for one in part.items]))


@routes.get("/api/v1/courses/:course_id/group_categories", gives=list[GroupCategoryJson], paged=True)
async def list_course_categories(call: Call) -> Reply:
    """List the group categories of a course."""
    standing = await course_for(call, call.path["course_id"])
    standing.require(*MANAGE_ANY)
    return await _list(call, "Course", standing.course.id, sis_of(standing))


@routes.get("/api/v1/accounts/:account_id/group_categories", gives=list[GroupCategoryJson], paged=True)
async def list_account_categories(call: Call) -> Reply:
    """List the group categories of an account."""
    account = await account_for(call, call.path["account_id"])
    rights = await rights_at(call.uow, call.user().user_id, account)
    rights.require(*MANAGE_ANY)
    return await _list(call, "Account", account.id, sis_of(rights))


class CategoryEdit(Params):
    """What may be said of a category; sign-up, leaders and limits count in courses only."""

    name: str | None | Absent = text("Its name", max=255)
    self_signup: str | None | Absent = text("Whether students choose their group", choices=SELF_SIGNUPS)
    auto_leader: str | None | Absent = text("How a leader is chosen", choices=AUTO_LEADERS)
    group_limit: int | None | Absent = integer("How many may be in each group, at least 2")
    sis_group_category_id: str | None | Absent = text("SIS id; needs manage_sis")
    create_group_count: int | None | Absent = integer("Make that many groups")
    split_group_count: int | None | Absent = integer("Make that many groups and share the students out among them")


def _changes(edit: CategoryEdit, *, in_course: bool, sis: bool) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if edit.name is not ABSENT:
        changes["name"] = edit.name
    if in_course:
        if edit.self_signup is not ABSENT:
            changes["self_signup"] = edit.self_signup or None
        if edit.auto_leader is not ABSENT:
            changes["auto_leader"] = edit.auto_leader or None
        if edit.group_limit is not ABSENT:
            changes["group_limit"] = edit.group_limit
    if sis and edit.sis_group_category_id is not ABSENT:
        changes["sis_source_id"] = edit.sis_group_category_id or None
    return changes


async def _fill(call: Call, standing: CategoryStanding, edit: CategoryEdit) -> None:
    if standing.category.in_course:
        await fill_with_groups(
            call.uow,
            standing.category,
            create=edit.create_group_count or None,
            split=edit.split_group_count or None,
        )


async def _create(call: Call, edit: CategoryEdit, sis: Sis, **context: Any) -> Reply:
    in_course = context.get("course_id") is not None
    changes = _changes(edit, in_course=in_course, sis=sis.imports)
    category_id = await create_group_category(call.uow, name=changes.pop("name", None), **context, **changes)
    ref = parse_ref(str(category_id), kinds=CATEGORY_KINDS)
    assert ref is not None
    standing = await category_standing(call.uow, ref, call.user().user_id)
    assert standing is not None
    await _fill(call, standing, edit)
    return await _answer(call, category_id, sis)


@routes.post("/api/v1/courses/:course_id/group_categories", gives=GroupCategoryJson)
async def create_in_course(call: Call, asked: Asked[CategoryEdit]) -> Reply:
    """Create a group category in a course."""
    standing = await course_for(call, call.path["course_id"])
    standing.require("manage_groups_add")
    course = standing.course
    return await _create(call, asked.read(), sis_of(standing), course_id=course.id, root_id=course.root_account_id)


@routes.post("/api/v1/accounts/:account_id/group_categories", gives=GroupCategoryJson)
async def create_in_account(call: Call, asked: Asked[CategoryEdit]) -> Reply:
    """Create a group category in an account."""
    account = await account_for(call, call.path["account_id"])
    rights = await rights_at(call.uow, call.user().user_id, account)
    rights.require("manage_groups_add")
    return await _create(call, asked.read(), sis_of(rights), account_id=account.id, root_id=account.root_id)


# --- one category -----------------------------------------------------------------------------------------------------


@routes.get("/api/v1/group_categories/:group_category_id", gives=GroupCategoryJson)
async def show_category(call: Call) -> Reply:
    """Show a group category."""
    standing = await category_for(call)
    standing.require(READ)
    return await _answer(call, standing.category.id, sis_of(standing))


@routes.put("/api/v1/group_categories/:group_category_id", gives=GroupCategoryJson)
async def edit_category(call: Call, asked: Asked[CategoryEdit]) -> Reply:
    """Change a group category."""
    standing = await category_for(call)
    category = standing.require(EDIT)
    edit = asked.read()
    sis = sis_of(standing)
    known = standing.category
    if not sis.imports and "sis_group_category_id" in edit.sent and edit.sis_group_category_id != known.sis_source_id:
        raise refuse(message(401, NEEDS_MANAGE_SIS))
    changes = _changes(edit, in_course=known.in_course, sis=sis.imports)
    await revise_category(call.uow, category, **changes)
    await _fill(call, standing, edit)
    return await _answer(call, known.id, sis)


@routes.delete("/api/v1/group_categories/:group_category_id", gives=GroupCategoryJson)
async def remove_category(call: Call) -> Reply:
    """Delete a group category and its groups."""
    standing = await category_for(call)
    category = standing.require(DELETE)
    if standing.category.protected:
        raise refuse(message(400, "Protected group categories cannot be deleted"))
    answer = await _answer(call, standing.category.id, sis_of(standing))
    await delete_category(call.uow, category)
    return answer


@routes.get("/api/v1/group_categories/:group_category_id/groups", gives=list[GroupJson], paged=True)
async def list_category_groups(call: Call) -> Reply:
    """List the groups of a category."""
    standing = await category_for(call)
    standing.require(READ)
    return await list_groups(call, Listing("category"), sis_of(standing), of_id=standing.category.id)


@routes.post("/api/v1/group_categories/:group_category_id/groups", gives=GroupJson)
async def create_in_category(call: Call, asked: Asked[GroupEdit]) -> Reply:
    """Create a group in a category."""
    standing = await category_for(call)
    category = standing.require(ADD).subject
    changes = group_changes(
        asked.read(),
        quotas=standing.may("manage_storage_quotas"),
        sis=standing.may("manage_sis"),
        community=category.role == "communities",
    )
    group_id = await create_group(call.uow, category_id=category.id, name=changes.pop("name", None), **changes)
    return await made_group(call, group_id)


class CategoryPeople(PeopleAsked):
    """What is asked of the people of a category."""

    unassigned: bool | Absent = flag("Those who are in no group of it yet")


@routes.get("/api/v1/group_categories/:group_category_id/users", gives=list[UserJson], paged=True)
async def list_category_users(call: Call, asked: Asked[CategoryPeople]) -> Reply:
    """List the people in the groups of a category, or those who are in none yet."""
    standing = await category_for(call)
    standing.require(READ)
    wanted = asked.read()
    category = standing.category
    which = People("category", unassigned=wanted.unassigned is True)
    binds = {"course_id": category.context_id if category.in_course else 0} if which.unassigned else {}
    return await list_people(call, which, wanted, sees_of(standing), of_id=category.id, **binds)


# --- many members at once ---------------------------------------------------------------------------------------------


class SectionJson(Struct, frozen=True):
    """A section somebody studies in."""

    section_id: int
    section_code: str


class NewMember(Struct, frozen=True):
    """Somebody who was put into a group."""

    user_id: int
    name: str
    display_name: str
    sections: list[SectionJson]


class AssignedJson(Struct, frozen=True):
    """A group and who came into it."""

    id: int
    new_members: list[NewMember]


class Assigning(Params):
    """How to answer."""

    sync: bool | Absent = flag("Answer who went where; otherwise a Progress")


@routes.post(
    "/api/v1/group_categories/:group_category_id/assign_unassigned_members", gives=ProgressJson | list[AssignedJson]
)
async def assign_members(call: Call, asked: Asked[Assigning]) -> Reply:
    """Share the students without a group out among the groups."""
    standing = await category_for(call)
    category = standing.require(EDIT)
    if not standing.category.in_course or standing.category.protected:
        raise refuse(message(400, "Members can be assigned in the categories of a course only"))
    sync = asked.read().sync is True
    placed = await assign_unassigned(call.uow, category)
    if sync:
        return Reply(200, await _assigned(call, standing, placed))
    id = await _begin(call, standing, "assign_unassigned_members")
    return Reply(200, progress_json(call, await complete_progress(call.uow, id)))


async def _begin(call: Call, standing: CategoryStanding, tag: str) -> int:
    return await begin_progress(
        call.uow, context_type="GroupCategory", context_id=standing.category.id, tag=tag, user_id=standing.user_id
    )


async def _assigned(call: Call, standing: CategoryStanding, placed: dict[int, list[Person]]) -> list[AssignedJson]:
    ids = sorted({user.id for users in placed.values() for user in users})
    sections: dict[int, list[SectionJson]] = {id: [] for id in ids}
    for one in await call.uow.all(SECTIONS_OF_USERS, course_id=standing.category.context_id, user_ids=ids):
        sections[one.user_id].append(SectionJson(one.section_id, one.section_name))
    return [
        AssignedJson(group_id, [NewMember(user.id, user.name, user.short_name, sections[user.id]) for user in users])
        for group_id, users in placed.items()
    ]


class Import(Params):
    """The list, as a file part; or the body itself as text/csv."""

    attachment: Any = anything("CSV with a column for the user and one for the group", schema={"type": "string"})


@routes.post("/api/v1/group_categories/:group_category_id/import", gives=ProgressJson)
async def import_list(call: Call, asked: Asked[Import]) -> Reply:
    """Put the people of a CSV list into groups; answers a Progress that is over."""
    standing = await category_for(call)
    category = standing.require(EDIT)
    sent = asked.read().attachment
    data = sent.data if isinstance(sent, Upload) else sent.encode() if isinstance(sent, str) else call.body
    if not data:
        raise refuse(message(400, "attachment is missing"))
    id = await _begin(call, standing, "course_group_import")
    try:
        outcome = await import_members(call.uow, category, data)
    except NotAList as failure:
        return Reply(200, progress_json(call, await fail_progress(call.uow, id, message=str(failure))))
    done = await complete_progress(
        call.uow,
        id,
        message=f"{outcome.imported} imported, {len(outcome.errors)} left out",
        results=outcome.plain(),
    )
    return Reply(200, progress_json(call, done))
