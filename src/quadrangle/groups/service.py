"""What happens to groups: they are made within a category, people join and leave, members are shared out."""

import csv
import io
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from quadrangle.db import IntegrityViolation, UnitOfWork
from quadrangle.groups.model import (
    ACCEPTED,
    AUTO_LEADERS,
    COMMUNITIES,
    INVITED,
    JOIN_LEVELS,
    LONGEST_NAME,
    MOST_NEW_GROUPS,
    SELF_SIGNUPS,
    CategoryView,
    Group,
    GroupCategory,
    ImportOutcome,
    Membership,
)
from quadrangle.groups.store import (
    ACCOUNT_OF_COURSE,
    CATEGORY,
    CATEGORY_IN_ROLE,
    CATEGORY_NAMED,
    CATEGORY_VIEW,
    CATEGORY_WITH_SIS,
    COUNT_MEMBERS,
    DELETE_GROUPS_OF_CATEGORY,
    EMPTY_CATEGORY,
    EMPTY_GROUP,
    FROM_ANOTHER_SECTION,
    GROUPS_BY_SIS,
    IN_COURSE,
    KNOWN_BY_ADDRESS,
    KNOWN_USERS,
    LEAD,
    LEAD_NO_MORE,
    LEAVE,
    LEAVE_OTHERS,
    LED_BY,
    MEMBER_IDS,
    MEMBERSHIP_OF_USER,
    PEOPLE,
    PEOPLE_IN_COURSE,
    SIZES_IN_CATEGORY,
    USERS_BY,
    People,
)
from quadrangle.groups.tables import group_categories, group_memberships, groups
from quadrangle.kernel.access import Granted
from quadrangle.kernel.digest import random_text
from quadrangle.kernel.errors import Invalid, NotFound
from quadrangle.kernel.ids import parse_number
from quadrangle.kernel.text import sort_key
from quadrangle.people import Person

EVERYBODY: Final = 1_000_000  # of one course: a limit that is none
MOST_IMPORTED: Final = 10_000  # rows of one list


# --- categories -------------------------------------------------------------------------------------------------------


def _named(name: str | None) -> str:
    """A usable name, or Invalid."""
    name = (name or "").strip()
    if not name:
        raise Invalid.field("name", "blank")
    if len(name) > LONGEST_NAME:
        raise Invalid.field("name", "too_long")
    return name


async def create_group_category(
    uow: UnitOfWork,
    *,
    root_id: int,
    name: str | None,
    course_id: int | None = None,
    account_id: int | None = None,
    **more: Any,
) -> int:
    """Add a category to a course or an account; returns its id.

    more: role, self_signup, auto_leader, group_limit, sis_source_id. Raises Invalid on name (blank, too_long, taken), self_signup,
    auto_leader and group_limit.
    """
    context_type = "Course" if course_id is not None else "Account"
    context_id = course_id if course_id is not None else account_id
    assert context_id is not None
    values = {"name": _named(name), **more}
    await _check_category(uow, values, context_type, context_id, 0)
    return await uow.insert(
        group_categories,
        context_type=context_type,
        context_id=context_id,
        root_account_id=root_id,
        created_at=uow.now,
        updated_at=uow.now,
        **values,
    )


async def _check_category(uow: UnitOfWork, values: dict[str, Any], context_type: str, context_id: int, id: int) -> None:
    if values.get("self_signup") not in (None, *SELF_SIGNUPS):
        raise Invalid.field("self_signup", "inclusion")
    if values.get("auto_leader") not in (None, *AUTO_LEADERS):
        raise Invalid.field("auto_leader", "inclusion")
    limit = values.get("group_limit")
    if limit is not None and not 2 <= limit < 2**31:
        raise Invalid.field("group_limit", "must be greater than 1", "greater_than")
    if "name" in values and await uow.all(
        CATEGORY_NAMED, context_type=context_type, context_id=context_id, name=values["name"], id=id
    ):
        raise Invalid.field("name", f"{values['name']} is already in use.", "taken")
    sis_id = values.get("sis_source_id")
    if sis_id is not None and await uow.all(CATEGORY_WITH_SIS, sis_source_id=sis_id, id=id):
        raise _sis_taken(sis_id)


def _sis_taken(sis_id: str) -> Invalid:
    return Invalid.field("sis_source_id", f'SIS ID "{sis_id}" is already in use')


async def revise_category(uow: UnitOfWork, category: Granted[GroupCategory], **changes: Any) -> None:
    """Change what was sent of name, self_signup, auto_leader, group_limit, sis_source_id. Raises Invalid as for a new one."""
    old = category.subject
    if "name" in changes:
        changes["name"] = _named(changes["name"])
    await _check_category(uow, changes, old.context_type, old.context_id, old.id)
    if changes:
        await uow.update(group_categories, {"id": old.id}, updated_at=uow.now, **changes)


async def delete_category(uow: UnitOfWork, category: Granted[GroupCategory]) -> None:
    """The category goes, and with it its groups and their memberships."""
    id = category.subject.id
    await uow.run(EMPTY_CATEGORY, category_id=id, at=uow.now)
    await uow.run(DELETE_GROUPS_OF_CATEGORY, category_id=id, at=uow.now)
    await uow.update(group_categories, {"id": id}, deleted_at=uow.now, updated_at=uow.now)


async def fill_with_groups(
    uow: UnitOfWork, category: GroupCategory, *, create: int | None, split: int | None
) -> dict[int, list[Person]]:
    """Make numbered groups for a new category; split: share the course's students out among that many. Returns who went where.

    Raises Invalid for more groups than MOST_NEW_GROUPS.
    """
    for name, count in (("create_group_count", create), ("split_group_count", split)):
        if count is not None and not 0 <= count <= MOST_NEW_GROUPS:
            raise Invalid.field(name, f"must be from 0 to {MOST_NEW_GROUPS}", "inclusion")
    for number in range(1, max(create or 0, split or 0) + 1):
        await create_group(uow, category_id=category.id, name=f"{category.name} {number}")
    return await _share_out(uow, category) if split else {}


async def community_category(uow: UnitOfWork, root_id: int) -> int:
    """The category all community groups of a root account stand in, made with the first of them."""
    found = await uow.one(CATEGORY_IN_ROLE, context_type="Account", context_id=root_id, role=COMMUNITIES)
    if found is not None:
        return found.id
    return await create_group_category(uow, root_id=root_id, account_id=root_id, name="Communities", role=COMMUNITIES)


async def category_view(uow: UnitOfWork, id: int, user_id: int) -> CategoryView:
    """A category as it is shown to somebody."""
    found = await uow.one(CATEGORY_VIEW, id=id, user_id=user_id)
    assert found is not None
    return found


# --- groups -----------------------------------------------------------------------------------------------------------


async def create_group(uow: UnitOfWork, *, category_id: int, name: str | None, **more: Any) -> int:
    """Add a group to a category; returns its id.

    more: any other column. Raises NotFound without the category, Invalid on name, join_level, max_membership and a SIS id that is taken.
    """
    category = await uow.one(CATEGORY, id=category_id)
    if category is None:
        raise NotFound
    account_id: int | None = category.context_id
    if category.in_course:
        account_id = await uow.one(ACCOUNT_OF_COURSE, id=category.context_id)
    values = {"join_level": "invitation_only", "is_public": False, "non_collaborative": False, **more}
    values["name"] = _named(name)
    _check_group(values)
    try:
        return await uow.insert(
            groups,
            uuid=random_text(40),
            name_key=sort_key(values["name"]),
            context_type=category.context_type,
            course_id=category.context_id if category.in_course else None,
            account_id=account_id,
            root_account_id=category.root_account_id,
            group_category_id=category_id,
            workflow_state="available",
            created_at=uow.now,
            updated_at=uow.now,
            **values,
        )
    except IntegrityViolation:
        raise _sis_taken(values.get("sis_source_id", "")) from None


def _check_group(values: dict[str, Any]) -> None:
    if "join_level" in values and values["join_level"] not in JOIN_LEVELS:
        raise Invalid.field("join_level", "inclusion")
    most = values.get("max_membership")
    if most is not None and not 1 <= most < 2**31:
        raise Invalid.field("max_membership", "must be greater than 0", "greater_than")


async def found_community(uow: UnitOfWork, *, root_id: int, founder_id: int, name: str | None, **more: Any) -> int:
    """A community group with its founder as first member and moderator."""
    group_id = await create_group(uow, category_id=await community_category(uow, root_id), name=name, **more)
    await add_member(uow, group_id=group_id, user_id=founder_id, moderator=True)
    return group_id


class PublicStaysPublic(Invalid):
    """A group that was made public cannot be closed again."""

    code = "group_stays_public"


async def revise_group(uow: UnitOfWork, group: Granted[Group], **changes: Any) -> None:
    """Change what was sent of name, description, is_public, join_level, max_membership, storage_quota, sis_source_id, avatar_url.

    Raises Invalid as for a new group, and PublicStaysPublic.
    """
    old = group.subject
    if "name" in changes:
        changes["name"] = _named(changes["name"])
        changes["name_key"] = sort_key(changes["name"])
    if old.is_public and changes.get("is_public") is False:
        raise PublicStaysPublic.field("is_public", "A public group cannot be made private again", "invalid")
    _check_group(changes)
    if not changes:
        return
    try:
        await uow.update(groups, {"id": old.id}, updated_at=uow.now, **changes)
    except IntegrityViolation:
        raise _sis_taken(changes.get("sis_source_id", "")) from None


async def delete_group(uow: UnitOfWork, group: Granted[Group]) -> None:
    """The group goes; nobody is in it any more."""
    await uow.run(EMPTY_GROUP, of_group=group.subject.id, at=uow.now)
    await uow.update(groups, {"id": group.subject.id}, workflow_state="deleted", updated_at=uow.now)


# --- members ----------------------------------------------------------------------------------------------------------


async def add_member(
    uow: UnitOfWork, *, group_id: int, user_id: int, state: str = ACCEPTED, moderator: bool = False
) -> int:
    """Put a user into a group. Raises IntegrityViolation for somebody who is in it already."""
    return await uow.insert(
        group_memberships,
        group_id=group_id,
        user_id=user_id,
        workflow_state=state,
        moderator=moderator,
        created_at=uow.now,
        updated_at=uow.now,
    )


class NotInCourse(Invalid):
    """A category's groups need the member to be in the course."""

    code = "not_in_course"


class GroupFull(Invalid):
    code = "group_full"


class OtherSection(Invalid):
    """Restricted self sign-up keeps a group within one section."""

    code = "other_section"


async def join(
    uow: UnitOfWork, group: Granted[Group], *, user_id: int, state: str = ACCEPTED, by_oneself: bool = False
) -> tuple[Membership, bool]:
    """Put somebody into a group: accepted, invited, or asking to be let in. Returns the membership and whether it is new.

    Somebody who is in already stays as they are; somebody invited or asking who is now accepted is let in. In a category where one person
    is in one group only, they leave the others. by_oneself: the rule of restricted self sign-up applies. Raises NotInCourse, GroupFull,
    OtherSection.
    """
    target = group.subject
    category = await _lock(uow, target)
    known = await uow.one(MEMBERSHIP_OF_USER, group_id=target.id, user_id=user_id)
    if known is not None and (known.workflow_state == ACCEPTED or state != ACCEPTED):
        return known, False
    if target.course_id is not None and not await uow.all(IN_COURSE, user_id=user_id, course_id=target.course_id):
        raise NotInCourse.field("user_id", "is not in the group's course", "invalid")
    if state == ACCEPTED:
        await _check_room(uow, target, category)
        restricted = by_oneself and category is not None and category.self_signup == "restricted"
        if restricted and await uow.all(
            FROM_ANOTHER_SECTION, group_id=target.id, user_id=user_id, course_id=target.course_id
        ):
            raise OtherSection.field("user_id", "is not in the section of the group's members", "invalid")
        await _leave_others(uow, target.id, category, user_id)
    if known is None:
        await add_member(uow, group_id=target.id, user_id=user_id, state=state)
    else:
        await uow.update(group_memberships, {"id": known.id}, workflow_state=state, updated_at=uow.now)
    if state == ACCEPTED:
        await _choose_leader(uow, target.id, category)
    made = await uow.one(MEMBERSHIP_OF_USER, group_id=target.id, user_id=user_id)
    assert made is not None
    return made, known is None


async def _lock(uow: UnitOfWork, group: Group) -> GroupCategory | None:
    """Hold the category (or the group) until the commit, so that two who join at once are counted one after the other."""
    if group.group_category_id is None:
        await uow.update(groups, {"id": group.id}, updated_at=uow.now)
        return None
    await uow.update(group_categories, {"id": group.group_category_id}, updated_at=uow.now)
    return await uow.one(CATEGORY, id=group.group_category_id)


async def _check_room(uow: UnitOfWork, group: Group, category: GroupCategory | None) -> None:
    most = group.max_membership or (category.group_limit if category is not None else None)
    if most is not None and (await uow.one(COUNT_MEMBERS, group_id=group.id) or 0) >= most:
        raise GroupFull.field("group_id", "The group is full.", "invalid")


async def _leave_others(uow: UnitOfWork, group_id: int, category: GroupCategory | None, user_id: int) -> None:
    if category is None or category.several_memberships:
        return
    binds = {"member_id": user_id, "category_id": category.id, "except_id": group_id}
    await uow.run(LEAVE_OTHERS, at=uow.now, **binds)
    await uow.run(LEAD_NO_MORE, **binds)


async def _choose_leader(uow: UnitOfWork, group_id: int, category: GroupCategory | None) -> None:
    """Name a leader for a group that has none, where the category says how."""
    if category is None or category.auto_leader is None:
        return
    members = await uow.all(MEMBER_IDS, group_id=group_id)
    if members:
        chosen = members[0] if category.auto_leader == "first" else random.choice(members)
        await uow.run(LEAD, of_group=group_id, leader=chosen)


async def change_membership(uow: UnitOfWork, group: Granted[Group], membership: Membership, **changes: Any) -> None:
    """Set `moderator`, or let in (`workflow_state="accepted"`) who was invited or asked. Raises GroupFull."""
    if changes.get("workflow_state") == ACCEPTED and membership.workflow_state != ACCEPTED:
        await join(uow, group, user_id=membership.user_id)
    if "moderator" in changes:
        await uow.update(group_memberships, {"id": membership.id}, moderator=changes["moderator"], updated_at=uow.now)


async def leave(uow: UnitOfWork, group: Granted[Group], membership: Membership) -> None:
    """A membership ends, by the member or by somebody who manages the group."""
    target = group.subject
    category = await _lock(uow, target)
    await uow.update(group_memberships, {"id": membership.id}, workflow_state="deleted", updated_at=uow.now)
    await uow.update(groups, {"id": target.id, "leader_id": membership.user_id}, leader_id=None)
    await _choose_leader(uow, target.id, category)


async def leave_everywhere(uow: UnitOfWork, user_ids: Sequence[int], root_id: int) -> None:
    """Some people leave all groups of a root account; where one of them led, the category may choose somebody else."""
    led = await uow.all(LED_BY, user_ids=user_ids, root_id=root_id)
    await uow.run(LEAVE, user_ids=user_ids, root_id=root_id, at=uow.now)
    for one in led:
        await uow.update(groups, {"id": one.group_id}, leader_id=None, updated_at=uow.now)
        if one.category_id is not None:
            category = await uow.one(CATEGORY, id=one.category_id)
            await _choose_leader(uow, one.group_id, category)


async def set_members(uow: UnitOfWork, group: Granted[Group], user_ids: Sequence[int]) -> None:
    """Exactly these people are in the group from now on. Raises NotInCourse, GroupFull."""
    wanted = set(user_ids)
    for user_id in await uow.all(MEMBER_IDS, group_id=group.subject.id):
        if user_id not in wanted:
            membership = await uow.one(MEMBERSHIP_OF_USER, group_id=group.subject.id, user_id=user_id)
            assert membership is not None
            await leave(uow, group, membership)
    known = set(await uow.all(KNOWN_USERS, user_ids=sorted(wanted)))
    for user_id in user_ids:
        if user_id in known:
            await join(uow, group, user_id=user_id)


async def invite(uow: UnitOfWork, group: Granted[Group], addresses: Sequence[str]) -> list[Membership]:
    """Invite who is known by these addresses (an e-mail or a login name); unknown ones, and people not in the course, are left out."""
    wanted = list(dict.fromkeys(address.strip().casefold() for address in addresses))
    known = await uow.all(KNOWN_BY_ADDRESS, addresses=wanted, root_id=group.subject.root_account_id)
    order = {address: place for place, address in enumerate(wanted)}
    invited: dict[int, Membership] = {}
    for found in sorted(known, key=lambda one: order[one.address]):
        if found.user_id in invited:
            continue
        try:
            membership, _ = await join(uow, group, user_id=found.user_id, state=INVITED)
        except NotInCourse:
            continue
        invited[found.user_id] = membership
    return list(invited.values())


# --- many members at once ---------------------------------------------------------------------------------------------


async def assign_unassigned(uow: UnitOfWork, category: Granted[GroupCategory]) -> dict[int, list[Person]]:
    """Share the students without a group out among the category's groups, the smallest group first. Returns who went where."""
    await uow.update(group_categories, {"id": category.subject.id}, updated_at=uow.now)
    return await _share_out(uow, category.subject)


async def _share_out(uow: UnitOfWork, category: GroupCategory) -> dict[int, list[Person]]:
    sizes = await uow.all(SIZES_IN_CATEGORY, category_id=category.id)
    members = {one.id: one.members for one in sizes}
    limits = {one.id: one.max_membership or category.group_limit or EVERYBODY for one in sizes}
    placed: dict[int, list[Person]] = {one.id: [] for one in sizes}
    waiting = await uow.all(
        PEOPLE.at(People("category", unassigned=True)),
        of_id=category.id,
        course_id=category.context_id,
        limit=EVERYBODY,
        offset=0,
    )
    for user in waiting:
        with_room = [group_id for group_id in members if members[group_id] < limits[group_id]]
        if not with_room:
            break
        group_id = min(with_room, key=lambda one: (members[one], one))
        await _accept(uow, group_id, user.id)
        members[group_id] += 1
        placed[group_id].append(user)
    for group_id, came in placed.items():
        if came:
            await _choose_leader(uow, group_id, category)
    return placed


async def _accept(uow: UnitOfWork, group_id: int, user_id: int) -> None:
    """Let in somebody who is in no group of the category; they may have been invited or asked before."""
    known = await uow.one(MEMBERSHIP_OF_USER, group_id=group_id, user_id=user_id)
    if known is None:
        await add_member(uow, group_id=group_id, user_id=user_id)
    elif known.workflow_state != ACCEPTED:
        await uow.update(group_memberships, {"id": known.id}, workflow_state=ACCEPTED, updated_at=uow.now)


class NotAList(Invalid):
    """The imported text is no list of members: says what is missing."""

    code = "not_a_list"


class _Line(msgspec.Struct, frozen=True):
    number: int
    user: tuple[str, str]  # column, value
    group: tuple[str, str]


_USER_COLUMNS: Final = ("canvas_user_id", "user_id", "login_id")
_GROUP_COLUMNS: Final = ("canvas_group_id", "group_id", "group_name")


def read_member_list(data: bytes) -> tuple[list[_Line], list[str]]:
    """The lines of a CSV list of members, and what is wrong with some of them. Raises NotAList.

    One of canvas_user_id, user_id (SIS), login_id names the person, one of canvas_group_id, group_id (SIS), group_name the group; the first
    that is filled in counts.
    """
    try:
        text = data.decode("utf-8-sig")
        rows = csv.DictReader(io.StringIO(text, newline=""))
        names = [(name or "").strip().lower() for name in rows.fieldnames or []]
        rows.fieldnames = names
        if not set(names) & set(_USER_COLUMNS) or not set(names) & set(_GROUP_COLUMNS):
            raise NotAList.field(
                "attachment", "The list needs a column that names the user and one that names the group"
            )
        lines: list[_Line] = []
        errors: list[str] = []
        for row in rows:
            if len(lines) >= MOST_IMPORTED:
                raise NotAList.field("attachment", f"The list has more than {MOST_IMPORTED} lines")
            user, group = _first(row, _USER_COLUMNS), _first(row, _GROUP_COLUMNS)
            if user is None or group is None:
                errors.append(f"Line {rows.line_num}: no user or no group")
            else:
                lines.append(_Line(rows.line_num, user, group))
    except (UnicodeDecodeError, csv.Error):
        raise NotAList.field("attachment", "The list is not CSV in UTF-8") from None
    return lines, errors


def _first(row: dict[Any, Any], columns: Sequence[str]) -> tuple[str, str] | None:
    for column in columns:
        value = row.get(column)
        if isinstance(value, str) and value.strip():
            return column, value.strip()
    return None


async def import_members(uow: UnitOfWork, category: Granted[GroupCategory], data: bytes) -> ImportOutcome:
    """Put the people of a CSV list into groups of the category; a group named for the first time is made. Raises NotAList."""
    lines, errors = read_member_list(data)
    target = category.subject
    await uow.update(group_categories, {"id": target.id}, updated_at=uow.now)
    person = await _people_named(uow, target, lines)
    by_id = {one.id: one for one in await uow.all(SIZES_IN_CATEGORY, category_id=target.id)}
    by_name = {one.name: one.id for one in by_id.values()}
    by_sis = {one.key: one.id for one in await uow.all(GROUPS_BY_SIS, category_id=target.id)}
    imported = 0
    touched: defaultdict[int, int] = defaultdict(int)
    for line in lines:
        user_id = person(line.user)
        if user_id is None:
            errors.append(f"Line {line.number}: no such user in the course")
            continue
        column, value = line.group
        if column == "canvas_group_id":
            number = parse_number(value)
            group_id = number if number in by_id else None
        elif column == "group_id":
            group_id = by_sis.get(value)
        else:
            group_id = by_name.get(value)
            if group_id is None and len(value) <= LONGEST_NAME:
                group_id = by_name[value] = await create_group(uow, category_id=target.id, name=value)
        if group_id is None:
            errors.append(f"Line {line.number}: no such group in the category")
            continue
        await _leave_others(uow, group_id, target, user_id)
        await _accept(uow, group_id, user_id)
        touched[group_id] += 1
        imported += 1
    for group_id in touched:
        await _choose_leader(uow, group_id, target)
    return ImportOutcome(imported, errors)


async def _people_named(
    uow: UnitOfWork, category: GroupCategory, lines: Sequence[_Line]
) -> Callable[[tuple[str, str]], int | None]:
    """How to find the person a line names, among those who may be in the category's groups."""
    named: defaultdict[str, list[str]] = defaultdict(list)
    for line in lines:
        named[line.user[0]].append(line.user[1])
    found: dict[tuple[str, str], int] = {}
    for value in named["canvas_user_id"]:
        if (number := parse_number(value)) is not None:
            found["canvas_user_id", value] = number
    for column, stored in (("user_id", "sis_user_id"), ("login_id", "unique_key")):
        keys = {value.casefold() if column == "login_id" else value: value for value in named[column]}
        if keys:
            for one in await uow.all(USERS_BY.at(stored), root_id=category.root_account_id, keys=list(keys)):
                found[column, one.key] = one.user_id
    ids = sorted(set(found.values()))
    if category.in_course:
        allowed = set(await uow.all(PEOPLE_IN_COURSE, course_id=category.context_id, user_ids=ids))
    else:
        allowed = set(await uow.all(KNOWN_USERS, user_ids=ids))

    def person(named: tuple[str, str]) -> int | None:
        column, value = named
        user_id = found.get((column, value.casefold() if column == "login_id" else value))
        return user_id if user_id in allowed else None

    return person
