"""Users, their logins, their addresses, their web sessions, and the notices they were sent."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, text

from quadrangle.db.schema import BigId, SortKey, UtcTime, flag_column, metadata, primary_id

users = Table(
    "users",
    metadata,
    primary_id(),
    Column("uuid", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("sortable_name", Text, nullable=False),
    Column("sortable_key", SortKey, nullable=False),
    Column("short_name", Text, nullable=False),
    Column("search_key", Text, nullable=False),  # every name, folded, for LIKE
    Column("pronouns", Text),
    Column("time_zone", Text),
    Column("locale", Text),
    Column("bio", Text),
    Column("title", Text),
    Column("avatar_url", Text),
    Column("avatar_state", Text),  # none | submitted | approved | locked | …
    Column("calendar_secret", Text, nullable=False),
    Column("workflow_state", Text, nullable=False),  # pre_registered | registered | deleted
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Index(None, "sortable_key", "id"),
    sqlite_autoincrement=True,
)

logins = Table(
    "logins",
    metadata,
    primary_id(),
    Column("account_id", BigId, ForeignKey("accounts.id"), nullable=False),
    Column("user_id", BigId, ForeignKey("users.id"), nullable=False),
    Column("unique_id", Text, nullable=False),
    Column("unique_key", SortKey, nullable=False),  # unique_id, case folded
    Column("sis_user_id", SortKey),
    Column("sis_key", Text),  # sis_user_id, folded, for LIKE
    Column("integration_id", SortKey),
    Column("password_digest", Text),
    Column("authentication_provider_id", BigId),
    Column("declared_user_type", Text),
    Column("workflow_state", Text, nullable=False),  # active | suspended | deleted
    Column("position", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("last_request_at", UtcTime),
    Column("last_login_at", UtcTime),
    Column("current_login_ip", Text),
    Column("deleted_at", UtcTime),
    Index(None, "user_id", "workflow_state"),
    Index(
        "uq_logins_unique_key",
        "account_id",
        "unique_key",
        unique=True,
        sqlite_where=text("workflow_state <> 'deleted'"),
        postgresql_where=text("workflow_state <> 'deleted'"),
    ),
    Index(
        "uq_logins_sis_user_id",
        "account_id",
        "sis_user_id",
        unique=True,
        sqlite_where=text("workflow_state <> 'deleted'"),
        postgresql_where=text("workflow_state <> 'deleted'"),
    ),
    Index(None, "account_id", "integration_id"),
    sqlite_autoincrement=True,
)

communication_channels = Table(
    "communication_channels",
    metadata,
    primary_id(),
    Column("user_id", BigId, ForeignKey("users.id"), nullable=False),
    Column("type", Text, nullable=False),  # email
    Column("address", SortKey, nullable=False),
    Column("address_key", Text, nullable=False),  # folded, for LIKE
    Column("workflow_state", Text, nullable=False),  # unconfirmed | active | retired
    Column("confirmation_code", Text),
    Column("position", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Index(None, "user_id", "position"),
    sqlite_autoincrement=True,
)

sessions = Table(
    "sessions",
    metadata,
    primary_id(),
    Column("digest", Text, nullable=False, unique=True),
    Column("user_id", BigId, ForeignKey("users.id"), nullable=False),
    Column("login_id", BigId, ForeignKey("logins.id"), nullable=False),
    Column("csrf_token", Text, nullable=False),
    flag_column("remembered"),  # "stay signed in"
    Column("confirmed_at", UtcTime),  # when the password was given once more
    Column("address", Text),  # whence it was begun
    Column("agent", Text),  # what the browser called itself then
    Column("created_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Index(None, "user_id"),
    sqlite_autoincrement=True,
)

# What somebody was told: "Updated Wiki Page", "Access token created". One row a person.
notices = Table(
    "notices",
    metadata,
    primary_id(),
    Column("user_id", BigId, ForeignKey("users.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("path", Text),
    Column("created_at", UtcTime, nullable=False),
    Column("sent_at", UtcTime),
    Index(None, "user_id", "id"),
    sqlite_autoincrement=True,
)
