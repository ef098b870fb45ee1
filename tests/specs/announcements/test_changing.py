"""Making, revising, closing and removing announcements. Source: account-notifications.md §1, §4.3 to §5, worked cases 16 to 31; N17 to N51."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from quadrangle.accounts import SITE_ADMIN_ID, add_admin
from quadrangle.db import UnitOfWork
from tests.specs.announcements.conftest import FIELDS, FORBIDDEN, Board

REQUIRED = ("subject", "message", "start_at", "end_at")
MISSING = {"errors": [{"message": "account_notification is missing"}]}


def problems(reply: Any) -> list[str]:
    """The attributes that are wrong; each says itself what it is about."""
    assert reply.status_code == 400, reply.text
    errors: dict[str, list[dict[str, str]]] = reply.json()["errors"]
    for name, found in errors.items():
        assert all(one["attribute"] == name and one["message"] and one["type"] for one in found)
    return sorted(errors)


class TestMaking:
    """N22, N24 to N40; cases 19 to 28."""

    def test_four_fields_are_enough(self, board: Board) -> None:
        reply = board.post("root")
        assert reply.status_code == 200
        made = reply.json()
        assert made == {
            "id": made["id"],
            "subject": "Snow day",
            "message": "<p>Stay at home.</p>",
            "start_at": "2026-02-01T00:00:00Z",
            "end_at": "2026-03-01T00:00:00Z",
            "icon": "warning",
            "role_ids": [],
            "roles": [],
        }
        for who in ("sam", "tina", "eve"):
            assert "Snow day" in board.seen(who)

    @pytest.mark.parametrize("icon", ["warning", "information", "question", "error", "calendar"])
    def test_there_are_five_icons(self, board: Board, icon: str) -> None:
        assert board.post("root", icon=icon).json()["icon"] == icon

    @pytest.mark.parametrize("icon", ["rocket", "Warning", "<b>"])
    def test_and_no_other(self, board: Board, icon: str) -> None:
        assert problems(board.post("root", icon=icon)) == ["icon"]

    def test_an_empty_icon_is_a_warning(self, board: Board) -> None:
        assert board.post("root", icon="").json()["icon"] == "warning"

    def test_all_that_is_wrong_is_said_at_once(self, board: Board) -> None:
        reply = board.world.root.post(board.root, {"account_notification[icon]": "information"})
        assert problems(reply) == sorted(REQUIRED)
        reply = board.post("root", subject="", start_at="asdrsldkfj", icon="rocket", months_in_display_cycle="77")
        assert problems(reply) == ["icon", "months_in_display_cycle", "start_at", "subject"]

    @pytest.mark.parametrize("field", REQUIRED)
    @pytest.mark.parametrize("value", [None, "", "   "])
    def test_each_of_the_four_is_required(self, board: Board, field: str, value: str | None) -> None:
        assert problems(board.post("root", **{field: value})) == [field]
        assert "Snow day" not in board.seen("root", include_all="true")

    @pytest.mark.parametrize("field", ["start_at", "end_at"])
    @pytest.mark.parametrize(
        "value", ["asdrsldkfj", "2026-02-30", "2026-13-01T00:00:00Z", "tomorrow", "[]", "99999999999"]
    )
    def test_a_date_that_cannot_be_read_is_missing(self, board: Board, field: str, value: str) -> None:
        assert problems(board.post("root", **{field: value})) == [field]

    @pytest.mark.parametrize(
        ("sent", "stored"),
        [
            ("2014-01-01T01:00Z", "2014-01-01T01:00:00Z"),
            ("2014-01-01T01:00:00.750Z", "2014-01-01T01:00:00Z"),
            ("2014-01-01T01:00:00-06:00", "2014-01-01T07:00:00Z"),
            ("2014-01-01T01:00:00+05:30", "2013-12-31T19:30:00Z"),
        ],
    )
    def test_times_have_many_forms(self, board: Board, sent: str, stored: str) -> None:
        """N29."""
        assert board.post("root", start_at=sent).json()["start_at"] == stored

    @pytest.mark.parametrize(
        ("start", "end", "stored"),
        [
            # Denver puts its clocks forward on 8 March 2026 and back on 1 November.
            ("2026-03-07", "2026-03-08", ("2026-03-07T07:00:00Z", "2026-03-09T05:59:59Z")),
            ("2026-10-31T12:00:00", "2026-11-01T12:00:00", ("2026-10-31T18:00:00Z", "2026-11-01T19:00:00Z")),
        ],
    )
    def test_a_time_without_a_zone_is_the_callers(
        self, board: Board, start: str, end: str, stored: tuple[str, str]
    ) -> None:
        board.world.root.put("/users/self", {"user[time_zone]": "America/Denver"})
        made = board.post("root", start_at=start, end_at=end).json()
        assert (made["start_at"], made["end_at"]) == stored

    def test_a_window_may_be_a_moment_but_not_run_backwards(self, board: Board) -> None:
        moment = "2026-02-15T12:00:00Z"
        assert board.post("root", start_at=moment, end_at=moment).status_code == 200
        assert problems(board.post("root", start_at=moment, end_at="2026-02-15T11:59:59Z")) == ["end_at"]
        assert problems(board.post("root", start_at="2026-02-15T12:00:00-07:00", end_at="2026-02-15T18:59:00Z")) == [
            "end_at"
        ]

    @pytest.mark.parametrize("data", [{}, {"account_notification": ""}, {"account_notification_roles[]": "1"}])
    def test_without_the_object_it_is_refused(self, board: Board, data: dict[str, str]) -> None:
        for reply in (
            board.world.root.post(board.root, data),
            board.world.root.post(board.root, json=data),
            board.world.root.put(board.at("N1"), data),
        ):
            assert (reply.status_code, reply.json()) == (400, MISSING)

    def test_json_does_as_well(self, board: Board) -> None:
        fields = {key[len("account_notification[") : -1]: value for key, value in FIELDS.items()}
        body = {"account_notification": fields, "account_notification_roles": ["StudentEnrollment", None]}
        made = board.world.root.post(board.root, json=body).json()
        assert made["roles"] == ["StudentEnrollment", "NilEnrollment"]
        assert made["role_ids"] == [board.world.ids["role:StudentEnrollment"], None]

    @pytest.mark.parametrize(
        ("who", "where", "status"),
        [
            ("tina", "root", 403), ("sam", "root", 403), ("clerk", "root", 403), ("sub", "root", 403),
            ("eve", "science", 403), ("tina", "science", 403), ("sub", "science", 200), ("root", "science", 200),
            ("sub", "arts", 403), ("anyone", "root", 401),
        ],
    )  # fmt: skip
    def test_it_takes_the_permission_there(self, board: Board, who: str, where: str, status: int) -> None:
        who_or_nobody: Any = None if who == "anyone" else who
        reply = board.post(who_or_nobody, getattr(board, where))
        assert reply.status_code == status
        if status == 403:
            assert reply.json() == FORBIDDEN
            assert board.world.as_(who).post(getattr(board, where), {}).status_code == 403

    def test_the_message_is_sanitised(self, board: Board) -> None:
        sent = '<p onclick="x()">hi</p><script>alert(1)</script><blink>there</blink>'
        made = board.post("root", message=sent).json()
        assert made["message"] == "<p>hi</p>there"
        assert board.world.root.get(f"{board.root}/{made['id']}").json()["message"] == made["message"]
        assert problems(board.post("root", message="<script>alert(1)</script>")) == ["message"]

    def test_the_subject_is_text(self, board: Board) -> None:
        assert board.post("root", subject="<b>1 < 2</b> & ‮☃").json()["subject"] == "<b>1 < 2</b> & ‮☃"
        assert board.post("root", subject="x" * 255).status_code == 200
        assert problems(board.post("root", subject="x" * 256)) == ["subject"]

    def test_a_message_has_64_kilobytes(self, board: Board) -> None:
        assert board.post("root", message="x" * 65_536).status_code == 200
        assert problems(board.post("root", message="x" * 65_537)) == ["message"]
        assert problems(board.post("root", message="ö" * 40_000)) == ["message"]
        assert problems(board.post("root", message="<div>" * 5_000 + "x")) == ["message"]

    @pytest.mark.parametrize(
        ("months", "right"), [("1", True), ("48", True), ("0", False), ("49", False), ("-3", False), ("9" * 30, False)]
    )
    def test_a_display_cycle_has_up_to_48_months(self, board: Board, months: str, right: bool) -> None:
        reply = board.post("root", months_in_display_cycle=months)
        assert (reply.status_code == 200) is right
        assert right or problems(reply) == ["months_in_display_cycle"]

    def test_there_is_one_service_it_may_require(self, board: Board) -> None:
        service = "account_survey_notifications"
        assert board.post("root", required_account_service=service).status_code == 200
        assert board.post("root", required_account_service="").status_code == 200
        assert problems(board.post("root", required_account_service="skype")) == ["required_account_service"]

    def test_site_admin_sends_no_mail(self, board: Board) -> None:
        async def promote(uow: UnitOfWork) -> None:
            role_id = board.world.ids["role:AccountAdmin"]
            await add_admin(uow, account_id=SITE_ADMIN_ID, user_id=board.world.ids["root"], role_id=role_id)

        board.world.do(promote)
        path = "/accounts/site_admin/account_notifications"
        assert board.post("root", send_message="1").status_code == 200
        assert problems(board.post("root", path, send_message="true")) == ["send_message"]
        assert board.post("root", path, send_message="false").status_code == 200

    def test_what_is_unknown_is_ignored(self, board: Board) -> None:
        made = board.post("root", author="x", user_id="9", workflow_state="deleted", account_id="7").json()
        assert board.world.root.get(f"{board.root}/{made['id']}").status_code == 200


class TestRolesItIsFor:
    """N37 to N39; cases 25 and 26."""

    def roles(self, board: Board, *sent: Any, path: str | None = None, who: str = "root") -> list[str]:
        reply = board.post(who, path, **{"account_notification_roles[]": list(sent)})
        assert reply.status_code == 200, reply.text
        made = reply.json()
        assert len(made["roles"]) == len(made["role_ids"])
        names: list[str] = made["roles"]
        return names

    def test_by_name_and_by_id(self, board: Board) -> None:
        student = board.world.ids["role:StudentEnrollment"]
        assert self.roles(board, "StudentEnrollment") == ["StudentEnrollment"]
        assert self.roles(board, student) == ["StudentEnrollment"]
        assert self.roles(board, "AccountAdmin") == ["AccountAdmin"]
        assert self.roles(board, "NilEnrollment") == ["NilEnrollment"]
        assert self.roles(board, "Clerk", board.world.ids["role:Clerk"]) == ["Clerk"]

    def test_repeats_are_one(self, board: Board) -> None:
        student = board.world.ids["role:StudentEnrollment"]
        sent = (
            "TeacherEnrollment",
            "StudentEnrollment",
            student,
            "TeacherEnrollment",
            "NilEnrollment",
            "NilEnrollment",
        )
        assert self.roles(board, *sent) == ["TeacherEnrollment", "StudentEnrollment", "NilEnrollment"]

    @pytest.mark.parametrize("sent", ["Wizard", "", "0", "-1", "999999", "9" * 40, "studentenrollment", "%"])
    def test_what_is_no_role_is_dropped(self, board: Board, sent: str) -> None:
        assert self.roles(board, sent) == []
        assert self.roles(board, sent, "TeacherEnrollment") == ["TeacherEnrollment"]

    @pytest.mark.parametrize("sent", [[{"id": 1}], {"a": "b"}, 7.5, True, [[1]], "Wizard", None])
    def test_so_is_what_is_no_list_of_them(self, board: Board, sent: Any) -> None:
        fields = {key[len("account_notification[") : -1]: value for key, value in FIELDS.items()}
        reply = board.world.root.post(
            board.root, json={"account_notification": fields, "account_notification_roles": sent}
        )
        assert (reply.status_code, reply.json()["roles"]) == (200, [])

    def test_a_single_one_needs_no_list(self, board: Board) -> None:
        made = board.post("root", account_notification_roles="StudentEnrollment").json()
        assert made["roles"] == ["StudentEnrollment"]

    def test_a_role_of_an_account_counts_below_it_and_not_above_or_beside(self, board: Board) -> None:
        world = board.world
        made = world.root.post(
            f"/accounts/{world.ids['science']}/roles", {"label": "Lab Lead", "base_role_type": "TaEnrollment"}
        )
        assert made.status_code == 200, made.text
        assert self.roles(board, "Lab Lead", path=board.science) == ["Lab Lead"]
        assert self.roles(board, made.json()["id"], path=board.science, who="sub") == ["Lab Lead"]
        dept = f"/accounts/{world.ids['physics_dept']}/account_notifications"
        assert self.roles(board, "Lab Lead", path=dept) == ["Lab Lead"]
        assert self.roles(board, "Lab Lead", made.json()["id"]) == []
        assert self.roles(board, "Lab Lead", made.json()["id"], path=board.arts) == []

    def test_students_see_what_is_for_students(self, board: Board) -> None:
        board.post("root", subject="For students", **{"account_notification_roles[]": ["StudentEnrollment"]})
        assert "For students" in board.seen("sam")
        assert "For students" not in board.seen("tina")


class TestRevising:
    """N41, N43 to N51; cases 29 to 31."""

    def test_only_what_was_sent_changes_but_the_roles_go(self, board: Board) -> None:
        before = board.world.sam.get(board.at("N4")).json()
        reply = board.world.root.put(board.at("N4"), {"account_notification[subject]": "X"})
        assert reply.status_code == 200
        assert reply.json() == {**before, "subject": "X", "roles": [], "role_ids": []}
        assert "N4" in board.seen("tina")

    @pytest.mark.parametrize(
        ("field", "sent", "stored"),
        [
            ("message", "<p>New</p><script>x</script>", "<p>New</p>"),
            ("start_at", "2026-02-02T03:04:05Z", "2026-02-02T03:04:05Z"),
            ("end_at", "2026-12-01", "2026-12-02T06:59:59Z"),  # the end of that day in Denver
            ("icon", "calendar", "calendar"),
        ],
    )
    def test_each_field_alone(self, board: Board, field: str, sent: str, stored: str) -> None:
        before = board.world.root.get(board.at("N1")).json()
        reply = board.world.root.put(board.at("N1"), {f"account_notification[{field}]": sent})
        assert reply.json() == {**before, field: stored}
        assert board.world.root.get(board.at("N1")).json() == reply.json()

    def test_roles_are_replaced(self, board: Board) -> None:
        form = {"account_notification[subject]": "N4", "account_notification_roles[]": ["TeacherEnrollment"]}
        assert board.world.root.put(board.at("N4"), form).json()["roles"] == ["TeacherEnrollment"]
        assert "N4" not in board.seen("sam")
        assert "N4" in board.seen("tina")

    @pytest.mark.parametrize("field", REQUIRED)
    def test_what_is_required_cannot_be_emptied(self, board: Board, field: str) -> None:
        for value in ("", " "):
            assert problems(board.world.root.put(board.at("N1"), {f"account_notification[{field}]": value})) == [field]
        assert problems(board.world.root.put(board.at("N1"), json={"account_notification": {field: None}})) == [field]
        assert board.world.root.get(board.at("N1")).json()["subject"] == "N1"

    def test_what_is_wrong_changes_nothing(self, board: Board) -> None:
        form = {
            "account_notification[subject]": "Other",
            "account_notification[icon]": "rocket",
            "account_notification_roles[]": ["TeacherEnrollment"],
        }
        before = board.world.sam.get(board.at("N4")).json()
        assert problems(board.world.root.put(board.at("N4"), form)) == ["icon"]
        assert board.world.sam.get(board.at("N4")).json() == before

    def test_a_new_end_must_follow_the_old_start(self, board: Board) -> None:
        reply = board.world.root.put(board.at("N1"), {"account_notification[end_at]": "2026-01-31T23:59:59Z"})
        assert problems(reply) == ["end_at"]
        reply = board.world.root.put(board.at("N1"), {"account_notification[start_at]": "2026-03-01T00:00:01Z"})
        assert problems(reply) == ["end_at"]

    def test_it_must_belong_to_exactly_that_account(self, board: Board) -> None:
        form = {"account_notification[subject]": "X"}
        assert board.world.root.put(board.at("N2"), form).status_code == 404
        assert board.world.root.put(board.at("N1", board.science), form).status_code == 404
        assert board.world.sub.put(board.at("N2", board.science), form).json()["subject"] == "X"
        assert board.world.root.put(f"{board.root}/999999", form).status_code == 404

    def test_it_takes_the_permission(self, board: Board) -> None:
        form = {"account_notification[subject]": "X"}
        for who in ("sam", "tina", "clerk", "sub", "eve"):
            reply = board.world.as_(who).put(board.at("N1"), form)
            assert (reply.status_code, reply.json()) == (403, FORBIDDEN)
        assert board.world.anyone.put(board.at("N1"), form).status_code == 401

    def test_who_closed_it_does_not_see_it_again(self, board: Board) -> None:
        board.world.sam.delete(board.at("N1"))
        board.world.root.put(board.at("N1"), {"account_notification[subject]": "New"})
        assert board.seen("sam") == ["N4", "N2"]

    def test_two_at_once_leave_the_roles_of_one(self, board: Board) -> None:
        sent = [["StudentEnrollment", "TeacherEnrollment"], ["AccountAdmin", "NilEnrollment"]]

        def put(roles: list[str]) -> int:
            form = {"account_notification[subject]": roles[0], "account_notification_roles[]": roles}
            status: int = board.world.with_token(board.world.tokens["root"]).put(board.at("N1"), form).status_code
            return status

        with ThreadPoolExecutor(4) as pool:
            assert set(pool.map(put, sent * 5)) == {200}
        left = board.world.root.get(board.at("N1")).json()
        assert left["roles"] in sent
        assert left["subject"] == left["roles"][0]


class TestClosing:
    """N6, N8, N15, N17, N19 to N21; cases 16 to 18."""

    def test_it_goes_from_the_callers_list_alone(self, board: Board) -> None:
        path = f"/accounts/1/users/self/account_notifications/{board.ids['N1']}"
        shown = board.world.sam.get(board.at("N1")).json()
        reply = board.world.sam.delete(path)
        assert (reply.status_code, reply.json()) == (200, shown)
        assert board.seen("sam") == ["N4", "N2"]
        assert board.world.sam.get(board.at("N1")).status_code == 403
        assert "N1" in board.seen("sam", include_past="true")
        assert board.world.sam.delete(path).status_code == 200
        assert "N1" in board.seen("tina")

    def test_a_list_tells_what_was_closed(self, board: Board) -> None:
        board.world.sam.delete(board.at("N1"))
        rows = board.world.sam.get(board.root, include_past="true", show_is_closed="true").json()
        assert {board.names[one["id"]]: one["closed"] for one in rows} == {
            "N1": True, "N4": False, "N2": False, "N5": False,
        }  # fmt: skip
        assert all("closed" not in one for one in board.world.sam.get(board.root, include_past="true").json())

    def test_anything_that_is_there_can_be_closed(self, board: Board) -> None:
        for name in ("N8", "N6", "N5", "N3"):
            assert board.world.sam.delete(board.at(name)).json()["id"] == board.ids[name]
        board.world.clock.advance(days=1)
        assert "N6" not in board.seen("sam")

    def test_who_manages_an_account_but_closed_it_is_refused(self, board: Board) -> None:
        board.world.root.delete(board.at("N6"))
        assert board.world.root.get(board.at("N6")).status_code == 403

    def test_what_is_not_there_is_not_found(self, board: Board) -> None:
        for id in ("999999", "nonsense"):
            assert board.world.sam.delete(f"{board.root}/{id}").status_code == 404
        other = board.world.ids["tina"]
        assert (
            board.world.sam.delete(f"/accounts/1/users/{other}/account_notifications/{board.ids['N1']}").status_code
            == 404
        )
        assert board.world.anyone.delete(board.at("N1")).status_code == 401
        assert "N1" in board.seen("tina")


class TestRemoving:
    def test_it_goes_from_every_list(self, board: Board) -> None:
        reply = board.world.root.delete(board.at("N1"), params={"remove": "true"})
        assert (reply.status_code, reply.json()["id"]) == (200, board.ids["N1"])
        assert "N1" not in board.seen("sam")
        assert "N1" not in board.seen("root", include_all="true")
        for act in (board.world.root.get, board.world.sam.delete):
            assert act(board.at("N1")).status_code == 404
        assert board.world.root.put(board.at("N1"), {"account_notification[subject]": "X"}).status_code == 404

    def test_it_takes_the_permission_on_its_account(self, board: Board) -> None:
        for who in ("sam", "sub", "clerk"):
            reply = board.world.as_(who).delete(board.at("N1"), params={"remove": "true"})
            assert (reply.status_code, reply.json()) == (403, FORBIDDEN)
        assert "N1" in board.seen("sam")
        assert board.world.sub.delete(board.at("N2"), params={"remove": "1"}).status_code == 200
        assert "N2" not in board.seen("tina")

    def test_through_a_user_it_only_closes(self, board: Board) -> None:
        path = f"/accounts/1/users/self/account_notifications/{board.ids['N1']}"
        assert board.world.root.delete(path, params={"remove": "true"}).status_code == 200
        assert "N1" in board.seen("sam")


# Line of the checklist, verb, rest of the route.
SCOPES = [
    ("N2", "GET", ""), ("N13", "GET", "/:id"), ("N18", "DELETE", "/:id"), ("N23", "POST", ""), ("N42", "PUT", "/:id"),
]  # fmt: skip


@pytest.mark.parametrize(("verb", "rest"), [one[1:] for one in SCOPES], ids=[one[0] for one in SCOPES])
def test_a_token_with_the_scope_of_a_route_alone_opens_it(board: Board, verb: str, rest: str) -> None:
    world = board.world
    route = f"/api/v1/accounts/:account_id/account_notifications{rest}"
    path = board.root + rest.replace(":id", str(board.ids["N1"]))
    for scope, status in ((f"url:{verb}|{route}", 200), ("url:GET|/api/v1/courses", 401)):
        form = {"token[purpose]": "scoped", "token[scopes][]": [scope]}
        client = world.with_token(world.root.post("/users/self/tokens", form).json()["visible_token"])
        reply = client.request(verb, path, data=FIELDS if verb in ("POST", "PUT") else None)
        assert reply.status_code == status, json.dumps(reply.json())
    users = route.replace("/account_notifications", "/users/:user_id/account_notifications")
    known = {one.scope for one in world.app.router.routes}
    assert (f"url:{verb}|{users}" in known) is (verb in ("GET", "DELETE"))
