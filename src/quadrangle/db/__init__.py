"""The database: typed SQL compiled once per engine, two engines with one meaning, one unit of work per request."""

from quadrangle.db.database import (
    Connection,
    Database,
    DatabaseProblem,
    IntegrityViolation,
    Overtaken,
    is_passing,
    open_database,
)
from quadrangle.db.references import ids_named
from quadrangle.db.schema import metadata
from quadrangle.db.sqlite_export import csv_lines
from quadrangle.db.statement import Dynamic, Statement, any_of, collect
from quadrangle.db.uow import UnitOfWork, reading, writing

__all__ = [
    "Connection",
    "Database",
    "DatabaseProblem",
    "Dynamic",
    "IntegrityViolation",
    "Overtaken",
    "Statement",
    "UnitOfWork",
    "any_of",
    "collect",
    "csv_lines",
    "ids_named",
    "is_passing",
    "metadata",
    "open_database",
    "reading",
    "writing",
]
