"""How commands tell how far they have come. Source: quadrangle/commands/moving/telling.py."""

import pytest

from quadrangle.commands.moving.telling import EVERY, Telling, size


class Seconds:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_without_a_terminal_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    seconds = Seconds()
    with Telling("Exporting", "users", terminal=False, now=seconds) as tell:
        tell(1, 2_000, "3 a second")
        seconds.now = EVERY
        tell(30, 2_000, "3 a second")
        tell(31, 2_000, "3 a second")
        seconds.now = 2 * EVERY
        tell(60, None)
    assert capsys.readouterr().err == "Exporting: 30 of 2,000 users, 3 a second\nExporting: 60 users\n"


def test_on_a_terminal_a_bar(capsys: pytest.CaptureFixture[str]) -> None:
    with Telling("Exporting", "users", terminal=True) as tell:
        tell(1, 2)
    told = capsys.readouterr()
    assert told.out == ""
    assert "1 of 2 users" in told.err


def test_nothing_to_programs(capsys: pytest.CaptureFixture[str]) -> None:
    seconds = Seconds()
    with Telling("Exporting", "users", quiet=True, terminal=True, now=seconds) as tell:
        seconds.now = EVERY
        tell(1, 2)
    assert capsys.readouterr() == ("", "")


def test_sizes_are_for_people() -> None:
    assert [size(one) for one in (0, 4_410, 12_345_678, 3_200_000_000)] == ["0.0 kB", "4.4 kB", "12.3 MB", "3.20 GB"]
