"""Throttle: failed sign-ins make the next one wait, by account and browser, never by address.

A plant is one address to the outside, so an address says nothing; a known tablet must not be
locked out because somebody tries that account elsewhere.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select

from server.accounts.tables import AttemptRow
from sync.document import utc_text
from sync.problem import Problem
from sync.store import table_of, upsert

FREE_FAILURES = 5
WAIT_FIRST_S = 15
WAIT_MAX_S = 900
LOGIN_MAX_CHARS = 64


def must_be_allowed(connection: Connection, login: str, browser: str, now: datetime) -> None:
    """Problem: sign_in_throttled, with the seconds to wait."""
    row = _row(connection, login, browser)
    if row is None:
        return
    left_s = (datetime.fromisoformat(row["wait_until"]) - now).total_seconds()
    if left_s > 0:
        raise Problem("sign_in_throttled", {"seconds": int(left_s) + 1})


def note_failure(connection: Connection, login: str, browser: str, now: datetime) -> None:
    """Count a failure; from the fifth on the wait doubles."""
    row = _row(connection, login, browser)
    failures = (row["failures"] if row else 0) + 1
    over = failures - FREE_FAILURES
    wait_s = min(WAIT_FIRST_S * 2**over, WAIT_MAX_S) if over >= 0 else 0
    until = utc_text(now + timedelta(seconds=wait_s))
    told = {"login": login, "browser": browser, "failures": failures, "wait_until": until}
    upsert(connection, AttemptRow, [told])


def forget(connection: Connection, login: str, browser: str) -> None:
    """A right password clears the count."""
    table = table_of(AttemptRow)
    connection.execute(delete(table).where(table.c.login == login, table.c.browser == browser))


def _row(connection: Connection, login: str, browser: str) -> dict[str, Any] | None:
    table = table_of(AttemptRow)
    statement = select(table).where(table.c.login == login, table.c.browser == browser)
    row = connection.execute(statement).mappings().first()
    return dict(row) if row else None
