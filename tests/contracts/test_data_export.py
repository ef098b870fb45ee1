"""ePortfolio data export, line by line. Source: contract-checklist.md, D1 to D99 but for what is about importing.

C is Ada, who owns two things; B is Ben; Z is Dov, who owns nothing.
"""

import io
import re
import zipfile
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from lxml import etree

from quadrangle import artifacts
from quadrangle.artifacts import Details
from quadrangle.db import UnitOfWork
from quadrangle.transfers.gathering import Gathering
from tests.specs.brightspace.ep import EP, NOT_AUTHORIZED, Person
from tests.world import NO_TLS, World

GUIDE: Final = Path(__file__).parents[2] / "docs" / "guides" / "brightspace.md"
NOWHERE: Final = 999_999_999
TIDES: Final = "What the tides taught"
TABLE: Final = "Tide tables"


class Exporting:
    """C at the export routes."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.c, self.b, self.z = (Person(world, who) for who in ("ada", "ben", "dov"))
        self.link = self.c.link(TABLE)
        self.words = self.c.reflection(TIDES)
        self.his = self.b.link("His alone")

    def start(self, ids: Any = None, **flags: str) -> httpx.Response:
        """One of the two POSTs: a list, or everything."""
        if ids is None:
            return self.c.ask("POST", "/export/new/all")
        return self.c.ask("POST", "/export/new", json=ids, params=flags)

    def done(self, ids: Any = None, **flags: str) -> int:
        """A task that has ended."""
        answer = self.start(ids, **flags)
        assert answer.status_code == 200, answer.text
        self.world.work()
        return int(answer.text)

    def status(self, task: int) -> Any:
        return self.c.get(f"/export/{task}/status")

    def package(self, task: int) -> httpx.Response:
        return self.c.ask("GET", f"/export/{task}/package")

    def titles(self, ids: Any = None, **flags: str) -> set[str]:
        """What stands in the XML of an export, beside the person whose it is."""
        xml = etree.fromstring(_xml_of(self.package(self.done(ids, **flags)).content))
        found = xml.findall("{http://www.w3.org/2005/Atom}entry/{http://www.w3.org/2005/Atom}title")
        return {title.text or "" for title in found} - {"Ada Byron"}

    def tasks(self) -> int:
        return int(self.world.sql("SELECT count(*) FROM transfers")[0][0])

    def use_up(self) -> None:
        """C has one call left of this minute, and makes it."""
        self.world.use(brightspace_credits=10)
        self.c.get("/objects/my/")


def _xml_of(package: bytes) -> bytes:
    return zipfile.ZipFile(io.BytesIO(package)).read("leap2a.xml")


@pytest.fixture
def at(world: World) -> Exporting:
    return Exporting(world)


def limited(reply: httpx.Response) -> bool:
    return reply.status_code == 429 and reply.headers["retry-after"].isdigit()


class TestTheWorkflow:
    def test_a_post_then_the_status_then_the_package(self, at: Exporting) -> None:
        """D1, D3, D54."""
        task = at.start().json()
        seen = [at.status(task)]
        at.world.work()
        seen.append(at.status(task))
        assert (seen, at.package(task).status_code) == ([0, 2], 200)

    def test_a_given_set_of_objects(self, at: Exporting) -> None:
        """D2, D37, D46, D47: also a single id stands in an array."""
        assert at.start([at.link, at.words]).status_code == 200
        assert at.start([at.link]).status_code == 200
        assert at.start(at.link).status_code == 400


class TestTheStates:
    def test_queued_is_0(self, at: Exporting) -> None:
        """D7."""
        assert at.status(at.start().json()) == 0

    def test_aborted_is_1(self, at: Exporting) -> None:
        """D8, of an export: nothing of what was listed is left when its turn comes."""
        task = at.start([at.link]).json()
        at.c.delete(f"/artifact/link/{at.link}")
        at.world.work()
        assert at.status(task) == 1

    def test_complete_is_2(self, at: Exporting) -> None:
        """D9."""
        assert at.status(at.done()) == 2

    def test_complete_with_errors_is_3(self, at: Exporting) -> None:
        """D10."""
        task = at.done([at.link, NOWHERE])
        assert (at.status(task), at.package(task).status_code) == (3, 200)

    def test_processing_is_4(self, at: Exporting, monkeypatch: pytest.MonkeyPatch) -> None:
        """D11: asked in the midst of the work."""
        task, seen = at.start().json(), []
        gather = Gathering.gather

        async def asked_meanwhile(self: Gathering, into: Any) -> None:
            async with httpx.AsyncClient(verify=NO_TLS, headers=at.c.client.http.headers) as client:
                seen.append((await client.get(f"{at.world.url}{EP}/export/{task}/status")).json())
            await gather(self, into)

        monkeypatch.setattr(Gathering, "gather", asked_meanwhile)
        at.world.work()
        assert (seen, at.status(task)) == ([4], 2)


class TestThePackage:
    """GET export/(exportId)/package."""

    def test_it_is_there_under_the_id_that_the_post_returned(self, at: Exporting) -> None:
        """D18, D19, D24."""
        reply = at.package(at.start([at.link]).json())
        assert reply.status_code == 404  # not yet
        reply = at.package(at.done([at.link]))
        assert (reply.status_code, reply.headers["content-type"]) == (200, "application/zip")

    def test_nobody_else_has_it(self, at: Exporting) -> None:
        """D20."""
        refused = at.b.ask("GET", f"/export/{at.done()}/package")
        assert (refused.status_code, refused.content) == (403, NOT_AUTHORIZED)

    def test_one_that_there_is_not(self, at: Exporting) -> None:
        """D21."""
        assert at.package(NOWHERE).status_code == 404

    def test_it_is_limited(self, at: Exporting) -> None:
        """D22."""
        task = at.done()
        at.use_up()
        assert limited(at.package(task))

    def test_it_holds_every_object_as_compressed_xml_without_a_password(self, at: Exporting) -> None:
        """D23, D25."""
        archive = zipfile.ZipFile(io.BytesIO(at.package(at.done([at.link, at.words])).content))
        members = archive.infolist()
        assert archive.testzip() is None
        assert not any(member.flag_bits & 1 for member in members)
        assert any(member.compress_type == zipfile.ZIP_DEFLATED for member in members)
        parsed = [etree.fromstring(archive.read(one)) for one in members if one.filename.endswith(".xml")]
        assert parsed
        text = etree.tostring(parsed[0], encoding="unicode")
        assert TABLE in text
        assert TIDES in text

    def test_its_name_says_whose_and_of_when(self, at: Exporting) -> None:
        """D26, D27, D28, D29, D30, D31."""
        told = at.package(at.done()).headers["content-disposition"]
        found = re.fullmatch(r'attachment; filename="(eP_Export_)(Ada_)(Byron_)(\d+)\.zip"', told)
        assert found is not None, told
        assert found[4] == f"{at.world.clock.now():%Y%m%d%H%M}"


class TestTheStatus:
    """GET export/(exportId)/status."""

    def test_it_is_a_bare_number(self, at: Exporting) -> None:
        """D32, D36."""
        reply = at.c.ask("GET", f"/export/{at.done()}/status")
        assert (reply.status_code, reply.content) == (200, b"2")
        assert reply.headers["content-type"] == "application/json; charset=utf-8"

    def test_nobody_else_sees_it(self, at: Exporting) -> None:
        """D33."""
        refused = at.b.ask("GET", f"/export/{at.done()}/status")
        assert (refused.status_code, refused.content) == (403, NOT_AUTHORIZED)

    def test_of_one_that_there_is_not(self, at: Exporting) -> None:
        """D34."""
        assert at.c.status("GET", f"/export/{NOWHERE}/status") == 404

    def test_of_an_import(self, at: Exporting) -> None:
        """D34: an id of the other kind is not found."""
        task = at.done()
        at.world.sql("UPDATE transfers SET kind = 'import' WHERE id = :id RETURNING id", id=task)
        assert at.c.status("GET", f"/export/{task}/status") == 404

    def test_it_is_limited(self, at: Exporting) -> None:
        """D35."""
        task = at.done()
        at.use_up()
        assert limited(at.c.ask("GET", f"/export/{task}/status"))


class TestAListOfObjects:
    """POST export/new."""

    def test_without_flags_exactly_what_is_listed(self, at: Exporting) -> None:
        """D44."""
        at.c.post(f"/reflection/{at.words}/on/{at.link}")
        assert at.titles([at.link]) == {TABLE}

    def test_with_all_form_items(self, at: Exporting) -> None:
        """D38, D45."""

        async def form(uow: UnitOfWork) -> int:
            return await artifacts.put_item(uow, at.c.id, 320, name="Log sheet", details=Details())

        at.world.do(form)
        assert at.titles([at.link], includeFormsItems="true") == {TABLE, "Log sheet"}
        assert at.titles([at.link], includeFormsItems="false") == {TABLE}
        assert at.titles([at.link]) == {TABLE}

    def test_with_the_reflections_on_it(self, at: Exporting) -> None:
        """D39, D40: deprecated, and understood."""
        at.c.post(f"/reflection/{at.words}/on/{at.link}")
        assert at.titles([at.link], includeAssociatedReflections="true") == {TABLE, TIDES}

    def test_with_what_a_reflection_is_on(self, at: Exporting) -> None:
        """D41, D42: deprecated, and understood."""
        at.c.post(f"/reflection/{at.words}/on/{at.link}")
        assert at.titles([at.words], includeReflectionsAssociations="true") == {TABLE, TIDES}

    def test_the_guide_says_which_flags_are_deprecated(self) -> None:
        """D40, D42."""
        rows = (line.split("|") for line in GUIDE.read_text().splitlines() if line.startswith("| `include"))
        said = {row[1].strip(" `"): "deprecated since API version 2.1" in row[2] for row in rows}
        assert said == {
            "includeFormsItems": False,
            "includeAssociatedItems": False,
            "includeAssociatedReflections": True,
            "includeReflectionsAssociations": True,
        }

    def test_with_what_is_associated(self, at: Exporting) -> None:
        """D43."""
        box = at.c.collection("Box")
        at.c.post(f"/collection/{box}/add/{at.link}")
        assert at.titles([box], includeAssociatedItems="true") == {"Box", TABLE}

    def test_with_all_of_these_at_once(self, at: Exporting) -> None:
        """D99."""
        at.c.post(f"/reflection/{at.words}/on/{at.link}")
        flags = {"includeFormsItems": "true", "includeAssociatedItems": "true"}
        deprecated = {"includeAssociatedReflections": "true", "includeReflectionsAssociations": "true"}
        assert at.titles([at.link], **flags, **deprecated) == {TABLE, TIDES}

    def test_of_nothing(self, at: Exporting) -> None:
        """D48."""
        assert at.start([]).status_code == 400

    def test_of_what_there_is_not(self, at: Exporting) -> None:
        """D49."""
        assert at.start([NOWHERE]).status_code == 400

    def test_of_what_is_somebody_else_s(self, at: Exporting) -> None:
        """D50."""
        refused = at.start([at.link, at.his])
        assert (refused.status_code, refused.content, at.tasks()) == (403, NOT_AUTHORIZED, 0)

    def test_beyond_the_limit_of_tasks(self, at: Exporting) -> None:
        """D51."""
        for _ in range(20):
            assert at.start([at.link]).status_code == 200
        assert at.start([at.link]).status_code == 404

    def test_it_is_limited(self, at: Exporting) -> None:
        """D52: and nothing is made."""
        at.use_up()
        assert limited(at.start([at.link]))
        assert at.tasks() == 0

    def test_the_answer_is_a_bare_number(self, at: Exporting) -> None:
        """D53."""
        reply = at.start([at.link])
        assert reply.headers["content-type"] == "application/json; charset=utf-8"
        assert re.fullmatch(rb"[1-9][0-9]*", reply.content)


class TestEverything:
    """POST export/new/all."""

    def test_it_is_all_that_one_owns_and_nothing_else(self, at: Exporting) -> None:
        """D55."""
        own = {one["Name"] for one in at.c.get("/objects/my/")["Items"]}
        assert at.titles() == own == {TABLE, TIDES}

    def test_of_who_owns_nothing(self, at: Exporting) -> None:
        """D56."""
        assert at.z.status("POST", "/export/new/all") == 400

    def test_of_who_may_not(self, at: Exporting) -> None:
        """D57: ePortfolios are switched off."""
        off = at.world.root.put("/accounts/1", {"account[settings][enable_eportfolios]": "false"})
        assert off.status_code == 200
        for refused in (at.start(), at.start([at.link])):
            assert (refused.status_code, refused.content, at.tasks()) == (403, NOT_AUTHORIZED, 0)

    def test_beyond_the_limit_of_tasks(self, at: Exporting) -> None:
        """D58."""
        for _ in range(20):
            assert at.start().status_code == 200
        assert at.start().status_code == 404

    def test_it_is_limited(self, at: Exporting) -> None:
        """D59."""
        at.use_up()
        assert limited(at.start())
        assert at.tasks() == 0

    def test_the_answer_is_a_bare_number(self, at: Exporting) -> None:
        """D60."""
        assert re.fullmatch(rb"[1-9][0-9]*", at.start().content)


class TestVersions:
    @pytest.mark.parametrize("version", ["2.4", "2.0", "1.0"])
    def test_older_ones_are_obsolete_and_make_nothing(self, at: Exporting, version: str) -> None:
        """D94, D95, D96."""
        task = at.done()
        for method, path in (
            ("GET", f"export/{task}/status"),
            ("GET", f"export/{task}/package"),
            ("POST", "export/new"),
            ("POST", "export/new/all"),
        ):
            asked = {"json": [at.link]} if path == "export/new" else {}
            assert at.c.client.request(method, f"/d2l/api/eP/{version}/{path}", **asked).status_code == 404
            assert at.tasks() == 1
        assert at.c.status("GET", f"/export/{task}/status") == 200
        assert at.c.status("GET", f"/export/{task}/package") == 200
        assert at.start([at.link]).status_code == at.start().status_code == 200

    def test_the_product_is_written_eP(self, at: Exporting) -> None:
        """D98: and the version is a segment of the path."""
        assert at.c.client.request("POST", "/d2l/api/eP/2.5/export/new/all").status_code == 200
        assert at.c.client.request("POST", "/d2l/api/eP/export/new/all").status_code == 404
