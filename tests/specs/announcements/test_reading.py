"""Which announcements somebody is shown. Source: account-notifications.md §3, §4.1, §4.2, worked cases 1 to 15, 32, 33; N1 to N16."""

from typing import Any

import pytest

from quadrangle.accounts import ROOT_ID, SITE_ADMIN_ID, accounts, add_admin
from quadrangle.courses import enroll
from quadrangle.db import UnitOfWork
from quadrangle.kernel.digest import Digester
from quadrangle.tokens import issue_token
from tests.conftest import as_each
from tests.specs.announcements.conftest import FORBIDDEN, Board
from tests.world import KEY, START, World

KEYS = ["id", "subject", "message", "start_at", "end_at", "icon", "role_ids", "roles"]


class TestTheOrdinaryList:
    """N1, N3, N11; cases 1 to 8."""

    @pytest.mark.parametrize(
        ("who", "names"),
        [
            ("sam", ["N1", "N4", "N2"]),
            ("tina", ["N1", "N8", "N2"]),
            ("eve", ["N1", "N7"]),
            ("root", ["N1", "N7"]),
            ("sub", ["N1", "N7", "N2"]),
        ],
    )
    def test_what_ends_last_comes_first(self, board: Board, who: str, names: list[str]) -> None:
        assert board.seen(who) == names

    def test_an_object_has_eight_keys(self, board: Board) -> None:
        [first, second, _] = board.world.sam.get(board.root).json()
        assert list(first) == KEYS
        assert first == {
            "id": board.ids["N1"],
            "subject": "N1",
            "message": "<p>N1</p>",
            "start_at": "2026-02-01T00:00:00Z",
            "end_at": "2026-03-01T00:00:00Z",
            "icon": "warning",
            "role_ids": [],
            "roles": [],
        }
        assert second["roles"] == ["StudentEnrollment"]
        assert second["role_ids"] == [board.world.ids["role:StudentEnrollment"]]
        assert board.world.eve.get(board.at("N7")).json()["roles"] == ["NilEnrollment"]
        assert board.world.eve.get(board.at("N7")).json()["role_ids"] == [None]

    @pytest.mark.parametrize("path", ["arts", "/accounts/self", "/accounts/sis_account_id:SCI", "/accounts/site_admin"])
    def test_the_account_of_the_path_does_not_narrow_it(self, board: Board, path: str) -> None:
        path = board.arts if path == "arts" else f"{path}/account_notifications"
        assert board.seen("sam", path) == ["N1", "N4", "N2"]

    def test_who_may_read_an_account_finds_there_what_was_posted_there(self, board: Board) -> None:
        """N4; case 5."""
        assert board.seen("root", board.science) == ["N1", "N7", "N2"]
        assert board.seen("root", board.arts) == ["N3", "N1", "N7"]

    def test_of_two_that_end_together_the_newer_comes_first(self, board: Board) -> None:
        board.put_up("N9", ROOT_ID)
        assert board.seen("eve") == ["N9", "N1", "N7"]

    def test_it_is_never_paged(self, board: Board) -> None:
        reply = board.world.sam.get(board.root, per_page=1, page=2)
        assert board.names_of(reply) == ["N1", "N4", "N2"]
        assert "link" not in reply.headers

    def test_the_path_through_a_user_is_the_callers(self, board: Board) -> None:
        """N5; cases 2 and 7."""
        ids = board.world.ids
        for own in ("self", ids["sam"], "sis_user_id:s4"):
            assert board.seen("sam", f"/accounts/1/users/{own}/account_notifications") == ["N1", "N4", "N2"]
        for other in (ids["tina"], 999999, "sis_user_id:t3", "nonsense"):
            reply = board.world.sam.get(f"/accounts/1/users/{other}/account_notifications")
            assert reply.status_code == 404

    def test_it_wants_a_user_and_an_account(self, board: Board) -> None:
        assert board.world.anyone.get(board.root).status_code == 401
        assert board.world.anyone.get("/accounts/1/users/self/account_notifications").status_code == 401
        assert board.world.sam.get("/accounts/999999/account_notifications").status_code == 404
        assert board.world.sam.get("/accounts/nonsense/account_notifications").status_code == 404

    def test_it_takes_two_statements_of_its_own(self, board: Board) -> None:
        board.seen("sam")
        assert board.world.statements_of(lambda: board.seen("sam")) <= 3


class TestWindows:
    def test_both_ends_belong_to_the_window(self, board: Board) -> None:
        """§5; case 32."""
        board.put_up("ends now", ROOT_ID, end="2026-02-15T12:00:00+00:00")
        board.put_up("starts now", ROOT_ID, start="2026-02-15T12:00:00+00:00", end="2026-02-15T12:00:01+00:00")
        assert {"ends now", "starts now"} <= set(board.seen("sam"))
        board.world.clock.advance(seconds=1)
        assert "ends now" not in board.seen("sam")
        assert "starts now" in board.seen("sam")
        board.world.clock.advance(seconds=1)
        assert "starts now" not in board.seen("sam")

    def test_what_is_past_can_be_included(self, board: Board) -> None:
        """N7; cases 9 and 10."""
        board.put_up("long ago", ROOT_ID, start="2014-01-01", end="2014-02-01")
        assert board.seen("sam", include_past="true") == ["N1", "N4", "N2", "N5", "long ago"]
        assert "long ago" not in board.seen("sam")

    def test_the_hosted_service_forgets_after_four_months(self, board: Board) -> None:
        """Case 10."""
        board.put_up("kept", ROOT_ID, start="2025-09-01", end="2025-10-15T00:00:00+00:00")
        board.put_up("forgotten", ROOT_ID, start="2025-09-01", end="2025-10-14T23:59:59+00:00")
        board.world.use(reference="hosted")
        seen = board.seen("sam", include_past="1")
        assert "kept" in seen
        assert "forgotten" not in seen

    def test_what_has_not_begun_is_in_no_list_of_the_public(self, board: Board) -> None:
        assert "N6" not in board.seen("sam", include_past="true")
        board.world.clock.advance(days=1)
        assert "N6" in board.seen("sam")


class TestEverything:
    """N9, N10; cases 11 to 13, 33."""

    def test_an_administrator_sees_all_of_the_account_the_latest_beginning_first(self, board: Board) -> None:
        rows = board.world.root.get(board.root, include_all="true").json()
        names = [board.names[one["id"]] for one in rows]
        assert names[0] == "N6"
        assert names[-1] == "N5"
        assert sorted(names) == ["N1", "N4", "N5", "N6", "N7"]
        assert all(one["author"] == {"id": board.world.ids["root"], "name": one["author"]["name"]} for one in rows)
        assert rows[0]["author"]["name"]

    def test_of_a_sub_account_with_those_above(self, board: Board) -> None:
        for who in ("root", "sub"):
            assert sorted(board.seen(who, board.science, include_all="true")) == ["N1", "N2", "N4", "N5", "N6", "N7"]

    def test_it_is_refused_without_the_permission_on_the_account_of_the_path(self, board: Board) -> None:
        for who, path in (("sam", board.root), ("tina", board.root), ("clerk", board.root), ("sub", board.root)):
            reply = board.world.as_(who).get(path, include_all="true")
            assert (reply.status_code, reply.json()) == (403, FORBIDDEN)

    def test_it_wins_over_what_is_past(self, board: Board) -> None:
        assert board.seen("root", include_all="true", include_past="true")[0] == "N6"
        assert board.world.sam.get(board.root, include_all="true", include_past="true").status_code == 403

    def test_other_lists_have_no_author(self, board: Board) -> None:
        for query in ({}, {"include_past": "true"}, {"show_is_closed": "true"}):
            assert all("author" not in one for one in board.world.root.get(board.root, **query).json())

    def test_what_site_admin_announces_is_for_all(self, board: Board) -> None:
        _site_admin(board.world)
        board.put_up("site", SITE_ADMIN_ID)
        assert "site" in board.seen("sam")
        assert "site" in board.seen("eve", board.arts)
        assert "site" in board.seen("root", include_all="true")


class TestRoles:
    """§3.3 and §5."""

    def test_in_a_sub_account_only_enrollments_below_it_count(self, board: Board) -> None:
        arts, ids = board.world.ids["arts"], board.world.ids
        board.put_up("arts students", arts, roles=("StudentEnrollment",))
        board.put_up("arts nobody", arts, roles=("NilEnrollment",))
        assert "arts students" not in board.seen("sam", board.arts)  # does not read there
        _make_admin(board.world, "sam", arts, "AccountAdmin")
        assert "arts students" not in board.seen("sam")  # his course is elsewhere
        assert "arts nobody" in board.seen("sam")
        _enroll(board.world, "sam", ids["c3"], "StudentEnrollment")
        assert "arts students" in board.seen("sam")
        assert "arts nobody" not in board.seen("sam")

    def test_an_administrator_without_enrollment_has_the_null_role_and_theirs(self, board: Board) -> None:
        board.put_up("admins", ROOT_ID, roles=("AccountAdmin",))
        for who, sees in (("root", True), ("sub", True), ("clerk", False), ("tina", False)):
            assert ("admins" in board.seen(who)) is sees
        assert "N7" in board.seen("root")

    def test_a_role_of_an_account(self, board: Board) -> None:
        board.put_up("clerks", ROOT_ID, roles=("Clerk",))
        assert "clerks" in board.seen("clerk")
        assert "clerks" not in board.seen("root")

    def test_any_of_several_roles_is_enough(self, board: Board) -> None:
        """N38."""
        board.put_up("both", ROOT_ID, roles=("StudentEnrollment", "TeacherEnrollment"))
        assert "both" in board.seen("sam")
        assert "both" in board.seen("tina")
        assert "both" not in board.seen("eve")

    @pytest.mark.parametrize(
        ("state", "counts"), [("invited", True), ("active", True), ("completed", False), ("inactive", False)]
    )
    def test_active_and_pending_enrollments_count(self, board: Board, state: str, counts: bool) -> None:
        _enroll(board.world, "eve", board.world.ids["c1"], "StudentEnrollment", state)
        assert ("N4" in board.seen("eve")) is counts
        assert ("N7" in board.seen("eve")) is not counts

    def test_a_course_whose_term_is_over_counts_no_more(self, board: Board) -> None:
        _enroll(board.world, "eve", board.world.ids["c2"], "StudentEnrollment")
        assert board.seen("eve") == ["N1", "N7"]

    def test_a_course_that_was_concluded_counts_no_more(self, board: Board) -> None:
        board.world.sql(
            "UPDATE courses SET workflow_state = 'completed' WHERE id = :id RETURNING id", id=board.world.ids["c1"]
        )
        assert board.seen("sam") == ["N1", "N7"]


class TestWhomElse:
    """§3.4 and §3.6."""

    def test_on_its_own_root_a_domains_announcement_is_like_any_other(self, board: Board) -> None:
        board.put_up("own", ROOT_ID, domain_specific=True)
        assert "own" in board.seen("sam")

    def test_site_admin_keeps_those_of_its_domain_to_itself(self, board: Board) -> None:
        _site_admin(board.world)
        board.put_up("site only", SITE_ADMIN_ID, domain_specific=True)
        assert "site only" not in board.seen("sam")
        assert "site only" not in board.seen("sam", include_past="true")

    def test_a_survey_is_hidden_until_the_service_is_on_and_from_students_until_they_are_included(
        self, board: Board
    ) -> None:
        board.put_up("survey", ROOT_ID, required_account_service="account_survey_notifications")
        assert "survey" not in board.seen("eve")
        _services(board.world, {"account_survey_notifications": True})
        assert "survey" in board.seen("eve")
        assert "survey" in board.seen("tina")
        assert "survey" not in board.seen("sam")
        board.world.do(
            lambda uow: uow.update(accounts, {"id": ROOT_ID}, settings={"include_students_in_global_survey": True})
        )
        assert "survey" in board.seen("sam")

    def test_a_display_cycle_shows_it_to_another_part_of_the_people_each_month(self, board: Board) -> None:
        board.put_up("in turn", ROOT_ID, months_in_display_cycle=3, start="2026-01-01", end="2026-12-31")
        user = board.world.ids["eve"]
        months = 0
        for month in range(2, 8):
            board.world.clock.set(START.replace(month=month))
            shown = "in turn" in board.seen("eve")
            assert shown is (user % 3 == ((2026 - 1970) * 12 + month - 1) % 3)
            months += shown
        assert months == 2


class TestShowing:
    """N12, N14, N16; cases 14 and 15."""

    def test_what_is_in_the_list_can_be_shown(self, board: Board) -> None:
        reply = board.world.sam.get(board.at("N1"))
        assert reply.status_code == 200
        assert list(reply.json()) == KEYS
        assert (
            board.world.sam.get(f"/accounts/1/users/self/account_notifications/{board.ids['N1']}").json()
            == reply.json()
        )
        assert board.world.root.get(board.at("N2", board.science)).status_code == 200

    @pytest.mark.parametrize("name", ["N8", "N5", "N6", "N3", "N7"])
    def test_what_is_not_is_refused(self, board: Board, name: str) -> None:
        reply = board.world.sam.get(board.at(name))
        assert (reply.status_code, reply.json()) == (403, FORBIDDEN)

    @pytest.mark.parametrize("id", ["999999", "nonsense", "9" * 30])
    def test_what_is_not_there_is_not_found(self, board: Board, id: str) -> None:
        assert board.world.root.get(f"{board.root}/{id}").status_code == 404

    def test_who_manages_its_account_may_see_what_they_scheduled(self, board: Board) -> None:
        for name in ("N6", "N5", "N8", "N2"):
            assert board.world.root.get(board.at(name)).status_code == 200
        assert board.world.sub.get(board.at("N8")).status_code == 200
        assert board.world.sub.get(board.at("N6")).status_code == 403

    def test_the_hosted_service_refuses_even_its_author(self, board: Board) -> None:
        """Case 15."""
        board.world.use(reference="hosted")
        assert board.world.root.get(board.at("N6")).status_code == 403
        assert board.world.root.get(board.at("N1")).status_code == 200

    def test_those_of_a_deleted_account_went_with_it(self, board: Board) -> None:
        board.world.sql(
            "UPDATE accounts SET workflow_state = 'deleted' WHERE id = :id RETURNING id", id=board.world.ids["arts"]
        )
        assert board.world.root.get(board.at("N3")).status_code == 404
        assert board.world.root.get(board.arts).status_code == 404

    @as_each("anyone")
    def test_it_wants_a_user(self, board: Board, who: str) -> None:
        assert board.world.anyone.get(board.at("N1")).status_code == 401


# --- changes behind the API's back


def _enroll(world: World, who: str, course_id: int, type_: str, state: str = "active") -> None:
    async def work(uow: UnitOfWork) -> None:
        await enroll(
            uow,
            course_id=course_id,
            user_id=world.ids[who],
            type=type_,
            role_id=world.ids[f"role:{type_}"],
            state=state,
        )

    world.do(work)


def _make_admin(world: World, who: str, account_id: int, role: str) -> None:
    async def work(uow: UnitOfWork) -> None:
        await add_admin(uow, account_id=account_id, user_id=world.ids[who], role_id=world.ids[f"role:{role}"])

    world.do(work)


def _services(world: World, services: dict[str, Any]) -> None:
    async def work(uow: UnitOfWork) -> None:
        await uow.update(accounts, {"id": ROOT_ID}, allowed_services=services)

    world.do(work)


def _site_admin(world: World) -> None:
    """The root administrator becomes one of site admin too."""

    async def work(uow: UnitOfWork) -> None:
        await add_admin(
            uow, account_id=SITE_ADMIN_ID, user_id=world.ids["root"], role_id=world.ids["role:AccountAdmin"]
        )
        await issue_token(uow, Digester(KEY), user_id=world.ids["root"], purpose="site", secret="site-token-0123456789")

    world.do(work)
