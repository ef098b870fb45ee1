"""Users of the Canvas family: how a person looks, and one person shown, changed, signed out. Source: supporting-resources.md §1."""

from typing import Any

from msgspec import UNSET, Struct
from msgspec.structs import replace

from quadrangle.accounts import ROOT_ID, root_setting, zone_name
from quadrangle.accounts import reload as reload_account
from quadrangle.courses import Acquaintance, acquaintance, manages_details
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.clock import zulu, zulu_or_none
from quadrangle.kernel.errors import FieldError, Forbidden, Invalid, NotFound
from quadrangle.kernel.ids import Ref, parse_ref
from quadrangle.kernel.params import Absent, Params, anything, text, words
from quadrangle.people import (
    PERSON,
    Person,
    User,
    change_user,
    end_sessions,
    find_person,
    looks_like_address,
    set_email,
    suspend_people,
    user_problems,
)
from quadrangle.tokens import end_tokens_of
from quadrangle.wire.canvas.calendar_feeds import feed_address
from quadrangle.wire.canvas.ids import USER_KINDS
from quadrangle.wire.canvas.shapes import Maybe, Time

routes = Routes("canvas", "Users")

DEFAULT_LOCALE = "en"


class UserPermissions(Struct, frozen=True):
    """What the caller may change of a user."""

    can_update_name: bool
    can_update_avatar: bool
    limit_parent_app_web_access: bool


class UserJson(Struct, frozen=True):
    """A user; the keys after `short_name` depend on who asks and where."""

    id: int
    name: str
    created_at: Time
    sortable_name: str
    short_name: str
    sis_user_id: str | None | Maybe = UNSET
    integration_id: str | None | Maybe = UNSET
    sis_import_id: int | None | Maybe = UNSET
    login_id: str | None | Maybe = UNSET
    root_account: str | Maybe = UNSET
    pronouns: str | Maybe = UNSET
    avatar_url: str | Maybe = UNSET
    avatar_state: str | Maybe = UNSET
    first_name: str | Maybe = UNSET
    last_name: str | Maybe = UNSET
    email: str | None | Maybe = UNSET
    locale: str | None | Maybe = UNSET
    effective_locale: str | Maybe = UNSET
    permissions: UserPermissions | Maybe = UNSET
    last_login: Time | None | Maybe = UNSET
    time_zone: str | None | Maybe = UNSET
    uuid: str | Maybe = UNSET
    terms_of_use: bool | Maybe = UNSET
    confirmation_url: str | Maybe = UNSET
    bio: str | None | Maybe = UNSET
    title: str | None | Maybe = UNSET
    group_ids: list[int] | Maybe = UNSET
    sections: str | Maybe = UNSET
    enrollments: list[Any] | Maybe = UNSET  # Enrollment objects without their `user`


class Sees(Struct, frozen=True):
    """Which keys of other people a caller is shown in one place."""

    sis: bool = False
    sis_import: bool = False
    logins: bool = False
    email: bool = False


NOTHING = Sees()


def sees_of(holder: Any) -> Sees:
    """holder: anything with `may(permission)`: rights at an account, a standing in a course, an acquaintance."""
    return Sees(
        sis=holder.may("read_sis") or holder.may("manage_sis"),
        sis_import=holder.may("manage_sis"),
        logins=holder.may("view_user_logins"),
        email=holder.may("read_email_addresses"),
    )


def user_json(user: User) -> UserJson:
    """As much as anybody may know who may know of this user."""
    return UserJson(
        id=user.id,
        name=user.name,
        created_at=zulu(user.created_at),
        sortable_name=user.sortable_name,
        short_name=user.short_name,
        pronouns=user.pronouns or UNSET,
    )


def person_json(call: Call, person: Person, sees: Sees = NOTHING, include: frozenset[str] = frozenset()) -> UserJson:
    """A user as a list shows them. include: of avatar_url, email, last_login, time_zone, uuid, bio, locale."""
    return replace(
        user_json(person),
        sis_user_id=person.sis_user_id if sees.sis else UNSET,
        integration_id=person.integration_id if sees.sis else UNSET,
        sis_import_id=None if sees.sis_import else UNSET,
        login_id=person.unique_id if sees.logins and person.unique_id is not None else UNSET,
        avatar_url=avatar_url(call, person) if "avatar_url" in include else UNSET,
        # Typed clients refuse a class list for one empty address, so there is no key without one.
        email=person.email if "email" in include and sees.email and person.email else UNSET,
        last_login=zulu_or_none(person.last_login) if "last_login" in include else UNSET,
        time_zone=person.time_zone if "time_zone" in include else UNSET,
        uuid=person.uuid if "uuid" in include else UNSET,
        bio=person.bio if "bio" in include else UNSET,
        locale=person.locale if "locale" in include else UNSET,
    )


def avatar_url(call: Call, person: User) -> str:
    return person.avatar_url or f"{call.base_url}/images/avatar-50.png"


def names_apart(person: User) -> tuple[str, str]:
    """First and last name, as the sortable name tells them apart."""
    last, comma, first = person.sortable_name.partition(",")
    return (first.strip(), last.strip()) if comma else (last.strip(), "")


def include_of(wanted: tuple[str, ...], *allowed: str) -> frozenset[str]:
    return frozenset(wanted) & frozenset(allowed)


# --- one user ---------------------------------------------------------------------------------------------------------


async def person_for(call: Call, text_: str) -> Person:
    """The person a reference names, in any state, or NotFound; `self` is the caller."""
    ref = parse_ref(text_, kinds=USER_KINDS, words=frozenset({"self"}))
    if ref is not None and ref.kind == "word":
        ref = Ref("id", str(call.user().user_id))
    person = None if ref is None else await find_person(call.uow, ref)
    if person is None:
        raise NotFound
    return person


async def visible_person(call: Call, text_: str) -> tuple[Person, Acquaintance]:
    """The person and what the caller is to them; somebody the caller may not see is not found (conventions.md §1.3)."""
    person = await person_for(call, text_)
    known = await acquaintance(call.uow, call.user().user_id, person.id)
    if not known.visible:
        raise NotFound
    return person, known


async def may_rename(call: Call, known: Acquaintance) -> bool:
    """Whether the caller may change the names of somebody."""
    if known.own:
        root = await reload_account(call.uow, ROOT_ID)
        if root_setting(root.settings, "users_can_edit_name"):
            return True
    return await manages_details(call.uow, known)


def _seen_as(known: Acquaintance) -> Sees:
    sees = sees_of(known)
    return replace(sees, email=True, logins=True) if known.own else sees


class UserShow(Params):
    include: tuple[str, ...] = words("What to add.", choices=["uuid", "last_login", "avatar_state"])


@routes.get("/api/v1/users/:id", gives=UserJson)
async def show_user(call: Call, asked: Asked[UserShow]) -> Reply:
    """Show a user."""
    person, known = await visible_person(call, call.path["id"])
    include = include_of(asked.read().include, "uuid", "last_login") | {"avatar_url", "email", "locale"}
    first, last = names_apart(person)
    manages = await manages_details(call.uow, known) if not known.own or known.rights else False
    renames = manages or (known.own and await may_rename(call, known))
    shown = replace(
        person_json(call, person, _seen_as(known), include),
        first_name=first,
        last_name=last,
        effective_locale=(person.locale or DEFAULT_LOCALE) if known.own else UNSET,
        avatar_state=(person.avatar_state or "none") if manages and "avatar_state" in asked.read().include else UNSET,
        permissions=UserPermissions(
            can_update_name=renames,
            can_update_avatar=known.own or manages,
            limit_parent_app_web_access=False,
        ),
    )
    return Reply(404 if person.workflow_state == "deleted" else 200, shown)


class CalendarLink(Struct, frozen=True):
    ics: str


class ProfileJson(Struct, frozen=True):
    """A user's profile."""

    id: int
    name: str
    short_name: str
    sortable_name: str
    login_id: str | None
    avatar_url: str
    title: str | None
    bio: str | None
    time_zone: str
    locale: str | None
    sis_user_id: str | None | Maybe = UNSET
    integration_id: str | None | Maybe = UNSET
    pronouns: str | Maybe = UNSET
    primary_email: str | None | Maybe = UNSET
    effective_locale: str | Maybe = UNSET
    calendar: CalendarLink | Maybe = UNSET
    k5_user: bool | Maybe = UNSET
    use_classic_font_in_k5: bool | Maybe = UNSET


@routes.get("/api/v1/users/:user_id/profile", gives=ProfileJson)
async def show_profile(call: Call) -> Reply:
    """Show a user's profile."""
    person, known = await visible_person(call, call.path["user_id"])
    sees = _seen_as(known)
    own = known.own
    zone = person.time_zone or (await reload_account(call.uow, ROOT_ID)).default_time_zone or "UTC"
    return Reply(
        200,
        ProfileJson(
            id=person.id,
            name=person.name,
            short_name=person.short_name,
            sortable_name=person.sortable_name,
            login_id=person.unique_id if sees.logins else None,
            avatar_url=avatar_url(call, person),
            title=person.title,
            bio=person.bio,
            time_zone=zone,
            locale=person.locale,
            sis_user_id=person.sis_user_id if sees.sis else UNSET,
            integration_id=person.integration_id if sees.sis else UNSET,
            pronouns=person.pronouns or UNSET,
            primary_email=person.email if sees.email else UNSET,
            effective_locale=(person.locale or DEFAULT_LOCALE) if own else UNSET,
            calendar=CalendarLink(feed_address(call.base_url, f"user_{person.id}", person.calendar_secret))
            if own
            else UNSET,
            k5_user=False if own else UNSET,
            use_classic_font_in_k5=False if own else UNSET,
        ),
    )


# --- changing one -----------------------------------------------------------------------------------------------------

_NAMES = frozenset({"name", "short_name", "sortable_name"})
_OWN = frozenset({"time_zone", "locale", "title", "bio", "pronouns", "avatar"})
_MANAGED = frozenset({"email", "event"})


class UserEdit(Params, group="user"):
    """A key the caller may not set refuses the whole request."""

    name: str | None | Absent = text("Full name.", max=255)
    short_name: str | None | Absent = text("Name in conversations.", max=255)
    sortable_name: str | None | Absent = text('"Last, First".', max=255)
    time_zone: str | None | Absent = text("IANA or Rails name; empty clears it.")
    locale: str | None | Absent = text("Language tag; empty clears it.")
    email: str | None | Absent = text("Becomes the first address.")
    title: str | None | Absent = text("Profile title.", max=255)
    bio: str | None | Absent = text("Profile text.")
    pronouns: str | None | Absent = text("Empty clears them.", max=255)
    event: str | None | Absent = text("Suspend or unsuspend all logins.", choices=["suspend", "unsuspend"])
    avatar: Any = anything("url and state; a token is not understood.", schema={"type": "object"})


async def check_keys(call: Call, known: Acquaintance, keys: frozenset[str]) -> None:
    """Refuse the request for any key its caller may not set (supporting-resources.md §1, Update)."""
    manages = await manages_details(call.uow, known)
    allowed = set(_OWN) if known.own or manages else set()
    if manages or (known.own and await may_rename(call, known)):
        allowed |= _NAMES
    if manages:
        allowed |= _MANAGED if not known.own else {"email"}
    if not keys <= allowed or not (known.own or manages):
        raise Forbidden


def _changes(edit: UserEdit) -> tuple[dict[str, Any], list[FieldError]]:
    """The columns to write, and what is wrong with what was sent."""
    given = {name: getattr(edit, name) for name in edit.sent}
    changes: dict[str, Any] = {}
    problems: list[FieldError] = []
    for name in ("name", "short_name", "sortable_name"):
        if name in given and (value := (given[name] or "").strip()):
            changes[name] = value
    for name in ("locale", "title", "bio", "pronouns"):
        if name in given:
            changes[name] = (given[name] or "").strip() or None
    if "time_zone" in given:
        wanted = (given["time_zone"] or "").strip()
        changes["time_zone"] = (zone_name(wanted) or wanted) if wanted else None
    if isinstance(avatar := given.get("avatar"), dict):
        url, state = avatar.get("url"), avatar.get("state")
        if isinstance(url, str) and url:
            if not url.startswith(("https://", "http://")) or len(url) > 2048:
                problems.append(FieldError("avatar_url", "invalid", "invalid"))
            changes["avatar_url"] = url
        if state in ("none", "submitted", "approved", "locked", "reported", "re_reported"):
            changes["avatar_state"] = state
            if state == "none":
                changes["avatar_url"] = None
    return changes, problems + user_problems(changes)


@routes.put("/api/v1/users/:id", gives=UserJson)
async def update_user(call: Call, asked: Asked[UserEdit]) -> Reply:
    """Change a user."""
    person = await person_for(call, call.path["id"])
    if person.workflow_state == "deleted":
        raise NotFound
    known = await acquaintance(call.uow, call.user().user_id, person.id)
    changes = await revise(call, person, known, asked)
    after = await call.uow.one(PERSON, id=person.id)
    assert after is not None
    shown = person_json(call, after, _seen_as(known), frozenset({"avatar_url", "email", "locale", "time_zone"}))
    told = {name: getattr(after, name) for name in ("bio", "title") if name in changes}
    return Reply(200, replace(shown, **told))


async def revise(call: Call, person: Person, known: Acquaintance, asked: Asked[UserEdit]) -> dict[str, Any]:
    """Change a person as far as the caller may; returns the columns that were written. Raises Forbidden, Invalid."""
    sent = call.tree.get("user")
    await check_keys(call, known, frozenset(sent) if isinstance(sent, dict) else frozenset())
    return await revise_person(call, person, asked.read())


async def revise_person(call: Call, person: Person, edit: UserEdit) -> dict[str, Any]:
    """Write what was sent, which the caller may set; returns the columns. Raises Invalid."""
    changes, problems = _changes(edit)
    email = (edit.email or "").strip() if "email" in edit.sent else ""
    if email and not looks_like_address(email):
        problems.append(FieldError("email", "invalid", "invalid"))
    event = edit.event if "event" in edit.sent else None
    if event not in (None, "", "suspend", "unsuspend"):
        problems.append(FieldError("event", "is not included in the list", "inclusion"))
    if problems:
        raise Invalid(*problems)
    await change_user(call.uow, person, changes)
    if email:
        await set_email(call.uow, person.id, email)
    if event:
        await suspend_people(call.uow, [person.id], suspended=event == "suspend")
    return changes


@routes.delete("/api/v1/users/:id/sessions", gives=str)
async def terminate_sessions(call: Call) -> Reply:
    """Sign a user out everywhere; their access tokens end too."""
    person = await person_for(call, call.path["id"])
    known = await acquaintance(call.uow, call.user().user_id, person.id)
    if not known.own and not await manages_details(call.uow, known):
        raise Forbidden
    await end_sessions(call.uow, person.id)
    await end_tokens_of(call.uow, person.id)
    return Reply(200, "ok")
