"""The users of an account: made and listed. Source: supporting-resources.md §1."""

from typing import Any

from msgspec.structs import replace

from quadrangle.accounts import ROOT_ID, Account, AccountRights, reload, rights_at, root_setting, zone_name
from quadrangle.courses import RosterKey, people_of_account
from quadrangle.db import IntegrityViolation, UnitOfWork
from quadrangle.db.uow import reading
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.digest import random_text
from quadrangle.kernel.errors import FieldError, Invalid
from quadrangle.kernel.ids import parse_number
from quadrangle.kernel.paging import Slice, Window, cut, decode_bookmark, encode_bookmark
from quadrangle.kernel.params import Absent, Params, flag, text, words
from quadrangle.people import (
    DELETED_LOGIN_BY_SIS,
    PERSON,
    PRE_REGISTERED,
    REGISTERED,
    Person,
    add_email,
    create_login,
    create_user,
    hash_password,
    looks_like_address,
    password_problems,
    revive_login,
    taken,
    unique_id_problems,
    user_problems,
)
from quadrangle.wire.canvas.errors import grouped, refuse
from quadrangle.wire.canvas.ids import account_for
from quadrangle.wire.canvas.search import term_of
from quadrangle.wire.canvas.users import Sees, UserJson, include_of, person_json, sees_of

routes = Routes("canvas", "Users")


class NewUser(Params, group="user"):
    name: str | None | Absent = text("Full name; the login without one.", max=255)
    short_name: str | None | Absent = text("Name in conversations.", max=255)
    sortable_name: str | None | Absent = text('"Last, First".', max=255)
    time_zone: str | None | Absent = text("IANA or Rails name.")
    locale: str | None | Absent = text("Language tag.")
    terms_of_use: bool | Absent = flag("Whether the person accepts the terms of use.")
    skip_registration: bool | Absent = flag("Mark the person as registered.")
    initial_enrollment_type: str | None | Absent = text("`observer` when an observer registers themselves.")


class NewPseudonym(Params, group="pseudonym"):
    unique_id: str | None | Absent = text("The login; required.", max=255)
    password: str | None | Absent = text("8 to 255 characters.")
    sis_user_id: str | None | Absent = text("Needs manage_sis, else ignored.")
    integration_id: str | None | Absent = text("Needs manage_sis, else ignored.")
    send_confirmation: bool | Absent = flag("Accepted; no message is sent.")
    force_self_registration: bool | Absent = flag("Leaves the person pre-registered.")
    authentication_provider_id: str | None | Absent = text("The provider that vouches for the person.")


class NewChannel(Params, group="communication_channel"):
    type: str | None | Absent = text("Only `email` is understood.")
    address: str | None | Absent = text("The first address; the login when it is one.")
    confirmation_url: bool | Absent = flag("Show the address at which the person confirms.")
    skip_confirmation: bool | Absent = flag("Take the address as confirmed.")


class NewUserOptions(Params):
    enable_sis_reactivation: bool | Absent = flag("Bring back a deleted user with this SIS id.")
    force_validations: bool | Absent = flag("Accepted.")
    destination: str | None | Absent = text("Accepted.")


class PersonRefused(Invalid):
    """Somebody who cannot be made, with what is wrong with the person and with the login."""

    code = "person_refused"

    def __init__(self, user: list[FieldError], pseudonym: list[FieldError]) -> None:
        self.user = user
        self.pseudonym = pseudonym
        super().__init__(*user, *pseudonym)


def _nested(refused: PersonRefused) -> Any:
    """The nested shape of conventions.md §10.2."""
    errors = {
        "user": grouped(refused.user),
        "pseudonym": grouped(refused.pseudonym),
        "observee": {},
        "pairing_code": {},
        "recaptcha": None,
    }
    return refuse(Reply(400, {"errors": errors}))


def _sent_password(call: Call) -> str | None:
    sent = call.tree.get("pseudonym")
    password = sent.get("password") if isinstance(sent, dict) else None
    return password if isinstance(password, str) and password else None


async def hash_new_password(call: Call) -> None:
    """Hash the new password before the transaction; for strangers only where strangers may register."""
    password = _sent_password(call)
    if password is None or password_problems(password):
        return
    if call.actor is None:
        async with reading(call.app.database, call.app.clock) as uow:
            if not await _registers_itself(uow, None):
                return
    call.notes["password_digest"] = await hash_password(password)


async def _registers_itself(uow: UnitOfWork, initial: str | None) -> bool:
    """Whether people may make an account for themselves here (accounts.md §1.3). initial: None asks for any kind."""
    kind = root_setting((await reload(uow, ROOT_ID)).settings, "self_registration_type")
    return kind == "all" or (kind == "observer" and initial in (None, "observer"))


def _texts(params: Params, *names: str) -> dict[str, Any]:
    """What was sent and is not blank, trimmed."""
    return {name: value for name in names if (value := str(getattr(params, name) or "").strip())}


@routes.post("/api/v1/accounts/:account_id/users", gives=UserJson, prepare=hash_new_password, public=True)
async def create_account_user(
    call: Call,
    options: Asked[NewUserOptions],
    user: Asked[NewUser],
    pseudonym: Asked[NewPseudonym],
    channel: Asked[NewChannel],
) -> Reply:
    """Make a user with a login."""
    await account_for(call, call.path["account_id"])
    about, address = user.read(), channel.read()
    try:
        person, manager, code = await make_person(call, options.read(), about, pseudonym.read(), address)
    except PersonRefused as refused:
        raise _nested(refused) from None
    return Reply(200, _made(call, person, manager, about, code if address.confirmation_url else None))


async def make_person(
    call: Call, options: NewUserOptions, about: NewUser, login: NewPseudonym, address: NewChannel
) -> tuple[Person, AccountRights | None, str | None]:
    """Make a user with a login, by whoever manages logins, or by themselves where people may register.

    Returns the person, the rights of the manager, and the code that confirms the address. Raises PersonRefused. The password was hashed
    by `hash_new_password`, before the transaction.
    """
    rights = None if call.actor is None else await rights_at(call.uow, call.actor.user_id, ROOT_ID)
    manager = rights if rights is not None and rights.may("manage_user_logins") else None
    if manager is None and not await _registers_itself(call.uow, about.initial_enrollment_type or ""):
        raise refuse(Reply(403, {}))
    names: dict[str, Any] = _texts(about, "name", "short_name", "sortable_name", "time_zone", "locale")
    if "time_zone" in names:
        names["time_zone"] = zone_name(names["time_zone"]) or names["time_zone"]
    unique_id = str(login.unique_id or "").strip()
    _check(call, names, unique_id, login, address, about, by_manager=manager is not None)
    sis: dict[str, Any] = (
        _texts(login, "sis_user_id", "integration_id") if manager is not None and manager.may("manage_sis") else {}
    )
    registered = manager is not None and bool(about.skip_registration)
    state = REGISTERED if (registered or login.password) and not login.force_self_registration else PRE_REGISTERED
    revived = sis.get("sis_user_id") if options.enable_sis_reactivation else None
    try:
        user_id = await _revive(call, revived, unique_id) if revived else None
        if user_id is None:
            user_id = await create_user(call.uow, **{"name": unique_id, **names}, state=state)
            await create_login(
                call.uow,
                user_id=user_id,
                account_id=ROOT_ID,
                unique_id=unique_id,
                password_digest=call.notes.get("password_digest"),
                authentication_provider_id=parse_number(str(login.authentication_provider_id or "")),
                **sis,
            )
            code = await _give_address(call, user_id, unique_id, address, manager=manager)
        else:
            code = None
    except IntegrityViolation as violation:
        raise PersonRefused([], list(taken(violation, sis_user_id=sis.get("sis_user_id")).errors)) from None
    person = await call.uow.one(PERSON, id=user_id)
    assert person is not None
    return person, manager, code


def _check(
    call: Call,
    names: dict[str, str],
    unique_id: str,
    login: NewPseudonym,
    address: NewChannel,
    about: NewUser,
    *,
    by_manager: bool,
) -> None:
    """Refuse what cannot be made, with everything that is wrong with it."""
    user_errors = user_problems(names)
    login_errors = unique_id_problems(unique_id)
    if login.password and "password_digest" not in call.notes:
        login_errors += password_problems(str(login.password))
    given = str(address.address or "").strip()
    if given and _is_email(address) and not looks_like_address(given):
        user_errors.append(FieldError("communication_channels", "invalid", "invalid"))
    if not by_manager:
        if not login_errors and not looks_like_address(unique_id):
            login_errors.append(FieldError("unique_id", "invalid", "invalid"))
        if not login.password:
            login_errors.append(FieldError("password", "blank", "blank"))
        if not about.terms_of_use:
            user_errors.append(FieldError("terms_of_use", "accepted", "accepted"))
    if user_errors or login_errors:
        raise PersonRefused(user_errors, login_errors)


def _is_email(address: NewChannel) -> bool:
    return str(address.type or "email").strip().lower() == "email"


async def _revive(call: Call, sis_user_id: str, unique_id: str) -> int | None:
    """Bring back the deleted user with this SIS id, if there is one."""
    login = await call.uow.one(DELETED_LOGIN_BY_SIS, root_id=ROOT_ID, sis_user_id=sis_user_id)
    if login is None:
        return None
    await revive_login(call.uow, login, unique_id=unique_id)
    return login.user_id


async def _give_address(
    call: Call, user_id: int, unique_id: str, address: NewChannel, *, manager: AccountRights | None
) -> str | None:
    """The given address, else the login when it is one; returns the code that confirms it."""
    given = str(address.address or "").strip() if _is_email(address) else ""
    chosen = given or (unique_id if looks_like_address(unique_id) else "")
    if not chosen:
        return None
    confirmed = manager is not None and bool(address.skip_confirmation)
    code = None if confirmed else random_text(25)
    await add_email(call.uow, user_id=user_id, address=chosen, confirmed=confirmed, confirmation_code=code)
    return code


def _made(call: Call, person: Person, manager: AccountRights | None, about: NewUser, code: str | None) -> UserJson:
    sees = Sees(logins=True) if manager is None else replace(sees_of(manager), logins=True)
    shown = person_json(call, person, sees, frozenset({"locale", "uuid"}))
    if "terms_of_use" in about.sent:
        shown = replace(shown, terms_of_use=bool(about.terms_of_use))
    if manager is not None and code is not None:
        shown = replace(shown, confirmation_url=f"{call.base_url}/register/{code}")
    return shown


# --- the list ---------------------------------------------------------------------------------------------------------

_SORTS = ("username", "email", "sis_id", "integration_id", "last_login", "id")
TYPES = {
    "student": "StudentEnrollment",
    "teacher": "TeacherEnrollment",
    "ta": "TaEnrollment",
    "observer": "ObserverEnrollment",
    "designer": "DesignerEnrollment",
    "student_view": "StudentViewEnrollment",
}


class AccountUsers(Params):
    search_term: str | None | Absent = text(
        "Part of a name, login, SIS id or address; at least 2 characters; or an id."
    )
    enrollment_type: tuple[str, ...] = words("Enrolled like this in the account.", choices=TYPES)
    sort: str | None | Absent = text("What to sort by.", choices=_SORTS)
    order: str | None | Absent = text("`desc` sorts downwards.", choices=("asc", "desc"))
    role_filter_id: str | None | Absent = text("Having this role, by admin membership or enrollment.")
    include_deleted_users: bool | Absent = flag("Also people whose login was deleted.")
    include: tuple[str, ...] = words("What to add.", choices=("avatar_url", "email", "last_login", "time_zone", "uuid"))


@routes.get("/api/v1/accounts/:account_id/users", gives=list[UserJson], paged=True)
async def list_account_users(call: Call, asked: Asked[AccountUsers]) -> Reply:
    """List the users of an account and of those below it."""
    account = await account_for(call, call.path["account_id"])
    rights = await rights_at(call.uow, call.user().user_id, account)
    wanted = asked.read()
    rows, window, sort = await find_people(call, account, rights, wanted)
    include = include_of(wanted.include, "avatar_url", "email", "last_login", "time_zone", "uuid")
    if wanted.sort == "last_login":
        include |= {"last_login"}
    return Reply(200, _page(call, rows, window, sees_of(rights), include, bookmarked=sort == "id"))


async def find_people(
    call: Call, account: Account, rights: AccountRights, wanted: AccountUsers, *, size: int | None = None
) -> tuple[list[Person], Window, str]:
    """One page of the people of an account, and what they are sorted by; one statement. size: of the page, where the request has no say."""
    rights.require("read_roster")
    sees = sees_of(rights)
    term = term_of(wanted.search_term, least=2)
    sort = wanted.sort if wanted.sort in _SORTS else "username"
    window = call.bookmark_window() if sort == "id" else call.window()
    if size is not None:
        window = replace(window, size=size)
    key = RosterKey(
        is_root=account.is_root,
        sort=str(sort),
        descending=wanted.order == "desc",
        term=term is not None,
        by_login=sees.logins,
        by_sis=sees.sis,
        by_email=sees.email,
        typed=bool(wanted.enrollment_type),
        by_role=bool(wanted.role_filter_id),
        deleted=bool(wanted.include_deleted_users),
        after=window.bookmark is not None,
    )
    rows = await people_of_account(
        call.uow,
        key,
        account_id=account.id,
        term=term,
        types=[TYPES.get(one, one) for one in wanted.enrollment_type],
        role_id=parse_number(str(wanted.role_filter_id or "")) or 0,
        after=decode_bookmark(window.bookmark, [int])[0] if window.bookmark is not None else 0,
        window=window,
    )
    return rows, window, str(sort)


def _page(
    call: Call, rows: list[Person], window: Window, sees: Sees, include: frozenset[str], *, bookmarked: bool
) -> Slice[UserJson]:
    part = cut(rows, window)
    following = encode_bookmark([part.items[-1].id]) if bookmarked and part.has_more else None
    shown = [person_json(call, person, sees, include) for person in part.items]
    return replace(part.map(shown), bookmarked=bookmarked, next_bookmark=following)
