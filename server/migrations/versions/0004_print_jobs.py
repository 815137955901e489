"""What has to go to a printer, and how far it got."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """From 0003; a new table."""
    words = ("state", "why", "first_at", "due_at", "leased_by", "leased_until", "told", "made_at")
    op.create_table(
        "print_jobs",
        sa.Column("id", sa.String(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("labels", "code", "printer")),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in words),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_print_jobs_printer", "print_jobs", ["printer"])
