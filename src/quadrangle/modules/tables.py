"""Modules of a course and their items."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from quadrangle.db.schema import BigId, Json, UtcTime, flag_column, metadata, primary_id

modules = Table(
    "modules",
    metadata,
    primary_id(),
    Column("course_id", BigId, ForeignKey("courses.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("name_folded", Text, nullable=False),
    Column("position", Integer, nullable=False),  # from 1
    Column("workflow_state", Text, nullable=False),  # active | unpublished | deleted
    Column("unlock_at", UtcTime),
    flag_column("require_sequential_progress"),
    Column("prerequisites", Json, nullable=False),  # ids of modules
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Index(None, "course_id", "position", "id"),
    sqlite_autoincrement=True,
)

module_items = Table(
    "module_items",
    metadata,
    primary_id(),
    Column("module_id", BigId, ForeignKey("modules.id"), nullable=False),
    Column("type", Text, nullable=False),  # Page | SubHeader | ExternalUrl | File
    Column("title", Text, nullable=False),
    Column("position", Integer, nullable=False),  # from 1
    Column("indent", Integer, nullable=False),
    Column("page_id", BigId, ForeignKey("pages.id")),
    Column("content_id", BigId),  # of a file
    Column("external_url", Text),
    flag_column("new_tab"),
    Column("workflow_state", Text, nullable=False),  # active | unpublished | deleted; a Page item follows its page
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Index(None, "module_id", "position", "id"),
    Index(None, "page_id"),
    sqlite_autoincrement=True,
)
