"""Docs run: their examples are answered as they say, and nothing that people meet is missing from them. Source: STYLE §16."""

import re
from pathlib import Path

import pytest

from quadrangle.accounts.permissions import GENERAL_RIGHTS
from tests.docs.examples import body_of, check, examples_of, filled
from tests.docs.generated import DOCS, TABLES, failures, fresh
from tests.world import World

GUIDES = sorted((DOCS / "guides").glob("*.md"))
ROOT = DOCS.parent


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_its_examples_are_answered_as_it_says(guide: Path, world: World) -> None:
    known: dict[str, str] = {}
    for example in examples_of(guide):
        client = world.as_(example.who)
        reply = client.request(example.method, filled(example.path, known), **body_of(example, known))
        check(example, reply, known)


@pytest.mark.parametrize("name", TABLES)
def test_its_table_is_fresh(name: str) -> None:
    assert TABLES[name][0].read_text() == fresh(name), "run make docs"


def test_general_rights_are_told() -> None:
    told = (DOCS / "guides" / "permissions.md").read_text()
    assert [right for right in GENERAL_RIGHTS if f"`{right}`" not in told] == []


def test_every_failure_has_a_code_of_its_own() -> None:
    codes = [failure.code for failure in failures()]
    assert len(codes) == len(set(codes))
    assert "failure" not in codes


@pytest.mark.parametrize(
    "page", [*sorted(DOCS.rglob("*.md")), *sorted(ROOT.glob("*.md"))], ids=lambda path: str(path.relative_to(ROOT))
)
def test_its_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text)]
    local = [target for target in targets if target and not target.startswith(("http:", "https:", "mailto:"))]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_every_decision_has_its_parts() -> None:
    for record in sorted((DOCS / "decisions").glob("0*.md")):
        text = record.read_text()
        missing = [part for part in ("Context", "Decision", "Consequences", "Alternatives") if f"## {part}" not in text]
        assert missing == [], record.name
