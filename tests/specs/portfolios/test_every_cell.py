"""Who may do what with a portfolio: the table of eportfolios.md §2, cell by cell, as everybody; and the states of §3.9."""

from typing import Any

import pytest

from quadrangle.accounts import SITE_ADMIN_ID, add_admin
from tests.specs.auth.browser import Browser
from tests.specs.portfolios.conftest import make, set_status
from tests.world import World

NOTHING = ""
OWNS = "read update delete"
MODERATES = "read moderate delete restore"
ANYONE, SPAM = "read", "flagged_as_possible_spam marked_as_spam"

# As the specification draws it. "update" stands for update and manage; restoring an active one changes nothing.
TABLE = [
    # state                       owner          moderator   other    anonymous  private link
    ("active, private, not spam", OWNS,          MODERATES,  NOTHING, NOTHING,   "read"),
    ("active, public, not spam",  OWNS,          MODERATES,  ANYONE,  ANYONE,    "read"),
    ("active, private, spam",     "read delete", MODERATES,  NOTHING, NOTHING,   NOTHING),
    ("active, public, spam",      "read delete", MODERATES,  NOTHING, NOTHING,   NOTHING),
    ("deleted, public, not spam", NOTHING,       "restore",  NOTHING, NOTHING,   NOTHING),
    ("deleted, private, spam",    NOTHING,       "restore",  NOTHING, NOTHING,   NOTHING),
    ("off, public, not spam",     NOTHING,       MODERATES,  NOTHING, NOTHING,   NOTHING),
    ("off, private, not spam",    NOTHING,       MODERATES,  NOTHING, NOTHING,   NOTHING),
]  # fmt: skip
STATUSES = {"not spam": (None, "marked_as_safe"), "spam": tuple(SPAM.split())}

OWNER = ("ben",)
# An administrator of the root account, one of the account of Ben's course, and one of the whole site.
MODERATORS = ("root", "sub", "dee")
# Another student, a teacher, an observer, an administrator without the permission, one of another account who is in no course.
OTHERS = ("cleo", "ada", "dov", "tia", "eve")

RIGHTS = ("read", "update", "delete", "moderate", "restore")


def appoint(world: World) -> None:
    """Dee administers the site, Eve the account "Arts", and Tia the root account without moderating."""
    admin = world.ids["role:AccountAdmin"]
    made = world.root.post("/accounts/1/roles", {"label": "Clerk", "role[base_role_type]": "AccountMembership"})
    clerk = made.json()["id"]
    world.do(lambda uow: add_admin(uow, account_id=SITE_ADMIN_ID, user_id=world.ids["dee"], role_id=admin))
    world.do(lambda uow: add_admin(uow, account_id=world.ids["arts"], user_id=world.ids["eve"], role_id=admin))
    world.do(lambda uow: add_admin(uow, account_id=1, user_id=world.ids["tia"], role_id=clerk))


class Scene:
    """Ben's portfolio, set into a state before every act."""

    def __init__(self, world: World, state: str, status: str | None) -> None:
        self.world, self.status = world, status
        self.there, access, _ = state.split(", ")
        self.public = access == "public"
        self.id = make(world, "ben", "Mine")
        self.link = world.ben.get(f"/eportfolios/{self.id}/links").json()[0]["url"]
        self.opened = Browser(world)
        self.opened.get(self.link)
        appoint(world)
        if self.there == "off":
            world.root.put("/accounts/1", {"account[settings][enable_eportfolios]": "false"})

    def set(self) -> None:
        gone = self.there == "deleted"
        state, at = ("deleted", "'2026-02-15 12:00:00'") if gone else ("active", "NULL")
        self.world.sql(
            f"UPDATE eportfolios SET public = {str(self.public).lower()}, workflow_state = '{state}', deleted_at = {at}"
            f" WHERE id = {self.id} RETURNING id"
        )
        set_status(self.world, self.id, self.status)

    def attempt(self, who: str | None, right: str) -> int:
        self.set()
        client, path = self.world.as_(who), f"/eportfolios/{self.id}"
        if right == "read":
            answers = {client.get(path).status_code, client.get(f"{path}/pages").status_code}
            assert len(answers) == 1
            return answers.pop()
        if right == "update":
            return client.post(f"{path}/reorder_categories", {"order": "1"}).status_code
        if right == "delete":
            return client.delete(path).status_code
        if right == "moderate":
            return client.put(f"{path}/moderate", {"spam_status": "marked_as_spam"}).status_code
        return client.put(f"{path}/restore").status_code

    def refusal(self, who: str | None, right: str) -> int:
        """The documented routes see deleted portfolios, the authoring ones do not."""
        if who is None:
            return 401
        return 404 if right == "update" and self.there == "deleted" else 403


@pytest.mark.parametrize(
    ("state", "owner", "moderator", "other", "anonymous", "holder", "status"),
    [(*row, status) for row in TABLE for status in STATUSES[row[0].rpartition(", ")[2]]],
    ids=lambda value: str(value) if value is None or "_" in str(value) or "," in str(value) else "",
)
class TestTheTable:
    def test_of_the_documented_routes(
        self, world: World, state: str, owner: str, moderator: str, other: str, anonymous: str, holder: str, status: Any
    ) -> None:
        scene = Scene(world, state, status)
        for people, rights in ((OWNER, owner), (MODERATORS, moderator), (OTHERS, other), ((None,), NOTHING)):
            for who in people:
                for right in RIGHTS:
                    expected = 200 if right in rights.split() else scene.refusal(who, right)
                    assert scene.attempt(who, right) == expected, (who, right)

    def test_of_a_visit(
        self, world: World, state: str, owner: str, moderator: str, other: str, anonymous: str, holder: str, status: Any
    ) -> None:
        """With a session or none; deleted ones are not found there, moderators included."""
        scene = Scene(world, state, status)
        scene.set()
        gone = scene.there == "deleted"
        for who, rights in (("ben", owner), ("root", moderator), ("cleo", other)):  # signing in is slow on purpose
            browser = Browser(world)
            browser.sign_in(who)
            expected = 404 if gone else 200 if "read" in rights.split() else 403
            for path in ("", "/home", "/home/welcome"):
                assert browser.get(f"/eportfolios/{scene.id}{path}").status_code == expected, (who, path)
        for visitor, rights in ((Browser(world), anonymous), (scene.opened, holder)):
            expected = 404 if gone else 200 if rights else 401
            for path in ("", "/home", "/home/welcome"):
                assert visitor.get(f"/eportfolios/{scene.id}{path}").status_code == expected, path

    def test_of_a_list(
        self, world: World, state: str, owner: str, moderator: str, other: str, anonymous: str, holder: str, status: Any
    ) -> None:
        """§3.2: that a portfolio is public makes no difference to who lists it."""
        scene = Scene(world, state, status)
        scene.set()
        path = f"/users/{world.ids['ben']}/eportfolios?deleted=deleted"
        for who in (*OWNER, *MODERATORS):
            answer = world.as_(who).get(path)
            if who == "ben" and scene.there == "off":
                assert answer.status_code == 403
                continue
            there = who != "ben" or scene.there != "deleted"
            assert [one["id"] for one in answer.json()] == ([scene.id] if there else []), who
        for who in OTHERS:
            assert world.as_(who).get(path).status_code == 403, who
        assert world.anyone.get(path).status_code == 401


class TestOnesOwn:
    def test_an_administrator_neither_moderates_nor_restores_it(self, world: World) -> None:
        """Case 18."""
        own = make(world, "root", "PM")
        assert world.root.put(f"/eportfolios/{own}/moderate", {"spam_status": "marked_as_safe"}).status_code == 403
        assert world.root.put(f"/eportfolios/{own}", {"eportfolio[spam_status]": "marked_as_safe"}).status_code == 200
        assert world.root.get(f"/eportfolios/{own}").json()["spam_status"] is None
        assert world.root.put(f"/eportfolios/{own}/restore").status_code == 403
        world.root.delete(f"/eportfolios/{own}")
        assert world.root.put(f"/eportfolios/{own}/restore").status_code == 403


# §3.9: from (workflow_state, spam_status), event, to.
STATES = [
    (("active", None), "delete", ("deleted", None)),
    (("active", "flagged_as_possible_spam"), "delete", ("deleted", "flagged_as_possible_spam")),
    (("active", "marked_as_spam"), "delete", ("deleted", "marked_as_spam")),
    (("deleted", "marked_as_spam"), "restore", ("active", "marked_as_spam")),
    (("deleted", "marked_as_safe"), "restore", ("active", "marked_as_safe")),
    (("deleted", None), "restore", ("active", None)),
    (("active", None), "keyword", ("active", "flagged_as_possible_spam")),
    (("active", "marked_as_safe"), "keyword", ("active", "marked_as_safe")),
    *(
        (("active", before), event, ("active", after))
        for before in (None, "flagged_as_possible_spam", "marked_as_spam", "marked_as_safe")
        for after in ("marked_as_spam", "marked_as_safe")
        for event in (f"moderate {after}", f"moderate_all {after}")
    ),
    (("deleted", None), "moderate_all marked_as_spam", ("deleted", None)),
]


@pytest.mark.parametrize(("before", "event", "after"), STATES)
def test_a_state_follows_another(world: World, before: Any, event: str, after: Any) -> None:
    world.use(eportfolio_title_spam_keywords=("bad",))
    portfolio = make(world, "ben", "Mine")
    path = f"/eportfolios/{portfolio}"
    if before[0] == "deleted":
        world.ben.delete(path)
    set_status(world, portfolio, before[1])
    verb, _, status = event.partition(" ")
    if verb == "delete":
        answer = world.ben.delete(path)
    elif verb == "restore":
        answer = world.root.put(f"{path}/restore")
    elif verb == "keyword":
        answer = world.ben.put(path, {"eportfolio[name]": "a bad name"})
    elif verb == "moderate":
        answer = world.root.put(f"{path}/moderate", {"spam_status": status})
    else:
        answer = world.root.put(f"/users/{world.ids['ben']}/eportfolios", {"spam_status": status})
    assert answer.status_code == 200
    (row,) = world.root.get(f"/users/{world.ids['ben']}/eportfolios?deleted=deleted").json()
    assert (row["workflow_state"], row["spam_status"]) == after
    assert (row["deleted_at"] is None) == (after[0] == "active")
