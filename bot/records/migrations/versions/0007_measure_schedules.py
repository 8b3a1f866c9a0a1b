"""How often a questionnaire is put first for a client."""

import sqlalchemy as sa
from alembic import op

from bot.records.schema.base import Id, Utc

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the table; nothing is scheduled so far."""
    op.create_table(
        "measure_schedules",
        sa.Column("client_id", Id, sa.ForeignKey("clients.person_id"), primary_key=True),
        sa.Column("measure", sa.String(length=32), primary_key=True),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("set_by", Id, sa.ForeignKey("staff.person_id"), nullable=False),
        sa.Column("set_at", Utc(), nullable=False),
        sa.CheckConstraint("weeks IN (1, 2, 4)", name="weeks"),
    )
