"""Codes with which staff choose a password."""

import sqlalchemy as sa
from alembic import op

from bot.records.schema.base import Id, Utc

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the table; there are no codes so far."""
    op.create_table(
        "password_codes",
        sa.Column("id", Id, primary_key=True),
        sa.Column("person_id", Id, sa.ForeignKey("staff.person_id"), nullable=False),
        sa.Column("token_hash", sa.String(length=128), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("used_at", Utc()),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index("ix_password_codes_person_id", "password_codes", ["person_id"])
