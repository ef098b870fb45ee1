"""Which bytes are stored, or about to be."""

from sqlalchemy import Column, Index, Table, Text

from quadrangle.db.schema import BigId, UtcTime, metadata

blobs = Table(
    "blobs",
    metadata,
    Column("digest", Text, primary_key=True),  # SHA-256, hexadecimal
    Column("size", BigId, nullable=False),  # bytes
    Column("touched_at", UtcTime, nullable=False),  # when somebody last began to store them
    Index(None, "touched_at"),
)
