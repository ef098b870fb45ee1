"""Who may do what with whose tokens. Source: tokens.md §2.

The actor is the real person, also while masquerading; the owner is the person the token stands for.
"""

from typing import Final

import msgspec

from quadrangle.accounts import ROOT_ID, AccountRights, outranks, rights_at, root_setting
from quadrangle.courses import STUDENT_TYPES
from quadrangle.db import UnitOfWork
from quadrangle.kernel.access import Table
from quadrangle.kernel.errors import NotFound
from quadrangle.people import Actor
from quadrangle.tokens.model import AccessToken, OwnerFacts
from quadrangle.tokens.store import OWNER_FACTS

READ: Final = "read"
LIST: Final = "list"
CREATE: Final = "create"
CHANGE: Final = "change"
DELETE: Final = "delete"
ACTIVATE: Final = "activate"


class TokenStanding(msgspec.Struct, frozen=True):
    """One person before the tokens, or one token, of another or the same. owner and rights: None where the right in question needs none."""

    actor_id: int
    owner_id: int
    masquerading: bool
    token: AccessToken | None = None
    owner: OwnerFacts | None = None
    rights: AccountRights | None = None

    @property
    def takes_effect_at_once(self) -> bool:
        """Whether what is made needs no consent of the owner."""
        return self.actor_id == self.owner_id and not self.masquerading

    def holds(self, permission: str) -> bool:
        """A registry permission of the actor on an account the owner belongs to."""
        if self.owner is None or self.rights is None:
            return False
        return self.owner.associated and self.rights.may(permission)


def actor_owns(standing: TokenStanding) -> bool:
    return standing.actor_id == standing.owner_id


def actor_is_not_masquerading(standing: TokenStanding) -> bool:
    return not standing.masquerading


def account_lets_owners_make_tokens(standing: TokenStanding) -> bool:
    owner = standing.owner
    if owner is None:
        return False
    if not root_setting(owner.settings, "admin_manage_access_tokens"):
        return True
    if root_setting(owner.settings, "limit_personal_access_tokens"):
        return False
    return not (root_setting(owner.settings, "restrict_personal_access_tokens_from_students") and only_studies(owner))


def only_studies(owner: OwnerFacts) -> bool:
    """Every role is student or observer; having none counts too."""
    return not owner.is_admin and all(kind in STUDENT_TYPES or kind == "ObserverEnrollment" for kind in owner.types)


def token_made_by_hand(standing: TokenStanding) -> bool:
    return standing.token is None or standing.token.manual


def actor_views_tokens(standing: TokenStanding) -> bool:
    return standing.holds("view_user_generated_access_tokens")


def actor_makes_tokens(standing: TokenStanding) -> bool:
    return standing.holds("create_access_tokens")


def actor_deletes_tokens(standing: TokenStanding) -> bool:
    return standing.holds("delete_access_tokens")


RULES: Final[Table[TokenStanding]] = {
    READ: [[actor_owns], [token_made_by_hand, actor_views_tokens]],
    LIST: [[actor_owns], [actor_views_tokens]],
    CREATE: [[actor_owns, account_lets_owners_make_tokens], [actor_makes_tokens]],
    CHANGE: [[actor_owns, account_lets_owners_make_tokens], [actor_makes_tokens]],
    DELETE: [[actor_owns], [actor_deletes_tokens]],
    ACTIVATE: [[actor_owns, actor_is_not_masquerading]],
}
_OF_THE_OWNER: Final = frozenset({READ, LIST, DELETE, ACTIVATE})  # which an owner has whatever the account says


async def standing_before(
    uow: UnitOfWork, actor: Actor, owner_id: int, right: str, token: AccessToken | None = None
) -> TokenStanding:
    """What `right` needs to be known; at most two statements, none for an owner who reads or deletes."""
    standing = TokenStanding(actor.behind, owner_id, actor.masquerading, token)
    if right in _OF_THE_OWNER and actor_owns(standing):
        return standing
    owner = await owner_facts(uow, owner_id)
    rights = await rights_at(uow, actor.behind, ROOT_ID)
    return msgspec.structs.replace(standing, owner=owner, rights=rights)


async def owner_facts(uow: UnitOfWork, user_id: int) -> OwnerFacts:
    facts = await uow.one(OWNER_FACTS, user_id=user_id)
    if facts is None:
        raise NotFound
    return facts


async def may_act_as(uow: UnitOfWork, actor_id: int, target_id: int) -> bool:
    """Whether one person may run as another: become_user, and all that the target's own admin roles yield.

    Source: conventions.md §3, permissions.md §5 (subset rule).
    """
    mine = await rights_at(uow, actor_id, ROOT_ID)
    return mine.may("become_user") and await outranks(uow, actor_id, target_id)
