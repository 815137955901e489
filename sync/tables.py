"""The engine's SQL tables: journal, documents, feed, devices, blobs.

Only shapes and indexes live here; who reads and writes them is in the modules of the same nouns.
The tables for reports are `server.records`'.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from sync.utf8 import Utf8

Counting = BigInteger().with_variant(Integer, "sqlite")


class JournalRow(SQLModel, table=True):
    """One entry for ever: the exact bytes, its place in the site's chain, and its verdict.

    `pos` is the order of application; `n` and `link` the chain of the site. `standing` is what
    the delivery told against the entry (JSON), so that a replay judges the same.
    """

    __tablename__ = "journal"
    __table_args__ = (
        UniqueConstraint("device", "seq"),
        UniqueConstraint("site", "n"),
        Index("journal_parked", "status", "on_key"),
    )

    pos: int | None = Field(default=None, sa_column=Column(Counting, primary_key=True))
    site: str
    n: int
    entry_id: str = Field(unique=True)
    device: str
    seq: int | None
    kind: str
    on_key: str
    actor: str
    standing: str | None = Field(sa_column=Column(Text, nullable=True))
    raw: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    sig: str | None
    received_at: str
    link: str
    status: str
    code: str | None
    params: str = Field(sa_column=Column(Text, nullable=False))
    case_key: str | None
    effects: str = Field(sa_column=Column(Text, nullable=False))


class HeadRow(SQLModel, table=True):
    """The end of each site's chain; a journal that was cut off no longer reaches it."""

    __tablename__ = "heads"

    site: str = Field(primary_key=True)
    n: int
    link: str


class DocumentRow(SQLModel, table=True):
    """The present state of one document, as JSON."""

    __tablename__ = "documents"

    key: str = Field(primary_key=True)
    type: str
    version: int
    body: bytes = Field(sa_column=Column(Utf8, nullable=False))


class TermRow(SQLModel, table=True):
    """By which terms a document is found. Whoever has the document knows its terms: by its key
    nobody looks for them, so there is no index of it to keep.
    """

    __tablename__ = "terms"

    term: str = Field(primary_key=True)
    key: str = Field(primary_key=True)


class FeedRow(SQLModel, table=True):
    """The newest version of each document per scope; `gone` is a tombstone."""

    __tablename__ = "feed"
    __table_args__ = (Index("feed_by_version", "scope", "version"),)

    scope: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    version: int
    gone: bool = False


class ScopeRow(SQLModel, table=True):
    """The counter of each scope; taken last in the writing transaction.

    `count` and `digest` sum up what lies in the scope now, so that a replica can be compared.
    """

    __tablename__ = "scopes"

    scope: str = Field(primary_key=True)
    version: int
    count: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    digest: str = Field(default="0" * 16, sa_column_kwargs={"server_default": "0" * 16})


class DeviceRow(SQLModel, table=True):
    """Who may deliver: a tablet, a phone, a web session or the server itself.

    What a device with a public key sends from number `signs_from` on must be signed.
    """

    __tablename__ = "devices"

    id: str = Field(primary_key=True)
    name: str
    home: str
    token_sha256: str = Field(index=True)
    last_seq: int = 0
    last_hash: str
    enrolled_at: str
    seen_at: str | None = None
    public_key: str | None = None
    signs_from: int | None = None
    revoked_at: str | None = None


class BlobRow(SQLModel, table=True):
    """A photo or signature that has arrived whole and was checked; the bytes are a file."""

    __tablename__ = "blobs"

    sha256: str = Field(primary_key=True)
    size: int
    type: str
    arrived_at: str


class MetaRow(SQLModel, table=True):
    """Facts about this database: its epoch, the schema."""

    __tablename__ = "meta"

    name: str = Field(primary_key=True)
    value: str
