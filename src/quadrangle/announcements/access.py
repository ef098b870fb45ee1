"""Who is told what, and who may tell it. Source: account-notifications.md §3 and §4."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from quadrangle.accounts import ROOT_ID, SITE_ADMIN_ID, SITE_SERVICES, Account, AccountRights, root_setting
from quadrangle.announcements.model import SURVEY, Announcement
from quadrangle.announcements.rules import has_turn, hosted_since
from quadrangle.courses import AccountStanding, AccountWithFacts, Attendance
from quadrangle.kernel.access import Granted, Predicate, Table, authorise, permits

ORDINARY: Final = "in the ordinary list"
PAST: Final = "in the list with what is past"
SHOW: Final = "show"
MANAGE: Final = "manage"


class Membership(msgspec.Struct, frozen=True, array_like=True):
    """An active admin membership in an active account."""

    account_id: int
    role_id: int


class Link(msgspec.Struct, frozen=True, array_like=True):
    """An account with one active account of its chain, itself included."""

    account_id: int
    ancestor_id: int


class ReaderFacts(AccountWithFacts, frozen=True):
    """The account of the path with everything about the bound user that decides what they are told.

    services, root_settings: of the domain root. lineage: the chains of the accounts of attendances and memberships.
    """

    services: dict[str, Any]
    root_settings: dict[str, Any]
    attendances: list[Attendance]
    memberships: list[Membership]
    lineage: list[Link]


class Reader:
    """One person before the announcements of a campus, having asked at one account of it."""

    __slots__ = (
        "_attended",
        "_chains",
        "_facts",
        "_memberships",
        "_only_studies",
        "_roles",
        "hosted",
        "now",
        "standing",
        "user_id",
    )

    def __init__(self, facts: ReaderFacts, user_id: int, now: datetime, *, hosted: bool = False) -> None:
        self._facts = facts
        self.standing = AccountStanding(facts, user_id)
        self.user_id = user_id
        self.now = now
        self.hosted = hosted
        self._attended = [one for one in facts.attendances if one.lasts(now)]
        self._memberships = facts.memberships
        self._only_studies = (
            not facts.memberships
            and bool(self._attended)
            and all(one.type == "StudentEnrollment" for one in self._attended)
        )
        self._chains: dict[int, set[int]] = {}
        for link in facts.lineage:
            self._chains.setdefault(link.account_id, set()).add(link.ancestor_id)
        self._roles: dict[int, frozenset[int | None]] = {}

    @property
    def account(self) -> Account:
        return self._facts

    @property
    def accounts(self) -> frozenset[int]:
        """The accounts whose announcements reach this person: the domain root and site admin, all above the courses and memberships they
        have, and the account of the path with all above it where they may read it (account-notifications.md §3.1).
        """
        reached = {ROOT_ID, SITE_ADMIN_ID}
        places = [one.account_id for one in self._attended] + [one.account_id for one in self._memberships]
        for place in places:
            reached |= self._chains.get(place, set())
        if self.standing.reads:
            reached.update(self.standing.rights.chain)
        return frozenset(reached)

    @property
    def own_roles(self) -> tuple[list[int], bool]:
        """Every role this person can hold before any announcement, and whether the role of those without an enrollment is among them."""
        held = frozenset[int | None]().union(*(self.roles_at(account_id) for account_id in self.accounts))
        return sorted(one for one in held if one is not None), None in held

    def roles_at(self, account_id: int) -> frozenset[int | None]:
        """The roles that count for an announcement of an account; None is the role of those without an enrollment (§3.3).

        Built-in roles exist once: site admin uses those of the one root there is.
        """
        known = self._roles.get(account_id)
        if known is None:
            known = self._roles[account_id] = self._roles_at(account_id)
        return known

    def _roles_at(self, account_id: int) -> frozenset[int | None]:
        everywhere = account_id == SITE_ADMIN_ID
        held: set[int | None] = {
            one.role_id for one in self._attended if everywhere or account_id in self._chains.get(one.account_id, ())
        }
        if not held:
            held.add(None)
        for one in self._memberships:
            if everywhere or ROOT_ID in self._chains.get(one.account_id, ()):
                held.add(one.role_id)
        return frozenset(held)

    def offers(self, service: str) -> bool:
        """Whether the domain root has a service switched on."""
        return bool(self._facts.services.get(service, SITE_SERVICES.get(service, False)))

    @property
    def spared_surveys(self) -> bool:
        """Whoever only studies is asked nothing, unless the root says otherwise."""
        return self._only_studies and not root_setting(self._facts.root_settings, "include_students_in_global_survey")


class Facts:
    """An announcement before a reader. manages: the reader holds manage_alerts on its account."""

    __slots__ = ("announcement", "manages", "reader")

    def __init__(self, reader: Reader, announcement: Announcement, *, manages: bool = False) -> None:
        self.reader = reader
        self.announcement = announcement
        self.manages = manages


# --- predicates: each a clause that is true or false


def account_reaches_them(facts: Facts) -> bool:
    return facts.announcement.account_id in facts.reader.accounts


def begun(facts: Facts) -> bool:
    return facts.announcement.start_at <= facts.reader.now


def not_over(facts: Facts) -> bool:
    return facts.reader.now <= facts.announcement.end_at


def recent_enough(facts: Facts) -> bool:
    """The hosted service forgets what ended more than four months ago (conventions.md §12)."""
    return not facts.reader.hosted or facts.announcement.end_at >= hosted_since(facts.reader.now)


def for_their_role(facts: Facts) -> bool:
    audience = facts.announcement.audience
    if not audience:
        return True
    held = facts.reader.roles_at(facts.announcement.account_id)
    return any(one.role_id in held for one in audience)


def for_this_domain(facts: Facts) -> bool:
    return not facts.announcement.domain_specific or facts.announcement.root_account_id == ROOT_ID


def service_on(facts: Facts) -> bool:
    service = facts.announcement.required_account_service
    return service is None or (facts.reader.offers(service) and not (service == SURVEY and facts.reader.spared_surveys))


def their_turn(facts: Facts) -> bool:
    months = facts.announcement.months_in_display_cycle
    return months is None or has_turn(facts.reader.user_id, months, facts.reader.now)


def not_dismissed(facts: Facts) -> bool:
    return not facts.announcement.dismissed


def reference_published(facts: Facts) -> bool:
    return not facts.reader.hosted


def manages_its_account(facts: Facts) -> bool:
    return facts.manages


_MEANT: Final[tuple[Predicate[Facts], ...]] = (
    account_reaches_them,
    begun,
    for_their_role,
    for_this_domain,
    service_on,
    their_turn,
)
RULES: Final[Table[Facts]] = {
    ORDINARY: [(*_MEANT, not_over, not_dismissed)],
    PAST: [(*_MEANT, recent_enough)],
    SHOW: [(*_MEANT, not_over, not_dismissed), (reference_published, manages_its_account, not_dismissed)],
}


def shows(right: str, reader: Reader, announcement: Announcement, *, manages: bool = False) -> bool:
    return permits(RULES, right, Facts(reader, announcement, manages=manages))


def _manages(rights: AccountRights) -> bool:
    return rights.may("manage_alerts")


_OF_ACCOUNTS: Final[Mapping[str, list[list[Predicate[AccountRights]]]]] = {MANAGE: [[_manages]]}


def manage(rights: AccountRights, account: Account) -> Granted[Account]:
    """Proof that announcements of the account may be made, changed, removed and listed as a whole, or Forbidden."""
    return authorise(_OF_ACCOUNTS, MANAGE, rights, account)
