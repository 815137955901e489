"""A small plant in a real database: the scenery of the domain's tests, and lots to begin with."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from server.domain.person import SYSTEM
from server.domain.rights import SETUP_SESSION
from server.plant import Plant, opened
from server.settings import Settings
from server.setup import perform
from sync.compose import Deed
from tests.server.domain.scenery import ITEMS, PEOPLE, PROCEDURES, SITES

BEGAN = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
RECEIVED = ("lot/SZ:M-1:L1", "lot/SZ:M-1:L2", "lot/SZ:M-2:G1", "lot/HD:M-1:S1")


def small_plant(folder: Path) -> Plant:
    """A small plant in a folder of its own."""
    plant = opened(Settings(data=folder))
    furnish(plant)
    return plant


def furnish(plant: Plant) -> None:
    """Sites, people, items, procedures and passed lots of a hundred each."""
    deeds = [
        *_deeds("site.opened", SITES),
        *_deeds("person.added", PEOPLE),
        *_deeds("item.added", ITEMS),
        *_deeds("procedure.published", PROCEDURES),
        *_lots(),
    ]
    perform(plant, ((deed, BEGAN + timedelta(seconds=n)) for n, deed in enumerate(deeds)))


def _deeds(kind: str, bodies: dict[str, dict[str, Any]]) -> list[Deed]:
    return [_deed(kind, on, body) for on, body in bodies.items()]


def _lots() -> list[Deed]:
    deeds = []
    for key in RECEIVED:
        item = key.replace("lot/", "item/").rpartition(":")[0]
        body = {"item": item, "quantity": "100", "location": "RECV"}
        deeds += [_deed("lot.received", key, body)]
        deeds += [_deed("lot.released", key, {"reason": "urgent", "emergency": True}, base=1)]
    return deeds


def _deed(kind: str, on: str, body: dict[str, Any], *, base: int | None = None) -> Deed:
    return Deed(kind, on, body, SYSTEM, SETUP_SESSION, "2026-11-20T08:00:00.000+08:00", base)
