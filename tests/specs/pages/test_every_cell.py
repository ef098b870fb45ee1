"""Who may do what with a page: every role, course state, default and page role against the tables of pages.md §3 and §5."""

import itertools

import pytest

from tests.specs.pages.conftest import FORBIDDEN, make, wiki
from tests.world import World

STAFF = ("ada", "tia", "dee")
ADMINS = ("root", "sub")
STUDENTS = ("ben", "cleo")
EVERYONE = (*ADMINS, *STAFF, "ben", "dov", "eve", None)
ENROLLED = (*STAFF, *STUDENTS, "dov")

# What the course is: workflow_state, is_public, is_public_to_auth_users.
STATES = {
    "running": ("available", False, False),
    "public": ("available", True, False),
    "open to the signed in": ("available", False, True),
    "unpublished": ("claimed", True, False),
    "concluded": ("completed", True, False),
}
PAGE_ROLES = ("teachers", "teachers,students", "students", "teachers,members", "public", "")


def reads_course(who: str | None, state: str) -> bool:
    if who in ADMINS:
        return True
    if state == "unpublished":
        return who in STAFF
    if who in ENROLLED or state == "public":
        return True
    return state == "open to the signed in" and who is not None


def manages(who: str | None, state: str) -> bool:
    """Holds the three manage_wiki_ permissions."""
    return who in ADMINS or (who in STAFF and state != "concluded")


def active(who: str | None, state: str) -> bool:
    return who in (STAFF if state == "unpublished" else ENROLLED) and state != "concluded"


def reads(who: str | None, state: str, published: bool) -> bool:
    return reads_course(who, state) and (published or manages(who, state))


def edits(who: str | None, state: str, published: bool, roles: str) -> bool:
    if not reads(who, state, published):
        return False
    if manages(who, state):
        return True
    if state == "concluded" or not published:
        return False
    named = roles.split(",")
    return (
        ("students" in named and who in STUDENTS and active(who, state))
        or ("members" in named and active(who, state))
        or ("public" in named and who is not None)
    )


def writes_course(who: str | None, state: str, default: str) -> bool:
    """Creates pages, and changes more of those it may edit than their text."""
    return manages(who, state) or ("students" in default and who in STUDENTS and active(who, state))


def refusal(who: str | None) -> int:
    return 401 if who is None else 403


@pytest.mark.parametrize("default", ["teachers", "teachers,students"])
@pytest.mark.parametrize("state", STATES)
def test_in_a_course_the_tables_decide(world: World, state: str, default: str) -> None:
    pages = {}
    for published, roles in [*itertools.product([True], PAGE_ROLES), (False, "teachers,students,members,public")]:
        page = make(world, f"Page {len(pages)}", body="x", published=published, editing_roles=roles)
        pages[f"{world.course}/pages/{page['url']}"] = (published, roles)
    workflow_state, public, signed_in = STATES[state]
    world.sql(
        "UPDATE courses SET workflow_state = :state, is_public = :public, is_public_to_auth_users = :open,"
        " default_wiki_editing_roles = :roles",
        state=workflow_state,
        public=public,
        open=signed_in,
        roles=default,
    )
    wrong = []

    def expect(what: str, who: str | None, path: str, status: int, allowed: bool) -> None:
        wanted = 200 if allowed else refusal(who)
        if status != wanted:
            wrong.append((what, who, pages.get(path), status, wanted))

    for who in EVERYONE:
        client = world.as_(who)
        for path, (published, roles) in pages.items():
            may_read = reads(who, state, published)
            may_edit = edits(who, state, published, roles)
            may_update = may_edit and writes_course(who, state, default)
            expect("read", who, path, client.get(path).status_code, may_read)
            expect("latest", who, path, client.get(f"{path}/revisions/latest").status_code, may_read)
            expect("edit", who, path, client.put(path, wiki(body="x")).status_code, may_edit)
            expect("history", who, path, client.get(f"{path}/revisions/1").status_code, may_edit)
            expect("revert", who, path, client.post(f"{path}/revisions/1").status_code, may_update)
            if may_edit and not may_update:
                assert client.put(path, wiki(title="Other")).status_code == 401
        at = f"{world.course}/pages"
        expect("list", who, at, client.get(at).status_code, reads_course(who, state))
        may_create = writes_course(who, state, default)
        made = client.post(at, wiki(title=f"By {who}"))
        expect("create", who, at, made.status_code, may_create)
        if made.status_code == 200:
            assert made.json()["published"] is not manages(who, state)
        copied = client.post(f"{next(iter(pages))}/duplicate")
        expect("copy", who, at, copied.status_code, may_create)
        gone = client.delete(f"{at}/{made.json()['url']}" if made.status_code == 200 else next(iter(pages)))
        expect("delete", who, at, gone.status_code, manages(who, state))
    assert wrong == []


def test_in_a_group_members_and_the_staff_of_its_course_do_everything(world: World) -> None:
    for state, insiders in (
        ("available", ("ben", *STAFF, *ADMINS)),
        ("claimed", (*STAFF, *ADMINS)),
        ("completed", ADMINS),
    ):
        world.sql("UPDATE courses SET workflow_state = 'available'")
        path = f"{world.group}/pages/{make(world, 'Nest', who='ben', context=world.group, body='x')['url']}"
        world.sql("UPDATE courses SET workflow_state = :state, is_public = :yes", state=state, yes=True)
        for who in EVERYONE:
            client, inside = world.as_(who), who in insiders
            past = state == "completed" and who in ("ben", *STAFF)  # reading remains
            assert client.get(path).status_code == (200 if inside or past else refusal(who)), (state, who)
            for reply in (
                client.put(path, wiki(published=False)),
                client.put(path, wiki(published=True, editing_roles="members,public")),
                client.get(f"{path}/revisions"),
                client.post(f"{path}/revisions/1"),
                client.post(f"{world.group}/pages", wiki(title="More")),
                client.put(f"{world.group}/pages/made-by-putting", wiki(body="x")),
                client.delete(
                    f"{world.group}/pages/{client.post(f'{world.group}/pages', wiki(title='Less')).json().get('url', 'nest')}"
                ),
            ):
                assert reply.status_code == (200 if inside else refusal(who)), (
                    state,
                    who,
                    reply.request.method,
                    reply.url,
                )


def test_an_administrator_who_only_reads_content_does_not_write_it(world: World) -> None:
    """Reading content is one permission, managing pages are three others: for a course's groups as for the course."""
    made = world.root.post(
        "/accounts/1/roles",
        {
            "label": "Auditor",
            "base_role_type": "AccountMembership",
            "permissions[read_course_content][enabled]": "1",
            "permissions[read_course_content][explicit]": "1",
        },
    )
    role = made.json()["id"]
    assert world.root.post("/accounts/1/admins", {"user_id": world.ids["eve"], "role_id": role}).status_code == 200
    make(world, "A", body="x")
    make(world, "Draft", published=False)
    make(world, "Nest", who="ben", context=world.group, body="x")
    for path in (f"{world.course}/pages/a", f"{world.group}/pages/nest"):
        assert world.eve.get(path).status_code == 200
        assert world.eve.put(path, wiki(body="y")).json() == FORBIDDEN
        assert world.eve.delete(path).json() == FORBIDDEN
    assert world.eve.post(f"{world.group}/pages", wiki(title="B")).json() == FORBIDDEN
    assert world.eve.get(f"{world.course}/pages/draft").json() == FORBIDDEN


def test_staff_who_lost_full_update_edit_what_names_them_with_others(world: World) -> None:
    """pages.md §5, second row; §4.3, initial state and field limits."""
    role = world.ids["role:TaEnrollment"]
    off = {"permissions[manage_wiki_update][explicit]": "1", "permissions[manage_wiki_update][enabled]": "0"}
    assert world.root.put(f"/accounts/1/roles/{role}", off).status_code == 200
    for title, roles in (("Teachers", "teachers"), ("Both", "teachers,students"), ("Students", "students")):
        make(world, title, published=False, editing_roles=roles)
    for url, status in (("teachers", 403), ("both", 200), ("students", 403)):
        path = f"{world.course}/pages/{url}"
        assert world.tia.get(path).status_code == 200  # whoever may create or delete sees what is not published
        assert world.tia.put(path, wiki(body="x")).status_code == status
        assert world.tia.get(f"{path}/revisions").status_code == status
        assert world.tia.post(f"{path}/revisions/1").status_code == 403
    assert world.tia.put(f"{world.course}/pages/both", wiki(published=True)).status_code == 401
    assert (
        world.tia.put(
            f"{world.course}/pages/both", wiki(published=False, editing_roles="students, teachers")
        ).status_code
        == 200
    )
    page = world.tia.post(f"{world.course}/pages", wiki(title="Mine")).json()
    assert page["published"] is True
    assert world.tia.delete(f"{world.course}/pages/mine").status_code == 200


def test_observers_who_were_given_a_right_have_it(world: World) -> None:
    """permissions.md P10; P9: students cannot be given it."""
    for name, status in (("ObserverEnrollment", 200), ("StudentEnrollment", 403)):
        role = world.ids[f"role:{name}"]
        on = {"permissions[manage_wiki_create][explicit]": "1", "permissions[manage_wiki_create][enabled]": "1"}
        world.root.put(f"/accounts/1/roles/{role}", on)
        who = "dov" if name.startswith("O") else "ben"
        assert world.as_(who).post(f"{world.course}/pages", wiki(title="A")).status_code == status
