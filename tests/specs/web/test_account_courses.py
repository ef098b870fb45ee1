"""The courses of an account, and what roles may. Source: web.md W14, permissions.md §4."""

from collections.abc import Callable

import pytest

from tests.specs.web.conftest import Visitor, words
from tests.world import World

Visitors = Callable[[str | None], Visitor]
HOME = "/accounts/1/courses"
GRID = "/accounts/1/permissions"
HOSTILE = "<img src=x onerror=alert(1)>"


class TestCourses:
    def test_they_are_searched_and_filtered(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        page = words(root.get(HOME))
        assert "Physics PHY101" in page
        assert "Science Published" in page
        assert "Physics" in words(root.get(f"{HOME}?search_term=phy&state=&enrollment_term_id="))
        assert "No course was found" in words(root.get(f"{HOME}?search_term=nothing"))
        assert "No course was found" in words(root.get(f"{HOME}?state=completed"))
        assert "Physics" in words(root.get(f"{HOME}?search_term=byron&search_by=teacher"))
        everything = "&".join(
            f"{name}=" for name in ("with_enrollments", "public", "completed", "blueprint", "homeroom")
        )
        assert "Physics" in words(root.get(f"{HOME}?{everything}&enrollment_type[]="))
        assert "Physics" in words(root.get(f"{HOME}?with_enrollments=1&enrollment_type[]=student&public=0&completed=0"))
        narrowed = root.get(f"{HOME}?with_enrollments=0")
        assert "No course was found" in words(narrowed)
        assert 'value="0" selected' in narrowed.text
        assert "Three characters at least" in words(root.get(f"{HOME}?search_term=ph"))
        hostile = root.get(f"{HOME}?search_term={HOSTILE}")
        assert HOSTILE not in hostile.text
        assert "No courses yet" in words(root.get(f"/accounts/{world.ids['arts']}/courses"))

    def test_they_cost_five_statements(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        for path in (HOME, f"{HOME}/new", f"{HOME}/{world.ids['physics']}", GRID):
            root.get(path)
            assert world.statements_of(lambda path=path: root.get(path)) <= 5

    @pytest.mark.parametrize("who", ["ada", "ben", "sub"])
    def test_they_are_refused_to_others(self, world: World, visitor: Visitors, who: str) -> None:
        other, course = visitor(who), world.ids["physics"]
        gets = [HOME, f"{HOME}/new", f"{HOME}/{course}", GRID]
        assert [other.get(path).status_code for path in gets] == [403] * 4
        events = ["publish", "unpublish", "conclude", "delete", "restore"]
        posts = [HOME, f"{HOME}/{course}", *(f"{HOME}/{course}/{event}" for event in events), f"{GRID}/roles"]
        assert [other.post(path, **{"course[name]": "x", "new_role[label]": "x"}).status_code for path in posts] == [
            403
        ] * 8

    def test_one_is_added_changed_published_concluded_deleted_and_brought_back(
        self, world: World, visitor: Visitors
    ) -> None:
        root = visitor("root")
        reply = root.post(HOME, **{"course[name]": HOSTILE, "course[course_code]": "X1", "course[term_id]": ""})
        page = root.follow(reply)
        assert f"“{HOSTILE}” was added." in words(page)
        assert HOSTILE not in page.text
        path = reply.headers["location"]
        assert "The changes were saved." in words(root.follow(root.post(path, **{"course[name]": "Tides"})))
        for event, said in (
            ("publish", "“Tides” is published."),
            ("unpublish", "“Tides” is no longer published."),
            ("conclude", "“Tides” is concluded."),
            ("publish", "“Tides” is published."),
            ("delete", "“Tides” was deleted."),
        ):
            assert said in words(root.follow(root.post(f"{path}/{event}")))
        assert "It was deleted." in words(root.get(path))
        assert "Tides" in words(root.get(f"{HOME}?state=deleted"))
        assert "“Tides” is back" in words(root.follow(root.post(f"{path}/restore")))

    def test_what_is_not_accepted_stays_in_the_form(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        for path in (HOME, f"{HOME}/{world.ids['physics']}"):
            page = root.post(path, **{"course[name]": " ", "course[course_code]": HOSTILE})
            assert page.status_code == 422
            assert "Please fill this in." in words(page)
            assert "&lt;img src=x" in page.text
            assert HOSTILE not in page.text

    def test_one_of_another_account_is_not_found(self, world: World, visitor: Visitors) -> None:
        path = f"/accounts/{world.ids['arts']}/courses/{world.ids['physics']}"
        assert visitor("root").get(path).status_code == 404
        assert visitor("root").post(f"{path}/delete").status_code == 404

    @pytest.mark.parametrize("path", [HOME, f"{HOME}/101", f"{HOME}/101/delete", f"{GRID}/roles"])
    def test_without_its_token_a_form_does_nothing(self, world: World, visitor: Visitors, path: str) -> None:
        fields = {"course[name]": "Changed", "new_role[label]": "Changed"}
        assert visitor("root").post(path, token="forged", **fields).status_code == 422
        assert world.sql("SELECT count(*) FROM courses WHERE name = 'Changed' OR workflow_state = 'deleted'") == [(0,)]


def sent(name: str, said: str, was: str, **more: str) -> dict[str, str]:
    fields = {"said": said, "was": was, **more}
    return {"about": "pages"} | {f"permissions[{name}][{key}]": value for key, value in fields.items()}


class TestPermissions:
    def test_what_a_role_may_is_shown_and_where_it_comes_from(self, world: World, visitor: Visitors) -> None:
        root, teacher = visitor("root"), world.ids["role:TeacherEnrollment"]
        page = words(root.get(f"{GRID}?role={teacher}&about=pages"))
        assert "Make pages Yes" in page
        courses = words(root.get(f"{GRID}?role={teacher}&about=courses"))
        assert "Change any course" not in courses  # only administrators may have it
        assert "Publish courses Yes" in courses
        grid = f"{GRID}/roles/{teacher}"
        said = words(root.follow(root.post(grid, **sent("manage_wiki_create", "no", "", locked="1"))))
        assert "The permissions of “Teacher” were saved." in said
        assert "Make pages No Changed here" in said
        below = words(visitor("sub").get(f"/accounts/{world.ids['science']}/permissions?role={teacher}&about=pages"))
        assert "Make pages No Decided above" in below
        assert world.ada.post(f"{world.course}/pages", {"wiki_page[title]": "x"}).status_code == 403

    def test_what_is_taken_back_is_as_it_comes(self, world: World, visitor: Visitors) -> None:
        root, teacher = visitor("root"), world.ids["role:TeacherEnrollment"]
        grid = f"{GRID}/roles/{teacher}"
        root.post(grid, **sent("manage_wiki_create", "no", ""))
        assert "Make pages Yes Make pages As it comes: yes" in words(
            root.follow(root.post(grid, **sent("manage_wiki_create", "", "no")))
        )

    def test_what_was_not_changed_stays(self, world: World, visitor: Visitors) -> None:
        root, teacher = visitor("root"), world.ids["role:TeacherEnrollment"]
        root.post(f"{GRID}/roles/{teacher}", **(sent("manage_wiki_create", "", "") | sent("nonsense", "yes", "")))
        assert world.sql("SELECT count(*) FROM role_overrides") == [(0,)]

    def test_what_was_decided_above_is_refused(self, world: World, visitor: Visitors) -> None:
        teacher = world.ids["role:TeacherEnrollment"]
        visitor("root").post(f"{GRID}/roles/{teacher}", **sent("manage_wiki_create", "no", "", locked="1"))
        at = f"/accounts/{world.ids['science']}/permissions/roles/{teacher}"
        page = visitor("sub").post(at, **sent("manage_wiki_create", "yes", ""))
        assert page.status_code == 422
        assert "Permission is locked" in words(page)

    def test_a_role_of_ones_own_is_made_and_put_away(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        reply = root.post(f"{GRID}/roles", **{"new_role[label]": HOSTILE, "new_role[base]": "AccountMembership"})
        page = root.follow(reply)
        assert f"The role “{HOSTILE}” was made." in words(page)
        assert HOSTILE not in page.text
        number = reply.headers["location"].partition("role=")[2]
        assert "Nobody is given the role" in words(root.follow(root.post(f"{GRID}/roles/{number}/deactivate")))
        assert "can be given again" in words(root.follow(root.post(f"{GRID}/roles/{number}/activate")))
        for label in ("", HOSTILE):
            refused = root.post(f"{GRID}/roles", **{"new_role[label]": label})
            assert refused.status_code == 422
            assert 'aria-invalid="true"' in refused.text

    @pytest.mark.parametrize("path", [f"{GRID}?role=999", f"{GRID}?role=x"])
    def test_what_is_no_role_is_not_found(self, visitor: Visitors, path: str) -> None:
        assert visitor("root").get(path).status_code == 404

    def test_it_weighs_little_whatever_it_is_about(self, world: World, visitor: Visitors) -> None:
        root = visitor("root")
        for about in (
            "",
            "portfolios",
            "pages",
            "calendars",
            "tokens",
            "courses",
            "teaching",
            "people",
            "account",
            "x",
        ):
            page = root.get(f"{GRID}?role={world.ids['role:AccountAdmin']}&about={about}")
            assert page.status_code == 200
            assert len(page.content) < 50_000
