"""What was erased, by id: a restored backup of the records is brought up to it."""

import sqlalchemy as sa
from alembic import op

revision = "k0002"
down_revision = "k0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the table of erasures."""
    op.create_table(
        "erasures",
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", name="pk_erasures"),
        sa.CheckConstraint("kind IN ('client', 'reflection', 'message')", name="ck_erasures_kind"),
    )
