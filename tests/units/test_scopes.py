"""What a scope covers. Source: conventions.md §2.5."""

import pytest

from quadrangle.tokens import is_known, scope_covers, shapes_of

PAGE = "url:GET|/api/v1/courses/:course_id/pages/:url_or_id"


class TestAScope:
    @pytest.mark.parametrize(
        "path",
        [
            "/api/v1/courses/1/pages/week-one",
            "/api/v1/courses/sis_course_id:a%2Fb/pages/1",
            "/api/v1/courses/1/pages/1.json",
        ],
    )
    def test_it_covers(self, path: str) -> None:
        assert scope_covers(PAGE, "GET", path)

    @pytest.mark.parametrize(
        "path",
        [
            "/api/v1/courses/1/pages",
            "/api/v1/courses/1/pages/",
            "/api/v1/courses/1/pages/1/revisions",
            "/x/api/v1/courses/1/pages/1",
            "",
        ],
    )
    def test_it_does_not_cover(self, path: str) -> None:
        assert not scope_covers(PAGE, "GET", path)

    def test_it_is_for_one_verb(self) -> None:
        assert not scope_covers(PAGE, "PUT", "/api/v1/courses/1/pages/1")

    def test_a_star_takes_the_rest_and_brackets_are_optional(self) -> None:
        assert scope_covers("url:GET|/files/*path", "GET", "/files/a/b/c")
        assert scope_covers("url:GET|/files(/:id)", "GET", "/files")
        assert scope_covers("url:GET|/files(/:id)", "GET", "/files/7")

    @pytest.mark.parametrize(
        "scope", ["", "|", "url:GET", "url:GET|(", "url:GET|)", "url:GET|[", "core:*:*", "url:GET|" + "(" * 50]
    )
    def test_nonsense_covers_nothing_and_harms_nothing(self, scope: str) -> None:
        assert not scope_covers(scope, "GET", "/api/v1/users/self")

    def test_a_dot_stands_for_itself(self) -> None:
        assert not scope_covers("url:GET|/api/v1/a.b", "GET", "/api/v1/axb")


class TestAKnownScope:
    def test_it_may_name_its_placeholders_as_it_likes(self) -> None:
        shapes = shapes_of([PAGE])
        assert is_known("url:GET|/api/v1/courses/:id/pages/:page", shapes)
        assert not is_known("url:PUT|/api/v1/courses/:id/pages/:page", shapes)
        assert not is_known("url:GET|/api/v1/courses/7/pages/:page", shapes)
        assert is_known("core:*:*", shapes)
