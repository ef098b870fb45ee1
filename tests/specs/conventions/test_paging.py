"""Pages of lists and the Link header that leads through them. Source: conventions.md §7, endpoints-clients-use.md §3.12 to §3.16."""

import re

import pytest

from quadrangle.groups import create_group
from tests.world import World


def fill(world: World, count: int) -> list[int]:
    """Physics has that many groups."""

    async def work(uow: object) -> list[int]:
        return [
            await create_group(uow, category_id=world.ids["birds"], name=f"G{number}")  # type: ignore[arg-type]
            for number in range(count - 1)
        ]

    return [world.ids["owls"], *world.do(work)]


def links(header: str) -> dict[str, str]:
    found = re.findall(r'<([^<>,;"]*)>; rel="([a-z]+)"', header)
    assert header == ",".join(f'<{url}>; rel="{rel}"' for url, rel in found)
    return {rel: url for url, rel in found}


class TestAList:
    def test_it_has_ten_a_page(self, world: World) -> None:
        ids = fill(world, 12)
        reply = world.ada.get(world.course + "/groups")
        assert [one["id"] for one in reply.json()] == ids[:10]
        url = f"{world.url}/api/v1{world.course}/groups"
        assert reply.headers["link"] == ",".join(
            f'<{url}?page={page}&per_page=10>; rel="{rel}"'
            for rel, page in (("current", 1), ("next", 2), ("first", 1), ("last", 2))
        )

    @pytest.mark.parametrize(
        ("asked", "size"),
        [("100", 100), ("101", 100), ("1000", 100), ("0", 1), ("-3", 1), ("abc", 1), ("7x", 7), ("9" * 99, 100)],
    )
    def test_the_size_is_an_integer_from_1_to_100(self, world: World, asked: str, size: int) -> None:
        ids = fill(world, 12)
        reply = world.ada.get(world.course + "/groups", per_page=asked)
        assert [one["id"] for one in reply.json()] == ids[:size]
        assert f"per_page={size}>" in reply.headers["link"]

    def test_following_next_gives_everything_once(self, world: World) -> None:
        ids = fill(world, 7)
        seen, url = [], f"{world.course}/groups?per_page=2&include[]=users"
        while url:
            reply = world.ada.get(url)
            seen += [one["id"] for one in reply.json()]
            assert all("users" in one for one in reply.json())
            url = links(reply.headers["link"]).get("next", "").removeprefix(world.url)
        assert seen == ids

    def test_counting_pages_ends_with_an_empty_one(self, world: World) -> None:
        fill(world, 4)
        for page, size in ((1, 2), (2, 2), (3, 0), (4, 0), (10**9, 0)):
            reply = world.ada.get(world.course + "/groups", page=page, per_page=2)
            assert reply.status_code == 200
            assert len(reply.json()) == size
            found = links(reply.headers["link"])
            assert ("next" in found) == (page == 1)
            assert ("prev" in found) == (page > 1)
            assert "page=2&" in found["last"]

    def test_an_empty_list_has_its_links_too(self, world: World) -> None:
        found = links(world.cleo.get("/users/self/groups").headers["link"])
        assert list(found) == ["current", "first", "last"]

    @pytest.mark.parametrize("page", ["0", "-1", "abc", "1.5", "first", "9" * 400, "%20", "1;2", "bookmark:x"])
    def test_a_page_that_is_no_number_is_not_found(self, world: World, page: str) -> None:
        reply = world.ada.get(f"{world.course}/groups?page={page}")
        assert reply.status_code == 404
        assert reply.json()["errors"][0]["error_code"] == "not_found"

    @pytest.mark.parametrize("query", ["page[]=1", "page[a]=1"])
    def test_nor_is_one_of_another_shape(self, world: World, query: str) -> None:
        assert world.ada.get(f"{world.course}/groups?{query}").status_code == 404


class TestTheLinks:
    def test_they_carry_the_query_sorted_and_without_secrets(self, world: World) -> None:
        fill(world, 3)
        query = f"zeta=1&include[]=users&page=1&per_page=1&access_token={world.tokens['ada']}&api_key=k&as=%C3%A9%2C%3B&include%5B%5D=tabs"
        reply = world.anyone.get(f"{world.course}/groups?{query}")
        assert reply.status_code == 200
        carried = "as=%C3%A9%2C%3B&include%5B%5D=users&include%5B%5D=tabs&zeta=1"
        assert (
            links(reply.headers["link"])["next"]
            == f"{world.url}/api/v1{world.course}/groups?{carried}&page=2&per_page=1"
        )

    def test_they_keep_the_masquerade(self, world: World) -> None:
        reply = world.root.get("/users/self/groups", as_user_id=world.ids["ben"])
        assert len(reply.json()) == 1
        assert f"as_user_id={world.ids['ben']}&page=1" in reply.headers["link"]

    @pytest.mark.parametrize("suffix", ["", ".json", "/"])
    def test_they_keep_the_path_as_it_was_asked(self, world: World, suffix: str) -> None:
        path = f"/api/v1/users/self/groups{suffix}"
        assert links(world.ben.get(path).headers["link"])["current"].startswith(f"{world.url}{path}?")
        path = f"/api/v1/accounts/sis_account_id%3ASCI/groups{suffix}"
        assert links(world.sub.get(path).headers["link"])["current"].startswith(f"{world.url}{path}?")

    @pytest.mark.parametrize(
        ("headers", "origin"),
        [
            ({"host": "campus.example.com"}, "http://campus.example.com"),
            ({"host": "campus.example.com:8443"}, "http://campus.example.com:8443"),
            ({"host": "[::1]:8000"}, "http://[::1]:8000"),
            ({"host": "inner", "x-forwarded-proto": "https"}, "https://inner"),
            (
                {"host": "inner", "x-forwarded-proto": "https", "x-forwarded-host": "outer.example.com"},
                "https://outer.example.com",
            ),
            (
                {"host": "inner", "x-forwarded-proto": "HTTPS, http", "x-forwarded-host": "outer:1, mid"},
                "https://outer:1",
            ),
            ({"host": "inner", "x-forwarded-proto": "gopher"}, "http://inner"),
            ({"host": "inner", "x-forwarded-host": "a b<>"}, "http://inner"),
        ],
    )
    def test_they_start_where_the_client_asked(self, world: World, headers: dict[str, str], origin: str) -> None:
        reply = world.ben.request("GET", "/users/self/groups", headers=headers)
        assert links(reply.headers["link"])["current"].startswith(f"{origin}/api/v1/users/self/groups?")

    @pytest.mark.parametrize("host", ["a b", "a/b", "a,b;c", "<script>", '"', "a:999999", "a:b", "x" * 3000 + "!", "ä"])
    def test_a_malformed_host_is_not_repeated(self, world: World, host: str) -> None:
        reply = world.ben.request("GET", "/users/self/groups", headers=[(b"host", host.encode())])
        assert reply.status_code in (200, 400)
        if reply.status_code == 200:
            origin = links(reply.headers["link"])["current"].partition("/api/v1/")[0]
            assert origin in (world.settings.base_url, "http://a")

    def test_urls_in_bodies_start_there_too(self, world: World) -> None:
        headers = {"host": "inner", "x-forwarded-proto": "https", "x-forwarded-host": "outer.example.com"}
        reply = world.ada.request(
            "POST", f"/group_categories/{world.ids['birds']}/assign_unassigned_members", headers=headers
        )
        assert reply.json()["url"].startswith("https://outer.example.com/api/v1/progress/")

    def test_they_stay_within_six_kilobytes_and_keep_next(self, world: World) -> None:
        fill(world, 3)
        reply = world.ada.get(world.course + "/groups", page=2, per_page=1, q="v" * 2500)
        assert len(reply.headers["link"]) <= 6 * 1024
        assert list(links(reply.headers["link"])) == ["next", "last"]

    def test_single_objects_have_none(self, world: World) -> None:
        assert "link" not in world.ada.get(world.group, per_page="5", page="abc").headers
