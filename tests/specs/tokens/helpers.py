"""Short ways to have tokens in a test."""

from datetime import timedelta
from typing import Any

from quadrangle.courses import enroll
from quadrangle.db import UnitOfWork
from quadrangle.kernel.clock import zulu
from quadrangle.kernel.digest import Digester
from quadrangle.tokens import access_tokens, create_developer_key, developer_keys
from tests.world import KEY, Client, World

FORBIDDEN = {"status": "unauthorized", "errors": [{"message": "user not authorized to perform that action"}]}
NOT_FOUND = {"errors": [{"message": "The specified resource does not exist."}]}
ISSUED = r"[A-Za-z0-9~_]{64,}"


def make(client: Client, user: int | str = "self", *, as_user: int | None = None, **token: Any) -> dict[str, Any]:
    """A token made over HTTP; the answer's body."""
    data = {f"token[{name}]": value for name, value in {"purpose": "test", **token}.items()}
    query = {"as_user_id": as_user} if as_user is not None else {}
    reply = client.request("POST", f"/users/{user}/tokens", data=data, params=query)
    assert reply.status_code == 200, reply.text
    body: dict[str, Any] = reply.json()
    return body


def later(world: World, **delta: float) -> str:
    return zulu(world.clock.now() + timedelta(**delta))


def app_token(
    world: World, who: str, *, hint: str = "Apphi", scopes: list[str] | None = None, state: str = "active", **more: Any
) -> tuple[int, str]:
    """A token that an application got: its id and secret. more: columns of its developer key."""
    secret = f"{hint}-application-{len(world.sql('SELECT id FROM access_tokens'))}"

    async def work(uow: UnitOfWork) -> int:
        client_id, _ = await create_developer_key(
            uow, Digester(KEY), name="Grade Robot", redirect_uri="https://robot.example/back", scopes=scopes
        )
        if more:
            await uow.update(developer_keys, {"client_id": client_id}, **more)
        key_id = int(client_id) - 10_000_000_000_000
        return await uow.insert(
            access_tokens,
            user_id=world.ids[who],
            developer_key_id=key_id,
            digest=Digester(KEY)(secret, use="token"),
            token_hint=secret[:5],
            refresh_digest=Digester(KEY)(secret, use="refresh"),
            workflow_state=state,
            scopes=scopes or [],
            remember_access=False,
            expires_at=uow.now + timedelta(hours=1),
            created_at=uow.now,
            updated_at=uow.now,
        )

    return world.do(work), secret


def enrolled(world: World, who: str, type_: str, state: str = "active") -> None:
    """One more enrollment in Physics."""

    async def work(uow: UnitOfWork) -> None:
        await enroll(
            uow,
            course_id=world.ids["physics"],
            user_id=world.ids[who],
            type=type_,
            role_id=world.ids[f"role:{type_}"],
            state=state,
        )

    world.do(work)


def root_settings(world: World, **settings: Any) -> None:
    from quadrangle.accounts import ROOT_ID, accounts

    async def work(uow: UnitOfWork) -> None:
        await uow.update(accounts, {"id": ROOT_ID}, settings=settings)

    world.do(work)


def admin_with(world: World, name: str, *permissions: str, account: str = "root") -> None:
    """A person `name` with a custom admin role that has just these permissions, and a token."""
    from quadrangle.accounts import ROOT_ID, add_admin, role_overrides, roles
    from quadrangle.people import create_login, create_user
    from quadrangle.tokens import issue_token

    account_id = ROOT_ID if account == "root" else world.ids[account]

    async def work(uow: UnitOfWork) -> None:
        role_id = await uow.insert(
            roles,
            name=f"Role of {name}",
            label=f"Role of {name}",
            base_role_type="AccountMembership",
            account_id=account_id,
            root_account_id=ROOT_ID,
            workflow_state="active",
            created_at=uow.now,
            updated_at=uow.now,
        )
        for permission in permissions:
            await uow.insert(
                role_overrides,
                account_id=account_id,
                role_id=role_id,
                permission=permission,
                enabled=True,
                locked=False,
                applies_to_self=True,
                applies_to_descendants=True,
                created_at=uow.now,
                updated_at=uow.now,
            )
        user_id = world.ids[name] = await create_user(uow, name=name.title())
        await create_login(uow, user_id=user_id, account_id=ROOT_ID, unique_id=f"{name}@example.com")
        await add_admin(uow, account_id=account_id, user_id=user_id, role_id=role_id)
        _, world.tokens[name] = await issue_token(
            uow, Digester(KEY), user_id=user_id, purpose="tests", secret=f"{name}-token-0123456789"
        )

    world.do(work)
