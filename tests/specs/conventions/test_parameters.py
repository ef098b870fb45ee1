"""One tree from three sources, whatever the encoding. Source: conventions.md §5, endpoints-clients-use.md §3."""

from typing import Any

import httpx
import pytest

from tests.world import World

FORM = "application/x-www-form-urlencoded"


def put(world: World, body: str | bytes, kind: str | None = FORM, query: str = "") -> httpx.Response:
    headers = {"content-type": kind} if kind else {}
    content = body.encode() if isinstance(body, str) else body
    return world.ada.request("PUT", world.group + query, content=content, headers=headers)


class TestTheThreeSources:
    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            ("name=Wise+owls&description=d%C3%A9", FORM),
            ("name=Wise%20owls&description=dé", FORM + "; charset=UTF-8"),
            ("name=Wise owls&description=dé", None),
            ('{"name":"Wise owls","description":"dé"}', "application/json"),
            ('{"name":"Wise owls","description":"d\\u00e9"}', "Application/JSON; charset=utf-8"),
            ('{"name":"Wise owls","description":"dé"}', FORM),
        ],
    )
    def test_every_encoding_says_the_same(self, world: World, body: str, kind: str | None) -> None:
        group = put(world, body, kind).json()
        assert (group["name"], group["description"]) == ("Wise owls", "dé")

    def test_multipart_does_too(self, world: World) -> None:
        reply = world.ada.request("PUT", world.group, data={"name": "Wise owls"}, files={"ignored": b"x"})
        assert reply.json()["name"] == "Wise owls"

    def test_the_query_beats_the_body_and_the_path_beats_both(self, world: World) -> None:
        assert put(world, "name=body&group_id=1", query="?name=query&group_id=2").json()["name"] == "query"

    def test_top_level_keys_are_not_merged(self, world: World) -> None:
        reply = world.ada.request(
            "PUT", world.group, params={"members[]": []}, data={"members[]": [str(world.ids["cleo"])]}
        )
        assert [user["id"] for user in reply.json()["users"]] == [world.ids["cleo"]]
        reply = world.ada.request(
            "PUT",
            world.group + f"?members[]={world.ids['ben']}",
            data={"members[]": [str(world.ids["cleo"]), str(world.ids["tia"])]},
        )
        assert [user["id"] for user in reply.json()["users"]] == [world.ids["ben"]]

    def test_no_body_is_an_empty_tree(self, world: World) -> None:
        for kind in (None, FORM, "application/json", "multipart/form-data; boundary=x"):
            assert put(world, "", kind).status_code == 200

    def test_a_delete_has_its_arguments_in_the_body(self, world: World) -> None:
        reply = world.ada.delete(world.course, {"event": "nonsense"})
        assert reply.status_code in (400, 404)
        refused = world.root.delete(world.group, {"as_user_id": str(world.ids["ben"])})
        assert refused.status_code == 403

    def test_a_get_may_have_a_json_type_and_no_body(self, world: World) -> None:
        reply = world.ada.request("GET", world.group, headers={"content-type": "application/json"})
        assert reply.status_code == 200

    def test_a_get_may_have_a_body(self, world: World) -> None:
        reply = world.ada.request("GET", world.course + "/groups", json={"per_page": 1, "include": ["users"]})
        assert "users" in reply.json()[0]

    def test_a_type_without_parameters_says_nothing(self, world: World) -> None:
        for kind in ("text/plain", "application/xml", "application/octet-stream", "nonsense"):
            assert put(world, "name=x", kind).json()["name"] == "Owls"


class TestNames:
    def test_the_last_scalar_wins(self, world: World) -> None:
        assert put(world, "name=a&name=b").json()["name"] == "b"
        reply = world.ada.get(world.course + "/groups?per_page=5&per_page=100")
        assert "per_page=100>" in reply.headers["link"]
        assert "per_page=5" not in reply.headers["link"].replace("per_page=100", "")

    @pytest.mark.parametrize(
        "query", ["include[]=users", "include%5B%5D=users", "include=users", "include[]=x&include[]=users"]
    )
    def test_a_list_is_written_in_many_ways(self, world: World, query: str) -> None:
        assert "users" in world.ada.get(f"{world.course}/groups?{query}").json()[0]

    def test_unknown_ones_are_ignored_at_any_depth(self, world: World) -> None:
        body = "name=x&group[canvas_id]=1&module[_comments][previous]=2&_comments[]=3&type=4"
        assert put(world, body).json()["name"] == "x"
        assert (
            world.ada.request("PUT", world.group, json={"name": "y", "a": {"b": [{"c": None}]}}).json()["name"] == "y"
        )

    def test_brackets_in_json_keys_are_not_expanded(self, world: World) -> None:
        reply = world.ada.request("PUT", world.group, json={"members[]": [world.ids["cleo"]], "[name]": "x"})
        assert [user["id"] for user in reply.json()["users"]] == [world.ids["ben"]]


class TestTypes:
    @pytest.mark.parametrize("value", ["true", "True", "t", "YES", "y", "on", "1", "7"])
    def test_true(self, world: World, value: str) -> None:
        world.ada.delete(f"{world.group}/users/{world.ids['ben']}")
        assert world.ada.get(world.course + "/groups", only_own_groups=value).json() == []

    @pytest.mark.parametrize("value", ["false", "False", "f", "No", "n", "off", "0", "", "maybe"])
    def test_false(self, world: World, value: str) -> None:
        assert len(world.ada.get(world.course + "/groups", only_own_groups=value).json()) == 1

    @pytest.mark.parametrize(("value", "seen"), [(True, True), (False, False), (1, True), (0, False)])
    def test_json_booleans(self, world: World, value: object, seen: bool) -> None:
        path = f"{world.group}/users/{world.ids['ben']}"
        world.ada.request("PUT", path, json={"moderator": not seen})
        assert world.ada.request("PUT", path, json={"moderator": value}).json()["moderator"] is seen

    @pytest.mark.parametrize(
        ("value", "seen"), [("12abc", 12), (" 7", 7), ("", None), (None, None), (5, 5), (5.9, 5), ("+3", 3)]
    )
    def test_integers(self, world: World, value: object, seen: int | None) -> None:
        reply = world.ada.request("PUT", world.group, json={"max_membership": value})
        assert reply.json()["max_membership"] == seen

    @pytest.mark.parametrize("value", ["abc", "-1", "9" * 30, 10**25])
    def test_integers_out_of_range_are_told(self, world: World, value: object) -> None:
        reply = world.ada.request("PUT", world.group, json={"max_membership": value})
        assert reply.status_code == 400
        assert list(reply.json()["errors"]) == ["max_membership"]

    def test_null_clears_and_absence_does_not(self, world: World) -> None:
        put(world, "description=d&max_membership=3")
        assert world.ada.request("PUT", world.group, json={"description": None}).json()["description"] is None
        assert world.ada.get(world.group).json()["max_membership"] == 3

    def test_text_is_unicode(self, world: World) -> None:
        for name in ("Ünïcödé 🦉", "قائمة", "日本語"):
            assert put(world, f"name={name}").json()["name"] == name
            assert world.ada.request("PUT", world.group, json={"name": name}).json()["name"] == name


class TestARequiredGroup:
    """`token[…]` when a token is made."""

    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            ("", None),
            ("purpose=x", FORM),
            ("token=", FORM),
            ("token=abc", FORM),
            ("token={'purpose': 'x'}", FORM),
            ("token[]=x", FORM),
            ('{"token":null}', "application/json"),
            ('{"token":{}}', "application/json"),
            ('{"token":"abc"}', "application/json"),
            ('{"token":[1]}', "application/json"),
            ('{"token":7}', "application/json"),
            ('{"token[purpose]":"x"}', "application/json"),
            ('[{"token":{"purpose":"x"}}]', "application/json"),
        ],
    )
    def test_its_absence_is_told_and_nothing_is_made(self, world: World, body: str, kind: str | None) -> None:
        headers = {"content-type": kind} if kind else {}
        reply = world.ada.request("POST", "/users/self/tokens", content=body.encode(), headers=headers)
        assert (reply.status_code, reply.json()) == (400, {"errors": [{"message": "token is missing"}]})

    @pytest.mark.parametrize("body", ["wiki_page={'published': False}", "wiki_page=abc", "wiki_page[]=x"])
    def test_a_text_where_a_group_belongs_saves_nothing(self, world: World, body: str) -> None:
        for method, path in (("POST", "/pages"), ("PUT", "/pages/made-by-it")):
            headers = {"content-type": FORM}
            reply = world.ada.request(method, world.course + path, content=body.encode(), headers=headers)
            assert (reply.status_code, reply.json()) == (400, {"errors": [{"message": "wiki_page is missing"}]})
        assert world.ada.get(world.course + "/pages").json() == []


class TestAListAsTheWholeBody:
    def test_it_is_no_error_where_nobody_wants_it(self, world: World) -> None:
        for body in ('[{"id":1}]', "[]", '"text"', "7", "null"):
            assert put(world, body, "application/json").status_code == 200
        assert put(world, "_json[][id]=1&_json[][visible]=true&_json[][id]=2").status_code == 200


def test_masquerading_is_read_from_query_and_body(world: World) -> None:
    ben = world.ids["ben"]
    for how in ({"params": {"as_user_id": ben}}, {"json": {"as_user_id": ben}}, {"data": {"as_user_id": ben}}):
        chosen: dict[str, Any] = dict(how)
        reply = world.root.request("GET", world.group + "/memberships/self", **chosen)
        assert reply.json()["user_id"] == ben
