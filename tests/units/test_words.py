"""Texts in the language of whoever reads them, moments in their zone. Source: web.md, issue "Web interface"."""

from datetime import UTC, datetime, timedelta
from gettext import NullTranslations
from zoneinfo import ZoneInfo

import pytest

from quadrangle.http.templates import _templates
from quadrangle.kernel.words import _, counted, speaking
from quadrangle.web.moments import Moments

NOW = datetime(2026, 2, 15, 12, 0, tzinfo=UTC)


class _Shouting(NullTranslations):
    def gettext(self, message: str) -> str:
        return message.upper()

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return (msgid1 if n == 1 else msgid2).upper()


class TestACatalogue:
    def test_it_counts_inside_its_block_alone(self) -> None:
        assert _("Sign in") == "Sign in"
        with speaking(_Shouting()):
            assert _("Sign in") == "SIGN IN"
            assert counted("one", "many", 2) == "MANY"
        assert _("Sign in") == "Sign in"

    def test_templates_use_it_and_escape_what_they_put_in(self) -> None:
        template = _templates().from_string("{{ _('Hello, %(name)s', name=name) }}")
        assert template.render(name="<b>") == "Hello, &lt;b&gt;"
        with speaking(NullTranslations()):
            assert template.render(name="Ada") == "Hello, Ada"


class TestMoments:
    @pytest.mark.parametrize(
        ("before", "said"),
        [
            (timedelta(seconds=5), "just now"),
            (timedelta(seconds=-5), "just now"),
            (timedelta(minutes=1), "1 minute ago"),
            (timedelta(minutes=59), "59 minutes ago"),
            (timedelta(hours=3), "3 hours ago"),
            (timedelta(hours=13), "yesterday"),
            (timedelta(days=3), "3 days ago"),
            (timedelta(days=8), "7 February 2026"),
        ],
    )
    def test_they_are_said_as_people_say_them(self, before: timedelta, said: str) -> None:
        assert Moments(UTC, NOW).ago(NOW - before) == said

    def test_they_are_those_of_the_readers_zone(self) -> None:
        say = Moments(ZoneInfo("Pacific/Auckland"), NOW)
        assert say.at(NOW) == "16 February 2026, 01:00"
        assert (say.month(NOW), say.number(NOW)) == ("Feb", 16)
