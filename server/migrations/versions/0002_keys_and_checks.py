"""Devices sign and can be revoked; each scope sums up what lies in it.

The sums are made here from the feed as it is: the number of documents in the scope, and the sum
(mod 2^64, 16 hex digits) of the first 8 bytes of the SHA-256 of each `key version`.
"""

import hashlib
from collections import Counter

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

STREAM_ROWS = 1000


def upgrade() -> None:
    """From 0001; reads the whole feed once."""
    op.add_column("devices", sa.Column("public_key", sa.String(), nullable=True))
    op.add_column("devices", sa.Column("signs_from", sa.Integer(), nullable=True))
    op.add_column("devices", sa.Column("revoked_at", sa.String(), nullable=True))
    zero = "0" * 16
    op.add_column("scopes", sa.Column("count", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("scopes", sa.Column("digest", sa.String(), nullable=False, server_default=zero))
    _sum_up()


def _sum_up() -> None:
    counts: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    feed = sa.table("feed", *(sa.column(name) for name in ("scope", "key", "version")))
    live = sa.select(feed).where(sa.column("gone", sa.Boolean()).is_(sa.false()))
    connection = op.get_bind()
    for row in connection.execute(live, execution_options={"yield_per": STREAM_ROWS}):
        told = hashlib.sha256(f"{row.key} {row.version}".encode()).digest()
        counts[row.scope] += 1
        sums[row.scope] += int.from_bytes(told[:8], "big")
    scopes = sa.table("scopes", *(sa.column(name) for name in ("scope", "count", "digest")))
    for scope, count in counts.items():
        digest = f"{sums[scope] % 2**64:016x}"
        there = sa.update(scopes).where(scopes.c.scope == scope)
        connection.execute(there.values(count=count, digest=digest))
