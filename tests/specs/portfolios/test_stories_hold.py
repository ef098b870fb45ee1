"""Whatever authors and moderators do, in whatever order, the promises of portfolios hold. Source: eportfolios.md §1 to §4, §6."""

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.world import Template, World

NAMES = st.sampled_from(["Alpha", "alpha!", "Beta", "Été", "7", "a bad day", "notbad"])
SPAM = ("flagged_as_possible_spam", "marked_as_spam")


class Stories(RuleBasedStateMachine):
    """One author's portfolios beside a model of what must be true of them: sections hold pages, in order; a word flags what nobody judged."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.world.use(eportfolio_title_spam_keywords=("bad",))
        self.author, self.moderator = self.world.cleo, self.world.root
        self.known: dict[
            int, dict[str, Any]
        ] = {}  # portfolio id → state, status, order of sections, order of their pages

    # --- choosing

    def one(self, data: st.DataObject, **wanted: Any) -> tuple[int, dict[str, Any]]:
        ids = [id for id, one in self.known.items() if all(one[name] == value for name, value in wanted.items())]
        id = data.draw(st.sampled_from(ids))
        return id, self.known[id]

    def editable(self) -> list[int]:
        return [id for id, one in self.known.items() if one["active"] and one["status"] not in SPAM]

    def edited(self, data: st.DataObject) -> tuple[int, dict[str, Any]]:
        id = data.draw(st.sampled_from(self.editable()))
        return id, self.known[id]

    def flag(self, one: dict[str, Any], name: str) -> None:
        if one["status"] is None and "bad" in name.split():
            one["status"] = "flagged_as_possible_spam"

    def ask(self, verb: str, path: str, fields: dict[str, Any] | None = None, *, status: int = 200) -> Any:
        answer = self.author.request(verb, path, data=fields)
        assert answer.status_code == status, (verb, path, answer.text)
        return answer.json()

    def moderate(self, verb: str, path: str, fields: dict[str, Any] | None = None) -> Any:
        answer = self.moderator.request(verb, path, data=fields)
        assert answer.status_code == 200, (verb, path, answer.text)
        return answer.json()

    # --- what people do

    @precondition(lambda self: len(self.known) < 3)
    @rule(name=NAMES)
    def create(self, name: str) -> None:
        has_spam = any(one["active"] and one["status"] in SPAM for one in self.known.values())
        made = self.ask("POST", "/eportfolios", {"eportfolio[name]": name}, status=403 if has_spam else 200)
        if has_spam:
            return
        id = made["eportfolio"]["id"]
        (section,) = self.ask("GET", f"/eportfolios/{id}/categories")
        (page,) = self.ask("GET", f"/eportfolios/{id}/pages")
        home = section["eportfolio_category"]["id"]
        self.known[id] = {"active": True, "status": None, "sections": [home], "pages": {home: [page["id"]]}}
        self.flag(self.known[id], name)

    @precondition(lambda self: self.editable())
    @rule(data=st.data(), name=NAMES)
    def rename(self, data: st.DataObject, name: str) -> None:
        id, one = self.edited(data)
        before = self.ask("GET", f"/eportfolios/{id}")["name"]
        self.ask("PUT", f"/eportfolios/{id}", {"eportfolio[name]": name})
        if name != before:
            self.flag(one, name)

    @precondition(lambda self: self.editable())
    @rule(data=st.data(), name=NAMES)
    def add_section(self, data: st.DataObject, name: str) -> None:
        id, one = self.edited(data)
        made = self.ask("POST", f"/eportfolios/{id}/categories", {"eportfolio_category[name]": name})
        section = made["eportfolio_category"]["id"]
        one["sections"].append(section)
        every = {page["id"] for page in self.ask("GET", f"/eportfolios/{id}/pages?per_page=100")}
        self.flag(one, name)
        fresh = every - {page for pages in one["pages"].values() for page in pages}
        one["pages"][section] = sorted(fresh)

    @precondition(lambda self: self.editable())
    @rule(data=st.data(), name=NAMES)
    def add_page(self, data: st.DataObject, name: str) -> None:
        id, one = self.edited(data)
        section = data.draw(st.sampled_from(one["sections"]))
        fields = {"eportfolio_entry[eportfolio_category_id]": section, "eportfolio_entry[name]": name}
        made = self.ask("POST", f"/eportfolios/{id}/entries", fields)
        one["pages"][section].append(made["eportfolio_entry"]["id"])
        self.flag(one, name)

    @precondition(lambda self: self.editable())
    @rule(data=st.data())
    def move_page(self, data: st.DataObject) -> None:
        id, one = self.edited(data)
        page, source = self.page(data, one)
        target = data.draw(st.sampled_from(one["sections"]))
        fields = {"eportfolio_entry[eportfolio_category_id]": target}
        moved = self.ask("PUT", f"/eportfolios/{id}/entries/{page}", fields)["eportfolio_entry"]
        if target != source:
            one["pages"][source].remove(page)
            one["pages"][target].append(page)
        self.flag(one, moved["name"])

    def page(self, data: st.DataObject, one: dict[str, Any]) -> tuple[int, int]:
        every = [(page, section) for section in one["sections"] for page in one["pages"][section]]
        return data.draw(st.sampled_from(every))

    @precondition(lambda self: self.editable())
    @rule(data=st.data())
    def reorder(self, data: st.DataObject) -> None:
        id, one = self.edited(data)
        order = data.draw(st.permutations(one["sections"]))
        self.ask("POST", f"/eportfolios/{id}/reorder_categories", {"order": ",".join(map(str, order))})
        one["sections"] = list(order)
        section = data.draw(st.sampled_from(one["sections"]))
        pages = data.draw(st.permutations(one["pages"][section]))
        self.ask("POST", f"/eportfolios/{id}/{section}/reorder_entries", {"order": ",".join(map(str, pages))})
        one["pages"][section] = list(pages)

    @precondition(lambda self: self.editable())
    @rule(data=st.data())
    def delete_page(self, data: st.DataObject) -> None:
        """But for the last one of a section: whoever looks at a first section without pages makes one (§1, "Defaults")."""
        id, one = self.edited(data)
        page, section = self.page(data, one)
        if len(one["pages"][section]) > 1:
            self.ask("DELETE", f"/eportfolios/{id}/entries/{page}")
            one["pages"][section].remove(page)

    @precondition(lambda self: self.editable())
    @rule(data=st.data())
    def delete_section(self, data: st.DataObject) -> None:
        id, one = self.edited(data)
        if len(one["sections"]) > 1:
            section = data.draw(st.sampled_from(one["sections"]))
            self.ask("DELETE", f"/eportfolios/{id}/categories/{section}")
            one["sections"].remove(section)
            del one["pages"][section]

    @precondition(lambda self: any(one["active"] for one in self.known.values()))
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        id, one = self.one(data, active=True)
        assert self.ask("DELETE", f"/eportfolios/{id}")["workflow_state"] == "deleted"
        one["active"] = False

    @precondition(lambda self: any(not one["active"] for one in self.known.values()))
    @rule(data=st.data())
    def restore(self, data: st.DataObject) -> None:
        id, one = self.one(data, active=False)
        back = self.moderate("PUT", f"/eportfolios/{id}/restore")
        assert back["workflow_state"] == "active"
        one["active"] = True
        self.flag(one, back["name"])

    @precondition(lambda self: any(one["active"] for one in self.known.values()))
    @rule(data=st.data(), status=st.sampled_from(["marked_as_spam", "marked_as_safe"]))
    def judge(self, data: st.DataObject, status: str) -> None:
        id, one = self.one(data, active=True)
        self.moderate("PUT", f"/eportfolios/{id}/moderate", {"spam_status": status})
        one["status"] = status

    @rule(status=st.sampled_from(["marked_as_spam", "marked_as_safe"]))
    def judge_all(self, status: str) -> None:
        self.moderate("PUT", f"/users/{self.world.ids['cleo']}/eportfolios", {"spam_status": status})
        for one in self.known.values():
            if one["active"]:
                one["status"] = status

    # --- what always holds

    @invariant()
    def lists_hold_what_is_there(self) -> None:
        mine = {one["id"]: one for one in self.ask("GET", "/users/self/eportfolios?per_page=100")}
        assert set(mine) == {id for id, one in self.known.items() if one["active"]}
        path = f"/users/{self.world.ids['cleo']}/eportfolios?per_page=100&include[]=deleted"
        every = {one["id"]: one for one in self.moderate("GET", path)}
        assert set(every) == set(self.known)
        for id, one in self.known.items():
            assert every[id]["spam_status"] == one["status"]
            assert every[id]["workflow_state"] == ("active" if one["active"] else "deleted")

    @invariant()
    def everything_stands_in_its_place(self) -> None:
        for id, one in self.known.items():
            if not one["active"]:
                self.ask("GET", f"/eportfolios/{id}", status=403)
                continue
            sections = [row["eportfolio_category"] for row in self.ask("GET", f"/eportfolios/{id}/categories")]
            assert [row["id"] for row in sections] == one["sections"]
            assert [row["position"] for row in sections] == list(range(1, len(sections) + 1))
            assert len({row["slug"] for row in sections}) == len(sections)
            pages = self.ask("GET", f"/eportfolios/{id}/pages?per_page=100")
            places = {page["id"]: page["position"] for page in pages}
            for section in one["sections"]:
                inside = one["pages"][section]
                assert [places[page] for page in inside] == list(range(1, len(inside) + 1))
            assert set(places) == {page for inside in one["pages"].values() for page in inside}

    @invariant()
    def spam_closes_editing_to_its_author(self) -> None:
        for id, one in self.known.items():
            if one["active"] and one["status"] in SPAM:
                self.ask("PUT", f"/eportfolios/{id}", {"eportfolio[name]": "x"}, status=403)

    def teardown(self) -> None:
        self.world.close()


def test_any_sequence_of_changes_keeps_the_promises(engine: str, templates: Callable[[str], Template]) -> None:
    class Here(Stories):
        def __init__(self) -> None:
            self.world = World(templates(engine))
            super().__init__()

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=12, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
