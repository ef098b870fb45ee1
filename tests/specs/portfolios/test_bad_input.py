"""What is empty, huge, malformed, somebody else's or at the same time: clear answers, and nothing lost. Source: eportfolios.md §4, §5."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.specs.portfolios.conftest import NOT_FOUND
from tests.specs.portfolios.test_authoring import Author, html, ok
from tests.world import World

NAMES = ["", "   ", "\u00a0\u2003", "🍰🍰🍰", "\u202ekcab", "<b>bold</b>", "../../etc/passwd", "x" * 255]
DISGUISES = [
    '<a href="javascript:alert(1)">x</a>',
    '<a href="JaVaScRiPt:alert(1)">x</a>',
    '<a href=" &#14; javascript:alert(1)">x</a>',
    '<a href="java&#10;script:alert(1)">x</a>',
    '<a href="java&#x09;script&colon;alert(1)">x</a>',
    '<a href="&#106;avascript:alert(1)">x</a>',
    '<a href="vbscript:msgbox(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<img src="javascript:alert(1)">',
    '<img src=x onerror="alert(1)">',
    "<svg><script>alert(1)</script></svg>",
    '<svg onload="alert(1)"><animate onbegin="alert(1)"></svg>',
    '<math><mi xlink:href="javascript:alert(1)">x</mi></math>',
    '<iframe src="javascript:alert(1)"></iframe>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<object data="javascript:alert(1)"></object>',
    '<form action="javascript:alert(1)"><button formaction="javascript:alert(1)">x</button></form>',
    '<p style="background: url(javascript:alert(1))">x</p>',
    '<p style="width: expression(alert(1))">x</p>',
    '<p style="behavior: url(x.htc)">x</p>',
    "<style>body{display:none}</style>",
    '<link rel="stylesheet" href="//evil.example/x.css">',
    '<meta http-equiv="refresh" content="0;url=javascript:alert(1)">',
    '<base href="//evil.example/">',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
]
DEAD = (
    "javascript",
    "vbscript",
    "script>",
    "onerror",
    "onload",
    "onbegin",
    "srcdoc",
    "expression",
    "behavior",
    "data:text",
)


@pytest.fixture
def author(world: World) -> Author:
    return Author(world)


class TestNames:
    @pytest.mark.parametrize("name", NAMES)
    def test_any_text_is_a_name_or_becomes_the_default(self, author: Author, name: str) -> None:
        section = author.section(name)
        entry = author.entry(html("<p>x</p>"), name=name, section=section["id"])
        assert section["name"] == (name if name.strip() else "Section Name")
        assert entry["name"] == (name if name.strip() else "Page Name")
        assert section["slug"]
        assert (
            ok(author.client.get(f"{author.path}/entries/{entry['id']}"))["eportfolio_entry"]["slug"] == entry["slug"]
        )

    def test_a_name_that_no_database_holds_is_refused(self, author: Author) -> None:
        answer = author.client.post(f"{author.path}/categories", {"eportfolio_category[name]": "a\x00b"})
        assert answer.status_code == 400
        assert len(author.sections()) == 1

    @pytest.mark.parametrize("length", [256, 10_000])
    def test_too_long_is_refused_and_nothing_changes(self, author: Author, length: int) -> None:
        name = "n" * length
        entry = author.entry(html("<p>x</p>"), name="Nuts")
        (section,) = author.sections()
        answers = [
            author.client.put(author.path, {"eportfolio[name]": name}),
            author.client.post(f"{author.path}/categories", {"eportfolio_category[name]": name}),
            author.client.put(f"{author.path}/categories/{section['id']}", {"eportfolio_category[name]": name}),
            author.send(html("<p>x</p>"), name=name),
            author.change(entry, name=name),
        ]
        assert [answer.status_code for answer in answers] == [400] * 5
        assert all("name" in answer.json()["errors"] for answer in answers)
        assert [one["name"] for one in author.pages()] == ["Welcome", "Nuts"]
        assert [one["name"] for one in author.sections()] == ["Home"]


class TestContent:
    @pytest.mark.parametrize("text", DISGUISES)
    def test_nothing_in_it_ever_runs(self, author: Author, text: str) -> None:
        for kind in ("html", "rich_text"):
            made = author.entry(html(f"<p>before</p>{text}<p>after</p>", kind))
            stored = json.dumps(made["content"]).casefold()
            assert not [word for word in DEAD if word in stored], stored
            assert "before" in stored

    def test_styles_that_cover_the_page_lose_their_position_or_stay_in_their_box(self, author: Author) -> None:
        """What survives is held by the viewer's box (`contain: paint`), which the browser tests look at."""
        text = '<div style="position: fixed; inset: 0; z-index: 9999">over</div>'
        (block,) = author.entry(html(text))["content"]
        assert "over" in block["content"]
        assert "inset" not in block["content"]

    @pytest.mark.parametrize("text", ["<table><tr><td>" * 1_000, "<div>" * 50_000, "<b><p>" * 3_000])
    def test_what_is_nested_too_deeply_is_refused(self, author: Author, text: str) -> None:
        answer = author.send(html(text))
        assert answer.status_code == 400
        assert "content" in answer.json()["errors"]
        assert len(author.pages()) == 1

    def test_a_hundred_thousand_blocks_are_refused_or_kept_but_never_half(self, author: Author) -> None:
        body = {
            "eportfolio_entry": {"eportfolio_category_id": author.sections()[0]["id"], "name": "Many"},
            "section_count": 100_000,
        } | {f"section_{n}": {"section_type": "html", "content": f"<p>{n}</p>"} for n in range(1, 100_001)}
        answer = author.client.http.post(f"/api/v1{author.path}/entries", json=body)
        assert answer.status_code in (200, 400, 413)
        assert len(author.pages()) == (2 if answer.status_code == 200 else 1)

    def test_a_count_without_sections_is_an_empty_page(self, author: Author) -> None:
        data = {"eportfolio_entry[eportfolio_category_id]": author.sections()[0]["id"]}
        for count in ("100000", "-1", "many", "9" * 400, ""):
            made = ok(author.client.post(f"{author.path}/entries", data | {"section_count": count}))
            assert made["eportfolio_entry"]["content"] == ["No Content Added Yet"]

    @pytest.mark.parametrize("number", ["0", "-5", "1.5", "9" * 30, "nine", ""])
    def test_files_that_are_none_are_dropped(self, author: Author, number: str) -> None:
        made = author.entry({"section_type": "attachment", "attachment_id": number}, html("<p>stays</p>"))
        assert made["content"] == [html("<p>stays</p>")]


class TestPlaces:
    def test_a_page_does_not_move_into_another_portfolio(self, author: Author) -> None:
        other = Author(author.world, name="another")
        foreign = other.section("Theirs")
        entry = author.entry(html("<p>x</p>"), name="Nuts")
        for id in (foreign["id"], 999_999, "nowhere"):
            answer = author.change(entry, eportfolio_category_id=id)
            assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
        assert [one["name"] for one in author.pages()] == ["Welcome", "Nuts"]
        assert [one["name"] for one in other.pages()] == ["Welcome", "New Page"]

    @pytest.mark.parametrize("order", ["", ",,,", "x,y", "-1", "9" * 40, "1.5"])
    def test_an_order_of_nothing_changes_nothing(self, author: Author, order: str) -> None:
        author.section("More")
        before = [[one["id"], one["position"]] for one in author.sections()]
        assert ok(author.client.post(f"{author.path}/reorder_categories", {"order": order})) == before

    def test_foreign_missing_and_repeated_ids_are_passed_over(self, author: Author) -> None:
        other = Author(author.world, name="another").section("Theirs")["id"]
        first = author.sections()[0]["id"]
        second, third = author.section("Two")["id"], author.section("Three")["id"]
        order = f"{third},{other},{third},999999,{first},{third}"
        placed = ok(author.client.post(f"{author.path}/reorder_categories", {"order": order}))
        assert placed == [[third, 1], [first, 2], [second, 3]]


class TestAtTheSameTime:
    def test_of_two_editors_with_the_same_version_one_is_told(self, author: Author) -> None:
        entry = author.entry(html("<p>first</p>"), name="Nuts")

        def save(text: str) -> Any:
            data = {"section_count": 1, "section_1[section_type]": "html", "section_1[content]": text}
            data["eportfolio_entry[lock_version]"] = entry["lock_version"]
            return author.client.put(f"{author.path}/entries/{entry['id']}", data)

        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(save, [f"<p>editor {n}</p>" for n in range(4)]))
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
        saved = next(answer.json()["eportfolio_entry"] for answer in answers if answer.status_code == 200)
        for answer in answers:
            if answer.status_code == 409:
                told = answer.json()
                assert told["message"] == "page changed meanwhile"
                assert told["current"]["content"] == saved["content"]
                assert told["yours"]["content"] != saved["content"]
        stored = ok(author.client.get(f"{author.path}/entries/{entry['id']}"))["eportfolio_entry"]
        assert (stored["content"], stored["lock_version"]) == (saved["content"], entry["lock_version"] + 1)

    def test_sections_that_are_made_together_have_addresses_and_places_of_their_own(self, author: Author) -> None:
        with ThreadPoolExecutor(6) as pool:
            made = list(pool.map(lambda _: author.section("Same"), range(6)))
        assert {one["slug"] for one in made} == {"same", *(f"same_{n}" for n in range(2, 7))}
        assert [one["position"] for one in author.sections()] == list(range(1, 8))

    def test_a_page_that_is_deleted_twice_is_gone_once(self, author: Author) -> None:
        entries = [author.entry(html("<p>x</p>"), name=name) for name in ("a", "b", "c")]
        path = f"{author.path}/entries/{entries[1]['id']}"
        with ThreadPoolExecutor(3) as pool:
            codes = sorted(answer.status_code for answer in pool.map(lambda _: author.client.delete(path), range(3)))
        assert codes == [200, 404, 404]
        assert [one["position"] for one in author.pages()] == [1, 2, 3]


class TestVerifiers:
    def test_every_link_is_compared_and_each_in_constant_time(self, author: Author) -> None:
        """The door through which all comparing goes (eportfolios.md §4, "Links")."""
        from quadrangle.kernel import digest
        from quadrangle.portfolios import links

        assert links.same is digest.same
        assert digest.same("a" * 40, "a" * 40)
        assert not digest.same("a" * 40, "b" * 40)
        assert not digest.same("é", "e")
