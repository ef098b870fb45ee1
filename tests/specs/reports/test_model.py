"""Reports over a random campus, against a plain recomputation in Python from what was put in. Source: account-reports.md §3 and §4."""

import random
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace as Thing
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import bindparam, select

from quadrangle.accounts import ROOT_ID, account_users, add_admin, create_account, create_term
from quadrangle.courses import course_sections, courses, create_course, enroll, enrollments
from quadrangle.db import Statement
from quadrangle.db.schema import BigId
from quadrangle.groups import create_group, create_group_category, group_memberships, groups
from quadrangle.people import create_login, create_user, logins, users
from quadrangle.portfolios import eportfolios
from quadrangle.tokens import access_tokens
from tests.specs.reports.conftest import Reports, Rows

DENVER = ZoneInfo("America/Denver")
NOW = datetime(2026, 2, 15, 12, tzinfo=UTC)
SEEDS = range(8)  # each bit chooses: at the root or below, all terms or one, with what is deleted or without
TYPES = ("StudentEnrollment", "StudentEnrollment", "TeacherEnrollment", "ObserverEnrollment")
SHORT = {"StudentEnrollment": "student", "TeacherEnrollment": "teacher", "ObserverEnrollment": "observer"}


class Campus:
    """What was put in, as plain things, and the same questions answered by looking through them."""

    def __init__(self, reports: Reports, seed: int) -> None:
        self.reports = reports
        self.seed = seed
        self.random = random.Random(seed)
        self.accounts: list[Thing] = []
        self.terms: list[Thing] = []
        self.courses: list[Thing] = []
        self.sections: list[Thing] = []
        self.people: list[Thing] = []
        self.enrollments: list[Thing] = []
        self.portfolios: list[Thing] = []
        self.groups: list[Thing] = []
        self.admins: list[Thing] = []
        reports.world.do(self._build)

    def some(self, *values: Any) -> Any:
        return self.random.choice(values)

    def moment(self, days: int = 200) -> datetime:
        return NOW - timedelta(days=self.random.randrange(days), seconds=self.random.randrange(86_400))

    async def _build(self, uow: Any) -> None:
        ids, pick = self.reports.ids, self.random
        for n in range(5):
            parent = self.some(None, *self.accounts)
            parent_id = ROOT_ID if parent is None else parent.id
            sis = self.some(None, f"ACC{n}")
            id = await create_account(uow, name=f"Account {n}", parent_id=parent_id, root_id=ROOT_ID, sis_source_id=sis)
            self.accounts.append(Thing(id=id, parent=parent, name=f"Account {n}", sis=sis))
        for n in range(3):
            sis = self.some(None, f"T{n}")
            id = await create_term(uow, root_id=ROOT_ID, name=f"Term {n}", sis_source_id=sis)
            self.terms.append(Thing(id=id, sis=sis, name=f"Term {n}"))
        for n in range(12):
            await self._person(uow, n)
        for n in range(14):
            await self._course(uow, n)
        for _ in range(50):
            await self._enroll(uow, ids)
        for n in range(8):
            person, state = pick.choice(self.people), self.some("active", "deleted")
            id = await uow.insert(
                eportfolios, user_id=person.id, name=f"P{n}", public=self.some(True, False), workflow_state=state,
                created_at=uow.now, updated_at=uow.now,
            )  # fmt: skip
            self.portfolios.append(Thing(id=id, person=person, state=state))
        for n in range(6):
            course = pick.choice(self.courses)
            category = await create_group_category(uow, course_id=course.id, root_id=ROOT_ID, name=f"C{n}")
            id = await create_group(uow, category_id=category, name=f"G{n}")
            state, sis = self.some("available", "available", "deleted"), self.some(None, f"GR{n}")
            await uow.update(groups, {"id": id}, workflow_state=state, sis_source_id=sis)
            self.groups.append(Thing(id=id, course=course, state=state, sis=sis, members=[]))
            for person in pick.sample(self.people, 2):
                member = self.some("accepted", "invited", "deleted")
                await uow.insert(
                    group_memberships, group_id=id, user_id=person.id, workflow_state=member, moderator=False,
                    created_at=uow.now, updated_at=uow.now,
                )  # fmt: skip
                self.groups[-1].members.append(Thing(person=person, state=member))
        for person in pick.sample(self.people, 4):
            account = pick.choice(self.accounts)
            id = await add_admin(uow, account_id=account.id, user_id=person.id, role_id=ids["role:AccountAdmin"])
            state = self.some("active", "deleted")
            await uow.update(account_users, {"account_id": account.id, "user_id": person.id}, workflow_state=state)
            self.admins.append(Thing(account=account, person=person, state=state, id=id))

    async def _person(self, uow: Any, n: int) -> None:
        id = await create_user(uow, name=f"Person {n}", sortable_name=self.some(f"{n}, Person", f"Person{n}"))
        person = Thing(id=id, name=f"Person {n}", logins=[], tokens=[])
        for m in range(self.some(1, 1, 2)):
            sis, state = self.some(None, f"P{n}.{m}"), self.some("active", "active", "active", "suspended", "deleted")
            seen = self.some(None, self.moment())
            login = await create_login(uow, user_id=id, account_id=ROOT_ID, unique_id=f"p{n}.{m}", sis_user_id=sis)
            await uow.update(
                logins, {"id": login}, workflow_state=state, last_request_at=seen, current_login_ip=f"10.0.{n}.{m}"
            )
            person.logins.append(Thing(id=login, name=f"p{n}.{m}", sis=sis, state=state, seen=seen, m=m))
        person.sortable = (await uow.all(_SORTABLE, id=id))[0]
        for m in range(self.some(0, 1, 2)):
            state, ends, used = (
                self.some("active", "deleted", "pending"),
                self.some(None, self.moment(), NOW + timedelta(days=9)),
                self.some(None, self.moment()),
            )
            token = await uow.insert(
                access_tokens, user_id=id, digest=f"d{n}.{m}", token_hint=f"h{n}.{m}", workflow_state=state, scopes=[],
                remember_access=False, permanent_expires_at=ends, last_used_at=used, created_at=uow.now, updated_at=uow.now,
            )  # fmt: skip
            person.tokens.append(Thing(id=token, hint=f"h{n}.{m}", state=state, ends=ends, used=used))
        self.people.append(person)

    async def _course(self, uow: Any, n: int) -> None:
        account, term = self.some(None, *self.accounts), self.random.choice(self.terms)
        state, sis = (
            self.some("created", "claimed", "available", "available", "completed", "deleted"),
            self.some(None, f"K{n}"),
        )
        dated, start, updated, public = (
            self.some(True, False),
            self.some(None, self.moment()),
            self.moment(),
            self.some(None, True, False),
        )
        id = await create_course(
            uow, account_id=ROOT_ID if account is None else account.id, root_id=ROOT_ID, name=f"Course {n}", course_code=f"C{n}",
            term_id=term.id, state=state, sis_source_id=sis, is_public=public,
        )  # fmt: skip
        await uow.update(
            courses, {"id": id}, restrict_enrollments_to_course_dates=dated, start_at=start, updated_at=updated
        )
        course = Thing(
            id=id,
            n=n,
            account=account,
            term=term,
            state=state,
            sis=sis,
            dated=dated,
            start=start,
            updated=updated,
            public=public,
        )
        self.courses.append(course)
        for m in range(self.some(1, 2)):
            section_state, section_sis = self.some("active", "active", "deleted"), self.some(None, f"S{n}.{m}")
            home = self.some(None, None, None, *self.courses[:3])
            section = await uow.insert(
                course_sections, course_id=id, nonxlist_course_id=None if home in (None, course) else home.id,
                root_account_id=ROOT_ID, name=f"Section {n}.{m}", name_key="s", sis_source_id=section_sis,
                workflow_state=section_state, is_default=False, restrict_enrollments_to_section_dates=False,
                created_at=uow.now, updated_at=uow.now,
            )  # fmt: skip
            self.sections.append(
                Thing(
                    id=section,
                    course=course,
                    home=None if home is course else home,
                    name=f"Section {n}.{m}",
                    state=section_state,
                    sis=section_sis,
                )
            )

    async def _enroll(self, uow: Any, ids: dict[str, int]) -> None:
        section, person, type_ = self.random.choice(self.sections), self.random.choice(self.people), self.some(*TYPES)
        state = self.some(
            "active", "active", "invited", "completed", "inactive", "deleted", "rejected", "creation_pending"
        )
        seen = self.some(None, self.moment(30))
        id = await enroll(
            uow, course_id=section.course.id, user_id=person.id, type=type_, role_id=ids[f"role:{type_}"], state=state,
            section_id=section.id,
        )  # fmt: skip
        await uow.update(enrollments, {"id": id}, last_activity_at=seen)
        self.enrollments.append(Thing(id=id, section=section, person=person, type=type_, state=state, seen=seen))

    # --- plain answers ------------------------------------------------------------------------------------------------

    def within(self, account: Thing | None, top: Thing | None) -> bool:
        """account (None: the root) is `top` or below it."""
        while account is not top and account is not None:
            account = account.parent
        return account is top

    def in_scope(self, course: Thing, top: Thing | None, term: Thing | None) -> bool:
        return self.within(course.account, top) and term in (None, course.term)

    def associated(self, person: Thing, top: Thing | None) -> bool:
        if top is None:
            return True
        enrolled = any(
            e.person is person and e.state != "deleted"
            and (self.within(e.section.course.account, top) or (e.section.home is not None and self.within(e.section.home.account, top)))
            for e in self.enrollments
        )  # fmt: skip
        return enrolled or any(
            one.person is person and one.state == "active" and self.within(one.account, top) for one in self.admins
        )

    def login(self, person: Thing, *, deleted: bool) -> Thing | None:
        usable = [one for one in person.logins if deleted or one.state != "deleted"]
        return min(usable, key=lambda one: (one.state == "deleted", one.sis is None, one.m), default=None)


_SORTABLE = Statement(select(users.c.sortable_name).where(users.c.id == bindparam("id", type_=BigId)), into=str)


def local(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(DENVER).isoformat(timespec="seconds")


def cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def table(rows: list[list[Any]]) -> Rows:
    return [[cell(value) for value in row] for row in rows]


@pytest.fixture(params=SEEDS)
def campus(reports: Reports, request: pytest.FixtureRequest) -> Campus:
    return Campus(reports, request.param)


@pytest.fixture
def top(campus: Campus) -> Thing | None:
    """Where it is asked: None is the root."""
    if not campus.seed & 1:
        return None
    account = next(one for one in campus.accounts if any(campus.within(c.account, one) for c in campus.courses))
    campus.reports.ids["top"] = account.id
    return account


@pytest.fixture
def term(campus: Campus) -> Thing | None:
    return campus.terms[0] if campus.seed & 2 else None


@pytest.fixture
def deleted(campus: Campus) -> bool:
    return bool(campus.seed & 4)


def rows_of(
    campus: Campus,
    top: Thing | None,
    report: str,
    *,
    mine: set[int],
    term: Thing | None = None,
    at: int = 0,
    **more: Any,
) -> Rows:
    """Rows about what was put in; the world has people and a course of its own. at: the column of its id."""
    if term is not None:
        more["enrollment_term_id"] = term.id
    rows = campus.reports.rows(report, "root" if top is None else "top", **more)
    return [row for row in rows[1:] if int(row[at] or 0) in mine]


class TestReports:
    def test_lists_of_courses(self, campus: Campus, top: Thing | None, term: Thing | None) -> None:
        mine = {course.id for course in campus.courses}
        scope = [course for course in campus.courses if campus.in_scope(course, top, term)]

        def listed(*chosen: Thing) -> Rows:
            return table(
                [[c.id, c.sis, f"C{c.n}", f"Course {c.n}", local(c.start) if c.dated else "", ""] for c in chosen]
            )

        assert rows_of(campus, top, "unpublished_courses_csv", mine=mine, term=term) == listed(
            *(c for c in scope if c.state in ("created", "claimed"))
        )
        assert rows_of(campus, top, "public_courses_csv", mine=mine, term=term) == listed(
            *(c for c in scope if c.public and c.state != "deleted")
        )
        assert rows_of(campus, top, "recently_deleted_courses_csv", mine=mine, term=term) == listed(
            *(c for c in scope if c.state == "deleted" and c.updated > NOW - timedelta(days=30))
        )
        status = {"created": "unpublished", "claimed": "unpublished", "available": "active", "completed": "concluded"}
        assert rows_of(campus, top, "unused_courses_csv", mine=mine, term=term) == table(
            [
                [c.id, c.sis, f"C{c.n}", f"Course {c.n}", status[c.state], local(NOW)]
                for c in scope
                if c.state != "deleted"
            ]
        )

    def test_grades(self, campus: Campus, top: Thing | None, term: Thing | None, deleted: bool) -> None:
        wanted = ("active", "completed", "inactive", "deleted") if deleted else ("active", "completed")
        expected = []
        for e in campus.enrollments:
            c, login = e.section.course, campus.login(e.person, deleted=deleted)
            if e.type != "StudentEnrollment" or e.state not in wanted or login is None:
                continue
            if campus.in_scope(c, top, term) and (deleted or c.state == "available"):
                state = "concluded" if e.state == "completed" else e.state
                ids = [
                    e.person.name,
                    e.person.id,
                    login.sis,
                    f"Course {c.n}",
                    c.id,
                    c.sis,
                    e.section.name,
                    e.section.id,
                ]
                row = [*ids, e.section.sis, c.term.name, c.term.id, c.term.sis, "", "", state, *[""] * 6]
                expected.append(((c.term.id, c.id, e.id), row))
        got = rows_of(
            campus,
            top,
            "grade_export_csv",
            mine={c.id for c in campus.courses},
            term=term,
            at=4,
            include_deleted=deleted,
        )
        assert got == table([row for _, row in sorted(expected, key=lambda one: one[0])])

    def test_activity(self, campus: Campus, top: Thing | None, term: Thing | None) -> None:
        since = NOW - timedelta(days=10)
        mine = {c.id for c in campus.courses}
        for start in (None, since):
            expected = []
            for e in campus.enrollments:
                c = e.section.course
                accesses = [
                    o.seen for o in campus.enrollments if o.person is e.person and o.section.course is c and o.seen
                ]
                if any(start is None or seen >= start for seen in accesses) or not campus.in_scope(c, top, term):
                    continue
                running = (e.type, e.state, c.state, e.section.state)
                if running == ("StudentEnrollment", "active", "available", "active"):
                    login = campus.login(e.person, deleted=False)
                    who = [e.person.id, login and login.sis, e.person.sortable]
                    expected.append([*who, e.section.id, e.section.sis, e.section.name, c.id, c.sis, f"Course {c.n}"])
            more = {} if start is None else {"start_at": start.isoformat()}
            assert rows_of(campus, top, "zero_activity_csv", mine=mine, term=term, at=6, **more) == table(expected)
        last: dict[int, datetime] = {}
        for e in campus.enrollments:
            if e.seen and campus.in_scope(e.section.course, top, term):
                last[e.person.id] = max(e.seen, last.get(e.person.id, e.seen))
        people = {p.id: p for p in campus.people}
        assert rows_of(campus, top, "last_enrollment_activity_csv", mine=set(people), term=term) == table(
            [[id, people[id].sortable, local(seen)] for id, seen in sorted(last.items())]
        )

    def test_last_access(self, campus: Campus, top: Thing | None, term: Thing | None, deleted: bool) -> None:
        expected = []
        for person in campus.people:
            there = any(
                e.person is person
                and campus.in_scope(e.section.course, top, term)
                and (deleted or e.state != "deleted")
                for e in campus.enrollments
            )
            if (term is not None and not there) or not campus.associated(person, top):
                continue
            by_sis: dict[str | None, Thing] = {}
            for login in person.logins:
                if deleted or login.state != "deleted":
                    known = by_sis.get(login.sis)
                    if known is None or (login.seen and (known.seen is None or login.seen > known.seen)):
                        by_sis[login.sis] = login
            expected += [
                [person.id, sis, person.sortable, local(login.seen), f"10.0.{campus.people.index(person)}.{login.m}"]
                for sis, login in by_sis.items()
            ]
        got = rows_of(
            campus, top, "last_user_access_csv", mine={p.id for p in campus.people}, term=term, include_deleted=deleted
        )
        assert sorted(got) == sorted(table(expected))

    def test_tokens(self, campus: Campus, top: Thing | None, deleted: bool) -> None:
        for live in (False, True):
            expected = []
            for person in campus.people:
                usable = deleted or any(login.state != "deleted" for login in person.logins)
                if not usable or not campus.associated(person, top):
                    continue
                never = datetime.min.replace(tzinfo=UTC)
                for token in sorted(
                    person.tokens, key=lambda t: (-(t.used or never).timestamp() if t.used else 1e18, t.id)
                ):
                    expired = token.ends is not None and token.ends <= NOW
                    status = "deleted" if token.state == "deleted" else "expired" if expired else token.state
                    if live and status in ("deleted", "expired"):
                        continue
                    times = [local(NOW), local(token.ends) or "never", local(token.used) or "never"]
                    expected.append([person.id, person.sortable, token.hint, *times, "", "User-Generated", status])
            got = rows_of(
                campus, top, "user_access_tokens_csv", mine={p.id for p in campus.people}, include_deleted=deleted,
                exclude_deleted_and_expired=live,
            )  # fmt: skip
            assert got == table(expected)

    def test_portfolios(self, campus: Campus, deleted: bool) -> None:
        def found(p: Thing) -> bool:
            usable = any(login.state != "deleted" for login in p.person.logins)
            return usable and p.state == ("deleted" if deleted else "active")

        got = rows_of(
            campus, None, "eportfolio_report_csv", mine={p.id for p in campus.portfolios}, at=1, include_deleted=deleted
        )
        assert [int(row[1]) for row in got] == [p.id for p in campus.portfolios if found(p)]
        alone = rows_of(
            campus, None, "eportfolio_report_csv", mine={p.id for p in campus.portfolios}, at=1, include_deleted=deleted,
            no_enrollments=True,
        )  # fmt: skip
        enrolled = {e.person.id for e in campus.enrollments if e.state != "deleted"}
        assert [int(row[1]) for row in alone] == [
            p.id for p in campus.portfolios if found(p) and p.person.id not in enrolled
        ]


class TestProvisioning:
    def part(self, campus: Campus, top: Thing | None, part: str, mine: set[int], **more: Any) -> Rows:
        more[part] = True
        return rows_of(campus, top, "provisioning_csv", mine=mine, **more)

    def test_people(self, campus: Campus, top: Thing | None, deleted: bool) -> None:
        expected = []
        for p in campus.people:
            first, last = (
                (p.sortable.partition(", ")[2], p.sortable.partition(", ")[0])
                if ", " in p.sortable
                else (p.sortable, "")
            )
            for login in p.logins:
                if login.state == "deleted" and not (deleted and login.sis):
                    continue
                if campus.associated(p, top):
                    names = [first, last, p.name, p.sortable, p.name]
                    expected.append([p.id, login.sis, "", "", login.name, *names, "", login.state, False])
        got = self.part(campus, top, "users", {p.id for p in campus.people}, include_deleted=deleted)
        assert got == table(expected)

    def test_accounts_and_admins(self, campus: Campus, top: Thing | None, deleted: bool) -> None:
        shown = [a for a in campus.accounts if top is None or a.parent is top]
        got = self.part(campus, top, "accounts", {a.id for a in campus.accounts}, include_deleted=deleted)
        assert got == table(
            [
                [a.id, a.sis, a.parent.id if a.parent else ROOT_ID, a.parent and a.parent.sis, a.name, "active", False]
                for a in shown
            ]
        )
        admins = {
            (one.person.id, one.account.id, one.state)
            for one in campus.admins
            if campus.within(one.account, top) and (deleted or one.state == "active")
        }
        rows = campus.reports.dicts(
            "provisioning_csv", "root" if top is None else "top", admins=True, include_deleted=deleted
        )
        mine = {p.id for p in campus.people}
        told = {(int(row["canvas_user_id"]), int(row["canvas_account_id"]), row["status"]) for row in rows}
        assert {one for one in told if one[0] in mine} == admins

    def test_courses_and_sections(self, campus: Campus, top: Thing | None, term: Thing | None, deleted: bool) -> None:
        scope = [c for c in campus.courses if campus.in_scope(c, top, term)]
        status = {
            "created": "unpublished",
            "claimed": "unpublished",
            "available": "active",
            "completed": "concluded",
            "deleted": "deleted",
        }
        alive = [
            c
            for c in scope
            if (c.state not in ("deleted", "completed"))
            or (deleted and (c.state == "completed" or c.sis or c.updated > NOW - timedelta(days=120)))
        ]
        got = self.part(campus, top, "courses", {c.id for c in campus.courses}, term=term, include_deleted=deleted)
        assert got == table(
            [
                [
                    *(c.id, c.sis, "", f"C{c.n}", f"Course {c.n}", c.account.id if c.account else ROOT_ID),
                    *(c.account and c.account.sis, c.term.id, c.term.sis, status[c.state]),
                    *(local(c.start) if c.dated else "", "", "", "", "", False),
                ]
                for c in alive
            ]
        )
        expected = []
        for s in campus.sections:
            home = s.home or s.course
            gone = "deleted" in (s.state, s.course.state)
            if s.course in scope and (not gone or (deleted and s.sis and home.sis)):
                account = home.account
                told = [s.id, s.sis, home.id, home.sis, "", s.name, "deleted" if gone else "active", "", ""]
                expected.append([*told, account.id if account else ROOT_ID, account and account.sis, False])
        got = self.part(campus, top, "sections", {s.id for s in campus.sections}, term=term, include_deleted=deleted)
        assert got == table(expected)
        listed = [
            s
            for s in campus.sections
            if s.home and s.course in scope and s.state != "deleted" and s.course.state not in ("deleted", "completed")
        ]
        got = self.part(campus, top, "xlist", {s.id for s in campus.sections}, term=term, at=2)
        assert got == table([[s.course.id, s.course.sis, s.id, s.sis, "active", s.home.id, s.home.sis] for s in listed])

    def test_enrollments(self, campus: Campus, top: Thing | None, term: Thing | None, deleted: bool) -> None:
        for types, states in ((None, None), (["StudentEnrollment"], None), (None, ["active", "concluded"])):
            expected = []
            for e in campus.enrollments:
                s, c = e.section, e.section.course
                login = campus.login(e.person, deleted=deleted)
                gone = "deleted" in (s.state, c.state)
                if login is None or not campus.in_scope(c, top, term):
                    continue
                if not deleted and (gone or e.state in ("deleted", "completed")):
                    continue
                if (types and e.type not in types) or (states and e.state not in ("active", "completed")):
                    continue
                status = {"completed": "concluded", "creation_pending": "invited"}.get(e.state, e.state)
                role = campus.reports.ids[f"role:{e.type}"]
                expected.append(
                    [
                        *(c.id, c.sis, e.person.id, login.sis, SHORT[e.type], role, s.id, s.sis),
                        *("deleted" if gone else status, "", "", False, e.type, False, e.id),
                    ]
                )
            more: dict[str, Any] = {"include_deleted": deleted}
            if types:
                more["enrollment_filter"] = types
            if states:
                more["enrollment_states"] = ",".join(states)
            mine = {c.id for c in campus.courses}
            got = self.part(campus, top, "enrollments", mine, term=term, **more)
            assert got == table(expected)

    def test_groups(self, campus: Campus, top: Thing | None, deleted: bool) -> None:
        shown = [g for g in campus.groups if campus.within(g.course.account, top)]
        alive = [g for g in shown if g.state != "deleted" or (deleted and g.sis)]
        got = self.part(campus, top, "groups", {g.id for g in campus.groups}, include_deleted=deleted)
        assert [(int(row[0]), row[1], row[6], row[9]) for row in got] == [
            (g.id, cell(g.sis), str(g.course.id), g.state) for g in alive
        ]
        members = [
            (g.id, m.person.id, m.state)
            for g in shown
            for m in g.members
            if g.state != "deleted" and m.state != "deleted"
        ]
        got = self.part(campus, top, "group_membership", {g.id for g in campus.groups}, include_deleted=deleted)
        assert [(int(row[0]), int(row[2]), row[4]) for row in got] == members
