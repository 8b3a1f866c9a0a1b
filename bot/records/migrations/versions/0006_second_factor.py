"""The staff's second factor: a sealed secret, recovery codes, and which sign-ins have given it."""

import sqlalchemy as sa
from alembic import op

from bot.records.schema.base import Id, Number, Utc

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds tables and columns; nobody has a second factor so far, and no sign-in has given one."""
    op.create_table(
        "second_factors",
        sa.Column("person_id", Id, sa.ForeignKey("staff.person_id"), primary_key=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", Number, nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", Id, primary_key=True),
        sa.Column("person_id", Id, sa.ForeignKey("staff.person_id"), nullable=False),
        sa.Column("token_hash", sa.String(length=128), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("used_at", Utc()),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index("ix_recovery_codes_person_id", "recovery_codes", ["person_id"])
    op.add_column("sign_ins", sa.Column("second_at", Utc()))
    op.add_column("sign_ins", sa.Column("label", sa.String(length=80)))
    op.add_column(
        "practice", sa.Column("second_factor_needed", sa.Boolean(), nullable=False, server_default=sa.false())
    )
