"""The fixture of accounts.md §8, on top of the small world.

Accounts: root "Root U"; science (SCI) below it, physics_dept (PHY) below science, arts beside science. People: root administers the root,
sub administers science, clerk has a custom role without any permission on the root; tina teaches, sam studies, eve has a login only.
Courses C1 … C7 as there; the world's own course is deleted, so that the numbers are those of the spec.
"""

from datetime import UTC, datetime

import pytest

from quadrangle.accounts import ROOT_ID, add_admin, create_account, create_term, roles
from quadrangle.courses import courses, create_course, enroll
from quadrangle.db import UnitOfWork
from quadrangle.kernel.digest import Digester
from quadrangle.people import create_login, create_user
from quadrangle.tokens import issue_token
from tests.world import KEY, World


async def add_person(
    uow: UnitOfWork, world: World, key: str, name: str, *, sortable: str | None = None, sis: str | None = None
) -> int:
    """Somebody with a login and a token, known to the world by `key`."""
    user_id = world.ids[key] = await create_user(uow, name=name, sortable_name=sortable)
    await create_login(uow, user_id=user_id, account_id=ROOT_ID, unique_id=f"{key}@example.com", sis_user_id=sis)
    _, world.tokens[key] = await issue_token(
        uow, Digester(KEY), user_id=user_id, purpose="tests", secret=f"{key}-token-0123456789"
    )
    return user_id


async def add_custom_role(
    uow: UnitOfWork, world: World, key: str, account_id: int, base: str = "AccountMembership"
) -> int:
    role_id = world.ids[f"role:{key}"] = await uow.insert(
        roles,
        name=key,
        label=key,
        base_role_type=base,
        account_id=account_id,
        root_account_id=ROOT_ID,
        workflow_state="active",
        created_at=uow.now,
        updated_at=uow.now,
    )
    return role_id


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def campus(world: World) -> World:
    """The world with the accounts, people, terms and courses of accounts.md §8."""

    async def build(uow: UnitOfWork) -> None:
        ids = world.ids
        await uow.update(courses, {"id": ids["physics"]}, workflow_state="deleted")
        dept = ids["physics_dept"] = await create_account(
            uow, name="Physics", parent_id=ids["science"], root_id=ROOT_ID, sis_source_id="PHY"
        )
        tina = await add_person(uow, world, "tina", "Tina Teach", sortable="Teach, Tina", sis="t3")
        sam = await add_person(uow, world, "sam", "Sam Study", sis="s4")
        clerk = await add_person(uow, world, "clerk", "Cora Clerk")
        role = await add_custom_role(uow, world, "Clerk", ROOT_ID)
        await add_admin(uow, account_id=ROOT_ID, user_id=clerk, role_id=role)
        ids["fall"] = await create_term(
            uow,
            root_id=ROOT_ID,
            name="Fall",
            start_at=_day("2025-08-25"),
            end_at=_day("2025-12-19"),
            sis_source_id="F25",
        )
        ids["spring"] = await create_term(
            uow, root_id=ROOT_ID, name="Spring", start_at=_day("2026-01-12"), end_at=_day("2026-05-15")
        )
        spring, fall, arts, science = ids["spring"], ids["fall"], ids["arts"], ids["science"]

        async def course(
            key: str, name: str, code: str, account: int, term: int | None, state: str, **more: object
        ) -> int:
            ids[key] = await create_course(
                uow,
                account_id=account,
                root_id=ROOT_ID,
                name=name,
                course_code=code,
                term_id=term,
                state=state,
                **more,
            )
            return ids[key]

        c1 = await course("c1", "Mechanics", "PHY101", dept, spring, "available", sis_source_id="MECH")
        c2 = await course("c2", "Optics", "PHY102", dept, fall, "available")
        await course("c3", "Drawing", "ART1", arts, None, "claimed")
        c4 = await course("c4", "Chemistry", "CHE1", science, spring, "completed", is_public=True)
        await course("c5", "Old Stuff", "OLD1", ROOT_ID, None, "deleted")
        c6 = await course("c6", "Biology Master", "BIO", science, None, "created", is_blueprint=True)
        await course("c7", "Biology", "BIO2", science, None, "available", is_public=True, blueprint_course_id=c6)
        teacher, student = ids["role:TeacherEnrollment"], ids["role:StudentEnrollment"]
        for course_id, state in ((c1, "active"), (c2, "active"), (c4, "completed")):
            await enroll(uow, course_id=course_id, user_id=tina, type="TeacherEnrollment", role_id=teacher, state=state)
        await enroll(uow, course_id=c1, user_id=sam, type="StudentEnrollment", role_id=student, state="active")

    world.do(build)
    return world
