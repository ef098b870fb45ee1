"""Account domain lookups. Source: accounts.md §5.14; worked case 49; lines DL1 to DL13 of the contract's checklist."""

from typing import Any

import pytest

from quadrangle.settings import Campus, SettingsError, load_settings
from tests.world import World

DIRECTORY = (
    Campus("University of Utah", "utah.edu", "saml"),
    Campus("Utah Valley University", "uvu.edu"),
    Campus("Southern Utah", "suu.edu", "7"),
    Campus("Weber State", "weber.utah.gov"),
    Campus("Utrecht", "uu.nl"),
    Campus("Utah Tech", "tech.utah.edu"),
    Campus("Utah Arts", "arts.utah.edu"),
    Campus("Utah Law", "law.utah.edu"),
    Campus("Utah Medicine", "med.utah.edu"),
    Campus("Utah Music", "music.utah.edu"),
)


@pytest.fixture
def lookups(world: World) -> World:
    world.use(base_url="https://u.example", account_directory=DIRECTORY)
    return world


def names(world: World, query: str) -> list[str]:
    reply = world.anyone.get(f"/accounts/search?{query}")
    assert reply.status_code == 200, reply.text
    return [one["name"] for one in reply.json()]


class TestTheContractOfDomainLookups:
    def test_it_finds_this_campus(self, lookups: World) -> None:
        """Case 49; DL1 DL2 DL6 DL10 DL11 DL12 DL13."""
        reply = lookups.anyone.get("/accounts/search?name=root")
        assert reply.status_code == 200
        assert reply.json() == [
            {"name": "Root U", "domain": "u.example", "distance": None, "authentication_provider": "canvas"}
        ]
        assert "url:GET|/api/v1/accounts/search" in {route.scope for route in lookups.app.router.routes}

    def test_it_finds_nothing(self, lookups: World) -> None:
        assert names(lookups, "name=zzqx") == []

    @pytest.mark.parametrize("query", ["name=utah", "name=utah&per_page=50", "name=utah&page=2", "search_term=utah"])
    def test_dl3_it_stops_at_five(self, lookups: World, query: str) -> None:
        """DL3."""
        assert len(names(lookups, query)) == 5

    def test_dl4_part_of_a_name(self, lookups: World) -> None:
        """DL4."""
        assert "University of Utah" in names(lookups, "name=y of")

    def test_dl5_dl7_part_of_a_domain(self, lookups: World) -> None:
        """DL5 DL7."""
        assert names(lookups, "domain=tah.gov") == ["Weber State"]

    def test_dl8_dl9_a_place_changes_nothing(self, lookups: World) -> None:
        """DL8 DL9."""
        for more in ("latitude=40.7", "longitude=-111.8", "latitude=x&longitude="):
            assert names(lookups, f"name=utah&{more}") == names(lookups, "name=utah")


class TestWhatIsFound:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("name=UTAH VALLEY", ["Utah Valley University"]),
            ("name=utah", ["Utah Arts", "Utah Law", "Utah Medicine", "Utah Music", "Utah Tech"]),
            ("domain=utah", ["University of Utah", "Utah Arts", "Utah Law", "Utah Medicine", "Utah Music"]),
            ("name=utah&domain=suu", ["Southern Utah"]),
            ("name=weber&domain=utah", ["Weber State"]),
            ("name=weber&domain=uu.nl", []),
            ("search_term=uu", ["Utrecht", "Southern Utah"]),
            ("search_term=utah.gov&name=", ["Weber State"]),
            ("name=%25", []),
            ("name=_", []),
            ("domain=u.example", ["Root U"]),
            ("", ["Root U", "Southern Utah", "University of Utah", "Utah Arts", "Utah Law"]),
            ("name=+&domain=", ["Root U", "Southern Utah", "University of Utah", "Utah Arts", "Utah Law"]),
        ],
    )
    def test_it_is(self, lookups: World, query: str, found: list[str]) -> None:
        assert names(lookups, query) == found

    def test_providers_are_told(self, lookups: World) -> None:
        providers = {
            one["name"]: one["authentication_provider"] for one in lookups.anyone.get("/accounts/search?name=u").json()
        }
        found = lookups.anyone.get("/accounts/search?domain=suu").json()[0]
        assert found["authentication_provider"] == "7"
        assert providers["Utah Arts"] is None

    def test_a_domain_is_listed_once(self, world: World) -> None:
        world.use(base_url="https://u.example", account_directory=(Campus("The Root University", "U.example"),))
        assert world.anyone.get("/accounts/search").json() == [
            {
                "name": "The Root University",
                "domain": "U.example",
                "distance": None,
                "authentication_provider": "canvas",
            }
        ]

    @pytest.mark.parametrize("token", ["no-such-token", "ada"])
    def test_no_token_is_looked_at(self, lookups: World, token: str) -> None:
        client = lookups.with_token(lookups.tokens.get(token, token))
        assert [one["name"] for one in client.get("/accounts/search?name=root").json()] == ["Root U"]
        assert lookups.anyone.get("/accounts/search?name=root&access_token=nonsense&as_user_id=1").status_code == 200

    def test_other_paths_below_accounts_still_want_somebody(self, lookups: World) -> None:
        assert lookups.anyone.get("/accounts/1").status_code == 401
        assert lookups.with_token("no-such-token").get("/accounts/search2").status_code == 401


class TestTheDirectoryOfTheServer:
    def test_it_is_read_from_the_file_and_the_environment(self, tmp_path: Any) -> None:
        file = tmp_path / "quad.toml"
        file.write_text('[[account_directory]]\nname = "Utrecht"\ndomain = "uu.nl"\n')
        assert load_settings(environment={}, file=file).account_directory == (Campus("Utrecht", "uu.nl"),)
        said = '[{"name": "Utrecht", "domain": "uu.nl", "authentication_provider": "saml"}]'
        settings = load_settings(environment={"QUAD_ACCOUNT_DIRECTORY": said}, file=tmp_path / "none.toml")
        assert settings.account_directory == (Campus("Utrecht", "uu.nl", "saml"),)

    @pytest.mark.parametrize(
        "said", ["Utrecht", '[{"name": "Utrecht"}]', '[{"name": "U", "domain": "u.nl", "dom": 1}]']
    )
    def test_what_cannot_be_read_is_said(self, tmp_path: Any, said: str) -> None:
        with pytest.raises(SettingsError, match="account_directory"):
            load_settings(environment={"QUAD_ACCOUNT_DIRECTORY": said}, file=tmp_path / "none.toml")
