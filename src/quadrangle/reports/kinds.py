"""What a report is: its title, what can be asked of it, and its parts. Source: account-reports.md §4."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import Select

from quadrangle.reports.scope import Scope

Takes = Literal["flag", "part", "terms", "course", "moment", "one", "several"]


class Parameter(msgspec.Struct, frozen=True):
    """One thing that can be said. `required` is told, never enforced (account-reports.md §2.2).

    takes: what it is made of; a part is a flag of which at least one counts. choices: the words that one, or several, are taken from.
    """

    name: str
    description: str
    required: bool = False
    takes: Takes = "flag"
    choices: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Its name as it is read; that of a list is told with the brackets it is sent with."""
        return self.name.removesuffix("[]")


class Part(msgspec.Struct, frozen=True):
    """One file of a report. rows: its columns are as many as the header has, ready as cells. instead: the one line of a part without rows."""

    name: str
    header: Sequence[str]
    rows: Select[Any] | None
    instead: str | None = None


class ReportKind(msgspec.Struct, frozen=True):
    """parts: of a run; raises CannotBeDone. zipped: a ZIP even with one part. names_parts: the run notes which parts it had.
    prepare: what the run writes into its parameters first."""

    name: str
    title: str
    parameters: tuple[Parameter, ...]
    parts: Callable[[Scope], list[Part]]
    zipped: bool = False
    names_parts: bool = False
    prepare: Callable[[dict[str, Any], datetime], dict[str, Any]] | None = None

    @property
    def by_term(self) -> bool:
        return any(one.name == TERM.name for one in self.parameters)

    @property
    def by_course(self) -> bool:
        return any(one.name == COURSE.name for one in self.parameters)

    @property
    def tells_deleted(self) -> bool:
        return any(one.name == WITH_DELETED.name for one in self.parameters)


TERM: Final = Parameter(
    "enrollment_term_id",
    "Only courses of these terms: an id, a SIS id as `sis_term_id:…`, several with commas between them, or `active_terms`. Default: all terms.",
    takes="terms",
)
COURSE: Final = Parameter("course_id", "Only this course: its id, or its SIS id as `sis_course_id:…`.", takes="course")
WITH_DELETED: Final = Parameter("include_deleted", "Also what has been deleted, as far as the report can tell of it.")


def one_part(header: str, rows: Callable[[Scope], Select[Any]]) -> Callable[[Scope], list[Part]]:
    """The parts of a report that has one. header: as in the file."""
    names = header.split(",")
    return lambda scope: [Part("", names, rows(scope))]
