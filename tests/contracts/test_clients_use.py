"""What programs people already use send and need back, row by row. Source: endpoints-clients-use.md §1 and §3."""

from typing import Any, Final

import httpx
import msgspec
import pytest

from tests.specs.files.conftest import uploaded
from tests.world import NO_TLS, World


class Row(msgspec.Struct, frozen=True):
    """A call of §1. path: ids of the world in braces. keys: what must be there, of each item of a list; `a.b` leads into objects, `a[].b`
    into every item. under: where the list stands in the answer.
    """

    who: str
    path: str
    keys: str
    query: str = ""
    under: str | None = None

    @property
    def name(self) -> str:
        return f"{self.who} GET {self.path}?{self.query}"


COURSE: Final = (
    "id name course_code workflow_state start_at end_at sis_course_id time_zone default_view is_public "
    "enrollments[].type enrollments[].role enrollments[].enrollment_state"
)
USER: Final = "id name sortable_name short_name login_id email"
CATEGORY: Final = "id name context_type course_id self_signup"
GROUP: Final = "id name description is_public context_type course_id group_category_id members_count"

ROWS: Final = [
    Row("ada", "/courses", COURSE, "per_page=100&page=1&enrollment_type=teacher&enrollment_state=active"),
    Row(
        "ada",
        "/courses",
        f"{COURSE} term.name total_students teachers[].display_name syllabus_body",
        "per_page=500&state[]=available&state[]=completed&state[]=unpublished&include[]=term&include[]=teachers"
        "&include[]=total_students&include[]=syllabus_body&include[]=sections&include[]=favorites&include[]=total_scores"
        "&include[]=permissions",
    ),
    Row("ada", "/courses", f"{COURSE} total_students", "include=term&include=total_students"),  # the last one wins
    Row("ben", "/courses", COURSE.replace("sis_course_id ", ""), "enrollment_state=active"),
    Row(
        "ada",
        "/courses/{physics}",
        f"{COURSE} syllabus_body term.name permissions total_students",
        "include[]=syllabus_body&include[]=term&include[]=permissions&include[]=total_students",
    ),
    Row(
        "ada",
        "/courses/{physics}/users",
        "id name sortable_name short_name login_id email enrollments[].type enrollments[].role enrollments[].enrollment_state "
        "enrollments[].course_section_id",
        "include[]=enrollments&include[]=email&include[]=avatar_url&enrollment_type[]=student&enrollment_type[]=student_view"
        "&per_page=100",
    ),
    Row("ada", "/courses/{physics}/search_users", USER, "search_term=ben&include[]=email"),
    Row("ben", "/users/self", "id name email login_id"),
    Row(
        "ada",
        "/courses/{physics}/enrollments",
        "id user_id type role enrollment_state user.id user.name user.login_id",
        "include[]=user&state[]=active&type[]=StudentEnrollment",
    ),
    Row("root", "/courses/{physics}/enrollments", "user.sis_user_id", "include[]=user"),
    Row("ada", "/courses/{physics}/group_categories", CATEGORY),
    Row("ada", "/group_categories/{birds}", CATEGORY),
    Row("ada", "/group_categories/{birds}/groups", GROUP),
    Row("ada", "/users/{ben}", "id name login_id"),
    Row("root", "/users/{ben}", "id name login_id sis_user_id"),
    Row("ada", "/courses/{physics}/sections", "id name students", "include[]=students&include[]=email"),
    Row("root", "/courses/{physics}/sections", "sis_section_id"),
    Row("ada", "/groups/{owls}/memberships", "id group_id user_id workflow_state"),
    Row("ada", "/groups/{owls}/users", "id name"),
    Row("ada", "/courses/{physics}/groups", GROUP, "include[]=users"),
    Row("ben", "/users/self/groups", GROUP, "context_type=Course"),
    Row("root", "/accounts", "id name parent_account_id root_account_id"),
    Row("root", "/accounts/1", "id name parent_account_id root_account_id"),
    Row("root", "/accounts/{science}", "id name parent_account_id root_account_id sis_account_id"),
    Row(
        "root", "/accounts/1/sub_accounts", "id name parent_account_id root_account_id sis_account_id", "recursive=true"
    ),
    Row("root", "/accounts/1/courses", "id name course_code sis_course_id", "published=True&search_term=phy"),
    Row(
        "root",
        "/accounts/1/courses",
        "id name",
        "ends_after=2020-01-01T00:00:00Z&include[]=term&include[]=teachers&with_enrollments=True",
    ),
    Row("root", "/accounts/1/users", "id name login_id sis_user_id", "search_term=okri&include[]=email"),
    Row("ben", "/users/self/profile", "id name primary_email login_id calendar.ics"),
    Row(
        "root",
        "/accounts/1/terms",
        "id name start_at end_at workflow_state sis_term_id",
        "per_page=500&workflow_state=all",
        "enrollment_terms",
    ),
    Row("root", "/accounts/1/roles", "id label base_role_type workflow_state"),
    Row("root", "/accounts/1/admins", "id role user.id user.name user.login_id"),
    Row("root", "/users/{ben}/logins", "id user_id unique_id"),
    Row("root", "/users/{ben}/enrollments", "id course_id type enrollment_state", "state[]=active"),
    Row("root", "/users/{ben}/courses", "id name", "state[]=available"),
]


FILE_KEYS: Final = "id display_name filename url size folder_id updated_at content-type locked"
FOLDER_KEYS: Final = "id name full_name parent_folder_id files_count folders_count"


class TestFiles:
    """The rows of §1 about files and folders."""

    def test_the_keys_sync_tools_read_are_there(self, world: World) -> None:
        course, ada = f"/courses/{world.ids['physics']}", world.as_("ada")
        made = uploaded(world, "ada", course, "notes.txt", b"Notes.", parent_folder_path="week 1")
        query = {"search_term": "notes", "sort": "updated_at", "order": "desc", "per_page": "100"}
        for path in (f"{course}/files", f"/folders/{made['folder_id']}/files"):
            [file] = ada.get(path, params=query).json()
            assert set(FILE_KEYS.split()) <= file.keys()
        for path in (f"/files/{made['id']}", f"{course}/files/{made['id']}"):
            assert set(FILE_KEYS.split()) <= ada.get(path).json().keys()
        assert httpx.head(made["url"], verify=NO_TLS).status_code == 200
        folder = f"/folders/{made['folder_id']}"
        lists = (f"{course}/folders", f"{course}/folders/by_path/week%201")
        shown = [ada.get(path).json() for path in (folder, f"{course}/folders/root")]
        for one in [item for path in lists for item in ada.get(path).json()] + shown:
            assert set(FOLDER_KEYS.split()) <= one.keys()
        assert ada.get(f"{folder}/folders").json() == []

    def test_an_upload_answers_what_tools_look_for(self, world: World) -> None:
        made = uploaded(world, "ada", f"/courses/{world.ids['physics']}", "a.txt", b"x", on_duplicate="rename")
        assert {"id", "url", "size", "folder_id", "content-type"} <= made.keys()


def _all_at(value: Any, path: str) -> list[Any]:
    """Every value a path leads to; KeyError where a key is missing."""
    found = [value]
    for piece in path.split("."):
        name, each = piece.removesuffix("[]"), piece.endswith("[]")
        found = [one[name] for one in found]
        if each:
            found = [item for items in found for item in items]
    return found


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in ROWS])
def test_the_keys_programs_read_are_there(world: World, row: Row) -> None:
    for who in ("ben", "cleo"):
        world.root.put(f"/users/{world.ids[who]}", {"user[email]": f"{who}@example.com"})
    path = row.path.format(**{name: value for name, value in world.ids.items() if name.isidentifier()})
    reply = world.as_(row.who).get(f"{path}?{row.query}" if row.query else path)
    assert reply.status_code == 200, reply.text
    body = reply.json()[row.under] if row.under else reply.json()
    items = body if isinstance(body, list) else [body]
    assert items, "an empty list proves nothing"
    for key in row.keys.split():
        for item in items:
            assert _all_at(item, key) or "[]" in key, key
        if key.split(".")[-1] in ("id", "user_id", "course_id"):
            assert all(type(value) is int for item in items for value in _all_at(item, key)), key


class TestChanging:
    """The rows of §1 that write."""

    def test_an_unknown_code_of_a_course_is_not_found(self, world: World) -> None:
        assert world.as_("ada").get("/courses/sis_course_id:PHY999").status_code == 404

    def test_a_syllabus_reads_back_as_it_was_sent(self, world: World) -> None:
        course, sent = f"/courses/{world.ids['physics']}", "<p>Ten weeks, <em>two</em> essays.</p>"
        assert world.as_("ada").put(course, {"course[syllabus_body]": sent}).status_code == 200
        found = world.as_("ada").get(course, params={"include[]": "syllabus_body"}).json()
        assert found["syllabus_body"] == sent

    @pytest.mark.parametrize("event", ["offer", "claim"])
    def test_a_course_is_published_and_taken_back(self, world: World, event: str) -> None:
        assert world.root.put(f"/courses/{world.ids['physics']}", {"course[event]": event}).status_code == 200

    def test_the_older_way_to_publish_one(self, world: World) -> None:
        course = f"/courses/{world.ids['physics']}"
        world.root.put(course, {"course[event]": "claim"})
        assert world.root.put(course, {"offer": "true"}).json()["workflow_state"] == "available"

    def test_a_category_with_its_groups_in_both_encodings(self, world: World) -> None:
        ada, course = world.as_("ada"), f"/courses/{world.ids['physics']}"
        made = ada.post(f"{course}/group_categories", json={"name": "Trees"}).json()
        assert (made["name"], made["context_type"], made["self_signup"]) == ("Trees", "Course", None)
        path = f"/group_categories/{made['id']}"
        group = ada.post(f"{path}/groups", {"name": "Oaks", "description": "Tall"}).json()
        assert {name: group[name] for name in ("is_public", "context_type", "group_category_id", "members_count")} == {
            "is_public": False,
            "context_type": "Course",
            "group_category_id": made["id"],
            "members_count": 0,
        }
        assert ada.put(path, json={"name": "Woods"}).json()["name"] == "Woods"
        assert ada.delete(path).status_code == 200
        assert ada.get(f"/groups/{group['id']}").status_code == 404

    def test_a_member_is_accepted_at_once(self, world: World) -> None:
        path = f"/groups/{world.ids['owls']}"
        made = world.as_("ada").post(f"{path}/memberships", {"user_id": world.ids["cleo"]}).json()
        assert (made["group_id"], made["user_id"], made["workflow_state"]) == (
            world.ids["owls"],
            world.ids["cleo"],
            "accepted",
        )
        assert world.as_("ada").get(f"{path}/users/{world.ids['cleo']}").status_code == 200

    def test_members_by_a_table(self, world: World) -> None:
        csv = f"canvas_user_id,canvas_group_id\n{world.ids['cleo']},{world.ids['owls']}\n"
        reply = httpx.post(
            f"{world.server.url}/api/v1/group_categories/{world.ids['birds']}/import",
            headers={"authorization": f"Bearer {world.tokens['ada']}"},
            files={"attachment": ("members.csv", csv, "text/csv")},
            verify=NO_TLS,
        )
        progress = reply.json()
        assert {"id", "workflow_state", "completion", "message"} <= progress.keys()
        done = world.as_("ada").get(f"/progress/{progress['id']}").json()
        assert done["workflow_state"] == "completed"
        assert world.as_("ada").get(f"/groups/{world.ids['owls']}/users/{world.ids['cleo']}").status_code == 200

    def test_only_the_rights_that_were_asked_for_are_told(self, world: World) -> None:
        query = {"permissions[]": ["manage_wiki_create", "become_user"]}
        found = world.as_("ada").get(f"/courses/{world.ids['physics']}/permissions", params=query).json()
        assert found == {"manage_wiki_create": True, "become_user": False}

    def test_an_administrator_comes_and_goes(self, world: World) -> None:
        user = {"user_id": world.ids["ada"]}
        assert world.root.post("/accounts/1/admins", user).json()["user"]["id"] == world.ids["ada"]
        gone = world.root.delete(f"/accounts/1/admins/{world.ids['ada']}", params={"role": "AccountAdmin"})
        assert gone.json()["workflow_state"] == "deleted"


class TestHabits:
    """§3: what every endpoint must survive."""

    LISTS: Final = ("/courses", "/courses/{physics}/pages", "/accounts", "/account_calendars", "/calendar_events")

    @pytest.mark.parametrize("path", LISTS)
    def test_a_get_that_says_json_and_sends_nothing(self, world: World, path: str) -> None:
        """1."""
        path = path.format(physics=world.ids["physics"])
        assert world.as_("ada").request("GET", path, headers={"content-type": "application/json"}).status_code == 200

    def test_a_delete_with_a_form(self, world: World) -> None:
        """2."""
        pages = f"/courses/{world.ids['physics']}/pages"
        world.as_("ada").post(pages, {"wiki_page[title]": "Gone"})
        assert world.as_("ada").request("DELETE", f"{pages}/gone", data={"notify": "false"}).status_code == 200

    @pytest.mark.parametrize("method", ["PUT", "POST"])
    @pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", None])
    def test_a_change_with_nothing_in_it(self, world: World, method: str, kind: str | None) -> None:
        """2: an answer in the documented shape, whatever it is."""
        headers = {"content-length": "0"} | ({"content-type": kind} if kind else {})
        for path in (f"/courses/{world.ids['physics']}/front_page", f"/groups/{world.ids['owls']}", "/calendar_events"):
            reply = world.as_("ada").request(method, path, headers=headers)
            assert reply.status_code in (200, 400, 403, 404), (path, reply.text)

    @pytest.mark.parametrize("how", ["json", "data"])
    def test_keys_nobody_knows_at_any_depth(self, world: World, how: str) -> None:
        """3, 4."""
        pages = f"/courses/{world.ids['physics']}/pages"
        bodies: dict[str, dict[str, Any]] = {
            "json": {"wiki_page": {"title": "Known", "type": "x", "canvas_id": 7, "_comments": {"a": {"b": 1}}}},
            "data": {"wiki_page[title]": "Known", "wiki_page[type]": "x", "wiki_page[_comments][a][b]": "1"},
        }
        reply = world.as_("ada").request("POST", pages, **{how: bodies[how]})
        assert (reply.status_code, reply.json()["title"]) == (200, "Known")

    def test_bracketed_keys_of_json_are_unknown_ones(self, world: World) -> None:
        """5."""
        body = {f"account_notification[{name}]": "2026-02-15" for name in ("subject", "message", "start_at", "end_at")}
        assert world.root.post("/accounts/1/account_notifications", json=body).status_code == 400

    def test_the_text_of_a_dict_changes_nothing(self, world: World) -> None:
        """6."""
        page = f"/courses/{world.ids['physics']}/pages"
        made = world.as_("ada").post(page, {"wiki_page[title]": "Kept", "wiki_page[published]": "true"}).json()
        reply = world.as_("ada").put(f"{page}/kept", {"wiki_page": "{'published': False}"})
        assert reply.status_code == 400
        assert world.as_("ada").get(f"{page}/kept").json()["updated_at"] == made["updated_at"]

    @pytest.mark.parametrize(
        "query", ["state[]=available&state[]=unpublished", "state[]=available", "include=term&include=teachers"]
    )
    def test_lists_in_every_spelling(self, world: World, query: str) -> None:
        """7."""
        assert [one["id"] for one in world.as_("ada").get(f"/courses?{query}").json()] == [world.ids["physics"]]

    @pytest.mark.parametrize("per_page", ["1", "100", "1000", "0", "-1", "all", ""])
    @pytest.mark.parametrize("path", ["/courses", "/users/self", "/accounts/1/account_notifications"])
    def test_sizes_of_pages_everywhere(self, world: World, path: str, per_page: str) -> None:
        """8."""
        assert world.as_("ada").get(path, params={"per_page": per_page, "page": "1"}).status_code == 200

    def test_flags_of_python(self, world: World) -> None:
        """8."""
        found = world.root.get("/accounts/1/courses", params={"published": "True", "with_enrollments": "True"})
        assert [one["id"] for one in found.json()] == [world.ids["physics"]]

    def test_encoded_sis_ids(self, world: World) -> None:
        """9."""
        world.root.put(f"/accounts/{world.ids['science']}", {"account[sis_account_id]": "sci-1"})
        reply = httpx.get(
            f"{world.server.url}/api/v1/accounts/sis_account_id%3Asci-1",
            headers={"authorization": f"Bearer {world.tokens['root']}"},
            verify=NO_TLS,
        )
        assert reply.json()["id"] == world.ids["science"]

    @pytest.mark.parametrize(
        "agent", ["python-canvasapi/3.3.0", "python-httpx/0.27", "undici", "node-fetch", "Mozilla/5.0 (X11)", ""]
    )
    def test_whoever_asks(self, world: World, agent: str) -> None:
        """11."""
        assert world.as_("ben").request("GET", "/users/self", headers={"user-agent": agent}).status_code == 200

    def test_addresses_follow_a_proxy(self, world: World) -> None:
        """13."""
        headers = {"x-forwarded-proto": "https", "x-forwarded-host": "campus.example.com"}
        pages = f"/courses/{world.ids['physics']}/pages"
        made = world.as_("ada").post(pages, {"wiki_page[title]": "Far"}, headers=headers).json()
        assert made["html_url"].startswith("https://campus.example.com/")
        link = world.as_("ada").request("GET", "/courses", headers=headers).headers["link"]
        assert "<https://campus.example.com/api/v1/courses" in link
        profile = world.as_("ben").request("GET", "/users/self/profile", headers=headers).json()
        assert profile["calendar"]["ics"].startswith("https://campus.example.com/feeds/")

    def test_next_carries_what_was_asked(self, world: World) -> None:
        """14, 15."""
        query = (
            "include[]=term&search_term=&sort=course_name&order=asc&published=True&enrollment_type[]=teacher&per_page=1"
        )
        world.root.post("/accounts/1/courses", {"course[name]": "Another"})
        link = world.root.get(f"/accounts/1/courses?{query}").headers["link"]
        for rel in ("current", "first"):
            assert f'rel="{rel}"' in link
        assert "include%5B%5D=term" in link
        assert "published=True" in link

    def test_students_of_a_section_have_an_address_or_none(self, world: World) -> None:
        """18."""
        path = f"/courses/{world.ids['physics']}/sections"
        [section] = world.as_("ada").get(path, params={"include[]": ["students", "email"]}).json()
        assert all("email" not in one or "@" in one["email"] for one in section["students"])

    def test_ids_begin_where_no_program_takes_them_for_a_sis_id(self, world: World) -> None:
        """24."""
        made = world.root.post("/accounts/1/courses", {"course[name]": "Another"}).json()["id"]
        assert all(
            number >= 100 for number in (made, *(world.ids[key] for key in ("ada", "physics", "science", "owls")))
        )
