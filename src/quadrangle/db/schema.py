"""Column types and conventions shared by every noun's tables.py.

Times are aware UTC datetimes in Python; `timestamptz` on PostgreSQL, fixed-width ISO text on SQLite, so that both sort and compare.
JSON is text in the statement and a decoded value in the row. Ids start at 101 (endpoints-clients-use.md §3.24).
"""

from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Identity, Integer, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

FIRST_ID: Final = 101

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

BigId: Final[TypeEngine[int]] = BigInteger().with_variant(Integer(), "sqlite")
UtcTime: Final[TypeEngine[Any]] = DateTime(timezone=True).with_variant(Text(), "sqlite")
Json: Final[TypeEngine[Any]] = JSONB().with_variant(Text(), "sqlite")
# A sort key compares by code point on both engines; what language order means is decided where the key is made.
SortKey: Final[TypeEngine[str]] = Text(collation="C").with_variant(Text(), "sqlite")


def primary_id() -> Column[int]:
    """The integer `id` of a row, given by the database, never used twice."""
    return Column("id", BigId, Identity(start=FIRST_ID), primary_key=True)


def flag_column(name: str, *, default: bool = False) -> Column[bool]:
    return Column(name, Boolean, nullable=False, default=default)
