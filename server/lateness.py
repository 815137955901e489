"""Lateness: what a device delivered long after it was recorded becomes a case for who decides.

Told after the delivery was committed, as a deed of the server's own; if that fails, the delivery
stands.
"""

import re
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from server.domain.case import NAMED_MAX, Case
from server.domain.delivery import LATE
from server.domain.person import SYSTEM
from server.domain.rights import SETUP_SESSION
from server.plant import Plant
from server.setup import perform
from sync import documents
from sync.compose import Deed
from sync.document import site_of
from sync.entry import Entry, read
from sync.problem import Problem

# One look at the bytes tells almost every delivery from one that needs reading.
SAID_AT = re.compile(rb'"at"\s*:\s*"([^"]{10,40})"')
SAID_SKEW = re.compile(rb'"skew_ms"\s*:\s*(-?\d{1,12})')
log = structlog.get_logger()


def tell_late(plant: Plant, raws: Iterable[bytes], fresh: Collection[str]) -> None:
    """Open or extend the cases of what is older than the setting says; never raises.

    Only of the `fresh` entries: what was not taken, or was here before, did not come late now; and
    of what was put aside a case tells already.
    """
    now = plant.now()
    limit = timedelta(hours=plant.settings.late_hours)
    found = [raw for raw in raws if _may_be_late(raw, now, limit)]
    try:
        for (site, device), entries in _by_place(found, now, limit).items():
            if taken := [entry for entry in entries if entry.id in fresh]:
                _tell(plant, site, device, taken)
    except (OverflowError, Problem, SQLAlchemyError) as error:
        log.warning("late_not_told", error=type(error).__name__)


def recorded_at(entry: Entry) -> datetime:
    """When it was recorded, by the server's clock as far as the device knew it."""
    at = datetime.fromisoformat(entry.at).astimezone(UTC)
    return at + timedelta(milliseconds=entry.skew_ms)


def _may_be_late(raw: bytes, now: datetime, limit: timedelta) -> bool:
    at, skew = SAID_AT.search(raw), SAID_SKEW.search(raw)
    if at is None:
        return False
    try:
        said = datetime.fromisoformat(at[1].decode())
        return now - said - timedelta(milliseconds=int(skew[1]) if skew else 0) > limit
    except (OverflowError, TypeError, ValueError):
        return False


def _by_place(
    raws: list[bytes], now: datetime, limit: timedelta
) -> dict[tuple[str, str], list[Entry]]:
    found: dict[tuple[str, str], list[Entry]] = {}
    for raw in raws:
        try:
            entry = read(raw)
        except Problem:  # parked as it is; its case names it already
            continue
        if now - recorded_at(entry) > limit:
            found.setdefault((site_of(entry.on), entry.device), []).append(entry)
    return found


def _tell(plant: Plant, site: str, device: str, entries: list[Entry]) -> None:
    now = plant.now()
    key = f"case/{site}:late-{device[-12:]}-{now:%Y%m%d}"
    with plant.store.read() as connection:
        case = documents.load(connection, plant.engine.model.documents, {key}).get(key)
    named = {one.entry for one in case.entries} if isinstance(case, Case) else set()
    fresh = [entry for entry in entries if entry.id not in named]
    if not fresh:  # sent again, as the answer was lost
        return
    oldest = min(recorded_at(entry) for entry in fresh)
    body = {
        "device": device,
        "hours": int((now - oldest).total_seconds() // 3600),
        "count": len(fresh),
        "entries": [_as_named(entry) for entry in fresh[:NAMED_MAX]],
    }
    deed = Deed(LATE, key, body, SYSTEM, SETUP_SESSION, plant.local_now())
    perform(plant, [(deed, now)])


def _as_named(entry: Entry) -> dict[str, str]:
    named = {"entry": entry.id, "kind": entry.kind, "on": entry.on}
    return named | {"by": entry.actor, "at": entry.at}
