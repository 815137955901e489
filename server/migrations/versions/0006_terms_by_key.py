"""Nobody looks for terms by a key; an index of it was 7 % of the pages that a push writes."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """From 0005; an index less."""
    op.drop_index("ix_terms_key", "terms")
