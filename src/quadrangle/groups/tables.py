"""Groups of people within a course or an account, the categories they stand in, and their members."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text, text

from quadrangle.db.schema import BigId, SortKey, UtcTime, flag_column, metadata, primary_id

group_categories = Table(
    "group_categories",
    metadata,
    primary_id(),
    Column("context_type", Text, nullable=False),  # Course | Account
    Column("context_id", BigId, nullable=False),
    Column("root_account_id", BigId, ForeignKey("accounts.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text),  # communities | student_organized | null
    Column("self_signup", Text),  # enabled | restricted | null
    Column("auto_leader", Text),
    Column("group_limit", Integer),
    Column("sis_source_id", Text),
    Column("deleted_at", UtcTime),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Index(None, "context_type", "context_id"),
    sqlite_autoincrement=True,
)

groups = Table(
    "groups",
    metadata,
    primary_id(),
    Column("uuid", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("name_key", SortKey, nullable=False),
    Column("description", Text),
    Column("context_type", Text, nullable=False),  # Course | Account
    Column("course_id", BigId, ForeignKey("courses.id")),
    Column("account_id", BigId, ForeignKey("accounts.id"), nullable=False),  # of the course for a course group
    Column("root_account_id", BigId, ForeignKey("accounts.id"), nullable=False),
    Column("group_category_id", BigId, ForeignKey("group_categories.id")),
    Column("workflow_state", Text, nullable=False),  # available | deleted
    flag_column("is_public"),
    Column("join_level", Text, nullable=False, default="invitation_only"),
    Column("max_membership", Integer),
    Column("storage_quota", BigInteger),
    Column("avatar_url", Text),
    Column("leader_id", BigId, ForeignKey("users.id")),
    Column("sis_source_id", Text),
    flag_column("non_collaborative"),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Index(None, "course_id", "workflow_state"),
    Index(None, "account_id", "workflow_state"),
    Index(None, "group_category_id"),
    Index("uq_groups_sis_source_id", "root_account_id", "sis_source_id", unique=True),
    sqlite_autoincrement=True,
)

group_memberships = Table(
    "group_memberships",
    metadata,
    primary_id(),
    Column("group_id", BigId, ForeignKey("groups.id"), nullable=False),
    Column("user_id", BigId, ForeignKey("users.id"), nullable=False),
    Column("workflow_state", Text, nullable=False),  # accepted | invited | requested | deleted
    Column("moderator", Boolean, nullable=False, default=False),
    Column("sis_batch_id", BigId),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Index(
        "uq_group_memberships_member",
        "group_id",
        "user_id",
        unique=True,
        sqlite_where=text("workflow_state <> 'deleted'"),
        postgresql_where=text("workflow_state <> 'deleted'"),
    ),
    Index(None, "user_id"),
    sqlite_autoincrement=True,
)
