"""ePortfolios under load: one with many pages, somebody with many, and a campus on which many have been judged.

The student's first portfolio has the pages; its second one is public, with one page of twenty blocks. Most of what was judged is safe, by people
who have no spam, as on a campus whose moderators do their work: twenty portfolios count as spam, whatever there is beside them.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import Table

from quadrangle.accounts import ROOT_ID
from quadrangle.people import logins, users
from quadrangle.portfolios import FLAGGED, SAFE, SPAM, SPAM_ORDER, eportfolio_entries, eportfolio_sections, eportfolios

START: Final = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
FIRST: Final = 1_001  # the one with the pages
PUBLIC: Final = FIRST + 1
PUBLIC_PAGE: Final = "twenty-blocks"
SECTIONS: Final = 10
FIRST_AUTHOR: Final = 10_001
EACH: Final = 10  # judged portfolios of one author
BLOCKS: Final = 20
TEXT: Final = (
    "<p>Between the tides the water stands still for a while, and so did we, with our notebooks on the quay.</p>" * 4
)

Rows = Iterable[tuple[Any, ...]]


def rows(student_id: int, own: int, entries: int, judged: int) -> list[tuple[Table, Sequence[str], Rows]]:
    """own: portfolios of the student; entries: in the first of them; judged: portfolios of others."""
    authors = judged // EACH
    columns = [
        "id",
        "user_id",
        "name",
        "public",
        "workflow_state",
        "spam_status",
        "spam_order",
        "created_at",
        "updated_at",
    ]
    return [
        (
            users,
            [
                *("id", "uuid", "name", "sortable_name", "sortable_key", "short_name", "search_key", "calendar_secret"),
                *("workflow_state", "created_at", "updated_at"),
            ],
            (
                (
                    *(
                        FIRST_AUTHOR + n,
                        f"author{n}",
                        f"Author {n}",
                        f"{n}, Author",
                        f"author {n}",
                        f"Author {n}",
                        f"author {n}",
                    ),
                    *(f"secret{n}", "registered", START, START),
                )
                for n in range(authors)
            ),
        ),
        (
            logins,
            [
                *("id", "account_id", "user_id", "unique_id", "unique_key", "workflow_state", "position"),
                *("created_at", "updated_at"),
            ],
            (
                (FIRST_AUTHOR + n, ROOT_ID, FIRST_AUTHOR + n, f"author{n}@x", f"author{n}@x", "active", 1, START, START)
                for n in range(authors)
            ),
        ),
        (eportfolios, columns, (_own(student_id, n) for n in range(own))),
        (eportfolios, columns, (_judged(FIRST + own + n, n, authors) for n in range(judged))),
        (
            eportfolio_sections,
            ["id", "eportfolio_id", "name", "slug", "position", "created_at", "updated_at"],
            [
                *((FIRST + n, FIRST, f"Section {n}", f"section-{n}", n + 1, START, START) for n in range(SECTIONS)),
                (FIRST + SECTIONS, PUBLIC, "Home", "home", 1, START, START),
            ],
        ),
        (
            eportfolio_entries,
            [
                *("id", "uid", "eportfolio_id", "section_id", "name", "slug", "position", "allow_comments"),
                *("show_comments", "lock_version", "created_at", "updated_at", "content"),
            ],
            [
                *(_entry(FIRST, FIRST + n % SECTIONS, n, 1) for n in range(entries)),
                _entry(PUBLIC, FIRST + SECTIONS, entries, BLOCKS, PUBLIC_PAGE),
            ],
        ),
    ]


def _own(student_id: int, n: int) -> tuple[Any, ...]:
    at = START + timedelta(seconds=n)
    return FIRST + n, student_id, f"Portfolio {n}", n == 1, "active", None, None, at, at


def _judged(id: int, n: int, authors: int) -> tuple[Any, ...]:
    """Four authors have five that count as spam; what everybody else has is safe, and so are five of theirs."""
    status = (FLAGGED if n % 2 else SPAM) if n % authors < 4 and n // authors < EACH // 2 else SAFE
    return id, FIRST_AUTHOR + n % authors, f"Judged {n}", False, "active", status, SPAM_ORDER[status], START, START


def _entry(portfolio: int, section: int, n: int, blocks: int, slug: str | None = None) -> tuple[Any, ...]:
    content = [{"section_type": "rich_text", "content": TEXT}] * blocks
    at = START + timedelta(seconds=n)
    return (
        *(FIRST + n, f"uid{n}", portfolio, section, f"Page {n}", slug or f"page-{n}", n // SECTIONS + 1, False),
        *(False, 1, at, at, msgspec.json.encode(content).decode()),
    )
