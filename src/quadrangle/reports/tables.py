"""Runs of account reports."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text

from quadrangle.db.schema import BigId, Json, UtcTime, metadata, primary_id

report_runs = Table(
    "report_runs",
    metadata,
    primary_id(),
    Column("account_id", BigId, ForeignKey("accounts.id"), nullable=False),
    Column("root_account_id", BigId, ForeignKey("accounts.id"), nullable=False),
    Column("user_id", BigId, ForeignKey("users.id"), nullable=False),
    Column("report_type", Text, nullable=False),
    Column("parameters", Json, nullable=False),  # as they were sent
    Column(
        "workflow_state", Text, nullable=False
    ),  # created | running | compiling | complete | error | aborted | deleted
    Column("progress", Integer, nullable=False),  # percent
    Column("current_line", BigInteger),
    Column("total_lines", BigInteger),  # about
    Column("file_id", BigId, ForeignKey("files.id")),
    Column("job_id", BigId),
    Column("created_at", UtcTime, nullable=False),
    Column("start_at", UtcTime),
    Column("end_at", UtcTime),
    Index(None, "account_id", "report_type", "id"),
    sqlite_autoincrement=True,
)
