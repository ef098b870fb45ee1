"""What one run is about: whose courses and people, which terms, with or without what is deleted. Source: account-reports.md §3."""

from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import CTE, ColumnElement, and_, case, func, or_, select, union

from quadrangle.accounts import account_courses, account_lineage, account_users
from quadrangle.courses import course_sections, courses, enrollments
from quadrangle.db.cells import local_time
from quadrangle.people import logins

STUDENT: Final = "StudentEnrollment"
TEST_STUDENT: Final = "StudentViewEnrollment"


class Scope(msgspec.Struct, frozen=True):
    """account_id: where it was asked, root_id above it. term_ids: None means all; term_names: of these, or of all that are active.
    course_id: the one course asked for. zone: IANA name."""

    account_id: int
    root_id: int
    term_ids: tuple[int, ...] | None
    term_names: tuple[str, ...]
    course_id: int | None
    include_deleted: bool
    parameters: dict[str, Any]
    root_settings: dict[str, Any]
    zone: str
    now: datetime

    @property
    def at_root(self) -> bool:
        return self.account_id == self.root_id

    @property
    def accounts_below(self) -> Any:
        """Ids of the account and all below it. Index: ix_account_lineage_ancestor_id_…."""
        return select(account_lineage.c.account_id).where(account_lineage.c.ancestor_id == self.account_id)

    def of_courses(self, *, always_within: bool = False) -> ColumnElement[bool]:
        """The courses of the account and of the terms, or the one that was asked for; always_within: and only if it belongs to the account.
        Indexes: ix_courses_root_account_id_id, primary key of account_courses."""
        conditions: list[ColumnElement[bool]] = [courses.c.root_account_id == self.root_id]
        if self.course_id is not None:
            conditions.append(courses.c.id == self.course_id)
        if not self.at_root and (self.course_id is None or always_within):
            within = select(account_courses.c.course_id).where(account_courses.c.account_id == self.account_id)
            conditions.append(courses.c.id.in_(within))
        if self.term_ids is not None:
            conditions.append(courses.c.enrollment_term_id.in_(self.term_ids))
        return and_(*conditions)

    def of_users(self, user_id: ColumnElement[Any]) -> ColumnElement[bool] | None:
        """People associated with a sub-account: enrolled in one of its courses, or a member of it or of one below; None at a root."""
        if self.at_root:
            return None
        origin = courses.alias("origin")
        enrolled = (
            select(enrollments.c.user_id)
            .join(courses, courses.c.id == enrollments.c.course_id)
            .join(course_sections, course_sections.c.id == enrollments.c.course_section_id)
            .outerjoin(origin, origin.c.id == course_sections.c.nonxlist_course_id)
            .where(
                enrollments.c.workflow_state != "deleted",
                or_(courses.c.account_id.in_(self.accounts_below), origin.c.account_id.in_(self.accounts_below)),
            )
        )
        members = select(account_users.c.user_id).where(
            account_users.c.workflow_state == "active", account_users.c.account_id.in_(self.accounts_below)
        )
        return user_id.in_(union(enrolled, members))

    def logins_of_people(self, *, deleted: bool) -> CTE:
        """One login of each person of the root: one that is not deleted before one that is, one with a SIS id before one without."""
        order = (
            case((logins.c.workflow_state == "deleted", 1), else_=0),
            case((logins.c.sis_user_id.is_(None), 1), else_=0),
            logins.c.position,
            logins.c.id,
        )
        rank = func.row_number().over(partition_by=logins.c.user_id, order_by=order).label("rank")
        ranked = select(
            logins.c.user_id, logins.c.sis_user_id, logins.c.integration_id, logins.c.workflow_state, rank
        ).where(logins.c.account_id == self.root_id)
        if not deleted:
            ranked = ranked.where(logins.c.workflow_state != "deleted")
        all_of_them = ranked.subquery("ranked")
        return select(all_of_them).where(all_of_them.c.rank == 1).cte("login_of")


def dates_if(restricted: ColumnElement[bool], moment: ColumnElement[Any]) -> ColumnElement[Any]:
    """A date that only counts where it restricts."""
    return case((restricted, local_time(moment)))
