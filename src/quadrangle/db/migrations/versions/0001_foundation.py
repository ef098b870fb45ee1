"""The foundation: people, accounts, courses, groups, pages, tokens."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from quadrangle.db.migrations.ids import start_ids

revision = "0001"
down_revision = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UtcTime = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
Json = postgresql.JSONB().with_variant(sa.Text(), "sqlite")
SortKey = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("uuid", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", SortKey, nullable=False),
        sa.Column("parent_account_id", BigId, nullable=True),
        sa.Column("root_account_id", BigId, nullable=True),
        sa.Column("workflow_state", sa.Text(), nullable=False),
        sa.Column("sis_source_id", sa.Text(), nullable=True),
        sa.Column("integration_id", sa.Text(), nullable=True),
        sa.Column("sis_batch_id", BigId, nullable=True),
        sa.Column("default_time_zone", sa.Text(), nullable=True),
        sa.Column("default_storage_quota", sa.BigInteger(), nullable=True),
        sa.Column("default_user_storage_quota", sa.BigInteger(), nullable=True),
        sa.Column("default_group_storage_quota", sa.BigInteger(), nullable=True),
        sa.Column("lti_guid", sa.Text(), nullable=True),
        sa.Column("course_template_id", BigId, nullable=True),
        sa.Column("settings", Json, nullable=False),
        sa.Column("allowed_services", Json, nullable=False),
        sa.Column("account_calendar_visible", sa.Boolean(), nullable=False),
        sa.Column("account_calendar_subscription_type", sa.Text(), nullable=False),
        sa.Column("terms_type", sa.Text(), nullable=False),
        sa.Column("terms_passive", sa.Boolean(), nullable=False),
        sa.Column("terms_content", sa.Text(), nullable=True),
        sa.Column("stuck_sis_fields", Json, nullable=False),
        sa.Column("past_view_restricted", sa.Boolean(), nullable=True),
        sa.Column("past_view_locked", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("updated_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["parent_account_id"], ["accounts.id"], name=op.f("fk_accounts_parent_account_id")),
        sa.ForeignKeyConstraint(["root_account_id"], ["accounts.id"], name=op.f("fk_accounts_root_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("uuid", name=op.f("uq_accounts_uuid")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_accounts_parent_account_id_workflow_state_id"),
        "accounts",
        ["parent_account_id", "workflow_state", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_accounts_root_account_id_integration_id"),
        "accounts",
        ["root_account_id", "integration_id"],
        unique=False,
    )
    op.create_index(
        "uq_accounts_sis_source_id",
        "accounts",
        ["root_account_id", "sis_source_id"],
        unique=True,
        sqlite_where=sa.text("workflow_state <> 'deleted'"),
        postgresql_where=sa.text("workflow_state <> 'deleted'"),
    )
    op.create_table(
        "developer_keys",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("secret_digest", sa.Text(), nullable=True),
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column("scopes", Json, nullable=False),
        sa.Column("require_scopes", sa.Boolean(), nullable=False),
        sa.Column("allow_includes", sa.Boolean(), nullable=False),
        sa.Column("trusted", sa.Boolean(), nullable=False),
        sa.Column("workflow_state", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_developer_keys")),
        sa.UniqueConstraint("client_id", name=op.f("uq_developer_keys_client_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "users",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("uuid", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sortable_name", sa.Text(), nullable=False),
        sa.Column("sortable_key", SortKey, nullable=False),
        sa.Column("short_name", sa.Text(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("pronouns", sa.Text(), nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=True),
        sa.Column("locale", sa.Text(), nullable=True),
        sa.Column("bio", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("avatar_url", sa.Text(), nullable=True),
        sa.Column("avatar_state", sa.Text(), nullable=True),
        sa.Column("calendar_secret", sa.Text(), nullable=False),
        sa.Column("workflow_state", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("updated_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("uuid", name=op.f("uq_users_uuid")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_users_sortable_key_id"), "users", ["sortable_key", "id"], unique=False)
    op.create_table(
        "wikis",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("context_type", sa.Text(), nullable=False),
        sa.Column("context_id", BigId, nullable=False),
        sa.Column("front_page_id", BigId, nullable=True),
        sa.Column("pages_count", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wikis")),
        sa.UniqueConstraint("context_type", "context_id", name=op.f("uq_wikis_context_type_context_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "access_tokens",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("real_user_id", BigId, nullable=True),
        sa.Column("developer_key_id", BigId, nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("token_hint", sa.Text(), nullable=False),
        sa.Column("refresh_digest", sa.Text(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("workflow_state", sa.Text(), nullable=False),
        sa.Column("scopes", Json, nullable=False),
        sa.Column("remember_access", sa.Boolean(), nullable=False),
        sa.Column("permanent_expires_at", UtcTime, nullable=True),
        sa.Column("expires_at", UtcTime, nullable=True),
        sa.Column("last_used_at", UtcTime, nullable=True),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("updated_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(
            ["developer_key_id"], ["developer_keys.id"], name=op.f("fk_access_tokens_developer_key_id")
        ),
        sa.ForeignKeyConstraint(["real_user_id"], ["users.id"], name=op.f("fk_access_tokens_real_user_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_access_tokens_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_access_tokens_digest")),
        sa.UniqueConstraint("refresh_digest", name=op.f("uq_access_tokens_refresh_digest")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_access_tokens_user_id_created_at_id"), "access_tokens", ["user_id", "created_at", "id"], unique=False
    )
    op.create_index(
        op.f("ix_access_tokens_user_id_token_hint"), "access_tokens", ["user_id", "token_hint"], unique=False
    )
    op.create_table(
        "account_lineage",
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("ancestor_id", BigId, nullable=False),
        sa.Column("distance", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_account_lineage_account_id")),
        sa.ForeignKeyConstraint(["ancestor_id"], ["accounts.id"], name=op.f("fk_account_lineage_ancestor_id")),
        sa.PrimaryKeyConstraint("account_id", "ancestor_id", name=op.f("pk_account_lineage")),
    )
    op.create_index(
        op.f("ix_account_lineage_ancestor_id_distance_account_id"),
        "account_lineage",
        ["ancestor_id", "distance", "account_id"],
        unique=False,
    )
    op.create_table(
        "communication_channels",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("address", SortKey, nullable=False),
        sa.Column("address_key", sa.Text(), nullable=False),
        sa.Column("workflow_state", sa.Text(), nullable=False),
        sa.Column("confirmation_code", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("updated_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_communication_channels_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_communication_channels")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_communication_channels_user_id_position"),
        "communication_channels",
        ["user_id", "position"],
        unique=False,
    )
    op.create_table(
        "enrollment_terms",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("root_account_id", BigId, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_folded", sa.Text(), nullable=False),
        sa.Column("start_at", UtcTime, nullable=True),
        sa.Column("end_at", UtcTime, nullable=True),
        sa.Column("workflow_state", sa.Text(), nullable=False),
        sa.Column("sis_source_id", sa.Text(), nullable=True),
        sa.Column("integration_id", sa.Text(), nullable=True),
        sa.Column("sis_batch_id", BigId, nullable=True),
        sa.Column("grading_period_group_id", BigId, nullable=True),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("overrides", Json, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("updated_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["root_account_id"], ["accounts.id"], name=op.f("fk_enrollment_terms_root_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrollment_terms")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_enrollment_terms_root_account_id_workflow_state"),
        "enrollment_terms",
        ["root_account_id", "workflow_state"],
        unique=False,
    )
    op.create_index(
        "uq_enrollment_terms_sis_source_id",
        "enrollment_terms",
        ["root_account_id", "sis_source_id"],
        unique=True,
        sqlite_where=sa.text("workflow_state <> 'deleted'"),
        postgresql_where=sa.text("workflow_state <> 'deleted'"),
    )
    op.create_table(
        "group_categories",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("context_type", sa.Text(), nullable=False),
        sa.Column("context_id", BigId, nullable=False),
        sa.Column("root_account_id", BigId, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("self_signup", sa.Text(), nullable=True),
        sa.Column("auto_leader", sa.Text(), nullable=True),
        sa.Column("group_limit", sa.Integer(), nullable=True),
        sa.Column("sis_source_id", sa.Text(), nullable=True),
        sa.Column("deleted_at", UtcTime, nullable=True),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("updated_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["root_account_id"], ["accounts.id"], name=op.f("fk_group_categories_root_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_categories")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_group_categories_context_type_context_id"),
        "group_categories",
        ["context_type", "context_id"],
        unique=False,
    )
    op.create_table(
        "logins",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("unique_id", sa.Text(), nullable=False),
        sa.Column("unique_key", SortKey, nullable=False),
        sa.Column("sis_user_id", SortKey, nullable=True),
        sa.Column("sis_key", sa.Text(), nullable=True),
        sa.Column("integration_id", SortKey, nullable=True),
        sa.Column("password_digest", sa.Text(), nullable=True),
        sa.Column("authentication_provider_id", BigId, nullable=True),
        sa.Column("declared_user_type", sa.Text(), nullable=True),
        sa.Column("workflow_state", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("updated_at", UtcTime, nullable=False),
        sa.Column("last_request_at", UtcTime, nullable=True),
        sa.Column("last_login_at", UtcTime, nullable=True),
        sa.Column("current_login_ip", sa.Text(), nullable=True),
        sa.Column("deleted_at", UtcTime, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_logins_account_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_logins_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logins")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_logins_account_id_integration_id"), "logins", ["account_id", "integration_id"], unique=False
    )
    op.create_index(op.f("ix_logins_user_id_workflow_state"), "logins", ["user_id", "workflow_state"], unique=False)
    op.create_index(
        "uq_logins_sis_user_id",
        "logins",
        ["account_id", "sis_user_id"],
        unique=True,
        sqlite_where=sa.text("workflow_state <> 'deleted'"),
        postgresql_where=sa.text("workflow_state <> 'deleted'"),
    )
    op.create_index(
        "uq_logins_unique_key",
        "logins",
        ["account_id", "unique_key"],
        unique=True,
        sqlite_where=sa.text("workflow_state <> 'deleted'"),
        postgresql_where=sa.text("workflow_state <> 'deleted'"),
    )
    op.create_table(
        "notices",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=True),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("sent_at", UtcTime, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notices_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_notices_user_id_id"), "notices", ["user_id", "id"], unique=False)
    op.create_table(
        "oauth_codes",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("developer_key_id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("real_user_id", BigId, nullable=True),
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column("scopes", Json, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("remember_access", sa.Boolean(), nullable=False),
        sa.Column("code_challenge", sa.Text(), nullable=True),
        sa.Column("expires_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(
            ["developer_key_id"], ["developer_keys.id"], name=op.f("fk_oauth_codes_developer_key_id")
        ),
        sa.ForeignKeyConstraint(["real_user_id"], ["users.id"], name=op.f("fk_oauth_codes_real_user_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_oauth_codes_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oauth_codes")),
        sa.UniqueConstraint("digest", name=op.f("uq_oauth_codes_digest")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_oauth_codes_expires_at"), "oauth_codes", ["expires_at"], unique=False)
    op.create_table(
        "pages",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("wiki_id", BigId, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_key", SortKey, nullable=False),
        sa.Column("title_folded", sa.Text(), nullable=False),
        sa.Column("url", SortKey, nullable=False),
        sa.Column("workflow_state", sa.Text(), nullable=False),
        sa.Column("editing_roles", sa.Text(), nullable=True),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("editor", sa.Text(), nullable=False),
        sa.Column("publish_at", UtcTime, nullable=True),
        sa.Column("publishes_at", UtcTime, nullable=True),
        sa.Column("todo_date", UtcTime, nullable=True),
        sa.Column("locks", Json, nullable=True),
        sa.Column("latest_revision", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("revised_at", UtcTime, nullable=False),
        sa.Column("row_updated_at", UtcTime, nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("blocks", Json, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_pages_user_id")),
        sa.ForeignKeyConstraint(["wiki_id"], ["wikis.id"], name=op.f("fk_pages_wiki_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pages")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pages_wiki_id_created_at_id"), "pages", ["wiki_id", "created_at", "id"], unique=False)
    op.create_index(op.f("ix_pages_wiki_id_id"), "pages", ["wiki_id", "id"], unique=False)
    op.create_index(
        op.f("ix_pages_wiki_id_row_updated_at_id"), "pages", ["wiki_id", "row_updated_at", "id"], unique=False
    )
    op.create_index(op.f("ix_pages_wiki_id_title_key_id"), "pages", ["wiki_id", "title_key", "id"], unique=False)
    op.create_index(op.f("ix_pages_wiki_id_todo_date_id"), "pages", ["wiki_id", "todo_date", "id"], unique=False)
    op.create_index(
        "uq_pages_url",
        "pages",
        ["wiki_id", "url"],
        unique=True,
        sqlite_where=sa.text("workflow_state <> 'deleted'"),
        postgresql_where=sa.text("workflow_state <> 'deleted'"),
    )
    op.create_table(
        "progresses",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("context_type", sa.Text(), nullable=False),
        sa.Column("context_id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("completion", sa.Float(), nullable=True),
        sa.Column("workflow_state", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("results", Json, nullable=True),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("updated_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_progresses_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_progresses")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_progresses_context_type_context_id"), "progresses", ["context_type", "context_id"], unique=False
    )
    op.create_table(
        "roles",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("base_role_type", sa.Text(), nullable=False),
        sa.Column("account_id", BigId, nullable=True),
        sa.Column("root_account_id", BigId, nullable=False),
        sa.Column("workflow_state", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("updated_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_roles_account_id")),
        sa.ForeignKeyConstraint(["root_account_id"], ["accounts.id"], name=op.f("fk_roles_root_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roles")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_roles_account_id"), "roles", ["account_id"], unique=False)
    op.create_index(op.f("ix_roles_root_account_id_name"), "roles", ["root_account_id", "name"], unique=False)
    op.create_table(
        "session_tickets",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("return_to", sa.Text(), nullable=False),
        sa.Column("expires_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_session_tickets_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_tickets")),
        sa.UniqueConstraint("digest", name=op.f("uq_session_tickets_digest")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_session_tickets_expires_at"), "session_tickets", ["expires_at"], unique=False)
    op.create_table(
        "account_users",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("role_id", BigId, nullable=False),
        sa.Column("workflow_state", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("updated_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_account_users_account_id")),
        sa.ForeignKeyConstraint(["role_id"], ["roles.id"], name=op.f("fk_account_users_role_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_account_users_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_users")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_account_users_account_id_workflow_state_id"),
        "account_users",
        ["account_id", "workflow_state", "id"],
        unique=False,
    )
    op.create_index(
        "uq_account_users_membership",
        "account_users",
        ["user_id", "account_id", "role_id"],
        unique=True,
        sqlite_where=sa.text("workflow_state = 'active'"),
        postgresql_where=sa.text("workflow_state = 'active'"),
    )
    op.create_table(
        "courses",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("uuid", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", SortKey, nullable=False),
        sa.Column("course_code", sa.Text(), nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("root_account_id", BigId, nullable=False),
        sa.Column("enrollment_term_id", BigId, nullable=False),
        sa.Column("workflow_state", sa.Text(), nullable=False),
        sa.Column("start_at", UtcTime, nullable=True),
        sa.Column("conclude_at", UtcTime, nullable=True),
        sa.Column("restrict_enrollments_to_course_dates", sa.Boolean(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=True),
        sa.Column("is_public_to_auth_users", sa.Boolean(), nullable=False),
        sa.Column("public_syllabus", sa.Boolean(), nullable=False),
        sa.Column("public_syllabus_to_auth", sa.Boolean(), nullable=False),
        sa.Column("default_wiki_editing_roles", sa.Text(), nullable=False),
        sa.Column("pages_tab_hidden", sa.Boolean(), nullable=False),
        sa.Column("default_view", sa.Text(), nullable=False),
        sa.Column("license", sa.Text(), nullable=True),
        sa.Column("grading_standard_id", BigId, nullable=True),
        sa.Column("grade_passback_setting", sa.Text(), nullable=True),
        sa.Column("storage_quota", sa.BigInteger(), nullable=True),
        sa.Column("sis_source_id", sa.Text(), nullable=True),
        sa.Column("integration_id", sa.Text(), nullable=True),
        sa.Column("sis_batch_id", BigId, nullable=True),
        sa.Column("homeroom_course", sa.Boolean(), nullable=False),
        sa.Column("course_color", sa.Text(), nullable=True),
        sa.Column("friendly_name", sa.Text(), nullable=True),
        sa.Column("syllabus_body", sa.Text(), nullable=True),
        sa.Column("public_description", sa.Text(), nullable=True),
        sa.Column("course_format", sa.Text(), nullable=True),
        sa.Column("locale", sa.Text(), nullable=True),
        sa.Column("template", sa.Boolean(), nullable=False),
        sa.Column("is_blueprint", sa.Boolean(), nullable=False),
        sa.Column("blueprint_course_id", BigId, nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=True),
        sa.Column("hide_final_grades", sa.Boolean(), nullable=False),
        sa.Column("apply_assignment_group_weights", sa.Boolean(), nullable=False),
        sa.Column("settings", Json, nullable=False),
        sa.Column("calendar_secret", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("updated_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_courses_account_id")),
        sa.ForeignKeyConstraint(["blueprint_course_id"], ["courses.id"], name=op.f("fk_courses_blueprint_course_id")),
        sa.ForeignKeyConstraint(
            ["enrollment_term_id"], ["enrollment_terms.id"], name=op.f("fk_courses_enrollment_term_id")
        ),
        sa.ForeignKeyConstraint(["root_account_id"], ["accounts.id"], name=op.f("fk_courses_root_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses")),
        sa.UniqueConstraint("uuid", name=op.f("uq_courses_uuid")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_courses_account_id_workflow_state_id"), "courses", ["account_id", "workflow_state", "id"], unique=False
    )
    op.create_index(op.f("ix_courses_enrollment_term_id"), "courses", ["enrollment_term_id"], unique=False)
    op.create_index(op.f("ix_courses_root_account_id_id"), "courses", ["root_account_id", "id"], unique=False)
    op.create_index(
        op.f("ix_courses_root_account_id_integration_id"),
        "courses",
        ["root_account_id", "integration_id"],
        unique=False,
    )
    op.create_index("uq_courses_sis_source_id", "courses", ["root_account_id", "sis_source_id"], unique=True)
    op.create_table(
        "page_revisions",
        sa.Column("page_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("revised_at", UtcTime, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name=op.f("fk_page_revisions_page_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_page_revisions_user_id")),
        sa.PrimaryKeyConstraint("page_id", "number", name=op.f("pk_page_revisions")),
    )
    op.create_table(
        "page_slugs",
        sa.Column("wiki_id", BigId, nullable=False),
        sa.Column("slug", SortKey, nullable=False),
        sa.Column("page_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name=op.f("fk_page_slugs_page_id")),
        sa.ForeignKeyConstraint(["wiki_id"], ["wikis.id"], name=op.f("fk_page_slugs_wiki_id")),
        sa.PrimaryKeyConstraint("wiki_id", "slug", "page_id", name=op.f("pk_page_slugs")),
    )
    op.create_index(op.f("ix_page_slugs_page_id"), "page_slugs", ["page_id"], unique=False)
    op.create_table(
        "role_overrides",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("role_id", BigId, nullable=False),
        sa.Column("permission", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column("applies_to_self", sa.Boolean(), nullable=False),
        sa.Column("applies_to_descendants", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("updated_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_role_overrides_account_id")),
        sa.ForeignKeyConstraint(["role_id"], ["roles.id"], name=op.f("fk_role_overrides_role_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_overrides")),
        sa.UniqueConstraint(
            "role_id", "account_id", "permission", name=op.f("uq_role_overrides_role_id_account_id_permission")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_role_overrides_account_id"), "role_overrides", ["account_id"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("login_id", BigId, nullable=False),
        sa.Column("csrf_token", sa.Text(), nullable=False),
        sa.Column("remembered", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("seen_at", UtcTime, nullable=False),
        sa.Column("expires_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["login_id"], ["logins.id"], name=op.f("fk_sessions_login_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("digest", name=op.f("uq_sessions_digest")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"], unique=False)
    op.create_table(
        "course_sections",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("course_id", BigId, nullable=False),
        sa.Column("nonxlist_course_id", BigId, nullable=True),
        sa.Column("root_account_id", BigId, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("sis_source_id", sa.Text(), nullable=True),
        sa.Column("integration_id", sa.Text(), nullable=True),
        sa.Column("sis_batch_id", BigId, nullable=True),
        sa.Column("workflow_state", sa.Text(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("start_at", UtcTime, nullable=True),
        sa.Column("end_at", UtcTime, nullable=True),
        sa.Column("restrict_enrollments_to_section_dates", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("updated_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_course_sections_course_id")),
        sa.ForeignKeyConstraint(
            ["nonxlist_course_id"], ["courses.id"], name=op.f("fk_course_sections_nonxlist_course_id")
        ),
        sa.ForeignKeyConstraint(["root_account_id"], ["accounts.id"], name=op.f("fk_course_sections_root_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_sections")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_course_sections_course_id_workflow_state_id"),
        "course_sections",
        ["course_id", "workflow_state", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_course_sections_nonxlist_course_id"), "course_sections", ["nonxlist_course_id"], unique=False
    )
    op.create_index(
        "uq_course_sections_sis_source_id", "course_sections", ["root_account_id", "sis_source_id"], unique=True
    )
    op.create_table(
        "groups",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("uuid", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", SortKey, nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("context_type", sa.Text(), nullable=False),
        sa.Column("course_id", BigId, nullable=True),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("root_account_id", BigId, nullable=False),
        sa.Column("group_category_id", BigId, nullable=True),
        sa.Column("workflow_state", sa.Text(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("join_level", sa.Text(), nullable=False),
        sa.Column("max_membership", sa.Integer(), nullable=True),
        sa.Column("storage_quota", sa.BigInteger(), nullable=True),
        sa.Column("avatar_url", sa.Text(), nullable=True),
        sa.Column("leader_id", BigId, nullable=True),
        sa.Column("sis_source_id", sa.Text(), nullable=True),
        sa.Column("non_collaborative", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("updated_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_groups_account_id")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_groups_course_id")),
        sa.ForeignKeyConstraint(
            ["group_category_id"], ["group_categories.id"], name=op.f("fk_groups_group_category_id")
        ),
        sa.ForeignKeyConstraint(["leader_id"], ["users.id"], name=op.f("fk_groups_leader_id")),
        sa.ForeignKeyConstraint(["root_account_id"], ["accounts.id"], name=op.f("fk_groups_root_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
        sa.UniqueConstraint("uuid", name=op.f("uq_groups_uuid")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_groups_account_id_workflow_state"), "groups", ["account_id", "workflow_state"], unique=False
    )
    op.create_index(op.f("ix_groups_course_id_workflow_state"), "groups", ["course_id", "workflow_state"], unique=False)
    op.create_index(op.f("ix_groups_group_category_id"), "groups", ["group_category_id"], unique=False)
    op.create_index("uq_groups_sis_source_id", "groups", ["root_account_id", "sis_source_id"], unique=True)
    op.create_table(
        "modules",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("course_id", BigId, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_folded", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("workflow_state", sa.Text(), nullable=False),
        sa.Column("unlock_at", UtcTime, nullable=True),
        sa.Column("require_sequential_progress", sa.Boolean(), nullable=False),
        sa.Column("prerequisites", Json, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("updated_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_modules_course_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_modules")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_modules_course_id_position_id"), "modules", ["course_id", "position", "id"], unique=False)
    op.create_table(
        "enrollments",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("course_id", BigId, nullable=False),
        sa.Column("course_section_id", BigId, nullable=False),
        sa.Column("root_account_id", BigId, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("role_id", BigId, nullable=False),
        sa.Column("workflow_state", sa.Text(), nullable=False),
        sa.Column("associated_user_id", BigId, nullable=True),
        sa.Column("limit_privileges_to_course_section", sa.Boolean(), nullable=False),
        sa.Column("self_enrolled", sa.Boolean(), nullable=False),
        sa.Column("start_at", UtcTime, nullable=True),
        sa.Column("end_at", UtcTime, nullable=True),
        sa.Column("sis_batch_id", BigId, nullable=True),
        sa.Column("last_activity_at", UtcTime, nullable=True),
        sa.Column("total_activity_time", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("updated_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["associated_user_id"], ["users.id"], name=op.f("fk_enrollments_associated_user_id")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_enrollments_course_id")),
        sa.ForeignKeyConstraint(
            ["course_section_id"], ["course_sections.id"], name=op.f("fk_enrollments_course_section_id")
        ),
        sa.ForeignKeyConstraint(["role_id"], ["roles.id"], name=op.f("fk_enrollments_role_id")),
        sa.ForeignKeyConstraint(["root_account_id"], ["accounts.id"], name=op.f("fk_enrollments_root_account_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_enrollments_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrollments")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_enrollments_associated_user_id",
        "enrollments",
        ["associated_user_id"],
        unique=False,
        sqlite_where=sa.text("associated_user_id IS NOT NULL"),
        postgresql_where=sa.text("associated_user_id IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_enrollments_course_id_type_workflow_state_user_id"),
        "enrollments",
        ["course_id", "type", "workflow_state", "user_id"],
        unique=False,
    )
    op.create_index(op.f("ix_enrollments_course_section_id"), "enrollments", ["course_section_id"], unique=False)
    op.create_index(op.f("ix_enrollments_user_id_course_id"), "enrollments", ["user_id", "course_id"], unique=False)
    op.create_table(
        "group_memberships",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("group_id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("workflow_state", sa.Text(), nullable=False),
        sa.Column("moderator", sa.Boolean(), nullable=False),
        sa.Column("sis_batch_id", BigId, nullable=True),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("updated_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_group_memberships_group_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_group_memberships_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_memberships")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_group_memberships_user_id"), "group_memberships", ["user_id"], unique=False)
    op.create_index(
        "uq_group_memberships_member",
        "group_memberships",
        ["group_id", "user_id"],
        unique=True,
        sqlite_where=sa.text("workflow_state <> 'deleted'"),
        postgresql_where=sa.text("workflow_state <> 'deleted'"),
    )
    op.create_table(
        "module_items",
        sa.Column("id", BigId, sa.Identity(always=False, start=101), nullable=False),
        sa.Column("module_id", BigId, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("indent", sa.Integer(), nullable=False),
        sa.Column("page_id", BigId, nullable=True),
        sa.Column("content_id", BigId, nullable=True),
        sa.Column("external_url", sa.Text(), nullable=True),
        sa.Column("new_tab", sa.Boolean(), nullable=False),
        sa.Column("workflow_state", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("updated_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["module_id"], ["modules.id"], name=op.f("fk_module_items_module_id")),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name=op.f("fk_module_items_page_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_module_items")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_module_items_module_id_position_id"), "module_items", ["module_id", "position", "id"], unique=False
    )
    op.create_index(op.f("ix_module_items_page_id"), "module_items", ["page_id"], unique=False)
    start_ids(
        "accounts",
        "developer_keys",
        "users",
        "wikis",
        "access_tokens",
        "communication_channels",
        "enrollment_terms",
        "group_categories",
        "logins",
        "notices",
        "oauth_codes",
        "pages",
        "progresses",
        "roles",
        "session_tickets",
        "account_users",
        "courses",
        "role_overrides",
        "sessions",
        "course_sections",
        "groups",
        "modules",
        "enrollments",
        "group_memberships",
        "module_items",
    )
