"""SQL tables of sign-in: secrets and sessions; never part of the journal or of any document."""

from sqlmodel import Field, SQLModel


class AccountRow(SQLModel, table=True):
    """A password, as an argon2 hash."""

    __tablename__ = "accounts"

    login: str = Field(primary_key=True)
    password_hash: str


class SessionRow(SQLModel, table=True):
    """A sign-in: the cookie's token by hash, and the device that was enrolled under it."""

    __tablename__ = "sessions"

    id: str = Field(primary_key=True)
    login: str = Field(index=True)
    token_sha256: str = Field(unique=True)
    device: str
    started_at: str
    expires_at: str
    ended_at: str | None = None


class KnownBrowserRow(SQLModel, table=True):
    """A browser from which somebody signed in to this account with the right password."""

    __tablename__ = "known_browsers"

    login: str = Field(primary_key=True)
    browser: str = Field(primary_key=True)
    seen_at: str


class AttemptRow(SQLModel, table=True):
    """Failed sign-ins of one account from one known browser, or from all others (empty), and
    until when the next must wait.
    """

    __tablename__ = "sign_in_attempts"

    login: str = Field(primary_key=True)
    browser: str = Field(primary_key=True)
    failures: int
    wait_until: str
