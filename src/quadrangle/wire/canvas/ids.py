"""References in paths and parameters, resolved to objects. Source: conventions.md §4."""

from typing import Any, Final

from quadrangle.accounts import ROOT_ID, SITE_ADMIN_ID, Account, Term, find_account, find_term
from quadrangle.courses import AccountStanding, CourseStanding, account_standing, note_activity, standing_in
from quadrangle.groups import GroupStanding, group_standing
from quadrangle.http.call import Call
from quadrangle.kernel.errors import NotFound
from quadrangle.kernel.ids import Ref, parse_number, parse_ref
from quadrangle.people import User, find_user

USER_KINDS: Final = frozenset(
    {
        "sis_user_id",
        "sis_login_id",
        "sis_integration_id",
        "lti_context_id",
        "lti_user_id",
        "lti_1_1_id",
        "lti_1_3_id",
        "uuid",
    }
)
COURSE_KINDS: Final = frozenset({"sis_course_id", "sis_integration_id", "lti_context_id", "uuid"})
ACCOUNT_KINDS: Final = frozenset({"sis_account_id", "sis_integration_id", "lti_context_id", "uuid"})
GROUP_KINDS: Final = frozenset({"sis_group_id", "lti_context_id"})
TERM_KINDS: Final = frozenset({"sis_term_id", "sis_integration_id"})
TERM_WORDS: Final = frozenset({"default", "current"})
ACCOUNT_WORDS: Final = frozenset({"self", "default", "site_admin"})


def viewer_of(call: Call) -> int | None:
    """Who asks; None: nobody is signed in."""
    return None if call.actor is None else call.actor.user_id


async def find_user_for(call: Call, text: str) -> User | None:
    """The user a reference names, in any state; `self` is the caller."""
    ref = parse_ref(text, kinds=USER_KINDS, words=frozenset({"self"}))
    if ref is not None and ref.kind == "word":
        ref = Ref("id", str(call.user().user_id))
    return None if ref is None else await find_user(call.uow, ref)


async def user_for(call: Call, text: str) -> User:
    """The same, or NotFound."""
    user = await find_user_for(call, text)
    if user is None:
        raise NotFound
    return user


async def course_for(call: Call, text: str) -> CourseStanding:
    """The course a reference names with the caller's standing in it, or NotFound; deleted courses are not found."""
    ref = parse_ref(text, kinds=COURSE_KINDS)
    user_id = None if call.actor is None else call.actor.user_id
    standing = None if ref is None else await standing_in(call.uow, ref, user_id)
    if standing is None:
        raise NotFound
    note_access(call, standing)
    return standing


def note_access(call: Call, standing: CourseStanding) -> None:
    """An answered request of an enrolled user below the course's own path is an access (supporting-resources.md §5); it is written
    after the answer, at most once per ten minutes, and never for a masquerade."""
    user_id = standing.user_id
    below = call.raw_path.startswith("/api/v1/courses/")
    if user_id is not None and below and not call.actor.masquerading and standing.access_is_news:
        course_id, app = standing.course.id, call.app
        call.later.append(lambda: note_activity(app.database, app.clock, course_id=course_id, user_id=user_id))


async def group_for(call: Call, text: str) -> GroupStanding:
    """The group a reference names with the caller's standing in it, or NotFound."""
    ref = parse_ref(text, kinds=GROUP_KINDS)
    user_id = None if call.actor is None else call.actor.user_id
    standing = None if ref is None else await group_standing(call.uow, ref, user_id)
    if standing is None:
        raise NotFound
    return standing


def account_ref(text: str) -> Ref | None:
    """The reference to an account that a path holds; its words are those accounts' ids."""
    ref = parse_ref(text, kinds=ACCOUNT_KINDS, words=ACCOUNT_WORDS)
    if ref is not None and ref.kind == "word":
        return Ref("id", str(SITE_ADMIN_ID if ref.value == "site_admin" else ROOT_ID))
    return ref


async def account_for(call: Call, text: str) -> Account:
    """The active account a reference names, or NotFound."""
    ref = account_ref(text)
    account = None if ref is None else await find_account(call.uow, ref, ROOT_ID)
    if account is None:
        raise NotFound
    return account


async def account_standing_for(call: Call, text: str) -> AccountStanding:
    """The same with the caller's standing there; one statement."""
    ref = account_ref(text)
    standing = None if ref is None else await account_standing(call.uow, ref, call.user().user_id)
    if standing is None:
        raise NotFound
    return standing


async def term_for(call: Call, text: str, root_id: int = ROOT_ID) -> Term:
    """The active term of a root that a reference names, or NotFound."""
    ref = parse_ref(text, kinds=TERM_KINDS, words=TERM_WORDS)
    term = None if ref is None else await find_term(call.uow, ref, root_id, call.now)
    if term is None:
        raise NotFound
    return term


async def root_settings_of(call: Call) -> dict[str, Any]:
    """The plain settings of the root account."""
    root = await find_account(call.uow, Ref("id", str(ROOT_ID)), ROOT_ID)
    return root.settings if root is not None else {}


def number_for(text: str) -> int:
    """A plain database id, or NotFound."""
    number = parse_number(text)
    if number is None:
        raise NotFound
    return number
