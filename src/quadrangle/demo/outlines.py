"""Modules: in which order courses are meant to be gone through."""

from datetime import datetime
from typing import Final

import msgspec

from quadrangle.demo.places import day


class Item(msgspec.Struct, frozen=True):
    """One item: a page by its slug, a file by its name, an address, or, without any, a heading."""

    title: str = ""
    page: str | None = None
    address: str | None = None
    file: str | None = None
    indent: int = 0


class Outline(msgspec.Struct, frozen=True):
    """A module of a course. opens: students see what is in it from then on; after: it follows the module before it."""

    course: str
    made: datetime
    name: str
    items: tuple[Item, ...]
    opens: datetime | None = None
    after: bool = False
    published: bool = True


OUTLINES: Final = (
    Outline(
        "BIO110", day("2026-11-20 10:00"), "Before you go out",
        (
            Item(page="safety-in-and-near-water"),
            Item(page="what-should-we-bring-on-friday", indent=1),
            Item("Tides and river levels today", address="https://check-for-flooding.service.gov.uk/river-and-sea-levels"),
        ),
    ),
    Outline(
        "BIO110", day("2026-11-20 10:05"), "At the water",
        (
            Item("Catching"),
            Item(page="kick-sampling", indent=1),
            Item(file="field-sheet.csv", indent=1),
            Item("Naming and counting"),
            Item(page="species-list", indent=1),
            Item(page="biotic-index", indent=1),
        ),
        after=True,
    ),
    Outline(
        "BIO110", day("2026-11-20 10:10"), "Writing it up",
        (Item(page="writing-the-team-report"),),
        opens=day("2026-12-07 08:00"),
    ),
    Outline(
        "CMP120", day("2026-11-21 14:00"), "First steps",
        (Item(page="week-1-a-program-is-a-text"), Item(page="week-2-if-and-otherwise")),
    ),
    Outline("CMP120", day("2026-11-21 14:05"), "On your own, in pairs", (Item(page="pair-project"),), after=True),
    Outline("CMP120", day("2026-11-21 14:10"), "Next term (not yet)", (Item("Recursion"),), published=False),
)  # fmt: skip
