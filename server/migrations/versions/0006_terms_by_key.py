"""Nobody looks for terms by a key; keeping an index of it was a tenth of what a push writes."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """From 0005; an index less."""
    op.drop_index("ix_terms_key", "terms")
