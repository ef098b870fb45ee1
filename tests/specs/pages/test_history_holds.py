"""Whatever people do to pages, in whatever order, the promises of addresses and histories hold. Source: pages.md §2 and §10."""

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.specs.pages.conftest import wiki
from tests.world import Template, World

TITLES = st.sampled_from(["Alpha", "alpha!", "Beta", "Beta 2", "Alpha-2", "7", "Gamma", "Été", "カタカナ"])
BODIES = st.sampled_from(["", "one", "two", "<p>three</p>"])


class Pages(RuleBasedStateMachine):
    """One course's pages beside a model of what must be true of them."""

    world: World
    living = Bundle("living")

    def __init__(self) -> None:
        super().__init__()
        self.course = self.world.course
        self.known: dict[int, dict[str, Any]] = {}  # page id → url, revisions, whether it is there
        self.owner_of: dict[str, int] = {}  # every slug that was ever given → page id

    def ada(self, verb: str, path: str, **fields: Any) -> Any:
        return self.world.ada.request(verb, f"{self.course}/pages{path}", data=wiki(**fields) if fields else None)

    def remember(self, page: dict[str, Any]) -> None:
        known = self.known.setdefault(page["page_id"], {"revisions": [], "there": True})
        known["url"] = page["url"]
        assert self.owner_of.setdefault(page["url"], page["page_id"]) == page["page_id"], "a slug changed hands"

    def note_revision(self, page_id: int, page: dict[str, Any]) -> None:
        revisions = self.known[page_id]["revisions"]
        text = (page["title"], page["body"] or "")
        if not revisions or revisions[-1] != text:
            revisions.append(text)

    @rule(target=living, title=TITLES, body=BODIES)
    def create(self, title: str, body: str) -> int:
        page = self.ada("POST", "", title=title, body=body).json()
        self.remember(page)
        self.note_revision(page["page_id"], page)
        return int(page["page_id"])

    @rule(page_id=living, title=TITLES)
    def rename(self, page_id: int, title: str) -> None:
        page = self.ada("PUT", f"/page_id:{page_id}", title=title).json()
        self.remember(page)
        self.note_revision(page_id, page)

    @rule(page_id=living, body=BODIES)
    def write(self, page_id: int, body: str) -> None:
        self.note_revision(page_id, self.ada("PUT", f"/page_id:{page_id}", body=body).json())

    @rule(page_id=living, published=st.booleans())
    def publish(self, page_id: int, published: bool) -> None:
        self.ada("PUT", f"/page_id:{page_id}", published=published)

    @rule(page_id=living, data=st.data())
    def revert(self, page_id: int, data: st.DataObject) -> None:
        revisions = self.known[page_id]["revisions"]
        number = data.draw(st.integers(1, len(revisions)))
        made = self.ada("POST", f"/page_id:{page_id}/revisions/{number}").json()
        assert (made["title"], made["body"] or "") == revisions[number - 1]
        page = self.ada("GET", f"/page_id:{page_id}").json()
        self.remember(page)
        self.note_revision(page_id, page)
        assert made["revision_id"] == len(revisions)

    @rule(page_id=consumes(living))
    def delete(self, page_id: int) -> None:
        assert self.ada("DELETE", f"/page_id:{page_id}").status_code == 200
        self.known[page_id]["there"] = False

    @invariant()
    def every_slug_leads_to_its_page_or_nowhere(self) -> None:
        for slug, page_id in self.owner_of.items():
            reply = self.ada("GET", f"/{slug}")
            if self.known[page_id]["there"]:
                assert (reply.json()["page_id"], reply.json()["url"]) == (page_id, self.known[page_id]["url"])
            else:
                assert reply.status_code == 404

    @invariant()
    def every_history_is_whole(self) -> None:
        for page_id, known in self.known.items():
            if known["there"]:
                rows = self.ada("GET", f"/page_id:{page_id}/revisions?per_page=100").json()
                assert [row["revision_id"] for row in rows] == list(range(len(known["revisions"]), 0, -1))

    @invariant()
    def the_list_holds_what_is_there(self) -> None:
        listed = {page["page_id"] for page in self.ada("GET", "?per_page=100").json()}
        assert listed == {page_id for page_id, known in self.known.items() if known["there"]}

    def teardown(self) -> None:
        for page_id, known in self.known.items():
            if known["there"]:
                for number, text in enumerate(known["revisions"], 1):
                    row = self.ada("GET", f"/page_id:{page_id}/revisions/{number}").json()
                    assert (row["title"], row["body"] or "") == text, "an old version changed"
        self.world.close()


def test_any_sequence_of_changes_keeps_the_promises(engine: str, templates: Callable[[str], Template]) -> None:
    class Here(Pages):
        def __init__(self) -> None:
            self.world = World(templates(engine))
            super().__init__()

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=12, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
