"""Channels that were taken out of use, and drills that a person confirmed."""

import sqlalchemy as sa
from alembic import op

from bot.records.schema.base import Utc

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the columns; every channel so far is in use, no drill so far was confirmed."""
    op.add_column("channels", sa.Column("removed_at", Utc()))
    op.add_column("deliveries", sa.Column("confirmed_at", Utc()))
