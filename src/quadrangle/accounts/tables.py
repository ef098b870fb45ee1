"""Accounts and their tree, roles and overrides, admin memberships, enrollment terms."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text

from quadrangle.db.schema import BigId, Json, SortKey, UtcTime, flag_column, metadata, primary_id

accounts = Table(
    "accounts",
    metadata,
    primary_id(),
    Column("uuid", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("name_key", SortKey, nullable=False),
    Column("parent_account_id", BigId, ForeignKey("accounts.id")),
    Column("root_account_id", BigId, ForeignKey("accounts.id")),  # null for a root
    Column("workflow_state", Text, nullable=False),  # active | deleted
    Column("sis_source_id", Text),
    Column("integration_id", Text),
    Column("sis_batch_id", BigId),
    Column("default_time_zone", Text),
    Column("default_storage_quota", BigInteger),  # bytes
    Column("default_user_storage_quota", BigInteger),
    Column("default_group_storage_quota", BigInteger),
    Column("lti_guid", Text),
    Column("course_template_id", BigId),
    Column("settings", Json, nullable=False),
    Column("allowed_services", Json, nullable=False),
    flag_column("account_calendar_visible"),
    Column("account_calendar_subscription_type", Text, nullable=False, default="manual"),
    Column("terms_type", Text, nullable=False, default="default"),  # default | custom | no_terms; roots only
    flag_column("terms_passive", default=True),
    Column("terms_content", Text),
    Column("stuck_sis_fields", Json, nullable=False),  # names of the fields a person has edited
    # The stored restrict_student_past_view once more, where the question "may they read this course" meets it without opening JSON.
    Column("past_view_restricted", Boolean),  # null: nothing stored here
    flag_column("past_view_locked"),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Index(None, "parent_account_id", "workflow_state", "id"),
    # A deleted account cannot come back, so it gives its SIS id free.
    Index(
        "uq_accounts_sis_source_id",
        "root_account_id",
        "sis_source_id",
        unique=True,
        sqlite_where=text("workflow_state <> 'deleted'"),
        postgresql_where=text("workflow_state <> 'deleted'"),
    ),
    Index(None, "root_account_id", "integration_id"),
    sqlite_autoincrement=True,
)

# Every account with each of its ancestors, itself included (distance 0): "descendants of" and "chain above" are one index each.
account_lineage = Table(
    "account_lineage",
    metadata,
    Column("account_id", BigId, ForeignKey("accounts.id"), primary_key=True),
    Column("ancestor_id", BigId, ForeignKey("accounts.id"), primary_key=True),
    Column("distance", Integer, nullable=False),
    Index(None, "ancestor_id", "distance", "account_id"),
)

# Every course with its account and each account above that: "the courses of an account", of a term or of all, are one stretch of an index,
# however large the tree. home_id: the account the course stands in, by which a moved account takes its courses along; term_id: of the course.
account_courses = Table(
    "account_courses",
    metadata,
    Column("account_id", BigId, ForeignKey("accounts.id"), primary_key=True),
    Column("course_id", BigId, ForeignKey("courses.id"), primary_key=True),
    Column("home_id", BigId, ForeignKey("accounts.id"), nullable=False),
    Column("term_id", BigId, ForeignKey("enrollment_terms.id"), nullable=False),
    Index(None, "account_id", "term_id", "course_id"),
    Index(None, "course_id"),
    Index(None, "home_id"),
)

roles = Table(
    "roles",
    metadata,
    primary_id(),
    Column("name", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("base_role_type", Text, nullable=False),
    Column("account_id", BigId, ForeignKey("accounts.id")),  # null for a built-in
    Column("root_account_id", BigId, ForeignKey("accounts.id"), nullable=False),
    Column("workflow_state", Text, nullable=False),  # built_in | active | inactive | deleted
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Index(None, "root_account_id", "name"),
    Index(None, "account_id"),
    sqlite_autoincrement=True,
)

role_overrides = Table(
    "role_overrides",
    metadata,
    primary_id(),
    Column("account_id", BigId, ForeignKey("accounts.id"), nullable=False),
    Column("role_id", BigId, ForeignKey("roles.id"), nullable=False),
    Column("permission", Text, nullable=False),
    flag_column("enabled"),
    flag_column("locked"),
    flag_column("applies_to_self", default=True),
    flag_column("applies_to_descendants", default=True),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    UniqueConstraint("role_id", "account_id", "permission"),
    Index(None, "account_id"),
    sqlite_autoincrement=True,
)

# An admin membership: Canvas's AccountUser.
account_users = Table(
    "account_users",
    metadata,
    primary_id(),
    Column("account_id", BigId, ForeignKey("accounts.id"), nullable=False),
    Column("user_id", BigId, ForeignKey("users.id"), nullable=False),
    Column("role_id", BigId, ForeignKey("roles.id"), nullable=False),
    Column("workflow_state", Text, nullable=False),  # active | deleted
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Index(
        "uq_account_users_membership",
        "user_id",
        "account_id",
        "role_id",
        unique=True,
        sqlite_where=text("workflow_state = 'active'"),
        postgresql_where=text("workflow_state = 'active'"),
    ),
    Index(None, "account_id", "workflow_state", "id"),
    sqlite_autoincrement=True,
)

enrollment_terms = Table(
    "enrollment_terms",
    metadata,
    primary_id(),
    Column("root_account_id", BigId, ForeignKey("accounts.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("name_folded", Text, nullable=False),  # what a search looks in
    Column("start_at", UtcTime),
    Column("end_at", UtcTime),
    Column("workflow_state", Text, nullable=False),  # active | deleted
    Column("sis_source_id", Text),
    Column("integration_id", Text),
    Column("sis_batch_id", BigId),
    Column("grading_period_group_id", BigId),
    flag_column("is_default"),
    Column("overrides", Json, nullable=False),  # {"StudentEnrollment": {"start_at": text|null, "end_at": text|null}}
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Index(None, "root_account_id", "workflow_state"),
    Index(
        "uq_enrollment_terms_sis_source_id",
        "root_account_id",
        "sis_source_id",
        unique=True,
        sqlite_where=text("workflow_state <> 'deleted'"),
        postgresql_where=text("workflow_state <> 'deleted'"),
    ),
    sqlite_autoincrement=True,
)
