"""A person who answers in the conversation instead of the bot."""

import sqlalchemy as sa
from alembic import op

from bot.records.schema.base import Utc

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the columns; nobody has taken over a conversation so far."""
    op.add_column("conversations", sa.Column("taken_by", sa.String(length=32)))
    op.add_column("conversations", sa.Column("taken_seen_at", Utc()))
    op.add_column("conversations", sa.Column("taken_lost_at", Utc()))
