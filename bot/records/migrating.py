"""Brings a database up to the newest schema, all or nothing."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData

from bot.records.schema import metadata as records_metadata

_SCRIPTS = Path(__file__).parent / "migrations"
RECORDS = _SCRIPTS / "versions"


def upgrade(connection: Connection, *, versions: Path = RECORDS, metadata: MetaData = records_metadata) -> None:
    """Runs the missing migrations of the folder `versions` in the transaction that `connection` has begun."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("version_locations", str(versions).replace("%", "%%"))
    # Folder names may hold spaces; only a line end divides them.
    config.set_main_option("path_separator", "newline")
    config.attributes["connection"] = connection
    config.attributes["metadata"] = metadata
    command.upgrade(config, "head")
