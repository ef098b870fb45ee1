"""What authors do, over `/api/v1` and the web paths. Source: eportfolios.md §4 to §6, worked cases 23 to 37.

Ben (U) has P1 … P5; Cleo (V) is another student, Root (M) moderates, Eve belongs to no course.
"""

from typing import Any

import httpx
import pytest

from tests.specs.files.conftest import uploaded
from tests.specs.portfolios.conftest import FORBIDDEN, NOT_FOUND, Campus
from tests.world import World

WORDS = {
    "eportfolio_title_spam_keywords": ("bad", "verybad", "worse"),
    "eportfolio_content_spam_keywords": ("injurious", "deleterious"),
}


def ok(answer: httpx.Response, root: str | None = None) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json() if root is None else answer.json()[root]


class Author:
    """Somebody at a portfolio of their own."""

    def __init__(self, world: World, who: str = "cleo", name: str = "some portfolio", **fields: Any) -> None:
        self.world, self.who, self.client = world, who, world.as_(who)
        made = self.client.post("/eportfolios", {"eportfolio[name]": name, **fields})
        self.made = ok(made, "eportfolio")
        self.id: int = self.made["id"]
        self.path = f"/eportfolios/{self.id}"

    def put(self, **fields: str) -> Any:
        return ok(
            self.client.put(self.path, {f"eportfolio[{name}]": value for name, value in fields.items()}), "eportfolio"
        )

    def section(self, name: str) -> Any:
        return ok(
            self.client.post(f"{self.path}/categories", {"eportfolio_category[name]": name}), "eportfolio_category"
        )

    def sections(self) -> list[Any]:
        return [one["eportfolio_category"] for one in ok(self.client.get(f"{self.path}/categories"))]

    def send(self, *blocks: dict[str, Any], section: int | None = None, **fields: Any) -> httpx.Response:
        """A new page."""
        data = _blocks(*blocks) | {f"eportfolio_entry[{name}]": value for name, value in fields.items()}
        data["eportfolio_entry[eportfolio_category_id]"] = self.sections()[0]["id"] if section is None else section
        return self.client.post(f"{self.path}/entries", data)

    def entry(self, *blocks: dict[str, Any], **fields: Any) -> Any:
        return ok(self.send(*blocks, **fields), "eportfolio_entry")

    def change(self, entry: Any, *blocks: dict[str, Any], **fields: Any) -> httpx.Response:
        data = _blocks(*blocks) if blocks else {}
        data |= {f"eportfolio_entry[{name}]": value for name, value in fields.items()}
        return self.client.put(f"{self.path}/entries/{entry['id']}", data)

    def pages(self) -> list[Any]:
        return list(ok(self.client.get(f"{self.path}/pages")))

    def status(self) -> str | None:
        found: str | None = ok(self.client.get(self.path))["spam_status"]
        return found


def _blocks(*blocks: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {"section_count": len(blocks)}
    for number, block in enumerate(blocks, 1):
        data |= {f"section_{number}[{name}]": value for name, value in block.items()}
    return data


def html(text: str, kind: str = "html") -> dict[str, Any]:
    return {"section_type": kind, "content": text}


@pytest.fixture
def author(world: World) -> Author:
    world.use(**WORDS)
    return Author(world)


class TestMakingAPortfolio:
    def test_case_23_it_begins_with_a_page(self, author: Author) -> None:
        (page,) = author.pages()
        assert (page["name"], page["content"]) == ("Welcome", "Nothing entered yet")
        assert [one["name"] for one in author.sections()] == ["Home"]
        assert author.made["permissions"] == {
            "read": True,
            "update": True,
            "manage": True,
            "delete": True,
            "moderate": False,
        }
        assert "uuid" not in author.made

    def test_case_24_not_while_one_counts_as_spam(self, campus: Campus) -> None:
        refused = campus.world.ben.post("/eportfolios", {"eportfolio[name]": "More"})
        assert (refused.status_code, refused.json()) == (403, FORBIDDEN)
        campus.world.root.put(campus.ben, {"spam_status": "marked_as_safe"})
        assert campus.world.ben.post("/eportfolios", {"eportfolio[name]": "More"}).status_code == 200

    def test_case_25_not_without_a_place(self, world: World) -> None:
        assert world.eve.post("/eportfolios", {"eportfolio[name]": "Mine"}).status_code == 403
        assert world.anyone.post("/eportfolios", {"eportfolio[name]": "Mine"}).status_code == 401

    def test_where_it_is(self, world: World) -> None:
        made = ok(world.cleo.post("/eportfolios", {"eportfolio[public]": "1", "include_redirect": "true"}))
        assert made["eportfolio_url"] == f"{world.url}/eportfolios/{made['eportfolio']['id']}"
        assert (made["eportfolio"]["name"], made["eportfolio"]["public"]) == (None, True)

    @pytest.mark.parametrize("length", [255, 256, 10_000])
    def test_names_have_an_end(self, world: World, length: int) -> None:
        answer = world.cleo.post("/eportfolios", {"eportfolio[name]": "x" * length})
        assert answer.status_code == (200 if length == 255 else 400)
        if length > 255:
            assert "name" in answer.json()["errors"]


class TestChangingAPortfolio:
    def test_case_26_a_status_of_ones_own_is_passed_over(self, author: Author) -> None:
        changed = author.put(name="new title", spam_status="marked_as_safe")
        assert (changed["name"], changed["spam_status"]) == ("new title", None)

    def test_case_27_a_moderator_says_nothing_but_the_status(self, campus: Campus) -> None:
        path = f"/eportfolios/{campus.p1}"
        assert ok(campus.world.root.put(path, {"eportfolio[name]": "changed"}), "eportfolio")["name"] == "Fruitcake"
        flagged = campus.world.root.put(path, {"eportfolio[spam_status]": "flagged_as_possible_spam"})
        assert ok(flagged, "eportfolio")["spam_status"] == "flagged_as_possible_spam"
        refused = campus.world.root.put(path, {"eportfolio[spam_status]": "lovely"})
        assert refused.status_code == 400
        assert refused.json()["errors"]["spam_status"][0]["message"] == "is not included in the list"

    def test_case_28_spam_and_deleted_ones(self, campus: Campus) -> None:
        assert campus.world.ben.put(f"/eportfolios/{campus.p2}", {"eportfolio[name]": "x"}).status_code == 403
        for who in ("ben", "root"):
            gone = campus.world.as_(who).put(f"/eportfolios/{campus.p5}", {"eportfolio[name]": "x"})
            assert (gone.status_code, gone.json()) == (404, NOT_FOUND)

    def test_case_15_safe_again(self, campus: Campus) -> None:
        ok(campus.world.root.put(f"/eportfolios/{campus.p4}/moderate", {"spam_status": "marked_as_safe"}))
        assert (
            ok(campus.world.ben.put(f"/eportfolios/{campus.p4}", {"eportfolio[name]": "x"}), "eportfolio")["name"]
            == "x"
        )

    def test_case_29_keywords_in_names(self, author: Author) -> None:
        assert author.put(name="my great and notbad page")["spam_status"] is None
        assert author.put(name="my verybad page")["spam_status"] == "flagged_as_possible_spam"
        refused = author.client.put(author.path, {"eportfolio[name]": "good again"})
        assert refused.status_code == 403

    def test_case_30_safe_stays_safe(self, campus: Campus) -> None:
        campus.world.use(**WORDS)
        changed = campus.world.ben.put(f"/eportfolios/{campus.p3}", {"eportfolio[name]": "actually a bad page"})
        assert ok(changed, "eportfolio")["spam_status"] == "marked_as_safe"

    def test_case_31_keywords_in_sections_and_pages(self, author: Author) -> None:
        author.section("my bad category")
        assert author.status() == "flagged_as_possible_spam"
        second = Author(author.world, "ben")
        second.entry(html("<p>This is my deleterious page</p>"))
        assert second.status() == "flagged_as_possible_spam"
        third = Author(author.world, "ada")
        third.entry(html("<p>This is my bad page</p>"), name="my injurious page")
        assert third.status() is None

    def test_others_may_not(self, author: Author) -> None:
        for who in ("ben", "ada", "eve"):
            assert author.world.as_(who).put(author.path, {"eportfolio[name]": "x"}).status_code == 403


class TestSections:
    def test_case_32_addresses(self, author: Author) -> None:
        first, second = author.section("my category"), author.section("my category")
        assert (first["slug"], second["slug"]) == ("my-category", "my-category_2")
        new = [page for page in author.pages() if page["name"] == "New Page"]
        assert [page["content"] for page in new] == ["", ""]
        stored = ok(author.client.get(f"{author.path}/entries/{new[0]['id']}"), "eportfolio_entry")
        assert (stored["content"], stored["allow_comments"], stored["show_comments"]) == (None, True, True)

    def test_case_35_a_new_order(self, author: Author) -> None:
        home = author.sections()[0]["id"]
        c1, c2, c3 = (author.section(name)["id"] for name in ("c1", "c2", "c3"))
        order = author.client.post(f"{author.path}/reorder_categories", {"order": f"{c2},{c3},{c1}"})
        assert ok(order) == [[c2, 1], [c3, 2], [c1, 3], [home, 4]]
        odd = author.client.post(f"{author.path}/reorder_categories", {"order": f"x,{c1},999999,{c1},,-1"})
        assert ok(odd) == [[c1, 1], [c2, 2], [c3, 3], [home, 4]]
        assert ok(author.client.post(f"{author.path}/reorder_categories")) == ok(odd)

    def test_renaming_and_deleting(self, author: Author) -> None:
        made = author.section("One")
        path = f"{author.path}/categories/{made['id']}"
        renamed = ok(author.client.put(path, {"eportfolio_category[name]": "Édits 📚"}), "eportfolio_category")
        assert renamed["slug"] == "edits-books" or renamed["slug"].startswith("edits")
        assert ok(author.client.get(path), "eportfolio_category") == renamed
        assert ok(author.client.put(path, {}), "eportfolio_category") == renamed
        ok(author.client.delete(path))
        assert author.client.get(path).status_code == 404
        assert [one["name"] for one in author.sections()] == ["Home"]

    def test_a_fixed_word_is_taken(self, author: Author) -> None:
        assert author.section("entries")["slug"] == "entries_2"

    def test_of_another_portfolio_it_is_not_found(self, author: Author) -> None:
        other = Author(author.world, "ben")
        foreign = other.sections()[0]["id"]
        assert author.client.put(f"{author.path}/categories/{foreign}", {}).status_code == 404
        assert author.client.delete(f"{author.path}/categories/{foreign}").status_code == 404
        assert author.client.post(f"{author.path}/{foreign}/reorder_entries", {"order": "1"}).status_code == 404
        assert author.send(section=foreign).status_code == 404


class TestPages:
    def test_case_33_what_would_run_is_taken_out(self, author: Author) -> None:
        made = author.entry(html("<a onclick='javascript: alert(5);' href='#bob;'>link</a>"))
        (block,) = made["content"]
        assert block["section_type"] == "html"
        assert "#bob" in block["content"]
        assert "link" in block["content"]
        assert "alert" not in block["content"]
        assert "javascript" not in block["content"]
        assert made["category_slug"] == "home"

    def test_case_34_files_of_ones_own_alone(self, author: Author) -> None:
        foreign = uploaded(author.world, "ben", "/users/self")["id"]
        own = uploaded(author.world, "cleo", "/users/self", "cat.png")
        refused = author.entry({"section_type": "attachment", "attachment_id": foreign})
        assert refused["content"] == ["No Content Added Yet"]
        made = author.entry({"section_type": "attachment", "attachment_id": own["id"]})
        assert made["content"] == [{"section_type": "attachment", "attachment_id": own["id"]}]
        opened = author.client.http.get(f"/api/v1{author.path}/entries/{made['id']}/files/{own['uuid']}")
        assert opened.status_code == 302
        assert author.world.anyone.http.get(opened.headers["location"]).status_code == 200
        missing = author.client.get(f"{author.path}/entries/{made['id']}/files/nope")
        assert (missing.status_code, missing.json()) == (404, {"message": "Not Found"})

    def test_a_file_is_a_link_in_the_documented_content(self, author: Author) -> None:
        """eportfolios.md §5: §3.5 gives one HTML string, by the reference; the stored value as the hosted service does."""
        own = uploaded(author.world, "cleo", "/users/self", "cats & dogs.png")
        block = {"section_type": "attachment", "attachment_id": own["id"]}
        made = author.entry(html("<p>x</p>"), block)
        shown = next(page for page in author.pages() if page["id"] == made["id"])
        address = f"{author.world.url}{author.path}/entries/{made['id']}/files/{own['uuid']}"
        assert shown["content"] == f'<p>x</p>\n<p><a href="{address}">cats &amp; dogs.png</a></p>'
        author.client.delete(f"/files/{own['id']}")
        assert next(page for page in author.pages() if page["id"] == made["id"])["content"] == "<p>x</p>"
        author.world.use(reference="hosted")
        assert next(page for page in author.pages() if page["id"] == made["id"])["content"] == [html("<p>x</p>"), block]

    def test_what_is_not_valid_is_dropped(self, author: Author) -> None:
        blocks = [
            html("   "),
            {"section_type": "submission", "submission_id": 1},
            {"section_type": "film"},
            html("<p>x</p>"),
        ]
        assert author.entry(*blocks)["content"] == [html("<p>x</p>")]
        assert author.entry()["content"] == ["No Content Added Yet"]

    def test_content_changes_only_with_a_count(self, author: Author) -> None:
        entry = author.entry(html("<p>one</p>"), name="One")
        kept = ok(author.change(entry, name="Two"), "eportfolio_entry")
        assert (kept["name"], kept["slug"], kept["content"]) == ("Two", "two", entry["content"])
        emptied = author.client.put(f"{author.path}/entries/{entry['id']}", {"section_count": 0})
        assert ok(emptied, "eportfolio_entry")["content"] == ["No Content Added Yet"]

    def test_it_moves_to_the_end_of_another_section(self, author: Author) -> None:
        target = author.section("Other")
        entry = author.entry(name="One")
        moved = ok(author.change(entry, eportfolio_category_id=target["id"]), "eportfolio_entry")
        assert (moved["eportfolio_category_id"], moved["position"], moved["category_slug"]) == (
            target["id"],
            2,
            "other",
        )
        foreign = Author(author.world, "ben").sections()[0]["id"]
        assert author.change(entry, eportfolio_category_id=foreign).status_code == 404
        assert author.change(entry, eportfolio_category_id="x").status_code == 404

    def test_a_new_order(self, author: Author) -> None:
        home = author.sections()[0]["id"]
        a, b = author.entry(name="A")["id"], author.entry(name="B")["id"]
        welcome = next(page["id"] for page in author.pages() if page["name"] == "Welcome")
        placed = ok(author.client.post(f"{author.path}/{home}/reorder_entries", {"order": f"{b},{a},77"}))
        assert placed == [[b, 1], [a, 2], [welcome, 3]]

    def test_deleting(self, author: Author) -> None:
        entry = author.entry(name="A")
        ok(author.client.delete(f"{author.path}/entries/{entry['id']}"))
        assert author.client.get(f"{author.path}/entries/{entry['id']}").status_code == 404

    def test_two_editors(self, author: Author) -> None:
        entry = author.entry(html("<p>one</p>"))
        first = author.change(entry, html("<p>two</p>"), lock_version=entry["lock_version"])
        assert ok(first, "eportfolio_entry")["lock_version"] == entry["lock_version"] + 1
        late = author.change(entry, html("<p>three</p>"), lock_version=entry["lock_version"])
        assert late.status_code == 409
        body = late.json()
        assert body["message"] == "page changed meanwhile"
        assert body["current"]["content"] == [html("<p>two</p>")]
        assert body["yours"]["content"] == [html("<p>three</p>")]
        path = f"{author.path}/entries/{entry['id']}"
        tag = author.client.get(path).headers["etag"]
        by_tag = author.client.put(path, _blocks(html("<p>4</p>")), headers={"if-match": tag})
        assert by_tag.status_code == 200
        assert author.client.put(path, _blocks(html("<p>5</p>")), headers={"if-match": tag}).status_code == 409
        assert author.client.put(path, _blocks(html("<p>5</p>"))).status_code == 200

    def test_history(self, author: Author) -> None:
        entry = author.entry(html("<p>one</p>"), name="One")
        author.change(entry, html("<p>two</p>"), name="Two")
        path = f"{author.path}/entries/{entry['id']}/revisions"
        assert [(one["number"], one["name"]) for one in ok(author.client.get(path))] == [(2, "Two"), (1, "One")]
        page = author.client.get(path, per_page=1)
        assert len(page.json()) == 1
        assert 'rel="next"' in page.headers["link"]
        back = ok(author.client.post(f"{path}/1"), "eportfolio_entry")
        assert (back["name"], back["content"], back["lock_version"]) == ("One", [html("<p>one</p>")], 3)
        assert author.client.post(f"{path}/9").status_code == 404
        assert author.world.root.get(path).status_code == 403

    @pytest.mark.parametrize("count", ["-1", "99999999999999999999", "x", "1e9"])
    def test_counts_that_lie(self, author: Author, count: str) -> None:
        data = _blocks(html("<p>x</p>")) | {"section_count": count}
        data["eportfolio_entry[eportfolio_category_id]"] = author.sections()[0]["id"]
        made = ok(author.client.post(f"{author.path}/entries", data), "eportfolio_entry")
        expected = [html("<p>x</p>")] if count.startswith(("9", "1")) else ["No Content Added Yet"]
        assert made["content"] == expected

    def test_html_that_is_too_deep(self, author: Author) -> None:
        assert author.send(html("<table><tr><td>" * 1000)).status_code == 400


class TestComments:
    def test_who_reads_may_comment_where_the_page_allows_it(self, author: Author) -> None:
        author.put(public="1")
        entry = author.entry(name="A", allow_comments="1", show_comments="1")
        path = f"{author.path}/entries/{entry['id']}/comments"
        said = ok(author.world.ben.post(path, {"page_comment[message]": " Nice! "}), "page_comment")
        assert (said["message"], said["user_id"], said["page_id"]) == ("Nice!", author.world.ids["ben"], entry["id"])
        ok(author.client.post(path, {"page_comment[message]": "Thanks"}))
        assert [one["page_comment"]["message"] for one in ok(author.world.ada.get(path))] == ["Thanks", "Nice!"]
        assert author.world.ben.post(path, {"page_comment[message]": "  "}).status_code == 400
        assert author.world.ben.post(path, {"page_comment[message]": "x" * 10_001}).status_code == 400
        assert author.world.ben.delete(f"{path}/{said['id']}").status_code == 403
        ok(author.client.delete(f"{path}/{said['id']}"))
        assert author.client.delete(f"{path}/{said['id']}").status_code == 404

    def test_a_page_that_forbids_them(self, author: Author) -> None:
        author.put(public="1")
        entry = author.entry(name="A", show_comments="1")
        path = f"{author.path}/entries/{entry['id']}/comments"
        assert entry["show_comments"] is False
        assert author.world.ben.post(path, {"page_comment[message]": "Hm"}).status_code == 403
        assert ok(author.world.ben.get(path)) == []

    def test_a_private_portfolio(self, author: Author) -> None:
        entry = author.entry(name="A", allow_comments="1")
        path = f"{author.path}/entries/{entry['id']}/comments"
        assert author.world.ben.post(path, {"page_comment[message]": "Hm"}).status_code == 403
        assert author.world.ben.get(path).status_code == 403


class TestLinks:
    def test_they_are_made_changed_and_taken_away(self, author: Author) -> None:
        path = f"{author.path}/links"
        (first,) = ok(author.client.get(path))
        assert first["url"].startswith(f"{author.world.url}/eportfolios/{author.id}?verifier=")
        assert (first["name"], first["section_id"], first["expires_at"]) == (None, None, None)
        section = author.sections()[0]["id"]
        data = {"link[name]": "Grandma", "link[section_id]": section, "link[expires_at]": "2026-03-01T00:00:00Z"}
        made = ok(author.client.post(path, data))
        assert (made["name"], made["section_id"], made["expires_at"]) == ("Grandma", section, "2026-03-01T00:00:00Z")
        renewed = ok(author.client.put(f"{path}/{made['id']}", {"link[renew]": "1"}))
        assert renewed["url"] != made["url"]
        assert ok(author.client.put(f"{path}/{made['id']}", {"link[expires_at]": ""}))["expires_at"] is None
        assert author.client.post(path, {"link[section_id]": "999999"}).status_code == 404
        ok(author.client.delete(f"{path}/{made['id']}"))
        assert author.client.put(f"{path}/{made['id']}", {}).status_code == 404

    def test_nobody_else_sees_one(self, author: Author) -> None:
        author.put(public="1")
        for who in ("ben", "root"):
            assert author.world.as_(who).get(f"{author.path}/links").status_code == 403


class TestModerators:
    def test_case_37_the_list(self, campus: Campus) -> None:
        path = f"/accounts/{campus.world.ids['root']}/eportfolio_moderation"
        listed = [one["eportfolio"] for one in ok(campus.world.root.get(path))]
        assert [one["id"] for one in listed] == [campus.p2, campus.p4, campus.p3]
        assert {one["user_name"] for one in listed} == {"Ben Okri"}
        assert campus.world.ben.get(path).status_code == 403
        assert campus.world.anyone.get(path).status_code == 401
        assert ok(campus.world.root.get(path, page=2)) == []


class TestTheWebPaths:
    def test_tokens_do_not_count_there(self, author: Author) -> None:
        answer = author.client.http.put(author.path, data={"eportfolio[name]": "x"})
        assert answer.status_code == 401

    def test_everybody_reads_what_is_public(self, author: Author) -> None:
        entry = author.entry(name="A", allow_comments="1", show_comments="1")
        path = f"{author.path}/entries/{entry['id']}/comments"
        assert author.world.anyone.http.get(path).status_code == 401
        author.put(public="1")
        assert author.world.anyone.http.get(path).json() == []
        assert author.world.anyone.http.post(path, data={"page_comment[message]": "x"}).status_code == 401

    def test_submissions_are_not_kept(self, author: Author) -> None:
        entry = author.entry(name="A")
        assert author.client.get(f"{author.path}/entries/{entry['id']}/submissions/1").status_code == 404
        assert ok(author.client.get(f"{author.path}/recent_submissions")) == []
