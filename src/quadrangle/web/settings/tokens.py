"""`/profile/settings/tokens`: one's access tokens. Source: web.md W19, tokens.md."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final

import msgspec

from quadrangle.http.call import Asked, Call
from quadrangle.http.endpoint import Application
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.access import Granted, authorise, permits
from quadrangle.kernel.errors import Invalid, NotFound
from quadrangle.kernel.ids import parse_number
from quadrangle.kernel.params import ABSENT, Absent, Params, text, words
from quadrangle.kernel.words import _
from quadrangle.people import Actor
from quadrangle.tokens import (
    ACTIVATE,
    BRIGHTSPACE_SCOPES,
    CHANGE,
    COUNT_TOKENS_OF_USER,
    CREATE,
    DELETE,
    LIST,
    PENDING,
    READ,
    RULES,
    TOKEN_OF_USER,
    TOKENS_OF_USER,
    AccessToken,
    Issued,
    TokenStanding,
    activate_token,
    change_token,
    delete_token,
    make_token,
    standing_before,
)
from quadrangle.web.flash import done
from quadrangle.web.forms import Form, form_on
from quadrangle.web.settings.frame import TOKENS, ask_first, show_tab
from quadrangle.wire.canvas.tokens import rules_of

screens = Routes("web", "Settings")

_AT_ONCE: Final = 50  # tokens on one screen
_NEW: Final = f"{TOKENS}/new"
_ONE: Final = f"{TOKENS}/:id"
_EVERYTHING: Final = "everything"
_PORTFOLIOS: Final = "Brightspace ePortfolio"


class Row(msgspec.Struct, frozen=True):
    """One token in plain words. state, kind: how it is, and how that is shown. reach: what it may do."""

    id: int
    purpose: str
    hint: str
    state: str
    kind: str
    pending: bool
    last_day: date | None
    used: datetime | None
    made: datetime
    reach: list[str]


class Subject(msgspec.Struct, frozen=True):
    """What a token may be made for. sees, changes: the scopes of each."""

    name: str
    sees: tuple[str, ...]
    changes: tuple[str, ...]


def _by_name(one: tuple[str, Any]) -> str:
    return one[0].casefold()


@lru_cache(maxsize=8)
def subjects(app: Application) -> tuple[Subject, ...]:
    """Everything a token may be made for, as the description of the API divides it."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for route in app.router.routes:
        if route.family == "canvas" and route.template.startswith("/api/"):
            found.setdefault(route.tag, ([], []))[route.method != "GET"].append(route.scope)
    made = [Subject(name, tuple(sees), tuple(changes)) for name, (sees, changes) in sorted(found.items(), key=_by_name)]
    return (*made, Subject(_PORTFOLIOS, (), tuple(sorted(BRIGHTSPACE_SCOPES))))


def _scopes_for(app: Application, chosen: Iterable[str]) -> list[str]:
    """The scopes of `Pages:sees`, `Pages:changes`; a word that is none stays, and is refused as any unknown scope."""
    known = {f"{one.name}:{verb}": getattr(one, verb) for one in subjects(app) for verb in ("sees", "changes")}
    return [scope for word in dict.fromkeys(chosen) for scope in known.get(word, (word,))]


def _reach(app: Application, scopes: list[str]) -> list[str]:
    """What scopes allow, in words: subjects where all of one is allowed, else the scopes themselves."""
    left, said = set(scopes), []
    for one in subjects(app):
        sees, changes = set(one.sees) <= left and bool(one.sees), set(one.changes) <= left and bool(one.changes)
        if sees or changes:
            left -= {*(one.sees if sees else ()), *(one.changes if changes else ())}
            verbs = _("see and change") if sees and changes else _("see") if sees else _("change")
            said.append(_("%(subject)s: %(verbs)s") % {"subject": one.name, "verbs": verbs})
    return said + sorted(left)


def _row(call: Call, token: AccessToken) -> Row:
    state, kind = _("Works"), "good"
    if token.expired(call.now):
        state, kind = _("Expired"), "bad"
    elif token.workflow_state == PENDING:
        state, kind = _("Waits for you"), "warn"
    return Row(
        id=token.id,
        purpose=token.purpose or "",
        hint=token.token_hint,
        state=state,
        kind=kind,
        pending=token.workflow_state == PENDING,
        last_day=_last_day(call, token),
        used=token.last_used_at,
        made=token.created_at,
        reach=_reach(call.app, token.scopes),
    )


# --- the day it ends


def _last_day(call: Call, token: AccessToken) -> date | None:
    ends = token.permanent_expires_at
    return None if ends is None else (ends - timedelta(microseconds=1)).astimezone(call.zone).date()


def _end_of(call: Call, sent: str | None | Absent) -> datetime | None:
    """The end of the day that was typed, where one is; None for never."""
    if not isinstance(sent, str) or not sent.strip():
        return None
    try:
        day = date.fromisoformat(sent.strip()) + timedelta(days=1)
        return datetime.combine(day, time(0), call.zone)
    except (ValueError, OverflowError):
        raise Invalid.field("expires_at", _("This is no day. Write it as 2026-12-31."), "no_day") from None


# --- one's tokens


class TokenForm(Params, group="token"):
    purpose: str | None | Absent = text("What it is for.")
    expires_at: str | None | Absent = text("The last day it works; empty: for ever.")
    reach: str | None | Absent = text("Everything, or what is chosen.")
    scopes: tuple[str, ...] = words("What is chosen.")


async def _standing(call: Call, right: str, token: AccessToken | None = None) -> TokenStanding:
    actor: Actor = call.user()
    return await standing_before(call.uow, actor, actor.user_id, right, token)


async def _granted(call: Call, right: str) -> Granted[TokenStanding]:
    """A right to the token of the path, which is one's own, made by hand; else NotFound or Forbidden."""
    actor: Actor = call.user()
    number = parse_number(call.path["id"])
    found = None
    if number is not None:
        found = await call.uow.one(TOKEN_OF_USER.at(("id", right != READ)), user_id=actor.user_id, value=number)
    if found is None or not found.manual:
        raise NotFound
    standing = await _standing(call, right, found)
    return authorise(RULES, right, standing, standing)


@screens.get(TOKENS)
async def list_tokens(call: Call) -> Reply:
    """One's access tokens."""
    if (asks := ask_first(call, TOKENS)) is not None:
        return asks
    actor: Actor = call.user()
    authorise(RULES, LIST, await _standing(call, LIST), actor.user_id)
    page = max(1, parse_number(str(call.tree.get("page", ""))) or 1)
    offset = (page - 1) * _AT_ONCE
    rows = await call.uow.all(TOKENS_OF_USER, user_id=actor.user_id, limit=_AT_ONCE, offset=offset)
    total = await call.uow.one(COUNT_TOKENS_OF_USER, user_id=actor.user_id) or 0
    return await show_tab(
        call,
        "tokens.html",
        TOKENS,
        rows=[_row(call, row) for row in rows],
        page=page,
        pages=-(-total // _AT_ONCE),
        address=lambda number: f"{TOKENS}?page={number}",
        may_make=permits(RULES, CREATE, await _standing(call, CREATE)),
    )


@screens.get(_NEW)
async def new_token(call: Call) -> Reply:
    """A new access token."""
    if (asks := ask_first(call, _NEW)) is not None:
        return asks
    standing = await _standing(call, CREATE)
    authorise(RULES, CREATE, standing, standing)
    form = form_on(call, TOKENS, group="token", purpose="", expires_at="", reach=_EVERYTHING, scopes="")
    return await show_tab(
        call,
        "token_new.html",
        TOKENS,
        form=form,
        subjects=subjects(call.app),
        chosen=_chosen(call, form),
        today=call.now.astimezone(call.zone).date(),
        **_rules(call),
    )


def _chosen(call: Call, form: Form) -> frozenset[str]:
    sent = call.tree.get("token") if form.sent else None
    several = sent.get("scopes") if isinstance(sent, dict) else None
    return frozenset(one for one in several if isinstance(one, str)) if isinstance(several, list) else frozenset()


def _rules(call: Call) -> dict[str, Any]:
    """What the screens say of the rules: how long a student's token lasts, whether scopes bind."""
    rules = rules_of(call.app)
    return {
        "student_days": rules.student_days if rules.students_need_expiry else None,
        "binds": rules.known is not None,
    }


@screens.post(TOKENS, again=new_token)
async def add_token(call: Call, asked: Asked[TokenForm]) -> Reply:
    """Make an access token, and show it once."""
    if (asks := ask_first(call, _NEW)) is not None:
        return asks
    sent = asked.read()
    standing = await _standing(call, CREATE)
    if sent.reach != _EVERYTHING and not sent.scopes:
        raise Invalid.field("scopes", _("Choose at least one thing, or everything."), "blank_choice")
    made = await make_token(
        call.uow,
        call.app.digest,
        authorise(RULES, CREATE, standing, standing),
        rules_of(call.app),
        current_user_id=standing.owner_id,
        purpose=sent.purpose or None,
        expires_at=_end_of(call, sent.expires_at),
        scopes=[] if sent.reach == _EVERYTHING else _scopes_for(call.app, sent.scopes),
    )
    return await _show_once(call, made, renewed=False)


async def _show_once(call: Call, issued: Issued, *, renewed: bool) -> Reply:
    """The one page with the secret. It follows no redirect, as nothing may keep what it shows."""
    return await show_tab(
        call, "token_made.html", TOKENS, row=_row(call, issued.token), secret=issued.secret, renewed=renewed
    )


# --- one of them


@screens.get(_ONE)
async def show_token(call: Call) -> Reply:
    """One of one's access tokens."""
    if (asks := ask_first(call, call.raw_path)) is not None:
        return asks
    by = await _granted(call, READ)
    token = by.subject.token
    assert token is not None
    day = _last_day(call, token)
    values = {"purpose": token.purpose or "", "expires_at": "" if day is None else day.isoformat()}
    return await show_tab(
        call,
        "token.html",
        TOKENS,
        row=_row(call, token),
        expired=token.expired(call.now),
        may_change=permits(RULES, CHANGE, await _standing(call, CHANGE, token)),
        form=form_on(call, _ONE, group="token", **values),
        renewal=form_on(call, f"{_ONE}/renew", group="token", expires_at=""),
        today=call.now.astimezone(call.zone).date(),
        **_rules(call),
    )


@screens.post(_ONE, again=show_token)
async def revise_token(call: Call, asked: Asked[TokenForm]) -> Reply:
    """Change what an access token is for, and when it ends."""
    at = f"{TOKENS}/{call.path['id']}"
    if (asks := ask_first(call, at)) is not None:
        return asks
    sent, by = asked.read(), await _granted(call, CHANGE)
    token = by.subject.token
    assert token is not None
    day = _last_day(call, token)
    untouched = (sent.expires_at or "") == ("" if day is None else day.isoformat())
    await change_token(
        call.uow,
        call.app.digest,
        by,
        rules_of(call.app),
        current_user_id=by.subject.owner_id,
        purpose=sent.purpose,
        expires_at=ABSENT if untouched else _end_of(call, sent.expires_at),
    )
    return done(call, at, _("Your changes were saved."))


@screens.post(f"{_ONE}/renew", again=show_token)
async def renew_token(call: Call, asked: Asked[TokenForm]) -> Reply:
    """Give an access token a new secret, and show it once."""
    if (asks := ask_first(call, f"{TOKENS}/{call.path['id']}")) is not None:
        return asks
    sent, by = asked.read(), await _granted(call, CHANGE)
    changed = await change_token(
        call.uow,
        call.app.digest,
        by,
        rules_of(call.app),
        current_user_id=by.subject.owner_id,
        expires_at=_end_of(call, sent.expires_at) if sent.expires_at else ABSENT,
        regenerate=True,
    )
    return await _show_once(call, changed, renewed=True)


@screens.post(f"{_ONE}/activate", again=list_tokens)
async def accept_token(call: Call) -> Reply:
    """Activate an access token that somebody else made for one."""
    if (asks := ask_first(call, TOKENS)) is not None:
        return asks
    token = await activate_token(call.uow, await _granted(call, ACTIVATE))
    return done(call, TOKENS, _("“%(purpose)s” works now.") % {"purpose": token.purpose})


@screens.post(f"{_ONE}/delete")
async def remove_token(call: Call) -> Reply:
    """Delete an access token."""
    if (asks := ask_first(call, TOKENS)) is not None:
        return asks
    token = await delete_token(call.uow, await _granted(call, DELETE))
    return done(call, TOKENS, _("“%(purpose)s” was deleted and works no longer.") % {"purpose": token.purpose})
