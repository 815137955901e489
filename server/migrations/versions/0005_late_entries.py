"""What came late and no case tells of yet."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """From 0004; a new table."""
    words = ("site", "device", "kind", "on_key", "actor", "at", "recorded_at")
    op.create_table(
        "late_entries",
        sa.Column("entry", sa.String(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in words),
        sa.PrimaryKeyConstraint("entry"),
    )
