"""Whose turn it is to answer an alert, and what a client chose after an unsure answer."""

import sqlalchemy as sa
from alembic import op

from bot.records.schema.base import Utc

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the columns; alerts that are open already have had no page counted, and are looked at once at the start."""
    op.add_column("episodes", sa.Column("turn_contact_id", sa.String(length=32)))
    op.add_column("episodes", sa.Column("pages", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("episodes", sa.Column("escalates_at", Utc()))
    op.add_column("deliveries", sa.Column("page", sa.Integer()))
    op.add_column("questions", sa.Column("choice", sa.String(length=8)))
