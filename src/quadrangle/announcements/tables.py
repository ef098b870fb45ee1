"""What accounts announce to their people, to whom, and who has closed it."""

from sqlalchemy import Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text, text

from quadrangle.db.schema import BigId, UtcTime, flag_column, metadata, primary_id

announcements = Table(
    "announcements",
    metadata,
    primary_id(),
    Column("account_id", BigId, ForeignKey("accounts.id"), nullable=False),
    Column("root_account_id", BigId, ForeignKey("accounts.id"), nullable=False),
    Column("user_id", BigId, ForeignKey("users.id"), nullable=False),  # who wrote it
    Column("subject", Text, nullable=False),
    Column("start_at", UtcTime, nullable=False),
    Column("end_at", UtcTime, nullable=False),
    Column("icon", Text, nullable=False),  # warning | information | question | error | calendar
    flag_column("targeted"),  # has rows in announcement_roles; without any it is for everybody
    flag_column("domain_specific"),
    Column("required_account_service", Text),  # account_survey_notifications
    Column("months_in_display_cycle", Integer),  # 1 to 48
    flag_column("send_message"),
    Column("messages_sent_at", UtcTime),  # null while the mail that send_message asks for is due
    Column("workflow_state", Text, nullable=False),  # active | deleted
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("message", Text, nullable=False),  # HTML; last, as long texts are
    # What is over is the most of it after a few years: a list of what is on must not read it.
    Index(
        "ix_announcements_account_id_end_at",
        "account_id",
        "end_at",
        sqlite_where=text("workflow_state = 'active'"),
        postgresql_where=text("workflow_state = 'active'"),
    ),
    sqlite_autoincrement=True,
)

# The roles an announcement is for, in the order they were named. A null role is everybody without an enrollment.
announcement_roles = Table(
    "announcement_roles",
    metadata,
    Column("announcement_id", BigId, ForeignKey("announcements.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("role_id", BigId, ForeignKey("roles.id")),
    PrimaryKeyConstraint("announcement_id", "position"),
)

# Canvas's closed_notifications.
announcement_dismissals = Table(
    "announcement_dismissals",
    metadata,
    Column("user_id", BigId, ForeignKey("users.id"), nullable=False),
    Column("announcement_id", BigId, ForeignKey("announcements.id"), nullable=False),
    Column("dismissed_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("user_id", "announcement_id"),
)
