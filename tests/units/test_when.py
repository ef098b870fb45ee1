"""Dates as people write them. Source: tokens.md §4.2."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from quadrangle.kernel.clock import zulu
from quadrangle.tokens import parse_when

DENVER = ZoneInfo("America/Denver")


class TestADate:
    @pytest.mark.parametrize(
        ("text", "moment"),
        [
            ("jun 1 2011", "2011-06-01T06:00:00Z"),
            ("June 1, 2011", "2011-06-01T06:00:00Z"),
            ("1 June 2011", "2011-06-01T06:00:00Z"),
            ("1st june 2011", "2011-06-01T06:00:00Z"),
            ("Wed, 01 Jun 2011 10:00:00 GMT", "2011-06-01T10:00:00Z"),
            ("Jun 1, 2011 5:30 pm", "2011-06-01T23:30:00Z"),
            ("Jun 1, 2011 at 12am", "2011-06-01T06:00:00Z"),
            ("2011/06/01 10:00 +02:00", "2011-06-01T08:00:00Z"),
            ("2011-06-01T10:00:00Z", "2011-06-01T10:00:00Z"),
            ("2011-06-01", "2011-06-01T06:00:00Z"),
            (" 2011 sept 9 ", "2011-09-09T06:00:00Z"),
            ("2011-06-01 10:00:00 UTC", "2011-06-01T10:00:00Z"),
            ("2011-06-01 11:59 PM", "2011-06-02T05:59:00Z"),
            ("2011-06-01T10:00:00 02:00", "2011-06-01T08:00:00Z"),  # a plus that was not escaped
            ("2011-06-01T10:00:00 EST", "2011-06-01T15:00:00Z"),
            ("20110601", "2011-06-01T06:00:00Z"),
            ("20110601T100000Z", "2011-06-01T10:00:00Z"),
            ("31.12.2011", "2011-12-31T07:00:00Z"),
            ("31/12/2011 5pm", "2012-01-01T00:00:00Z"),
            ("Wed Jun  1 10:00:00 2011", "2011-06-01T16:00:00Z"),
            ("Wed Jun  1 10:00:00 UTC 2011", "2011-06-01T10:00:00Z"),
            ("Wed Jun 01 2011 00:00:00 GMT+0200 (Central European Summer Time)", "2011-05-31T22:00:00Z"),
        ],
    )
    def test_it_is_read(self, text: str, moment: str) -> None:
        read = parse_when(text, DENVER)
        assert read is not None
        assert zulu(read) == moment

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "soon",
            "jun 2011",
            "31 jun 2011",
            "jun 1 2011 25:00",
            "jun 1 2011 13pm",
            "13/13/2011",
            "june",
            "1",
            "jun 1 0000",
            "jun 1 2011 x",
            "12/31/2011",
            "20111301",
            "2011-06-01 10:00 +99:99",
            "1767225600",
            "(jun 1 2011)",
        ],
    )
    def test_it_is_none(self, text: str) -> None:
        assert parse_when(text, UTC) is None

    def test_it_may_be_at_the_ends_of_time(self) -> None:
        assert parse_when("1 jan 0001 00:00 +05:00", UTC) is None
        assert parse_when("31 dec 9999 23:00 UTC", UTC) == datetime(9999, 12, 31, 23, tzinfo=UTC)
