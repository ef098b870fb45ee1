"""Everything asked of the database about runs of reports."""

from sqlalchemy import bindparam, func, select, update

from quadrangle.courses import courses
from quadrangle.db import Statement
from quadrangle.db.schema import BigId
from quadrangle.people import users
from quadrangle.reports.model import COMPILING, DELETED, ERROR, RUNNING, UNDER_WAY, AskedRun, ReportRun
from quadrangle.reports.tables import report_runs

_RUN = tuple(report_runs.c[name] for name in ReportRun.__struct_fields__)
_ALIVE = report_runs.c.workflow_state != DELETED
_OF_ACCOUNT = report_runs.c.account_id == bindparam("account_id", type_=BigId)
_OF_TYPE = report_runs.c.report_type == bindparam("report_type")

# One run in any state. Index: primary key.
RUN = Statement(select(*_RUN).where(report_runs.c.id == bindparam("id", type_=BigId)), into=ReportRun)

# The runs of one type at one account, the newest first. Index: ix_report_runs_account_id_report_type_id.
RUNS = Statement(
    select(*_RUN)
    .where(_OF_ACCOUNT, _OF_TYPE, _ALIVE)
    .order_by(report_runs.c.created_at.desc(), report_runs.c.id.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset")),
    into=ReportRun,
)
COUNT_RUNS = Statement(select(func.count()).select_from(report_runs).where(_OF_ACCOUNT, _OF_TYPE, _ALIVE), into=int)

# The same with who asked for each. Index: the same, primary key of users.
RUNS_WITH_AUTHORS = Statement(
    select(*_RUN, users.c.name.label("author"))
    .join(users, users.c.id == report_runs.c.user_id)
    .where(_OF_ACCOUNT, _OF_TYPE, _ALIVE)
    .order_by(report_runs.c.created_at.desc(), report_runs.c.id.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset")),
    into=AskedRun,
)

# The newest run of each type at one account. Index: ix_report_runs_account_id_report_type_id.
LAST_RUNS = Statement(
    select(*_RUN).where(
        report_runs.c.id.in_(
            select(func.max(report_runs.c.id)).where(_OF_ACCOUNT, _ALIVE).group_by(report_runs.c.report_type)
        )
    ),
    into=ReportRun,
)

# Note how far a run has come, if it is still under way. Index: primary key.
ADVANCE = Statement[None](
    update(report_runs)
    .where(
        report_runs.c.id == bindparam("which", type_=BigId),
        report_runs.c.workflow_state.in_((RUNNING, COMPILING)),
    )
    .values(
        current_line=bindparam("line", type_=BigId),
        total_lines=bindparam("total", type_=BigId),
        progress=bindparam("percent"),
    )
)

# Give up a run that is not over. Index: primary key.
GIVE_UP = Statement[None](
    update(report_runs)
    .where(
        report_runs.c.id == bindparam("which", type_=BigId),
        report_runs.c.workflow_state.in_(UNDER_WAY),
    )
    .values(
        workflow_state=ERROR,
        progress=100,
        end_at=bindparam("at", type_=report_runs.c.end_at.type),
        parameters=bindparam("kept", type_=report_runs.c.parameters.type),
    )
)

# A course of a root by its id or its SIS id, in any state. Indexes: primary key, uq_courses_sis_source_id.
COURSE_BY = {
    name: Statement(
        select(courses.c.id).where(
            courses.c.root_account_id == bindparam("root_id", type_=BigId),
            column == bindparam("value", type_=column.type),
        ),
        into=int,
    )
    for name, column in (("id", courses.c.id), ("sis_course_id", courses.c.sis_source_id))
}
