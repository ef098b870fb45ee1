"""Folders and files of courses, groups, people and accounts."""

from sqlalchemy import Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text, text

from quadrangle.db.schema import BigId, SortKey, UtcTime, flag_column, metadata, primary_id

folders = Table(
    "folders",
    metadata,
    primary_id(),
    Column("context_type", Text, nullable=False),  # Course | Group | User | Account | Eportfolio
    Column("context_id", BigId, nullable=False),
    Column("parent_folder_id", BigId, ForeignKey("folders.id")),  # null: the root of its context
    Column("name", Text, nullable=False),
    Column("name_key", SortKey, nullable=False),  # case folded: compared and sorted by
    Column("full_name", Text, nullable=False),  # from the root down, with slashes
    Column("position", Integer, nullable=False),
    flag_column("locked"),
    flag_column("hidden"),
    Column("unlock_at", UtcTime),
    Column("lock_at", UtcTime),
    Column("workflow_state", Text, nullable=False),  # active | deleted
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    # However many ask for the same folder at once, one comes about.
    Index(
        "uq_folders_root",
        "context_type",
        "context_id",
        unique=True,
        sqlite_where=text("parent_folder_id IS NULL"),
        postgresql_where=text("parent_folder_id IS NULL"),
    ),
    Index(
        "uq_folders_name",
        "parent_folder_id",
        "name_key",
        unique=True,
        sqlite_where=text("workflow_state = 'active'"),
        postgresql_where=text("workflow_state = 'active'"),
    ),
    Index(None, "context_type", "context_id", "id"),
    sqlite_autoincrement=True,
)

files = Table(
    "files",
    metadata,
    primary_id(),
    Column("uuid", Text, nullable=False),  # the verifier: whoever knows it reads the file
    Column("folder_id", BigId, ForeignKey("folders.id"), nullable=False),
    Column("context_type", Text, nullable=False),
    Column("context_id", BigId, nullable=False),
    Column("user_id", BigId, ForeignKey("users.id")),  # who uploaded it
    Column("display_name", Text, nullable=False),
    Column("name_key", SortKey, nullable=False),  # case folded: compared, searched in, sorted by
    Column("filename", Text, nullable=False),  # as it was when it came
    Column("content_type", Text, nullable=False),
    Column("main_type", Text, nullable=False),  # what stands before its slash
    Column("size", BigId, nullable=False),  # bytes
    Column("digest", Text, ForeignKey("blobs.digest")),  # null: deleted so long ago that its bytes are gone
    flag_column("locked"),
    flag_column("hidden"),
    Column("unlock_at", UtcTime),
    Column("lock_at", UtcTime),
    Column("visibility_level", Text, nullable=False),  # inherit | course | institution | public
    Column("category", Text, nullable=False),
    Column("on_duplicate", Text, nullable=False),  # overwrite | rename: for when it takes its place
    Column("workflow_state", Text, nullable=False),  # arriving: its third step is due | available | deleted
    Column("replaced_by_id", BigId, ForeignKey("files.id")),
    Column("created_at", UtcTime, nullable=False),
    Column("modified_at", UtcTime, nullable=False),  # its bytes
    Column("updated_at", UtcTime, nullable=False),
    Index(
        "uq_files_name",
        "folder_id",
        "name_key",
        unique=True,
        sqlite_where=text("workflow_state = 'available'"),
        postgresql_where=text("workflow_state = 'available'"),
    ),
    Index(None, "context_type", "context_id", "workflow_state", "name_key", "id"),
    Index(None, "digest"),
    Index(
        None,
        "workflow_state",
        "created_at",
        sqlite_where=text("workflow_state = 'arriving'"),
        postgresql_where=text("workflow_state = 'arriving'"),
    ),
    sqlite_autoincrement=True,
)

# Files on their way in pieces. Each piece is bytes of its own, so that any process goes on where another one stopped.
uploads = Table(
    "uploads",
    metadata,
    Column("key", Text, primary_key=True),
    Column("user_id", BigId, ForeignKey("users.id"), nullable=False),
    Column("filename", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("size", BigId, nullable=False),  # bytes it will have
    Column("received", BigId, nullable=False),  # how many of them, from the first on, have come
    Column("pieces", Integer, nullable=False),
    Column("touched_at", UtcTime, nullable=False),  # when the last one came
    Index(None, "user_id"),
    Index(None, "touched_at"),
)

upload_pieces = Table(
    "upload_pieces",
    metadata,
    Column("upload_key", Text, ForeignKey("uploads.key"), nullable=False),
    Column("start", BigId, nullable=False),
    Column("size", BigId, nullable=False),
    Column("digest", Text, ForeignKey("blobs.digest"), nullable=False),
    PrimaryKeyConstraint("upload_key", "start"),
    Index(None, "digest"),
)
