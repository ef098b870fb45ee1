"""What the screens of one account have in common: where one is, and where one may go from there. Source: web.md W13 to W18.

Each screen asks its noun for leave; what is offered here is what they would grant.
"""

from typing import Any

import msgspec

from quadrangle.accounts import Account, AccountRights
from quadrangle.courses import AccountStanding
from quadrangle.http.call import Call
from quadrangle.http.reply import Reply
from quadrangle.kernel.words import _
from quadrangle.web.shell import POLICY, Shell, show


class Screen(msgspec.Struct, frozen=True):
    """A screen of an account. needs: one of these permissions opens it; none is needed for what every administrator may see."""

    key: str
    label: str
    needs: tuple[str, ...] = ()

    def opens_to(self, rights: AccountRights) -> bool:
        return rights.is_admin and (not self.needs or any(rights.may(one) for one in self.needs))


def _screens() -> tuple[Screen, ...]:
    return (Screen("reports", _("Reports"), ("read_reports",)),)


class Administration(msgspec.Struct, frozen=True):
    """An account, the way to it, and its screens: label, address, whether one is there."""

    account: Account
    base: str
    crumbs: tuple[tuple[str, str | None], ...]
    tabs: tuple[tuple[str, str, bool], ...]


def administration(standing: AccountStanding, here: str, *further: tuple[str, str | None]) -> Administration:
    """here: the key of the screen. further: the way on from it, where one is deeper."""
    base = f"/accounts/{standing.account.id}"
    screens = _screens()
    label = next(one.label for one in screens if one.key == here)
    at = (label, f"{base}/{here}" if further else None)
    return Administration(
        account=standing.account,
        base=base,
        crumbs=((_("Administration"), "/accounts"), (standing.account.name, base), at, *further),
        tabs=tuple(
            (one.label, f"{base}/{one.key}", one.key == here) for one in screens if one.opens_to(standing.rights)
        ),
    )


async def show_admin(
    call: Call,
    template: str,
    admin: Administration,
    *,
    shell: Shell | None = None,
    policy: str = POLICY,
    **values: Any,
) -> Reply:
    """A screen of an account, whose template extends admin.html."""
    return await show(call, template, here="accounts", shell=shell, policy=policy, admin=admin, **values)
