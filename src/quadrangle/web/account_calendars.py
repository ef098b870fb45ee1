"""`/accounts/:id/account_calendars`: whose calendars people see, over the tree, many at once. Source: web.md W15, account-calendars.md."""

from typing import Any, Final

import msgspec

from quadrangle import calendars
from quadrangle.accounts import Account
from quadrangle.calendars import CalendarChange
from quadrangle.courses import AccountStanding
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.access import Granted
from quadrangle.kernel.ids import parse_number
from quadrangle.kernel.params import Params, anything, truthy
from quadrangle.kernel.words import _, counted
from quadrangle.web.administration import administration, show_admin
from quadrangle.web.flash import done
from quadrangle.wire.canvas.ids import account_standing_for

screens = Routes("web", "Account calendar screens")

_HOME: Final = "/accounts/:account_id/account_calendars"
_MOST: Final = 500  # calendars on one screen
_DEEPEST: Final = 6  # steps by which names are moved in


class Row(msgspec.Struct, frozen=True):
    """The calendar of one account. was: what the form showed, so that only what was changed is changed."""

    id: int
    name: str
    depth: int
    visible: bool
    auto: bool
    was: str
    below: int


async def _here(call: Call) -> tuple[AccountStanding, Granted[Account]]:
    standing = await account_standing_for(call, call.path["account_id"])
    return standing, calendars.allow_deciding(standing)


@screens.get(_HOME)
async def tree(call: Call) -> Reply:
    """The calendars of an account and of all below it."""
    standing, account = await _here(call)
    found = await calendars.tree_of(call.uow, account, standing.user_id, most=_MOST)
    rows = [
        Row(
            one.id,
            one.name,
            min(depth, _DEEPEST),
            one.visible,
            one.auto_subscribe,
            _written(one.visible, one.auto_subscribe),
            one.sub_account_count,
        )
        for depth, one in found.calendars
    ]
    return await show_admin(
        call,
        "admin_calendars.html",
        administration(standing, "account_calendars"),
        rows=rows,
        whole=found.whole,
        base=f"/accounts/{standing.account.id}/account_calendars",
        seen=sum(row.visible for row in rows),
    )


def _written(visible: bool, auto: bool) -> str:
    return f"{int(visible)}{int(auto)}"


class CalendarForm(Params):
    """What stands in the form, by account: whether it is shown, whether everybody has it, and what both were."""

    calendars: Any = anything("`{id: {was, visible, auto}}`", schema={"type": "object"})


@screens.post(_HOME)
async def change(call: Call, asked: Asked[CalendarForm]) -> Reply:
    """Change what was changed in the form, all or nothing."""
    standing, account = await _here(call)
    sent = asked.read().calendars
    changes = _changes(sent if isinstance(sent, dict) else {})
    await calendars.change_calendars(call.uow, account, changes)
    base = f"/accounts/{standing.account.id}/account_calendars"
    if not changes:
        return done(call, base, _("Nothing was changed."), "warn")
    words = counted("%(num)s calendar was changed.", "%(num)s calendars were changed.", len(changes))
    return done(call, base, words % {"num": len(changes)})


def _changes(sent: dict[str, Any]) -> list[CalendarChange]:
    changes = []
    for key, row in sent.items():
        number = parse_number(key)
        if number is None or not isinstance(row, dict):
            continue
        visible, auto, was = truthy(row.get("visible")), truthy(row.get("auto")), str(row.get("was") or "")
        if was != _written(visible, auto):
            seen = visible if was[:1] != str(int(visible)) else None
            everybody = auto if was[1:] != str(int(auto)) else None
            changes.append(CalendarChange(number, seen, everybody))
    return changes
