"""OAuth 2 of the Canvas family. Source: conventions.md §2."""

import base64
import binascii
from typing import Any, Final
from urllib.parse import quote, unquote_plus, urlencode, urlsplit

from msgspec import UNSET, Struct

from quadrangle.db.uow import reading, writing
from quadrangle.http.call import Asked, Call
from quadrangle.http.csrf import set_cookie
from quadrangle.http.reply import Reply, redirect
from quadrangle.http.routing import Routes
from quadrangle.http.templates import render
from quadrangle.kernel.errors import Unauthenticated
from quadrangle.kernel.ids import Ref
from quadrangle.kernel.params import Absent, Params, flag, nest, pairs_from, text
from quadrangle.people import Actor, end_sessions, find_user
from quadrangle.tokens import (
    ACTIVE,
    OUT_OF_BAND,
    TOKEN_LIFE,
    UNKNOWN_CLIENT,
    USERINFO,
    WRONG_SECRET,
    DeveloperKey,
    Given,
    OAuthProblem,
    consent_needed,
    end_token,
    exchange_code,
    find_key,
    issue_code,
    knows_secret,
    redirects_to,
    refresh_token,
    scopes_refused,
)
from quadrangle.wire.canvas.errors import message, refuse
from quadrangle.wire.canvas.sessions import site_name
from quadrangle.wire.canvas.shapes import Maybe

routes = Routes("canvas", "OAuth 2")

EXCHANGE_COST: Final = 200.0  # throttle units
LONGEST_STATE: Final = 4096  # characters
_OOB_PATH: Final = "/login/oauth2/auth"
_ASKED_COOKIE: Final = "quad_oauth"
_CARRIED: Final = (
    "client_id", "response_type", "redirect_uri", "state", "scope", "purpose", "code_challenge", "code_challenge_method",
)  # fmt: skip


class OAuthUser(Struct, frozen=True):
    """Whose token it is."""

    id: int
    name: str
    global_id: str
    effective_locale: str


class TokenAnswer(Struct, frozen=True):
    """What an application gets. expires_in: seconds. Keys are absent where nothing was given."""

    access_token: str | None
    token_type: str
    user: OAuthUser
    expires_in: int | Maybe = UNSET
    refresh_token: str | Maybe = UNSET


class AuthAsked(Params):
    """What an application asks of a user, through their browser."""

    client_id: str | None | Absent = text("The application.")
    response_type: str | None | Absent = text("`code`.", choices=("code",))
    redirect_uri: str | None | Absent = text("Where the answer goes; `urn:ietf:wg:oauth:2.0:oob` shows it instead.")
    state: str | None | Absent = text("Comes back as it was sent.")
    scope: str | None | Absent = text("Scopes with blanks between them; `scopes` is the same.")
    scopes: str | None | Absent = text("The same.")
    purpose: str | None | Absent = text("What the token is for.")
    force_login: bool | Absent = flag("Ask for the password even who is signed in.")
    unique_id: str | None | Absent = text("Fills in the login.")
    prompt: str | None | Absent = text("`none`: answer without asking anybody.")
    code_challenge: str | None | Absent = text("PKCE.")
    code_challenge_method: str | None | Absent = text("PKCE: `S256`.")
    code: str | None | Absent = text("Out of band: the code to show.")
    error: str | None | Absent = text("Out of band: why there is none.")


class Consent(Params):
    """What a user adds when they accept."""

    remember_access: bool | Absent = flag("Do not ask again; only for applications that want to know who one is.")


class TokenAsked(Params):
    """What an application asks for itself."""

    grant_type: str | None | Absent = text(
        "What is exchanged.", choices=("authorization_code", "refresh_token", "client_credentials")
    )
    client_id: str | None | Absent = text("The application; or HTTP Basic.")
    client_secret: str | None | Absent = text("Its secret; or HTTP Basic.")
    code: str | None | Absent = text("The code of the authorisation.")
    code_verifier: str | None | Absent = text("PKCE.")
    refresh_token: str | None | Absent = text("The refresh token.")


class Authorization(Struct, frozen=True):
    """A request for consent that is in order."""

    key: DeveloperKey
    redirect_uri: str
    state: str | None
    scopes: list[str]
    purpose: str | None
    code_challenge: str | None
    fields: list[tuple[str, str]]  # what carries it through the pages


# --- the user's side --------------------------------------------------------------------------------------------------


@routes.get("/login/oauth2/auth", public=True, work="none")
async def authorize(call: Call, asked: Asked[AuthAsked]) -> Reply:
    """Ask the user, through their browser, to let an application act for them."""
    params = asked.read()
    if not params.client_id and (params.code or params.error):
        return render(
            "code.html", site=await site_name(call), code=params.code or None, error=params.error or "access_denied"
        )
    wanted = await _authorization(call, params)
    if isinstance(wanted, Reply):
        return wanted
    prompt = params.prompt or None
    if prompt not in (None, "none"):
        return answer_error(wanted, "unsupported_prompt_type", f"prompt must be none or absent, not {prompt}")
    actor: Actor | None = call.actor
    if actor is None or (params.force_login is True and prompt is None):
        if prompt == "none":
            return answer_error(wanted, "login_required", "prompt=none but there is no session")
        return _to_login(call, wanted, params)
    async with reading(call.app.database, call.app.clock) as uow:
        ask = await consent_needed(uow, wanted.key, actor.user_id, wanted.scopes)
    if ask:
        if prompt == "none":
            return answer_error(wanted, "interaction_required", "prompt=none but the user must be asked")
        carried = urlencode(wanted.fields, quote_via=quote)
        return set_cookie(redirect(f"/login/oauth2/confirm?{carried}"), call, _ASKED_COOKIE, carried)
    return await _give_code(call, wanted, actor, remember=wanted.scopes == [USERINFO])


@routes.get("/login/oauth2/confirm", public=True, work="none")
async def confirm(call: Call, asked: Asked[AuthAsked]) -> Reply:
    """The page that asks whether an application may."""
    _recall(call)
    wanted = await _authorization(call, asked.read())
    if isinstance(wanted, Reply):
        return wanted
    actor: Actor | None = call.actor
    if actor is None or actor.session is None:
        return _to_login(call, wanted, asked.read())
    async with reading(call.app.database, call.app.clock) as uow:
        user = await find_user(uow, Ref("id", str(actor.user_id)))
    return render(
        "consent.html",
        site=await site_name(call),
        app=wanted.key.name,
        user=user.name if user is not None else "",
        purpose=wanted.purpose,
        scopes=wanted.scopes if wanted.key.require_scopes else [],
        only_who=wanted.scopes == [USERINFO],
        destination="this page" if wanted.redirect_uri == OUT_OF_BAND else urlsplit(wanted.redirect_uri).netloc,
        csrf=actor.session.csrf_token,
        action="/login/oauth2/accept",
        fields=wanted.fields,
        deny="/login/oauth2/deny?" + urlencode(wanted.fields, quote_via=quote),
    )


@routes.post("/login/oauth2/accept", work="none")
async def accept(call: Call, asked: Asked[AuthAsked], consent: Asked[Consent]) -> Reply:
    """The user lets the application."""
    actor: Actor = call.user()
    if actor.session is None:
        raise Unauthenticated
    _recall(call)
    wanted = await _authorization(call, asked.read())
    if isinstance(wanted, Reply):
        return wanted
    remember = consent.read().remember_access is True and wanted.scopes == [USERINFO]
    return await _give_code(call, wanted, actor, remember=remember)


@routes.get("/login/oauth2/deny", public=True, work="none")
async def deny(call: Call, asked: Asked[AuthAsked]) -> Reply:
    """The user does not let the application."""
    _recall(call)
    wanted = await _authorization(call, asked.read())
    if isinstance(wanted, Reply):
        return wanted
    if wanted.redirect_uri == OUT_OF_BAND:
        return redirect(f"{_OOB_PATH}?error=access_denied")
    return answer_error(wanted, "access_denied", "The resource owner or authorization server denied the request.")


def _recall(call: Call) -> None:
    """What was asked for, when the request itself does not say: programs that walk through these pages answer without the form's fields.
    The form carries them, so that an answer is always to the question that was shown."""
    carried = call.cookie(_ASKED_COOKIE)
    if carried and "client_id" not in call.tree:
        call.tree.update(nest(pairs_from(carried.encode())))


async def _authorization(call: Call, params: AuthAsked) -> Authorization | Reply:
    """What is asked for, or the answer that says what is wrong with it. Before the address is known to be the application's, nobody is
    sent there (conventions.md §2.1)."""
    async with reading(call.app.database, call.app.clock) as uow:
        key = await find_key(uow, params.client_id or None)
    if key is None:
        return problem(UNKNOWN_CLIENT)
    uri = params.redirect_uri or None
    if not redirects_to(key, uri):
        return problem(OAuthProblem("invalid_request", "redirect_uri does not match client settings"))
    assert uri is not None
    scopes = list(dict.fromkeys((params.scope or params.scopes or "").split()))
    challenge = params.code_challenge or None
    if params.code_challenge_method != "S256":
        challenge = None
    sent = {name: getattr(params, name, None) for name in _CARRIED} | {"scope": " ".join(scopes)}
    wanted = Authorization(
        key=key,
        redirect_uri=uri,
        state=params.state[:LONGEST_STATE] if params.state else None,
        scopes=scopes,
        purpose=params.purpose[:255] if params.purpose else None,
        code_challenge=challenge,
        fields=[(name, value) for name, value in sent.items() if isinstance(value, str) and value],
    )
    if key.workflow_state != ACTIVE:
        return answer_error(wanted, "unauthorized_client", "This developer key is not enabled for this account")
    if params.response_type != "code":
        return answer_error(wanted, "unsupported_response_type", "Only response_type=code is permitted")
    if scopes_refused(key, scopes):
        says = "A requested scope is invalid, unknown, malformed, or exceeds the scope granted by the resource owner."
        missing = [scope for scope in scopes if scope not in key.scopes]
        if missing:
            says += f" The following scopes were requested, but not granted: {' '.join(missing)}"
        return answer_error(wanted, "invalid_scope", says)
    return wanted


def _to_login(call: Call, wanted: Authorization, params: AuthAsked) -> Reply:
    """To the sign-in page, and from there back to the same question; who was made to sign in is not asked to once more."""
    query = {"return_to": "/login/oauth2/auth?" + urlencode(wanted.fields, quote_via=quote)}
    if params.unique_id:
        query["unique_id"] = params.unique_id
    if params.force_login is True:
        query["force_login"] = "1"
    return redirect("/login?" + urlencode(query, quote_via=quote))


async def _give_code(call: Call, wanted: Authorization, actor: Actor, *, remember: bool) -> Reply:
    async with writing(call.app.database, call.app.clock) as uow:
        code = await issue_code(
            uow,
            call.app.digest,
            wanted.key,
            user_id=actor.user_id,
            redirect_uri=wanted.redirect_uri,
            scopes=wanted.scopes,
            real_user_id=actor.real_user_id,
            purpose=wanted.purpose,
            remember=remember,
            code_challenge=wanted.code_challenge,
        )
    if wanted.redirect_uri == OUT_OF_BAND:
        return redirect(f"{_OOB_PATH}?code={code}").header("cache-control", "no-store")
    return _send_back(wanted, {"code": code})


def _send_back(wanted: Authorization, values: dict[str, str]) -> Reply:
    if wanted.state is not None:
        values["state"] = wanted.state
    joint = "&" if "?" in wanted.redirect_uri else "?"
    to = f"{wanted.redirect_uri}{joint}{urlencode(values, quote_via=quote)}"
    return redirect(to).header("cache-control", "no-store").header("referrer-policy", "no-referrer")


def answer_error(wanted: Authorization, error: str, description: str) -> Reply:
    """An error goes where the answer would have gone; JSON when that is nowhere."""
    if wanted.redirect_uri == OUT_OF_BAND:
        return problem(OAuthProblem(error, description))
    return _send_back(wanted, {"error": error, "error_description": description})


# --- the application's side -------------------------------------------------------------------------------------------


@routes.post("/login/oauth2/token", public=True, gives=TokenAnswer, work="none")
async def give_token(call: Call, asked: Asked[TokenAsked]) -> Reply:
    """Exchange a code, or a refresh token, for an access token."""
    call.notes["extra_cost"] = EXCHANGE_COST
    params = asked.read()
    client_id, client_secret = _client(call, params)
    verifier = None if isinstance(params.code_verifier, Absent) else params.code_verifier or ""
    async with reading(call.app.database, call.app.clock) as uow:
        key = await find_key(uow, client_id)
    if key is None or key.workflow_state != ACTIVE:
        return problem(UNKNOWN_CLIENT)
    grant = params.grant_type or ("authorization_code" if params.code else None)
    if not _client_proved(call, key, client_secret, verifier, grant):
        return problem(WRONG_SECRET)
    given: Given | OAuthProblem
    if grant == "authorization_code":
        if not params.code:
            return problem(_missing("code", grant))
        given = await exchange_code(
            call.app.database, call.app.clock, call.app.digest, key, code=params.code, code_verifier=verifier
        )
    elif grant == "refresh_token":
        if not params.refresh_token:
            return problem(_missing("refresh_token", grant))
        given = await refresh_token(
            call.app.database, call.app.clock, call.app.digest, key, refresh=params.refresh_token
        )
    else:
        says = "The grant_type you requested is not currently supported"
        return problem(OAuthProblem("unsupported_grant_type", says))
    if isinstance(given, OAuthProblem):
        return problem(given)
    return _unkept(Reply(200, _answer(given)))


def _client_proved(call: Call, key: DeveloperKey, secret: str | None, verifier: str | None, grant: str | None) -> bool:
    """A client with a secret knows it. A public one proves with its verifier that it is the one which asked; its refresh token, which only
    it was ever given, proves as much later."""
    if key.secret_digest is not None:
        return knows_secret(call.app.digest, key, secret)
    return verifier is not None or grant == "refresh_token"


def _client(call: Call, params: TokenAsked) -> tuple[str | None, str | None]:
    """Client id and secret: HTTP Basic, else the body."""
    header = call.header("authorization") or ""
    if header[:6].lower() == "basic ":
        try:
            name, colon, secret = base64.b64decode(header[6:].strip(), validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            return None, None
        if colon:
            return unquote_plus(name), unquote_plus(secret)
    return params.client_id or None, params.client_secret or None


def _missing(name: str, grant: str) -> OAuthProblem:
    says = f"You must provide the {name} parameter when using the {grant} grant type"
    return OAuthProblem("invalid_request", says)


def _answer(given: Given) -> TokenAnswer:
    user = OAuthUser(given.user_id, given.user_name, str(given.user_id), given.locale or "en")
    if given.access_token is None:
        return TokenAnswer(None, "Bearer", user)
    return TokenAnswer(
        access_token=given.access_token,
        token_type="Bearer",
        user=user,
        expires_in=int(TOKEN_LIFE.total_seconds()),
        refresh_token=given.refresh_token or UNSET,
    )


def problem(what: OAuthProblem) -> Reply:
    """`{"error","error_description"}`: 401 for a client that is unknown or unproved, else 400."""
    body: dict[str, Any] = {"error": what.error, "error_description": what.description}
    if what.error != "invalid_client":
        return _unkept(Reply(400, body))
    return _unkept(Reply(401, body).header("www-authenticate", "Canvas OAuth 2.0"))


def _unkept(reply: Reply) -> Reply:
    return reply.header("cache-control", "no-store").header("pragma", "no-cache")


class RevokeAsked(Params):
    """How much ends."""

    expire_sessions: bool | Absent = flag("End the user's web sessions too.")


@routes.delete("/login/oauth2/token", public=True, gives=dict[str, str])
async def revoke_token(call: Call, asked: Asked[RevokeAsked]) -> Reply:
    """Delete the token this request comes with."""
    actor: Actor | None = call.actor
    if actor is None or actor.token is None:
        says = "can't delete OAuth access token when not using an OAuth access token"
        raise refuse(message(400, says))
    await end_token(call.uow, actor.token.id)
    if asked.read().expire_sessions is True:
        await end_sessions(call.uow, actor.user_id)
    return Reply(200, {})
