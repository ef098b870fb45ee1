"""`quad migrate`: the schema up to date."""

import msgspec

from quadrangle.commands.common import settings_for, show
from quadrangle.db import migrate as migrations


class Migrated(msgspec.Struct, frozen=True):
    """was: the migration the database was at before; absent when it was empty."""

    was: str | None
    schema: str


def migrate(*, database: str | None, storage: str | None, json: bool) -> None:
    settings = settings_for(database, storage)
    was = migrations.upgrade(settings.database_url)
    show(Migrated(was, migrations.HEAD), json)
