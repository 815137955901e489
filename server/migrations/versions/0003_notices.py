"""Who wants to be told of what waits, and what was told already."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """From 0002; two new tables."""
    words = ("login", "session", "endpoint", "p256dh", "auth", "lang", "quiet_from", "quiet_until")
    op.create_table(
        "push_subscriptions",
        sa.Column("id", sa.String(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in words),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    for name in ("login", "session"):
        op.create_index(f"ix_push_subscriptions_{name}", "push_subscriptions", [name])
    op.create_table(
        "push_notices",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("told_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
