"""Who has which ePortfolio. Source: account-reports.md §4.5."""

from typing import Any, Final

from sqlalchemy import Select, exists, select

from quadrangle.courses import enrollments
from quadrangle.db.cells import truth, utc_time, words
from quadrangle.kernel.params import truthy
from quadrangle.people import logins, users
from quadrangle.portfolios import eportfolios
from quadrangle.reports.kinds import WITH_DELETED, Parameter, ReportKind, one_part
from quadrangle.reports.scope import Scope


def _eportfolios(scope: Scope) -> Select[Any]:
    """Of the whole root, wherever it was asked for."""
    login = exists().where(
        logins.c.user_id == users.c.id, logins.c.account_id == scope.root_id, logins.c.workflow_state != "deleted"
    )
    rows = (
        select(
            words(eportfolios.c.name),
            eportfolios.c.id,
            words(users.c.name),
            users.c.id,
            utc_time(eportfolios.c.created_at),
            utc_time(eportfolios.c.updated_at),
            truth(eportfolios.c.public.is_(True)),
            eportfolios.c.workflow_state,
        )
        .select_from(eportfolios)
        .join(users, users.c.id == eportfolios.c.user_id)
        .where(
            users.c.workflow_state != "deleted",
            login,
            eportfolios.c.workflow_state == ("deleted" if scope.include_deleted else "active"),
        )
        .order_by(eportfolios.c.id)
    )
    if truthy(scope.parameters.get("no_enrollments")):
        enrolled = exists().where(enrollments.c.user_id == users.c.id, enrollments.c.workflow_state != "deleted")
        rows = rows.where(~enrolled)
    return rows


KINDS: Final = (
    ReportKind(
        "eportfolio_report_csv",
        "Eportfolio Report",
        (Parameter("no_enrollments", "Only of people who are enrolled nowhere."), WITH_DELETED),
        one_part(
            "eportfolio_name,eportfolio_id,author_name,author_id,created_at,updated_at,is_public,workflow_state",
            _eportfolios,
        ),
    ),
)
