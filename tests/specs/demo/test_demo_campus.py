"""The demo campus: there, the same every time, and to be seen over HTTP as the people in it."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
import pytest
from sqlalchemy import select

import quadrangle.db.tables  # noqa: F401 all tables into the metadata
from quadrangle.app import create_app
from quadrangle.blobs import open_blobs
from quadrangle.db import Statement, metadata, migrate, open_database
from quadrangle.demo import PASSWORD, DemoSummary, fill
from quadrangle.demo.showcase import FOLIOS, Folio
from quadrangle.demo.texts import all_texts
from quadrangle.kernel.clock import SettableClock
from quadrangle.kernel.digest import Digester
from quadrangle.settings import Settings
from quadrangle.work import create_worker
from tests.databases import fresh_database
from tests.engines import ENGINES
from tests.server import Server
from tests.specs.brightspace.signing import sign
from tests.world import NO_TLS

KEY = "a key for the demo"
TODAY = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class Demo:
    """A filled demo campus behind the tests' server."""

    def __init__(self, engine: str, url: str, server: Server, storage: Path) -> None:
        self.engine = engine
        self.url = url
        self.server = server
        migrate.upgrade(url)
        self.clock = SettableClock(TODAY)
        settings = Settings(
            database_url=url, storage_url=f"file://{storage}", secret_key=KEY, log="error", throttle=False,
            sqlite_synchronous="normal",
        )  # fmt: skip
        self.app = create_app(settings, clock=self.clock)
        server.run(self.app.database.start())
        began = time.perf_counter()
        self.summary: DemoSummary = server.run(fill(self.app.database, self.app.blobs, Digester(KEY)))
        self.seconds = time.perf_counter() - began
        self.dumped: dict[str, list[Any]] = server.run(dump(self.app.database))
        self._clients: dict[str | None, httpx.Client] = {}

    def as_(self, login: str | None) -> httpx.Client:
        self.server.app = self.app
        if login not in self._clients:
            headers = {"authorization": f"Bearer {self.summary.tokens[login]}"} if login else {}
            self._clients[login] = httpx.Client(
                base_url=f"{self.server.url}/api/v1", headers=headers, timeout=30, verify=NO_TLS
            )
        return self._clients[login]

    def course(self, code: str) -> str:
        reply = self.as_("mara.lindqvist").get(f"/courses/sis_course_id:{code}")
        return f"/courses/{reply.json()['id']}"

    def group(self, login: str, name: str) -> str:
        found = self.all(login, "/users/self/groups")
        return next(f"/groups/{one['id']}" for one in found if one["name"] == name)

    def all(self, login: str | None, path: str, **query: Any) -> list[Any]:
        return self.ok(login, path, **{"per_page": 100, **query})

    def ok(self, login: str | None, path: str, **query: Any) -> Any:
        reply = self.as_(login).get(path, params=query)
        assert reply.status_code == 200, f"{login} {path}: {reply.status_code} {reply.text}"
        return reply.json()

    def close(self) -> None:
        for client in self._clients.values():
            client.close()
        self.server.run(self.app.database.stop())


async def dump(database: Any) -> dict[str, list[Any]]:
    """Every row of every table, as Python values."""
    found: dict[str, list[Any]] = {}
    async with database.read() as connection:
        for table in metadata.sorted_tables:
            row = msgspec.defstruct(f"Row_{table.name}", [(str(column.name), Any) for column in table.columns])
            every = Statement(select(*table.columns).order_by(*table.primary_key.columns), into=row)
            rows = [msgspec.structs.asdict(one) for one in await connection.all(every)]
            for one in rows:
                one.pop("password_digest", None)  # salted anew each time, as it must be
            found[table.name] = rows
    return found


@pytest.fixture(scope="module")
def campuses(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Demo]]:
    folder: Path = tmp_path_factory.mktemp("demo")
    made: dict[str, Demo] = {}
    contexts = [fresh_database(engine, folder) for engine in ENGINES]
    for engine, context in zip(ENGINES, contexts, strict=True):
        made[engine] = Demo(engine, context.__enter__(), server, folder / f"files-{engine}")
    yield made
    for demo in made.values():
        demo.close()
    for context in contexts:
        context.__exit__(None, None, None)


@pytest.fixture
def demo(engine: str, campuses: dict[str, Demo]) -> Demo:
    return campuses[engine]


class TestTheDemoCampus:
    def test_it_is_the_same_on_both_engines(self, campuses: dict[str, Demo]) -> None:
        one, other = (campuses[engine].dumped for engine in ENGINES)
        assert one.keys() == other.keys()
        for table in one:
            assert one[table] == other[table], table

    def test_it_is_the_same_every_time(self, campuses: dict[str, Demo], server: Server, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path / 'again.db'}"
        migrate.upgrade(url)
        database = open_database(url, synchronous="normal")
        server.run(database.start())
        try:
            again = server.run(fill(database, open_blobs(f"file://{tmp_path / 'files'}"), Digester(KEY)))
            assert server.run(dump(database)) == campuses["sqlite"].dumped
        finally:
            server.run(database.stop())
        assert again == campuses["sqlite"].summary

    def test_it_does_not_take_long(self, campuses: dict[str, Demo]) -> None:
        assert campuses["sqlite"].seconds < 5

    def test_it_has_the_size_of_a_small_institution(self, demo: Demo) -> None:
        made = demo.summary
        assert made.accounts == 10
        assert made.users == len(made.logins) == len(made.tokens) == 60
        assert made.courses >= 12
        assert made.pages >= 45
        assert made.revisions >= 3 * made.pages

    def test_every_address_is_one_that_clients_accept(self, demo: Demo) -> None:
        assert all(one.login.endswith("@example.com") for one in demo.summary.logins)

    def test_everybody_signs_in_with_their_token(self, demo: Demo) -> None:
        names = {one.login.partition("@")[0]: one.name for one in demo.summary.logins}
        for login in demo.summary.tokens:
            assert demo.ok(login, "/users/self")["name"] == names[login]

    def test_everybody_has_the_documented_password(self, demo: Demo) -> None:
        assert {one.password for one in demo.summary.logins} == {PASSWORD}

    def test_its_ids_follow_the_rule_of_ids(self, demo: Demo) -> None:
        dumped = demo.dumped
        assert {row["id"] for row in dumped["users"] if row["id"] < 101} == {1}
        assert {row["id"] for row in dumped["accounts"] if row["id"] < 101} == {1, 100}
        assert min(row["id"] for row in dumped["courses"]) >= 101


class TestItsPages:
    def test_what_everybody_reads_has_a_front_page(self, demo: Demo) -> None:
        for code in (
            "GEN001",
            "BIO110",
            "BIO240",
            "PHY101",
            "AST130",
            "CMP120",
            "HIS205",
            "LIT150",
            "MUS101",
            "EDU400",
        ):
            assert demo.ok("mara.lindqvist", f"{demo.course(code)}/front_page")["front_page"] is True

    def test_the_printed_token_has_a_course_and_a_group_to_try_pages_in(self, demo: Demo) -> None:
        assert [one["course_code"] for one in demo.ok("mara.lindqvist", "/courses")] == ["GEN001"]
        assert [one["name"] for one in demo.ok("mara.lindqvist", "/users/self/groups")] == ["College Choir"]

    def test_links_between_pages_lead_somewhere(self, demo: Demo) -> None:
        dumped = demo.dumped
        links = {link for row in dumped["pages"] for link in re.findall(r'href="(/[^"]+)"', row["body"] or "")}
        assert len(links) > 15
        for link in sorted(links):
            found = demo.ok("mara.lindqvist", link)
            assert link.endswith(found["url"])

    def test_pictures_are_there_and_described(self, demo: Demo) -> None:
        pictures = {tag for row in demo.dumped["pages"] for tag in re.findall(r"<img [^>]+>", row["body"] or "")}
        assert len(pictures) >= 3
        for tag in pictures:
            address, words = re.search(r'src="([^"]+)"', tag), re.search(r'alt="([^"]+)"', tag)
            assert words is not None
            assert address is not None
            reply = httpx.get(demo.server.url + address[1], verify=NO_TLS)
            assert (reply.status_code, reply.headers["content-type"]) == (200, "image/svg+xml")

    def test_nothing_of_a_text_is_lost_to_the_sanitiser(self, demo: Demo) -> None:
        stored = {row["title"]: row["body"] for row in demo.dumped["pages"]}
        for text in all_texts():
            for tag in ("table", "th", "blockquote", "pre", "dl", "q", "em", "ol"):
                last = text.body(1_000)
                if any(event.verb == "revert" for event in text.events):
                    continue
                assert stored[text.title].count(f"<{tag}>") == last.count(f"<{tag}>"), (text.key, tag)

    def test_no_place_is_left_unfilled(self, demo: Demo) -> None:
        assert not [row["title"] for row in demo.dumped["pages"] if "{" in (row["body"] or "")]

    def test_a_history_has_many_authors_over_months(self, demo: Demo) -> None:
        path = f"{demo.course('BIO110')}/pages/species-list/revisions"
        revisions = demo.all("ines.carvalho", path)
        assert len(revisions) >= 12
        assert len({one["edited_by"]["id"] for one in revisions}) >= 9
        assert revisions[0]["updated_at"][:7] == "2026-11"
        assert revisions[-1]["updated_at"][:7] == "2026-08"
        bodies = [demo.ok("ines.carvalho", f"{path}/{one['revision_id']}")["body"] for one in revisions]
        assert all(one != other for one, other in pairwise(bodies))

    def test_a_revert_took_a_joke_back(self, demo: Demo) -> None:
        page = demo.ok("emil.sorensen", f"{demo.course('BIO110')}/pages/species-list")
        assert "Pike" not in page["body"]
        assert "diving beetle" in page["body"]

    def test_unpublished_pages_are_for_staff(self, demo: Demo) -> None:
        path = f"{demo.course('BIO110')}/pages/species-test-marking-guide"
        assert demo.ok("tomas.hlavacek", path)["published"] is False
        assert demo.as_("aaliyah.brooks").get(path).status_code == 403

    def test_a_scheduled_page_opens_by_itself(self, demo: Demo) -> None:
        path = f"{demo.course('BIO110')}/pages/writing-the-team-report"
        page = demo.ok("ines.carvalho", path)
        assert (page["published"], page["publish_at"]) == (False, "2026-12-07T08:00:00Z")
        assert demo.as_("aaliyah.brooks").get(path).status_code == 403
        demo.clock.set(datetime(2026, 12, 7, 8, 1, tzinfo=UTC))
        try:
            assert demo.ok("aaliyah.brooks", path)["published"] is True
        finally:
            demo.clock.set(TODAY)

    def test_students_write_where_they_may(self, demo: Demo) -> None:
        page = f"{demo.course('BIO110')}/pages/what-should-we-bring-on-friday"
        assert demo.ok("hana.novotna", page)["editing_roles"] == "teachers,students"
        assert demo.as_("hana.novotna").put(page, data={"wiki_page[body]": "<p>Gloves.</p>"}).status_code == 200
        guide = f"{demo.course('PHY101')}/pages/how-to-write-down-a-measurement"
        assert demo.as_("mei.lin").put(guide, data={"wiki_page[body]": "x"}).status_code == 403


class TestItsCourses:
    def test_the_open_one_is_read_by_anybody(self, demo: Demo) -> None:
        course = demo.course("AST130")
        assert "The Night Sky" in demo.ok(None, f"{course}/front_page")["title"]
        assert len(demo.all(None, f"{course}/pages")) == 3

    def test_another_is_read_by_whoever_is_signed_in(self, demo: Demo) -> None:
        page = f"{demo.course('MUS101')}/pages/the-falling-bass"
        assert demo.ok("omar.elsayed", page)["published"] is True
        assert demo.as_(None).get(page).status_code == 401

    def test_the_rest_is_closed_to_outsiders(self, demo: Demo) -> None:
        assert demo.as_("omar.elsayed").get(f"{demo.course('BIO110')}/pages").status_code == 403

    def test_an_unpublished_one_is_for_its_staff(self, demo: Demo) -> None:
        pages = f"{demo.course('LIT290')}/pages"
        assert [one["title"] for one in demo.all("oskar.lindgren", pages)] == ["Plan of the workshop"]
        assert demo.as_("lucia.fernandez").get(pages).status_code == 403

    def test_a_concluded_one_is_read_but_not_written(self, demo: Demo) -> None:
        page = f"{demo.course('HIS330')}/pages/asking-for-consent"
        assert "Zanele" in demo.ok("noah.redcloud", page)["body"]
        assert demo.as_("noah.redcloud").put(page, data={"wiki_page[body]": "x"}).status_code == 403

    def test_next_years_has_not_begun_for_students(self, demo: Demo) -> None:
        page = f"{demo.course('CMP310')}/front_page"
        assert demo.ok("wei.zhang", page)["published"] is True
        assert demo.as_("chidi.eze").get(page).status_code == 403

    def test_an_observer_reads_what_the_observed_reads(self, demo: Demo) -> None:
        path = f"{demo.course('BIO110')}/pages"
        seen = {one["url"] for one in demo.all("denise.brooks", path)}
        assert seen == {one["url"] for one in demo.all("aaliyah.brooks", path)}

    def test_a_faculty_administrator_opens_the_courses_below(self, demo: Demo) -> None:
        assert demo.ok("hannah.weiss", f"{demo.course('AST130')}/pages")
        assert demo.as_("hannah.weiss").get(f"{demo.course('LIT150')}/pages").status_code == 403
        assert demo.ok("ruben.castellanos", f"{demo.course('LIT150')}/pages")


class TestItsGroups:
    def test_members_read_and_write_their_pages(self, demo: Demo) -> None:
        group = demo.group("linh.nguyen", "Kingfishers")
        titles = {one["title"] for one in demo.all("linh.nguyen", f"{group}/pages")}
        assert titles == {"Kingfishers: the mill pond", "Our question"}
        assert demo.as_("hana.novotna").get(f"{group}/pages").status_code == 403
        assert demo.ok("ines.carvalho", f"{group}/front_page")["last_edited_by"]["display_name"] == "Aaliyah Brooks"

    def test_the_college_has_groups_of_its_own(self, demo: Demo) -> None:
        choir = demo.group("zoe.laurent", "College Choir")
        assert "Basque" in demo.ok("marek.kowalczyk", f"{choir}/front_page")["body"]


class TestItsAnnouncements:
    def told(self, demo: Demo, login: str) -> list[str]:
        return [one["subject"] for one in demo.ok(login, "/accounts/1/account_notifications")]

    def test_people_are_told_what_concerns_them(self, demo: Demo) -> None:
        student = self.told(demo, "aaliyah.brooks")
        assert "Choose your spring courses by 15 January" in student
        assert "Field trips: waterproofs and boots" in student
        teacher = self.told(demo, "ines.carvalho")
        assert "New pages for your teaching" in teacher
        assert "Laboratories: new rules for shared freezers" in teacher
        assert not {"Choose your spring courses by 15 January", "Practice rooms can be booked"} & set(teacher)

    def test_some_are_over_and_some_have_not_begun(self, demo: Demo) -> None:
        path = "/accounts/1/account_notifications"
        subjects = [one["subject"] for one in demo.ok("mara.lindqvist", path, include_all="true")]
        now = set(self.told(demo, "mara.lindqvist"))
        assert {"Closed over the holidays", "Welcome to the new academic year"} <= set(subjects) - now

    def test_a_faculty_announces_for_itself(self, demo: Demo) -> None:
        arts = demo.ok("ruben.castellanos", "/accounts/sis_account_id:ART")["id"]
        path = f"/accounts/{arts}/account_notifications"
        authors = {
            one["author"]["name"]
            for one in demo.ok("ruben.castellanos", path, include_all="true")
            if one["subject"] == "Practice rooms can be booked"
        }
        assert authors == {"Rubén Castellanos"}


class TestTheAccounts:
    def test_an_administrator_searches_their_courses(self, demo: Demo) -> None:
        admin = demo.as_("mara.lindqvist")

        def codes(query: str) -> list[str]:
            return [one["course_code"] for one in admin.get(f"/accounts/self/courses?per_page=100&{query}").json()]

        assert len(codes("")) == demo.summary.courses
        assert codes("by_subaccounts[]=sis_account_id:BIO") == ["BIO110", "BIO240"]
        assert codes("search_term=okonkwo&search_by=teacher") == ["BIO240"]
        assert set(codes("completed=true")) >= {"HIS330", "PHY250"}
        assert set(codes("enrollment_term_id=sis_term_id:AY25")) >= {"HIS330", "PHY250"}
        names = [
            one["account_name"]
            for one in admin.get(
                "/accounts/sis_account_id:SCI/courses?sort=account_name&include[]=account_name&per_page=100"
            ).json()
        ]
        assert names == sorted(names)
        assert names[0] == "Department of Biology"

    def test_somebody_has_left(self, demo: Demo) -> None:
        admin = demo.as_("mara.lindqvist")
        assert admin.get("/accounts/self/users?search_term=otto").json() == []
        [otto] = admin.get("/accounts/self/users?search_term=otto&include_deleted_users=true").json()
        assert otto["name"] == "Otto Brandt"
        course = demo.course("BIO110")
        students = admin.get(f"{course}/users?enrollment_type[]=student&per_page=100").json()
        assert otto["id"] not in [one["id"] for one in students]


class TestItsCalendars:
    WEEK: Final[dict[str, Any]] = {"start_date": "2026-11-30", "end_date": "2026-12-18"}

    def codes(self, demo: Demo, login: str) -> list[str]:
        """The calendars somebody has in view."""
        seen = demo.ok(login, "/calendar_events/visible_contexts")["contexts"]
        return [one["asset_string"] for one in seen]

    def titles(self, demo: Demo, login: str) -> set[str]:
        query = self.WEEK | {"context_codes[]": self.codes(demo, login)}
        return {one["title"] for one in demo.all(login, "/calendar_events", **query)}

    def test_people_see_what_concerns_them(self, demo: Demo) -> None:
        student = self.titles(demo, "aaliyah.brooks")
        assert {"Founders’ Day", "Open day", "Science seminar", "Species test", "Programming: practice"} <= student
        assert not {"Choir rehearsal", "Lunchtime recital", "Dentist"} & student
        assert {"Choir rehearsal", "Winter concert", "Lunchtime recital", "Dentist"} <= self.titles(demo, "zoe.laurent")

    def test_everybody_has_the_colleges(self, demo: Demo) -> None:
        for login in ("omar.elsayed", "denise.brooks", "edmund.hartley"):
            assert "Open day" in {one["title"] for one in demo.all(login, "/calendar_events", **self.WEEK)}

    def test_an_evening_section_meets_in_the_evening(self, demo: Demo) -> None:
        course = demo.ok("mara.lindqvist", demo.course("CMP120"))["id"]
        query = self.WEEK | {"context_codes[]": f"course_{course}"}
        hours = {
            one["start_at"]
            for login in ("aaliyah.brooks", "chidi.eze")
            for one in demo.all(login, "/calendar_events", **query)
        }
        assert hours == {"2026-12-01T10:00:00Z", "2026-12-01T18:00:00Z"}

    def test_feeds_open(self, demo: Demo) -> None:
        feed = demo.ok("zoe.laurent", "/users/self/profile")["calendar"]["ics"]
        assert "SUMMARY:Dentist" in httpx.get(feed, verify=NO_TLS).text


class TestItsModules:
    def test_they_lead_through_a_course(self, demo: Demo) -> None:
        found = demo.all("aaliyah.brooks", f"{demo.course('BIO110')}/modules", **{"include[]": "items"})
        assert [one["name"] for one in found] == ["Before you go out", "At the water", "Writing it up"]
        assert found[1]["prerequisite_module_ids"] == [found[0]["id"]]
        assert [one["title"] for one in found[1]["items"]] == [
            "Catching",
            "Kick sampling",
            "field-sheet.csv",
            "Naming and counting",
            "Species list",
            "Biotic index",
        ]

    def test_one_is_not_ready(self, demo: Demo) -> None:
        path = f"{demo.course('CMP120')}/modules"
        seen = [{one["name"] for one in demo.all(login, path)} for login in ("piotr.zielinski", "chidi.eze")]
        assert seen[0] - seen[1] == {"Next term (not yet)"}


class TestItsFiles:
    def names(self, demo: Demo, login: str, code: str) -> set[str]:
        return {one["display_name"] for one in demo.all(login, f"{demo.course(code)}/files")}

    def test_students_see_what_is_open(self, demo: Demo) -> None:
        assert self.names(demo, "aaliyah.brooks", "BIO110") == {"field-sheet.csv", "biotic-index-scores.csv"}
        assert self.names(demo, "ines.carvalho", "BIO110") > {"marking.txt", "results.csv"}

    def test_they_open(self, demo: Demo) -> None:
        own = next(
            one for one in demo.all("aaliyah.brooks", "/users/self/files") if one["display_name"] == "pond-essay.txt"
        )
        assert httpx.get(own["url"], verify=NO_TLS).text == "The pond keeps its own time.\n"


class TestItsPortfolios:
    def of(self, demo: Demo, login: str, who: str = "mara.lindqvist") -> list[Any]:
        (person,) = demo.all("mara.lindqvist", "/accounts/1/users", search_term=f"{login}@example.com")
        return demo.all(who, f"/users/{person['id']}/eportfolios", deleted="deleted")

    def one(self, demo: Demo, login: str) -> Any:
        return self.of(demo, login)[0]

    def test_there_are_a_dozen_in_every_state(self, demo: Demo) -> None:
        assert demo.summary.portfolios == len(FOLIOS) >= 12
        found = [self.one(demo, folio.login) for folio in FOLIOS]
        assert {one["spam_status"] for one in found} == {
            *(None, "marked_as_safe", "marked_as_spam", "flagged_as_possible_spam"),
        }
        assert {one["workflow_state"] for one in found} == {"active", "deleted"}
        assert {one["public"] for one in found} == {True, False}
        assert None in {one["name"] for one in found}

    @pytest.mark.parametrize("folio", FOLIOS, ids=lambda folio: folio.login)
    def test_their_authors_read_what_they_wrote(self, demo: Demo, folio: Folio) -> None:
        if folio.fate in ("deleted", "removed"):
            assert demo.as_(folio.login).get(f"/eportfolios/{self.one(demo, folio.login)['id']}").status_code == 403
            return
        (mine,) = demo.all(folio.login, "/users/self/eportfolios")
        assert mine["name"] == folio.name
        pages = demo.all(folio.login, f"/eportfolios/{mine['id']}/pages")
        assert {sheet.name for sheet in folio.sheets} <= {page["name"] for page in pages}
        assert "New Page" not in {page["name"] for page in pages}

    def test_visitors_read_what_is_public_and_nothing_else(self, demo: Demo) -> None:
        open_ones = {folio.login for folio in FOLIOS if folio.public and folio.fate in (None, "safe")}
        assert len(open_ones) >= 4
        for folio in FOLIOS:
            address = f"{demo.server.url}/eportfolios/{self.one(demo, folio.login)['id']}"
            demo.server.app = demo.app
            answer = httpx.get(address, headers={"accept": "text/html"}, verify=NO_TLS)
            assert (answer.status_code == 200) == (folio.login in open_ones), folio.login

    def test_pictures_are_pictures_and_comments_are_shown(self, demo: Demo) -> None:
        demo.server.app = demo.app
        home = f"{demo.server.url}/eportfolios/{self.one(demo, 'aaliyah.brooks')['id']}"
        page = httpx.get(f"{home}/field-notes/what-lives-there", headers={"accept": "text/html"}, verify=NO_TLS)
        assert "no stonefly" in page.text
        (source,) = re.findall(r'<img src="([^"]+)"', page.text)
        picture = httpx.get(f"{demo.server.url}{source}", follow_redirects=True, verify=NO_TLS)
        assert (picture.headers["content-type"], picture.content[:4]) == ("image/png", b"\x89PNG")

    def test_moderators_find_what_waits_and_what_was_judged(self, demo: Demo) -> None:
        (waiting,) = demo.ok("mara.lindqvist", "/accounts/1/eportfolio_reviews")
        assert waiting["eportfolio"]["name"] == "What a fair wheel costs"
        assert [one["code"] for one in waiting["eportfolio"]["reasons"]] == ["content_keyword"]
        judged = [one["eportfolio"]["name"] for one in demo.ok("mara.lindqvist", "/accounts/1/eportfolio_moderation")]
        assert judged == ["What a fair wheel costs", "Study help"]

    def test_history_and_links_are_there(self, demo: Demo) -> None:
        mine = f"/eportfolios/{self.one(demo, 'aaliyah.brooks')['id']}"
        page = next(one for one in demo.all("aaliyah.brooks", f"{mine}/pages") if one["name"] == "Three sites")
        versions = demo.all("aaliyah.brooks", f"{mine}/entries/{page['id']}/revisions")
        assert "To do" in str(versions[-2]["content"])
        links = demo.ok("linh.nguyen", f"/eportfolios/{self.one(demo, 'linh.nguyen')['id']}/links")
        assert [bool(link["section_id"]) for link in links] == [False, False, True, False]
        assert links[3]["expires_at"] == "2026-12-05T12:00:00Z"


class TestItsProgram:
    def test_its_id_keys_speak_for_somebody_who_has_something_to_export(self, demo: Demo) -> None:
        program = demo.summary.program
        assert program is not None
        time = str(int(TODAY.timestamp()))

        def call(method: str, path: str) -> httpx.Response:
            text = f"{method}&{path.lower()}&{time}"
            query = {"x_a": program.app_id, "x_b": program.user_id, "x_t": time}
            query |= {"x_c": sign(program.app_key, text), "x_d": sign(program.user_key, text)}
            return httpx.request(method, demo.server.url + path, params=query, verify=NO_TLS)

        demo.as_(None)
        assert call("GET", "/d2l/api/lp/1.50/users/whoami").json()["UniqueName"] == program.login
        assert call("GET", "/d2l/api/eP/2.5/objects/my/").json()["Items"][0]["ObjectTypeId"] == 400
        assert call("POST", "/d2l/api/eP/2.5/export/new/all").status_code == 200


class TestReports:
    def test_two_were_asked_for_and_are_made_by_the_first_worker(self, demo: Demo) -> None:
        login = "mara.lindqvist"
        listed = {one["report"]: one["last_run"] for one in demo.all(login, "/accounts/1/reports") if one["last_run"]}
        assert set(listed) == {"provisioning_csv", "unused_courses_csv"}
        app = demo.app

        async def work() -> int:
            return await create_worker(app.settings, app.database, app.blobs, app.clock).run_until_idle()

        demo.server.run(work())
        for report in listed:
            (run,) = demo.all(login, f"/accounts/1/reports/{report}")
            assert (run["status"], run["created_at"]) == ("complete", "2026-10-12T09:00:00Z")
            assert httpx.get(run["attachment"]["url"], verify=NO_TLS).status_code == 200
