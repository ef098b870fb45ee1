"""Access tokens, the developer keys of OAuth applications, and the codes of an authorisation in progress. Secrets are digests only."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from quadrangle.db.schema import BigId, Json, UtcTime, flag_column, metadata, primary_id

developer_keys = Table(
    "developer_keys",
    metadata,
    primary_id(),
    Column("name", Text, nullable=False),
    Column("client_id", Text, nullable=False, unique=True),
    Column("secret_digest", Text),  # null: a public client
    Column("redirect_uri", Text, nullable=False),
    Column("scopes", Json, nullable=False),
    flag_column("require_scopes"),
    flag_column("allow_includes", default=True),
    flag_column("trusted"),  # its users are not asked for consent
    Column("workflow_state", Text, nullable=False),  # active | inactive
    Column("created_at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)

access_tokens = Table(
    "access_tokens",
    metadata,
    primary_id(),
    Column("user_id", BigId, ForeignKey("users.id"), nullable=False),
    Column("real_user_id", BigId, ForeignKey("users.id")),
    Column("developer_key_id", BigId, ForeignKey("developer_keys.id")),  # null: made by hand
    Column("digest", Text, nullable=False, unique=True),
    Column("token_hint", Text, nullable=False),
    Column("refresh_digest", Text, unique=True),
    Column("purpose", Text),
    Column("workflow_state", Text, nullable=False),  # pending | active | deleted
    Column("scopes", Json, nullable=False),
    flag_column("remember_access"),
    Column("permanent_expires_at", UtcTime),  # of tokens made by hand
    Column("expires_at", UtcTime),  # the hour of an OAuth token
    Column("last_used_at", UtcTime),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Index(None, "user_id", "created_at", "id"),
    Index(None, "user_id", "token_hint"),
    sqlite_autoincrement=True,
)

oauth_codes = Table(
    "oauth_codes",
    metadata,
    primary_id(),
    Column("digest", Text, nullable=False, unique=True),
    Column("developer_key_id", BigId, ForeignKey("developer_keys.id"), nullable=False),
    Column("user_id", BigId, ForeignKey("users.id"), nullable=False),
    Column("real_user_id", BigId, ForeignKey("users.id")),
    Column("redirect_uri", Text, nullable=False),
    Column("scopes", Json, nullable=False),
    Column("purpose", Text),
    flag_column("remember_access"),
    Column("code_challenge", Text),
    Column("expires_at", UtcTime, nullable=False),
    Index(None, "expires_at"),
    sqlite_autoincrement=True,
)

# One-time addresses that start a web session (GET /login/session_token).
session_tickets = Table(
    "session_tickets",
    metadata,
    primary_id(),
    Column("digest", Text, nullable=False, unique=True),
    Column("user_id", BigId, ForeignKey("users.id"), nullable=False),
    Column("return_to", Text, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Index(None, "expires_at"),
    sqlite_autoincrement=True,
)

# One-time addresses at which somebody chooses a new password, handed to them by an administrator.
password_resets = Table(
    "password_resets",
    metadata,
    primary_id(),
    Column("digest", Text, nullable=False, unique=True),
    Column("login_id", BigId, ForeignKey("logins.id"), nullable=False),
    Column("made_by", BigId, ForeignKey("users.id"), nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Index(None, "login_id"),
    sqlite_autoincrement=True,
)

# Applications that sign with ID keys (Brightspace). Keys are derived from the ids, never kept.
id_apps = Table(
    "id_apps",
    metadata,
    primary_id(),
    Column("app_id", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("trusted_url", Text),  # null: its users cannot be led back anywhere
    Column("workflow_state", Text, nullable=False),  # active | inactive | deleted
    Column("created_at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)

# User tokens of such applications.
id_keys = Table(
    "id_keys",
    metadata,
    primary_id(),
    Column("token_id", Text, nullable=False, unique=True),
    Column("id_app_id", BigId, ForeignKey("id_apps.id"), nullable=False),
    Column("user_id", BigId, ForeignKey("users.id"), nullable=False),
    Column("workflow_state", Text, nullable=False),  # active | inactive | deleted
    Column("last_used_at", UtcTime),
    Column("created_at", UtcTime, nullable=False),
    Index(None, "user_id"),
    Index(None, "id_app_id", "user_id"),
    sqlite_autoincrement=True,
)
