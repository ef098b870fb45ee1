"""What happens to accounts: they begin, grow sub-accounts, get admins and terms."""

from typing import Any

from sqlalchemy import bindparam, insert, literal, select

from quadrangle.accounts.permissions import ACCOUNT_ADMIN, BUILT_IN_ROLES
from quadrangle.accounts.tables import account_lineage, account_users, accounts, enrollment_terms, roles
from quadrangle.db import Statement, UnitOfWork
from quadrangle.db.schema import BigId
from quadrangle.kernel.digest import random_text
from quadrangle.kernel.text import sort_key

# The chain of a new account: its parent's chain one step further away, and itself.
_INHERIT_LINEAGE = Statement[None](
    insert(account_lineage).from_select(
        ["account_id", "ancestor_id", "distance"],
        select(
            bindparam("child_id", type_=BigId),
            account_lineage.c.ancestor_id,
            account_lineage.c.distance + literal(1),
        ).where(account_lineage.c.account_id == bindparam("parent_id", type_=BigId)),
    )
)


async def create_account(
    uow: UnitOfWork,
    *,
    name: str,
    parent_id: int | None = None,
    root_id: int | None = None,
    id: int | None = None,
    default_time_zone: str | None = None,
    sis_source_id: str | None = None,
    settings: dict[str, Any] | None = None,
    **more: Any,
) -> int:
    """Add an account below `parent_id`, or a root without one. Raises IntegrityViolation when the SIS id is taken."""
    uuid = random_text(40)
    account_id = await uow.insert(
        accounts,
        **({"id": id} if id is not None else {}),
        uuid=uuid,
        name=name,
        name_key=sort_key(name),
        parent_account_id=parent_id,
        root_account_id=root_id,
        workflow_state="active",
        sis_source_id=sis_source_id,
        default_time_zone=default_time_zone,
        lti_guid=f"{uuid}:canvas-lms",
        settings=settings or {},
        allowed_services={},
        account_calendar_visible=False,
        account_calendar_subscription_type="manual",
        terms_type="default",
        terms_passive=True,
        created_at=uow.now,
        updated_at=uow.now,
        **more,
    )
    await uow.add(account_lineage, account_id=account_id, ancestor_id=account_id, distance=0)
    if parent_id is not None:
        await uow.run(_INHERIT_LINEAGE, child_id=account_id, parent_id=parent_id)
    return account_id


async def create_built_in_roles(uow: UnitOfWork, root_id: int) -> dict[str, int]:
    """The roles every root account has, by name."""
    made = {}
    for name in BUILT_IN_ROLES:
        made[name] = await uow.insert(
            roles,
            name=name,
            label=LABELS[name],
            base_role_type=name,
            account_id=None,
            root_account_id=root_id,
            workflow_state="built_in",
            created_at=uow.now,
            updated_at=uow.now,
        )
    return made


LABELS = {
    ACCOUNT_ADMIN: "Account Admin",
    "StudentEnrollment": "Student",
    "TeacherEnrollment": "Teacher",
    "TaEnrollment": "TA",
    "DesignerEnrollment": "Designer",
    "ObserverEnrollment": "Observer",
}


async def create_term(uow: UnitOfWork, *, root_id: int, name: str, is_default: bool = False, **more: Any) -> int:
    """Add an enrollment term. more: start_at, end_at, sis_source_id, overrides."""
    return await uow.insert(
        enrollment_terms,
        root_account_id=root_id,
        name=name,
        workflow_state="active",
        is_default=is_default,
        created_at=uow.now,
        updated_at=uow.now,
        **{"overrides": {}, **more},
    )


async def add_admin(uow: UnitOfWork, *, account_id: int, user_id: int, role_id: int) -> int:
    """An admin membership. Raises IntegrityViolation when it exists already."""
    return await uow.insert(
        account_users,
        account_id=account_id,
        user_id=user_id,
        role_id=role_id,
        workflow_state="active",
        created_at=uow.now,
        updated_at=uow.now,
    )
