"""Passwords: hashed with argon2id, checked in constant effort whether the account exists or not."""

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import Connection, select

from server.accounts.tables import AccountRow
from sync.problem import Problem
from sync.store import table_of, upsert

PASSWORD_MIN_CHARS = 8
PASSWORD_MAX_CHARS = 200
_hasher = PasswordHasher()
_nobody = _hasher.hash("a password that nobody has")


def set_password(connection: Connection, login: str, password: str) -> None:
    """Store the password's hash. Problem: password_length."""
    if not PASSWORD_MIN_CHARS <= len(password) <= PASSWORD_MAX_CHARS:
        raise Problem("password_length", {"min": PASSWORD_MIN_CHARS, "max": PASSWORD_MAX_CHARS})
    row = {"login": login, "password_hash": _hasher.hash(password)}
    upsert(connection, AccountRow, [row])


def is_right(connection: Connection, login: str, password: str) -> bool:
    """Whether this is the account's password."""
    table = table_of(AccountRow)
    found = connection.scalar(select(table.c.password_hash).where(table.c.login == login))
    try:
        _hasher.verify(found or _nobody, password[: PASSWORD_MAX_CHARS + 1])
    except VerificationError:
        return False
    return found is not None
