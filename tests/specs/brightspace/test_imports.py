"""ePortfolio data import over the Brightspace API. Source: brightspace-eportfolio.md §4.3, §5.7 to §5.11. Checklist: D…"""

import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
from d2lvalence.auth import fashion_user_context

from quadrangle.jobs import enqueue
from tests.specs.brightspace.signing import make_app, make_key
from tests.specs.packages.making import category, entry, feed, link, ours, package, write, zip_of
from tests.specs.packages.portfolios import PICTURE, TIDES, everything
from tests.specs.transfers.moving import Mover
from tests.world import World

EP = "/d2l/api/eP/2.5"
NOT_AUTHORIZED = b'{"Errors":[{"Message":"Not Authorized"}]}'
NEW, DETAILED = "new", "newwithdetails"
BOTH = pytest.mark.parametrize("route", [NEW, DETAILED])


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


@pytest.fixture
def small() -> bytes:
    """A package with one reflection in it."""
    return package(feed(ours(1, 200, "Brought along"), own=True))


class Somebody(Mover):
    def see(self, task: int) -> httpx.Response:
        return self.http.get(f"{EP}/import/{task}/status")


@pytest.fixture
def people(world: World, folder: Path) -> dict[str, Somebody]:
    return {who: Somebody(world, who, folder) for who in ("ada", "ben", "cleo", "dov", "eve", "root", "tia")}


def to(*people: Somebody) -> list[tuple[str, int]]:
    return [("targetUsers", one.id) for one in people]


def unfinished(world: World) -> int:
    return int(world.sql("SELECT count(*) FROM transfers")[0][0])


class TestForOneself:
    def test_from_the_package_to_the_objects(self, world: World, people: dict[str, Somebody], small: bytes) -> None:
        """D4, D7, D9, D61, D62, D66, D67, D68, D74, D78."""
        ben = people["ben"]
        sent = ben.send(small)
        assert (sent.status_code, sent.headers["content-type"]) == (200, "application/json; charset=utf-8")
        (task,) = sent.json()
        assert sent.text == f"[{task}]"
        queued = ben.see(task)
        assert (queued.text, queued.headers["cache-control"]) == ("0", "no-store")
        assert ben.names() == []
        world.work()
        assert (ben.see(task).text, ben.names()) == ("2", ["Brought along"])
        assert ben.problems(task) == []

    def test_own_packages_go_back_and_those_of_others_come(
        self, world: World, people: dict[str, Somebody], folder: Path
    ) -> None:
        """D1, D5, D6."""
        cleo, ben = people["cleo"], people["ben"]
        cleo.bring(write(folder / "p.zip", everything(), [TIDES, PICTURE]))
        exported = cleo.export()
        assert cleo.status(cleo.bring(exported)) == 2
        ben.bring(exported)
        assert sorted(ben.names()) == sorted(cleo.names())

    def test_a_bare_xml_file_is_a_package(self, people: dict[str, Somebody]) -> None:
        people["ben"].bring(feed(entry(id="urn:x:1", title="From elsewhere")).encode())
        assert people["ben"].names() == ["From elsewhere"]

    def test_what_is_imported_belongs_to_whoever_imports_it_and_is_private(
        self, world: World, people: dict[str, Somebody], folder: Path
    ) -> None:
        """§5.10, portfolio-package.md §5.2."""
        ben = people["ben"]
        ben.bring(write(folder / "p.zip", everything(), [TIDES, PICTURE]))
        for one in ben.http.get(f"{EP}/objects/my/").json()["Items"]:
            assert one["UserId"] == ben.id
            assert people["cleo"].http.get(f"{EP}/object/{one['ObjectId']}").status_code == 403
        (portfolio,) = world.ben.get(f"/users/{ben.id}/eportfolios").json()
        assert (portfolio["name"], portfolio["public"], portfolio["spam_status"], portfolio["workflow_state"]) == (
            "Ada & her portfolio",
            False,
            None,
            "active",
        )

    def test_newwithdetails_for_oneself(self, people: dict[str, Somebody], small: bytes) -> None:
        """D12, D13, D16, D82, D83, D84, D86."""
        sent = people["ben"].send(small, route=DETAILED)
        (task,) = sent.json()["SuccessfulJobIds"]
        assert sent.json() == {
            "ImportJobResultType": "Success",
            "SuccessfulJobIds": [task],
            "FailedUserIds": [],
            "ErrorMessages": [],
        }
        assert people["ben"].see(task).text == "0"

    def test_while_it_works_the_state_is_4(self, world: World, people: dict[str, Somebody], small: bytes) -> None:
        """D11: the state an import is in between its two transactions."""
        task = people["ben"].start(small)
        world.sql("UPDATE transfers SET state = 4 WHERE id = :id RETURNING id", id=task)
        assert people["ben"].see(task).text == "4"
        world.work()  # found in state 4 by a worker, it is done
        assert people["ben"].see(task).text == "2"


class TestTheForm:
    @BOTH
    @pytest.mark.parametrize(
        "sent",
        [
            {"content": b""},
            {"content": b"x", "headers": {"content-type": "application/zip"}},
            {"json": {"file": "x"}},
            {"data": {"file": "x"}},
            {"files": [("upload", ("p.zip", b"PK"))]},
            {"files": [("file", ("p.zip", b""))]},
            {"content": b"--x\r\nnonsense", "headers": {"content-type": "multipart/form-data; boundary=x"}},
            {"content": b"", "headers": {"content-type": "multipart/form-data"}},
        ],
        ids=["nothing", "bare", "json", "form", "other name", "empty file", "cut off", "no boundary"],
    )
    def test_no_package_is_400(self, world: World, people: dict[str, Somebody], route: str, sent: Any) -> None:
        """D69, D70, D83, D90; §5.7."""
        answer = people["ben"].http.post(f"{EP}/import/{route}", **sent)
        assert answer.status_code == 400, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert set(answer.json()) == {"type", "status", "title", "detail", "instance"}
        assert unfinished(world) == 0

    @BOTH
    def test_two_packages_are_400(self, world: World, people: dict[str, Somebody], route: str, small: bytes) -> None:
        files = [("file", ("a.zip", small)), ("file", ("b.zip", small))]
        assert people["ben"].http.post(f"{EP}/import/{route}", files=files).status_code == 400
        assert unfinished(world) == 0

    @BOTH
    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"Hello", "neither a ZIP nor XML"),
            (zip_of({"notes.txt": "Hi"}), "no leap2a.xml"),
            (zip_of({"index.html": "<p>A Canvas export</p>", "files/a.txt": "A"}), "no leap2a.xml"),
            (zip_of({"imsmanifest.xml": "<manifest/>"}), "no leap2a.xml"),
            (zip_of({"leap2a.xml": feed(), "../evil.txt": "x"}), "unsafe name"),
            (zip_of({"leap2a.xml": feed(), "a\\b": "x"}), "unsafe name"),
            (zip_of({"leap2a.xml": feed(), "/etc/passwd": "x"}), "unsafe name"),
            (zip_of({"leap2a.xml": feed(), "files/a": "x", "FILES/A": "y"}), "two members"),
            (zip_of({"leap2a.xml": feed(), "files/\u00e9": "x", "files/e\u0301": "y"}), "two members"),
            (zip_of({"leap2a.xml": feed(), "files/bomb": b"\0" * 3_000_000}), "200 times"),
            (package()[:-10], "cannot be read"),
        ],
        ids=["text", "zip", "html", "ims", "dots", "backslash", "absolute", "case", "normal form", "bomb", "truncated"],
    )
    def test_no_package_at_first_sight_is_400_and_says_why(
        self, world: World, people: dict[str, Somebody], route: str, content: bytes, says: str
    ) -> None:
        """portfolio-package.md §6.1, every clause of which has its own test beside the container."""
        answer = people["ben"].send(content, route=route)
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
        assert says in answer.json()["detail"]
        assert (unfinished(world), world.sql("SELECT count(*) FROM files")[0][0]) == (0, 0)

    @BOTH
    @pytest.mark.parametrize("value", ["", "12x", "-3", "1.5", "abc", "9" * 20])
    def test_a_malformed_target_is_400(
        self, world: World, people: dict[str, Somebody], small: bytes, value: str, route: str
    ) -> None:
        assert people["root"].send(small, ("targetUsers", value), route=route).status_code == 400
        assert unfinished(world) == 0

    def test_at_most_so_many_targets(self, world: World, people: dict[str, Somebody], small: bytes) -> None:
        root, ben = people["root"], people["ben"]
        assert root.send(small, *to(*[ben] * 201)).status_code == 400
        assert unfinished(world) == 0
        sent = root.send(small, *to(*[ben] * 200))
        assert (sent.status_code, len(sent.json()), len(set(sent.json()))) == (200, 200, 1)

    def test_a_package_larger_than_allowed_is_400(self, world: World, people: dict[str, Somebody]) -> None:
        world.use(package_upload=1_000)
        assert people["ben"].send(b"PK" + b"x" * 1_000).status_code == 400

    def test_parts_come_in_any_order_under_any_name(
        self, world: World, people: dict[str, Somebody], small: bytes
    ) -> None:
        """§5.7: every part that is not called `file` is a target, also with a file name of its own, or without a name at all."""
        root, ben, cleo = people["root"], people["ben"], people["cleo"]
        body = (
            b"\r\n--b\r\nContent-Disposition: form-data\r\n\r\n%d\r\n"
            b'--b\r\ncontent-disposition: form-data; name="file"\r\n\r\n%s\r\n'
            b'--b\r\nContent-Disposition: form-data; name="who"; filename="x.txt"\r\nContent-Type: text/plain\r\n\r\n %d \r\n--b--'
        ) % (cleo.id, small, ben.id)
        sent = root.http.post(
            f"{EP}/import/new", content=body, headers={"content-type": "multipart/form-data; boundary=b"}
        )
        assert sent.status_code == 200, sent.text
        first, second = sent.json()
        assert (cleo.see(first).status_code, ben.see(second).status_code) == (200, 200)

    def test_a_chunked_body(self, people: dict[str, Somebody], small: bytes) -> None:
        whole = requests.Request("POST", "http://x/", files={"file": ("p.zip", small, "application/zip")}).prepare()
        assert isinstance(whole.body, bytes)
        sent = people["ben"].http.post(
            f"{EP}/import/new",
            content=(whole.body[start : start + 100] for start in range(0, len(whole.body), 100)),
            headers={"content-type": whole.headers["Content-Type"]},
        )
        assert (sent.status_code, len(sent.json())) == (200, 1)


class TestForOthers:
    def test_each_target_gets_a_task_of_their_own_in_order(
        self, world: World, people: dict[str, Somebody], small: bytes
    ) -> None:
        """D75, D76, D77, D79, D80, D81."""
        root, ben, cleo = people["root"], people["ben"], people["cleo"]
        sent = root.send(small, *to(cleo, ben))
        first, second = sent.json()
        assert sent.status_code == 200
        assert cleo.see(first).status_code == ben.see(second).status_code == 200
        assert [root.see(task).content for task in (first, second)] == [NOT_AUTHORIZED] * 2
        assert ben.see(first).status_code == 403
        world.work()
        assert ben.names() == cleo.names() == ["Brought along"]
        assert root.names() == []

    def test_the_caller_receives_it_only_if_listed(
        self, world: World, people: dict[str, Somebody], small: bytes
    ) -> None:
        root, ben = people["root"], people["ben"]
        root.send(small, *to(ben, root))
        world.work()
        assert ben.names() == root.names() == ["Brought along"]

    def test_somebody_listed_twice_gets_one_task(self, world: World, people: dict[str, Somebody], small: bytes) -> None:
        root, ben, cleo = people["root"], people["ben"], people["cleo"]
        first, second, third = root.send(small, *to(ben, cleo, ben)).json()
        assert (first == third, first != second, unfinished(world)) == (True, True, 2)

    def test_teachers_reach_students_of_their_courses(
        self, world: World, people: dict[str, Somebody], small: bytes
    ) -> None:
        """§5.11."""
        ada, ben, cleo = people["ada"], people["ben"], people["cleo"]
        assert len(ada.send(small, *to(ben, cleo)).json()) == 2
        assert ada.send(small, *to(people["tia"])).status_code == 403
        assert ada.send(small, *to(people["eve"])).status_code == 403
        world.sql("UPDATE enrollments SET workflow_state = 'inactive' WHERE user_id = :id RETURNING id", id=cleo.id)
        assert ada.send(small, *to(ben, cleo)).status_code == 403
        assert unfinished(world) == 2

    @BOTH
    @pytest.mark.parametrize("who", ["ben", "dov", "tia"])
    def test_others_may_name_themselves_alone(
        self, world: World, people: dict[str, Somebody], small: bytes, who: str, route: str
    ) -> None:
        me = people[who]
        refused = me.send(small, *to(me, people["cleo"]), route=route)
        assert (refused.status_code, refused.content) == (403, NOT_AUTHORIZED)
        assert unfinished(world) == 0
        assert me.send(small, *to(me), route=route).status_code == 200

    def test_of_403_and_404_the_first_wins_and_nothing_is_begun(
        self, world: World, people: dict[str, Somebody], small: bytes
    ) -> None:
        """D72; §5.7."""
        ada, ben = people["ada"], people["ben"]
        unknown = ("targetUsers", 999_999_999)
        assert ada.send(small, *to(ben), unknown).status_code == 404
        assert ada.send(small, unknown, *to(ben), ("targetUsers", 10**18)).status_code == 404
        assert ada.send(small, *to(ben), unknown, *to(people["eve"])).status_code == 403
        assert unfinished(world) == 0

    @pytest.mark.parametrize("done", ["deleted", "suspended"])
    def test_who_is_gone_or_suspended_gets_nothing(
        self, world: World, people: dict[str, Somebody], small: bytes, done: str
    ) -> None:
        root, ben, cleo = people["root"], people["ben"], people["cleo"]
        if done == "deleted":
            world.sql("UPDATE users SET workflow_state = 'deleted' WHERE id = :id RETURNING id", id=ben.id)
        else:
            world.sql("UPDATE logins SET workflow_state = 'suspended' WHERE user_id = :id RETURNING id", id=ben.id)
        assert root.send(small, *to(cleo, ben)).status_code == 404
        assert unfinished(world) == 0
        told = root.send(small, *to(ben, cleo), route=DETAILED).json()
        assert (told["FailedUserIds"], len(told["SuccessfulJobIds"])) == ([ben.id], 1)

    def test_details_tell_for_whom_it_is_not_possible(
        self, world: World, people: dict[str, Somebody], small: bytes
    ) -> None:
        """D14, D15, D17, D85, D87, D88, D89: users without permission in the middle; the others proceed, in their order."""
        ada, ben, cleo, eve = people["ada"], people["ben"], people["cleo"], people["eve"]
        sent = ada.send(small, *to(cleo, eve), ("targetUsers", 999_999_999), *to(ben), route=DETAILED)
        told = sent.json()
        assert (sent.status_code, told["ImportJobResultType"]) == (200, "PartialSuccess")
        assert told["FailedUserIds"] == [eve.id, 999_999_999]
        assert told["ErrorMessages"] == ["You may not import for this user.", "There is no such user."]
        first, second = told["SuccessfulJobIds"]
        assert cleo.see(first).status_code == ben.see(second).status_code == 200
        world.work()
        assert ben.names() == cleo.names() == ["Brought along"]

    def test_details_of_nothing_but_failures_are_200(
        self, world: World, people: dict[str, Somebody], small: bytes
    ) -> None:
        sent = people["ada"].send(small, *to(people["eve"]), ("x", 999_999_999), route=DETAILED)
        assert (sent.status_code, sent.json()["ImportJobResultType"]) == (200, "Failure")
        assert (sent.json()["SuccessfulJobIds"], unfinished(world)) == ([], 0)


class TestLimits:
    def test_too_many_unfinished_are_404(self, world: World, people: dict[str, Somebody], small: bytes) -> None:
        """D51, D58, D72, D92: what is full for one is not for others."""
        world.use(transfers_unfinished=2)
        ben, cleo, root = people["ben"], people["cleo"], people["root"]
        for _ in range(2):
            ben.start(small)
        for route in (NEW, DETAILED):
            assert ben.send(small, route=route).status_code == 404
        assert ben.http.post(f"{EP}/export/new/all").status_code in (400, 404)
        assert root.send(small, *to(cleo, ben)).status_code == 404
        told = root.send(small, *to(ben, cleo), route=DETAILED).json()
        assert (told["FailedUserIds"], len(told["SuccessfulJobIds"])) == ([ben.id], 1)
        assert unfinished(world) == 3
        world.work()
        assert ben.send(small).status_code == 200

    def test_what_waits_for_a_day_is_given_up(self, world: World, people: dict[str, Somebody], small: bytes) -> None:
        task = people["ben"].start(small)
        world.clock.advance(hours=25)
        world.work()
        assert (people["ben"].see(task).text, people["ben"].names()) == ("1", [])

    def test_what_was_begun_three_times_without_an_end_is_given_up(
        self, world: World, people: dict[str, Somebody], small: bytes
    ) -> None:
        """§5.2."""
        task = people["ben"].start(small)
        world.sql("UPDATE transfers SET state = 4 WHERE id = :id RETURNING id", id=task)
        world.sql("UPDATE jobs SET state = 'running', attempt = 3 WHERE kind = 'import_package' RETURNING id")
        world.work()
        assert (people["ben"].see(task).text, people["ben"].names()) == ("1", [])

    def test_a_task_is_forgotten_after_ninety_days(
        self, world: World, people: dict[str, Somebody], small: bytes
    ) -> None:
        task = people["ben"].bring(small)
        for days, status in ((89, 200), (2, 404)):
            world.clock.advance(days=days)
            world.do(lambda uow: enqueue(uow, "forget_packages"))
            world.work()
            assert people["ben"].see(task).status_code == status

    def test_the_bucket_is_asked_before_anything_is_made(
        self, world: World, people: dict[str, Somebody], small: bytes
    ) -> None:
        """D65, D73, D93."""
        world.use(brightspace_credits=10, brightspace_cost=10)
        ben = people["ben"]
        assert ben.send(small).status_code == 200
        for route in (NEW, DETAILED):
            assert ben.send(small, route=route).status_code == 429
        assert ben.see(1).status_code == 429
        assert unfinished(world) == 1


class TestWhoSeesATask:
    def test_its_owner_alone(self, world: World, people: dict[str, Somebody], small: bytes) -> None:
        """D63, D64."""
        ben = people["ben"]
        task = ben.start(small)
        for other in ("cleo", "ada", "root"):
            for what in ("status", "problems"):
                refused = people[other].http.get(f"{EP}/import/{task}/{what}")
                assert (refused.status_code, refused.content) == (403, NOT_AUTHORIZED)
        assert ben.http.get(f"{EP}/export/{task}/status").status_code == 404
        for unknown in ("999999999", "abc", "1" * 20):
            assert ben.http.get(f"{EP}/import/{unknown}/status").status_code == 404
        assert world.anyone.get(f"{EP}/import/{task}/status").status_code == 401

    def test_an_export_is_no_import(self, world: World, people: dict[str, Somebody], small: bytes) -> None:
        ben = people["ben"]
        ben.bring(small)
        export = ben.http.post(f"{EP}/export/new/all").json()
        assert ben.see(export).status_code == 404

    @BOTH
    def test_where_the_tool_is_off_all_is_403(
        self, world: World, people: dict[str, Somebody], small: bytes, route: str
    ) -> None:
        """D57, D71, D91."""
        task = people["ben"].start(small)
        world.root.put("/accounts/1", {"account[settings][enable_eportfolios]": "false"})
        refused = people["ben"].send(b"not even a package", route=route)
        assert (refused.status_code, refused.content) == (403, NOT_AUTHORIZED)
        assert people["ben"].see(task).status_code == 403

    @pytest.mark.parametrize("version", ["2.4", "2.6", "2", "unstable"])
    def test_other_versions_are_404(
        self, world: World, people: dict[str, Somebody], small: bytes, version: str
    ) -> None:
        """D97."""
        files = {"file": ("p.zip", small)}
        for route in (NEW, DETAILED):
            answer = people["ben"].http.post(f"/d2l/api/eP/{version}/import/{route}", files=files)
            assert (answer.status_code, "2.5" in answer.json()["detail"]) == (404, True)
        assert unfinished(world) == 0


class TestOutcomes:
    """§5.10; portfolio-package.md §6.2 to §6.4."""

    @pytest.mark.parametrize(
        ("main", "code"),
        [
            ("not XML", "not-well-formed"),
            ('<!DOCTYPE x [<!ENTITY a "b">]>' + feed(), "doctype"),
            ("<html/>", "not-a-feed"),
            (feed(version="<leap2:version>http://example.org/9</leap2:version>"), "version"),
            (feed(entry("<a>" * 300 + "</a>" * 300)), "too-deep"),
            (feed(entry(id=None, title="No id")), "nothing-imported"),
        ],
        ids=["text", "doctype", "html", "version", "deep", "nothing"],
    )
    def test_1_aborted_leaves_nothing(self, world: World, people: dict[str, Somebody], main: str, code: str) -> None:
        """D8."""
        ben = people["ben"]
        before = ben.count()
        task = ben.bring(zip_of({"leap2a.xml": main, "files/a": b"a"}), state=1)
        assert code in ben.codes(task)
        assert ben.count() == before
        assert world.sql("SELECT count(*) FROM files WHERE workflow_state <> 'deleted'")[0][0] == 0

    def test_2_complete_with_warnings(self, people: dict[str, Somebody]) -> None:
        task = people["ben"].bring(feed(entry(id="urn:x:1", title="", content="<p>x</p>")).encode())
        assert "title-missing" in people["ben"].codes(task)
        assert all(not one["Error"] for one in people["ben"].problems(task))

    def test_2_complete_where_there_is_nothing_at_all(self, people: dict[str, Somebody]) -> None:
        assert people["ben"].status(people["ben"].bring(package())) == 2

    def test_3_where_some_came_and_some_did_not(self, people: dict[str, Somebody]) -> None:
        """D10."""
        ben = people["ben"]
        bad = entry(
            "urn:x:2", "Bad", category("resource_type", "Web"), link("self", "javascript:alert(1)"), type="resource"
        )
        task = ben.bring(
            feed(entry(id="urn:x:1", title="Good"), entry(id="urn:x:1", title="Twice"), bad).encode(), state=3
        )
        assert ben.names()[0] == "Good"
        errors = [one for one in ben.problems(task) if one["Error"]]
        assert errors[0]["Code"] == "duplicate-id"
        assert set(errors[0]) == {"Code", "Ref", "Text", "Error"}


class TestTheVendorsClient:
    def test_it_imports_for_itself_and_for_others(
        self, world: World, people: dict[str, Somebody], small: bytes
    ) -> None:
        """d2lvalence signs, requests calls. Source: brightspace-clients.md §1.3."""
        app = make_app(world)
        user = make_key(world, app, "root")
        context = fashion_user_context(
            app_id=app[0],
            app_key=app[1],
            d2l_user_context_props_dict={
                "host": world.url.partition("://")[2],
                "encrypt_requests": False,
                "user_id": user[0],
                "user_key": user[1],
                "server_skew": round((world.clock.now().timestamp() - time.time()) * 1000),
            },
        )
        package = ("p.zip", small, "application/zip")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            own = requests.post(f"{world.url}{EP}/import/new", files={"file": package}, auth=context, timeout=30)
            others = requests.post(
                f"{world.url}{EP}/import/newwithdetails",
                data={"targetUsers": [str(people["ben"].id), "999999999"]},
                files={"file": package},
                auth=context,
                timeout=30,
            )
            world.work()
            (task,) = own.json()
            assert requests.get(f"{world.url}{EP}/import/{task}/status", auth=context, timeout=30).json() == 2
        assert others.json()["FailedUserIds"] == [999999999]
        assert people["root"].names() == people["ben"].names() == ["Brought along"]


class TestAtTheSameMoment:
    def test_the_same_package_twice_comes_once(self, world: World, people: dict[str, Somebody], folder: Path) -> None:
        ben = people["ben"]
        data = write(folder / "p.zip", everything(), [TIDES, PICTURE]).read_bytes()
        gate = threading.Barrier(4)

        def send(_: int) -> int:
            gate.wait()
            return ben.start(data)

        with ThreadPoolExecutor(4) as pool:
            tasks = sorted(pool.map(send, range(4)))
        world.work()
        assert [ben.status(task) for task in tasks] == [2] * 4
        assert sorted(ben.report(task) for task in tasks) == [(0, 11, 0)] * 3 + [(11, 0, 0)]
