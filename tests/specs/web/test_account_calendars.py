"""Whose calendars people see. Source: web.md W15, account-calendars.md."""

from collections.abc import Callable

import pytest

from quadrangle.accounts import ROOT_ID, create_account
from quadrangle.web import account_calendars
from tests.specs.web.conftest import Visitor, words
from tests.world import World

Visitors = Callable[[str | None], Visitor]
HOME = "/accounts/1/account_calendars"
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def optics(world: World) -> int:
    """Below science."""
    number: int = world.do(
        lambda uow: create_account(uow, name=f"Optics {HOSTILE}", parent_id=world.ids["science"], root_id=ROOT_ID)
    )
    return number


def sent(number: int, was: str, **boxes: str) -> dict[str, str]:
    return {f"calendars[{number}][was]": was} | {f"calendars[{number}][{name}]": value for name, value in boxes.items()}


def state(world: World, number: int) -> tuple[bool, bool]:
    one = world.root.get(f"/account_calendars/{number}").json()
    return one["visible"], one["auto_subscribe"]


class TestTheTree:
    def test_each_account_follows_its_parent(self, world: World, visitor: Visitors, optics: int) -> None:
        page = visitor("root").get(HOME)
        rows = page.text.split("<tr>")[2:]
        found = [next(name for name in ("Arts", "Optics", "Science", "Root U") if name in row) for row in rows]
        assert found == ["Root U", "Arts", "Science", "Optics"]
        assert "depth-2" in rows[3]
        assert f"Optics {HOSTILE}" in words(page)
        assert HOSTILE not in page.text

    def test_of_a_large_tree_one_level_is_shown(
        self, world: World, visitor: Visitors, optics: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(account_calendars, "_MOST", 3)
        said = words(visitor("root").get(HOME))
        assert "Optics" not in said
        assert "Science" in said
        assert "There are too many accounts for one page" in said
        assert "Optics" in words(visitor("root").get(f"/accounts/{world.ids['science']}/account_calendars"))

    @pytest.mark.parametrize("who", ["ada", "ben", "sub"])
    def test_it_is_refused_to_whoever_decides_nothing_here(self, visitor: Visitors, who: str) -> None:
        assert visitor(who).get(HOME).status_code == 403
        assert visitor(who).post(HOME, **sent(1, "00", visible="1")).status_code == 403

    def test_an_administrator_of_a_sub_account_decides_there(self, world: World, visitor: Visitors) -> None:
        at = f"/accounts/{world.ids['science']}/account_calendars"
        assert visitor("sub").get(at).status_code == 200
        assert visitor("sub").post(at, **sent(1, "00", visible="1")).status_code == 403
        assert state(world, 1) == (False, False)

    def test_whoever_is_not_signed_in_is_led_to_signing_in(self, visitor: Visitors) -> None:
        assert "Please sign in" in words(visitor(None).get(HOME))

    def test_it_costs_four_statements(self, world: World, visitor: Visitors, optics: int) -> None:
        root = visitor("root")
        root.get(HOME)
        assert world.statements_of(lambda: root.get(HOME)) <= 4


class TestChanging:
    def test_many_are_changed_at_once(self, world: World, visitor: Visitors, optics: int) -> None:
        root = visitor("root")
        fields = sent(1, "00", visible="1") | sent(optics, "00", visible="1", auto="1") | sent(world.ids["arts"], "00")
        page = root.follow(root.post(HOME, **fields))
        assert "2 calendars were changed." in words(page)
        assert "2 of 4 are shown" in words(page)
        assert [state(world, one) for one in (1, optics, world.ids["arts"])] == [
            (True, False),
            (True, True),
            (False, False),
        ]

    def test_what_somebody_else_changed_meanwhile_stays(self, world: World, visitor: Visitors) -> None:
        world.root.put("/account_calendars/1", {"auto_subscribe": "1"})
        visitor("root").post(HOME, **sent(1, "00", visible="1"))
        assert state(world, 1) == (True, True)

    def test_nothing_changed_is_said(self, visitor: Visitors) -> None:
        root = visitor("root")
        for fields in (sent(1, "00"), {}, {"calendars": "x"}, {"calendars[x][was]": "0"}, {"calendars[1]": "x"}):
            assert "Nothing was changed." in words(root.follow(root.post(HOME, **fields)))

    def test_without_its_token_it_does_nothing(self, world: World, visitor: Visitors) -> None:
        assert visitor("root").post(HOME, token="forged", **sent(1, "00", visible="1")).status_code == 422
        assert state(world, 1) == (False, False)
