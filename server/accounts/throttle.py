"""Throttle: failed sign-ins make the next one wait, by account and device, never by address.

A plant is one address to the outside, so an address says nothing. A browser from which somebody has
signed in to an account before has its own count there; all that are strangers to the account share
one, because a browser that is not known can call itself as it likes. So guessing elsewhere locks
nobody out of their tablet.
"""

from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import Connection, delete, select

from server.accounts.tables import AttemptRow, KnownBrowserRow
from sync.document import utc_text
from sync.problem import Problem
from sync.statements import upsert
from sync.store import hold, table_of

FREE_FAILURES = 5
WAIT_FIRST_S = 15
WAIT_MAX_S = 900
FORGOTTEN_AFTER = timedelta(days=1)
LOGIN_MAX_CHARS = 64
STRANGER = ""


def take_turn(connection: Connection, login: str, browser: str, now: datetime) -> None:
    """Count a try before the password is looked at, so that many at once don't pass together.

    From the fifth on the next must wait, twice as long each time. Problem: sign_in_throttled, with
    the seconds to wait.
    """
    hold(connection, f"sign-in {login}")
    table = table_of(AttemptRow)
    old = table.c.wait_until < utc_text(now - FORGOTTEN_AFTER)
    connection.execute(delete(table).where(old))
    who = browser if _is_known(connection, login, browser) else STRANGER
    statement = select(table).where(table.c.login == login, table.c.browser == who)
    row = connection.execute(statement).first()
    if row is not None:
        left_s = (datetime.fromisoformat(row.wait_until) - now).total_seconds()
        if left_s > 0:
            raise Problem("sign_in_throttled", {"seconds": ceil(left_s)})
    failures = (row.failures if row else 0) + 1
    over = min(failures - FREE_FAILURES, 10)
    wait_s = min(WAIT_FIRST_S * 2**over, WAIT_MAX_S) if over >= 0 else 0
    until = utc_text(now + timedelta(seconds=wait_s))
    told = {"login": login, "browser": who, "failures": failures, "wait_until": until}
    upsert(connection, AttemptRow, [told])


def forget(connection: Connection, login: str, browser: str, now: datetime) -> None:
    """A right password clears the count, and makes the browser known to this account."""
    table = table_of(AttemptRow)
    who = browser if _is_known(connection, login, browser) else STRANGER
    connection.execute(delete(table).where(table.c.login == login, table.c.browser == who))
    known = {"login": login, "browser": browser, "seen_at": utc_text(now)}
    upsert(connection, KnownBrowserRow, [known])


def _is_known(connection: Connection, login: str, browser: str) -> bool:
    table = table_of(KnownBrowserRow)
    statement = select(table.c.login).where(table.c.login == login, table.c.browser == browser)
    return connection.scalar(statement) is not None
