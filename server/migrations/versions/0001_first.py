"""The tables as they were before there were migrations; databases of that time are stamped so."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

COUNTING = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
EXACT = sa.Numeric(18, 6).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """From an empty database."""
    _journal()
    _documents_and_feed()
    _devices_and_blobs()
    _accounts()
    _records_of_lots()
    _records_of_runs()
    _records_of_work()


def _short(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    """Columns of text that is bounded by what it is: keys, codes, times, names."""
    return [sa.Column(name, sa.String(), nullable=nullable) for name in names]


def _journal() -> None:
    op.create_table(
        "journal",
        sa.Column("pos", COUNTING, nullable=False),
        *_short("site"),
        sa.Column("n", sa.Integer(), nullable=False),
        *_short("entry_id", "device"),
        sa.Column("seq", sa.Integer(), nullable=True),
        *_short("kind", "on_key", "actor"),
        sa.Column("standing", sa.Text(), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        *_short("sig", nullable=True),
        *_short("received_at", "link", "status"),
        *_short("code", nullable=True),
        sa.Column("params", sa.Text(), nullable=False),
        *_short("case_key", nullable=True),
        sa.Column("effects", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pos"),
        sa.UniqueConstraint("device", "seq"),
        sa.UniqueConstraint("entry_id"),
        sa.UniqueConstraint("site", "n"),
    )
    op.create_index("journal_parked", "journal", ["status", "on_key"])
    op.create_table(
        "heads",
        *_short("site"),
        sa.Column("n", sa.Integer(), nullable=False),
        *_short("link"),
        sa.PrimaryKeyConstraint("site"),
    )
    op.create_table("meta", *_short("name", "value"), sa.PrimaryKeyConstraint("name"))


def _documents_and_feed() -> None:
    op.create_table(
        "documents",
        *_short("key", "type"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table("terms", *_short("term", "key"), sa.PrimaryKeyConstraint("term", "key"))
    op.create_index("ix_terms_key", "terms", ["key"])
    op.create_table(
        "feed",
        *_short("scope", "key"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "key"),
    )
    op.create_index("feed_by_version", "feed", ["scope", "version"])
    op.create_table(
        "scopes",
        *_short("scope"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scope"),
    )


def _devices_and_blobs() -> None:
    op.create_table(
        "devices",
        *_short("id", "name", "home", "token_sha256"),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        *_short("last_hash", "enrolled_at"),
        *_short("seen_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_devices_token_sha256", "devices", ["token_sha256"])
    op.create_table(
        "blobs",
        *_short("sha256"),
        sa.Column("size", sa.Integer(), nullable=False),
        *_short("type", "arrived_at"),
        sa.PrimaryKeyConstraint("sha256"),
    )


def _accounts() -> None:
    op.create_table("accounts", *_short("login", "password_hash"), sa.PrimaryKeyConstraint("login"))
    op.create_table(
        "sessions",
        *_short("id", "login", "token_sha256", "device", "started_at", "expires_at"),
        *_short("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_sha256"),
    )
    op.create_index("ix_sessions_login", "sessions", ["login"])
    op.create_table(
        "known_browsers",
        *_short("login", "browser", "seen_at"),
        sa.PrimaryKeyConstraint("login", "browser"),
    )
    op.create_table(
        "sign_in_attempts",
        *_short("login", "browser"),
        sa.Column("failures", sa.Integer(), nullable=False),
        *_short("wait_until"),
        sa.PrimaryKeyConstraint("login", "browser"),
    )


def _records_of_lots() -> None:
    op.create_table(
        "records_lots",
        *_short("lot", "site", "item_code", "code", "status"),
        sa.Column("quantity", EXACT, nullable=False),
        sa.Column("on_hand", EXACT, nullable=False),
        *_short("unit"),
        *_short("supplier", "supplier_lot", "received_on", nullable=True),
        *_short("produced_on", "expires_on", nullable=True),
        sa.PrimaryKeyConstraint("lot"),
    )
    for name in ("item_code", "site", "status"):
        op.create_index(f"ix_records_lots_{name}", "records_lots", [name])
    op.create_table(
        "records_holdings",
        *_short("lot", "location"),
        sa.Column("quantity", EXACT, nullable=False),
        sa.PrimaryKeyConstraint("lot", "location"),
    )
    op.create_table(
        "records_movements",
        *_short("entry", "lot", "site", "kind"),
        sa.Column("quantity", EXACT, nullable=False),
        *_short("source", "target", "person", "at"),
        *_short("requisition", "run", nullable=True),
        sa.PrimaryKeyConstraint("entry", "lot"),
    )
    op.create_index("ix_records_movements_site", "records_movements", ["site"])


def _records_of_runs() -> None:
    op.create_table(
        "records_steps",
        *_short("entry", "site", "run", "procedure"),
        sa.Column("revision", sa.Integer(), nullable=False),
        *_short("step", "step_check", "verdict", "person", "at"),
        *_short("corrects", nullable=True),
        sa.PrimaryKeyConstraint("entry"),
    )
    op.create_table(
        "records_measurements",
        *_short("entry", "characteristic", "site", "run"),
        *_short("lot", nullable=True),
        sa.Column("value", EXACT, nullable=False),
        sa.Column("lower", EXACT, nullable=True),
        sa.Column("upper", EXACT, nullable=True),
        *_short("unit"),
        sa.Column("ok", sa.Boolean(), nullable=False),
        *_short("at"),
        sa.PrimaryKeyConstraint("entry", "characteristic"),
    )
    for table in ("records_steps", "records_measurements"):
        for name in ("run", "site"):
            op.create_index(f"ix_{table}_{name}", table, [name])


def _records_of_work() -> None:
    op.create_table(
        "records_visits",
        *_short("visit", "site", "service", "customer", "technician", "state"),
        *_short("due_on", nullable=True),
        *_short("started_at"),
        *_short("done_at", nullable=True),
        sa.PrimaryKeyConstraint("visit"),
    )
    op.create_index("ix_records_visits_site", "records_visits", ["site"])
    op.create_table(
        "records_approvals",
        *_short("approval", "site", "about", "state", "asked_by", "asked_at"),
        *_short("decided_by", "decided_at", nullable=True),
        *_short("digest"),
        sa.PrimaryKeyConstraint("approval"),
    )
    op.create_index("ix_records_approvals_site", "records_approvals", ["site"])
