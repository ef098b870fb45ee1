"""`/accounts` and `/accounts/:id`: the tree, what an account is set to, its sub-accounts and terms. Source: web.md W13, accounts.md §1.3."""

from datetime import datetime, tzinfo
from typing import Any, Final

import msgspec

from quadrangle.accounts import (
    CHILDREN,
    EDIT,
    IS_WITHIN,
    MANAGE_SETTINGS,
    MEGABYTE,
    TERMS_OF_SERVICE,
    Account,
    Term,
    accounts_of_member,
    add_sub_account,
    add_term,
    effective_links,
    grant,
    remove_account,
    remove_term,
    revise_term,
    revise_terms_of_service,
    root_setting,
    terms_of,
)
from quadrangle.courses import AccountStanding, has_courses, has_courses_in_term
from quadrangle.http.call import Asked, Call
from quadrangle.http.reply import Reply
from quadrangle.http.routing import Routes
from quadrangle.kernel.errors import NotFound
from quadrangle.kernel.paging import cut
from quadrangle.kernel.params import ABSENT, Absent, Params, flag, text
from quadrangle.kernel.words import _
from quadrangle.web.account_words import CHOICES, FLAGS, INHERITABLE, choices_of, label_of_setting, sections
from quadrangle.web.administration import administration, show_admin
from quadrangle.web.flash import done
from quadrangle.web.forms import Form, form_on
from quadrangle.web.shell import show
from quadrangle.wire.canvas.accounts import AccountEdit, NewSubAccount, revise_as_sent
from quadrangle.wire.canvas.ids import account_for, account_standing_for, number_for, term_for
from quadrangle.wire.canvas.terms import TermEdit, term_change

screens = Routes("web", "Account screens")

_MOST: Final = 500  # accounts on one screen
_CHILDREN: Final = 50  # on one page
_ACCOUNT: Final = "/accounts/:account_id"
_QUOTAS: Final = ("default_storage_quota", "default_user_storage_quota", "default_group_storage_quota")
_EMPTY_LINKS: Final = 2  # rows for new help links


# --- the tree


class Node(msgspec.Struct, frozen=True):
    """An account in the tree, as the component draws it."""

    label: str
    href: str
    here: bool
    children: tuple["Node", ...]


@screens.get("/accounts")
async def tree(call: Call) -> Reply:
    """The accounts one administers."""
    user_id: int = call.user().user_id
    asked = call.tree.get("search")
    name = asked.strip() if isinstance(asked, str) and asked.strip() else None
    found = await accounts_of_member(call.uow, user_id, name=name, most=_MOST + 1)
    return await show(
        call,
        "admin_tree.html",
        here="accounts",
        nodes=_nodes(found[:_MOST]) if name is None else (),
        found=found[:_MOST] if name is not None else (),
        name=name,
        more=len(found) > _MOST,
    )


def _nodes(found: list[Account]) -> tuple[Node, ...]:
    known = {one.id for one in found}
    below: dict[int | None, list[Account]] = {}
    for one in found:
        below.setdefault(one.parent_account_id if one.parent_account_id in known else None, []).append(one)

    def node(one: Account) -> Node:
        return Node(one.name, f"/accounts/{one.id}", False, tuple(node(child) for child in below.get(one.id, ())))

    return tuple(node(one) for one in below.get(None, ()))


# --- one account and those below it


async def _here(call: Call) -> AccountStanding:
    standing = await account_standing_for(call, call.path["account_id"])
    standing.require_reading()
    return standing


@screens.get(_ACCOUNT)
async def overview(call: Call) -> Reply:
    """An account, and those below it."""
    standing = await _here(call)
    account = standing.account
    window = msgspec.structs.replace(call.window(), size=_CHILDREN)
    key = {"parent_id": account.id, "limit": window.limit, "offset": window.offset}
    children = cut(await call.uow.all(CHILDREN.at("name"), **key), window)
    posts_to = f"{_ACCOUNT}/sub_accounts"
    return await show_admin(
        call,
        "admin_overview.html",
        administration(standing, ""),
        children=children,
        manages=standing.rights.may("manage_account_settings"),
        sees_sis=standing.rights.sees_sis,
        form=form_on(call, posts_to, group="account", name=""),
        address=lambda number: f"/accounts/{account.id}?page={number}",
    )


@screens.post(f"{_ACCOUNT}/sub_accounts", again=overview)
async def add(call: Call, asked: Asked[NewSubAccount]) -> Reply:
    """Add a sub-account."""
    standing = await _here(call)
    granted = grant(MANAGE_SETTINGS, standing.rights, standing.account)
    made = await add_sub_account(call.uow, granted, name=asked.read().name or None)
    return done(call, f"/accounts/{standing.account.id}", _("“%(name)s” was added.") % {"name": made.name})


async def _child(call: Call, standing: AccountStanding) -> Account:
    target = await account_for(call, str(number_for(call.path["id"])))
    if await call.uow.one(IS_WITHIN, account_id=target.id, ancestor_id=standing.account.id) is None:
        raise NotFound
    return target


@screens.get(f"{_ACCOUNT}/sub_accounts/:id/delete")
async def ask_before_remove(call: Call) -> Reply:
    """What goes with a sub-account."""
    standing = await _here(call)
    grant(MANAGE_SETTINGS, standing.rights, standing.account)
    target = await _child(call, standing)
    base = f"/accounts/{standing.account.id}"
    return await show_admin(
        call,
        "admin_sure.html",
        administration(standing, "", (target.name, None)),
        title=_("Delete “%(name)s”?") % {"name": target.name},
        says=_("It goes with its settings and its administrators. It must hold neither courses nor sub-accounts."),
        action=f"{base}/sub_accounts/{target.id}/delete",
        verb=_("Delete it"),
        back=base,
    )


@screens.post(f"{_ACCOUNT}/sub_accounts/:id/delete", again=overview)
async def remove(call: Call) -> Reply:
    """Delete a sub-account that holds nothing."""
    standing = await _here(call)
    granted = grant(MANAGE_SETTINGS, standing.rights, standing.account)
    target = await _child(call, standing)
    gone = await remove_account(call.uow, granted, target, has_courses=await has_courses(call.uow, target.id))
    return done(call, f"/accounts/{standing.account.id}", _("“%(name)s” was deleted.") % {"name": gone.name})


# --- settings


def _settings_of(account: Account) -> dict[str, Any]:
    """The plain settings as the form holds them."""
    stored = account.settings
    return {
        **{name: root_setting(stored, name) for name in (*FLAGS, *CHOICES)},
        "accent_color": stored.get("accent_color") or "",
    }


def _mb(stored: int | None) -> str:
    return "" if stored is None else str(stored // MEGABYTE)


def _inherited_forms(call: Call, account: Account, posts_to: str) -> list[tuple[str, Form]]:
    forms = []
    for name in INHERITABLE:
        stored = account.settings.get(name) or {}
        value = "" if "value" not in stored else str(int(stored["value"]))
        group = f"account[settings][{name}]"
        forms.append((name, form_on(call, posts_to, group=group, value=value, locked=stored.get("locked", False))))
    return forms


@screens.get(f"{_ACCOUNT}/settings")
async def settings(call: Call) -> Reply:
    """What an account is set to."""
    standing = await _here(call)
    account = standing.account
    grant(EDIT, standing.rights, account)
    posts_to = f"{_ACCOUNT}/settings"
    own = {f"{name}_mb": _mb(getattr(account, name)) for name in _QUOTAS}
    form = form_on(
        call, posts_to, group="account", name=account.name, default_time_zone=account.default_time_zone or "", **own
    )
    agreed = await call.uow.one(TERMS_OF_SERVICE, root_id=account.root_id)
    assert agreed is not None
    return await show_admin(
        call,
        "admin_settings.html",
        administration(standing, "settings"),
        form=form,
        chosen=form_on(call, posts_to, group="account[settings]", **_settings_of(account)),
        inherited=_inherited_forms(call, account, posts_to),
        sections=sections(),
        label=label_of_setting,
        choices_of=choices_of,
        flags=FLAGS,
        manages=standing.rights.may("manage_account_settings"),
        rations=standing.rights.may("manage_storage_quotas"),
        agreement=form_on(
            call,
            f"{_ACCOUNT}/terms_of_service",
            group="terms_of_service",
            terms_type=agreed.terms_type,
            asks=not agreed.passive,
            content=agreed.content or "",
        ),
        help=form_on(
            call,
            f"{_ACCOUNT}/help_links",
            group="help",
            name=account.settings.get("help_link_name") or "",
            **_links_of(account),
        ),
        links=range(_rows_of(account)),
    )


def _rows_of(account: Account) -> int:
    return len(account.settings.get("custom_help_links") or ()) + _EMPTY_LINKS


def _links_of(account: Account) -> dict[str, str]:
    """The account's own links, by row, and a few empty rows."""
    own = effective_links(account.settings) if account.settings.get("custom_help_links") else []
    rows: dict[str, str] = {}
    for number in range(len(own) + _EMPTY_LINKS):
        link = own[number] if number < len(own) else None
        rows[f"text{number}"] = "" if link is None else link.text
        rows[f"url{number}"] = "" if link is None else link.url
        rows[f"subtext{number}"] = "" if link is None else link.subtext or ""
    return rows


@screens.post(f"{_ACCOUNT}/settings", again=settings)
async def revise(call: Call, asked: Asked[AccountEdit]) -> Reply:
    """Change an account: all that was sent, or nothing."""
    standing = await _here(call)
    await revise_as_sent(call, standing.account, _as_meant(asked.read()))
    return done(call, f"/accounts/{standing.account.id}/settings", _("The settings were saved."))


def _as_meant(edit: AccountEdit) -> AccountEdit:
    """An empty ration inherits; an inheritable setting of which nothing is said is forgotten."""
    sent = {name: getattr(edit, name) for name in edit.sent}
    for name in _QUOTAS:
        if f"{name}_mb" in sent:
            sent[f"{name}_mb"] = (sent[f"{name}_mb"] or "").strip() or "0"
    if isinstance(sent.get("settings"), dict):
        chosen = dict(sent["settings"])
        for name in INHERITABLE:
            one = chosen.get(name)
            if isinstance(one, dict) and one.get("value") in (None, ""):
                chosen[name] = None
        sent["settings"] = chosen
    return AccountEdit(**sent)


class Agreement(Params, group="terms_of_service"):
    """What people agree to."""

    terms_type: str | None | Absent = text("Which.", choices=("default", "custom", "no_terms"))
    asks: bool | Absent = flag("Whether people are asked to agree.")
    content: str | None | Absent = text("HTML, of custom ones.")


@screens.post(f"{_ACCOUNT}/terms_of_service", again=settings)
async def revise_agreement(call: Call, asked: Asked[Agreement]) -> Reply:
    """Change what people agree to."""
    standing = await _here(call)
    granted = grant(MANAGE_SETTINGS, standing.rights, standing.account)
    said = asked.read()
    content = None if said.content is ABSENT else said.content
    await revise_terms_of_service(
        call.uow, granted, kind=str(said.terms_type or "default"), passive=not said.asks, content=content
    )
    return done(call, f"/accounts/{standing.account.id}/settings", _("The terms of service were saved."))


@screens.post(f"{_ACCOUNT}/help_links", again=settings)
async def revise_help(call: Call) -> Reply:
    """Change where people find help; a row that is emptied goes."""
    standing = await _here(call)
    known = [] if not standing.account.settings.get("custom_help_links") else effective_links(standing.account.settings)
    sent = call.tree.get("help")
    said = sent if isinstance(sent, dict) else {}
    links = []
    for number in range(_rows_of(standing.account)):
        row = {name: str(said.get(f"{name}{number}") or "").strip() for name in ("text", "url", "subtext")}
        if row["text"] or row["url"]:
            old = msgspec.to_builtins(known[number]) if number < len(known) else {}
            links.append({**old, **row})
    edit: dict[str, Any] = {"settings": {"help_link_name": said.get("name") or None, "custom_help_links": links}}
    await revise_as_sent(call, standing.account, AccountEdit(**edit))
    return done(call, f"/accounts/{standing.account.id}/settings", _("The help links were saved."))


# --- terms


def _day(moment: datetime | None, zone: tzinfo) -> str:
    return "" if moment is None else f"{moment.astimezone(zone):%Y-%m-%d}"


async def _root(call: Call) -> AccountStanding:
    standing = await _here(call)
    grant(MANAGE_SETTINGS, standing.rights, standing.account)
    if not standing.account.is_root:
        raise NotFound
    return standing


def _term_form(call: Call, posts_to: str, term: Term | None) -> Form:
    return form_on(
        call,
        posts_to,
        group="enrollment_term",
        name="" if term is None else term.name,
        start_at=_day(None if term is None else term.start_at, call.zone),
        end_at=_day(None if term is None else term.end_at, call.zone),
    )


@screens.get(f"{_ACCOUNT}/terms")
async def terms(call: Call) -> Reply:
    """The terms of a campus."""
    standing = await _root(call)
    found = await terms_of(call.uow, standing.account.id)
    return await show_admin(
        call,
        "admin_terms.html",
        administration(standing, "terms"),
        terms=sorted(found, key=lambda one: (one.start_at is not None, one.start_at or one.created_at), reverse=True),
        form=_term_form(call, f"{_ACCOUNT}/terms", None),
        base=f"/accounts/{standing.account.id}/terms",
        now=call.now,
    )


@screens.post(f"{_ACCOUNT}/terms", again=terms)
async def add_one_term(call: Call, asked: Asked[TermEdit]) -> Reply:
    """Add a term."""
    await _root(call)
    granted, _rights, change = await term_change(call, asked, None)
    term = await add_term(call.uow, granted, change)
    return done(call, f"/accounts/{granted.subject.id}/terms", _("“%(name)s” was added.") % {"name": term.name})


@screens.get(f"{_ACCOUNT}/terms/:id")
async def show_term(call: Call) -> Reply:
    """One term, to be changed."""
    standing = await _root(call)
    term = await term_for(call, call.path["id"], standing.account.id)
    return await show_admin(
        call,
        "admin_term.html",
        administration(standing, "terms", (term.name, None)),
        term=term,
        form=_term_form(call, f"{_ACCOUNT}/terms/:id", term),
        base=f"/accounts/{standing.account.id}/terms",
    )


@screens.post(f"{_ACCOUNT}/terms/:id", again=show_term)
async def revise_one_term(call: Call, asked: Asked[TermEdit]) -> Reply:
    """Change a term."""
    standing = await _root(call)
    term = await term_for(call, call.path["id"], standing.account.id)
    granted, _rights, change = await term_change(call, asked, term)
    revised = await revise_term(call.uow, granted, term, change)
    return done(call, f"/accounts/{granted.subject.id}/terms", _("“%(name)s” was changed.") % {"name": revised.name})


@screens.post(f"{_ACCOUNT}/terms/:id/delete", again=show_term)
async def delete_term(call: Call) -> Reply:
    """Delete a term that no course stands in; nothing else is lost with it."""
    standing = await _root(call)
    granted = grant(MANAGE_SETTINGS, standing.rights, standing.account)
    term = await term_for(call, call.path["id"], standing.account.id)
    await remove_term(call.uow, granted, term, in_use=await has_courses_in_term(call.uow, term.id))
    return done(call, f"/accounts/{standing.account.id}/terms", _("“%(name)s” was deleted.") % {"name": term.name})
