"""Tells of what came late: a case for each device and day, as a deed of the server's own.

In one transaction with the deed, the entries leave the table in which they were noted.
"""

from collections.abc import Iterator
from datetime import datetime

import structlog
from sqlalchemy import Connection, and_, delete, select
from sqlalchemy.exc import SQLAlchemyError

from server.domain.case import NAMED_MAX
from server.domain.delivery import LATE
from server.domain.person import SYSTEM
from server.domain.rights import SETUP_SESSION
from server.lateness.tables import LateRow
from server.plant import Plant
from server.setup import perform_within
from sync.compose import Deed
from sync.problem import Problem
from sync.store import table_of

HOUR_S = 3600
Place = tuple[str, str]  # a site, and the device that delivered there
_table = table_of(LateRow)
_log = structlog.get_logger()


def tell_late(plant: Plant) -> None:
    """Open or extend the cases of what was noted as late and not told yet; never raises.

    What can't be told now, as the database is busy, is told the next time.
    """
    if not plant.late.is_set():
        return
    plant.late.clear()
    try:
        for place in _places(plant):
            _tell(plant, place)
    except SQLAlchemyError as error:
        plant.late.set()
        _log.warning("late_not_told", error=type(error).__name__)


def _places(plant: Plant) -> list[Place]:
    places = select(_table.c.site, _table.c.device).distinct()
    with plant.store.read() as connection:
        return sorted((row.site, row.device) for row in connection.execute(places))


def _tell(plant: Plant, place: Place) -> None:
    try:
        with plant.store.write() as connection:
            moved = perform_within(connection, plant, _deeds(connection, plant, place))
    except Problem as problem:  # it would be refused the next time too
        _log.error("late_not_told", error=problem.code, place=place)
        with plant.store.write() as connection:
            _forget(connection, place)
        return
    for poke in list(plant.pokes):
        poke(moved)


def _deeds(connection: Connection, plant: Plant, place: Place) -> Iterator[tuple[Deed, datetime]]:
    """None if another process has told it meanwhile."""
    site, device = place
    rows = _forget(connection, place)
    if not rows:
        return
    now = plant.now()
    oldest = min(datetime.fromisoformat(row["recorded_at"]) for row in rows)
    body = {
        "device": device,
        "hours": int((now - oldest).total_seconds() // HOUR_S),
        "count": len(rows),
        "entries": [_as_named(row) for row in rows[:NAMED_MAX]],
    }
    key = f"case/{site}:late-{device[-12:]}-{now:%Y%m%d}"
    yield Deed(LATE, key, body, SYSTEM, SETUP_SESSION, plant.local_now()), now


def _forget(connection: Connection, place: Place) -> list[dict[str, str]]:
    """Take what was noted of this place off the table; the oldest first."""
    mine = and_(_table.c.site == place[0], _table.c.device == place[1])
    gone = connection.execute(delete(_table).where(mine).returning(*_table.c))
    return sorted((dict(row) for row in gone.mappings()), key=lambda row: row["recorded_at"])


def _as_named(row: dict[str, str]) -> dict[str, str]:
    named = {"entry": row["entry"], "kind": row["kind"], "on": row["on_key"]}
    return named | {"by": row["actor"], "at": row["at"]}
