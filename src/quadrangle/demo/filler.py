"""How the demo campus comes about: everything through the services, in the order of time, each event in a unit of work of its own moment.

All units share one transaction, so a campus is there as a whole or not at all.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import bindparam, select

from quadrangle import announcements, calendars, files, modules, pages, portfolios, reports
from quadrangle.accounts import (
    MANAGE_LOGINS,
    MANAGE_ROLES,
    ROOT_ID,
    Wish,
    add_admin,
    create_account,
    create_role,
    create_term,
    find_account,
    grant,
    reload,
    rights_at,
    roles,
)
from quadrangle.announcements import AnnouncementChange
from quadrangle.blobs import Blob
from quadrangle.calendars import CalendarChange, SectionTimes
from quadrangle.campus import FIRST_USER_ID, begin
from quadrangle.catalogue import REPORTS
from quadrangle.courses import (
    account_standing,
    course_sections,
    create_course,
    create_section,
    enroll,
    find_course,
    move_course,
    standing_in,
)
from quadrangle.db import Connection, Statement, UnitOfWork
from quadrangle.db.schema import BigId
from quadrangle.demo import diary, notices, outlines, papers, people, places, showcase
from quadrangle.demo.papers import Paper
from quadrangle.demo.people import Person
from quadrangle.demo.places import FOUNDED, OBSERVER, STUDENT, CoursePlan, GroupPlan, day
from quadrangle.demo.showcase import Folio, Placed, Sheet
from quadrangle.demo.texts import Event, Text, all_texts
from quadrangle.departures import remove_people
from quadrangle.files import Arrival, FileChange, Owner, Shelf
from quadrangle.groups import add_member, create_group, create_group_category, group_standing
from quadrangle.kernel.access import Granted
from quadrangle.kernel.digest import Digester
from quadrangle.kernel.ids import Ref
from quadrangle.kernel.params import ABSENT, Absent
from quadrangle.pages import PageChange, Wiki
from quadrangle.people import add_email, create_login, create_user
from quadrangle.portfolios import EntryChange, LinkChange, PortfolioChange, PortfolioSection, Standing
from quadrangle.tokens import issue_token

REGISTRAR: Final = "Registrar"
# What the registrar's own role may do: look things up, and keep courses and enrolments in order.
_REGISTRAR_MAY: Final = (
    "read_course_list",
    "read_course_content",
    "read_roster",
    "read_sis",
    "view_user_logins",
    "manage_courses_admin",
    "manage_courses_add",
    "manage_courses_publish",
    "manage_courses_conclude",
    "manage_sections_add",
    "manage_sections_edit",
    "add_student_to_course",
    "add_teacher_to_course",
    "remove_student_from_course",
)
MENTOR: Final = "Mentor"


class _Named(msgspec.Struct, frozen=True):
    id: int
    name: str


# The built-in roles by name.
_ROLES: Final = Statement(select(roles.c.id, roles.c.name), into=_Named)


# The sections of a course.
_SECTIONS: Final = Statement(
    select(course_sections.c.id, course_sections.c.name)
    .where(course_sections.c.course_id == bindparam("course_id", type_=BigId))
    .order_by(course_sections.c.id),
    into=_Named,
)


class Filler:
    """One filling of one empty database."""

    def __init__(
        self, connection: Connection, digest: Digester, password_digest: str, stored: dict[Paper, Blob]
    ) -> None:
        """stored: the bytes of all papers, which are in the storage already."""
        self._connection = connection
        self._stored = stored
        self._digest = digest
        self._password = password_digest
        self.users: dict[str, int] = {}
        self.tokens: dict[str, str] = {}
        self.accounts: dict[str, int] = {}
        self.courses: dict[str, int] = {}
        self.groups: dict[str, int] = {}
        self.files: dict[tuple[str, str], int] = {}
        self.pages = 0
        self.portfolios = 0
        self.revisions = 0
        self._roles: dict[str, int] = {}
        self._terms: dict[str, int] = {}

    def at(self, moment: datetime) -> UnitOfWork:
        return UnitOfWork(self._connection, moment)

    async def fill(self) -> None:
        await self._found()
        await self._appoint()
        for plan in places.COURSES:
            await self._open_course(plan)
        await self._form_groups()
        await self._live_through()
        for paper in papers.PAPERS:
            await self._file(paper)
        await self._outline()
        await self._announce()
        await self._keep_calendars()
        await self._part()
        await self._ask_for_reports()
        for paper in showcase.PAPERS:
            await self._file(paper)
        for folio in sorted(showcase.FOLIOS, key=lambda one: one.made):
            await self._show(folio)

    # --- the institution

    async def _found(self) -> None:
        uow = self.at(FOUNDED)
        token = _token_of(people.ADMIN)
        await begin(
            uow,
            self._digest,
            account_name="Northfield College",
            admin_email=people.ADMIN.address,
            admin_name=people.ADMIN.name,
            password_digest=self._password,
            admin_token=token,
            time_zone="Europe/London",
        )
        self.users[people.ADMIN.login], self.tokens[people.ADMIN.login] = FIRST_USER_ID, token
        self._roles = {row.name: row.id for row in await uow.all(_ROLES)}
        for place in places.ACCOUNTS:
            parent = ROOT_ID if place.below is None else self.accounts[place.below]
            self.accounts[place.key] = await create_account(
                uow, name=place.name, parent_id=parent, root_id=ROOT_ID, sis_source_id=place.key
            )
        for year in places.TERMS:
            self._terms[year.key] = await create_term(
                uow, root_id=ROOT_ID, name=year.name, start_at=year.start, end_at=year.end, sis_source_id=year.key
            )
        for person in people.EVERYBODY[1:]:
            await self._welcome(uow, person)

    async def _welcome(self, uow: UnitOfWork, person: Person) -> None:
        user_id = await create_user(
            uow,
            name=person.name,
            pronouns=person.pronouns,
            time_zone=person.time_zone,
            locale=person.locale,
            title=person.title,
            bio=person.bio,
        )
        await create_login(
            uow,
            user_id=user_id,
            account_id=ROOT_ID,
            unique_id=person.address,
            password_digest=self._password,
            sis_user_id=person.sis,
        )
        await add_email(uow, user_id=user_id, address=person.address, confirmed=True)
        _, self.tokens[person.login] = await issue_token(
            uow, self._digest, user_id=user_id, purpose="Demo", secret=_token_of(person)
        )
        self.users[person.login] = user_id

    async def _appoint(self) -> None:
        """Roles of the college's own, and who administers what."""
        uow = self.at(FOUNDED)
        root = await find_account(uow, Ref("id", str(ROOT_ID)), ROOT_ID)
        assert root is not None
        rights = await rights_at(uow, FIRST_USER_ID, root)
        granted = grant(MANAGE_ROLES, rights, root)
        wishes = {name: Wish(explicit=True, enabled=True) for name in _REGISTRAR_MAY}
        registrar = await create_role(uow, granted, rights.chain, label=REGISTRAR, wishes=wishes)
        mentor = await create_role(uow, granted, rights.chain, label=MENTOR, base=OBSERVER)
        self._roles |= {REGISTRAR: registrar.id, MENTOR: mentor.id}
        for login, account_id, role in (
            ("joseph.adeyemi", ROOT_ID, REGISTRAR),
            ("hannah.weiss", self.accounts["SCI"], "AccountAdmin"),
            ("ruben.castellanos", self.accounts["ART"], "AccountAdmin"),
        ):
            await add_admin(uow, account_id=account_id, user_id=self.users[login], role_id=self._roles[role])

    # --- courses and groups

    async def _open_course(self, plan: CoursePlan) -> None:
        uow = self.at(plan.opened)
        course_id = self.courses[plan.code] = await create_course(
            uow,
            account_id=self.accounts[plan.account] if plan.account else ROOT_ID,
            root_id=ROOT_ID,
            name=plan.name,
            course_code=plan.code,
            term_id=self._terms[plan.term] if plan.term else None,
            state="available" if plan.published else "claimed",
            sis_source_id=plan.code,
            is_public=plan.public,
            is_public_to_auth_users=plan.signed_in,
            default_wiki_editing_roles=plan.wiki,
            default_view="wiki",
            public_description=plan.blurb,
        )
        sections: list[int | None] = [None]
        for name in plan.sections:
            sections.append(await create_section(uow, course_id=course_id, root_id=ROOT_ID, name=name))
        for type_, logins in plan.people.items():
            turns = count()
            for entry in logins.split():
                login, _, observed = entry.partition(">")
                # Whoever observes nobody in particular is there as a mentor.
                role = MENTOR if type_ == OBSERVER and not observed else type_
                await enroll(
                    uow,
                    course_id=course_id,
                    user_id=self.users[login],
                    type=type_,
                    role_id=self._roles[role],
                    state="active",
                    section_id=sections[next(turns) % len(sections)] if type_ == STUDENT else None,
                    **({"associated_user_id": self.users[observed]} if observed else {}),
                )

    async def _form_groups(self) -> None:
        uow = self.at(day("2026-08-31 12:00"))
        categories: dict[tuple[str | None, str], int] = {}
        for plan in places.GROUPS:
            key = (plan.course, plan.category)
            if key not in categories:
                context = {"course_id": self.courses[plan.course]} if plan.course else {"account_id": ROOT_ID}
                categories[key] = await create_group_category(uow, root_id=ROOT_ID, name=plan.category, **context)
            await self._form_group(uow, plan, categories[key])

    async def _form_group(self, uow: UnitOfWork, plan: GroupPlan, category_id: int) -> None:
        group_id = self.groups[plan.key] = await create_group(
            uow, category_id=category_id, name=plan.name, description=plan.about
        )
        for n, login in enumerate(plan.members.split()):
            await add_member(uow, group_id=group_id, user_id=self.users[login], moderator=n == 0 and not plan.course)

    # --- what people wrote

    async def _live_through(self) -> None:
        """Every event of every page, by everybody, in the order in which it happened."""
        lives = [_Life(text) for text in all_texts()]
        events = sorted((event.at, life.text.key, n) for life in lives for n, event in enumerate(life.text.events))
        by_key = {life.text.key: life for life in lives}
        conclusions = sorted((plan.over, plan.code) for plan in places.COURSES if plan.over is not None)
        for moment, key, n in events:
            while conclusions and conclusions[0][0] <= moment:
                await self._conclude(*conclusions.pop(0))
            await self._happen(by_key[key], by_key[key].text.events[n])
        for over, code in conclusions:
            await self._conclude(over, code)

    async def _conclude(self, moment: datetime, code: str) -> None:
        uow = self.at(moment)
        found = await find_course(uow, Ref("id", str(self.courses[code])), FIRST_USER_ID)
        assert found is not None
        await move_course(uow, found, "conclude")

    async def _wiki(self, uow: UnitOfWork, place: str, login: str) -> Wiki:
        user_id = self.users[login]
        if place in self.courses:
            course = await standing_in(uow, Ref("id", str(self.courses[place])), user_id)
            assert course is not None
            return Wiki(course, course.course.root_settings, uow.now)
        group = await group_standing(uow, Ref("id", str(self.groups[place])), user_id)
        assert group is not None
        return Wiki(group, {}, uow.now)

    async def _happen(self, life: "_Life", event: Event) -> None:
        uow = self.at(event.at)
        wiki = await self._wiki(uow, life.text.place, event.login)
        if life.url is None:
            page = await pages.create_page(uow, pages.allow(wiki, pages.CREATE), self._change(life, event))
            self.pages += 1
        else:
            old = await pages.page_named(uow, wiki, life.url)
            if event.verb == "revert":
                revision = await pages.revision_of(uow, old, int(event.words))
                page = await pages.revert_page(uow, wiki, pages.allow(wiki, pages.UPDATE, old), revision)
            else:
                granted = pages.allow(wiki, pages.EDIT_CONTENT, old)
                page = await pages.change_page(uow, wiki, granted, self._change(life, event))
            self.revisions -= old.latest_revision
        self.revisions += page.latest_revision
        life.url = page.url

    async def _announce(self) -> None:
        for notice in sorted(notices.NOTICES, key=lambda one: one.written):
            uow = self.at(notice.written)
            user_id = self.users[notice.login]
            account = await reload(uow, self.accounts[notice.account] if notice.account else ROOT_ID)
            rights = await rights_at(uow, user_id, account)
            change = AnnouncementChange(
                subject=notice.subject,
                message=notice.message,
                start_at=notice.start,
                end_at=notice.end,
                icon=notice.icon,
                roles=notice.roles,
            )
            await announcements.announce(uow, announcements.manage(rights, account), rights.chain, user_id, change)

    async def _file(self, paper: Paper) -> None:
        uow = self.at(paper.written)
        shelf = await self._shelf(uow, paper)
        granted = shelf.allow(files.ADD)
        folder = await files.make_path(uow, granted, files.folder_names(paper.folder))
        kind = files.type_for(paper.name)
        arrival = Arrival(shelf.owner, folder.id, paper.name, kind, self.users[paper.login])
        made = await files.keep_file(uow, arrival, self._stored[paper])
        if paper.hidden or paper.opens:
            change = FileChange(hidden=paper.hidden, unlock_at=paper.opens)
            await files.change_file(uow, shelf.allow(files.EDIT), made, change)
        self.files[paper.place, paper.name] = made.id

    async def _shelf(self, uow: UnitOfWork, paper: Paper) -> Shelf:
        user_id = self.users[paper.login]
        if paper.place in self.courses:
            course = await standing_in(uow, Ref("id", str(self.courses[paper.place])), user_id)
            assert course is not None
            return Shelf(Owner(files.COURSE, course.course.id), user_id, course=course)
        if paper.place in self.groups:
            group = await group_standing(uow, Ref("id", str(self.groups[paper.place])), user_id)
            return Shelf(Owner(files.GROUP, self.groups[paper.place]), user_id, group=group)
        return Shelf(Owner(files.USER, user_id), user_id)

    async def _outline(self) -> None:
        """The modules of courses, in the order of the plan."""
        latest: dict[str, modules.Module] = {}
        for plan in outlines.OUTLINES:
            uow = self.at(plan.made)
            course_id = self.courses[plan.course]
            module = await modules.create_module(
                uow,
                course_id,
                name=plan.name,
                unlock_at=plan.opens,
                prerequisites=[latest[plan.course].id] if plan.after else None,
                published=plan.published,
            )
            for item in plan.items:
                await self._add_item(uow, plan.course, module, item)
            latest[plan.course] = module

    async def _add_item(self, uow: UnitOfWork, course: str, module: modules.Module, item: outlines.Item) -> None:
        wiki = await self._wiki(uow, course, people.ADMIN.login)
        page = None if item.page is None else await pages.page_named(uow, wiki, item.page)
        await modules.create_item(
            uow,
            module,
            type="Page" if page else "File" if item.file else "ExternalUrl" if item.address else "SubHeader",
            title=item.title or (page.title if page else item.file or ""),
            page_id=None if page is None else page.id,
            content_id=self.files[course, item.file] if item.file else None,
            external_url=item.address,
            indent=item.indent,
            published=page is None or page.workflow_state == "active",
        )

    async def _keep_calendars(self) -> None:
        """Who shows which calendar, what stands in them, and who added which to their own."""
        root = await reload(self.at(FOUNDED), ROOT_ID)
        for one in diary.SHOWN:
            uow = self.at(one.at)
            account_id = self.accounts[one.account] if one.account else root.id
            standing = await account_standing(uow, Ref("id", str(account_id)), self.users[one.login])
            assert standing is not None
            change = CalendarChange(account_id, visible=True, auto_subscribe=one.auto)
            await calendars.change_calendars(uow, calendars.allow_deciding(standing), [change])
        for entry in diary.ENTRIES:
            await self._write_down(entry)
        for login, keys in diary.ADDED.items():
            await calendars.add_calendars(
                self.at(diary.ENTRIES[-1].written), self.users[login], [self.accounts[key] for key in keys]
            )

    async def _write_down(self, entry: diary.Entry) -> None:
        uow = self.at(entry.written)
        kind, _, key = entry.place.partition(" ")
        context = self._calendar(kind, key)
        desk = await calendars.desk_at(uow, self.users[entry.login], context)
        assert desk is not None
        change = calendars.EventChange(
            title=entry.title,
            description=entry.text,
            location_name=entry.where,
            start_at=_on_the_clock(entry.start),
            end_at=_on_the_clock(entry.end) if entry.end else None,
            all_day=entry.all_day,
            time_zone=diary.LONDON,
            rrule=entry.rule,
            sections=await self._in_the_evening(uow, context, entry),
        )
        await calendars.add_event(uow, desk.writing(), change, zone=diary.LONDON)

    def _calendar(self, kind: str, key: str) -> calendars.Context:
        ids = {
            "account": self.accounts | {"": ROOT_ID},
            "course": self.courses,
            "group": self.groups,
            "person": self.users,
        }
        return calendars.Context("user" if kind == "person" else kind, ids[kind][key])

    async def _in_the_evening(
        self, uow: UnitOfWork, course: calendars.Context, entry: diary.Entry
    ) -> list[SectionTimes] | Absent:
        """The sections with times of their own: the evening one its own, every other those of the event."""
        if entry.evening is None:
            return ABSENT
        assert entry.end is not None
        ordinary = (entry.start, entry.end)
        return [
            SectionTimes(
                calendars.Context("course_section", section.id),
                *map(_on_the_clock, entry.evening if section.name == "Evening" else ordinary),
            )
            for section in await uow.all(_SECTIONS, course_id=course.id)
        ]

    async def _part(self) -> None:
        """Somebody who came late and left soon; the last of the people, so that nobody else is numbered differently."""
        uow = self.at(places.CAME)
        await self._welcome(uow, people.GONE)
        user_id = self.users.pop(people.GONE.login)
        self.tokens.pop(people.GONE.login)
        await enroll(
            uow,
            course_id=self.courses["BIO110"],
            user_id=user_id,
            type=STUDENT,
            role_id=self._roles[STUDENT],
            state="active",
        )
        uow, admin_id = self.at(places.LEFT), self.users[people.ADMIN.login]
        account = await reload(uow, ROOT_ID)
        granted = grant(MANAGE_LOGINS, await rights_at(uow, admin_id, account), account)
        await remove_people(uow, granted, [user_id], by=admin_id)

    async def _ask_for_reports(self) -> None:
        """At the end of the story; the worker of the first server that starts makes them."""
        uow, admin_id = self.at(places.ASKED), self.users[people.ADMIN.login]
        account = await reload(uow, ROOT_ID)
        granted = reports.allow_reports(await rights_at(uow, admin_id, account), account)
        for name, parameters in (
            ("provisioning_csv", {"users": True, "courses": True, "enrollments": True}),
            ("unused_courses_csv", {}),
        ):
            await reports.start_report(uow, granted, REPORTS[name], parameters, user_id=admin_id)

    # --- portfolios

    async def _show(self, folio: Folio) -> None:
        """A portfolio from its first evening to whatever came of it."""
        self.portfolios += 1
        uow, author = self.at(folio.made), self.users[folio.login]
        words = portfolios.keywords((), folio.words)
        standing = await portfolios.standing_to(uow, author, author, words)
        made = await portfolios.create_portfolio(
            uow,
            portfolios.allow(standing, portfolios.CREATE),
            PortfolioChange(name=folio.name, public=folio.public),
        )
        sections: dict[str, PortfolioSection] = {}
        for number, sheet in enumerate(folio.sheets):
            await self._write_sheet(folio, made.id, sheet, sections, folio.made + timedelta(minutes=7 * (number + 1)))
        for link in folio.shared:
            uow = self.at(folio.made + timedelta(hours=2))
            granted = await self._granted(uow, folio, folio.login, made.id, portfolios.UPDATE)
            section_id = sections[link.section].id if link.section else None
            wish = LinkChange(name=link.name, section_id=section_id, expires_at=link.expires)
            await portfolios.add_link(uow, granted, wish)
        if folio.fate is not None:
            await self._meet(folio, made.id, folio.fate)

    async def _granted(
        self, uow: UnitOfWork, folio: Folio, login: str, portfolio_id: int, right: str
    ) -> Granted[Standing]:
        words = portfolios.keywords((), folio.words)
        standing = await portfolios.standing_before(uow, portfolio_id, self.users[login], words, lock=True)
        return portfolios.allow(standing, right)

    async def _write_sheet(
        self, folio: Folio, portfolio_id: int, sheet: Sheet, sections: dict[str, PortfolioSection], moment: datetime
    ) -> None:
        uow = self.at(moment)
        granted = await self._granted(uow, folio, folio.login, portfolio_id, portfolios.UPDATE)
        section = sections.get(sheet.section)
        entry = None
        if section is None:
            # What comes with a section, or with the portfolio, is its first page.
            there = await portfolios.sections_of(uow, portfolio_id)
            section = next((one for one in there if one.name == sheet.section), None)
            section = sections[sheet.section] = section or await portfolios.add_section(uow, granted, sheet.section)
            entry = await portfolios.first_entry(uow, section)
        if entry is None:
            entry = await portfolios.add_entry(uow, granted, section, EntryChange(name=sheet.name))
        talked = bool(sheet.said)
        for later, content in enumerate(self._contents(folio, sheet)):
            uow = self.at(moment + timedelta(minutes=3 * later))
            granted = await self._granted(uow, folio, folio.login, portfolio_id, portfolios.UPDATE)
            change = EntryChange(name=sheet.name, content=content, allow_comments=talked, show_comments=talked)
            entry = await portfolios.revise_entry(uow, granted, entry, change)
        for said in sheet.said:
            uow = self.at(said.at)
            granted = await self._granted(uow, folio, said.login, portfolio_id, portfolios.COMMENT)
            await portfolios.add_comment(uow, granted, entry, said.text)

    def _contents(self, folio: Folio, sheet: Sheet) -> list[Any]:
        """The versions of a page, each sent as a browser sends it."""
        versions = [(sheet.earlier,), sheet.blocks] if sheet.earlier else [sheet.blocks]
        own = {id for (place, _), id in self.files.items() if place == folio.login}
        sent: list[list[Mapping[str, Any]]] = [
            [
                {"section_type": "attachment", "attachment_id": self.files[folio.login, block.name]}
                if isinstance(block, Placed)
                else {"section_type": "rich_text", "content": block}
                for block in version
            ]
            for version in versions
        ]
        return [portfolios.content_from(blocks, own) for blocks in sent]

    async def _meet(self, folio: Folio, portfolio_id: int, fate: str) -> None:
        assert folio.ended is not None
        uow, admin = self.at(folio.ended), people.ADMIN.login
        if fate in ("safe", "spam"):
            granted = await self._granted(uow, folio, admin, portfolio_id, portfolios.MODERATE)
            await portfolios.moderate(uow, granted, portfolios.SAFE if fate == "safe" else portfolios.SPAM)
        elif fate == "asked":
            granted = await self._granted(uow, folio, folio.login, portfolio_id, portfolios.ASK)
            await portfolios.ask_for_review(uow, granted)
        else:
            by = folio.login if fate == "deleted" else admin
            await portfolios.delete_portfolio(uow, await self._granted(uow, folio, by, portfolio_id, portfolios.DELETE))

    # --- pages

    def _change(self, life: "_Life", event: Event) -> PageChange:
        if event.verb == "save":
            life.saves += 1
            body = self._linked(life.text.body(life.saves))
            if life.saves == 1 or event.words:
                return PageChange(title=event.words or life.text.title, body=body)
            return PageChange(body=body)
        if event.verb == "publish":
            return PageChange(published=True)
        if event.verb == "front":
            return PageChange(published=True, front_page=True)
        if event.verb == "roles":
            return PageChange(editing_roles=event.words)
        return PageChange(publish_at=day(event.words))

    def _linked(self, body: str) -> str:
        """`{BIO110}` in an address is the id of that course."""
        for key, id_ in (self.courses | self.groups).items():
            body = body.replace(f"{{{key}}}", str(id_))
        return body


class _Life:
    """A page while its history is written."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.url: str | None = None
        self.saves = 0


def _on_the_clock(text: str) -> datetime:
    """A moment by the clocks of London."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(diary.LONDON))


def _token_of(person: Person) -> str:
    """Known to everybody who reads this: the demo campus keeps no secrets."""
    return f"demo-token-of-{person.login}"
