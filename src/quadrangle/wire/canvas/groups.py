"""Groups of the Canvas family and who is in them. Source: supporting-resources.md §6."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import UNSET, Struct

from quadrangle.accounts import ROOT_ID, rights_at
from quadrangle.groups import (
    ACCEPT,
    ACCEPTED,
    COUNT_GROUPS,
    COUNT_MEMBERSHIPS,
    COUNT_PEOPLE,
    DELETE,
    EDIT,
    GROUP_VIEW,
    GROUPS,
    JOIN,
    JOIN_LEVELS,
    LEAVE,
    MANAGE_ANY,
    MEMBERS_OF_GROUPS,
    MEMBERSHIP,
    MEMBERSHIP_OF_USER,
    MEMBERSHIP_STATES,
    MEMBERSHIPS,
    PEOPLE,
    READ,
    REQUESTED,
    CategoryView,
    GroupStanding,
    GroupView,
    Listing,
    Membership,
    People,
    category_view,
    change_membership,
    delete_group,
    found_community,
    invite,
    join,
    leave,
    revise_group,
    set_members,
)
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.clock import zulu
from quadrangle.kernel.errors import NotFound
from quadrangle.kernel.ids import parse_number
from quadrangle.kernel.paging import cut
from quadrangle.kernel.params import ABSENT, Absent, Params, flag, integer, text, words
from quadrangle.kernel.text import fold, like
from quadrangle.people import Person, UserCard
from quadrangle.wire.canvas.errors import message, refuse
from quadrangle.wire.canvas.ids import account_for, course_for, group_for, user_for
from quadrangle.wire.canvas.search import term_of
from quadrangle.wire.canvas.shapes import Maybe, Time, UserShort, user_short
from quadrangle.wire.canvas.users import NOTHING, Sees, UserJson, include_of, person_json, sees_of

routes = Routes("canvas", "Groups")

MEGABYTE: Final = 1024 * 1024
DEFAULT_QUOTA: Final = 50 * MEGABYTE
SHORTEST_SEARCH: Final = 2  # characters
NEEDS_MANAGE_SIS: Final = "You must have manage_sis permission to update sis attributes"


# --- shapes -----------------------------------------------------------------------------------------------------------


class GroupRights(Struct, frozen=True):
    """What the caller may do in a group."""

    create_discussion_topic: bool
    join: bool
    create_announcement: bool


class Tab(Struct, frozen=True):
    """One place of a group's navigation."""

    id: str
    label: str
    type: str
    position: int
    visibility: str
    html_url: str
    full_url: str


class GroupCategoryJson(Struct, frozen=True):
    """A group category; the counts where one category is shown, the SIS keys with SIS rights."""

    id: int
    name: str
    role: str | None
    self_signup: str | None
    auto_leader: str | None
    group_limit: int | None
    context_type: str
    protected: bool
    allows_multiple_memberships: bool
    is_member: bool
    created_at: Time
    course_id: int | Maybe = UNSET
    account_id: int | Maybe = UNSET
    groups_count: int | Maybe = UNSET
    unassigned_users_count: int | Maybe = UNSET
    sis_group_category_id: str | None | Maybe = UNSET
    sis_import_id: int | None | Maybe = UNSET


class GroupJson(Struct, frozen=True):
    """A group; `users`, `group_category`, `permissions` and `tabs` where they are asked for or just made."""

    id: int
    name: str
    description: str | None
    is_public: bool
    join_level: str
    group_category_id: int | None
    max_membership: int | None
    created_at: Time
    members_count: int
    storage_quota_mb: int
    context_type: str
    context_name: str
    avatar_url: str | None
    role: str | None
    leader: UserShort | None
    has_submission: bool
    concluded: bool
    non_collaborative: bool
    course_id: int | Maybe = UNSET
    account_id: int | Maybe = UNSET
    sis_group_id: str | None | Maybe = UNSET
    sis_import_id: int | None | Maybe = UNSET
    users: list[UserJson] | Maybe = UNSET
    group_category: GroupCategoryJson | None | Maybe = UNSET
    permissions: GroupRights | Maybe = UNSET
    tabs: list[Tab] | Maybe = UNSET


class Sis(Struct, frozen=True):
    """Which SIS keys the caller sees."""

    ids: bool = False
    imports: bool = False


def sis_of(standing: Any) -> Sis:
    """standing: anything with `may`."""
    manages = standing.may("manage_sis")
    return Sis(manages or standing.may("read_sis"), manages)


def group_json(
    call: Call,
    group: GroupView,
    sis: Sis,
    *,
    users: Sequence[Person] | None = None,
    sees: Sees = NOTHING,
    tabs: bool = False,
    permissions: GroupRights | Maybe = UNSET,
    category: GroupCategoryJson | None | Maybe = UNSET,
) -> GroupJson:
    in_course = group.course_id is not None
    leader = None
    if group.leader_id is not None and group.leader_name is not None:
        card = UserCard(group.leader_id, group.leader_name, group.leader_pronouns, group.leader_avatar_url)
        leader = user_short(call, card, context=f"/groups/{group.id}")
    return GroupJson(
        id=group.id,
        name=group.name,
        description=group.description,
        is_public=group.is_public,
        join_level=group.join_level,
        group_category_id=group.group_category_id,
        max_membership=group.max_membership or group.group_limit,
        created_at=zulu(group.created_at),
        members_count=group.members_count,
        storage_quota_mb=(group.storage_quota or group.inherited_quota or DEFAULT_QUOTA) // MEGABYTE,
        context_type=group.context_type,
        context_name=group.context_name,
        avatar_url=group.avatar_url,
        role=group.category_role,
        leader=leader,
        has_submission=False,
        concluded=group.concluded_at(call.now),
        non_collaborative=group.non_collaborative,
        course_id=group.course_id if group.course_id is not None else UNSET,
        account_id=UNSET if in_course else group.account_id,
        sis_group_id=group.sis_source_id if sis.ids else UNSET,
        sis_import_id=None if sis.imports else UNSET,
        users=UNSET if users is None else [person_json(call, user, sees) for user in users],
        group_category=category,
        permissions=permissions,
        tabs=tabs_of(call, group.id) if tabs else UNSET,
    )


def tabs_of(call: Call, group_id: int) -> list[Tab]:
    home = f"/groups/{group_id}"
    places = (
        ("home", "Home", ""),
        ("pages", "Pages", "/pages"),
        ("people", "People", "/users"),
        ("files", "Files", "/files"),
    )
    return [
        Tab(id, label, "internal", position, "public", home + path, f"{call.base_url}{home}{path}")
        for position, (id, label, path) in enumerate(places, 1)
    ]


def category_json(category: CategoryView, sis: Sis, *, counts: bool = True) -> GroupCategoryJson:
    return GroupCategoryJson(
        id=category.id,
        name=category.name,
        role=category.role,
        self_signup=category.self_signup,
        auto_leader=category.auto_leader,
        group_limit=category.group_limit,
        context_type=category.context_type,
        protected=category.protected,
        allows_multiple_memberships=category.several_memberships,
        is_member=category.is_member,
        created_at=zulu(category.created_at),
        course_id=category.context_id if category.in_course else UNSET,
        account_id=UNSET if category.in_course else category.context_id,
        groups_count=category.groups_count if counts else UNSET,
        unassigned_users_count=category.unassigned_users_count if counts and category.in_course else UNSET,
        sis_group_category_id=category.sis_source_id if sis.ids else UNSET,
        sis_import_id=None if sis.imports else UNSET,
    )


class MembershipJson(Struct, frozen=True):
    """A person in a group; `just_created` when the membership was asked for."""

    id: int
    group_id: int
    user_id: int
    workflow_state: str
    moderator: bool
    created_at: Time
    just_created: bool | Maybe = UNSET
    sis_group_id: str | None | Maybe = UNSET
    sis_import_id: int | None | Maybe = UNSET


def membership_json(
    standing: GroupStanding, membership: Membership, *, just_created: bool | Maybe = UNSET
) -> MembershipJson:
    sis = sis_of(standing)
    return MembershipJson(
        id=membership.id,
        group_id=membership.group_id,
        user_id=membership.user_id,
        workflow_state=membership.workflow_state,
        moderator=membership.moderator,
        created_at=zulu(membership.created_at),
        just_created=just_created,
        sis_group_id=standing.group.sis_source_id if sis.ids else UNSET,
        sis_import_id=None if sis.imports else UNSET,
    )


class Done(Struct, frozen=True):
    """`{"ok":true}`."""

    ok: bool


# --- lists of groups --------------------------------------------------------------------------------------------------


class GroupListing(Params):
    """What is asked of a list of groups."""

    only_own_groups: bool | Absent = flag("Only groups the caller is in")
    include: tuple[str, ...] = words("More keys", choices=("users", "tabs"))


class OwnGroups(Params):
    """What is asked of the list of one's own groups."""

    context_type: str | None | Absent = text("Groups of this kind of context", choices=("Account", "Course"))
    include: tuple[str, ...] = words("More keys", choices=("users", "tabs"))


async def list_groups(
    call: Call,
    listing: Listing,
    sis: Sis,
    *,
    include: Sequence[str] = (),
    of_id: int | None = None,
    sees: Sees = NOTHING,
) -> Reply:
    """One page of a list of groups; three statements at most."""
    window = call.window()
    binds: dict[str, Any] = {"user_id": call.user().user_id}
    if of_id is not None:
        binds["of_id"] = of_id
    if listing.context_type is not None:
        binds["context_type"] = listing.context_type
    rows = await call.uow.all(GROUPS.at(listing), limit=window.limit, offset=window.offset, **binds)
    total = await call.uow.one(COUNT_GROUPS.at(listing), **binds)
    part = cut(rows, window, total)
    members = await _members_of(call, part.items) if "users" in include else None
    return Reply(
        200,
        part.map(
            [
                group_json(
                    call,
                    group,
                    sis,
                    users=None if members is None else members[group.id],
                    sees=sees,
                    tabs="tabs" in include,
                )
                for group in part.items
            ]
        ),
    )


async def _members_of(call: Call, groups: Sequence[GroupView]) -> Mapping[int, Sequence[Person]]:
    found: defaultdict[int, list[Person]] = defaultdict(list)
    for member in await call.uow.all(MEMBERS_OF_GROUPS, group_ids=[group.id for group in groups]):
        found[member.group_id].append(member)
    return found


@routes.get("/api/v1/users/self/groups", gives=list[GroupJson], paged=True)
async def list_own_groups(call: Call, asked: Asked[OwnGroups]) -> Reply:
    """List the caller's groups."""
    wanted = asked.read()
    kind = wanted.context_type if wanted.context_type in ("Account", "Course") else None
    sis = sis_of(await rights_at(call.uow, call.user().user_id, ROOT_ID))
    return await list_groups(call, Listing("user", context_type=kind), sis, include=wanted.include)


@routes.get("/api/v1/courses/:course_id/groups", gives=list[GroupJson], paged=True)
async def list_course_groups(call: Call, asked: Asked[GroupListing]) -> Reply:
    """List the groups of a course."""
    standing = await course_for(call, call.path["course_id"])
    standing.require("read_roster", *MANAGE_ANY)
    wanted = asked.read()
    listing = Listing("course", own=wanted.only_own_groups is True)
    return await list_groups(
        call, listing, sis_of(standing), include=wanted.include, of_id=standing.course.id, sees=sees_of(standing)
    )


@routes.get("/api/v1/accounts/:account_id/groups", gives=list[GroupJson], paged=True)
async def list_account_groups(call: Call, asked: Asked[GroupListing]) -> Reply:
    """List the groups of an account."""
    account = await account_for(call, call.path["account_id"])
    rights = await rights_at(call.uow, call.user().user_id, account)
    rights.require("read_roster", *MANAGE_ANY)
    wanted = asked.read()
    listing = Listing("account", own=wanted.only_own_groups is True)
    return await list_groups(
        call, listing, sis_of(rights), include=wanted.include, of_id=account.id, sees=sees_of(rights)
    )


# --- one group --------------------------------------------------------------------------------------------------------


class GroupShown(Params):
    """What is asked of one group."""

    include: tuple[str, ...] = words("More keys", choices=("permissions", "tabs", "users"))


class GroupEdit(Params):
    """What may be said of a group."""

    name: str | None | Absent = text("Its name", max=255)
    description: str | None | Absent = text("What it is for")
    is_public: bool | Absent = flag("Open to everybody; communities only, and for good")
    join_level: str | None | Absent = text("Who may join", choices=JOIN_LEVELS)
    max_membership: int | None | Absent = integer("How many may be in it")
    storage_quota_mb: int | None | Absent = integer("Room for files, in megabytes; needs manage_storage_quotas")
    sis_group_id: str | None | Absent = text("SIS id; needs manage_sis")


class GroupRevision(GroupEdit):
    members: tuple[str, ...] = words("User ids; from then on exactly these people are in the group")


def group_changes(edit: GroupEdit, *, quotas: bool, sis: bool, community: bool) -> dict[str, Any]:
    """The columns an edit changes; what the caller may not set is left out."""
    changes: dict[str, Any] = {}
    for name in ("name", "description", "join_level"):
        if (value := getattr(edit, name)) is not ABSENT:
            changes[name] = value
    if not changes.get("join_level", True):
        del changes["join_level"]
    if edit.max_membership is not ABSENT:
        changes["max_membership"] = edit.max_membership
    if edit.is_public is not ABSENT and community:
        changes["is_public"] = edit.is_public
    if edit.storage_quota_mb is not ABSENT and quotas:
        megabytes = edit.storage_quota_mb
        changes["storage_quota"] = megabytes * MEGABYTE if megabytes and 0 < megabytes < 2**40 else None
    if edit.sis_group_id is not ABSENT and sis:
        changes["sis_source_id"] = edit.sis_group_id or None
    return changes


async def made_group(call: Call, group_id: int) -> Reply:
    """A group that was just created or changed, with all the keys of one."""
    return await group_answer(call, await group_for(call, str(group_id)), made=True)


async def group_answer(
    call: Call, standing: GroupStanding, *, made: bool = False, include: Sequence[str] = ()
) -> Reply:
    """A group as its caller sees it."""
    group_id = standing.group.id
    view = await call.uow.one(GROUP_VIEW, id=group_id)
    assert view is not None
    sis = sis_of(standing)
    category: GroupCategoryJson | None | Maybe = UNSET
    if made:
        category = None if view.group_category_id is None else await _category_of(call, view.group_category_id, sis)
    return Reply(
        200,
        group_json(
            call,
            view,
            sis,
            users=(await _members_of(call, [view]))[group_id] if made or "users" in include else None,
            sees=sees_of(standing),
            tabs="tabs" in include,
            permissions=rights_in(standing) if made or "permissions" in include else UNSET,
            category=category,
        ),
    )


async def _category_of(call: Call, category_id: int, sis: Sis) -> GroupCategoryJson:
    return category_json(await category_view(call.uow, category_id, call.user().user_id), sis, counts=False)


def rights_in(standing: GroupStanding) -> GroupRights:
    return GroupRights(
        create_discussion_topic=standing.is_member or standing.is_staff,
        join=not standing.is_member and standing.may_here(JOIN),
        create_announcement=standing.is_moderator or standing.is_staff,
    )


@routes.get("/api/v1/groups/:group_id", gives=GroupJson)
async def show_group(call: Call, asked: Asked[GroupShown]) -> Reply:
    """Show a group."""
    standing = await group_for(call, call.path["group_id"])
    standing.require(READ)
    return await group_answer(call, standing, include=asked.read().include)


@routes.post("/api/v1/groups", gives=GroupJson)
async def create_community(call: Call, asked: Asked[GroupEdit]) -> Reply:
    """Create a community group."""
    user_id = call.user().user_id
    rights = await rights_at(call.uow, user_id, ROOT_ID)
    rights.require("manage_groups_add")
    edit = asked.read()
    changes = group_changes(
        edit, quotas=rights.may("manage_storage_quotas"), sis=rights.may("manage_sis"), community=True
    )
    name = changes.pop("name", None)
    group_id = await found_community(call.uow, root_id=ROOT_ID, founder_id=user_id, name=name, **changes)
    return await made_group(call, group_id)


@routes.put("/api/v1/groups/:group_id", gives=GroupJson)
async def edit_group(call: Call, asked: Asked[GroupRevision]) -> Reply:
    """Change a group."""
    standing = await group_for(call, call.path["group_id"])
    group = standing.require(EDIT)
    edit = asked.read()
    may_sis = standing.may("manage_sis")
    if not may_sis and "sis_group_id" in edit.sent and edit.sis_group_id != standing.group.sis_source_id:
        raise refuse(message(401, NEEDS_MANAGE_SIS))
    changes = group_changes(
        edit, quotas=standing.may("manage_storage_quotas"), sis=may_sis, community=standing.is_community
    )
    await revise_group(call.uow, group, **changes)
    if "members" in edit.sent:
        ids = [await _user_id(call, one) for one in edit.members if one.strip()]
        await set_members(call.uow, group, list(dict.fromkeys(ids)))
    return await made_group(call, standing.group.id)


async def _user_id(call: Call, reference: str) -> int:
    number = parse_number(reference)
    return number if number is not None else (await user_for(call, reference)).id


@routes.delete("/api/v1/groups/:group_id", gives=GroupJson)
async def remove_group(call: Call) -> Reply:
    """Delete a group."""
    standing = await group_for(call, call.path["group_id"])
    group = standing.require(DELETE)
    answer = await group_answer(call, standing)
    await delete_group(call.uow, group)
    return answer


class Invitation(Params):
    """Whom to invite."""

    invitees: tuple[str, ...] = words("E-mail addresses")


@routes.post("/api/v1/groups/:group_id/invite", gives=list[MembershipJson])
async def invite_people(call: Call, asked: Asked[Invitation]) -> Reply:
    """Invite people to a group; unknown addresses are left out."""
    standing = await group_for(call, call.path["group_id"])
    group = standing.require(EDIT)
    invited = await invite(call.uow, group, asked.read().invitees)
    return Reply(200, [membership_json(standing, one) for one in invited])


# --- people in a group ------------------------------------------------------------------------------------------------


class PeopleAsked(Params):
    """What is asked of the people in a group."""

    search_term: str | None | Absent = text("Part of a name")
    include: tuple[str, ...] = words("More keys", choices=("avatar_url", "email"))


async def list_people(call: Call, which: People, asked: PeopleAsked, sees: Sees, **binds: int) -> Reply:
    """One page of the people of a group or a category."""
    term = term_of(asked.search_term, least=SHORTEST_SEARCH)
    values: dict[str, Any] = dict(binds)
    if term is not None:
        values["pattern"] = like(fold(term))
        which = msgspec.structs.replace(which, searched=True)
    window = call.window()
    rows = await call.uow.all(PEOPLE.at(which), limit=window.limit, offset=window.offset, **values)
    total = await call.uow.one(COUNT_PEOPLE.at(which), **values)
    part = cut(rows, window, total)
    include = include_of(asked.include, "avatar_url", "email")
    return Reply(200, part.map([person_json(call, one, sees, include) for one in part.items]))


@routes.get("/api/v1/groups/:group_id/users", gives=list[UserJson], paged=True)
async def list_group_users(call: Call, asked: Asked[PeopleAsked]) -> Reply:
    """List the people in a group."""
    standing = await group_for(call, call.path["group_id"])
    standing.require(READ)
    return await list_people(call, People("group"), asked.read(), sees_of(standing), of_id=standing.group.id)


class MembershipListing(Params):
    """What is asked of a list of memberships."""

    filter_states: tuple[str, ...] = words("Only memberships in these states", choices=MEMBERSHIP_STATES)


@routes.get("/api/v1/groups/:group_id/memberships", gives=list[MembershipJson], paged=True)
async def list_memberships(call: Call, asked: Asked[MembershipListing]) -> Reply:
    """List the memberships of a group."""
    standing = await group_for(call, call.path["group_id"])
    standing.require(READ)
    wanted = asked.read()
    states = [one for one in MEMBERSHIP_STATES if "filter_states" not in wanted.sent or one in wanted.filter_states]
    window = call.window()
    binds: dict[str, Any] = {"group_id": standing.group.id, "states": states}
    rows = await call.uow.all(MEMBERSHIPS, limit=window.limit, offset=window.offset, **binds)
    total = await call.uow.one(COUNT_MEMBERSHIPS, **binds)
    part = cut(rows, window, total)
    return Reply(200, part.map([membership_json(standing, one) for one in part.items]))


async def _membership(call: Call, standing: GroupStanding, *, by_user: bool) -> Membership:
    """The membership of the path: by its id or its user, `self` being the caller's own; or NotFound."""
    group_id = standing.group.id
    reference = call.path["user_id" if by_user else "membership_id"]
    found = None
    if by_user:
        user_id = (await user_for(call, reference)).id
        found = await call.uow.one(MEMBERSHIP_OF_USER, group_id=group_id, user_id=user_id)
    elif reference.strip() == "self":
        found = await call.uow.one(MEMBERSHIP_OF_USER, group_id=group_id, user_id=call.user().user_id)
    elif (number := parse_number(reference)) is not None:
        found = await call.uow.one(MEMBERSHIP, group_id=group_id, id=number)
    if found is None:
        raise NotFound
    return found


async def _show_membership(call: Call, *, by_user: bool) -> Reply:
    standing = await group_for(call, call.path["group_id"])
    membership = await _membership(call, standing, by_user=by_user)
    if membership.user_id != call.user().user_id:
        standing.require(READ)
    return Reply(200, membership_json(standing, membership))


@routes.get("/api/v1/groups/:group_id/memberships/:membership_id", gives=MembershipJson)
async def show_membership(call: Call) -> Reply:
    """Show a membership."""
    return await _show_membership(call, by_user=False)


@routes.get("/api/v1/groups/:group_id/users/:user_id", gives=MembershipJson)
async def show_membership_of_user(call: Call) -> Reply:
    """Show the membership of a user."""
    return await _show_membership(call, by_user=True)


class Joining(Params):
    """Who is to join."""

    user_id: str | None | Absent = text("A user; `self` is the caller")


@routes.post("/api/v1/groups/:group_id/memberships", gives=MembershipJson)
async def create_membership(call: Call, asked: Asked[Joining]) -> Reply:
    """Put a user into a group, or join it, or ask to be let in."""
    standing = await group_for(call, call.path["group_id"])
    user = await user_for(call, asked.read().user_id or "")
    if user.workflow_state == "deleted":
        raise NotFound
    oneself = user.id == call.user().user_id
    if standing.may("manage_groups_manage") or not oneself:
        group, state = standing.require(EDIT), ACCEPTED
        oneself = False
    else:
        if standing.membership_id is not None:
            return Reply(200, membership_json(standing, await _own(call, standing), just_created=False))
        group = standing.require(JOIN)
        state = ACCEPTED if standing.joins_at_once else REQUESTED
    membership, new = await join(call.uow, group, user_id=user.id, state=state, by_oneself=oneself)
    return Reply(200, membership_json(standing, membership, just_created=new))


async def _own(call: Call, standing: GroupStanding) -> Membership:
    found = await call.uow.one(MEMBERSHIP_OF_USER, group_id=standing.group.id, user_id=call.user().user_id)
    assert found is not None
    return found


class MembershipEdit(Params):
    """What may be said of a membership."""

    workflow_state: str | None | Absent = text("`accepted` lets in who was invited or asked", choices=(ACCEPTED,))
    moderator: bool | Absent = flag("Whether this member may manage the group")


async def _edit_membership(call: Call, asked: Asked[MembershipEdit], *, by_user: bool) -> Reply:
    standing = await group_for(call, call.path["group_id"])
    membership = await _membership(call, standing, by_user=by_user)
    edit = asked.read()
    changes: dict[str, Any] = {}
    accepts = edit.workflow_state == ACCEPTED and membership.workflow_state != ACCEPTED
    if accepts:
        changes["workflow_state"] = ACCEPTED
    if edit.moderator is not ABSENT:
        changes["moderator"] = edit.moderator
    own_invitation = accepts and membership.user_id == call.user().user_id and edit.moderator is ABSENT
    group = standing.require(ACCEPT if own_invitation else EDIT)
    await change_membership(call.uow, group, membership, **changes)
    return Reply(200, membership_json(standing, await _membership(call, standing, by_user=by_user)))


@routes.put("/api/v1/groups/:group_id/memberships/:membership_id", gives=MembershipJson)
async def edit_membership(call: Call, asked: Asked[MembershipEdit]) -> Reply:
    """Accept a membership, or make somebody a moderator."""
    return await _edit_membership(call, asked, by_user=False)


@routes.put("/api/v1/groups/:group_id/users/:user_id", gives=MembershipJson)
async def edit_membership_of_user(call: Call, asked: Asked[MembershipEdit]) -> Reply:
    """Accept the membership of a user, or make them a moderator."""
    return await _edit_membership(call, asked, by_user=True)


async def _end_membership(call: Call, *, by_user: bool) -> Reply:
    standing = await group_for(call, call.path["group_id"])
    membership = await _membership(call, standing, by_user=by_user)
    own = membership.user_id == call.user().user_id
    await leave(call.uow, standing.require(LEAVE if own else EDIT), membership)
    return Reply(200, Done(True))


@routes.delete("/api/v1/groups/:group_id/memberships/:membership_id", gives=Done)
async def end_membership(call: Call) -> Reply:
    """Leave a group, or take somebody out of it."""
    return await _end_membership(call, by_user=False)


@routes.delete("/api/v1/groups/:group_id/users/:user_id", gives=Done)
async def end_membership_of_user(call: Call) -> Reply:
    """Take a user out of a group."""
    return await _end_membership(call, by_user=True)
