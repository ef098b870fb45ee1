"""ID keys. Source: brightspace-eportfolio.md §2.1."""

import pytest

from quadrangle.tokens import base_strings, revoke_app, revoke_key, signature, signed
from tests.specs.brightspace.signing import call, make_app, make_key
from tests.world import World

WHOAMI = "/d2l/api/lp/1.0/users/whoami"
VECTORS = [
    (
        "GET",
        "/d2l/api/lp/1.0/users/whoami",
        "guPCFtK3ypMDBRGUrr1-4yos_54bRgcSuoIxnxV1xyY",
        "Ul94QueRhu5w4v0H1oKGg2-Ubl_2d7UdAgHFChGenQA",
    ),
    (
        "POST",
        "/d2l/api/eP/2.5/export/new/all",
        "3W7ZA-BV7HzyMH5XQjwLjwQ-rBwCxdazSJjNRj75Rto",
        "ZljB4pC2_Vj_ct6DATURNr-5czAD-2fgd8zbBcDmd9I",
    ),
    (
        "GET",
        "/d2l/api/ep/2.5/export/42/package",
        "nY1xvYRJpDg3q87Vcsx2oIFj3tW1VLAO75WdNaI_y24",
        "t25IA5r69wBV-idXtVclRFAH5MJQU6x2lMBNaXUME_I",
    ),
]


class TestTheSignature:
    @pytest.mark.parametrize(("method", "path", "by_app", "by_user"), VECTORS)
    def test_it_is_that_of_the_vectors(self, method: str, path: str, by_app: str, by_user: str) -> None:
        texts = base_strings(method, path, "1700000000")
        assert signed("appKey-3a", texts, by_app)
        assert signed("userKey-9f", texts, by_user)

    def test_anonymous_vector(self) -> None:
        texts = base_strings("GET", "/d2l/api/versions/", "1700000000")
        assert signature("appKey-3a", texts[0]) == "2j154NPOsXsner9x4ef6djirMvXpQsGsqbrHkZFQcsE"

    def test_the_vector_of_the_target(self) -> None:
        assert signature("appKey-3a", "https://client.example/cb?x=1") == "B1ULZqtvm_QSNxWYfGvuGFAfjdpa9vcfdyTbjGXO_pw"

    @pytest.mark.parametrize("path", ["/d2l/a%2Bb c", "/d2l/A+b", "/d2l/a%2FB", "/d2l/%41"])
    def test_every_way_of_decoding_is_known(self, path: str) -> None:
        from urllib.parse import unquote, unquote_plus

        texts = base_strings("GET", path, "1")
        for one in (unquote_plus(path.lower()), unquote_plus(path).lower(), unquote(path).lower(), path.lower()):
            assert f"GET&{one}&1" in texts


class TestASignedCall:
    def test_it_speaks_for_the_user(self, world: World) -> None:
        app = make_app(world)
        reply = call(world, app, make_key(world, app, "ben"), WHOAMI)
        assert reply.status_code == 200
        assert reply.headers["content-type"] == "application/json; charset=utf-8"
        assert reply.json() == {
            "Identifier": str(world.ids["ben"]),
            "FirstName": "Ben",
            "LastName": "Okri",
            "UniqueName": "ben@example.com",
            "ProfileIdentifier": reply.json()["ProfileIdentifier"],
            "Pronouns": None,
        }
        assert reply.json()["ProfileIdentifier"]

    def test_the_same_signature_twice_is_no_replay(self, world: World) -> None:
        app = make_app(world)
        key = make_key(world, app, "ben")
        assert [call(world, app, key, WHOAMI).status_code for _ in range(2)] == [200, 200]

    @pytest.mark.parametrize("path", ["/d2l/api/LP/1.0/Users/WhoAmI", WHOAMI + "/", "/d2l/API/lp/1.50/users/whoami/"])
    def test_case_and_a_trailing_slash_are_free(self, world: World, path: str) -> None:
        app = make_app(world)
        assert call(world, app, make_key(world, app, "ben"), path).status_code == 200

    def test_its_use_is_noted(self, world: World) -> None:
        app = make_app(world)
        call(world, app, make_key(world, app, "ben"), WHOAMI)
        world.do(_nothing)
        assert world.sql("SELECT count(*) FROM id_keys WHERE last_used_at IS NOT NULL") == [(1,)]

    def test_no_key_is_kept(self, world: World) -> None:
        app = make_app(world)
        key = make_key(world, app, "ben")
        kept = str(world.sql("SELECT * FROM id_apps")) + str(world.sql("SELECT * FROM id_keys"))
        assert app[0] in kept
        assert key[0] in kept
        assert app[1] not in kept
        assert key[1] not in kept

    def test_an_application_alone_is_nobody(self, world: World) -> None:
        app = make_app(world)
        for more in ({}, {"x_b": "", "x_d": ""}):
            reply = call(world, app, None, WHOAMI, change=more)
            assert (reply.status_code, reply.content) == (403, b'{"Errors":[{"Message":"Not Authorized"}]}')
            assert reply.headers["content-type"].startswith("application/json")
            assert call(world, app, None, "/d2l/api/versions/", change=more).status_code == 200


async def _nothing(uow: object) -> None:
    """Waits for the writer, which has noted what it had to by then."""


def refused(reply: object, body: bytes = b"Invalid token") -> bool:
    return (
        reply.status_code == 403  # type: ignore[attr-defined]
        and reply.content == body  # type: ignore[attr-defined]
        and reply.headers["content-type"] == "text/plain; charset=utf-8"  # type: ignore[attr-defined]
    )


class TestARefusal:
    @pytest.mark.parametrize("name", ["x_a", "x_b", "x_c", "x_d", "x_t"])
    def test_of_a_call_that_lacks_something(self, world: World, name: str) -> None:
        app = make_app(world)
        key = make_key(world, app, "ben")
        assert refused(call(world, app, key, WHOAMI, without=name))
        assert refused(call(world, app, key, WHOAMI, change={name: ""}))
        assert refused(call(world, app, key, WHOAMI, change={name: "9x"}))

    @pytest.mark.parametrize("time", ["-1", "1.5", "1234567890123", " 1700000000", "１"])
    def test_of_a_time_that_is_none(self, world: World, time: str) -> None:
        app = make_app(world)
        assert refused(call(world, app, make_key(world, app, "ben"), WHOAMI, change={"x_t": time}))

    def test_of_another_method_path_or_key(self, world: World) -> None:
        app = make_app(world)
        key, other = make_key(world, app, "ben"), make_key(world, app, "cleo")
        assert refused(call(world, app, key, WHOAMI, signed_as="/d2l/api/lp/1.1/users/whoami"))
        assert refused(call(world, app, (key[0], other[1]), WHOAMI))
        assert refused(call(world, (app[0], key[1]), key, WHOAMI))
        assert refused(call(world, app, ("unknown", key[1]), WHOAMI))
        assert refused(call(world, ("unknown", app[1]), key, WHOAMI))

    def test_of_a_token_of_another_application(self, world: World) -> None:
        app, other = make_app(world), make_app(world)
        assert refused(call(world, other, make_key(world, app, "ben"), WHOAMI))

    def test_of_what_was_revoked(self, world: World) -> None:
        app = make_app(world)
        first, second = make_key(world, app, "ben"), make_key(world, app, "cleo")
        world.do(lambda uow: revoke_key(uow, first[0]))
        assert refused(call(world, app, first, WHOAMI))
        assert call(world, app, second, WHOAMI).status_code == 200
        world.do(lambda uow: revoke_app(uow, app[0]))
        assert refused(call(world, app, second, WHOAMI))
        assert refused(call(world, app, None, "/d2l/api/versions/"))

    def test_of_a_user_who_is_gone(self, world: World) -> None:
        app = make_app(world)
        key = make_key(world, app, "ben")
        world.root.delete(f"/accounts/1/users/{world.ids['ben']}")
        assert refused(call(world, app, key, WHOAMI))

    def test_of_a_key_past_its_life(self, world: World) -> None:
        world.use(brightspace_key_life=3600)
        app = make_app(world)
        key = make_key(world, app, "ben")
        world.clock.advance(minutes=59)
        assert call(world, app, key, WHOAMI).status_code == 200
        world.clock.advance(minutes=1)
        assert refused(call(world, app, key, WHOAMI, skew=-9999), b"Token expired")

    @pytest.mark.parametrize("skew", [-600, -301, 301, 86400])
    def test_of_another_time_says_the_server_s_and_the_retry_works(self, world: World, skew: int) -> None:
        app = make_app(world)
        key = make_key(world, app, "ben")
        now = int(world.clock.now().timestamp())
        reply = call(world, app, key, WHOAMI, skew=skew)
        assert refused(reply, b"Timestamp out of range\r\n%d" % now)
        assert call(world, app, key, WHOAMI, skew=int(reply.text.split()[-1]) - now).status_code == 200

    @pytest.mark.parametrize("skew", [-300, 300])
    def test_but_not_of_one_within_tolerance(self, world: World, skew: int) -> None:
        app = make_app(world)
        assert call(world, app, make_key(world, app, "ben"), WHOAMI, skew=skew).status_code == 200
