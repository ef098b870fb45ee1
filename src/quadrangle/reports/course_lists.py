"""Lists of courses. Source: account-reports.md §4.1."""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select

from quadrangle.accounts import accounts
from quadrangle.courses import courses
from quadrangle.db.cells import local_time, megabytes, words
from quadrangle.files import files
from quadrangle.modules import modules
from quadrangle.pages import pages, wikis
from quadrangle.reports.kinds import TERM, ReportKind, one_part
from quadrangle.reports.scope import Scope, dates_if

RECENTLY: Final = timedelta(days=30)
LEAST_BILLED: Final = 512  # bytes that a file counts at least
_NOT_DELETED: Final = courses.c.workflow_state != "deleted"
_HEADER: Final = "id,sis id,short name,name,start date,end date"


def _listed(scope: Scope, *conditions: ColumnElement[bool]) -> Select[Any]:
    restricted = courses.c.restrict_enrollments_to_course_dates
    return (
        select(
            courses.c.id,
            words(courses.c.sis_source_id),
            words(courses.c.course_code),
            words(courses.c.name),
            dates_if(restricted, courses.c.start_at),
            dates_if(restricted, courses.c.conclude_at),
        )
        .where(scope.of_courses(), *conditions)
        .order_by(courses.c.id)
    )


def _unpublished(scope: Scope) -> Select[Any]:
    return _listed(scope, courses.c.workflow_state.in_(("claimed", "created")))


def _public(scope: Scope) -> Select[Any]:
    return _listed(scope, courses.c.is_public.is_(True), _NOT_DELETED)


def _recently_deleted(scope: Scope) -> Select[Any]:
    return _listed(scope, courses.c.workflow_state == "deleted", courses.c.updated_at > scope.now - RECENTLY)


STATUS: Final = case(
    (courses.c.workflow_state.in_(("created", "claimed")), "unpublished"),
    (courses.c.workflow_state == "available", "active"),
    (courses.c.workflow_state == "completed", "concluded"),
    else_=courses.c.workflow_state,
)


def _unused(scope: Scope) -> Select[Any]:
    """Courses without a file, module or page; assignments, discussions and quizzes are not kept here."""
    file = exists().where(
        files.c.context_type == "Course", files.c.context_id == courses.c.id, files.c.workflow_state == "available"
    )
    module = exists().where(modules.c.course_id == courses.c.id, modules.c.workflow_state != "deleted")
    page = (
        select(pages.c.id)
        .join(wikis, wikis.c.id == pages.c.wiki_id)
        .where(
            wikis.c.context_type == "Course", wikis.c.context_id == courses.c.id, pages.c.workflow_state != "deleted"
        )
        .exists()
    )
    return (
        select(
            courses.c.id,
            words(courses.c.sis_source_id),
            words(courses.c.course_code),
            words(courses.c.name),
            STATUS,
            local_time(courses.c.created_at),
        )
        .where(scope.of_courses(), _NOT_DELETED, ~file, ~module, ~page)
        .order_by(courses.c.id)
    )


def _storage(scope: Scope) -> Select[Any]:
    billed = case((files.c.size < LEAST_BILLED, LEAST_BILLED), else_=files.c.size)
    sums = (
        select(
            files.c.context_id,
            func.sum(files.c.size).label("used"),
            func.sum(billed).label("billed"),
        )
        .where(files.c.context_type == "Course", files.c.workflow_state == "available")
        .group_by(files.c.context_id)
        .subquery("sums")
    )
    return (
        select(
            courses.c.id,
            words(courses.c.sis_source_id),
            words(courses.c.course_code),
            words(courses.c.name),
            courses.c.account_id,
            words(accounts.c.sis_source_id),
            words(accounts.c.name),
            megabytes(func.coalesce(sums.c.used, 0)),
            megabytes(func.coalesce(sums.c.billed, 0)),
        )
        .select_from(courses)
        .join(accounts, accounts.c.id == courses.c.account_id)
        .outerjoin(sums, and_(sums.c.context_id == courses.c.id))
        .where(scope.of_courses(), _NOT_DELETED)
        .order_by(courses.c.id)
    )


KINDS: Final = (
    ReportKind(
        "course_storage_csv",
        "Course Storage",
        (TERM,),
        one_part(
            "id,sis id,short name,name,account id,account sis id,account name,storage used in MB,sum of all files in MB",
            _storage,
        ),
    ),
    ReportKind("public_courses_csv", "Public Courses", (TERM,), one_part(_HEADER, _public)),
    ReportKind(
        "recently_deleted_courses_csv", "Recently Deleted Courses", (TERM,), one_part(_HEADER, _recently_deleted)
    ),
    ReportKind("unpublished_courses_csv", "Unpublished Courses", (TERM,), one_part(_HEADER, _unpublished)),
    ReportKind(
        "unused_courses_csv",
        "Unused Courses",
        (TERM,),
        one_part("course id,course sis id,short name,long name,status,created at", _unused),
    ),
)
