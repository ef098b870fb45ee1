"""The well-known Python client announces, revises, reads and closes. Source: real-clients.md §1."""

import pytest
from canvasapi import Canvas
from canvasapi.exceptions import BadRequest, Forbidden

from tests.specs.announcements.conftest import Board

NEWS = {
    "subject": "Library closed",
    "message": "<p>On Friday.</p>",
    "start_at": "2026-02-01T00:00:00Z",
    "end_at": "2026-03-01T00:00:00Z",
}


class TestTheClient:
    def test_an_administrator_announces_and_revises(self, board: Board) -> None:
        account = Canvas(board.world.url, board.world.tokens["root"]).get_account(1)
        news = account.create_notification(NEWS, account_notification_roles=["StudentEnrollment"])
        assert (news.subject, news.roles, news.start_at_date.year) == ("Library closed", ["StudentEnrollment"], 2026)
        assert account.get_global_notification(news.id).subject == "Library closed"
        revised = news.update_global_notification({**NEWS, "subject": "Library open"})
        assert (revised.subject, revised.roles) == ("Library open", [])
        assert "Library open" in [one.subject for one in account.get_user_notifications("self", include_all=True)]
        with pytest.raises(BadRequest):
            account.create_notification({**NEWS, "end_at": "2026-01-01"})

    def test_a_student_reads_and_closes(self, board: Board) -> None:
        account = Canvas(board.world.url, board.world.tokens["root"]).get_account(1)
        student = Canvas(board.world.url, board.world.tokens["sam"])
        me = student.get_current_user()
        theirs = type(account)(student._Canvas__requester, {"id": 1})
        assert [one.subject for one in theirs.get_user_notifications(me)] == ["N1", "N4", "N2"]
        first = next(iter(theirs.get_user_notifications("self")))
        assert theirs.close_notification_for_user(me, first).id == first.id
        assert [one.subject for one in theirs.get_user_notifications(me)] == ["N4", "N2"]
        with pytest.raises(Forbidden):
            theirs.create_notification(NEWS)
