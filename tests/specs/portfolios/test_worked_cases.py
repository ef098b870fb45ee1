"""Worked cases 1 to 22 of eportfolios.md, one test each; those from 23 on stand in `test_authoring.py` and `test_visiting.py`.

Ben is U and owns P1 … P5, Root is M, Cleo is O.
"""

from typing import Any

import pytest

from tests.specs.portfolios.conftest import FORBIDDEN, KEYS, NOT_FOUND, PAGE_KEYS, UNAUTHENTICATED, Campus, make
from tests.specs.portfolios.test_authoring import ok

WRONG = {"error": 'spam_status must be one of ["marked_as_safe", "marked_as_spam"]'}


def ids(rows: Any) -> list[int]:
    return [row["id"] for row in ok(rows)]


def told(campus: Campus, who: str | None, verb: str, path: str, **data: Any) -> tuple[int, Any]:
    answer = campus.world.as_(who).request(verb, path, data=data or None)
    return answer.status_code, answer.json()


@pytest.fixture
def root(campus: Campus) -> Any:
    return campus.world.root


class TestWorkedCases:
    def test_case_01(self, campus: Campus) -> None:
        assert ids(campus.world.ben.get(campus.ben)) == campus.active

    def test_case_02(self, campus: Campus, root: Any) -> None:
        assert ids(root.get(campus.ben)) == campus.active
        every = ids(root.get(f"{campus.ben}?include[]=deleted"))
        assert sorted(every) == sorted([*campus.active, campus.p5])
        assert ids(root.get(f"{campus.ben}?deleted=deleted")) == every

    def test_case_03(self, campus: Campus) -> None:
        assert ids(campus.world.ben.get("/users/self/eportfolios?include[]=deleted")) == campus.active

    def test_case_04(self, campus: Campus) -> None:
        assert told(campus, "cleo", "GET", campus.ben) == (403, FORBIDDEN)
        assert told(campus, None, "GET", campus.ben) == (401, UNAUTHENTICATED)

    def test_case_05(self, campus: Campus, root: Any) -> None:
        shown = ok(root.get(f"/eportfolios/{campus.p1}"))
        assert sorted(shown) == sorted(KEYS)
        expected = {"id": campus.p1, "user_id": campus.world.ids["ben"], "name": "Fruitcake", "public": False}
        expected |= {"workflow_state": "active", "deleted_at": None, "spam_status": None}
        assert {name: shown[name] for name in expected} == expected

    def test_case_06(self, campus: Campus) -> None:
        assert told(campus, "ben", "GET", f"/eportfolios/{campus.p1}")[0] == 200
        assert told(campus, "cleo", "GET", f"/eportfolios/{campus.p1}") == (403, FORBIDDEN)

    def test_case_07(self, campus: Campus) -> None:
        for who in ("root", "ben"):
            assert told(campus, who, "GET", f"/eportfolios/{campus.p5}") == (403, FORBIDDEN)
        assert told(campus, "ben", "GET", "/eportfolios/999999") == (404, NOT_FOUND)

    def test_case_08(self, campus: Campus) -> None:
        campus.publish(campus.p1)
        assert told(campus, "cleo", "GET", f"/eportfolios/{campus.p1}")[0] == 200
        assert told(campus, None, "GET", f"/eportfolios/{campus.p1}") == (401, UNAUTHENTICATED)

    def test_case_09(self, campus: Campus) -> None:
        campus.publish(campus.p4)
        codes = [told(campus, who, "GET", f"/eportfolios/{campus.p4}")[0] for who in ("cleo", "ben", "root", "eve")]
        assert codes == [403, 200, 200, 403]

    def test_case_10(self, campus: Campus) -> None:
        status, gone = told(campus, "ben", "DELETE", f"/eportfolios/{campus.p1}")
        assert (status, gone["workflow_state"], gone["deleted_at"] is not None) == (200, "deleted", True)
        assert told(campus, "ben", "DELETE", f"/eportfolios/{campus.p1}") == (403, FORBIDDEN)

    def test_case_11(self, campus: Campus) -> None:
        assert told(campus, "ben", "DELETE", f"/eportfolios/{campus.p4}")[0] == 200
        assert told(campus, "root", "DELETE", f"/eportfolios/{campus.p2}")[0] == 200
        assert told(campus, "cleo", "DELETE", f"/eportfolios/{campus.p3}") == (403, FORBIDDEN)

    def test_case_12(self, campus: Campus) -> None:
        ben, path = campus.world.ben, f"/eportfolios/{campus.p1}"
        home = ok(ben.get(f"{path}/categories"))[0]["eportfolio_category"]["id"]
        fields = {"eportfolio_entry[eportfolio_category_id]": home, "eportfolio_entry[name]": "Nuts"}
        ok(ben.post(f"{path}/entries", fields))
        pages = ok(ben.get(f"{path}/pages"))
        assert [(page["name"], page["position"]) for page in pages] == [("Welcome", 1), ("Nuts", 2)]
        assert all(sorted(page) == sorted(PAGE_KEYS) for page in pages)
        assert pages[0]["content"] == "Nothing entered yet"

    def test_case_13(self, campus: Campus) -> None:
        for who in ("root", "ben"):
            assert told(campus, who, "GET", f"/eportfolios/{campus.p5}/pages") == (403, FORBIDDEN)
        assert told(campus, "cleo", "GET", f"/eportfolios/{campus.p1}/pages") == (403, FORBIDDEN)

    def test_case_14(self, campus: Campus) -> None:
        path = f"/eportfolios/{campus.p1}/moderate?spam_status=marked_as_spam"
        status, said = told(campus, "root", "PUT", path)
        assert (status, said["spam_status"]) == (200, "marked_as_spam")

    def test_case_15(self, campus: Campus) -> None:
        path = f"/eportfolios/{campus.p4}"
        assert told(campus, "root", "PUT", f"{path}/moderate", spam_status="marked_as_safe")[0] == 200
        status, changed = told(campus, "ben", "PUT", path, **{"eportfolio[name]": "x"})
        assert (status, changed["eportfolio"]["name"]) == (200, "x")

    def test_case_16(self, campus: Campus) -> None:
        path = f"/eportfolios/{campus.p1}/moderate"
        assert told(campus, "root", "PUT", f"{path}?spam_status=spam_it_up") == (400, WRONG)
        assert told(campus, "root", "PUT", path) == (400, WRONG)

    def test_case_17(self, campus: Campus) -> None:
        spam = {"spam_status": "marked_as_spam"}
        assert told(campus, "root", "PUT", f"/eportfolios/{campus.p5}/moderate", **spam) == (403, FORBIDDEN)
        for who in ("ben", "cleo"):
            assert told(campus, who, "PUT", f"/eportfolios/{campus.p1}/moderate", **spam) == (403, FORBIDDEN)

    def test_case_18(self, campus: Campus) -> None:
        own = make(campus.world, "root", "PM")
        answer = told(campus, "root", "PUT", f"/eportfolios/{own}/moderate", spam_status="marked_as_safe")
        assert answer == (403, FORBIDDEN)

    def test_case_19(self, campus: Campus, root: Any) -> None:
        before = next(row for row in ok(root.get(f"{campus.ben}?deleted=deleted")) if row["id"] == campus.p5)
        answer = root.put(f"{campus.ben}?spam_status=marked_as_spam")
        assert (answer.status_code, answer.text) == (200, '"success"')
        rows = {row["id"]: row for row in ok(root.get(f"{campus.ben}?deleted=deleted"))}
        assert {rows[id]["spam_status"] for id in campus.active} == {"marked_as_spam"}
        assert rows[campus.p5] == before

    def test_case_20(self, campus: Campus) -> None:
        assert told(campus, "root", "PUT", f"{campus.ben}?spam_status=spamorific") == (400, WRONG)
        for who in ("ben", "cleo"):
            assert told(campus, who, "PUT", f"{campus.ben}?spam_status=marked_as_safe") == (403, FORBIDDEN)

    def test_case_21(self, campus: Campus) -> None:
        assert told(campus, "ben", "PUT", f"/eportfolios/{campus.p5}/restore") == (403, FORBIDDEN)
        status, back = told(campus, "root", "PUT", f"/eportfolios/{campus.p5}/restore")
        assert (status, back["workflow_state"], back["deleted_at"]) == (200, "active", None)

    def test_case_22(self, campus: Campus) -> None:
        before = campus.show(campus.p1)
        assert told(campus, "root", "PUT", f"/eportfolios/{campus.p1}/restore") == (200, before)
