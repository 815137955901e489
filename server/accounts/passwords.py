"""Passwords: hashed with argon2id, checked in constant effort whether the account exists or not."""

import threading
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, select

from server.accounts import throttle
from server.accounts.tables import AccountRow
from sync.problem import Problem
from sync.statements import upsert
from sync.store import Store, table_of

PASSWORD_MIN_CHARS = 8
PASSWORD_MAX_CHARS = 200
VERIFIED_AT_ONCE = 4  # 64 MB each
TURN_WAIT_S = 10
_turns = threading.BoundedSemaphore(VERIFIED_AT_ONCE)
_hasher = PasswordHasher()
_nobody = _hasher.hash("a password that nobody has")


def must_be_long_enough(password: str) -> None:
    """Problem: password_length."""
    if not PASSWORD_MIN_CHARS <= len(password) <= PASSWORD_MAX_CHARS:
        raise Problem("password_length", {"min": PASSWORD_MIN_CHARS, "max": PASSWORD_MAX_CHARS})


def set_password(connection: Connection, login: str, password: str) -> None:
    """Store the password's hash. Problem: password_length."""
    must_be_long_enough(password)
    row = {"login": login, "password_hash": _hasher.hash(password)}
    upsert(connection, AccountRow, [row])


def hash_of(connection: Connection, login: str) -> str | None:
    """The stored hash of this account's password, None where there is none."""
    table = table_of(AccountRow)
    return connection.scalar(select(table.c.password_hash).where(table.c.login == login))


def is_theirs(store: Store, *, login: str, password: str, browser: str, now: datetime) -> bool:
    """Whether this is the person's password; tries are counted, a right one clears the count.

    It is checked between two transactions, so that nobody waits for that.
    Problems: sign_in_throttled, busy.
    """
    login = login[: throttle.LOGIN_MAX_CHARS]
    with store.write() as connection:
        throttle.take_turn(connection, login, browser, now)
    with store.read() as connection:
        stored = hash_of(connection, login)
    right = is_right(stored, password)
    if right:
        with store.write() as connection:
            throttle.forget(connection, login, browser, now)
    return right


def is_right(stored: str | None, password: str) -> bool:
    """Whether this is the password of the hash; the same work where there is no hash.

    Call it with no transaction open: it takes long. Problem: busy, when too many are at it.
    """
    if not _turns.acquire(timeout=TURN_WAIT_S):
        raise Problem("busy", {})
    try:
        _hasher.verify(stored or _nobody, password[: PASSWORD_MAX_CHARS + 1])
    except (VerificationError, InvalidHashError):
        return False
    finally:
        _turns.release()
    return stored is not None
